#include "tests/support/memory_test.h"

#include <volk.h>

#include "engine/memory/optional/check.h"
#include "engine/memory/optional/report.h"
#include "tests/support/catch.h"

static void create_allocator(struct memory_test *test)
{
    struct ash_allocator_params params = {.context = test->context};
    assert_non_null(test->context);
    assert_int_equal(ash_allocator_create(&params, &test->allocator), ASH_OK);
}

void memory_test_begin(struct memory_test *test, const struct fake_profile *profile)
{
    *test = (struct memory_test){.device = fake_device_create(profile)};
    assert_non_null(test->device);
    test->context = fake_device_context(test->device);
    create_allocator(test);
}

bool memory_test_try_gpu(struct memory_test *test)
{
    struct ash_context_params params = {.validation = ASH_VALIDATION_REQUIRED};
    *test = (struct memory_test){0};
    enum ash_result result = ash_context_create(&params, &test->context);
    if (result == ASH_ERROR_NO_LOADER || result == ASH_ERROR_NO_DRIVER) {
        print_message("left out: there is no Vulkan driver on this machine\n");
        return false;
    }
    assert_int_equal(result, ASH_OK);
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                    .queueFamilyIndex = test->context->graphics.family_index};
    VkDevice device = test->context->device;
    const struct VolkDeviceTable *vk = test->context->vk;
    assert_int_equal(vk->vkCreateCommandPool(device, &pool, NULL, &test->command_pool), 0);
    VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = test->command_pool,
                                        .commandBufferCount = 1};
    assert_int_equal(vk->vkAllocateCommandBuffers(device, &info, &test->commands), 0);
    create_allocator(test);
    return true;
}

void memory_test_begin_gpu(struct memory_test *test)
{
    if (!memory_test_try_gpu(test))
        skip();
}

static void end_gpu(struct memory_test *test)
{
    test->context->vk->vkDestroyCommandPool(test->context->device, test->command_pool, NULL);
    assert_int_equal(ash_context_validation_messages(test->context), 0);
    // What is left at the end is said while the device is destroyed.
    catch_log_begin();
    ash_context_destroy(test->context);
    unsigned said = catch_log_count(ASH_LOG_ERROR) + catch_log_count(ASH_LOG_WARNING);
    catch_log_end();
    assert_int_equal(said, 0);
}

static void end_allocator(struct memory_test *test)
{
    struct ash_allocator_stats stats;
    ash_allocator_stats(test->allocator, &stats);
    assert_int_equal(stats.total.live_blocks, 0);
    assert_int_equal(stats.total.live_bytes, 0);
    if (!test->device)
        assert_int_equal(stats.map_memory_calls, stats.unmap_memory_calls);
    assert_true(ash_allocator_check(test->allocator));
    ash_allocator_destroy(test->allocator);
    test->allocator = NULL;
}

// The real driver of memory_test_on_every_device; zero where there is none.
static struct memory_test shared_gpu;
static bool shared_gpu_tried;

void memory_test_on_every_device(void (*body)(struct memory_test *test))
{
    struct memory_test test;
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        memory_test_begin(&test, &fake_profiles[profile]);
        body(&test);
        memory_test_end(&test);
    }
    if (!shared_gpu_tried) {
        shared_gpu_tried = true;
        if (!memory_test_try_gpu(&shared_gpu))
            shared_gpu = (struct memory_test){0};
        else
            end_allocator(&shared_gpu);
    }
    if (!shared_gpu.context)
        return;
    create_allocator(&shared_gpu);
    body(&shared_gpu);
    end_allocator(&shared_gpu);
    assert_int_equal(ash_context_validation_messages(shared_gpu.context), 0);
}

int memory_test_release(void **state)
{
    (void)state;
    if (shared_gpu.context)
        end_gpu(&shared_gpu);
    shared_gpu = (struct memory_test){0};
    return 0;
}

void memory_test_end(struct memory_test *test)
{
    end_allocator(test);
    if (!test->device) {
        end_gpu(test);
        return;
    }
    struct fake_counts counts;
    fake_device_counts(test->device, &counts);
    assert_int_equal(counts.memories, 0);
    assert_int_equal(counts.mapped_memories, 0);
    assert_int_equal(counts.frees_while_mapped, 0);
    assert_int_equal(fake_device_destroy(test->device), 0);
}

VkCommandBuffer memory_test_commands(struct memory_test *test)
{
    if (test->device)
        return fake_device_commands(test->device);
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                      .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    const struct VolkDeviceTable *vk = test->context->vk;
    assert_int_equal(vk->vkResetCommandPool(test->context->device, test->command_pool, 0), 0);
    assert_int_equal(vk->vkBeginCommandBuffer(test->commands, &begin), 0);
    return test->commands;
}

void memory_test_submit(struct memory_test *test)
{
    if (test->device)
        return;
    const struct VolkDeviceTable *vk = test->context->vk;
    VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                           .commandBufferCount = 1,
                           .pCommandBuffers = &test->commands};
    assert_int_equal(vk->vkEndCommandBuffer(test->commands), 0);
    assert_int_equal(vk->vkQueueSubmit(test->context->graphics.queue, 1, &submit, VK_NULL_HANDLE),
                     0);
    assert_int_equal(vk->vkQueueWaitIdle(test->context->graphics.queue), 0);
}

static void look_at_chunk(void *user, const struct ash_memory_chunk *chunk)
{
    struct memory_map *map = user;
    assert_true(map->chunk_count < MEMORY_MAP_CHUNKS);
    assert_true(chunk->free_region_count <= MEMORY_MAP_REGIONS);
    struct memory_map_chunk *out = &map->chunks[map->chunk_count++];
    *out = (struct memory_map_chunk){.chunk = *chunk, .in_order = true};
    out->chunk.free_regions = out->regions;
    for (uint32_t i = 0; i < chunk->free_region_count; i++) {
        out->regions[i] = chunk->free_regions[i];
        out->free_bytes += chunk->free_regions[i].size;
    }
}

static void look_at_block(void *user, const struct ash_memory_chunk *chunk,
                          const struct ash_memory_block_info *info)
{
    struct memory_map *map = user;
    struct memory_map_chunk *out = &map->chunks[map->chunk_count - 1];
    const struct ash_memory_block *block = &info->block;
    if (block->offset < out->last_end || block->offset + block->size > chunk->size ||
        block->memory != chunk->memory || block->memory_type_index != chunk->memory_type_index)
        out->in_order = false;
    out->last_end = block->offset + block->size;
    out->live_bytes += block->size;
    out->blocks++;
}

void memory_test_look(struct memory_test *test, struct memory_map *out)
{
    struct ash_memory_visitor visitor = {
        .chunk = look_at_chunk, .block = look_at_block, .user = out};
    out->chunk_count = 0;
    assert_int_equal(ash_allocator_visit(test->allocator, &visitor), ASH_OK);
}

const struct memory_map_chunk *memory_map_find(const struct memory_map *map,
                                               const struct ash_memory_block *block)
{
    for (uint32_t i = 0; i < map->chunk_count; i++) {
        if (map->chunks[i].chunk.memory == block->memory)
            return &map->chunks[i];
    }
    return NULL;
}

bool memory_map_has_split(const struct memory_map_chunk *chunk)
{
    for (uint32_t i = 1; i < chunk->chunk.free_region_count; i++) {
        if (chunk->regions[i - 1].offset + chunk->regions[i - 1].size >= chunk->regions[i].offset)
            return true;
    }
    return false;
}
