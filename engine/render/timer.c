#include "engine/render/timer.h"

#include <volk.h>

#include <stdlib.h>
#include <time.h>

#include "engine/assert.h"
#include "engine/log.h"
#include "engine/render/check.h"

static enum ash_result create_queries(struct ash_timer *timer, uint32_t slot)
{
    const struct ash_context *context = timer->context;
    VkResult vk_result = context->vk->vkCreateQueryPool(
        context->device,
        &(VkQueryPoolCreateInfo){.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                 .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                 .queryCount = timer->mark_count},
        NULL, &timer->queries[slot]);
    return ash_render_made(context, vk_result, "vkCreateQueryPool", VK_OBJECT_TYPE_QUERY_POOL,
                           &timer->queries[slot], "timestamps of slot %u", slot);
}

enum ash_result ash_timer_init(struct ash_timer *timer, const struct ash_context *context,
                               uint32_t slot_count, uint32_t mark_count)
{
    ASH_ASSERT(slot_count <= ASH_MAX_FRAMES_IN_FLIGHT);
    ASH_ASSERT(mark_count > 0);
    *timer = (struct ash_timer){.context = context,
                                .mark_count = mark_count,
                                .ticks = calloc(mark_count, sizeof(uint64_t)),
                                .cpu_ms = calloc(mark_count, sizeof(double))};
    enum ash_result result = ASH_OK;
    if (timer->ticks == NULL || timer->cpu_ms == NULL)
        result = ash_render_no_memory("the frame timer");
    bool has_timestamps = context->timestamp_valid_bits > 0;
    for (uint32_t i = 0; i < slot_count && has_timestamps && result == ASH_OK; i++)
        result = create_queries(timer, i);
    if (result != ASH_OK)
        ash_timer_finish(timer);
    return result;
}

void ash_timer_finish(struct ash_timer *timer)
{
    const struct ash_context *context = timer->context;
    if (context == NULL)
        return;
    for (uint32_t i = 0; i < ASH_MAX_FRAMES_IN_FLIGHT; i++)
        context->vk->vkDestroyQueryPool(context->device, timer->queries[i], NULL);
    free(timer->ticks);
    free(timer->cpu_ms);
    *timer = (struct ash_timer){0};
}

// Leaves the ticks as they are where the driver has no answer.
static void collect(struct ash_timer *timer)
{
    uint64_t number = timer->submitted[timer->slot];
    timer->submitted[timer->slot] = 0;
    if (number == 0)
        return;
    const struct ash_context *context = timer->context;
    VkResult vk_result =
        context->vk->vkGetQueryPoolResults(context->device, timer->queries[timer->slot], 0,
                                           timer->mark_count, timer->mark_count * sizeof(uint64_t),
                                           timer->ticks, sizeof(uint64_t), VK_QUERY_RESULT_64_BIT);
    if (vk_result == VK_SUCCESS)
        timer->measured = number;
    else
        ash_log(ASH_LOG_DEBUG, "No GPU times of this frame: vkGetQueryPoolResults said %s.",
                ash_vk_result_name(vk_result));
}

void ash_timer_begin(struct ash_timer *timer, const struct ash_frame *frame)
{
    timer->slot = frame->slot;
    timer->number = frame->number;
    collect(timer);
    timer->stamps = timer->wanted && timer->queries[timer->slot] != VK_NULL_HANDLE;
    if (!timer->stamps)
        return;
    frame->vk->vkCmdResetQueryPool(frame->commands, timer->queries[timer->slot], 0,
                                   timer->mark_count);
}

void ash_timer_mark(struct ash_timer *timer, const struct ash_frame *frame, uint32_t index)
{
    ASH_ASSERT(index < timer->mark_count);
    timer->cpu_ms[index] = ash_timer_now_ms();
    if (timer->stamps)
        frame->vk->vkCmdWriteTimestamp2(frame->commands, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                                        timer->queries[timer->slot], index);
}

void ash_timer_submitted(struct ash_timer *timer)
{
    timer->submitted[timer->slot] = timer->stamps ? timer->number : 0;
}

double ash_timer_gpu_ms(const struct ash_timer *timer, uint32_t from, uint32_t to)
{
    ASH_ASSERT(from < timer->mark_count && to < timer->mark_count);
    uint32_t bits = timer->context->timestamp_valid_bits;
    uint64_t mask = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    uint64_t ticks = (timer->ticks[to] - timer->ticks[from]) & mask; // the counter may wrap
    double nanoseconds = (double)ticks * (double)timer->context->properties.limits.timestampPeriod;
    return nanoseconds / 1e6;
}

double ash_timer_cpu_ms(const struct ash_timer *timer, uint32_t from, uint32_t to)
{
    ASH_ASSERT(from < timer->mark_count && to < timer->mark_count);
    return timer->cpu_ms[to] - timer->cpu_ms[from];
}

double ash_timer_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}
