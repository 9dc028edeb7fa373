// Draws of chunks, gathered first and recorded together: one call of Vulkan for all of them where
// the device can read draws from a buffer, one call for each elsewhere. The picture is the same.
//
// Thread-safety: the thread that draws.
#ifndef GAME_PASSES_TERRAIN_LIST_H
#define GAME_PASSES_TERRAIN_LIST_H

#include "game/passes/resources.h"

#include "engine/render/frame.h"
#include "engine/render/pipeline.h"

#include <stdbool.h>
#include <stdint.h>

struct terrain_place; // shaders/shared.h

// All zero is empty.
struct terrain_list {
    VkDrawIndexedIndirectCommand *draws; // owned, as are the places
    struct terrain_place *places;        // by the draws' firstInstance
    uint32_t count, capacity;
};

void terrain_list_finish(struct terrain_list *list);

// Appends a draw of quads `from` to `to` of a mesh. Where memory runs out it is left out.
void terrain_list_add(struct terrain_list *list, const struct terrain_visible *visible,
                      uint32_t from, uint32_t to);
// Records all draws and empties the list. The last two of `bindings`, storage buffers, are set
// here: to the places, and to anything, since these quads come from no list. What can't be bound or
// has no room is left out, and counted in frame->stats.
void terrain_list_draw(struct terrain_list *list, const struct pass_resources *resources,
                       struct ash_frame *frame, const struct ash_pipeline *pipeline,
                       struct ash_binding *bindings, uint32_t binding_count);

#endif
