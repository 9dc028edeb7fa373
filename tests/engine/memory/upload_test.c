// Labels: valgrind
// Uploads on made-up devices: what arrives, and what comes back.
#include "tests/engine/memory/upload_fixture.h"

#include <stdio.h>

#include "engine/context/observe.h"

static void odd_sizes_arrive_whole(void **state)
{
    (void)state;
    static const VkDeviceSize sizes[] = {1, 2, 3, 5, 255, 257, 1023, 4099, 16385, 30001};
    for (int run = 0; run < 2 * FAKE_PROFILE_COUNT; run++) {
        struct upload_test test;
        unsigned char model[100000] = {0}, bytes[30001];
        uint64_t value = 0;
        begin(&test, &fake_profiles[run / 2], run % 2);
        fake_device_write(test.test.device, test.buffer.buffer, 0, model, sizeof(model));
        for (uint32_t i = 0; i < 100; i++) {
            VkDeviceSize size = sizes[i % 10];
            VkDeviceSize offset = (i * 7919) % (100000 - size);
            memset(bytes, (int)(i + 1), size);
            bytes[0] = 200;
            bytes[size - 1] = 201;
            memcpy(model + offset, bytes, size);
            enum ash_result result = upload(&test, &test.buffer, offset, bytes, size);
            if (result == ASH_NOT_READY) {
                // Full: the frame goes on, and the next one has room.
                record(&test, ++value);
                ash_upload_reclaim(test.upload, value);
                result = upload(&test, &test.buffer, offset, bytes, size);
            }
            assert_int_equal(result, ASH_OK);
        }
        record(&test, ++value);
        assert_arrived(&test, &test.buffer, model, sizeof(model));
        end(&test);
    }
}

static void what_the_cpu_reaches_is_written_without_a_copy(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_upload_stats stats;
    struct fake_counts counts;
    begin(&test, &fake_profiles[FAKE_INTEGRATED], false);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(upload(&test, &test.buffer, i * 100, "direct", 6), ASH_OK);
    record(&test, 1);
    ash_upload_stats(test.upload, &stats);
    fake_device_counts(test.test.device, &counts);
    assert_int_equal(stats.direct_writes, 10);
    assert_int_equal(stats.bytes_uploaded, 60);
    assert_int_equal(stats.copies, 0);
    assert_int_equal(stats.ring_used, 0);
    assert_int_equal(counts.copies, 0);
    assert_int_equal(counts.barriers, 0);
    end(&test);
}

static void staging_only_always_copies(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_upload_stats stats;
    begin(&test, &fake_profiles[FAKE_INTEGRATED], true);
    assert_int_equal(upload(&test, &test.buffer, 3, "copied", 6), ASH_OK);
    record(&test, 1);
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.direct_writes, 0);
    assert_int_equal(stats.copies, 1);
    assert_int_equal(stats.bytes_uploaded, 6);
    assert_int_equal(stats.ring_size, UPLOAD_RING_SIZE);
    unsigned char found[6];
    fake_device_read(test.test.device, test.buffer.buffer, 3, found, 6);
    assert_memory_equal(found, "copied", 6);
    end(&test);
}

static void no_upload_maps_memory_after_the_first_of_a_chunk(void **state)
{
    (void)state;
    for (int run = 0; run < 2 * FAKE_PROFILE_COUNT; run++) {
        struct upload_test test;
        struct ash_buffer buffers[20];
        begin(&test, &fake_profiles[run / 2], run % 2);
        assert_int_equal(upload(&test, &test.buffer, 0, "first", 5), ASH_OK);
        uint64_t maps = fake_device_calls(test.test.device, "vkMapMemory");
        for (uint32_t i = 0; i < 20; i++) {
            make_buffer(&test, &buffers[i], 1000);
            assert_int_equal(upload(&test, &buffers[i], 0, "another", 7), ASH_OK);
            record(&test, i + 1);
            ash_upload_reclaim(test.upload, i + 1);
        }
        assert_int_equal(fake_device_calls(test.test.device, "vkMapMemory"), maps);
        assert_int_equal(fake_device_calls(test.test.device, "vkUnmapMemory"), 0);
        for (uint32_t i = 0; i < 20; i++)
            ash_buffer_finish(&buffers[i]);
        end(&test);
    }
}

static void what_is_written_directly_keeps_its_chunk_mapped(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_buffer buffer;
    struct ash_buffer_params params = {.size = 1000,
                                       .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                                       .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                                     VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT};
    begin(&test, &fake_profiles[FAKE_DISCRETE_REBAR], false); // the ring is in another chunk
    assert_int_equal(ash_buffer_init(&buffer, test.test.allocator, &params), ASH_OK);
    uint64_t maps = fake_device_calls(test.test.device, "vkMapMemory");
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(upload(&test, &buffer, i, "direct", 6), ASH_OK);
    assert_int_equal(fake_device_calls(test.test.device, "vkMapMemory"), maps + 1);
    assert_int_equal(fake_device_calls(test.test.device, "vkUnmapMemory"), 0);
    ash_buffer_finish(&buffer);
    assert_int_equal(fake_device_calls(test.test.device, "vkUnmapMemory"), 1);
    // Where the driver refuses to map, there is no view and nothing to undo.
    struct ash_buffer_view view;
    struct ash_upload_target target = {.buffer = &buffer, .size = 10};
    struct fake_fault fault = {"vkMapMemory", 1, 1, VK_ERROR_MEMORY_MAP_FAILED};
    assert_int_equal(ash_buffer_init(&buffer, test.test.allocator, &params), ASH_OK);
    fake_device_fail(test.test.device, &fault);
    catch_log_begin();
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_ERROR_MAP_FAILED);
    catch_log_end();
    assert_null(view.data);
    ash_buffer_finish(&buffer);
    end(&test);
}

static void a_full_ring_says_not_ready_and_changes_nothing(void **state)
{
    (void)state;
    static const struct ash_buffer_view zero;
    struct upload_test test;
    struct ash_upload_stats before, after;
    struct ash_buffer_view view;
    unsigned char bytes[10000] = {0};
    begin(&test, &fake_profiles[FAKE_DISCRETE], true);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(upload(&test, &test.buffer, i * 10000, bytes, 10000), ASH_OK);
    ash_upload_stats(test.upload, &before);
    memset(&view, 0xFF, sizeof(view));
    struct ash_upload_target target = {.buffer = &test.buffer, .size = 10000};
    catch_log_begin();
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_NOT_READY);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR) + catch_log_count(ASH_LOG_WARNING), 0);
    catch_log_end();
    assert_memory_equal(&view, &zero, sizeof(zero));
    ash_upload_stats(test.upload, &after);
    assert_int_equal(after.ring_used, before.ring_used);
    assert_int_equal(after.refusals, 1);
    record(&test, 7);
    ash_upload_reclaim(test.upload, 6); // the GPU still reads
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_NOT_READY);
    ash_upload_reclaim(test.upload, 7);
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
    assert_int_equal(ash_upload_end(&view), ASH_OK);
    end(&test);
}

static void views_end_in_any_order(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_buffer_view views[10];
    unsigned char model[10];
    begin(&test, &fake_profiles[FAKE_MOBILE], true);
    for (uint32_t i = 0; i < 10; i++) {
        struct ash_upload_target target = {.buffer = &test.buffer, .offset = i, .size = 1};
        assert_int_equal(ash_upload_begin(test.upload, &target, &views[i]), ASH_OK);
    }
    for (uint32_t i = 0; i < 10; i++) {
        uint32_t which = (i * 7) % 10;
        unsigned char byte = model[which] = (unsigned char)(which + 65);
        assert_int_equal(ash_view_write(&views[which], 0, &byte, 1), ASH_OK);
        assert_int_equal(ash_upload_end(&views[which]), ASH_OK);
        if (i == 4)
            record(&test, 1);
    }
    ash_upload_reclaim(test.upload, 1);
    record(&test, 2);
    ash_upload_reclaim(test.upload, 2);
    assert_arrived(&test, &test.buffer, model, 10);
    struct ash_upload_stats stats;
    ash_upload_stats(test.upload, &stats);
    assert_int_equal(stats.ring_used, 0);
    end(&test);
}

static void the_last_of_two_writers_of_a_byte_wins(void **state)
{
    (void)state;
    struct upload_test test;
    unsigned char found[8];
    begin(&test, &fake_profiles[FAKE_DISCRETE], true);
    assert_int_equal(upload(&test, &test.buffer, 0, "aaaaaaaa", 8), ASH_OK);
    assert_int_equal(upload(&test, &test.buffer, 4, "bbbb", 4), ASH_OK);
    assert_int_equal(upload(&test, &test.buffer, 2, "cccc", 4), ASH_OK);
    record(&test, 1);
    fake_device_read(test.test.device, test.buffer.buffer, 0, found, 8);
    assert_memory_equal(found, "aaccccbb", 8);
    end(&test);
}

static void copies_into_one_buffer_go_in_one_command(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_buffer other;
    struct fake_counts counts;
    begin(&test, &fake_profiles[FAKE_DISCRETE], true);
    make_buffer(&test, &other, 1000);
    record(&test, 1); // nothing noted: nothing recorded
    fake_device_counts(test.test.device, &counts);
    assert_int_equal(counts.barriers, 0);
    for (uint32_t i = 0; i < 30; i++)
        assert_int_equal(upload(&test, i % 2 ? &other : &test.buffer, i * 10, "bytes", 5), ASH_OK);
    record(&test, 2);
    fake_device_counts(test.test.device, &counts);
    assert_int_equal(fake_device_calls(test.test.device, "vkCmdCopyBuffer"), 2);
    assert_int_equal(counts.copies, 30);
    assert_int_equal(counts.barriers, 2); // one before, one after
    ash_buffer_finish(&other);
    end(&test);
}

static void copies_that_go_on_are_one(void **state)
{
    (void)state;
    struct upload_test test;
    struct fake_counts counts;
    unsigned char bytes[64];
    for (uint32_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i + 1);
    begin(&test, &fake_profiles[FAKE_DISCRETE], true);
    for (VkDeviceSize at = 0; at < 64; at += 16)
        assert_int_equal(upload(&test, &test.buffer, at, bytes + at, 16), ASH_OK);
    assert_int_equal(upload(&test, &test.buffer, 80, bytes, 16), ASH_OK); // beside, not behind
    record(&test, 1);
    fake_device_counts(test.test.device, &counts);
    assert_int_equal(counts.copies, 2);
    assert_arrived(&test, &test.buffer, bytes, 64);
    // What was recorded is copied: nothing is added to it.
    assert_int_equal(upload(&test, &test.buffer, 96, bytes, 16), ASH_OK);
    record(&test, 2);
    fake_device_counts(test.test.device, &counts);
    assert_int_equal(counts.copies, 3);
    end(&test);
}

static void levels_of_images_arrive_and_the_last_writer_wins(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_image image;
    struct ash_image_params params = {.extent = {6, 5},
                                      .format = VK_FORMAT_R8G8B8A8_UNORM,
                                      .usage = VK_IMAGE_USAGE_SAMPLED_BIT |
                                               VK_IMAGE_USAGE_TRANSFER_DST_BIT,
                                      .mip_levels = 3,
                                      .array_layers = 40};
    unsigned char texels[6 * 5 * 4];
    begin(&test, &fake_profiles[FAKE_INTEGRATED], false); // images are never written directly
    assert_int_equal(ash_image_init(&image, test.test.allocator, &params), ASH_OK);
    for (uint32_t i = 0; i < 3 * 40 + 1; i++) {
        uint32_t level = i % 3, layer = i / 3 % 40;
        VkDeviceSize size = (level == 0 ? 6 * 5 : level == 1 ? 3 * 2 : 1) * 4;
        struct ash_upload_target target = {
            .image = &image, .mip_level = level, .array_layer = layer, .size = size};
        struct ash_buffer_view view;
        memset(texels, (int)(i + 1), sizeof(texels));
        assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
        assert_int_equal(ash_view_write(&view, 0, texels, size), ASH_OK);
        assert_int_equal(ash_upload_end(&view), ASH_OK);
    }
    record(&test, 1);
    struct fake_counts counts;
    fake_device_counts(test.test.device, &counts);
    assert_int_equal(counts.copies, 120);
    for (uint32_t i = 0; i < 120; i++) {
        int expected = i == 0 ? 121 : (int)(i + 1); // the first level was written twice
        assert_int_equal(*fake_device_texels(test.test.device, image.image, i % 3, i / 3),
                         expected);
    }
    ash_image_finish(&image);
    end(&test);
}

static void two_images_of_one_level_each(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_image images[2];
    struct ash_image_params params = {.extent = {1, 1},
                                      .format = VK_FORMAT_R8_UNORM,
                                      .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT,
                                      .array_layers = 2};
    begin(&test, &fake_profiles[FAKE_DISCRETE], true);
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(ash_image_init(&images[i], test.test.allocator, &params), ASH_OK);
    for (uint32_t i = 0; i < 4; i++) {
        struct ash_buffer_view view;
        struct ash_upload_target target = {
            .image = &images[i / 2], .array_layer = i % 2, .size = 1};
        unsigned char byte = (unsigned char)(65 + i);
        assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
        assert_int_equal(ash_view_write(&view, 0, &byte, 1), ASH_OK);
        assert_int_equal(ash_upload_end(&view), ASH_OK);
    }
    record(&test, 1);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(*fake_device_texels(test.test.device, images[i / 2].image, 0, i % 2),
                         65 + i);
    for (uint32_t i = 0; i < 2; i++)
        ash_image_finish(&images[i]);
    end(&test);
}

// ---- who looks on

struct seen {
    uint32_t uploads, direct;
    VkDeviceSize bytes;
    char last[16];
};

static void see_upload(void *user, const char *target, VkDeviceSize size, bool direct)
{
    struct seen *seen = user;
    seen->uploads++;
    seen->direct += direct;
    seen->bytes += size;
    snprintf(seen->last, sizeof(seen->last), "%s", target);
}

static void an_observer_is_told_of_each(void **state)
{
    (void)state;
    struct upload_test test;
    struct ash_image image;
    struct ash_buffer_view view;
    struct seen seen = {0};
    const struct ash_observer observer = {.upload = see_upload, .user = &seen};
    struct ash_image_params params = {
        .extent = {1, 1}, .format = VK_FORMAT_R8_UNORM, .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    begin(&test, &fake_profiles[FAKE_INTEGRATED], false);
    assert_int_equal(ash_image_init(&image, test.test.allocator, &params), ASH_OK);
    ash_context_observe(test.test.context, &observer);
    assert_int_equal(upload(&test, &test.buffer, 0, "direct", 6), ASH_OK);
    assert_string_equal(seen.last, "destination");
    assert_int_equal(seen.direct, 1);
    const struct ash_upload_target target = {.image = &image, .size = 1};
    assert_int_equal(ash_upload_begin(test.upload, &target, &view), ASH_OK);
    assert_int_equal(ash_upload_end(&view), ASH_OK);
    assert_string_equal(seen.last, "an image");
    assert_int_equal(seen.uploads, 2);
    assert_int_equal(seen.direct, 1);
    assert_int_equal(seen.bytes, 7);
    ash_context_observe(test.test.context, NULL);
    record(&test, 1);
    ash_image_finish(&image);
    end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_sizes_arrive_whole),
        cmocka_unit_test(what_the_cpu_reaches_is_written_without_a_copy),
        cmocka_unit_test(staging_only_always_copies),
        cmocka_unit_test(no_upload_maps_memory_after_the_first_of_a_chunk),
        cmocka_unit_test(what_is_written_directly_keeps_its_chunk_mapped),
        cmocka_unit_test(a_full_ring_says_not_ready_and_changes_nothing),
        cmocka_unit_test(views_end_in_any_order),
        cmocka_unit_test(the_last_of_two_writers_of_a_byte_wins),
        cmocka_unit_test(copies_into_one_buffer_go_in_one_command),
        cmocka_unit_test(copies_that_go_on_are_one),
        cmocka_unit_test(levels_of_images_arrive_and_the_last_writer_wins),
        cmocka_unit_test(two_images_of_one_level_each),
        cmocka_unit_test(an_observer_is_told_of_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
