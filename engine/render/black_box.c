#include "engine/render/black_box.h"

#include <volk.h>

#include <string.h>

#include "engine/assert.h"
#include "engine/render/barrier.h"

enum { STEP_BITS = 8 };
enum { NOTES = ASH_MAX_FRAMES_IN_FLIGHT * ASH_STEP_COUNT };
_Static_assert(ASH_STEP_COUNT <= 1 << STEP_BITS, "a step has room beside its frame");

enum ash_result ash_black_box_init(struct ash_black_box *box, struct ash_allocator *allocator)
{
    static const uint64_t nothing[NOTES];
    struct ash_buffer_view view;
    enum ash_result result = ash_buffer_init(
        &box->notes, allocator,
        &(struct ash_buffer_params){.size = sizeof(nothing),
                                    .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                    .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                    .preferred = VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                                    .label = "black box"});
    // A lost device need not map anything any more.
    if (result == ASH_OK)
        result = ash_buffer_keep_mapped(&box->notes);
    if (result == ASH_OK)
        result = ash_buffer_begin_view(
            &box->notes, &(struct ash_view_params){.access = ASH_ACCESS_WRITE}, &view);
    if (result == ASH_OK) {
        memcpy(view.data, nothing, sizeof(nothing));
        result = ash_buffer_end_view(&view);
    }
    if (result != ASH_OK)
        ash_black_box_finish(box);
    return result;
}

void ash_black_box_finish(struct ash_black_box *box)
{
    ash_buffer_finish(&box->notes);
}

void ash_black_box_note(const struct ash_black_box *box, const struct ash_frame *frame,
                        uint32_t step)
{
    ASH_ASSERT(step < ASH_STEP_COUNT);
    uint64_t note = frame->number << STEP_BITS | step;
    // A CPU that plays the GPU notes in this order anyway; a barrier would have it finish the frame
    // before, rather than go on beside it.
    if (step != ASH_STEP_BEGIN && !frame->context->software)
        ash_barrier_memory(frame->context, frame->commands, ASH_BARRIER_NOTE);
    VkDeviceSize place = (frame->slot * ASH_STEP_COUNT + step) * sizeof(note);
    frame->vk->vkCmdUpdateBuffer(frame->commands, box->notes.buffer, place, sizeof(note), &note);
}

bool ash_black_box_read(struct ash_black_box *box, uint64_t *number, uint32_t *step)
{
    struct ash_buffer_view view;
    uint64_t newest = 0;
    if (box->notes.buffer == VK_NULL_HANDLE ||
        ash_buffer_begin_view(&box->notes, &(struct ash_view_params){.access = ASH_ACCESS_READ},
                              &view) != ASH_OK)
        return false;
    const uint64_t *notes = view.data;
    for (uint32_t i = 0; i < NOTES; i++)
        newest = notes[i] > newest ? notes[i] : newest;
    if (ash_buffer_end_view(&view) != ASH_OK || newest == 0)
        return false;
    *number = newest >> STEP_BITS;
    *step = (uint32_t)(newest & ((1u << STEP_BITS) - 1));
    return true;
}
