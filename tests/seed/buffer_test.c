// Labels: gpu
// The seed's sentences on buffers; docs/memory.md has the table.
#include "tests/seed/seed.h"

#include "engine/memory/buffer.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"

#include <string.h>

static void make(struct memory_test *test, struct ash_buffer *buffer, VkDeviceSize size)
{
    struct ash_buffer_params params = {.size = size,
                                       .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                                       .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                       .label = "seed"};
    assert_int_equal(ash_buffer_init(buffer, test->allocator, &params), ASH_OK);
}

static void one_call_makes_a_usable_buffer(struct memory_test *test)
{
    struct ash_buffer buffer;
    make(test, &buffer, 1001);
    assert_non_null(buffer.buffer);
    assert_non_null(buffer.block.memory);
    assert_int_equal(buffer.size, 1001);
    assert_true(buffer.properties & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);
    ash_buffer_finish(&buffer);
    assert_null(buffer.buffer);
    assert_null(buffer.block.memory);
}

static void the_buffer_struct_is_a_higher_level_abstraction_for_vulkan_buffers_and_their_memory(
    void **state)
{
    (void)state;
    memory_test_on_every_device(one_call_makes_a_usable_buffer);
}

static void its_memory_is_the_allocators(struct memory_test *test)
{
    struct ash_buffer buffers[10];
    struct ash_allocator_stats stats;
    for (uint32_t i = 0; i < 10; i++)
        make(test, &buffers[i], 1000 * (i + 1));
    ash_allocator_stats(test->allocator, &stats);
    assert_int_equal(stats.total.live_blocks, 10);
    assert_int_equal(stats.total.chunks, 1);
    assert_int_equal(seed_allocate_calls(test), 1);
    assert_int_equal(seed_chunk(test, &buffers[0].block).blocks, 10);
    for (uint32_t i = 0; i < 10; i++)
        ash_buffer_finish(&buffers[i]);
    ash_allocator_stats(test->allocator, &stats);
    assert_int_equal(stats.total.live_blocks, 0);
}

static void it_uses_the_memory_allocator_to_allocate_memory(void **state)
{
    (void)state;
    memory_test_on_every_device(its_memory_is_the_allocators);
}

static void a_view_maps_and_unmaps(struct memory_test *test)
{
    struct ash_buffer buffer;
    struct ash_buffer_view view;
    struct ash_view_params params = {.element_size = 4, .access = ASH_ACCESS_READ_WRITE};
    uint32_t numbers[100], found[100];
    make(test, &buffer, sizeof(numbers));
    assert_int_equal(seed_chunk(test, &buffer.block).chunk.map_count, 0);
    assert_int_equal(ash_buffer_begin_view(&buffer, &params, &view), ASH_OK);
    assert_int_equal(seed_chunk(test, &buffer.block).chunk.map_count, 1);
    for (uint32_t i = 0; i < 100; i++)
        numbers[i] = i * i;
    assert_int_equal(ash_view_write(&view, 0, numbers, sizeof(numbers)), ASH_OK);
    catch_log_begin(); // safe: what leaves the bytes is refused
    assert_int_equal(ash_view_write(&view, 4, numbers, sizeof(numbers)), ASH_ERROR_OUT_OF_RANGE);
    assert_int_equal(ash_view_read(&view, 2, found, 4), ASH_ERROR_OUT_OF_RANGE);
    catch_log_end();
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    assert_int_equal(seed_chunk(test, &buffer.block).chunk.map_count, 0);
    assert_null(view.data);
    params.access = ASH_ACCESS_READ;
    assert_int_equal(ash_buffer_begin_view(&buffer, &params, &view), ASH_OK);
    assert_int_equal(ash_view_read(&view, 0, found, sizeof(found)), ASH_OK);
    assert_memory_equal(found, numbers, sizeof(numbers));
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    ash_buffer_finish(&buffer);
}

static void map_returns_a_buffer_view_with_safe_access_and_automatically_unmaps_when_dropped(
    void **state)
{
    (void)state;
    memory_test_on_every_device(a_view_maps_and_unmaps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_buffer_struct_is_a_higher_level_abstraction_for_vulkan_buffers_and_their_memory),
        cmocka_unit_test(it_uses_the_memory_allocator_to_allocate_memory),
        cmocka_unit_test(
            map_returns_a_buffer_view_with_safe_access_and_automatically_unmaps_when_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, memory_test_release);
}
