#include "engine/memory/lock.h"

#include <sched.h>
#include <time.h>
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

// Sections under this lock last some 50 ns: about twice that is worth waiting awake. Asleep, nobody
// waits longer than this without looking (see ash_lock_release).
enum { SPINS = 64, LONGEST_SLEEP_NS = 500000 };

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// Sleeps while the lock is held; may return early.
static void sleep_on(struct ash_lock *lock)
{
#ifdef __linux__
    struct timespec longest = {.tv_nsec = LONGEST_SLEEP_NS};
    syscall(SYS_futex, &lock->held, FUTEX_WAIT_PRIVATE, 1, &longest, NULL, 0);
#else
    (void)lock;
    sched_yield();
#endif
}

static bool try(struct ash_lock *lock)
{
    uint32_t held = 0;
    return __atomic_load_n(&lock->held, __ATOMIC_RELAXED) == 0 &&
           __atomic_compare_exchange_n(&lock->held, &held, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

void ash_lock_wait(struct ash_lock *lock)
{
    for (int i = 0; i < SPINS; i++) {
        if (try(lock))
            return;
        pause_briefly();
    }
    __atomic_fetch_add(&lock->waiters, 1, __ATOMIC_SEQ_CST);
    while (!try(lock))
        sleep_on(lock);
    __atomic_fetch_sub(&lock->waiters, 1, __ATOMIC_RELAXED);
}

void ash_lock_wake(struct ash_lock *lock)
{
#ifdef __linux__
    syscall(SYS_futex, &lock->held, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
#else
    (void)lock;
#endif
}
