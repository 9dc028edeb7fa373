// What the lock asks of the system, which is played here: this program's syscall stands before the
// C library's.
#include "engine/memory/lock.h"

#include <stdarg.h>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/test.h"

static struct ash_lock lock;
static int sleeps, wakes;

static void hear_sleep(int expected, const struct timespec *longest)
{
    sleeps++;
    assert_int_equal(expected, lock.awaited);
    assert_int_equal(lock.awaited, 1); // who sleeps has said so, or nobody would wake it
    assert_int_equal(longest->tv_sec, 0);
    assert_in_range(longest->tv_nsec, 1, 500000);
    __atomic_store_n(&lock.held, 0, __ATOMIC_RELEASE);
}

static void hear_wake(int count)
{
    wakes++;
    assert_int_equal(count, 1); // a second would find the lock held by the first
    assert_int_equal(lock.held, 0);
    assert_int_equal(lock.awaited, 0); // or who wakes and says it anew would be forgotten
}

__attribute__((visibility("default"))) long syscall(long number, ...)
{
    assert_int_equal(number, SYS_futex);
    va_list arguments;
    va_start(arguments, number);
    const uint32_t *word = va_arg(arguments, const uint32_t *);
    int operation = va_arg(arguments, int), value = va_arg(arguments, int);
    const struct timespec *longest = va_arg(arguments, const struct timespec *);
    const void *second_word = va_arg(arguments, const void *);
    int second_value = va_arg(arguments, int);
    va_end(arguments);
    assert_ptr_equal(word, &lock.awaited);
    assert_null(second_word); // neither operation has a second
    assert_int_equal(second_value, 0);
    if (operation == FUTEX_WAIT_PRIVATE) {
        hear_sleep(value, longest);
    } else {
        assert_int_equal(operation, FUTEX_WAKE_PRIVATE);
        hear_wake(value);
    }
    return 0;
}

static void who_sleeps_has_said_so_and_looks_again_soon(void **state)
{
    (void)state;
    lock = (struct ash_lock){.held = 1};
    sleeps = wakes = 0;
    ash_lock_wait(&lock);
    assert_int_equal(sleeps, 1);
    assert_int_equal(wakes, 0);
    assert_int_equal(lock.held, 1);
}

static void one_is_woken_where_somebody_waits(void **state)
{
    (void)state;
    lock = (struct ash_lock){.held = 1, .awaited = 1};
    sleeps = wakes = 0;
    ash_lock_release(&lock);
    assert_int_equal(wakes, 1);
    lock.held = 1;
    ash_lock_release(&lock);
    assert_int_equal(wakes, 1);
    assert_int_equal(sleeps, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_sleeps_has_said_so_and_looks_again_soon),
        cmocka_unit_test(one_is_woken_where_somebody_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
