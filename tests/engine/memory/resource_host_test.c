// Labels: valgrind
// Host memory runs out at every request in turn, under uploads, the retire queue and views.
#include "engine/memory/retire.h"
#include "engine/memory/upload.h"

#include "tests/support/catch.h"
#include "tests/support/failing_host.h"
#include "tests/support/memory_test.h"

static void make_buffer(struct memory_test *test, struct ash_buffer *buffer)
{
    struct ash_buffer_params params = {.size = 100,
                                       .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                                       .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT};
    assert_int_equal(ash_buffer_init(buffer, test->allocator, &params), ASH_OK);
}

static void an_upload_ring_is_made_whole_or_not_at_all(void **state)
{
    (void)state;
    struct memory_test test;
    bool failed = true;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_buffer warm; // the allocator has what it needs
    make_buffer(&test, &warm);
    uint64_t living = failing_host_living();
    for (uint64_t nth = 1; failed; nth++) {
        struct ash_upload *upload = (struct ash_upload *)1;
        struct ash_upload_params params = {.size = 65536};
        catch_log_begin();
        failing_host_fail(nth);
        enum ash_result result = ash_upload_create(test.allocator, &params, &upload);
        failed = failing_host_failed();
        failing_host_fail(0);
        assert_int_equal(result, failed ? ASH_ERROR_OUT_OF_HOST_MEMORY : ASH_OK);
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), failed ? 1 : 0);
        catch_log_end();
        if (failed)
            assert_null(upload);
        ash_upload_destroy(upload);
        assert_int_equal(failing_host_living(), living);
    }
    ash_buffer_finish(&warm);
    memory_test_end(&test);
}

static void a_retire_queue_is_made_whole_or_not_at_all(void **state)
{
    (void)state;
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    uint64_t living = failing_host_living();
    for (uint64_t nth = 1; nth <= 2; nth++) {
        struct ash_retire *retire = (struct ash_retire *)1;
        catch_log_begin();
        failing_host_fail(nth);
        assert_int_equal(ash_retire_create(test.context, &retire), ASH_ERROR_OUT_OF_HOST_MEMORY);
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
        catch_log_end();
        assert_null(retire);
        assert_int_equal(failing_host_living(), living);
    }
    failing_host_fail(0);
    memory_test_end(&test);
}

static void a_retire_queue_that_cannot_grow_waits_and_destroys_at_once(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_retire *retire;
    struct fake_counts counts;
    uint32_t queued = 0;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_retire_create(test.context, &retire), ASH_OK);
    catch_log_begin();
    for (uint32_t i = 0; i < 1000; i++) {
        struct ash_buffer buffer;
        make_buffer(&test, &buffer);
        failing_host_fail(1);
        ash_retire_buffer(retire, &buffer, 1);
        failing_host_fail(0);
        assert_null(buffer.buffer);
        queued = ash_retire_count(retire);
    }
    ash_retire_pipeline(retire, fake_device_pipeline(test.device), 1);
    assert_true(catch_log_count(ASH_LOG_WARNING) > 0);
    catch_log_end();
    assert_true(queued > 0 && queued < 1000);
    assert_int_equal(fake_device_calls(test.device, "vkDeviceWaitIdle"), 1000 - queued);
    fake_device_counts(test.device, &counts);
    assert_int_equal(counts.buffers, queued);
    ash_retire_collect(retire, 1);
    ash_retire_destroy(retire);
    memory_test_end(&test);
}

static void a_view_without_room_for_its_shadow_is_not_opened(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_upload *upload;
    struct ash_buffer buffer, device;
    struct ash_buffer_view view;
    struct ash_upload_stats stats;
    struct ash_buffer_params params = {.size = 100,
                                       .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                       .properties = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT};
    struct ash_view_params write = {.access = ASH_ACCESS_WRITE};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    make_buffer(&test, &buffer);
    assert_int_equal(ash_buffer_init(&device, test.allocator, &params), ASH_OK);
    assert_int_equal(
        ash_upload_create(test.allocator, &(struct ash_upload_params){.size = 4096}, &upload),
        ASH_OK);
    struct ash_upload_target target = {.buffer = &device, .size = 10};
    catch_log_begin();
    enum ash_result viewed = ASH_OK;
    bool opened = false;
    for (uint64_t nth = 2; nth > 0; nth--) { // neither pages nor addresses
        failing_host_fail(nth);
        viewed = ash_buffer_begin_view(&buffer, &write, &view);
        opened = viewed == ASH_OK; // release builds have no shadow
        if (opened)
            assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
        assert_null(view.data);
        assert_int_equal(viewed, opened ? ASH_OK : ASH_ERROR_OUT_OF_HOST_MEMORY);
    }
    enum ash_result began = ash_upload_begin(upload, &target, &view);
    failing_host_fail(0);
    catch_log_end();
    assert_int_equal(began, viewed);
    assert_int_equal(ash_upload_end(&view), ASH_OK);
    ash_upload_forget(upload, &device, NULL);
    ash_upload_reclaim(upload, 0);
    ash_upload_stats(upload, &stats);
    assert_int_equal(stats.ring_used, 0);
    ash_upload_destroy(upload);
    ash_buffer_finish(&device);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upload_ring_is_made_whole_or_not_at_all),
        cmocka_unit_test(a_retire_queue_is_made_whole_or_not_at_all),
        cmocka_unit_test(a_retire_queue_that_cannot_grow_waits_and_destroys_at_once),
        cmocka_unit_test(a_view_without_room_for_its_shadow_is_not_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
