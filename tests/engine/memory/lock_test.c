// Labels: threads
// The lock, held by another on purpose: what is rare under load is certain here.
#include "engine/memory/lock.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "engine/memory/allocator_internal.h"
#include "tests/support/memory_test.h"

static void a_free_lock_is_taken_at_once(void **state)
{
    (void)state;
    struct ash_lock lock = {0};
    assert_true(ash_lock_try(&lock));
    assert_false(ash_lock_try(&lock));
    ash_lock_release(&lock);
    ash_lock_wait(&lock); // there is nothing to wait for
    assert_int_equal(lock.held, 1);
    ash_lock_release(&lock);
    assert_int_equal(lock.held, 0);
    ash_lock_acquire(&lock);
    assert_int_equal(lock.held, 1);
    assert_int_equal(lock.awaited, 0);
    assert_false(ash_lock_try(&lock));
}

struct sleeper {
    struct ash_lock *lock;
    pid_t thread;
};

static void *take(void *argument)
{
    struct sleeper *sleeper = argument;
    __atomic_store_n(&sleeper->thread, gettid(), __ATOMIC_RELEASE);
    ash_lock_acquire(sleeper->lock);
    return NULL;
}

// Whether a thread of ours is asleep, as Linux tells.
static bool sleeps(pid_t thread)
{
    char path[64], state = 0;
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)thread);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %*s %c", &state), 1);
    fclose(file);
    return state == 'S';
}

// Lets go of a lock when somebody has said that it is awaited.
static void *release_when_awaited(void *argument)
{
    struct ash_lock *lock = argument;
    while (__atomic_load_n(&lock->awaited, __ATOMIC_SEQ_CST) == 0)
        sched_yield();
    ash_lock_release(lock);
    return NULL;
}

// Every other time before there is any sleep.
static void who_waits_is_let_in(void **state)
{
    (void)state;
    struct ash_lock lock = {0};
    for (int i = 0; i < 20; i++) {
        struct sleeper sleeper = {.lock = &lock};
        pthread_t thread;
        ash_lock_acquire(&lock);
        assert_int_equal(pthread_create(&thread, NULL, take, &sleeper), 0);
        while (__atomic_load_n(&sleeper.thread, __ATOMIC_ACQUIRE) == 0)
            sched_yield();
        while (i % 2 == 0 &&
               (__atomic_load_n(&lock.awaited, __ATOMIC_SEQ_CST) == 0 || !sleeps(sleeper.thread)))
            sched_yield();
        release_when_awaited(&lock);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_false(ash_lock_try(&lock)); // the other has it
        ash_lock_release(&lock);
        assert_int_equal(lock.awaited, 0); // or each release would ask the system
    }
}

static void *take_a_block(void *argument)
{
    struct memory_test *test = ((void **)argument)[0];
    struct ash_memory_block *block = ((void **)argument)[1];
    const struct ash_alloc_params params = {
        .requirements = {.size = 1000, .alignment = 64, .memoryTypeBits = 1}};
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, block), ASH_OK);
    return NULL;
}

// The only chunk is another thread's, and that one is busy: the driver is not asked all the same.
static void a_busy_thread_is_waited_for_before_the_driver_is_asked(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block theirs, ours;
    pthread_t other;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    void *of_theirs[] = {&test, &theirs}, *of_ours[] = {&test, &ours};
    assert_int_equal(pthread_create(&other, NULL, take_a_block, of_theirs), 0);
    assert_int_equal(pthread_join(other, NULL), 0);
    struct ash_arena *arena =
        ash_arena_at(test.allocator, (theirs.id >> ASH_BLOCK_ARENA_SHIFT) % 32);
    assert_true(arena != ash_arena_of_thread(test.allocator));
    ash_lock_acquire(&arena->lock);
    assert_int_equal(pthread_create(&other, NULL, release_when_awaited, &arena->lock), 0);
    take_a_block(of_ours);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_true(ours.memory == theirs.memory);
    assert_int_equal(fake_device_calls(test.device, "vkAllocateMemory"), 1);
    assert_int_equal(ash_allocator_free(test.allocator, &ours), ASH_OK);
    assert_int_equal(ash_allocator_free(test.allocator, &theirs), ASH_OK);
    memory_test_end(&test);
}

static void *make_arena(void *allocator)
{
    return ash_arena_of_thread(allocator);
}

static void assert_locks(const struct ash_allocator *allocator, uint32_t held)
{
    assert_int_equal(allocator->arenas_lock.held, held);
    assert_int_equal(allocator->table_lock.held, held);
    for (uint32_t i = 1; i <= ASH_ARENA_COUNT; i++)
        assert_int_equal(allocator->arenas[i]->lock.held, held);
}

// Who looks at the whole allocator holds all its locks: 1 in each, 0 afterwards.
static void all_locks_are_held_at_once(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (int i = 0; i < ASH_ARENA_COUNT; i++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, make_arena, test.allocator), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
    ash_allocator_lock_all(test.allocator);
    assert_locks(test.allocator, 1);
    ash_allocator_unlock_all(test.allocator);
    assert_locks(test.allocator, 0);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_free_lock_is_taken_at_once),
        cmocka_unit_test(who_waits_is_let_in),
        cmocka_unit_test(a_busy_thread_is_waited_for_before_the_driver_is_asked),
        cmocka_unit_test(all_locks_are_held_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
