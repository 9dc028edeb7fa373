// Labels: valgrind
// Conditions that only rare buffers, views and images meet: found by the coverage of branches and
// by broken code that nothing else noticed.
#include "engine/memory/buffer.h"

#include <volk.h>

#include "engine/memory/image.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

// The driver does not merely prefer it: such resources can't share memory.
static void required_dedicated_memory_is_taken(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_image image;
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE_NO_BAR];
    profile.requires_dedicated = FAKE_MIB;
    memory_test_begin(&test, &profile);
    const struct ash_buffer_params buffer_params = {.size = 2 * FAKE_MIB,
                                                    .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};
    const struct ash_image_params image_params = {.extent = {1024, 1024},
                                                  .format = VK_FORMAT_R8G8B8A8_UNORM,
                                                  .usage = VK_IMAGE_USAGE_SAMPLED_BIT};
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &buffer_params), ASH_OK);
    assert_int_equal(ash_image_init(&image, test.allocator, &image_params), ASH_OK);
    struct ash_allocator_stats stats;
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(stats.total.dedicated, 2);
    assert_int_equal(stats.total.chunks, 0);
    ash_image_finish(&image);
    ash_buffer_finish(&buffer);
    const struct ash_image_params flat = {.extent = {1024, 0},
                                          .format = VK_FORMAT_R8G8B8A8_UNORM,
                                          .usage = VK_IMAGE_USAGE_SAMPLED_BIT};
    assert_breaks_rule("one pixel",
                       assert_int_equal(ash_image_init(&image, test.allocator, &flat), ASH_OK));
    const struct ash_image_params thin = {.extent = {0, 4}, .format = VK_FORMAT_R8_UNORM};
    assert_breaks_rule("at least one pixel",
                       assert_int_equal(ash_image_init(&image, test.allocator, &thin), ASH_OK));
    memory_test_end(&test);
}

static void views_of_buffers(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view view;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    const struct ash_buffer_params params = {.size = 256,
                                             .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                             .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT};
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &params), ASH_OK);
    assert_int_equal(ash_buffer_begin_view(
                         &buffer, &(struct ash_view_params){.access = ASH_ACCESS_WRITE}, &view),
                     ASH_OK);
    assert_int_equal(ash_view_write(&view, 256, "", 0), ASH_OK); // nothing, at the very end
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static struct ash_buffer visible_buffer(struct memory_test *test, VkDeviceSize size)
{
    struct ash_buffer buffer;
    const struct ash_buffer_params params = {.size = size,
                                             .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                             .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT};
    assert_int_equal(ash_buffer_init(&buffer, test->allocator, &params), ASH_OK);
    return buffer;
}

static enum ash_result open_view(struct ash_buffer *buffer, VkDeviceSize offset, VkDeviceSize size,
                                 uint32_t access, struct ash_buffer_view *view)
{
    const struct ash_view_params params = {.offset = offset, .size = size, .access = access};
    return ash_buffer_begin_view(buffer, &params, view);
}

static void as_many_views_as_may_be(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer_view views[ASH_BUFFER_MAX_VIEWS + 1];
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_buffer buffer = visible_buffer(&test, 1024);
    for (uint32_t i = 0; i < ASH_BUFFER_MAX_VIEWS; i++)
        assert_int_equal(open_view(&buffer, 32 * i, 32, ASH_ACCESS_WRITE, &views[i]), ASH_OK);
    catch_log_begin();
    assert_int_equal(open_view(&buffer, 1000, 16, ASH_ACCESS_WRITE, &views[ASH_BUFFER_MAX_VIEWS]),
                     ASH_NOT_READY);
    // It will do later: no error.
    assert_int_equal(catch_log_count(ASH_LOG_WARNING), 1);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 0);
    assert_int_equal(open_view(&buffer, 1025, 1, ASH_ACCESS_WRITE, &views[ASH_BUFFER_MAX_VIEWS]),
                     ASH_ERROR_OUT_OF_RANGE);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    catch_log_end();
    assert_int_equal(ash_buffer_end_view(&views[0]), ASH_OK);
    // The rest of the buffer, from its middle on.
    for (uint32_t i = 2; i < ASH_BUFFER_MAX_VIEWS; i++)
        assert_int_equal(ash_buffer_end_view(&views[i]), ASH_OK);
    assert_int_equal(open_view(&buffer, 600, 0, ASH_ACCESS_READ_WRITE, &views[0]), ASH_OK);
    assert_int_equal(views[0].size, 424);
    unsigned char byte = 7, read = 0;
    assert_int_equal(ash_view_write(&views[0], 423, &byte, 1), ASH_OK);
    assert_int_equal(ash_view_read(&views[0], 423, &read, 1), ASH_OK);
    assert_int_equal(read, 7);
    assert_int_equal(ash_buffer_end_view(&views[0]), ASH_OK);
    // The first slot is empty, the second is not.
    assert_breaks_rule("views end before", ash_buffer_finish(&buffer));
    assert_int_equal(ash_buffer_end_view(&views[1]), ASH_OK);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void half_an_element_is_refused(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer_view view;
    unsigned char bytes[4] = {0};
    const struct ash_view_params params = {.element_size = 2, .access = ASH_ACCESS_WRITE};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct ash_buffer buffer = visible_buffer(&test, 64);
    assert_int_equal(ash_buffer_begin_view(&buffer, &params, &view), ASH_OK);
    catch_log_begin();
    assert_int_equal(ash_view_write(&view, 1, bytes, 2), ASH_ERROR_OUT_OF_RANGE);
    assert_int_equal(ash_view_write(&view, 2, bytes, 3), ASH_ERROR_OUT_OF_RANGE);
    catch_log_end();
    assert_int_equal(ash_view_write(&view, 2, bytes, 4), ASH_OK);
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void preferred_dedicated_memory_is_taken(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_allocator_stats stats;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_REBAR]);
    struct ash_buffer buffer = visible_buffer(&test, 128 * FAKE_MIB);
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(stats.total.dedicated, 1);
    ash_buffer_finish(&buffer);
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE_REBAR];
    memory_test_end(&test);
    profile.prefers_dedicated = FAKE_MIB; // less than a chunk, which would have room
    memory_test_begin(&test, &profile);
    buffer = visible_buffer(&test, FAKE_MIB);
    ash_allocator_stats(test.allocator, &stats);
    assert_int_equal(stats.total.dedicated, 1);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void a_buffer_of_all_that_may_be(void **state)
{
    (void)state;
    struct memory_test test;
    struct fake_profile profile = fake_profiles[FAKE_DISCRETE_NO_BAR];
    profile.max_allocation_size = 16 * FAKE_MIB;
    profile.buffer_padding = 0;
    profile.memory.memoryHeaps[0].size = FAKE_MIB; // smaller than the other
    memory_test_begin(&test, &profile);
    struct ash_buffer buffer = visible_buffer(&test, 16 * FAKE_MIB);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

// ---- what is invalidated where atoms are shared

static struct VolkDeviceTable table; // the fake device's, with one function in between
static PFN_vkInvalidateMappedMemoryRanges invalidate;
static VkMappedMemoryRange invalidated;
static uint32_t invalidations;

static VKAPI_ATTR VkResult VKAPI_CALL note_range(VkDevice device, uint32_t count,
                                                 const VkMappedMemoryRange *ranges)
{
    invalidated = ranges[0];
    invalidations += count;
    return invalidate(device, count, ranges);
}

// What a new view invalidates, while `other` is open for writing.
static void expect(struct memory_test *test, struct ash_buffer *buffer, VkDeviceSize first,
                   VkDeviceSize last, VkDeviceSize from, VkDeviceSize to)
{
    (void)test;
    struct ash_buffer_view view;
    invalidations = 0;
    assert_int_equal(open_view(buffer, first, last - first, ASH_ACCESS_WRITE, &view), ASH_OK);
    assert_int_equal(invalidations, from < to);
    if (from < to) {
        assert_int_equal(invalidated.offset, buffer->block.offset + from);
        assert_int_equal(invalidated.size, to - from);
    }
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
}

static void atoms_that_others_write_are_not_invalidated(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer_view low, high;
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]); // atoms of 256
    table = *test.context->vk;
    invalidate = table.vkInvalidateMappedMemoryRanges;
    table.vkInvalidateMappedMemoryRanges = note_range;
    test.context->vk = &table;
    struct ash_buffer buffer = visible_buffer(&test, 4096);
    expect(&test, &buffer, 100, 1000, 0, 1024);
    assert_int_equal(open_view(&buffer, 300, 100, ASH_ACCESS_WRITE, &low), ASH_OK);
    expect(&test, &buffer, 448, 1000, 512, 1024); // shares its first atom
    expect(&test, &buffer, 0, 288, 0, 256);       // its last
    expect(&test, &buffer, 512, 1000, 512, 1024); // none
    expect(&test, &buffer, 448, 500, 0, 0);       // all it has
    assert_int_equal(open_view(&buffer, 1040, 100, ASH_ACCESS_WRITE, &high), ASH_OK);
    expect(&test, &buffer, 448, 1040, 512, 1024); // both
    assert_int_equal(ash_buffer_end_view(&low), ASH_OK);
    assert_int_equal(ash_buffer_end_view(&high), ASH_OK);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(required_dedicated_memory_is_taken),
        cmocka_unit_test(views_of_buffers),
        cmocka_unit_test(as_many_views_as_may_be),
        cmocka_unit_test(half_an_element_is_refused),
        cmocka_unit_test(preferred_dedicated_memory_is_taken),
        cmocka_unit_test(a_buffer_of_all_that_may_be),
        cmocka_unit_test(atoms_that_others_write_are_not_invalidated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
