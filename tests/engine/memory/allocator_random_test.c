// Labels: valgrind
// Random operations against a map of every live block and against the plain algorithm; a walk over
// everything after each.
#include "engine/memory/allocator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/allocator/first_fit.h"
#include "engine/bits.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/record.h"
#include "engine/memory/optional/report.h"
#include "tests/support/count.h"
#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

enum { MOST = 400 };

struct entry {
    struct ash_memory_block block;
    struct ash_first_fit_block plain;
    uint32_t name;
};

struct world {
    struct memory_test test;
    struct ash_first_fit plain;
    struct entry entries[MOST];
    uint32_t count;
    uint64_t seed;
    uint32_t seen; // by the visitor
    const struct fake_profile *profile;
    uint32_t refusals;
};

static uint32_t chance(struct world *world, uint32_t limit)
{
    world->seed = world->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(world->seed >> 33) % limit;
}

static VkDeviceSize random_size(struct world *world)
{
    switch (chance(world, 20)) {
    case 0:
        return 1 + chance(world, 90u << 20);
    case 1:
    case 2:
    case 3:
        return 1 + chance(world, 8u << 20);
    default:
        return 1 + chance(world, 200000);
    }
}

static void no_byte_is_shared(const struct world *world, const struct ash_memory_block *block)
{
    for (uint32_t i = 0; i < world->count; i++) {
        const struct ash_memory_block *other = &world->entries[i].block;
        if (other->memory == block->memory)
            assert_false(
                ash_ranges_overlap(block->offset, block->size, other->offset, other->size));
    }
}

static const char *label_of(uint32_t name, char *text, size_t size)
{
    snprintf(text, size, "block %u", name);
    return text;
}

// Whether a memory of its own could be had for the request: without doubt, whatever the budget.
static bool could_be_had(const struct world *world, const struct ash_alloc_params *params,
                         const struct ash_allocator_stats *stats)
{
    const VkPhysicalDeviceMemoryProperties *memory = &world->profile->memory;
    VkDeviceSize size = params->requirements.size + params->requirements.alignment;
    uint32_t found;
    for (uint32_t type = 0; type < memory->memoryTypeCount; type++) {
        uint32_t bit = params->requirements.memoryTypeBits & 1u << type;
        uint32_t heap = memory->memoryTypes[type].heapIndex;
        if (ash_allocator_find_memory_type(world->test.allocator, bit, 0, 0, &found) == ASH_OK &&
            stats->heaps[heap].reserved_bytes + size <= memory->memoryHeaps[heap].size / 4 * 3 &&
            stats->total.chunks + stats->total.dedicated < world->profile->max_allocation_count)
            return true;
    }
    return false;
}

// A refusal: for want of a memory type, or of memory; nothing has changed.
static void refused(struct world *world, const struct ash_alloc_params *params,
                    enum ash_result result, const struct ash_allocator_stats *before)
{
    static const struct ash_memory_block zero;
    uint32_t type;
    enum ash_result found = ash_allocator_find_memory_type(
        world->test.allocator, params->requirements.memoryTypeBits, 0, 0, &type);
    assert_int_equal(result, found == ASH_OK ? ASH_ERROR_OUT_OF_DEVICE_MEMORY : found);
    world->refusals += found == ASH_OK;
    assert_memory_equal(&world->entries[world->count].block, &zero, sizeof(zero));
    struct ash_allocator_stats after;
    ash_allocator_stats(world->test.allocator, &after);
    assert_int_equal(after.total.live_bytes, before->total.live_bytes);
    assert_int_equal(after.total.live_blocks, before->total.live_blocks);
    assert_int_equal(after.total.dedicated, before->total.dedicated);
    assert_false(could_be_had(world, params, &after));
    // Empty chunks may have been given back in the search.
    assert_true(after.total.reserved_bytes <= before->total.reserved_bytes);
}

static void alloc(struct world *world, uint32_t name)
{
    char label[32];
    struct entry *entry = &world->entries[world->count];
    uint32_t any = chance(world, 3);
    struct ash_alloc_params params = {
        .requirements = {.size = random_size(world),
                         .alignment = UINT64_C(1) << chance(world, 17),
                         .memoryTypeBits =
                             any != 0
                                 ? UINT32_MAX
                                 : 1u << chance(world, world->profile->memory.memoryTypeCount)},
        .optimal_image = chance(world, 3) == 0,
        .label = name % 3 == 0 ? label_of(name, label, sizeof(label)) : NULL,
        .user = name % 5 == 0 ? world : NULL,
    };
    struct ash_allocator_stats before, after;
    ash_allocator_stats(world->test.allocator, &before);
    enum ash_result result = ash_allocator_alloc(world->test.allocator, &params, &entry->block);
    if (result != ASH_OK) {
        refused(world, &params, result, &before);
        return;
    }
    ash_allocator_stats(world->test.allocator, &after);
    assert_true(params.requirements.memoryTypeBits >> entry->block.memory_type_index & 1);
    assert_int_equal(entry->block.offset % params.requirements.alignment, 0);
    assert_true(entry->block.size >= params.requirements.size);
    assert_int_equal(after.total.live_bytes, before.total.live_bytes + entry->block.size);
    assert_int_equal(after.total.live_blocks, world->count + 1);
    no_byte_is_shared(world, &entry->block);
    // A new chunk's first block is at its beginning.
    if (after.allocate_memory_calls > before.allocate_memory_calls)
        assert_int_equal(entry->block.offset, 0);
    assert_int_equal(ash_first_fit_alloc(&world->plain, entry->block.size,
                                         params.requirements.alignment,
                                         entry->block.memory_type_index, &entry->plain),
                     ASH_OK);
    entry->name = name;
    world->count++;
}

static void release(struct world *world)
{
    struct entry *entry = &world->entries[chance(world, world->count)];
    assert_int_equal(ash_allocator_free(world->test.allocator, &entry->block), ASH_OK);
    assert_int_equal(entry->block.memory == VK_NULL_HANDLE, 1);
    assert_int_equal(ash_first_fit_free(&world->plain, &entry->plain), ASH_OK);
    *entry = world->entries[--world->count];
}

static void see_block(void *user, const struct ash_memory_chunk *chunk,
                      const struct ash_memory_block_info *info)
{
    struct world *world = user;
    char label[32];
    assert_int_equal(info->block.memory == chunk->memory, 1);
    for (uint32_t i = 0; i < chunk->free_region_count; i++)
        assert_false(ash_ranges_overlap(info->block.offset, info->block.size,
                                        chunk->free_regions[i].offset,
                                        chunk->free_regions[i].size));
    for (uint32_t i = 0; i < world->count; i++) {
        const struct entry *entry = &world->entries[i];
        if (entry->block.id != info->block.id)
            continue;
        assert_memory_equal(&entry->block, &info->block, sizeof(info->block));
        if (entry->name % 3 == 0)
            assert_string_equal(info->label, label_of(entry->name, label, sizeof(label)));
        else
            assert_null(info->label);
        assert_ptr_equal(info->user, entry->name % 5 == 0 ? world : NULL);
        world->seen++;
        return;
    }
    fail_msg("the visitor shows a block that nobody has");
}

static void begin(struct world *world, enum fake_profile_name profile)
{
    memory_test_begin(&world->test, &fake_profiles[profile]);
    world->profile = &fake_profiles[profile];
    catch_log_begin(); // refusals are said
}

static void random_operations(void **state)
{
    (void)state;
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        struct world *world = calloc(1, sizeof(*world));
        assert_non_null(world);
        world->seed = (uint64_t)profile + 1;
        begin(world, (enum fake_profile_name)profile);
        for (uint32_t i = 0; i < 2000; i++) {
            bool filling = i / 400 % 2 == 0;
            bool takes = chance(world, 4) != 0 ? filling : !filling;
            if (takes && world->count < MOST)
                alloc(world, i);
            else if (world->count > 0)
                release(world);
            assert_true(ash_allocator_check(world->test.allocator));
            if (i % 50 == 0) {
                struct ash_memory_visitor visitor = {.block = see_block, .user = world};
                world->seen = 0;
                assert_int_equal(ash_allocator_visit(world->test.allocator, &visitor), ASH_OK);
                assert_int_equal(world->seen, world->count);
            }
        }
        test_count("operations of the allocator checked", 2000);
        // Neither wastes what the other does not, in the long run: a fifth and a chunk or two.
        struct ash_allocator_stats stats;
        ash_allocator_stats(world->test.allocator, &stats);
        assert_true(stats.total.reserved_bytes <=
                    world->plain.reserved_bytes / 5 * 6 + 2 * ASH_FIRST_FIT_CHUNK_SIZE);
        bool little = profile == FAKE_LIMIT_8 || profile == FAKE_SMALL_HEAP;
        assert_true(!little || world->refusals > 10);
        while (world->count > 0)
            release(world);
        ash_allocator_stats(world->test.allocator, &stats);
        assert_true(stats.total.chunks <= world->profile->memory.memoryTypeCount);
        assert_int_equal(stats.total.dedicated, 0);
        assert_int_equal(stats.total.live_bytes, 0);
        assert_int_equal(ash_allocator_trim(world->test.allocator), stats.total.reserved_bytes);
        assert_int_equal(ash_first_fit_finish(&world->plain), 0);
        catch_log_end();
        memory_test_end(&world->test);
        free(world);
    }
}

// The driver is asked only where no free region of any chunk would hold the block.
struct largest {
    VkDeviceSize size, alignment;
    bool fits;
};

static void look_for_room(void *user, const struct ash_memory_chunk *chunk)
{
    struct largest *largest = user;
    for (uint32_t i = 0; i < chunk->free_region_count; i++) {
        VkDeviceSize offset = ash_align_up(chunk->free_regions[i].offset, largest->alignment);
        largest->fits |= ash_range_inside(offset - chunk->free_regions[i].offset, largest->size,
                                          chunk->free_regions[i].size);
    }
}

static void the_driver_is_asked_only_where_nothing_fits(void **state)
{
    (void)state;
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    world->seed = 9;
    memory_test_begin(&world->test, &fake_profiles[FAKE_DISCRETE]);
    uint64_t calls = 0;
    for (uint32_t i = 0; i < 4000; i++) {
        if (world->count == MOST || (world->count > 300 && chance(world, 2) == 0)) {
            release(world);
            continue;
        }
        struct entry *entry = &world->entries[world->count];
        struct ash_alloc_params params = {
            .requirements = {.size = 1 + chance(world, chance(world, 2) != 0 ? 1u << 22 : 1u << 12),
                             .alignment = UINT64_C(1) << chance(world, 21),
                             .memoryTypeBits = 1},
        };
        struct largest largest = {
            ash_align_up(params.requirements.size, params.requirements.alignment),
            params.requirements.alignment, false};
        struct ash_memory_visitor visitor = {.chunk = look_for_room, .user = &largest};
        assert_int_equal(ash_allocator_visit(world->test.allocator, &visitor), ASH_OK);
        assert_int_equal(ash_allocator_alloc(world->test.allocator, &params, &entry->block),
                         ASH_OK);
        assert_int_equal(ash_first_fit_alloc(&world->plain, 64, 64, 0, &entry->plain), ASH_OK);
        world->count++;
        struct ash_allocator_stats stats;
        ash_allocator_stats(world->test.allocator, &stats);
        assert_int_equal(stats.allocate_memory_calls != calls, !largest.fits);
        calls = stats.allocate_memory_calls;
    }
    while (world->count > 0)
        release(world);
    assert_int_equal(ash_first_fit_finish(&world->plain), 0);
    memory_test_end(&world->test);
    free(world);
}

// ---- the record

struct bytes {
    unsigned char data[1 << 17];
    size_t size;
};

static void keep(void *user, const void *data, size_t size)
{
    struct bytes *bytes = user;
    assert_true(size <= sizeof(bytes->data) - bytes->size);
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static void a_record_tells_what_happened(void **state)
{
    (void)state;
    struct world *world = calloc(1, sizeof(*world));
    struct bytes *bytes = calloc(1, sizeof(*bytes));
    assert_true(world != NULL && bytes != NULL);
    world->seed = 5;
    begin(world, FAKE_DISCRETE);
    struct ash_record record;
    ash_record_begin(&record, world->test.allocator, keep, bytes);
    uint32_t allocs = 0, frees = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        if (world->count == 0 || (world->count < MOST && chance(world, 2) != 0)) {
            uint32_t before = world->count;
            alloc(world, i);
            allocs += world->count - before;
        } else {
            release(world);
            frees++;
        }
    }
    ash_record_end(&record, world->test.allocator);
    VkDeviceSize live = 0, expected = 0;
    for (uint32_t i = 0; i < world->count; i++)
        expected += world->entries[i].block.size;
    while (world->count > 0)
        release(world);

    static VkDeviceSize sizes[1 << 16];
    struct ash_record_reader reader;
    struct ash_record_operation operation;
    assert_true(ash_record_read_begin(&reader, bytes->data, bytes->size));
    while (ash_record_read(&reader, &operation)) {
        assert_true(operation.slot < 1 << 16);
        VkDeviceSize *size = &sizes[operation.slot];
        assert_int_equal(*size != 0, operation.type == ASH_OPERATION_FREE);
        assert_int_equal(operation.size % (UINT64_C(1) << operation.alignment_log2), 0);
        live = live - *size + operation.size;
        *size = operation.size;
        allocs -= operation.type == ASH_OPERATION_ALLOC;
        frees -= operation.type == ASH_OPERATION_FREE;
    }
    assert_false(reader.broken);
    assert_int_equal(allocs, 0);
    assert_int_equal(frees, 0);
    assert_int_equal(live, expected);
    ash_first_fit_finish(&world->plain);
    catch_log_end();
    memory_test_end(&world->test);
    free(bytes);
    free(world);
}

static void a_damaged_record_is_noticed_and_read_within_bounds(void **state)
{
    (void)state;
    struct ash_record_reader reader;
    struct ash_record_operation operation;
    assert_false(ash_record_read_begin(&reader, "ASHMEM2\n", 8));
    assert_false(ash_record_read_begin(&reader, "ASHMEM1", 7));
    assert_true(ash_record_read_begin(&reader, "ASHMEM1\n", 8));
    assert_false(ash_record_read(&reader, &operation));
    assert_false(reader.broken);
    static const char *const broken[] = {
        "ASHMEM1\n\x01",                                             // a free of nothing
        "ASHMEM1\n\x01\xff",                                         // half a number
        "ASHMEM1\n\x02\x05",                                         // no alignment
        "ASHMEM1\n\x02\x05\x40\x07",                                 // an alignment of 2^64
        "ASHMEM1\n\x02\x05\x04",                                     // no size
        "ASHMEM1\n\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", // a number without end
        "ASHMEM1\n\x01\xff\xff\xff\xff\x0f",                         // a slot out of range
    };
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        assert_true(ash_record_read_begin(&reader, broken[i], strlen(broken[i])));
        assert_false(ash_record_read(&reader, &operation));
        assert_true(reader.broken);
        assert_false(ash_record_read(&reader, &operation));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations),
        cmocka_unit_test(the_driver_is_asked_only_where_nothing_fits),
        cmocka_unit_test(a_record_tells_what_happened),
        cmocka_unit_test(a_damaged_record_is_noticed_and_read_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
