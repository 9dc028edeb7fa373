#include "game/tools/memory_report.h"

#include <cjson/cJSON.h>

#include <string.h>

#include "game/base/file.h"

#include "engine/log.h"

// cJSON's functions answer NULL where memory runs out; one flag collects that.
struct writer {
    bool whole;
};

static void number(struct writer *writer, cJSON *object, const char *name, double value)
{
    writer->whole &= cJSON_AddNumberToObject(object, name, value) != NULL;
}

static void text(struct writer *writer, cJSON *object, const char *name, const char *value)
{
    writer->whole &= cJSON_AddStringToObject(object, name, value) != NULL;
}

static void flag(struct writer *writer, cJSON *object, const char *name, bool value)
{
    writer->whole &= cJSON_AddBoolToObject(object, name, value) != NULL;
}

// A new object at the end of the array; NULL where memory ran out.
static cJSON *add_object(struct writer *writer, cJSON *array)
{
    cJSON *object = cJSON_CreateObject();
    if (object == NULL || !cJSON_AddItemToArray(array, object)) {
        cJSON_Delete(object);
        writer->whole = false;
        return NULL;
    }
    return object;
}

static void add_block(struct writer *writer, cJSON *array, const struct memory_block *block,
                      double taken)
{
    cJSON *object = add_object(writer, array);
    number(writer, object, "offset", (double)block->offset);
    number(writer, object, "size_bytes", (double)block->size);
    text(writer, object, "label", block->label);
    text(writer, object, "owner", memory_owner_name(block->owner));
    if (block->has_chunk) {
        const int land[3] = {block->coord.x, block->coord.y, block->coord.z};
        cJSON *place = cJSON_CreateIntArray(land, 3);
        if (!cJSON_AddItemToObject(object, "land", place)) {
            cJSON_Delete(place);
            writer->whole = false;
        }
    }
    if (block->retiring)
        flag(writer, object, "retiring", true);
    if (block->seen_born)
        number(writer, object, "age_seconds", taken - block->seen_since);
}

static void add_chunk(struct writer *writer, cJSON *array, const struct memory_snapshot *snapshot,
                      const struct memory_chunk *chunk)
{
    cJSON *object = add_object(writer, array);
    number(writer, object, "size_bytes", (double)chunk->size);
    number(writer, object, "live_bytes", (double)chunk->live);
    number(writer, object, "free_bytes", (double)chunk->free);
    number(writer, object, "free_regions", chunk->free_regions);
    number(writer, object, "largest_free_bytes", (double)chunk->largest_free);
    number(writer, object, "memory_type", chunk->memory_type);
    number(writer, object, "heap", chunk->heap);
    number(writer, object, "open_views", chunk->open_views);
    flag(writer, object, "dedicated", chunk->dedicated);
    cJSON *blocks = cJSON_AddArrayToObject(object, "blocks");
    for (uint32_t i = 0; i < chunk->block_count; i++)
        add_block(writer, blocks, &snapshot->blocks[chunk->first_block + i], snapshot->taken);
}

static void add_heap(struct writer *writer, cJSON *array, const struct memory_heap *heap)
{
    cJSON *object = add_object(writer, array);
    number(writer, object, "size_bytes", (double)heap->size);
    number(writer, object, "budget_bytes", (double)heap->budget);
    number(writer, object, "used_bytes", (double)heap->used);
    number(writer, object, "reserved_bytes", (double)heap->reserved);
    number(writer, object, "live_bytes", (double)heap->live);
    flag(writer, object, "device_local", heap->device_local);
}

// NULL where memory ran out.
static cJSON *make_report(const struct memory_snapshot *snapshot, const char *device)
{
    struct writer writer = {true};
    cJSON *report = cJSON_CreateObject();
    text(&writer, report, "device", device);
    number(&writer, report, "reserved_bytes", (double)snapshot->reserved);
    number(&writer, report, "live_bytes", (double)snapshot->live);
    number(&writer, report, "largest_free_bytes", (double)snapshot->largest_free);
    number(&writer, report, "open_views", snapshot->open_views);
    number(&writer, report, "retiring_blocks", snapshot->retiring_count);
    number(&writer, report, "retiring_bytes", (double)snapshot->retiring_bytes);
    cJSON *heaps = cJSON_AddArrayToObject(report, "heaps");
    for (uint32_t i = 0; i < snapshot->heap_count; i++)
        add_heap(&writer, heaps, &snapshot->heaps[i]);
    cJSON *chunks = cJSON_AddArrayToObject(report, "chunks");
    for (uint32_t i = 0; i < snapshot->chunk_count; i++)
        add_chunk(&writer, chunks, snapshot, &snapshot->chunks[i]);
    if (writer.whole)
        return report;
    cJSON_Delete(report);
    return NULL;
}

bool memory_report_write(const struct memory_snapshot *snapshot, const char *device,
                         const char *path)
{
    cJSON *report = make_report(snapshot, device);
    char *printed = report != NULL ? cJSON_Print(report) : NULL;
    bool done = false;
    if (printed == NULL)
        ash_log(ASH_LOG_ERROR, "could not write %s: not enough memory; close other programs", path);
    else
        done = file_replace(path, printed, strlen(printed));
    cJSON_free(printed);
    cJSON_Delete(report);
    return done;
}
