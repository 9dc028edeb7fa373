#include "game/tools/memory_report.h"

#include "game/base/json.h"

static void add_block(struct json *json, cJSON *array, const struct memory_block *block,
                      double taken)
{
    cJSON *object = json_object(json, array, NULL);
    json_number(json, object, "offset", (double)block->offset);
    json_number(json, object, "size_bytes", (double)block->size);
    json_text(json, object, "label", block->label);
    json_text(json, object, "owner", memory_owner_name(block->owner));
    if (block->has_chunk) {
        const double land[3] = {block->coord.x, block->coord.y, block->coord.z};
        json_numbers(json, object, "land", land, 3);
    }
    if (block->retiring)
        json_flag(json, object, "retiring", true);
    if (block->seen_born)
        json_number(json, object, "age_seconds", taken - block->seen_since);
}

static void add_chunk(struct json *json, cJSON *array, const struct memory_snapshot *snapshot,
                      const struct memory_chunk *chunk)
{
    cJSON *object = json_object(json, array, NULL);
    json_number(json, object, "size_bytes", (double)chunk->size);
    json_number(json, object, "live_bytes", (double)chunk->live);
    json_number(json, object, "free_bytes", (double)chunk->free);
    json_number(json, object, "free_regions", chunk->free_regions);
    json_number(json, object, "largest_free_bytes", (double)chunk->largest_free);
    json_number(json, object, "memory_type", chunk->memory_type);
    json_number(json, object, "heap", chunk->heap);
    json_number(json, object, "open_views", chunk->open_views);
    json_flag(json, object, "dedicated", chunk->dedicated);
    cJSON *blocks = json_array(json, object, "blocks");
    for (uint32_t i = 0; i < chunk->block_count; i++)
        add_block(json, blocks, &snapshot->blocks[chunk->first_block + i], snapshot->taken);
}

static void add_heap(struct json *json, cJSON *array, const struct memory_heap *heap)
{
    cJSON *object = json_object(json, array, NULL);
    json_number(json, object, "size_bytes", (double)heap->size);
    json_number(json, object, "budget_bytes", (double)heap->budget);
    json_number(json, object, "used_bytes", (double)heap->used);
    json_number(json, object, "reserved_bytes", (double)heap->reserved);
    json_number(json, object, "live_bytes", (double)heap->live);
    json_flag(json, object, "device_local", heap->device_local);
}

bool memory_report_write(const struct memory_snapshot *snapshot, const char *device,
                         const char *path)
{
    struct json json;
    json_begin(&json);
    json_text(&json, json.root, "device", device);
    json_number(&json, json.root, "reserved_bytes", (double)snapshot->reserved);
    json_number(&json, json.root, "live_bytes", (double)snapshot->live);
    json_number(&json, json.root, "largest_free_bytes", (double)snapshot->largest_free);
    json_number(&json, json.root, "open_views", snapshot->open_views);
    json_number(&json, json.root, "retiring_blocks", snapshot->retiring_count);
    json_number(&json, json.root, "retiring_bytes", (double)snapshot->retiring_bytes);
    cJSON *heaps = json_array(&json, json.root, "heaps");
    for (uint32_t i = 0; i < snapshot->heap_count; i++)
        add_heap(&json, heaps, &snapshot->heaps[i]);
    cJSON *chunks = json_array(&json, json.root, "chunks");
    for (uint32_t i = 0; i < snapshot->chunk_count; i++)
        add_chunk(&json, chunks, snapshot, &snapshot->chunks[i]);
    return json_write(&json, path);
}
