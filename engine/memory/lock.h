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
    uint32_t state; // 0 free, 1 held, 2 held and perhaps waited for
};

void ash_lock_wait(struct ash_lock *lock); // takes a lock that was not free
void ash_lock_wake(struct ash_lock *lock); // wakes one that waits

// Without a rival, each is one atomic instruction; not recursive.
static inline void ash_lock_acquire(struct ash_lock *lock)
{
    uint32_t state = 0;
    if (!__atomic_compare_exchange_n(&lock->state, &state, 1, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        ash_lock_wait(lock);
}
static inline void ash_lock_release(struct ash_lock *lock)
{
    if (__atomic_exchange_n(&lock->state, 0, __ATOMIC_RELEASE) == 2)
        ash_lock_wake(lock);
}

#ifdef __cplusplus
}
#endif

#endif
