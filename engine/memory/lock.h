// A lock of a few instructions, for sections of a few dozen: spins a little, then sleeps.
// All zero is free. Not recursive, not fair.
#ifndef ASH_MEMORY_LOCK_H
#define ASH_MEMORY_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ash_lock {
    uint32_t held;    // 0 or 1
    uint32_t awaited; // 1: somebody sleeps, or is about to
};

void ash_lock_wait(struct ash_lock *lock); // takes a lock that was not free
void ash_lock_wake(struct ash_lock *lock); // wakes one of those that sleep

// False: another has it.
static inline bool ash_lock_try(struct ash_lock *lock)
{
    if (__atomic_load_n(&lock->held, __ATOMIC_RELAXED) != 0)
        return false;
    return __atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE) == 0;
}

// Without a rival, one atomic instruction; not recursive.
static inline void ash_lock_acquire(struct ash_lock *lock)
{
    uint32_t held = 0;
    if (!__atomic_compare_exchange_n(&lock->held, &held, 1, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        ash_lock_wait(lock);
}

// A plain store: an exchange would wait until every store before it has reached the cache, which
// costs more than all the rest. What it would give (the processor may look for sleepers before the
// others see the lock free, and miss one that comes just then) costs that one its time-out.
static inline void ash_lock_release(struct ash_lock *lock)
{
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    if (__atomic_load_n(&lock->awaited, __ATOMIC_RELAXED) != 0)
        ash_lock_wake(lock);
}

#ifdef __cplusplus
}
#endif

#endif
