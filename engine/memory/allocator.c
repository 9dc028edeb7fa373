#include "engine/memory/allocator.h"

#include <stdio.h>
#include <string.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"
#include "engine/memory/allocator_internal.h"
#include "engine/memory/host.h"

// Everything that these two call is inlined, where the build puts regions.c beside this file
// (engine/CMakeLists.txt): calls are a tenth of what an allocation costs.
#define ASH_HOT __attribute__((flatten))

// ---- creation

static enum ash_result init(struct ash_allocator *allocator, const char *label)
{
    size_t label_size = strlen(label) + 1;
    allocator->label = ash_host_alloc(label_size);
    allocator->chunks = ash_host_reserve(ASH_CHUNK_CAPACITY * sizeof(struct ash_chunk));
    allocator->notes = ash_host_reserve(ASH_REGION_CAPACITY * sizeof(struct ash_block_note));
    if (allocator->label == NULL || allocator->chunks == NULL || allocator->notes == NULL ||
        !ash_region_pool_init(&allocator->pool, ASH_REGION_CAPACITY) ||
        !ash_host_commit(allocator->chunks, ASH_HOST_PAGE) ||
        (allocator->first_arena = ash_arena_of_thread(allocator)) == NULL)
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    memcpy(allocator->label, label, label_size);
    allocator->chunks[0].arena = ASH_ARENA_NONE;
    allocator->chunk_count = 1;
    return ASH_OK;
}

static void finish(struct ash_allocator *allocator)
{
    ash_arenas_finish(allocator);
    ash_region_pool_finish(&allocator->pool);
    ash_host_release(allocator->notes, ASH_REGION_CAPACITY * sizeof(struct ash_block_note));
    ash_host_release(allocator->chunks, ASH_CHUNK_CAPACITY * sizeof(struct ash_chunk));
    ash_host_free(allocator->label);
    ash_host_free(allocator);
}

enum ash_result ash_allocator_create(const struct ash_allocator_params *params,
                                     struct ash_allocator **out)
{
    ASH_ASSERT(params->context != NULL);
    *out = NULL;
    struct ash_allocator *allocator = ash_host_alloc(sizeof(*allocator));
    enum ash_result result =
        allocator == NULL ? ASH_ERROR_OUT_OF_HOST_MEMORY
                          : init(allocator, params->label != NULL ? params->label : "allocator");
    if (result != ASH_OK) {
        if (allocator != NULL)
            finish(allocator);
        ash_log(ASH_LOG_ERROR, "no host memory for an allocator");
        return result;
    }
    allocator->context = params->context;
    allocator->fill = params->fill;
    allocator->lacks_device_address = !params->context->buffer_device_address;
    ash_memory_types_init(allocator, params->chunk_size);
    allocator->child.name = allocator->label;
    ash_context_add_child(allocator->context, &allocator->child);
    *out = allocator;
    return ASH_OK;
}

// Warns of every block that is still in use; answers how many there are.
static uint64_t name_leaks(struct ash_allocator *allocator)
{
    uint64_t leaks = 0;
    struct ash_region *regions = allocator->pool.regions;
    for (uint32_t slot = 1; slot < allocator->chunk_count; slot++) {
        const struct ash_chunk *chunk = &allocator->chunks[slot];
        if (!ash_chunk_in_use(chunk))
            continue;
        for (uint32_t i = ash_chunk_first_region(allocator, chunk); i != ASH_REGION_NONE;
             i = ash_chunk_next_region(allocator, chunk, i)) {
            if (!ash_region_is_used(ash_region_at(regions, i)))
                continue;
            const char *label = ash_block_note_get(allocator, i).label;
            VkDeviceSize size = chunk->dedicated ? chunk->size : ash_region_at(regions, i)->size;
            ash_log(ASH_LOG_WARNING,
                    "%s: leak: '%s', %llu bytes at offset %u of memory type %u, was not freed",
                    allocator->label, label != NULL ? label : "(unnamed)", (unsigned long long)size,
                    ash_region_at(regions, i)->offset, chunk->memory_type_index);
            if ((ash_region_at(regions, i)->mark & ASH_BLOCK_NOTED) != 0)
                ash_block_note_drop(allocator, i);
            leaks++;
        }
    }
    return leaks;
}

void ash_allocator_destroy(struct ash_allocator *allocator)
{
    if (allocator == NULL)
        return;
    uint64_t leaks = name_leaks(allocator);
    uint32_t resources = __atomic_load_n(&allocator->resources, __ATOMIC_ACQUIRE);
    if (resources != 0) {
        char rule[192];
        snprintf(rule, sizeof(rule),
                 "allocator '%.60s' destroyed before %u buffers or images made from it "
                 "(the warnings above name them)",
                 allocator->label, resources);
        ash_assert_fail(rule, __FILE__, __LINE__);
    }
    if (leaks != 0)
        ash_log(ASH_LOG_WARNING, "%s: %llu blocks were leaked", allocator->label,
                (unsigned long long)leaks);
    for (uint32_t slot = 1; slot < allocator->chunk_count; slot++) {
        if (ash_chunk_in_use(&allocator->chunks[slot]))
            ash_chunk_release(allocator, &allocator->chunks[slot]);
    }
    ash_context_remove_child(allocator->context, &allocator->child);
    finish(allocator);
}

// ---- alloc

// The common case is all here: a free region in the thread's own arena.
ASH_HOT enum ash_result ash_allocator_alloc(struct ash_allocator *allocator,
                                            const struct ash_alloc_params *params,
                                            struct ash_memory_block *out)
{
    ASH_ASSERT(params->requirements.size > 0);
    ASH_ASSERT(ash_is_power_of_two(params->requirements.alignment));
    struct ash_arena *arena = ash_arena_of_thread(allocator);
    enum ash_result result = ASH_NOT_READY;
    ash_lock_acquire(&arena->lock);
    const struct ash_type_choice *choice = ash_arena_choose(allocator, arena, params);
    struct ash_request request = {.memory_type_index = choice->memory_type_index};
    if (ash_request_fill(choice->type, params, &request) &&
        !(params->device_address && allocator->lacks_device_address))
        result =
            ash_arena_cut(allocator, arena, choice->regions[request.size_class], &request, out);
    ash_lock_release(&arena->lock);
    if (result != ASH_OK)
        result = ash_allocator_alloc_slowly(allocator, params, out);
    ash_block_fill(allocator, out, ASH_FILL_NEW);
    return result;
}

// ---- free

static __attribute__((cold)) enum ash_result refuse(const struct ash_allocator *allocator,
                                                    const struct ash_memory_block *block,
                                                    const char *what)
{
    ash_log(ASH_LOG_ERROR,
            "%s: a block that is not in use was %s: %llu bytes at offset %llu of memory type %u, "
            "id %llx (freed already, or another allocator's); nothing was changed",
            allocator->label, what, (unsigned long long)block->size,
            (unsigned long long)block->offset, block->memory_type_index,
            (unsigned long long)block->id);
    return ASH_ERROR_INVALID_BLOCK;
}

static __attribute__((noinline)) void report_free(const struct ash_allocator *allocator,
                                                  const struct ash_memory_block *block,
                                                  bool dedicated)
{
    allocator->observer(allocator->observer_user, &(struct ash_allocator_operation){
                                                      .type = ASH_OPERATION_FREE,
                                                      .id = block->id,
                                                      .slot = block->region / ASH_REGION_STEP,
                                                      .size = block->size,
                                                      .memory_type_index = block->memory_type_index,
                                                      .dedicated = dedicated,
                                                  });
}

// Takes a chunk that has lost its last block out of its arena, which is locked, and keeps it for
// whoever needs one next; or answers it, if one is kept already.
static __attribute__((noinline)) struct ash_chunk *retire(struct ash_allocator *allocator,
                                                          struct ash_chunk *chunk)
{
    ash_regions_remove_span(chunk->regions, chunk->edge);
    return ash_chunk_keep(allocator, chunk) ? NULL : chunk;
}

ASH_HOT enum ash_result ash_allocator_free(struct ash_allocator *allocator,
                                           struct ash_memory_block *block)
{
    struct ash_found_block found;
    if (block->memory == VK_NULL_HANDLE)
        goto done;
    ash_block_fill(allocator, block, ASH_FILL_FREED);
    if (!ash_arena_lock_block(allocator, block, &found))
        return refuse(allocator, block, "freed");
    struct ash_chunk *chunk = found.chunk, *gone = NULL;
    struct ash_regions *set = chunk->regions;
    if (allocator->observer != NULL)
        report_free(allocator, block, chunk->dedicated);
    if (found.noted)
        ash_block_note_drop(allocator, found.region);
    if (set != NULL) {
        if (ash_region_is_whole(set, ash_regions_give(set, found.region)))
            gone = retire(allocator, chunk);
    } else {
        ash_region_stock_give(&found.arena->stock, allocator->pool.regions, found.region);
        chunk->arena = ASH_ARENA_NONE;
        gone = chunk;
    }
    ash_lock_release(&found.arena->lock);
    if (gone != NULL)
        ash_chunk_release(allocator, gone);
done:
    *block = (struct ash_memory_block){0};
    return ASH_OK;
}

// ---- the rest

enum ash_result ash_allocator_set_label(struct ash_allocator *allocator,
                                        const struct ash_memory_block *block, const char *label,
                                        void *user)
{
    struct ash_found_block found;
    if (!ash_arena_lock_block(allocator, block, &found))
        return refuse(allocator, block, "labelled");
    bool done = ash_block_note_set(allocator, found.region, label, user);
    ash_lock_release(&found.arena->lock);
    if (!done)
        ash_log(ASH_LOG_ERROR, "%s: no host memory for a block's label", allocator->label);
    return done ? ASH_OK : ASH_ERROR_OUT_OF_HOST_MEMORY;
}

void ash_allocator_observe(struct ash_allocator *allocator, ash_allocator_observer observer,
                           void *user)
{
    allocator->observer = observer;
    allocator->observer_user = user;
}

void ash_allocator_add_resource(struct ash_allocator *allocator)
{
    __atomic_fetch_add(&allocator->resources, 1, __ATOMIC_RELAXED);
}

void ash_allocator_remove_resource(struct ash_allocator *allocator)
{
    __atomic_fetch_sub(&allocator->resources, 1, __ATOMIC_RELEASE);
}

struct ash_context *ash_allocator_context(const struct ash_allocator *allocator)
{
    return allocator->context;
}
