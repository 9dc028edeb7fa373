// In debug builds an overrun of a view, and a use of it after its end, fault where they happen. In
// release builds views are the memory itself, and there is nothing to test but that.
#include "engine/memory/buffer.h"

#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct ash_buffer_params visible = {.size = 10000,
                                                 .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                                 .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                                 .label = "shadowed"};

struct view_test {
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view view;
};

static void begin(struct view_test *test, VkDeviceSize size, VkDeviceSize element_size,
                  uint32_t access)
{
    struct ash_view_params params = {
        .offset = 16, .size = size, .element_size = element_size, .access = access};
    memory_test_begin(&test->test, &fake_profiles[FAKE_INTEGRATED]);
    assert_int_equal(ash_buffer_init(&test->buffer, test->test.allocator, &visible), ASH_OK);
    assert_int_equal(ash_buffer_begin_view(&test->buffer, &params, &test->view), ASH_OK);
}

static void end(struct view_test *test)
{
    assert_int_equal(ash_buffer_end_view(&test->view), ASH_OK);
    ash_buffer_finish(&test->buffer);
    memory_test_end(&test->test);
}

#ifdef NDEBUG

static void a_view_is_the_memory_itself(void **state)
{
    (void)state;
    struct view_test test;
    unsigned char byte = 0;
    begin(&test, 100, 1, ASH_ACCESS_WRITE);
    *(volatile unsigned char *)test.view.data = 42;
    fake_device_read(test.test.device, test.buffer.buffer, 16, &byte, 1);
    assert_int_equal(byte, 42);
    end(&test);
}

#else

// What a child does that must not live.
typedef void (*misdeed)(struct view_test *test);

static void write_past_the_end(struct view_test *test)
{
    volatile unsigned char *bytes = test->view.data;
    bytes[test->view.size] = 1;
}

static void read_past_the_end(struct view_test *test)
{
    volatile unsigned char *bytes = test->view.data;
    (void)bytes[test->view.size];
}

static void write_after_the_end_of_the_view(struct view_test *test)
{
    volatile unsigned char *bytes = test->view.data;
    if (ash_buffer_end_view(&test->view) != ASH_OK)
        return;
    bytes[0] = 1;
}

static void write_long_after(struct view_test *test)
{
    volatile unsigned char *bytes = test->view.data;
    for (uint32_t i = 0; i < 100; i++) {
        struct ash_view_params params = {.size = 64, .access = ASH_ACCESS_WRITE};
        if (ash_buffer_end_view(&test->view) != ASH_OK ||
            ash_buffer_begin_view(&test->buffer, &params, &test->view) != ASH_OK)
            return;
    }
    bytes[0] = 1;
}

static void write_through_a_view_for_reading(struct view_test *test)
{
    volatile unsigned char *bytes = test->view.data;
    bytes[0] = 1;
}

static int signal_of_child(struct view_test *test, misdeed deed)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGSEGV, SIG_DFL); // a sanitizer has its own
        deed(test);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void an_overrun_faults(void **state)
{
    (void)state;
    static const VkDeviceSize sizes[][2] = {{1, 1},  {33, 1},   {4096, 1}, {4097, 1}, {9984, 1},
                                            {64, 4}, {120, 12}, {48, 16},  {96, 24},  {4112, 16}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct view_test test;
        begin(&test, sizes[i][0], sizes[i][1], ASH_ACCESS_READ_WRITE);
        assert_int_equal(signal_of_child(&test, write_past_the_end), SIGSEGV);
        assert_int_equal(signal_of_child(&test, read_past_the_end), SIGSEGV);
        end(&test);
    }
}

static void a_late_use_faults(void **state)
{
    (void)state;
    struct view_test test;
    begin(&test, 100, 1, ASH_ACCESS_WRITE);
    assert_int_equal(signal_of_child(&test, write_after_the_end_of_the_view), SIGSEGV);
    assert_int_equal(signal_of_child(&test, write_long_after), SIGSEGV);
    end(&test);
}

static void a_view_for_reading_is_not_written(void **state)
{
    (void)state;
    struct view_test test;
    begin(&test, 100, 1, ASH_ACCESS_READ);
    assert_int_equal(signal_of_child(&test, write_through_a_view_for_reading), SIGSEGV);
    end(&test);
}

static void bytes_before_a_view_are_watched(void **state)
{
    (void)state;
    struct view_test test;
    begin(&test, 100, 4, ASH_ACCESS_WRITE);
    volatile unsigned char *bytes = test.view.data;
    unsigned char before = bytes[-1];
    bytes[-1] = 1;
    catch_log_begin();
    assert_breaks_rule("stay inside", (void)(ash_buffer_end_view(&test.view) == ASH_OK));
    assert_true(catch_log_has("\"shadowed\""));
    catch_log_end();
    bytes[-1] = before;
    end(&test);
}

static void unwritten_bytes_do_not_look_like_data(void **state)
{
    (void)state;
    struct view_test test;
    begin(&test, 100, 1, ASH_ACCESS_WRITE);
    const unsigned char *bytes = test.view.data;
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(bytes[i], 0xCD);
    end(&test);
}

static void the_device_sees_a_write_at_flush_or_end(void **state)
{
    (void)state;
    struct view_test test;
    unsigned char found[2] = {0};
    begin(&test, 100, 1, ASH_ACCESS_READ_WRITE);
    unsigned char *bytes = test.view.data;
    bytes[10] = 1;
    bytes[20] = 2;
    fake_device_read(test.test.device, test.buffer.buffer, 26, &found[0], 1);
    assert_int_equal(found[0], 0);
    assert_int_equal(ash_view_flush(&test.view, 10, 1), ASH_OK);
    fake_device_read(test.test.device, test.buffer.buffer, 26, &found[0], 1);
    fake_device_read(test.test.device, test.buffer.buffer, 36, &found[1], 1);
    assert_int_equal(found[0], 1);
    assert_int_equal(found[1], 0);
    end(&test);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef NDEBUG
        cmocka_unit_test(a_view_is_the_memory_itself),
#else
        cmocka_unit_test(an_overrun_faults),
        cmocka_unit_test(a_late_use_faults),
        cmocka_unit_test(a_view_for_reading_is_not_written),
        cmocka_unit_test(bytes_before_a_view_are_watched),
        cmocka_unit_test(unwritten_bytes_do_not_look_like_data),
        cmocka_unit_test(the_device_sees_a_write_at_flush_or_end),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
