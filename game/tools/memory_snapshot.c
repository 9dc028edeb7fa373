#include "game/tools/memory_snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *prefix;
    enum memory_owner owner;
} labels[] = {
    {"terrain detail 0", OWNER_TERRAIN_NEAR},
    {"terrain detail 1", OWNER_TERRAIN_MIDDLE},
    {"terrain detail", OWNER_TERRAIN_FAR},
    {"staging", OWNER_STAGING},
    {"uniform", OWNER_UNIFORMS},
    {"block textures", OWNER_TEXTURES},
    {"font", OWNER_TEXTURES},
    {"clouds", OWNER_TEXTURES},
    {"depth", OWNER_TARGETS},
    {"offscreen", OWNER_TARGETS},
    {"copy of the scene", OWNER_TARGETS},
    {"readback", OWNER_TARGETS},
};

const char *memory_owner_name(enum memory_owner owner)
{
    static const char *const names[OWNER_COUNT] = {
        "terrain, near", "terrain, middle", "terrain, far", "staging",
        "uniforms",      "textures",        "targets",      "others"};
    return names[owner];
}

static enum memory_owner owner_of(const char *label)
{
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (strncmp(label, labels[i].prefix, strlen(labels[i].prefix)) == 0)
            return labels[i].owner;
    }
    return OWNER_OTHERS;
}

// Bit 0 is set; then 2 bits of y, 30 of x, 31 of z.
void *memory_tag_of_chunk(struct chunk_coord coord)
{
    uint64_t x = (uint64_t)coord.x & 0x3FFFFFFF, z = (uint64_t)coord.z & 0x7FFFFFFF;
    return (void *)(uintptr_t)(z << 33 | x << 3 | ((uint64_t)coord.y & 3) << 1 | 1);
}

static struct chunk_coord chunk_of_tag(const void *tag)
{
    uint64_t bits = (uint64_t)(uintptr_t)tag;
    return (struct chunk_coord){.x = (int32_t)((uint32_t)(bits >> 3) << 2) >> 2,
                                .y = (int32_t)(bits >> 1 & 3),
                                .z = (int32_t)((uint32_t)(bits >> 33) << 1) >> 1};
}

// ---- taking

struct taker {
    struct memory_snapshot next;
    const struct memory_snapshot *before;
    const struct memory_chunk *old_chunk; // the same memory, before; or NULL
    uint32_t old_block;                   // where its blocks have been looked through to
    uint64_t *retiring;                   // sorted; owned
    uint32_t retiring_count;
    const struct ash_context *context;
    bool failed;
};

// Room for one more of `size` bytes each.
static bool make_room(void *array, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    uint32_t wanted = *capacity == 0 ? 64 : *capacity * 2;
    void **pointer = array;
    void *larger = realloc(*pointer, wanted * size);
    if (larger == NULL)
        return false;
    *pointer = larger;
    *capacity = wanted;
    return true;
}

static void take_chunk(void *user, const struct ash_memory_chunk *chunk)
{
    struct taker *taker = user;
    struct memory_snapshot *next = &taker->next;
    if (taker->failed || !make_room(&next->chunks, next->chunk_count, &next->chunk_capacity,
                                    sizeof(next->chunks[0]))) {
        taker->failed = true;
        return;
    }
    const VkPhysicalDeviceMemoryProperties *memory = &taker->context->memory_properties;
    struct memory_chunk *seen = &next->chunks[next->chunk_count++];
    *seen = (struct memory_chunk){.memory = chunk->memory,
                                  .size = chunk->size,
                                  .free_regions = chunk->free_region_count,
                                  .memory_type = chunk->memory_type_index,
                                  .heap = memory->memoryTypes[chunk->memory_type_index].heapIndex,
                                  .open_views = chunk->map_count,
                                  .dedicated = chunk->dedicated,
                                  .first_block = next->block_count};
    for (uint32_t i = 0; i < chunk->free_region_count; i++) {
        VkDeviceSize size = chunk->free_regions[i].size;
        seen->free += size;
        seen->largest_free = size > seen->largest_free ? size : seen->largest_free;
    }
    taker->old_chunk = NULL;
    for (uint32_t i = 0; i < taker->before->chunk_count && taker->old_chunk == NULL; i++) {
        if (taker->before->chunks[i].memory == chunk->memory)
            taker->old_chunk = &taker->before->chunks[i];
    }
    taker->old_block = 0;
}

// The block as it was before, or NULL. Blocks come in order of offset, then and now.
static const struct memory_block *find_before(struct taker *taker,
                                              const struct ash_memory_block *block)
{
    const struct memory_chunk *chunk = taker->old_chunk;
    while (chunk != NULL && taker->old_block < chunk->block_count) {
        const struct memory_block *old =
            &taker->before->blocks[chunk->first_block + taker->old_block];
        if (old->offset > block->offset)
            return NULL;
        taker->old_block++;
        if (old->id == block->id)
            return old;
    }
    return NULL;
}

static int compare_ids(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void take_block(void *user, const struct ash_memory_chunk *chunk,
                       const struct ash_memory_block_info *info)
{
    (void)chunk;
    struct taker *taker = user;
    struct memory_snapshot *next = &taker->next;
    if (taker->failed || !make_room(&next->blocks, next->block_count, &next->block_capacity,
                                    sizeof(next->blocks[0]))) {
        taker->failed = true;
        return;
    }
    const char *label = info->label != NULL ? info->label : "(unnamed)";
    const struct memory_block *before = find_before(taker, &info->block);
    struct memory_block *seen = &next->blocks[next->block_count++];
    *seen = (struct memory_block){
        .id = info->block.id,
        .offset = info->block.offset,
        .size = info->block.size,
        .seen_since = before != NULL ? before->seen_since : next->taken,
        .seen_born = before != NULL ? before->seen_born : taker->before->taken > 0,
        .owner = owner_of(label),
        .retiring = taker->retiring_count > 0 &&
                    bsearch(&info->block.id, taker->retiring, taker->retiring_count,
                            sizeof(uint64_t), compare_ids) != NULL,
    };
    snprintf(seen->label, sizeof(seen->label), "%s", label);
    seen->has_chunk = seen->owner <= OWNER_TERRAIN_FAR && info->user != NULL;
    if (seen->has_chunk)
        seen->coord = chunk_of_tag(info->user);
    struct memory_chunk *in = &next->chunks[next->chunk_count - 1];
    in->block_count++;
    in->live += seen->size;
    next->retiring_count += seen->retiring;
    next->retiring_bytes += seen->retiring ? seen->size : 0;
}

static void note_retiring(void *user, const struct ash_memory_block *block)
{
    struct taker *taker = user;
    taker->retiring[taker->retiring_count++] = block->id;
}

static bool take_retiring(struct taker *taker, const struct ash_retire *retire)
{
    uint32_t count = retire != NULL ? ash_retire_count(retire) : 0;
    if (count == 0)
        return true;
    taker->retiring = malloc(count * sizeof(uint64_t));
    if (taker->retiring == NULL)
        return false;
    ash_retire_visit(retire, note_retiring, taker);
    qsort(taker->retiring, taker->retiring_count, sizeof(uint64_t), compare_ids);
    return true;
}

static void add_up(struct memory_snapshot *next, const struct ash_context *context)
{
    const VkPhysicalDeviceMemoryProperties *memory = &context->memory_properties;
    struct ash_memory_budget budget;
    ash_context_memory_budget(context, &budget);
    next->heap_count = memory->memoryHeapCount;
    for (uint32_t i = 0; i < next->heap_count; i++)
        next->heaps[i] = (struct memory_heap){
            .size = memory->memoryHeaps[i].size,
            .budget = budget.budget[i],
            .used = budget.usage[i],
            .device_local = (memory->memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0,
        };
    for (uint32_t i = 0; i < next->chunk_count; i++) {
        const struct memory_chunk *chunk = &next->chunks[i];
        next->heaps[chunk->heap].reserved += chunk->size;
        next->heaps[chunk->heap].live += chunk->live;
        next->reserved += chunk->size;
        next->live += chunk->live;
        next->open_views += chunk->open_views;
        if (chunk->largest_free > next->largest_free)
            next->largest_free = chunk->largest_free;
    }
}

bool memory_snapshot_take(struct memory_snapshot *snapshot, struct ash_allocator *allocator,
                          const struct ash_retire *retire, double now)
{
    struct taker taker = {
        .next.taken = now, .before = snapshot, .context = ash_allocator_context(allocator)};
    const struct ash_memory_visitor visitor = {take_chunk, take_block, &taker};
    bool done = take_retiring(&taker, retire) &&
                ash_allocator_visit(allocator, &visitor) == ASH_OK && !taker.failed;
    free(taker.retiring);
    if (!done) {
        memory_snapshot_finish(&taker.next);
        return false;
    }
    add_up(&taker.next, taker.context);
    memory_snapshot_finish(snapshot);
    *snapshot = taker.next;
    return true;
}

void memory_snapshot_finish(struct memory_snapshot *snapshot)
{
    free(snapshot->chunks);
    free(snapshot->blocks);
    *snapshot = (struct memory_snapshot){0};
}

// ---- finding

const struct memory_block *memory_snapshot_find(const struct memory_snapshot *snapshot,
                                                uint32_t chunk, VkDeviceSize from, VkDeviceSize to)
{
    const struct memory_chunk *in = &snapshot->chunks[chunk];
    const struct memory_block *blocks = &snapshot->blocks[in->first_block];
    // The first block that ends behind `from`.
    uint32_t low = 0, high = in->block_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (blocks[middle].offset + blocks[middle].size > from)
            high = middle;
        else
            low = middle + 1;
    }
    const VkDeviceSize wanted = from + (to - from) / 2;
    const struct memory_block *found = NULL;
    for (uint32_t i = low; i < in->block_count && blocks[i].offset < to; i++) {
        found = &blocks[i];
        if (blocks[i].offset + blocks[i].size > wanted)
            break;
    }
    return found;
}

const struct memory_block *memory_snapshot_find_terrain(const struct memory_snapshot *snapshot,
                                                        struct chunk_coord coord, uint32_t *chunk)
{
    for (uint32_t c = 0; c < snapshot->chunk_count; c++) {
        const struct memory_chunk *in = &snapshot->chunks[c];
        for (uint32_t i = in->first_block; i < in->first_block + in->block_count; i++) {
            const struct memory_block *block = &snapshot->blocks[i];
            if (block->has_chunk && !block->retiring && block->coord.x == coord.x &&
                block->coord.y == coord.y && block->coord.z == coord.z) {
                *chunk = c;
                return block;
            }
        }
    }
    return NULL;
}
