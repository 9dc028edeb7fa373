// Labels: valgrind
// Uploads on made-up devices: what is refused, what is forgotten, what fails.
#include "engine/memory/optional/growth.h"
#include "tests/engine/memory/upload_fixture.h"

static void what_the_destination_does_not_have_is_refused(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_image image, odd;
    struct ash_buffer_view view;
    struct ash_image_params params = {
        .extent = {4, 4}, .format = VK_FORMAT_R8_UNORM, .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    begin(&test, &fake_profiles[FAKE_DISCRETE], false);
    assert_int_equal(ash_image_init(&image, test.test.allocator, &params), ASH_OK);
    params.format = VK_FORMAT_BC1_RGB_UNORM_BLOCK;
    assert_int_equal(ash_image_init(&odd, test.test.allocator, &params), ASH_OK);
    const struct {
        struct ash_upload_target target;
        enum ash_result expected;
    } wrong[] = {
        {{.buffer = &test.buffer, .offset = 99999, .size = 2}, ASH_ERROR_OUT_OF_RANGE},
        {{.buffer = &test.buffer, .offset = UINT64_MAX, .size = 2}, ASH_ERROR_OUT_OF_RANGE},
        {{.buffer = &test.buffer, .offset = 0, .size = UINT64_MAX}, ASH_ERROR_OUT_OF_RANGE},
        {{.buffer = &test.buffer, .offset = 0, .size = UPLOAD_RING_SIZE + 1},
         ASH_ERROR_OUT_OF_RANGE},
        {{.image = &image, .size = 15}, ASH_ERROR_OUT_OF_RANGE},
        {{.image = &image, .size = 17}, ASH_ERROR_OUT_OF_RANGE},
        {{.image = &image, .mip_level = 1, .size = 4}, ASH_ERROR_OUT_OF_RANGE},
        {{.image = &image, .array_layer = 1, .size = 16}, ASH_ERROR_OUT_OF_RANGE},
        {{.image = &odd, .size = 8}, ASH_ERROR_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        catch_log_begin();
        assert_int_equal(ash_upload_begin(test.upload, &wrong[i].target, &view), wrong[i].expected);
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
        catch_log_end();
        assert_null(view.data);
    }
    ash_image_finish(&odd);
    ash_image_finish(&image);
    end(&test);
}

static void what_is_forgotten_is_not_copied(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_buffer doomed;
    struct ash_image image;
    struct ash_buffer_view view;
    struct ash_upload_stats stats;
    struct ash_image_params params = {
        .extent = {2, 2}, .format = VK_FORMAT_R8_UNORM, .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    begin(&test, &fake_profiles[FAKE_DISCRETE], true);
    make_buffer(&test, &doomed, 100);
    assert_int_equal(ash_image_init(&image, test.test.allocator, &params), ASH_OK);
    assert_int_equal(upload(&test, &doomed, 0, "doomed", 6), ASH_OK);
    assert_int_equal(upload(&test, &test.buffer, 0, "kept", 4), ASH_OK);
    struct ash_upload_target target = {.buffer = &doomed, .size = 10};
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
    struct ash_buffer_view texels;
    target = (struct ash_upload_target){.image = &image, .size = 4};
    assert_int_equal(ash_upload_begin(test.upload, &target, &texels), ASH_OK);
    assert_int_equal(ash_upload_end(&texels), ASH_OK);
    ash_upload_forget(test.upload, &doomed, &image);
    ash_upload_forget(test.upload, NULL, NULL);
    ash_buffer_finish(&doomed); // the fake device complains if its copies are recorded
    ash_image_finish(&image);
    assert_int_equal(ash_upload_end(&view), ASH_OK);
    record(&test, 1);
    ash_upload_reclaim(test.upload, 1);
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.copies, 1);
    assert_int_equal(stats.ring_used, 0);
    end(&test);
}

// A frame whose submission fails leaves its number to the next one.
static void what_no_submission_copied_is_recorded_again(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_buffer doomed;
    struct ash_upload_stats stats;
    begin(&test, &fake_profiles[FAKE_DISCRETE], true);
    make_buffer(&test, &doomed, 100);
    assert_int_equal(upload(&test, &test.buffer, 0, "kept", 4), ASH_OK);
    assert_int_equal(upload(&test, &doomed, 0, "doomed", 6), ASH_OK);
    record(&test, 1);
    ash_upload_abandon(test.upload);
    ash_upload_forget(test.upload, &doomed, NULL);
    ash_buffer_finish(&doomed); // the fake device complains if its copy is recorded again
    assert_int_equal(upload(&test, &test.buffer, 4, " too", 4), ASH_OK);
    record(&test, 1); // again, with what came meanwhile
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.copies, 2 + 2);
    assert_int_equal(stats.bytes_uploaded, 4 + 6 + 4);
    assert_arrived(&test, &test.buffer, (const unsigned char *)"kept too", 8);
    record(&test, 2); // nothing is left of them
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.copies, 2 + 2);
    ash_upload_reclaim(test.upload, 1);
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.ring_used, 0);
    end(&test);
}

// What an earlier submission reads is its own.
static void only_the_last_submission_is_abandoned(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_upload_stats stats;
    begin(&test, &fake_profiles[FAKE_DISCRETE], true);
    assert_int_equal(upload(&test, &test.buffer, 0, "first", 5), ASH_OK);
    record(&test, 1);
    assert_int_equal(upload(&test, &test.buffer, 5, "second", 6), ASH_OK);
    struct ash_buffer_view view;
    struct ash_upload_target target = {.buffer = &test.buffer, .offset = 11, .size = 1};
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
    record(&test, 2);
    ash_upload_abandon(test.upload);
    ash_upload_reclaim(test.upload, 1); // what was abandoned stays, and what is open
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.ring_used, 2 * 16);
    assert_int_equal(ash_view_write(&view, 0, "!", 1), ASH_OK);
    assert_int_equal(ash_upload_end(&view), ASH_OK);
    record(&test, 2);
    assert_int_equal(fake_device_calls(test.test.device, "vkCmdCopyBuffer"), 3);
    assert_arrived(&test, &test.buffer, (const unsigned char *)"firstsecond!", 12);
    ash_upload_reclaim(test.upload, 2);
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.ring_used, 0);
    end(&test);
}

static void creation_that_fails_leaves_nothing(void **state)
{
    (void)state;
    struct memory_test test;
    uint64_t nth = 0;
    bool failed = true;
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]);
    while (failed) {
        struct ash_upload *ring = (struct ash_upload *)1;
        struct fake_fault fault = {
            .nth = ++nth, .count = 100, .result = VK_ERROR_OUT_OF_HOST_MEMORY};
        ash_allocator_trim(test.allocator); // each round asks for memory anew
        catch_log_begin();
        fake_device_fail(test.device, &fault);
        enum ash_result result =
            ash_upload_create(test.allocator, &(struct ash_upload_params){0}, &ring);
        failed = fake_device_failed(test.device);
        fake_device_fail(test.device, &(struct fake_fault){0});
        catch_log_end();
        if (result == ASH_OK)
            ash_upload_destroy(ring);
        else
            assert_null(ring);
    }
    assert_true(nth >= 6); // create, name, allocate, bind, map, and then nothing
    memory_test_end(&test);
}

static void what_the_driver_refuses_is_not_noted(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_buffer_view view;
    struct ash_upload_stats stats;
    struct fake_profile profile = fake_profiles[FAKE_MOBILE];
    // The staging ring prefers coherent memory: here there is none.
    profile.memory.memoryTypeCount = 4;
    begin(&test, &profile, true);
    struct ash_upload_target target = {.buffer = &test.buffer, .size = 100};
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
    struct fake_fault flush = {"vkFlushMappedMemoryRanges", 1, 1, VK_ERROR_OUT_OF_HOST_MEMORY};
    fake_device_fail(test.test.device, &flush);
    catch_log_begin();
    assert_int_equal(ash_upload_end(&view), ASH_ERROR_OUT_OF_HOST_MEMORY);
    catch_log_end();
    assert_null(view.data);
    record(&test, 1);
    ash_upload_reclaim(test.upload, 1);
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.copies, 0);
    assert_int_equal(stats.ring_used, 0);
    assert_int_equal(upload(&test, &test.buffer, 0, "later", 5), ASH_OK);
    record(&test, 2);
    assert_arrived(&test, &test.buffer, (const unsigned char *)"later", 5);
    // Pieces have their atoms to themselves.
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.ring_used, 256);
    end(&test);
    // Where the bytes were written in place, they do not count as written.
    begin(&test, &profile, false);
    struct ash_buffer visible;
    struct ash_buffer_params params = {.size = 100,
                                       .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                       .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT};
    assert_int_equal(ash_buffer_init(&visible, test.test.allocator, &params), ASH_OK);
    target.buffer = &visible;
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
    fake_device_fail(test.test.device, &flush);
    catch_log_begin();
    assert_int_equal(ash_upload_end(&view), ASH_ERROR_OUT_OF_HOST_MEMORY);
    catch_log_end();
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.direct_writes, 0);
    assert_int_equal(stats.bytes_uploaded, 0);
    ash_buffer_finish(&visible);
    end(&test);
}

static void the_rules_of_uploads_are_checked(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_buffer_view view = {0}, plain;
    struct ash_buffer visible;
    struct ash_buffer_params params = {.size = 16,
                                       .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
                                       .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT};
    struct ash_upload_target nowhere = {.size = 1};
    struct ash_upload_target nothing = {.buffer = &test.buffer};
    struct ash_upload_target target = {.buffer = &test.buffer, .size = 1};
    struct ash_view_params write = {.access = ASH_ACCESS_WRITE};
    begin(&test, &fake_profiles[FAKE_DISCRETE], false);
    assert_int_equal(ash_upload_end(&view), ASH_OK); // no view is ended without harm
    assert_int_equal(ash_buffer_init(&visible, test.test.allocator, &params), ASH_OK);
    assert_int_equal(ash_buffer_begin_view(&visible, &write, &plain), ASH_OK);
    assert_breaks_rule("to a buffer or to an image",
                       (void)(ash_upload_begin(test.upload, &nowhere, &view) == ASH_OK));
    assert_breaks_rule("at least one byte",
                       (void)(ash_upload_begin(test.upload, &nothing, &view) == ASH_OK));
    assert_breaks_rule("ends by ash_buffer_end_view", (void)(ash_upload_end(&plain) == ASH_OK));
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
    assert_breaks_rule("ends by ash_upload_end", (void)(ash_buffer_end_view(&view) == ASH_OK));
    assert_breaks_rule("before it is destroyed", ash_upload_destroy(test.upload));
    struct ash_buffer_view copy = view, other = view;
    other.offset++; // of a piece that has come back meanwhile
    assert_breaks_rule("ends once", (void)(ash_upload_end(&other) == ASH_OK));
    assert_int_equal(ash_upload_end(&view), ASH_OK);
    assert_breaks_rule("ends once", (void)(ash_upload_end(&copy) == ASH_OK));
    assert_int_equal(ash_buffer_end_view(&plain), ASH_OK);
    ash_buffer_finish(&visible);
    ash_upload_destroy(NULL);
    end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_destination_does_not_have_is_refused),
        cmocka_unit_test(what_is_forgotten_is_not_copied),
        cmocka_unit_test(what_no_submission_copied_is_recorded_again),
        cmocka_unit_test(only_the_last_submission_is_abandoned),
        cmocka_unit_test(creation_that_fails_leaves_nothing),
        cmocka_unit_test(what_the_driver_refuses_is_not_noted),
        cmocka_unit_test(the_rules_of_uploads_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
