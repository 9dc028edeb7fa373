// Labels: gpu
#include "engine/memory/image.h"

#include "engine/memory/buffer.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#include <string.h>

static const struct ash_image_params ordinary = {.extent = {64, 32},
                                                 .format = VK_FORMAT_R8G8B8A8_UNORM,
                                                 .usage = VK_IMAGE_USAGE_SAMPLED_BIT |
                                                          VK_IMAGE_USAGE_TRANSFER_DST_BIT,
                                                 .label = "ordinary"};

static void assert_zero(const struct ash_image *image)
{
    static const struct ash_image zero;
    assert_memory_equal(image, &zero, sizeof(zero));
}

static void assert_nothing_live(struct memory_test *test)
{
    struct fake_counts counts;
    struct ash_allocator_stats stats;
    fake_device_counts(test->device, &counts);
    ash_allocator_stats(test->allocator, &stats);
    assert_int_equal(counts.images, 0);
    assert_int_equal(counts.image_views, 0);
    assert_int_equal(stats.total.live_blocks, 0);
}

static void an_image_has_memory_and_a_view_and_gives_both_back(void **state)
{
    (void)state;
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        struct memory_test test;
        struct ash_image image;
        memory_test_begin(&test, &fake_profiles[profile]);
        assert_int_equal(ash_image_init(&image, test.allocator, &ordinary), ASH_OK);
        assert_non_null(image.image);
        assert_non_null(image.view);
        assert_int_equal(image.mip_levels, 1);
        assert_int_equal(image.array_layers, 1);
        assert_int_equal(image.aspect, VK_IMAGE_ASPECT_COLOR_BIT);
        assert_true(
            ash_allocator_memory_type_properties(test.allocator, image.block.memory_type_index) &
            VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
        ash_image_finish(&image);
        assert_zero(&image);
        ash_image_finish(&image);
        ash_image_finish(NULL);
        assert_nothing_live(&test);
        memory_test_end(&test);
    }
}

static void what_fails_on_the_way_leaves_nothing(void **state)
{
    (void)state;
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        struct memory_test test;
        uint64_t nth = 0;
        bool failed = true;
        memory_test_begin(&test, &fake_profiles[profile]);
        while (failed) {
            struct ash_image image;
            ash_allocator_trim(test.allocator); // each round asks for memory anew
            struct fake_fault fault = {
                .nth = ++nth, .count = 100, .result = VK_ERROR_OUT_OF_DEVICE_MEMORY};
            memset(&image, 0xFF, sizeof(image));
            catch_log_begin();
            fake_device_fail(test.device, &fault);
            enum ash_result result = ash_image_init(&image, test.allocator, &ordinary);
            failed = fake_device_failed(test.device);
            fake_device_fail(test.device, &(struct fake_fault){0});
            unsigned errors = catch_log_count(ASH_LOG_ERROR);
            catch_log_end();
            if (result == ASH_OK) {
                ash_image_finish(&image);
            } else {
                assert_int_equal(result, ASH_ERROR_OUT_OF_DEVICE_MEMORY);
                assert_int_equal(errors, 1);
                assert_zero(&image);
            }
            assert_nothing_live(&test);
        }
        assert_true(nth >= 6); // create, name, allocate, bind, create view, name
        memory_test_end(&test);
    }
}

static void what_the_device_does_not_have_is_unsupported(void **state)
{
    (void)state;
    static const struct ash_image_params wrong[] = {
        {.extent = {20000, 1}, .format = VK_FORMAT_R8_UNORM, .usage = VK_IMAGE_USAGE_SAMPLED_BIT},
        {.extent = {1, 20000}, .format = VK_FORMAT_R8_UNORM, .usage = VK_IMAGE_USAGE_SAMPLED_BIT},
        {.extent = {1, 1},
         .format = VK_FORMAT_R8_UNORM,
         .usage = VK_IMAGE_USAGE_SAMPLED_BIT,
         .array_layers = 100000},
        {.extent = {16, 4},
         .format = VK_FORMAT_R8_UNORM,
         .usage = VK_IMAGE_USAGE_SAMPLED_BIT,
         .mip_levels = 6},
    };
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct ash_image image;
        catch_log_begin();
        assert_int_equal(ash_image_init(&image, test.allocator, &wrong[i]), ASH_ERROR_UNSUPPORTED);
        assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
        catch_log_end();
        assert_zero(&image);
    }
    assert_int_equal(fake_device_calls(test.device, "vkCreateImage"), 0);
    struct ash_image image;
    struct ash_image_params nothing = ordinary;
    nothing.extent.height = 0;
    assert_breaks_rule("at least one pixel",
                       (void)(ash_image_init(&image, test.allocator, &nothing) == ASH_OK));
    memory_test_end(&test);
}

static void an_image_for_copies_only_has_no_view(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_image image;
    struct ash_image_params params = ordinary;
    params.usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_image_init(&image, test.allocator, &params), ASH_OK);
    assert_null(image.view);
    ash_image_finish(&image);
    memory_test_end(&test);
}

static void only_a_transient_image_gets_lazily_allocated_memory(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_image image;
    struct ash_image_params params = ordinary;
    memory_test_begin(&test, &fake_profiles[FAKE_TRAPS]); // complains of any other
    assert_int_equal(ash_image_init(&image, test.allocator, &params), ASH_OK);
    ash_image_finish(&image);
    params.usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSIENT_ATTACHMENT_BIT;
    assert_int_equal(ash_image_init(&image, test.allocator, &params), ASH_OK);
    assert_true(
        ash_allocator_memory_type_properties(test.allocator, image.block.memory_type_index) &
        VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT);
    ash_image_finish(&image);
    memory_test_end(&test);
}

static void what_prefers_memory_of_its_own_gets_it(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_image image;
    struct ash_image_params params = ordinary;
    struct ash_allocator_stats stats;
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE];
    profile.prefers_dedicated = 4096;
    params.label = NULL;
    memory_test_begin(&test, &profile);
    assert_int_equal(ash_image_init(&image, test.allocator, &params), ASH_OK);
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(stats.total.dedicated, 1);
    assert_int_equal(image.block.offset, 0);
    ash_image_finish(&image);
    memory_test_end(&test);
}

static void a_block_that_was_freed_by_somebody_else_is_named(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_image image;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_image_init(&image, test.allocator, &ordinary), ASH_OK);
    struct ash_memory_block stolen = image.block;
    assert_int_equal(ash_allocator_free(test.allocator, &stolen), ASH_OK);
    catch_log_begin();
    ash_image_finish(&image);
    assert_true(catch_log_has("64 x 32"));
    catch_log_end();
    memory_test_end(&test);
}

static void images_and_buffers_share_no_page_of_granularity(void **state)
{
    (void)state;
    enum { COUNT = 60 };
    struct memory_test test;
    struct ash_image images[COUNT];
    struct ash_buffer buffers[COUNT];
    struct fake_profile profile = fake_profiles[FAKE_GRANULAR];
    profile.image_alignment = 16; // else images would be apart by themselves
    memory_test_begin(&test, &profile);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            struct ash_image_params image = {.extent = {5 + i % 7, 3 + (i * 5) % 11},
                                             .format = VK_FORMAT_R8_UNORM,
                                             .usage = VK_IMAGE_USAGE_SAMPLED_BIT};
            struct ash_buffer_params buffer = {.size = 1 + (i * 37) % 3000,
                                               .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                                               .preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT};
            if (round == 0 || i % 2)
                assert_int_equal(ash_image_init(&images[i], test.allocator, &image), ASH_OK);
            if (round == 0 || i % 3)
                assert_int_equal(ash_buffer_init(&buffers[i], test.allocator, &buffer), ASH_OK);
        }
        for (uint32_t i = 0; i < COUNT; i++) {
            if (round == 2 || i % 2)
                ash_image_finish(&images[i]);
            if (round == 2 || i % 3)
                ash_buffer_finish(&buffers[i]);
        }
    }
    memory_test_end(&test);
}

static void real_images_of_all_kinds_are_made(void **state)
{
    (void)state;
    static const struct ash_image_params kinds[] = {
        {.extent = {640, 360},
         .format = VK_FORMAT_R8G8B8A8_SRGB,
         .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT},
        {.extent = {641, 359},
         .format = VK_FORMAT_D32_SFLOAT,
         .usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT,
         .aspect = VK_IMAGE_ASPECT_DEPTH_BIT},
        {.extent = {16, 16},
         .format = VK_FORMAT_R8G8B8A8_SRGB,
         .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
         .mip_levels = 5,
         .array_layers = 14},
        {.extent = {33, 77},
         .format = VK_FORMAT_R8G8B8A8_UNORM,
         .usage = VK_IMAGE_USAGE_STORAGE_BIT},
        {.extent = {8, 8},
         .format = VK_FORMAT_R8_UNORM,
         .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT},
    };
    struct memory_test test;
    struct ash_image images[5];
    memory_test_begin_gpu(&test);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(ash_image_init(&images[i], test.allocator, &kinds[i]), ASH_OK);
    struct ash_image unsupported;
    struct ash_image_params depth = kinds[1];
    depth.usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;
    catch_log_begin();
    assert_int_equal(ash_image_init(&unsupported, test.allocator, &depth), ASH_ERROR_UNSUPPORTED);
    catch_log_end();
    for (uint32_t i = 0; i < 5; i++)
        ash_image_finish(&images[i]);
    memory_test_end(&test);
}

static void a_level_knows_its_pixels_and_bytes(void **state)
{
    (void)state;
    static const struct {
        VkFormat format;
        VkDeviceSize texel;
    } cases[] = {
        {VK_FORMAT_R8_UNORM, 1},
        {VK_FORMAT_R8G8_SRGB, 2},
        {VK_FORMAT_R8G8B8_UNORM, 0},
        {VK_FORMAT_B8G8R8A8_SRGB, 4},
        {VK_FORMAT_R16_UNORM, 2},
        {VK_FORMAT_R16G16_SFLOAT, 4},
        {VK_FORMAT_R16G16B16_UNORM, 0},
        {VK_FORMAT_R16G16B16A16_SFLOAT, 8},
        {VK_FORMAT_R32_UINT, 4},
        {VK_FORMAT_R32G32_SFLOAT, 8},
        {VK_FORMAT_R32G32B32_SFLOAT, 0},
        {VK_FORMAT_R32G32B32A32_SFLOAT, 16},
        {VK_FORMAT_R64_SFLOAT, 0},
        {VK_FORMAT_E5B9G9R9_UFLOAT_PACK32, 4},
        {VK_FORMAT_D16_UNORM, 2},
        {VK_FORMAT_D32_SFLOAT, 4},
        {VK_FORMAT_BC1_RGB_UNORM_BLOCK, 0},
        {VK_FORMAT_UNDEFINED, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct ash_image image = {.extent = {20, 3}, .format = cases[i].format};
        assert_int_equal(ash_image_level_size(&image, 0), 60 * cases[i].texel);
        assert_int_equal(ash_image_level_size(&image, 4), cases[i].texel);
    }
    const struct ash_image image = {.extent = {20, 3}};
    VkExtent3D extent = ash_image_level_extent(&image, 1);
    assert_int_equal(extent.width, 10);
    assert_int_equal(extent.height, 1);
    assert_int_equal(extent.depth, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_has_memory_and_a_view_and_gives_both_back),
        cmocka_unit_test(what_fails_on_the_way_leaves_nothing),
        cmocka_unit_test(what_the_device_does_not_have_is_unsupported),
        cmocka_unit_test(an_image_for_copies_only_has_no_view),
        cmocka_unit_test(only_a_transient_image_gets_lazily_allocated_memory),
        cmocka_unit_test(what_prefers_memory_of_its_own_gets_it),
        cmocka_unit_test(a_block_that_was_freed_by_somebody_else_is_named),
        cmocka_unit_test(images_and_buffers_share_no_page_of_granularity),
        cmocka_unit_test(real_images_of_all_kinds_are_made),
        cmocka_unit_test(a_level_knows_its_pixels_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
