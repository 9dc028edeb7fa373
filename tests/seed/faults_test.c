// Labels: threads
// Sixteen faults that the original had; each is the opposite of what its document promises.
#include "tests/seed/seed.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "engine/memory/buffer.h"
#include "engine/memory/image.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"

static void begin(struct memory_test *test, enum fake_profile_name profile)
{
    memory_test_begin(test, &fake_profiles[profile]);
}

static void make_visible(struct memory_test *test, struct ash_buffer *buffer, VkDeviceSize size)
{
    struct ash_buffer_params params = {.size = size,
                                       .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                                       .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                       .label = "visible"};
    assert_int_equal(ash_buffer_init(buffer, test->allocator, &params), ASH_OK);
}

static uint32_t living_buffers(struct memory_test *test)
{
    struct fake_counts counts;
    fake_device_counts(test->device, &counts);
    return counts.buffers;
}

static uint64_t live_blocks(struct memory_test *test)
{
    struct ash_allocator_stats stats;
    ash_allocator_stats(test->allocator, &stats);
    return stats.total.live_blocks;
}

static void fault_1_a_larger_free_region_is_not_dropped_whole(void **state)
{
    (void)state;
    struct memory_test test;
    begin(&test, FAKE_DISCRETE);
    struct ash_memory_block keeper = seed_alloc(&test, 1024);
    struct ash_memory_block big = seed_alloc(&test, FAKE_MIB), tail = seed_alloc(&test, 1024);
    VkDeviceSize all = seed_chunk(&test, &keeper).free_bytes + FAKE_MIB;
    seed_free(&test, &big);
    for (uint32_t i = 0; i < 1000; i++) {
        struct ash_memory_block small = seed_alloc(&test, 1024);
        assert_int_equal(seed_chunk(&test, &keeper).free_bytes, all - 1024);
        seed_free(&test, &small);
        assert_int_equal(seed_chunk(&test, &keeper).free_bytes, all);
    }
    seed_free(&test, &keeper);
    seed_free(&test, &tail);
    memory_test_end(&test);
}

static void fault_2_the_offset_is_aligned_not_only_the_size(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block blocks[200];
    begin(&test, FAKE_DISCRETE);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 200; i++) {
            struct ash_alloc_params params = seed_request(&test, 1 + (i * 37 + round) % 900);
            params.requirements.alignment = 1ULL << ((i * 7 + round) % 13);
            if (round > 0 && i % 2)
                continue;
            assert_int_equal(ash_allocator_alloc(test.allocator, &params, &blocks[i]), ASH_OK);
            assert_int_equal(blocks[i].offset % params.requirements.alignment, 0);
        }
        for (uint32_t i = 0; i < 200; i++) {
            if (round == 2 || i % 2 == 0)
                seed_free(&test, &blocks[i]);
        }
    }
    memory_test_end(&test);
}

static void fault_3_the_size_is_that_of_the_requirements(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block block;
    struct ash_buffer buffer;
    begin(&test, FAKE_DISCRETE); // its buffers require 20 bytes more than was asked for
    struct ash_alloc_params params = seed_request(&test, 100);
    params.requirements.size = 5000;
    assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block), ASH_OK);
    assert_true(block.size >= 5000);
    make_visible(&test, &buffer, 1024);
    assert_true(buffer.block.size >= 1044);
    ash_buffer_finish(&buffer);
    seed_free(&test, &block);
    memory_test_end(&test);
}

static void fault_4_views_of_one_memory_do_not_map_it_twice(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffers[4];
    struct ash_buffer_view views[4];
    struct ash_view_params params = {.access = ASH_ACCESS_WRITE};
    begin(&test, FAKE_MOBILE); // complains of a second map, and of an unmap under a view
    for (uint32_t i = 0; i < 4; i++) {
        make_visible(&test, &buffers[i], 1000);
        assert_int_equal(ash_buffer_begin_view(&buffers[i], &params, &views[i]), ASH_OK);
    }
    assert_int_equal(fake_device_calls(test.device, "vkMapMemory"), 1);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(ash_view_write(&views[i], 0, "still there", 11), ASH_OK);
        assert_int_equal(ash_buffer_end_view(&views[i]), ASH_OK);
    }
    for (uint32_t i = 0; i < 4; i++)
        ash_buffer_finish(&buffers[i]);
    memory_test_end(&test);
}

static void fault_5_memory_that_is_not_coherent_is_flushed_and_invalidated(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view view;
    struct ash_view_params params = {.offset = 100, .size = 300, .access = ASH_ACCESS_READ_WRITE};
    char found[8];
    begin(&test, FAKE_MOBILE);
    make_visible(&test, &buffer, 1000);
    assert_false(buffer.properties & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
    fake_device_write(test.device, buffer.buffer, 120, "by GPU", 6);
    assert_int_equal(ash_buffer_begin_view(&buffer, &params, &view), ASH_OK);
    assert_int_equal(ash_view_read(&view, 20, found, 6), ASH_OK);
    assert_memory_equal(found, "by GPU", 6);
    assert_int_equal(ash_view_write(&view, 200, "by CPU", 6), ASH_OK);
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    fake_device_read(test.device, buffer.buffer, 300, found, 6);
    assert_memory_equal(found, "by CPU", 6);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void fault_6_linear_and_optimal_resources_share_no_page(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffers[50];
    struct ash_image images[50];
    struct fake_profile profile = fake_profiles[FAKE_GRANULAR]; // complains of a shared page
    profile.image_alignment = 16;
    memory_test_begin(&test, &profile);
    for (uint32_t i = 0; i < 50; i++) {
        struct ash_buffer_params buffer = {.size = 1 + i * 61,
                                           .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                                           .preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT};
        struct ash_image_params image = {.extent = {1 + i % 17, 1 + i % 23},
                                         .format = VK_FORMAT_R8G8B8A8_UNORM,
                                         .usage = VK_IMAGE_USAGE_SAMPLED_BIT};
        assert_int_equal(ash_buffer_init(&buffers[i], test.allocator, &buffer), ASH_OK);
        assert_int_equal(ash_image_init(&images[i], test.allocator, &image), ASH_OK);
        assert_ptr_equal(images[i].block.memory, buffers[i].block.memory);
    }
    for (uint32_t i = 0; i < 50; i++) {
        ash_buffer_finish(&buffers[i]);
        ash_image_finish(&images[i]);
    }
    memory_test_end(&test);
}

static void fault_7_a_buffer_gives_its_block_back(void **state)
{
    (void)state;
    struct memory_test test;
    begin(&test, FAKE_SMALL_HEAP);
    for (uint32_t i = 0; i < 1000; i++) { // ten times what the heap holds
        struct ash_buffer buffer;
        make_visible(&test, &buffer, FAKE_MIB);
        ash_buffer_finish(&buffer);
        assert_int_equal(live_blocks(&test), 0);
    }
    memory_test_end(&test);
}

static void fault_8_a_bind_that_fails_leaks_neither_buffer_nor_block(void **state)
{
    (void)state;
    static const char *const calls[] = {"vkBindBufferMemory", "vkBindImageMemory"};
    struct memory_test test;
    begin(&test, FAKE_DISCRETE);
    for (uint32_t i = 0; i < 2; i++) {
        struct fake_fault fault = {calls[i], 1, 1, VK_ERROR_OUT_OF_DEVICE_MEMORY};
        struct ash_buffer buffer;
        struct ash_image image;
        struct ash_buffer_params buffer_params = {.size = 100,
                                                  .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT};
        struct ash_image_params image_params = {
            .extent = {4, 4}, .format = VK_FORMAT_R8_UNORM, .usage = VK_IMAGE_USAGE_SAMPLED_BIT};
        catch_log_begin();
        fake_device_fail(test.device, &fault);
        enum ash_result result = i == 0 ? ash_buffer_init(&buffer, test.allocator, &buffer_params)
                                        : ash_image_init(&image, test.allocator, &image_params);
        catch_log_end();
        assert_int_equal(result, ASH_ERROR_OUT_OF_DEVICE_MEMORY);
        assert_int_equal(live_blocks(&test), 0);
        assert_int_equal(living_buffers(&test), 0);
    }
    memory_test_end(&test); // complains of an image that is left
}

static void fault_9_a_chunk_without_a_free_region_is_a_leak_as_well(void **state)
{
    (void)state;
    struct memory_test test;
    begin(&test, FAKE_DISCRETE);
    struct ash_memory_block first = seed_alloc(&test, 1024);
    struct ash_memory_block rest = seed_alloc(&test, seed_chunk(&test, &first).free_bytes);
    assert_int_equal(seed_chunk(&test, &rest).chunk.free_region_count, 0);
    catch_log_begin();
    ash_allocator_destroy(test.allocator);
    assert_true(catch_log_count(ASH_LOG_WARNING) >= 2);
    assert_true(catch_log_count_text("'seed'") >= 2);
    catch_log_end();
    struct ash_allocator_params params = {.context = test.context};
    assert_int_equal(ash_allocator_create(&params, &test.allocator), ASH_OK);
    memory_test_end(&test);
}

static void refused(struct memory_test *test, struct ash_memory_block block)
{
    struct ash_memory_block before = block;
    catch_log_begin();
    assert_int_equal(ash_allocator_free(test->allocator, &block), ASH_ERROR_INVALID_BLOCK);
    assert_int_equal(catch_log_count(ASH_LOG_ERROR), 1);
    catch_log_end();
    assert_memory_equal(&block, &before, sizeof(block));
    assert_true(ash_allocator_check(test->allocator));
}

static void fault_10_a_block_that_is_freed_twice_is_refused_and_nothing_changes(void **state)
{
    (void)state;
    struct memory_test test, other;
    struct ash_memory_block blocks[100], stale;
    begin(&test, FAKE_DISCRETE);
    begin(&other, FAKE_DISCRETE);
    for (uint32_t i = 0; i < 100; i++)
        blocks[i] = seed_alloc(&test, 1024 * (i % 5 + 1));
    stale = blocks[50];
    seed_free(&test, &blocks[50]);
    refused(&test, stale);
    blocks[50] = seed_alloc(&test, 1024); // the region is in use again, by another block
    refused(&test, stale);
    refused(&other, blocks[3]); // another allocator's
    stale = blocks[7];
    stale.offset += 1024; // no block at all
    stale.id ^= 0xFFFF;
    refused(&test, stale);
    assert_int_equal(live_blocks(&test), 100);
    for (uint32_t i = 0; i < 100; i++)
        seed_free(&test, &blocks[i]);
    memory_test_end(&other);
    memory_test_end(&test);
}

static void fault_11_empty_chunks_are_given_back(void **state)
{
    (void)state;
    struct memory_test test;
    struct fake_counts counts;
    struct ash_memory_block blocks[12];
    begin(&test, FAKE_DISCRETE);
    for (uint32_t i = 0; i < 12; i++)
        blocks[i] = seed_alloc(&test, 30 * FAKE_MIB);
    fake_device_counts(test.device, &counts);
    assert_true(counts.memories >= 6);
    for (uint32_t i = 0; i < 12; i++)
        seed_free(&test, &blocks[i]);
    fake_device_counts(test.device, &counts);
    assert_true(counts.memories <= 1); // one is kept for what comes next
    VkDeviceSize kept = counts.memory_bytes;
    assert_int_equal(ash_allocator_trim(test.allocator), kept);
    fake_device_counts(test.device, &counts);
    assert_int_equal(counts.memories, 0);
    memory_test_end(&test);
}

static void fault_12_length_alignment_and_overlap_of_views_are_checked(void **state)
{
    (void)state;
    static const struct ash_view_params wrong[] = {
        {.size = 10, .element_size = 4, .access = ASH_ACCESS_READ},
        {.offset = 2, .size = 8, .element_size = 4, .access = ASH_ACCESS_READ},
        {.size = 101, .access = ASH_ACCESS_READ},
    };
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view view, second;
    struct ash_view_params writer = {.offset = 10, .size = 10, .access = ASH_ACCESS_WRITE};
    begin(&test, FAKE_INTEGRATED);
    make_visible(&test, &buffer, 100);
    catch_log_begin();
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(ash_buffer_begin_view(&buffer, &wrong[i], &view), ASH_ERROR_OUT_OF_RANGE);
    assert_int_equal(ash_buffer_begin_view(&buffer, &writer, &view), ASH_OK);
    writer.offset = 19;
    assert_int_equal(ash_buffer_begin_view(&buffer, &writer, &second), ASH_NOT_READY);
    catch_log_end();
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void fault_13_what_is_destroyed_too_early_is_caught_and_named(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    begin(&test, FAKE_DISCRETE);
    make_visible(&test, &buffer, 100);
    catch_log_begin();
    assert_breaks_rule("buffers or images", ash_allocator_destroy(test.allocator));
    assert_true(catch_log_has("visible"));
    catch_log_begin();
    assert_breaks_rule("allocator", ash_context_destroy(test.context));
    catch_log_end();
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void fault_14_impossible_requests_are_refused_before_the_driver(void **state)
{
    (void)state;
    static const VkDeviceSize sizes[] = {13 * FAKE_GIB, 1ULL << 40,        1ULL << 63,
                                         UINT64_MAX,    UINT64_MAX - 1023, UINT64_MAX - 1024};
    struct memory_test test;
    struct ash_memory_block block;
    begin(&test, FAKE_INTEGRATED); // a heap of 12 GiB; complains of more
    for (uint32_t i = 0; i < 6; i++) {
        struct ash_alloc_params params = seed_request(&test, sizes[i]);
        catch_log_begin();
        assert_int_equal(ash_allocator_alloc(test.allocator, &params, &block),
                         ASH_ERROR_OUT_OF_DEVICE_MEMORY);
        catch_log_end();
        assert_null(block.memory);
    }
    struct ash_alloc_params nothing = seed_request(&test, 0);
    struct ash_alloc_params unaligned = seed_request(&test, 100);
    unaligned.requirements.alignment = 0;
    assert_breaks_rule("size", (void)(ash_allocator_alloc(test.allocator, &nothing, &block) == 0));
    assert_breaks_rule("alignment",
                       (void)(ash_allocator_alloc(test.allocator, &unaligned, &block) == 0));
    assert_int_equal(fake_device_calls(test.device, "vkAllocateMemory"), 0);
    memory_test_end(&test);
}

struct growing {
    struct memory_test *test;
    struct ash_memory_block block;
    uint32_t done; // atomic
};

static void *grow(void *argument)
{
    struct growing *growing = argument;
    growing->block = seed_alloc(growing->test, 60 * FAKE_MIB); // needs a chunk
    __atomic_store_n(&growing->done, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void ask_for_statistics(void *user, enum ash_log_level level, const char *message)
{
    struct ash_allocator_stats stats;
    (void)level;
    (void)message;
    ash_allocator_stats(user, &stats);
}

static void fault_15_nobody_waits_for_anothers_driver_call(void **state)
{
    (void)state;
    struct memory_test test;
    struct growing growing = {.test = &test};
    pthread_t thread;
    begin(&test, FAKE_DISCRETE);
    struct ash_memory_block keeper = seed_alloc(&test, 8 * FAKE_MIB);
    uint64_t queries = fake_device_calls(test.device, "vkGetPhysicalDeviceMemoryProperties") +
                       fake_device_calls(test.device, "vkGetPhysicalDeviceMemoryProperties2");
    fake_device_set_allocate_delay(test.device, 1000);
    assert_int_equal(pthread_create(&thread, NULL, grow, &growing), 0);
    while (fake_device_calls(test.device, "vkAllocateMemory") < 2)
        usleep(100);
    for (uint32_t i = 0; i < 1000; i++) {
        struct ash_memory_block block = seed_alloc(&test, 1024);
        seed_free(&test, &block);
    }
    assert_int_equal(__atomic_load_n(&growing.done, __ATOMIC_ACQUIRE), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    // The properties are known from the start: only the chunk asked, for the budget.
    assert_true(fake_device_calls(test.device, "vkGetPhysicalDeviceMemoryProperties") +
                    fake_device_calls(test.device, "vkGetPhysicalDeviceMemoryProperties2") <=
                queries + 1);
    // No lock is held while a line is logged.
    struct ash_log_sink sink = {ask_for_statistics, test.allocator};
    struct ash_memory_block stale = keeper;
    seed_free(&test, &keeper);
    ash_log_set_sink(&sink);
    alarm(20);
    assert_int_equal(ash_allocator_free(test.allocator, &stale), ASH_ERROR_INVALID_BLOCK);
    alarm(0);
    ash_log_set_sink(NULL);
    seed_free(&test, &growing.block);
    memory_test_end(&test);
}

static void fault_16_buffers_with_addresses_lie_in_memory_with_the_flag(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer plain, addressed;
    struct ash_buffer_params params = {.size = 100, .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT};
    begin(&test, FAKE_DISCRETE_REBAR); // complains of a buffer in memory without the flag
    assert_int_equal(ash_buffer_init(&plain, test.allocator, &params), ASH_OK);
    params.usage |= VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
    assert_int_equal(ash_buffer_init(&addressed, test.allocator, &params), ASH_OK);
    assert_int_equal(plain.address, 0);
    assert_true(addressed.address != 0);
    ash_buffer_finish(&addressed);
    ash_buffer_finish(&plain);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_1_a_larger_free_region_is_not_dropped_whole),
        cmocka_unit_test(fault_2_the_offset_is_aligned_not_only_the_size),
        cmocka_unit_test(fault_3_the_size_is_that_of_the_requirements),
        cmocka_unit_test(fault_4_views_of_one_memory_do_not_map_it_twice),
        cmocka_unit_test(fault_5_memory_that_is_not_coherent_is_flushed_and_invalidated),
        cmocka_unit_test(fault_6_linear_and_optimal_resources_share_no_page),
        cmocka_unit_test(fault_7_a_buffer_gives_its_block_back),
        cmocka_unit_test(fault_8_a_bind_that_fails_leaks_neither_buffer_nor_block),
        cmocka_unit_test(fault_9_a_chunk_without_a_free_region_is_a_leak_as_well),
        cmocka_unit_test(fault_10_a_block_that_is_freed_twice_is_refused_and_nothing_changes),
        cmocka_unit_test(fault_11_empty_chunks_are_given_back),
        cmocka_unit_test(fault_12_length_alignment_and_overlap_of_views_are_checked),
        cmocka_unit_test(fault_13_what_is_destroyed_too_early_is_caught_and_named),
        cmocka_unit_test(fault_14_impossible_requests_are_refused_before_the_driver),
        cmocka_unit_test(fault_15_nobody_waits_for_anothers_driver_call),
        cmocka_unit_test(fault_16_buffers_with_addresses_lie_in_memory_with_the_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
