// Labels: valgrind
// Host memory as it really is taken: the other tests have one that can fail in its place.
#include "engine/memory/host.c"

#include <stdint.h>

#include "tests/support/test.h"

static void memory_is_zero_and_aligned(void **state)
{
    (void)state;
    for (size_t size = 1; size < 5000; size = size * 3 + 1) {
        unsigned char *memory = ash_host_alloc(size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 64, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xff, size);
        ash_host_free(memory);
    }
    ash_host_free(NULL);
}

static void reserved_addresses_become_memory(void **state)
{
    (void)state;
    unsigned char *reserved = ash_host_reserve(64 * ASH_HOST_PAGE);
    assert_non_null(reserved);
    assert_true(ash_host_commit(reserved + ASH_HOST_PAGE, ASH_HOST_PAGE));
    assert_int_equal(reserved[ASH_HOST_PAGE], 0);
    assert_int_equal(reserved[2 * ASH_HOST_PAGE - 1], 0);
    reserved[ASH_HOST_PAGE] = 1;
    // Again does no harm.
    assert_true(ash_host_commit(reserved + ASH_HOST_PAGE, 2 * ASH_HOST_PAGE));
    assert_int_equal(reserved[ASH_HOST_PAGE], 1);
    assert_int_equal(reserved[2 * ASH_HOST_PAGE], 0);
    ash_host_release(reserved, 64 * ASH_HOST_PAGE);
    assert_false(ash_host_commit(reserved, ASH_HOST_PAGE));
    ash_host_release(NULL, 0);
}

static void what_no_machine_has_is_refused(void **state)
{
    (void)state;
    const size_t most = (size_t)1 << 60;
    assert_null(ash_host_reserve(most));
#ifndef __SANITIZE_ADDRESS__ // it takes such a size for a fault
    // Seen through, an allocation that nobody uses may be left out, and counts as a success.
    void *(*volatile allocate)(size_t) = ash_host_alloc;
    assert_null(allocate(most));
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zero_and_aligned),
        cmocka_unit_test(reserved_addresses_become_memory),
        cmocka_unit_test(what_no_machine_has_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
