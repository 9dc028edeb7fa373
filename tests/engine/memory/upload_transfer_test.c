// Labels: valgrind
// Uploads over a queue that only copies, on a made-up device that has one.
#include "tests/engine/memory/upload_fixture.h"

#include <volk.h>

static void begin_beside(struct upload_test *test, enum ash_upload_path path)
{
    static struct fake_profile profile;
    profile = fake_profiles[FAKE_DISCRETE];
    profile.transfer_queue = true;
    struct ash_upload_params params = {.size = UPLOAD_RING_SIZE, .path = path};
    memory_test_begin(&test->test, &profile);
    assert_int_equal(ash_upload_create(test->test.allocator, &params, &test->upload), ASH_OK);
    make_buffer(test, &test->buffer, 100000);
}

static struct ash_upload_wait record_beside(struct upload_test *test, uint64_t value)
{
    struct ash_upload_wait wait;
    ash_upload_record(test->upload, memory_test_commands(&test->test), value, &wait);
    memory_test_submit(&test->test);
    return wait;
}

static struct fake_counts counts_of(struct upload_test *test)
{
    struct fake_counts counts;
    fake_device_counts(test->test.device, &counts);
    return counts;
}

static void the_path_follows_the_device(void **state)
{
    (void)state;
    static const struct {
        enum fake_profile_name profile;
        bool transfer_queue;
        enum ash_upload_path wanted, got;
        const char *why;
    } cases[] = {
        {FAKE_INTEGRATED, false, ASH_UPLOAD_AUTO, ASH_UPLOAD_DIRECT, "main memory"},
        {FAKE_INTEGRATED, true, ASH_UPLOAD_GRAPHICS_QUEUE, ASH_UPLOAD_GRAPHICS_QUEUE, "asked"},
        {FAKE_DISCRETE, false, ASH_UPLOAD_AUTO, ASH_UPLOAD_GRAPHICS_QUEUE, "no queue"},
        {FAKE_DISCRETE, false, ASH_UPLOAD_TRANSFER_QUEUE, ASH_UPLOAD_GRAPHICS_QUEUE, "no queue"},
        {FAKE_DISCRETE, true, ASH_UPLOAD_AUTO, ASH_UPLOAD_TRANSFER_QUEUE, "beside"},
        {FAKE_DISCRETE, true, ASH_UPLOAD_TRANSFER_QUEUE, ASH_UPLOAD_TRANSFER_QUEUE, "asked"},
        {FAKE_DISCRETE_REBAR, true, ASH_UPLOAD_DIRECT, ASH_UPLOAD_DIRECT, "asked"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct memory_test test;
        struct ash_upload *upload;
        const char *why;
        struct fake_profile profile = fake_profiles[cases[i].profile];
        profile.transfer_queue = cases[i].transfer_queue;
        memory_test_begin(&test, &profile);
        struct ash_upload_params params = {.path = cases[i].wanted, .label = "meshes"};
        assert_int_equal(ash_upload_create(test.allocator, &params, &upload), ASH_OK);
        assert_int_equal(ash_upload_path(upload, &why), cases[i].got);
        assert_non_null(strstr(why, cases[i].why));
        VkMemoryPropertyFlags visible =
            cases[i].got == ASH_UPLOAD_DIRECT ? VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT : 0;
        assert_int_equal(ash_upload_path(upload, NULL), cases[i].got);
        assert_int_equal(ash_upload_preferred(upload),
                         VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | visible);
        ash_upload_destroy(upload);
        memory_test_end(&test);
    }
}

static void what_is_copied_beside_changes_hands_in_pairs(void **state)
{
    (void)state;
    struct upload_test test;
    begin_beside(&test, ASH_UPLOAD_AUTO);
    struct ash_image image;
    struct ash_image_params image_params = {
        .extent = {2, 2}, .format = VK_FORMAT_R8_UNORM, .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    assert_int_equal(ash_image_init(&image, test.test.allocator, &image_params), ASH_OK);
    assert_int_equal(upload(&test, &test.buffer, 0, "one", 3), ASH_OK);
    assert_int_equal(upload(&test, &test.buffer, 3, " two", 4), ASH_OK);
    assert_int_equal(upload(&test, &test.buffer, 100, "three", 5), ASH_OK);
    struct ash_buffer_view view;
    struct ash_upload_target target = {.image = &image, .size = 4};
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
    assert_int_equal(ash_view_write(&view, 0, "abcd", 4), ASH_OK);
    assert_int_equal(ash_upload_end(&view), ASH_OK);

    struct ash_upload_wait wait = record_beside(&test, 1);
    assert_true(wait.semaphore != VK_NULL_HANDLE);
    assert_int_equal(wait.value, 1);
    struct fake_counts counts = counts_of(&test);
    assert_int_equal(counts.transfer_copies, 3);
    assert_int_equal(counts.copies, 4);   // the image's with the frame
    assert_int_equal(counts.releases, 2); // stretches that touch go as one
    assert_int_equal(counts.acquires, 2);
    assert_arrived(&test, &test.buffer, (const unsigned char *)"one two", 7);

    wait = record_beside(&test, 2); // nothing is new
    assert_true(wait.semaphore == VK_NULL_HANDLE);
    assert_int_equal(counts_of(&test).acquires, 2);
    ash_upload_reclaim(test.upload, 1);
    ash_image_finish(&image);
    end(&test);
}

// More than go into one command, backwards, so that they have to be sorted.
static void many_stretches_arrive_and_change_hands(void **state)
{
    (void)state;
    enum { STRETCHES = 200 };
    static const enum ash_upload_path paths[] = {ASH_UPLOAD_GRAPHICS_QUEUE,
                                                 ASH_UPLOAD_TRANSFER_QUEUE};
    for (int i = 0; i < 2; i++) {
        struct upload_test test;
        struct ash_upload_stats stats;
        unsigned char model[2 * STRETCHES] = {0};
        begin_beside(&test, paths[i]);
        fake_device_write(test.test.device, test.buffer.buffer, 0, model, sizeof(model));
        for (uint32_t stretch = STRETCHES; stretch > 0; stretch--) {
            unsigned char byte = model[2 * (stretch - 1)] = (unsigned char)stretch;
            assert_int_equal(upload(&test, &test.buffer, 2 * (stretch - 1), &byte, 1), ASH_OK);
        }
        record_beside(&test, 1);
        assert_arrived(&test, &test.buffer, model, sizeof(model));
        ash_upload_stats(test.upload, &stats);
        assert_int_equal(stats.copies, STRETCHES);
        assert_int_equal(counts_of(&test).releases, i * STRETCHES);
        assert_int_equal(counts_of(&test).acquires, i * STRETCHES);
        end(&test);
    }
}

// What is recorded later for the same submission is released and acquired for itself, also where
// it goes on at the end of what was recorded first.
static void each_recording_changes_hands_by_itself(void **state)
{
    (void)state;
    struct upload_test test;
    begin_beside(&test, ASH_UPLOAD_TRANSFER_QUEUE);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(upload(&test, &test.buffer, 2 * i, "ab", 2), ASH_OK);
        struct ash_upload_wait wait = record_beside(&test, 1);
        assert_int_equal(wait.value, i + 1);
        assert_int_equal(counts_of(&test).releases, i + 1);
        assert_int_equal(counts_of(&test).acquires, i + 1);
    }
    assert_arrived(&test, &test.buffer, (const unsigned char *)"ababab", 6);
    end(&test);
}

// That the test above could fail: the device here reports a half that has no other, of a range of
// its own or of one that is released otherwise.
static void half_a_change_of_hands_is_reported(void **state)
{
    (void)state;
    struct upload_test test;
    begin_beside(&test, ASH_UPLOAD_AUTO);
    assert_int_equal(upload(&test, &test.buffer, 0, "abcd", 4), ASH_OK);
    const struct ash_context *context = ash_allocator_context(test.test.allocator);
    VkBufferMemoryBarrier2 acquire = {.sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2,
                                      .srcStageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                                      .dstStageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                                      .dstAccessMask = VK_ACCESS_2_MEMORY_READ_BIT,
                                      .srcQueueFamilyIndex = context->transfer.family_index,
                                      .dstQueueFamilyIndex = context->graphics.family_index,
                                      .buffer = test.buffer.buffer,
                                      .offset = 1000,
                                      .size = 4};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .bufferMemoryBarrierCount = 1,
                             .pBufferMemoryBarriers = &acquire};
    fake_device_quiet(test.test.device, true);
    context->vk->vkCmdPipelineBarrier2(memory_test_commands(&test.test), &info);
    assert_non_null(strstr(fake_device_complaint(test.test.device), "has no other"));
    fake_device_forget_complaints(test.test.device);
    fake_device_quiet(test.test.device, false);
    struct ash_upload_wait wait = record_beside(&test, 1);
    assert_true(wait.semaphore != VK_NULL_HANDLE);
    struct fake_counts counts = counts_of(&test);
    assert_int_equal(counts.releases, 1);
    assert_int_equal(counts.acquires, 1);
    ash_upload_reclaim(test.upload, 1);
    end(&test);
}

static void a_dropped_frame_is_acquired_again(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_buffer doomed;
    begin_beside(&test, ASH_UPLOAD_TRANSFER_QUEUE);
    make_buffer(&test, &doomed, 100);
    assert_int_equal(upload(&test, &test.buffer, 0, "kept", 4), ASH_OK);
    assert_int_equal(upload(&test, &doomed, 0, "doomed", 6), ASH_OK);
    struct ash_upload_wait wait = record_beside(&test, 1);
    assert_int_equal(wait.value, 1);
    ash_upload_abandon(test.upload);
    ash_upload_forget(test.upload, &doomed, NULL);
    ash_buffer_finish(&doomed);
    fake_device_drop_acquires(test.test.device);
    assert_int_equal(upload(&test, &test.buffer, 10, "more", 4), ASH_OK);
    wait = record_beside(&test, 1);
    assert_int_equal(wait.value, 2);
    struct fake_counts counts = counts_of(&test);
    assert_int_equal(counts.transfer_copies, 3); // none of them twice
    assert_int_equal(counts.acquires, 2 + 2);
    ash_upload_reclaim(test.upload, 1);
    assert_true(record_beside(&test, 2).semaphore == VK_NULL_HANDLE);
    end(&test);
}

static void what_the_transfer_queue_cannot_do_goes_with_the_frame(void **state)
{
    (void)state;
    struct upload_test test;
    begin_beside(&test, ASH_UPLOAD_AUTO);
    struct ash_image depth;
    struct ash_image_params params = {.extent = {1, 1},
                                      .format = VK_FORMAT_D32_SFLOAT,
                                      .aspect = VK_IMAGE_ASPECT_DEPTH_BIT,
                                      .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    assert_int_equal(ash_image_init(&depth, test.test.allocator, &params), ASH_OK);
    struct ash_buffer_view view;
    struct ash_upload_target target = {.image = &depth, .size = 4};
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
    assert_int_equal(ash_view_write(&view, 0, "abcd", 4), ASH_OK);
    assert_int_equal(ash_upload_end(&view), ASH_OK);
    assert_true(record_beside(&test, 1).semaphore == VK_NULL_HANDLE);
    // A queue whose command buffers are all in use, because nothing is known to be done.
    for (uint64_t value = 2; value < 8; value++) {
        assert_int_equal(upload(&test, &test.buffer, value, "x", 1), ASH_OK);
        assert_int_equal(record_beside(&test, value).semaphore != VK_NULL_HANDLE, value < 6);
    }
    struct fake_counts counts = counts_of(&test);
    assert_int_equal(counts.copies, 7);
    assert_int_equal(counts.transfer_copies, 4);
    ash_upload_reclaim(test.upload, 7);
    ash_image_finish(&depth);
    end(&test);
}

static void what_the_transfer_queue_refuses_goes_with_the_frame(void **state)
{
    (void)state;
    static const char *const calls[] = {"vkBeginCommandBuffer", "vkEndCommandBuffer",
                                        "vkQueueSubmit2"};
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        struct upload_test test;
        begin_beside(&test, ASH_UPLOAD_AUTO);
        fake_device_fail(
            test.test.device,
            &(struct fake_fault){
                .name = calls[i], .nth = 1, .count = 1, .result = VK_ERROR_OUT_OF_HOST_MEMORY});
        assert_int_equal(upload(&test, &test.buffer, 0, "all", 3), ASH_OK);
        catch_log_begin();
        assert_true(record_beside(&test, 1).semaphore == VK_NULL_HANDLE);
        assert_true(catch_log_has(calls[i]));
        catch_log_end();
        assert_arrived(&test, &test.buffer, (const unsigned char *)"all", 3);
        assert_int_equal(counts_of(&test).acquires, 0);
        ash_upload_reclaim(test.upload, 1);
        end(&test);
    }
}

static void creation_that_fails_leaves_nothing(void **state)
{
    (void)state;
    static const char *const calls[] = {"vkCreateSemaphore", "vkCreateCommandPool",
                                        "vkAllocateCommandBuffers"};
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        struct memory_test test;
        struct ash_upload *upload;
        struct fake_profile profile = fake_profiles[FAKE_DISCRETE];
        profile.transfer_queue = true;
        memory_test_begin(&test, &profile);
        fake_device_fail(test.device, &(struct fake_fault){.name = calls[i],
                                                           .nth = 1,
                                                           .count = 1,
                                                           .result = VK_ERROR_OUT_OF_HOST_MEMORY});
        catch_log_begin();
        assert_int_equal(ash_upload_create(test.allocator, &(struct ash_upload_params){0}, &upload),
                         ASH_ERROR_OUT_OF_HOST_MEMORY);
        assert_true(catch_log_has(calls[i]));
        catch_log_end();
        assert_null(upload);
        memory_test_end(&test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_follows_the_device),
        cmocka_unit_test(what_is_copied_beside_changes_hands_in_pairs),
        cmocka_unit_test(many_stretches_arrive_and_change_hands),
        cmocka_unit_test(each_recording_changes_hands_by_itself),
        cmocka_unit_test(half_a_change_of_hands_is_reported),
        cmocka_unit_test(a_dropped_frame_is_acquired_again),
        cmocka_unit_test(what_the_transfer_queue_cannot_do_goes_with_the_frame),
        cmocka_unit_test(what_the_transfer_queue_refuses_goes_with_the_frame),
        cmocka_unit_test(creation_that_fails_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
