// The bytes are a program for an allocator on a fake device: the first chooses the device, the rest
// operations. Beside it a list of what lives is kept, and after every operation chunks, free
// regions and blocks are compared with it; ash_allocator_check, which is slower, comes after every
// eighth.
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"
#include "engine/memory/allocator.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/many.h"
#include "engine/memory/optional/report.h"
#include "tests/support/fake_device.h"

enum { MOST = 96, MOST_OPERATIONS = 256, MANY = 9, CHECK_EVERY = 8 };

struct entry {
    struct ash_memory_block block;
    bool labelled, mapped;
};

struct world {
    struct fuzz_bytes from;
    const struct fake_profile *profile;
    struct fake_device *device;
    struct ash_allocator *allocator;
    struct entry entries[MOST];
    uint32_t count;
    VkDeviceSize live_bytes;
    struct ash_memory_block freed; // the last one
    uint32_t shown;                // by the visitor
};

static struct ash_allocator_stats stats_of(const struct world *world)
{
    struct ash_allocator_stats stats;
    ash_allocator_stats(world->allocator, &stats);
    return stats;
}

// ---- what holds after every operation

static void see_chunk(void *user, const struct ash_memory_chunk *chunk)
{
    (void)user;
    VkDeviceSize end = 0;
    for (uint32_t i = 0; i < chunk->free_region_count; i++) {
        const struct ash_free_region *region = &chunk->free_regions[i];
        // In order, inside, and merged: between two free regions lies a block.
        FUZZ_CHECK(region->size > 0 && (i == 0 || region->offset > end));
        FUZZ_CHECK(ash_range_inside(region->offset, region->size, chunk->size));
        end = region->offset + region->size;
    }
}

static void see_block(void *user, const struct ash_memory_chunk *chunk,
                      const struct ash_memory_block_info *info)
{
    struct world *world = user;
    FUZZ_CHECK(ash_range_inside(info->block.offset, info->block.size, chunk->size));
    for (uint32_t i = 0; i < chunk->free_region_count; i++)
        FUZZ_CHECK(!ash_ranges_overlap(info->block.offset, info->block.size,
                                       chunk->free_regions[i].offset, chunk->free_regions[i].size));
    uint32_t i = 0;
    while (i < world->count && world->entries[i].block.id != info->block.id)
        i++;
    FUZZ_CHECK(i < world->count);
    FUZZ_CHECK(memcmp(&world->entries[i].block, &info->block, sizeof(info->block)) == 0);
    FUZZ_CHECK((info->label != NULL) == world->entries[i].labelled);
    world->shown++;
}

static void check(struct world *world)
{
    const struct ash_memory_visitor visitor = {see_chunk, see_block, world};
    struct ash_allocator_stats stats = stats_of(world);
    FUZZ_CHECK(stats.total.live_blocks == world->count);
    FUZZ_CHECK(stats.total.live_bytes == world->live_bytes);
    FUZZ_CHECK(stats.total.reserved_bytes >= world->live_bytes);
    world->shown = 0;
    FUZZ_CHECK(ash_allocator_visit(world->allocator, &visitor) == ASH_OK);
    FUZZ_CHECK(world->shown == world->count);
}

// ---- allocations

// Whether a free region of any chunk of this memory type would hold the block.
struct room {
    VkDeviceSize size, alignment;
    uint32_t memory_type_index;
    bool fits;
};

static void look_for_room(void *user, const struct ash_memory_chunk *chunk)
{
    struct room *room = user;
    if (chunk->memory_type_index != room->memory_type_index)
        return;
    for (uint32_t i = 0; i < chunk->free_region_count; i++) {
        const struct ash_free_region *region = &chunk->free_regions[i];
        VkDeviceSize offset = ash_align_up(region->offset, room->alignment);
        room->fits |= ash_range_inside(offset - region->offset, room->size, region->size);
    }
}

static bool has_room(const struct world *world, const struct ash_alloc_params *params,
                     uint32_t memory_type_index)
{
    struct room room = {ash_align_up(params->requirements.size, params->requirements.alignment),
                        params->requirements.alignment, memory_type_index, false};
    const struct ash_memory_visitor visitor = {.chunk = look_for_room, .user = &room};
    FUZZ_CHECK(ash_allocator_visit(world->allocator, &visitor) == ASH_OK);
    return room.fits;
}

static void keep(struct world *world, const struct ash_memory_block *block,
                 const struct ash_alloc_params *params)
{
    FUZZ_CHECK(block->offset % params->requirements.alignment == 0);
    FUZZ_CHECK(block->size >= params->requirements.size);
    FUZZ_CHECK(params->requirements.memoryTypeBits >> block->memory_type_index & 1);
    for (uint32_t i = 0; i < world->count; i++) {
        const struct ash_memory_block *other = &world->entries[i].block;
        FUZZ_CHECK(other->id != block->id);
        FUZZ_CHECK(other->memory != block->memory ||
                   !ash_ranges_overlap(block->offset, block->size, other->offset, other->size));
    }
    world->entries[world->count++] = (struct entry){*block, params->label != NULL, false};
    world->live_bytes += block->size;
}

static struct ash_alloc_params read_params(struct world *world)
{
    struct fuzz_bytes *from = &world->from;
    uint32_t types = world->profile->memory.memoryTypeCount, kind = fuzz_take(from);
    struct ash_alloc_params params = {.optimal_image = (kind & 1) != 0,
                                      .label = (kind & 2) != 0 ? "fuzz" : NULL,
                                      .dedicated = (kind & 0xf0) == 0xf0};
    static const uint32_t limits[] = {1 << 8, 1 << 16, 1 << 22, 90 << 20};
    params.requirements.size = 1 + fuzz_below(from, limits[kind >> 2 & 3]);
    params.requirements.alignment = UINT64_C(1) << fuzz_below(from, 18);
    uint32_t type = fuzz_below(from, types + 1);
    params.requirements.memoryTypeBits = type == types ? UINT32_MAX : UINT32_C(1) << type;
    return params;
}

static void alloc(struct world *world)
{
    const struct ash_alloc_params params = read_params(world);
    struct ash_memory_block block;
    struct ash_allocator_stats before = stats_of(world);
    uint32_t type = UINT32_MAX;
    // What a type's granularity and atoms make of a request is not known here.
    bool simple = world->profile->granularity == 1 && !params.dedicated &&
                  ash_allocator_find_memory_type(
                      world->allocator, params.requirements.memoryTypeBits, 0, 0, &type) == ASH_OK;
    bool fitted = simple && has_room(world, &params, type);
    enum ash_result result = ash_allocator_alloc(world->allocator, &params, &block);
    struct ash_allocator_stats after = stats_of(world);
    // The driver is not asked while a free region fits.
    FUZZ_CHECK(!fitted || after.allocate_memory_calls == before.allocate_memory_calls);
    if (result == ASH_OK) {
        keep(world, &block, &params);
        return;
    }
    FUZZ_CHECK(!fitted && block.id == 0 && block.memory == VK_NULL_HANDLE);
    // Empty chunks may have been given back in the search.
    FUZZ_CHECK(after.total.reserved_bytes <= before.total.reserved_bytes);
}

static void alloc_many(struct world *world)
{
    struct ash_alloc_params params[MANY];
    struct ash_memory_block blocks[MANY];
    uint32_t count = fuzz_below(&world->from, MANY + 1);
    if (count > MOST - world->count)
        return;
    for (uint32_t i = 0; i < count; i++)
        params[i] = read_params(world);
    enum ash_result result = ash_allocator_alloc_many(world->allocator, params, count, blocks);
    for (uint32_t i = 0; i < count; i++) {
        if (result == ASH_OK)
            keep(world, &blocks[i], &params[i]);
        else
            FUZZ_CHECK(blocks[i].id == 0);
    }
}

// ---- what is done to blocks

// NULL: there is none.
static struct entry *choose(struct world *world)
{
    return world->count != 0 ? &world->entries[fuzz_below(&world->from, world->count)] : NULL;
}

static void unmap(struct world *world, struct entry *entry)
{
    if (entry->mapped)
        ash_allocator_unmap(world->allocator, &entry->block);
    entry->mapped = false;
}

static void release(struct world *world)
{
    struct entry *entry = choose(world);
    if (entry == NULL)
        return;
    unmap(world, entry);
    world->freed = entry->block;
    world->live_bytes -= entry->block.size;
    FUZZ_CHECK(ash_allocator_free(world->allocator, &entry->block) == ASH_OK);
    FUZZ_CHECK(entry->block.id == 0 && entry->block.memory == VK_NULL_HANDLE);
    *entry = world->entries[--world->count];
}

static void map(struct world *world)
{
    struct entry *entry = choose(world);
    if (entry == NULL)
        return;
    uint32_t type = entry->block.memory_type_index;
    if (entry->mapped) {
        unmap(world, entry);
    } else if ((ash_allocator_memory_type_properties(world->allocator, type) &
                VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0) {
        void *data;
        entry->mapped = ash_allocator_map(world->allocator, &entry->block, &data) == ASH_OK;
        FUZZ_CHECK((data != NULL) == entry->mapped);
        if (entry->mapped)
            memset(data, 1, (size_t)ash_min_u64(entry->block.size, 64));
    }
}

static void label(struct world *world)
{
    struct entry *entry = choose(world);
    if (entry == NULL)
        return;
    const char *name = fuzz_take(&world->from) % 2 != 0 ? "fuzzed" : NULL;
    FUZZ_CHECK(ash_allocator_set_label(world->allocator, &entry->block, name, world) == ASH_OK);
    entry->labelled = name != NULL;
}

// Blocks that are not in use: freed before, or damaged. (Their memory, size and offset are not
// looked at: the region and the id are the block's name.)
static void free_wrongly(struct world *world)
{
    struct entry *entry = choose(world);
    struct ash_memory_block wrong = world->freed;
    if (entry != NULL && fuzz_take(&world->from) % 2 != 0) {
        wrong = entry->block;
        wrong.id ^= UINT64_C(1) << fuzz_below(&world->from, 64);
    } else {
        wrong.region ^= UINT32_C(1) << fuzz_below(&world->from, 32);
    }
    if (wrong.id != 0)
        FUZZ_CHECK(ash_allocator_free(world->allocator, &wrong) == ASH_ERROR_INVALID_BLOCK);
}

// ---- what is done to the whole

static void grow(struct world *world)
{
    // Of the types that somebody can come to want: not of protected ones, for instance.
    uint32_t type = fuzz_below(&world->from, VK_MAX_MEMORY_TYPES), found;
    if (type < world->profile->memory.memoryTypeCount &&
        ash_allocator_find_memory_type(world->allocator, UINT32_C(1) << type, 0, 0, &found) !=
            ASH_OK)
        return;
    uint64_t calls = stats_of(world).allocate_memory_calls;
    bool grown = ash_allocator_grow(world->allocator, type) == ASH_OK;
    FUZZ_CHECK(!grown || stats_of(world).allocate_memory_calls == calls + 1);
}

static void trim(struct world *world)
{
    VkDeviceSize reserved = stats_of(world).total.reserved_bytes;
    VkDeviceSize given = ash_allocator_trim(world->allocator);
    FUZZ_CHECK(stats_of(world).total.reserved_bytes == reserved - given);
}

static void break_driver(struct world *world)
{
    static const VkResult results[] = {VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_OUT_OF_HOST_MEMORY,
                                       VK_ERROR_TOO_MANY_OBJECTS};
    const struct fake_fault fault = {.nth = 1 + fuzz_below(&world->from, 4),
                                     .count = fuzz_below(&world->from, 4),
                                     .result = results[fuzz_below(&world->from, 3)]};
    fake_device_fail(world->device, &fault);
}

static void operate(struct world *world)
{
    switch (fuzz_take(&world->from) % 16) {
    case 0:
        free_wrongly(world);
        break;
    case 1:
        label(world);
        break;
    case 2:
        trim(world);
        break;
    case 3:
        grow(world);
        break;
    case 4:
        break_driver(world);
        break;
    case 5:
        alloc_many(world);
        break;
    case 6:
        map(world);
        break;
    case 7:
    case 8:
    case 9:
    case 10:
        release(world);
        break;
    default:
        if (world->count < MOST)
            alloc(world);
        break;
    }
}

static void end(struct world *world)
{
    fake_device_fail(world->device, &(struct fake_fault){0});
    while (world->count > 0)
        release(world);
    check(world);
    FUZZ_CHECK(ash_allocator_check(world->allocator));
    FUZZ_CHECK(stats_of(world).total.dedicated == 0);
    ash_allocator_trim(world->allocator);
    FUZZ_CHECK(stats_of(world).total.reserved_bytes == 0);
    ash_allocator_destroy(world->allocator);
    FUZZ_CHECK(fake_device_destroy(world->device) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct world world = {.from = {bytes, size}};
    ash_log_set_level(ASH_LOG_OFF); // what it refuses, it says
    ash_assert_set_handler(fuzz_fail);
    world.profile = &fake_profiles[fuzz_below(&world.from, FAKE_PROFILE_COUNT)];
    world.device = fake_device_create(world.profile);
    FUZZ_CHECK(world.device != NULL);
    struct ash_allocator_params params = {.context = fake_device_context(world.device)};
    FUZZ_CHECK(params.context != NULL);
    FUZZ_CHECK(ash_allocator_create(&params, &world.allocator) == ASH_OK);
    for (int i = 0; i < MOST_OPERATIONS && world.from.size > 0; i++) {
        operate(&world);
        check(&world);
        FUZZ_CHECK(i % CHECK_EVERY != 0 || ash_allocator_check(world.allocator));
    }
    end(&world);
    return 0;
}
