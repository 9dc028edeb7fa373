// Teaches engine/memory: blocks are cut from a chunk, freed ones leave regions, neighbours merge.
//
//     build/release/example_memory_tour
//
// Needs a Vulkan driver, no display. Prints the chunks after each step, as docs/memory.md tells it.
#include <stdio.h>

#include "engine/context/context.h"
#include "engine/memory/allocator.h"
#include "engine/memory/buffer.h"
#include "engine/memory/optional/report.h"

enum { BUFFERS = 6, KIB = 1024 };

static void print_chunk(void *user, const struct ash_memory_chunk *chunk)
{
    (void)user;
    printf("  chunk of memory type %u: %llu MiB, %u free region%s\n", chunk->memory_type_index,
           (unsigned long long)(chunk->size >> 20), chunk->free_region_count,
           chunk->free_region_count == 1 ? "" : "s");
    for (uint32_t i = 0; i < chunk->free_region_count; i++)
        printf("    free  at %10llu: %10llu bytes\n",
               (unsigned long long)chunk->free_regions[i].offset,
               (unsigned long long)chunk->free_regions[i].size);
}

static void print_block(void *user, const struct ash_memory_chunk *chunk,
                        const struct ash_memory_block_info *info)
{
    (void)user;
    (void)chunk;
    printf("    block at %10llu: %10llu bytes, %s\n", (unsigned long long)info->block.offset,
           (unsigned long long)info->block.size, info->label != NULL ? info->label : "unnamed");
}

static enum ash_result show(struct ash_allocator *allocator, const char *title)
{
    printf("%s\n", title);
    return ash_allocator_visit(
        allocator, &(struct ash_memory_visitor){.chunk = print_chunk, .block = print_block});
}

static enum ash_result make(struct ash_buffer *buffer, struct ash_allocator *allocator,
                            VkDeviceSize size, const char *label)
{
    return ash_buffer_init(
        buffer, allocator,
        &(struct ash_buffer_params){.size = size,
                                    .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                    .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                    .label = label});
}

static enum ash_result tour(struct ash_allocator *allocator, struct ash_buffer *buffers)
{
    static const char *const names[BUFFERS] = {"terrain", "water",   "trees",
                                               "clouds",  "uniform", "staging"};
    enum ash_result result = show(allocator, "Nothing is allocated before it is needed:");
    for (int i = 0; i < BUFFERS && result == ASH_OK; i++)
        result = make(&buffers[i], allocator, (VkDeviceSize)(i + 1) * 100 * KIB, names[i]);
    if (result == ASH_OK)
        result = show(allocator, "Six buffers share one chunk, from its beginning:");
    if (result != ASH_OK)
        return result;

    ash_buffer_finish(&buffers[1]);
    ash_buffer_finish(&buffers[3]);
    result = show(allocator, "Two are freed and leave free regions between the others:");
    if (result != ASH_OK)
        return result;

    ash_buffer_finish(&buffers[2]);
    result = show(allocator, "The one between them is freed, and three regions merge into one:");
    if (result == ASH_OK)
        result = make(&buffers[2], allocator, 500 * KIB, "village");
    return result == ASH_OK ? show(allocator, "The region is large enough for a new buffer:")
                            : result;
}

int main(void)
{
    struct ash_context *context = NULL;
    struct ash_allocator *allocator = NULL;
    struct ash_buffer buffers[BUFFERS] = {0};
    enum ash_result result = ash_context_create(&(struct ash_context_params){0}, &context);
    if (result == ASH_OK)
        result =
            ash_allocator_create(&(struct ash_allocator_params){.context = context}, &allocator);
    if (result == ASH_OK)
        result = tour(allocator, buffers);
    for (int i = 0; i < BUFFERS; i++)
        ash_buffer_finish(&buffers[i]);
    if (result == ASH_OK)
        result = show(allocator, "All are freed, and one empty chunk is kept for the next:");
    ash_allocator_destroy(allocator);
    ash_context_destroy(context);
    return result == ASH_OK ? 0 : 1;
}
