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

// Sleeps until somebody is woken; not at all, if somebody was since `awaited` was set.
static void sleep_on(struct ash_lock *lock)
{
#ifdef __linux__
    struct timespec longest = {.tv_nsec = LONGEST_SLEEP_NS};
    syscall(SYS_futex, &lock->awaited, FUTEX_WAIT_PRIVATE, 1, &longest, NULL, 0);
#else
    (void)lock;
    sched_yield();
#endif
}

static bool spin(struct ash_lock *lock)
{
    for (int i = 0; i < SPINS; i++) {
        if (ash_lock_try(lock))
            return true;
        pause_briefly();
    }
    return false;
}

// Before it sleeps, who waits says so and looks again: whoever let go meanwhile woke nobody. Who
// has slept says it anew, since others may sleep too, so that each wakes the next.
void ash_lock_wait(struct ash_lock *lock)
{
    for (bool announced = false; !spin(lock); announced = true) {
        if (announced)
            sleep_on(lock);
        __atomic_store_n(&lock->awaited, 1, __ATOMIC_SEQ_CST);
    }
}

// Once for each that sleeps, and not at every release until it has got up.
void ash_lock_wake(struct ash_lock *lock)
{
    __atomic_store_n(&lock->awaited, 0, __ATOMIC_RELAXED);
#ifdef __linux__
    syscall(SYS_futex, &lock->awaited, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
#endif
}
