#include "game/passes/terrain_gpu.h"

#include <volk.h>

#include "game/passes/terrain_cull.h"

#include "engine/render/barrier.h"

#include "shaders/shared.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_CHANGES = 512, // in one frame: a ninth of what its uniforms have room for
    GROUP = 128         // as in cull.glsl
};
enum step { STEP_CHANGE, STEP_COUNT, STEP_SUM, STEP_LIST };

bool terrain_gpu_suits(const struct ash_context *context, const char **why)
{
    *why = NULL;
    if (!context->draw_indirect_count)
        *why = "it has no counted draws";
    else if (!context->multi_draw_indirect || !context->draw_indirect_first_instance)
        *why = "it has no indirect draws";
    return *why == NULL;
}

enum ash_result terrain_gpu_init(struct terrain_gpu *gpu, const struct ash_pass_env *env)
{
    gpu->changes = calloc(MOST_CHANGES, sizeof(*gpu->changes));
    enum ash_result result = gpu->changes != NULL ? ASH_OK : ASH_ERROR_OUT_OF_HOST_MEMORY;
    for (uint32_t step = 0; step < TERRAIN_STEPS && result == ASH_OK; step++) {
        struct ash_pipeline_params params = {
            .shader = "cull", .binding_count = 8, .constant = step};
        params.bindings[0] = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
        for (uint32_t i = 1; i < params.binding_count; i++)
            params.bindings[i] = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        result = ash_pipeline_init(&gpu->steps[step], env->pipelines, &params);
    }
    return result;
}

void terrain_gpu_finish(struct terrain_gpu *gpu, const struct ash_pass_env *env)
{
    for (uint32_t step = 0; step < TERRAIN_STEPS; step++)
        ash_pipeline_finish(&gpu->steps[step], env->pipelines);
    ash_buffer_finish(&gpu->records);
    ash_buffer_finish(&gpu->grid);
    ash_buffer_finish(&gpu->sums);
    ash_buffer_finish(&gpu->places);
    ash_buffer_finish(&gpu->list);
    for (uint32_t slot = 0; slot < ASH_MAX_FRAMES_IN_FLIGHT; slot++)
        ash_buffer_finish(&gpu->draws[slot]);
    free(gpu->changes);
    memset(gpu, 0, sizeof(*gpu));
}

// A larger buffer in the place of one that is too small; frames before `number` may still use that.
static bool fit(struct ash_buffer *buffer, uint64_t count, size_t size, const char *label,
                const struct ash_pass_env *env, uint64_t number)
{
    if (buffer->size >= count * size)
        return true;
    ash_retire_buffer(env->retire, buffer, number);
    const struct ash_buffer_params params = {
        .size = (count + count / 2) * size,
        .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
        .properties = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
        .label = label,
    };
    return ash_buffer_init(buffer, env->allocator, &params) == ASH_OK;
}

static bool fit_draws(struct ash_buffer *buffer, const struct ash_pass_env *env)
{
    const struct ash_buffer_params params = {
        .size = sizeof(struct terrain_draws),
        .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT,
        .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
        .preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
        .label = "terrain draws",
    };
    return buffer->size > 0 || (ash_buffer_init(buffer, env->allocator, &params) == ASH_OK &&
                                ash_buffer_keep_mapped(buffer) == ASH_OK);
}

// Makes room for all that there is. What was told to a buffer that is replaced is told again.
static bool fit_all(struct terrain_gpu *gpu, const struct ash_pass_env *env,
                    struct terrain_meshes *meshes, const struct ash_frame *frame)
{
    const uint64_t number = frame->number, slots = (uint64_t)meshes->side * meshes->side * 4;
    const uint64_t columns = (uint64_t)(meshes->side + 1) * (meshes->side + 1);
    const uint32_t known = meshes->records.capacity;
    if (gpu->side != meshes->side || gpu->records.size < known * sizeof(struct terrain_record)) {
        gpu->side = 0;
        if (!fit(&gpu->records, known, sizeof(struct terrain_record), "terrain records", env,
                 number) ||
            !fit(&gpu->grid, slots, sizeof(uint32_t), "terrain grid", env, number))
            return false;
        terrain_records_tell_all(&meshes->records);
        gpu->side = meshes->side;
    }
    return fit(&gpu->sums, columns + columns / GROUP + 1, 4 * sizeof(uint32_t), "terrain sums", env,
               number) &&
           fit(&gpu->places, known, sizeof(struct terrain_place), "terrain places", env, number) &&
           fit(&gpu->list, meshes->quad_count, 2 * sizeof(uint32_t), "terrain list", env, number) &&
           fit_draws(&gpu->draws[frame->slot], env);
}

static struct ash_binding whole(const struct ash_buffer *buffer)
{
    return (struct ash_binding){.buffer = {buffer->buffer, 0, VK_WHOLE_SIZE}};
}

static bool dispatch(const struct terrain_gpu *gpu, enum step step,
                     const struct ash_binding bindings[8], uint32_t x, uint32_t y,
                     struct ash_frame *frame)
{
    if (ash_frame_bind(frame, &gpu->steps[step], bindings, 8) != ASH_OK)
        return false;
    frame->vk->vkCmdDispatch(frame->commands, x, y, 1);
    ash_barrier_memory(frame->context, frame->commands, ASH_BARRIER_COMPUTE_TO_COMPUTE);
    return true;
}

// The changes of this frame, and what is chosen by. False: no room for them.
static bool write_inputs(const struct terrain_gpu *gpu, const struct terrain_meshes *meshes,
                         const struct scene_camera *camera, uint32_t changes,
                         struct ash_binding bindings[2], struct ash_frame *frame)
{
    struct terrain_view view = terrain_view_of(camera);
    view.cell[3] = (int32_t)meshes->side;
    view.changes = changes;
    view.records = meshes->records.count;
    bindings[1] = whole(&gpu->records); // read by nobody where nothing changes
    return ash_frame_uniform(frame, &view, sizeof(view), &bindings[0].buffer) == ASH_OK &&
           (changes == 0 ||
            ash_frame_uniform(frame, gpu->changes, changes * sizeof(gpu->changes[0]),
                              &bindings[1].buffer) == ASH_OK);
}

static bool record_changes(const struct terrain_gpu *gpu, uint32_t changes,
                           const struct ash_binding bindings[8], struct ash_frame *frame)
{
    // The frame before may still choose by the records, and draw from the lists.
    ash_barrier_memory(frame->context, frame->commands, ASH_BARRIER_DRAW_TO_COMPUTE);
    ash_barrier_memory(frame->context, frame->commands, ASH_BARRIER_COMPUTE_TO_COMPUTE);
    return changes == 0 ||
           dispatch(gpu, STEP_CHANGE, bindings, (changes + GROUP - 1) / GROUP, 1, frame);
}

static bool record_choice(const struct terrain_gpu *gpu, const struct terrain_meshes *meshes,
                          const struct ash_binding bindings[8], struct ash_frame *frame)
{
    const uint32_t across = meshes->side / 2 * 2 + 1;
    if (!dispatch(gpu, STEP_COUNT, bindings, (across * across + GROUP - 1) / GROUP, 1, frame) ||
        !dispatch(gpu, STEP_SUM, bindings, 1, 1, frame) ||
        !dispatch(gpu, STEP_LIST, bindings, across, across, frame))
        return false;
    ash_barrier_memory(frame->context, frame->commands, ASH_BARRIER_COMPUTE_TO_DRAW);
    ash_barrier_memory(frame->context, frame->commands, ASH_BARRIER_COMPUTE_TO_HOST);
    return true;
}

// What the GPU chose when it last had this slot.
static void note_totals(struct ash_buffer *draws, struct ash_frame *frame)
{
    struct ash_buffer_view view;
    const struct ash_view_params params = {.size = offsetof(struct terrain_draws, draw),
                                           .access = ASH_ACCESS_READ};
    if (ash_buffer_begin_view(draws, &params, &view) != ASH_OK)
        return;
    const struct terrain_draws *totals = view.data;
    for (uint32_t list = 0; list < TERRAIN_LISTS; list++) {
        frame->stats.draws += totals->count[list];
        frame->stats.triangles += 2 * (uint64_t)totals->quads[list];
    }
    if (ash_buffer_end_view(&view) != ASH_OK)
        frame->stats.failures++;
}

void terrain_gpu_choose(struct terrain_gpu *gpu, const struct ash_pass_env *env,
                        struct terrain_meshes *meshes, const struct scene_camera *camera,
                        struct ash_frame *frame)
{
    gpu->chosen = false;
    if (gpu->number == frame->number) // the last one was not submitted, nor what it told
        gpu->side = 0;
    gpu->number = frame->number;
    if (meshes->mesh_count == 0 ||
        meshes->quad_count > (uint64_t)TERRAIN_DRAWS * TERRAIN_INDEXED_QUADS)
        return;
    struct ash_buffer *draws = &gpu->draws[frame->slot];
    if (draws->size > 0)
        note_totals(draws, frame);
    if (!fit_all(gpu, env, meshes, frame))
        return;
    const uint32_t changes =
        terrain_records_take(&meshes->records, meshes->side, MOST_CHANGES, gpu->changes);
    struct ash_binding bindings[8] = {
        [2] = whole(&gpu->records), [3] = whole(&gpu->grid), [4] = whole(&gpu->sums),
        [5] = whole(&gpu->places),  [6] = whole(&gpu->list), [7] = whole(draws)};
    const bool told = write_inputs(gpu, meshes, camera, changes, bindings, frame) &&
                      record_changes(gpu, changes, bindings, frame);
    if (!told)
        gpu->side = 0; // all is told again
    gpu->chosen =
        told && meshes->records.changed_count == 0 && record_choice(gpu, meshes, bindings, frame);
}

void terrain_gpu_draw(const struct terrain_gpu *gpu, uint32_t range,
                      const struct terrain_meshes *meshes, struct ash_frame *frame,
                      const struct ash_pipeline *pipeline, struct ash_binding *bindings,
                      uint32_t binding_count)
{
    const VkBuffer draws = gpu->draws[frame->slot].buffer;
    const size_t list = range < TERRAIN_LOW_GLASS ? 0 : range - TERRAIN_LOW_GLASS + 1;
    const size_t first = offsetof(struct terrain_draws, draw) +
                         list * TERRAIN_DRAWS * sizeof(VkDrawIndexedIndirectCommand);
    bindings[binding_count - 2] = whole(&gpu->places);
    bindings[binding_count - 1] = whole(&gpu->list);
    if (ash_frame_bind(frame, pipeline, bindings, binding_count) != ASH_OK)
        return;
    frame->vk->vkCmdBindIndexBuffer(frame->commands, meshes->indices.buffer, 0,
                                    VK_INDEX_TYPE_UINT16);
    frame->vk->vkCmdDrawIndexedIndirectCount(frame->commands, draws, first, draws,
                                             list * sizeof(uint32_t), TERRAIN_DRAWS,
                                             sizeof(VkDrawIndexedIndirectCommand));
}
