#include "game/passes/terrain_list.h"

#include <volk.h>

#include <stdlib.h>
#include <string.h>

#include "shaders/shared.h"

void terrain_list_finish(struct terrain_list *list)
{
    free(list->draws);
    free(list->places);
    memset(list, 0, sizeof(*list));
}

// Makes room for one more draw.
static bool reserve(struct terrain_list *list)
{
    if (list->count < list->capacity)
        return true;
    const uint32_t capacity = list->capacity == 0 ? 1024 : list->capacity * 2;
    VkDrawIndexedIndirectCommand *draws = realloc(list->draws, capacity * sizeof(*draws));
    if (draws == NULL)
        return false;
    list->draws = draws;
    struct terrain_place *places = realloc(list->places, capacity * sizeof(*places));
    if (places == NULL)
        return false;
    list->places = places;
    list->capacity = capacity;
    return true;
}

void terrain_list_add(struct terrain_list *list, const struct terrain_visible *visible,
                      uint32_t from, uint32_t to)
{
    for (uint32_t first = from; first < to && reserve(list); first += TERRAIN_INDEXED_QUADS) {
        const uint32_t left = to - first;
        const uint32_t count = left < TERRAIN_INDEXED_QUADS ? left : TERRAIN_INDEXED_QUADS;
        list->places[list->count] = (struct terrain_place){
            .origin_scale = {visible->origin[0], visible->origin[1], visible->origin[2],
                             (float)(1u << visible->mesh->detail)},
            .quads = visible->mesh->buffer.address,
        };
        list->draws[list->count] = (VkDrawIndexedIndirectCommand){
            .indexCount = count * 6,
            .instanceCount = 1,
            .vertexOffset = (int32_t)(first * 4),
            .firstInstance = list->count,
        };
        list->count++;
    }
}

static void record(const struct terrain_list *list, const struct pass_resources *resources,
                   struct ash_frame *frame)
{
    const struct ash_context *context = frame->context;
    VkDescriptorBufferInfo commands;
    if (resources->path != TERRAIN_DIRECT && context->multi_draw_indirect &&
        context->draw_indirect_first_instance &&
        ash_frame_uniform(frame, list->draws, list->count * sizeof(list->draws[0]), &commands) ==
            ASH_OK) {
        frame->vk->vkCmdDrawIndexedIndirect(frame->commands, commands.buffer, commands.offset,
                                            list->count, sizeof(list->draws[0]));
        return;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const VkDrawIndexedIndirectCommand *draw = &list->draws[i];
        frame->vk->vkCmdDrawIndexed(frame->commands, draw->indexCount, draw->instanceCount,
                                    draw->firstIndex, draw->vertexOffset, draw->firstInstance);
    }
}

static bool bind(const struct terrain_list *list, struct ash_frame *frame,
                 const struct ash_pipeline *pipeline, struct ash_binding *bindings,
                 uint32_t binding_count)
{
    VkDescriptorBufferInfo places;
    if (list->count == 0 ||
        ash_frame_uniform(frame, list->places, list->count * sizeof(list->places[0]), &places) !=
            ASH_OK)
        return false;
    bindings[binding_count - 2].buffer = bindings[binding_count - 1].buffer = places;
    return ash_frame_bind(frame, pipeline, bindings, binding_count) == ASH_OK;
}

void terrain_list_draw(struct terrain_list *list, const struct pass_resources *resources,
                       struct ash_frame *frame, const struct ash_pipeline *pipeline,
                       struct ash_binding *bindings, uint32_t binding_count)
{
    if (bind(list, frame, pipeline, bindings, binding_count)) {
        frame->vk->vkCmdBindIndexBuffer(frame->commands, resources->meshes.indices.buffer, 0,
                                        VK_INDEX_TYPE_UINT16);
        record(list, resources, frame);
        frame->stats.draws += list->count;
        for (uint32_t i = 0; i < list->count; i++)
            frame->stats.triangles += list->draws[i].indexCount / 3;
    }
    list->count = 0;
}
