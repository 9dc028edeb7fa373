#include "tests/support/memory_state.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/memory/optional/check.h"
#include "engine/memory/optional/report.h"

void memory_state_add(struct memory_state *state, const char *format, ...)
{
    va_list arguments;
    size_t room = sizeof(state->text) - state->size;
    va_start(arguments, format);
    int length = vsnprintf(state->text + state->size, room, format, arguments);
    va_end(arguments);
    assert_in_range(length, 0, room - 1);
    state->size += (size_t)length;
}

static void add_chunk(void *user, const struct ash_memory_chunk *chunk)
{
    memory_state_add(user, "chunk of %llu, type %u, dedicated %d, %u views\n",
                     (unsigned long long)chunk->size, chunk->memory_type_index, chunk->dedicated,
                     chunk->map_count);
    for (uint32_t i = 0; i < chunk->free_region_count; i++)
        memory_state_add(user, "  free: %llu at %llu\n",
                         (unsigned long long)chunk->free_regions[i].size,
                         (unsigned long long)chunk->free_regions[i].offset);
}

static void add_block(void *user, const struct ash_memory_chunk *chunk,
                      const struct ash_memory_block_info *info)
{
    (void)chunk;
    memory_state_add(user, "  block: %llu at %llu, \"%s\", %p\n",
                     (unsigned long long)info->block.size, (unsigned long long)info->block.offset,
                     info->label ? info->label : "", info->user);
}

static void add_usage(struct memory_state *state, const char *of,
                      const struct ash_memory_usage *usage)
{
    if (usage->reserved_bytes + usage->live_blocks + usage->chunks + usage->dedicated != 0)
        memory_state_add(state, "%s: %llu reserved, %llu live in %llu, %u chunks, %u dedicated\n",
                         of, (unsigned long long)usage->reserved_bytes,
                         (unsigned long long)usage->live_bytes,
                         (unsigned long long)usage->live_blocks, usage->chunks, usage->dedicated);
}

void memory_state_look(struct memory_test *test, struct memory_state *out)
{
    const struct ash_memory_visitor visitor = {add_chunk, add_block, out};
    struct ash_allocator_stats stats;
    struct fake_counts counts;
    out->size = 0;
    assert_true(ash_allocator_check(test->allocator));
    ash_allocator_stats(test->allocator, &stats);
    add_usage(out, "total", &stats.total);
    for (uint32_t type = 0; type < VK_MAX_MEMORY_TYPES; type++)
        add_usage(out, "type", &stats.types[type]);
    for (uint32_t heap = 0; heap < VK_MAX_MEMORY_HEAPS; heap++)
        add_usage(out, "heap", &stats.heaps[heap]);
    assert_int_equal(ash_allocator_visit(test->allocator, &visitor), ASH_OK);
    fake_device_counts(test->device, &counts);
    memory_state_add(out,
                     "device: %u memories of %llu, %u mapped, %u buffers, %u images, %u views\n",
                     counts.memories, (unsigned long long)counts.memory_bytes,
                     counts.mapped_memories, counts.buffers, counts.images, counts.image_views);
}

void memory_state_compare(const struct memory_state *before, const struct memory_state *after,
                          const char *name, uint64_t nth)
{
    size_t same = 0;
    while (before->text[same] != '\0' && before->text[same] == after->text[same])
        same++;
    if (before->text[same] != after->text[same])
        fail_msg("%s, request %llu: after\n%.*s\ncame\n%.100s\nand comes\n%.100s", name,
                 (unsigned long long)nth, (int)same, before->text, before->text + same,
                 after->text + same);
}
