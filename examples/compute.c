// Teaches compute: a shader fills a buffer, and the CPU reads it through a view.
//
//     build/release/example_compute
//
// Needs a Vulkan driver, no display and no renderer: a frame is what is recorded and submitted
// together, whether it draws or not. Three things stand between the shader's write and the CPU's
// read: a barrier that makes it visible to the host, the wait for the frame, and the view.
#include <stdint.h>
#include <stdio.h>

#include <volk.h>

#include "engine/context/context.h"
#include "engine/memory/allocator.h"
#include "engine/memory/buffer.h"
#include "engine/render/barrier.h"
#include "engine/render/frames.h"

enum { GROUP = 64, NUMBERS = 16 * GROUP };

// The build makes these from shaders/compute.glsl.
extern const struct ash_shader compute_shaders[];
extern const uint32_t compute_shaders_count;

// Owned, in the order in which it is made; all zero is nothing.
struct example {
    struct ash_context *context;
    struct ash_allocator *allocator;
    struct ash_pipelines *pipelines;
    struct ash_pipeline pipeline;
    struct ash_frames frames;
    struct ash_buffer steps;
};

static enum ash_result create(struct example *example)
{
    const struct ash_pipelines_params shaders = {.shaders = compute_shaders,
                                                 .shader_count = compute_shaders_count};
    const struct ash_pipeline_params pipeline = {
        .shader = "compute",
        .bindings = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
        .binding_count = 1,
    };
    const struct ash_buffer_params steps = {
        .size = NUMBERS * sizeof(uint32_t),
        .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
        .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
        .preferred = VK_MEMORY_PROPERTY_HOST_CACHED_BIT, // the CPU reads it
        .label = "steps",
    };
    enum ash_result result = ash_context_create(&(struct ash_context_params){0}, &example->context);
    if (result == ASH_OK)
        result = ash_allocator_create(&(struct ash_allocator_params){.context = example->context},
                                      &example->allocator);
    if (result == ASH_OK)
        result = ash_pipelines_create(example->context, &shaders, &example->pipelines);
    if (result == ASH_OK)
        result = ash_pipeline_init(&example->pipeline, example->pipelines, &pipeline);
    if (result == ASH_OK)
        result = ash_frames_init(&example->frames, example->allocator, 1, 4096);
    return result == ASH_OK ? ash_buffer_init(&example->steps, example->allocator, &steps) : result;
}

static void destroy(struct example *example)
{
    ash_buffer_finish(&example->steps);
    ash_frames_finish(&example->frames);
    ash_pipeline_finish(&example->pipeline, example->pipelines);
    ash_pipelines_destroy(example->pipelines);
    ash_allocator_destroy(example->allocator);
    ash_context_destroy(example->context);
}

static enum ash_result compute(struct example *example)
{
    struct ash_frame frame;
    enum ash_result result = ash_frames_begin(&example->frames, &frame);
    if (result != ASH_OK)
        return result;
    const struct ash_binding binding = {.buffer = {example->steps.buffer, 0, example->steps.size}};
    result = ash_frame_bind(&frame, &example->pipeline, &binding, 1);
    if (result != ASH_OK)
        return result;
    frame.vk->vkCmdDispatch(frame.commands, NUMBERS / GROUP, 1, 1);
    ash_barrier_memory(frame.context, frame.commands, ASH_BARRIER_COMPUTE_TO_HOST);
    result = ash_frames_submit(&example->frames, &frame, &(struct ash_frame_sync){0});
    return result == ASH_OK ? ash_frames_wait(&example->frames, frame.number) : result;
}

static enum ash_result print_longest(struct example *example)
{
    struct ash_buffer_view view;
    const struct ash_view_params params = {.access = ASH_ACCESS_READ,
                                           .element_size = sizeof(uint32_t)};
    enum ash_result result = ash_buffer_begin_view(&example->steps, &params, &view);
    if (result != ASH_OK)
        return result;
    const uint32_t *steps = view.data;
    uint32_t longest = 0;
    for (uint32_t i = 0; i < NUMBERS; i++)
        longest = steps[i] > steps[longest] ? i : longest;
    printf("Of the numbers up to %d, %u takes the most steps down to 1: %u\n", NUMBERS, longest + 1,
           steps[longest]);
    return ash_buffer_end_view(&view);
}

int main(void)
{
    struct example example = {0};
    enum ash_result result = create(&example);
    if (result == ASH_OK)
        result = compute(&example);
    if (result == ASH_OK)
        result = print_longest(&example);
    destroy(&example);
    return result == ASH_OK ? 0 : 1;
}
