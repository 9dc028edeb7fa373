// Labels: gpu
#include "engine/memory/buffer.h"

#include "engine/context/instance.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#include <stdio.h>
#include <string.h>

#include <volk.h>

#define VISIBLE VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT

static const struct ash_buffer_params ordinary = {.size = 1000,
                                                  .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                                           VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                                  .properties = VISIBLE,
                                                  .label = "ordinary"};

static void assert_zero(const struct ash_buffer *buffer)
{
    static const struct ash_buffer zero;
    assert_memory_equal(buffer, &zero, sizeof(zero));
}

static void assert_nothing_live(struct memory_test *test)
{
    struct fake_counts counts;
    struct ash_allocator_stats stats;
    fake_device_counts(test->device, &counts);
    ash_allocator_stats(test->allocator, &stats);
    assert_int_equal(counts.buffers, 0);
    assert_int_equal(stats.total.live_blocks, 0);
}

static void a_buffer_has_memory_and_gives_it_back(void **state)
{
    (void)state;
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        struct memory_test test;
        struct ash_buffer buffer;
        struct ash_allocator_stats stats;
        memory_test_begin(&test, &fake_profiles[profile]);
        assert_int_equal(ash_buffer_init(&buffer, test.allocator, &ordinary), ASH_OK);
        assert_int_equal(buffer.size, 1000);
        assert_true(buffer.properties & VISIBLE);
        assert_int_equal(buffer.address, 0);
        assert_true(buffer.block.size >= 1000 + fake_profiles[profile].buffer_padding);
        ash_allocator_stats(test.allocator, &stats);
        assert_int_equal(stats.total.live_blocks, 1);
        assert_int_equal(stats.total.live_bytes, buffer.block.size);
        ash_buffer_finish(&buffer);
        assert_zero(&buffer);
        assert_nothing_live(&test);
        memory_test_end(&test);
    }
}

static void no_buffer_is_finished_without_harm(void **state)
{
    (void)state;
    struct ash_buffer buffer = {0};
    ash_buffer_finish(&buffer);
    ash_buffer_finish(NULL);
    assert_zero(&buffer);
}

static void buffers_do_not_overlap(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        struct memory_test test;
        struct ash_buffer buffers[COUNT];
        memory_test_begin(&test, &fake_profiles[profile]);
        // Where two touch, or one is badly aligned, the fake device complains.
        for (uint32_t round = 0; round < 3; round++) {
            for (uint32_t i = 0; i < COUNT; i++) {
                struct ash_buffer_params params = ordinary;
                params.size = 1 + (i * 7919 + round * 131) % 5000;
                params.properties = i % 3 ? VISIBLE : 0;
                if (i % 5 == 0)
                    params.usage |= VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT;
                if (round == 0 || i % 2)
                    assert_int_equal(ash_buffer_init(&buffers[i], test.allocator, &params), ASH_OK);
            }
            for (uint32_t i = 0; i < COUNT; i++) {
                if (round == 2 || i % 2)
                    ash_buffer_finish(&buffers[i]);
            }
        }
        memory_test_end(&test);
    }
}

static void what_fails_on_the_way_leaves_nothing(void **state)
{
    (void)state;
    static const VkResult answers[] = {VK_ERROR_OUT_OF_HOST_MEMORY, VK_ERROR_OUT_OF_DEVICE_MEMORY};
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        for (size_t answer = 0; answer < 2; answer++) {
            struct memory_test test;
            uint64_t nth = 0;
            bool failed = true;
            memory_test_begin(&test, &fake_profiles[profile]);
            // Fails the first call that can fail, then the second, until none is left to fail.
            while (failed) {
                struct ash_buffer buffer;
                memset(&buffer, 0xFF, sizeof(buffer));
                ash_allocator_trim(test.allocator); // each round asks for memory anew
                struct fake_fault fault = {.nth = ++nth, .count = 100, .result = answers[answer]};
                catch_log_begin();
                fake_device_fail(test.device, &fault);
                enum ash_result result = ash_buffer_init(&buffer, test.allocator, &ordinary);
                failed = fake_device_failed(test.device);
                fake_device_fail(test.device, &(struct fake_fault){0});
                unsigned errors = catch_log_count(ASH_LOG_ERROR);
                catch_log_end();
                if (result == ASH_OK) {
                    ash_buffer_finish(&buffer);
                } else {
                    assert_true(failed);
                    assert_int_equal(result, ash_result_from_vk(answers[answer]));
                    assert_int_equal(errors, 1);
                    assert_zero(&buffer);
                }
                assert_nothing_live(&test);
            }
            assert_true(nth >= 4); // create, name, allocate, bind
            memory_test_end(&test);
        }
    }
}

static void a_failed_bind_gives_buffer_and_block_back(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct fake_fault fault = {.name = "vkBindBufferMemory",
                               .nth = 1,
                               .count = 1,
                               .result = VK_ERROR_OUT_OF_DEVICE_MEMORY};
    fake_device_fail(test.device, &fault);
    catch_log_begin();
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &ordinary),
                     ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    assert_true(catch_log_has("vkBindBufferMemory failed for buffer \"ordinary\""));
    catch_log_end();
    assert_zero(&buffer);
    assert_nothing_live(&test);
    memory_test_end(&test);
}

static void what_no_memory_can_hold_is_refused_before_the_driver_is_asked(void **state)
{
    (void)state;
    static const VkDeviceSize sizes[] = {UINT64_MAX, UINT64_MAX - 4095, 1ULL << 63, 1ULL << 40};
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        struct memory_test test;
        memory_test_begin(&test, &fake_profiles[profile]);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            struct ash_buffer buffer;
            struct ash_buffer_params params = ordinary;
            params.size = sizes[i];
            catch_log_begin();
            assert_int_equal(ash_buffer_init(&buffer, test.allocator, &params),
                             ASH_ERROR_OUT_OF_DEVICE_MEMORY);
            assert_true(catch_log_has("larger than any memory"));
            catch_log_end();
            assert_zero(&buffer);
        }
        assert_int_equal(fake_device_calls(test.device, "vkCreateBuffer"), 0);
        memory_test_end(&test);
    }
}

static void memory_that_no_type_has_is_unsupported(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_params params = ordinary;
    params.properties = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VISIBLE;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE_NO_BAR]);
    catch_log_begin();
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &params), ASH_ERROR_UNSUPPORTED);
    catch_log_end();
    assert_zero(&buffer);
    assert_nothing_live(&test);
    memory_test_end(&test);
}

static void the_rules_of_init_are_checked(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_params empty = ordinary, addressed = ordinary;
    empty.size = 0;
    addressed.usage |= VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]); // has no buffer addresses
    assert_breaks_rule("at least one byte",
                       (void)(ash_buffer_init(&buffer, test.allocator, &empty) == ASH_OK));
    assert_breaks_rule("addresses",
                       (void)(ash_buffer_init(&buffer, test.allocator, &addressed) == ASH_OK));
    memory_test_end(&test);
}

static void a_buffer_with_an_address_lies_in_memory_that_allows_it(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffers[3];
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    for (uint32_t i = 0; i < 3; i++) {
        struct ash_buffer_params params = ordinary;
        params.usage |= i == 0 ? 0 : VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
        assert_int_equal(ash_buffer_init(&buffers[i], test.allocator, &params), ASH_OK);
    }
    assert_int_equal(buffers[0].address, 0);
    assert_true(buffers[1].address != 0 && buffers[2].address != 0);
    assert_true(buffers[1].address != buffers[2].address);
    for (uint32_t i = 0; i < 3; i++)
        ash_buffer_finish(&buffers[i]);
    memory_test_end(&test);
}

static void what_requires_memory_of_its_own_gets_it(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_allocator_stats stats;
    struct ash_buffer_params params = ordinary;
    params.size = FAKE_MIB + 1;
    for (int prefers = 0; prefers < 2; prefers++) {
        struct fake_profile profile = fake_profiles[FAKE_DISCRETE_NO_BAR];
        *(prefers ? &profile.prefers_dedicated : &profile.requires_dedicated) = FAKE_MIB;
        memory_test_begin(&test, &profile);
        assert_int_equal(ash_buffer_init(&buffer, test.allocator, &params), ASH_OK);
        ash_allocator_stats(test.allocator, &stats);
        assert_int_equal(stats.total.dedicated, 1);
        assert_int_equal(buffer.block.offset, 0);
        ash_buffer_finish(&buffer);
        memory_test_end(&test);
    }
}

static char memory_name[128];

static VKAPI_ATTR VkResult VKAPI_CALL keep_memory_name(VkDevice device,
                                                       const VkDebugUtilsObjectNameInfoEXT *info)
{
    (void)device;
    if (info->objectType == VK_OBJECT_TYPE_DEVICE_MEMORY)
        snprintf(memory_name, sizeof(memory_name), "%s", info->pObjectName);
    return VK_SUCCESS;
}

static void memory_is_named_by_what_it_is(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    memory_test_begin(&test, &fake_profiles[FAKE_INTEGRATED]);
    test.context->owned->fn.vkSetDebugUtilsObjectNameEXT = keep_memory_name;
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &ordinary), ASH_OK);
    assert_string_equal(memory_name, "chunk, memory type 0, 65536 KiB");
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void objects_are_named(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct fake_counts counts;
    memory_test_begin(&test, &fake_profiles[FAKE_INTEGRATED]);
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &ordinary), ASH_OK);
    fake_device_counts(test.device, &counts);
    assert_int_equal(counts.names, 2); // its own, and its memory's
    assert_string_equal(buffer.name, "ordinary");
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void an_allocator_destroyed_before_its_buffers_is_caught(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &ordinary), ASH_OK);
    catch_log_begin();
    assert_breaks_rule("1 buffers or images", ash_allocator_destroy(test.allocator));
    assert_true(catch_log_has("ordinary"));
    catch_log_end();
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void a_block_that_was_freed_by_somebody_else_is_named(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &ordinary), ASH_OK);
    struct ash_memory_block stolen = buffer.block;
    assert_int_equal(ash_allocator_free(test.allocator, &stolen), ASH_OK);
    catch_log_begin();
    ash_buffer_finish(&buffer);
    assert_true(catch_log_has("buffer \"ordinary\" was not its own"));
    catch_log_end();
    memory_test_end(&test);
}

static void a_real_buffer_is_copied_by_the_gpu(void **state)
{
    (void)state;
    static const VkMemoryPropertyFlags kinds[] = {0, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                                                  VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
                                                  VK_MEMORY_PROPERTY_HOST_COHERENT_BIT};
    enum { SIZE = 4099 };
    struct memory_test test;
    memory_test_begin_gpu(&test);
    for (uint32_t kind = 0; kind < 4; kind++) {
        struct ash_buffer source, target;
        struct ash_buffer_view view;
        unsigned char bytes[SIZE], found[SIZE];
        struct ash_buffer_params params = ordinary;
        params.size = SIZE;
        params.preferred = kinds[kind];
        if (test.context->buffer_device_address)
            params.usage |= VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
        for (uint32_t i = 0; i < SIZE; i++)
            bytes[i] = (unsigned char)(i * 31 + kind);
        assert_int_equal(ash_buffer_init(&source, test.allocator, &params), ASH_OK);
        assert_int_equal(ash_buffer_init(&target, test.allocator, &params), ASH_OK);
        assert_true(!test.context->buffer_device_address || source.address != 0);
        struct ash_view_params write = {.access = ASH_ACCESS_WRITE};
        assert_int_equal(ash_buffer_begin_view(&source, &write, &view), ASH_OK);
        assert_int_equal(ash_view_write(&view, 0, bytes, SIZE), ASH_OK);
        assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
        VkCommandBuffer commands = memory_test_commands(&test);
        VkBufferCopy region = {.size = SIZE};
        test.context->vk->vkCmdCopyBuffer(commands, source.buffer, target.buffer, 1, &region);
        VkMemoryBarrier2 barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
                                    .srcStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
                                    .srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT,
                                    .dstStageMask = VK_PIPELINE_STAGE_2_HOST_BIT,
                                    .dstAccessMask = VK_ACCESS_2_HOST_READ_BIT};
        VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                                 .memoryBarrierCount = 1,
                                 .pMemoryBarriers = &barrier};
        test.context->vk->vkCmdPipelineBarrier2(commands, &info);
        memory_test_submit(&test);
        struct ash_view_params read = {.access = ASH_ACCESS_READ};
        assert_int_equal(ash_buffer_begin_view(&target, &read, &view), ASH_OK);
        assert_int_equal(ash_view_read(&view, 0, found, SIZE), ASH_OK);
        assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
        assert_memory_equal(found, bytes, SIZE);
        ash_buffer_finish(&target);
        ash_buffer_finish(&source);
    }
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_has_memory_and_gives_it_back),
        cmocka_unit_test(no_buffer_is_finished_without_harm),
        cmocka_unit_test(buffers_do_not_overlap),
        cmocka_unit_test(what_fails_on_the_way_leaves_nothing),
        cmocka_unit_test(a_failed_bind_gives_buffer_and_block_back),
        cmocka_unit_test(what_no_memory_can_hold_is_refused_before_the_driver_is_asked),
        cmocka_unit_test(memory_that_no_type_has_is_unsupported),
        cmocka_unit_test(the_rules_of_init_are_checked),
        cmocka_unit_test(a_buffer_with_an_address_lies_in_memory_that_allows_it),
        cmocka_unit_test(what_requires_memory_of_its_own_gets_it),
        cmocka_unit_test(memory_is_named_by_what_it_is),
        cmocka_unit_test(objects_are_named),
        cmocka_unit_test(an_allocator_destroyed_before_its_buffers_is_caught),
        cmocka_unit_test(a_block_that_was_freed_by_somebody_else_is_named),
        cmocka_unit_test(a_real_buffer_is_copied_by_the_gpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
