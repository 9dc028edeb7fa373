#include "engine/render/renderer.h"

#include <volk.h>

#include <stdlib.h>

#include "engine/assert.h"
#include "engine/context/observe.h"
#include "engine/log.h"
#include "engine/render/barrier.h"
#include "engine/render/check.h"
#include "engine/render/frames.h"
#include "engine/render/pass_list.h"
#include "engine/render/readback.h"
#include "engine/render/rendering.h"
#include "engine/render/target.h"
#include "engine/render/timer.h"

enum {
    DEFAULT_FRAMES_IN_FLIGHT = 2,
    DEFAULT_STAGING_SIZE = 16 << 20,
    DEFAULT_UNIFORM_SIZE = 1 << 20,
    // A window that is being dragged may be out of date again at once; then the next draw tries.
    ACQUIRE_ATTEMPTS = 4
};

struct ash_renderer {
    struct ash_context *context;     // borrowed
    struct ash_allocator *allocator; // borrowed
    struct ash_frames frames;
    struct ash_upload *upload;
    struct ash_retire *retire;
    struct ash_pipelines *pipelines;
    struct ash_target target;
    struct ash_pass_list passes;
    struct ash_rendering rendering;
    struct ash_readback readback;
    bool readback_wanted; // of the frames to come, until it is read
    VkExtent2D extent;    // that rendering and passes were made for; 0 x 0: not yet
    uint64_t number;      // of the frame being drawn
    uint64_t drawn;       // of the last frame in the target; 0: none
    struct ash_renderer_stats stats;
};

static uint64_t or_default(uint64_t wanted, uint64_t otherwise)
{
    return wanted > 0 ? wanted : otherwise;
}

static enum ash_result init_parts(struct ash_renderer *renderer,
                                  const struct ash_renderer_params *params)
{
    struct ash_allocator *allocator = params->allocator;
    const struct ash_upload_params upload = {
        .size = or_default(params->staging_size, DEFAULT_STAGING_SIZE)};
    enum ash_result result =
        ash_frames_init(&renderer->frames, allocator,
                        (uint32_t)or_default(params->frames_in_flight, DEFAULT_FRAMES_IN_FLIGHT),
                        or_default(params->uniform_size, DEFAULT_UNIFORM_SIZE));
    if (result == ASH_OK)
        result = ash_upload_create(allocator, &upload, &renderer->upload);
    if (result == ASH_OK)
        result = ash_retire_create(params->context, &renderer->retire);
    if (result == ASH_OK)
        result = ash_target_init(&renderer->target, allocator, params->vsync);
    if (result != ASH_OK)
        return result;
    const struct ash_pipelines_params pipelines = {.shaders = params->shaders,
                                                   .shader_count = params->shader_count,
                                                   .cache = params->pipeline_cache,
                                                   .cache_size = params->pipeline_cache_size,
                                                   .color_format = renderer->target.format,
                                                   .depth_format = ASH_DEPTH_FORMAT};
    return ash_pipelines_create(params->context, &pipelines, &renderer->pipelines);
}

static enum ash_result init_passes(struct ash_renderer *renderer,
                                   const struct ash_renderer_params *params)
{
    struct ash_pass_env env = {.context = params->context,
                               .allocator = params->allocator,
                               .upload = renderer->upload,
                               .retire = renderer->retire,
                               .pipelines = renderer->pipelines,
                               .color_format = renderer->target.format,
                               .depth_format = ASH_DEPTH_FORMAT,
                               .game = params->game};
    ash_pipelines_defer(renderer->pipelines);
    enum ash_result result = ash_pass_list_init(&renderer->passes, &env, params->passes,
                                                params->pass_count, renderer->frames.count);
    if (result == ASH_OK)
        result = ash_pipelines_compile(renderer->pipelines, params->spread, params->spread_user);
    if (result != ASH_OK)
        return result;
    renderer->passes.mark_passes = params->mark_passes;
    if ((renderer->passes.reads & ASH_PASS_READS_COLOR) != 0 && !renderer->target.copyable) {
        ash_log(ASH_LOG_WARNING, "This window's images can't be copied: passes that read colour "
                                 "are left out.");
        renderer->passes.unreadable = ASH_PASS_READS_COLOR;
        renderer->passes.reads &= ~(uint32_t)ASH_PASS_READS_COLOR;
    }
    return ASH_OK;
}

static void reclaim(struct ash_renderer *renderer)
{
    uint64_t completed = renderer->frames.completed;
    ash_retire_collect(renderer->retire, completed);
    ash_upload_reclaim(renderer->upload, completed);
    ash_target_collect(&renderer->target, completed);
}

static enum ash_result init_readback(struct ash_renderer *renderer)
{
    if (renderer->readback.buffer.buffer != VK_NULL_HANDLE)
        return ASH_OK;
    return ash_readback_init(&renderer->readback, renderer->allocator, renderer->extent,
                             renderer->target.format);
}

// Makes everything anew that depends on the size, where it has changed. The GPU is idle.
static enum ash_result follow_extent(struct ash_renderer *renderer)
{
    VkExtent2D extent = renderer->target.extent;
    if (extent.width == renderer->extent.width && extent.height == renderer->extent.height)
        return ASH_OK;
    renderer->extent = (VkExtent2D){0, 0};
    ash_readback_finish(&renderer->readback);
    ash_rendering_finish(&renderer->rendering);
    enum ash_result result =
        ash_rendering_init(&renderer->rendering, renderer->allocator,
                           &(struct ash_rendering_params){.extent = extent,
                                                          .color_format = renderer->target.format,
                                                          .reads = renderer->passes.reads,
                                                          .covered = renderer->passes.covers,
                                                          .alone = renderer->passes.mark_passes,
                                                          .pipelines = renderer->pipelines});
    if (result == ASH_OK)
        result = ash_pass_list_resize(&renderer->passes, extent);
    if (result != ASH_OK)
        return result;
    renderer->extent = extent;
    return renderer->readback_wanted ? init_readback(renderer) : ASH_OK;
}

static enum ash_result resize(struct ash_renderer *renderer, VkExtent2D extent)
{
    enum ash_result result = ash_renderer_wait_idle(renderer);
    if (result != ASH_OK)
        return result;
    reclaim(renderer);
    if (ash_target_is_stale(&renderer->target, extent)) {
        renderer->drawn = 0;
        result = ash_target_resize(&renderer->target, extent);
        if (result != ASH_OK)
            return result;
    }
    return follow_extent(renderer);
}

enum ash_result ash_renderer_create(const struct ash_renderer_params *params,
                                    struct ash_renderer **out)
{
    ASH_ASSERT(params->context != NULL);
    ASH_ASSERT(params->allocator != NULL);
    ASH_ASSERT(params->frames_in_flight <= ASH_MAX_FRAMES_IN_FLIGHT);
    *out = NULL;
    struct ash_renderer *renderer = calloc(1, sizeof(*renderer));
    if (renderer == NULL)
        return ash_render_no_memory("the renderer");
    renderer->context = params->context;
    renderer->allocator = params->allocator;
    enum ash_result result = init_parts(renderer, params);
    if (result == ASH_OK)
        result = init_passes(renderer, params);
    if (result == ASH_OK)
        result = resize(renderer, params->extent);
    // A window without area has no images yet; the first draw that finds one makes them.
    if (result != ASH_OK && !(result == ASH_NOT_READY && renderer->target.presents)) {
        ash_renderer_destroy(renderer);
        return result;
    }
    *out = renderer;
    return ASH_OK;
}

// Presenting is the queue's work too, and the timeline does not count it. A lost device has nothing
// left to wait for; where memory was short, another way to wait may find some.
static void wait_at_end(struct ash_renderer *renderer)
{
    const struct ash_context *context = renderer->context;
    VkResult vk_result = context->vk->vkQueueWaitIdle(context->graphics.queue);
    if (vk_result != VK_SUCCESS && vk_result != VK_ERROR_DEVICE_LOST)
        vk_result = context->vk->vkDeviceWaitIdle(context->device);
    if (vk_result == VK_ERROR_DEVICE_LOST)
        ash_pass_list_tell_lost(&renderer->passes, renderer->frames.completed);
    else if (vk_result != VK_SUCCESS)
        ash_log(ASH_LOG_WARNING, "The renderer ends without the GPU: vkDeviceWaitIdle said %s.",
                ash_vk_result_name(vk_result));
}

void ash_renderer_destroy(struct ash_renderer *renderer)
{
    if (renderer == NULL)
        return;
    wait_at_end(renderer);
    ash_pass_list_finish(&renderer->passes);
    ash_rendering_finish(&renderer->rendering);
    ash_readback_finish(&renderer->readback);
    ash_pipelines_destroy(renderer->pipelines);
    ash_target_finish(&renderer->target);
    ash_retire_destroy(renderer->retire);
    ash_upload_destroy(renderer->upload);
    ash_frames_finish(&renderer->frames);
    free(renderer);
}

static enum ash_result acquire(struct ash_renderer *renderer, VkExtent2D extent,
                               struct ash_acquired_image *out)
{
    for (int attempt = 0; attempt < ACQUIRE_ATTEMPTS; attempt++) {
        if (ash_target_is_stale(&renderer->target, extent) || renderer->extent.width == 0) {
            enum ash_result result = resize(renderer, extent);
            if (result != ASH_OK)
                return result;
        }
        enum ash_result result =
            ash_target_acquire(&renderer->target, ash_frames_next_slot(&renderer->frames),
                               renderer->frames.submitted + 1, out);
        if (result != ASH_NOT_READY || !ash_target_is_stale(&renderer->target, extent))
            return result;
    }
    return ASH_NOT_READY;
}

// The image goes to the window system, or stays as it is offscreen; a copy is kept where somebody
// asked for one, because what was presented can't be read any more.
static void hand_over(struct ash_renderer *renderer, const struct ash_frame *frame,
                      const struct ash_acquired_image *image)
{
    if (!renderer->target.presents)
        return;
    enum ash_barrier barrier = ASH_BARRIER_COLOR_TO_PRESENT;
    if (renderer->readback_wanted && renderer->readback.buffer.buffer != VK_NULL_HANDLE) {
        ash_barrier_image(frame->context, frame->commands, ASH_BARRIER_COLOR_TO_COPY, image->image,
                          VK_IMAGE_ASPECT_COLOR_BIT);
        ash_readback_record(&renderer->readback, frame, image->image);
        barrier = ASH_BARRIER_COPY_TO_PRESENT;
    }
    ash_barrier_image(frame->context, frame->commands, barrier, image->image,
                      VK_IMAGE_ASPECT_COLOR_BIT);
}

static void note_frame(struct ash_renderer *renderer, const struct ash_frame *frame)
{
    renderer->drawn = frame->number;
    renderer->stats.frames++;
    renderer->stats.draws = frame->stats.draws;
    renderer->stats.triangles = frame->stats.triangles;
    renderer->stats.failures = frame->stats.failures;
    renderer->stats.gpu_ms = ash_pass_list_submitted(&renderer->passes);
}

static void phase(const struct ash_renderer *renderer, const char *name, const char *purpose)
{
    ash_observe_phase(renderer->context, renderer->number, name, NULL, purpose);
}

enum ash_result ash_renderer_draw(struct ash_renderer *renderer, const void *scene,
                                  VkExtent2D extent)
{
    struct ash_frame frame;
    struct ash_acquired_image image;
    double start_ms = ash_timer_now_ms();

    renderer->number = renderer->frames.submitted + 1;
    phase(renderer, "wait", "until the GPU is done with the frame that had this slot");
    enum ash_result result = ash_frames_wait_slot(&renderer->frames);
    if (result != ASH_OK)
        return result;
    phase(renderer, "reclaim", "staging space, and what was retired, that the GPU has passed");
    reclaim(renderer);
    phase(renderer, "acquire", "an image to draw to");
    result = acquire(renderer, extent, &image);
    if (result != ASH_OK)
        return result;
    renderer->stats.wait_ms = ash_timer_now_ms() - start_ms;

    struct ash_frame_sync sync = {.acquired = image.acquired, .presentable = image.presentable};
    result = ash_frames_begin(&renderer->frames, &frame);
    if (result == ASH_OK) {
        frame.extent = renderer->extent;
        frame.scene = scene;
        // The first commands: lavapipe passes over barriers there, and at any other it finishes the
        // frame before, rather than prepare this one beside it.
        phase(renderer, "begin drawing", "the targets must be idle and cleared");
        ash_rendering_begin(&renderer->rendering, &frame, &image);
        ash_pass_list_prepare(&renderer->passes, &frame);
        phase(renderer, "upload", "copies from the staging ring to where the passes want them");
        ash_upload_record(renderer->upload, frame.commands, frame.number, &sync.uploads);
        ash_pass_list_draw(&renderer->passes, &frame, &renderer->rendering);
        phase(renderer, "end drawing", "the picture goes to whoever shows or keeps it");
        ash_rendering_end(&renderer->rendering, &frame);
        hand_over(renderer, &frame, &image);
        ash_pass_list_end(&renderer->passes, &frame);
        phase(renderer, "submit", "the commands go to the GPU");
        result = ash_frames_submit(&renderer->frames, &frame, &sync);
    }
    if (result != ASH_OK) {
        ash_upload_abandon(renderer->upload);
        ash_target_abandon(&renderer->target);
        return result;
    }
    note_frame(renderer, &frame);
    phase(renderer, "present", "the window system shows the image when the GPU is done");
    return ash_target_present(&renderer->target, &image);
}

// Offscreen the picture is still there: one more submission copies it.
static enum ash_result copy_offscreen(struct ash_renderer *renderer)
{
    struct ash_frame frame;
    enum ash_result result = ash_frames_wait_slot(&renderer->frames);
    if (result != ASH_OK)
        return result;
    result = ash_frames_begin(&renderer->frames, &frame);
    if (result != ASH_OK)
        return result;
    VkImage image = renderer->target.offscreen.image;
    ash_barrier_image(frame.context, frame.commands, ASH_BARRIER_COLOR_TO_COPY, image,
                      VK_IMAGE_ASPECT_COLOR_BIT);
    ash_readback_record(&renderer->readback, &frame, image);
    ash_barrier_image(frame.context, frame.commands, ASH_BARRIER_COPY_TO_COLOR, image,
                      VK_IMAGE_ASPECT_COLOR_BIT);
    return ash_frames_submit(&renderer->frames, &frame, &(struct ash_frame_sync){0});
}

enum ash_result ash_renderer_read_pixels(struct ash_renderer *renderer, uint8_t *pixels,
                                         size_t size)
{
    if (renderer->drawn == 0)
        return ASH_NOT_READY;
    ASH_ASSERT(size == (size_t)renderer->extent.width * renderer->extent.height * 4);
    if (!renderer->target.copyable) {
        ash_log(ASH_LOG_ERROR, "This window's images can't be copied: draw offscreen instead.");
        return ASH_ERROR_UNSUPPORTED;
    }
    enum ash_result result = init_readback(renderer);
    if (result != ASH_OK)
        return result;
    if (renderer->target.presents && renderer->readback.number != renderer->drawn) {
        renderer->readback_wanted = true;
        return ASH_NOT_READY;
    }
    if (!renderer->target.presents) {
        result = copy_offscreen(renderer);
        if (result != ASH_OK)
            return result;
    }
    result = ash_frames_wait(&renderer->frames, renderer->readback.number);
    if (result != ASH_OK)
        return result;
    renderer->readback_wanted = false;
    return ash_readback_read(&renderer->readback, pixels);
}

void ash_renderer_measure_gpu(struct ash_renderer *renderer, bool wanted)
{
    renderer->passes.timer.wanted = wanted;
}

VkExtent2D ash_renderer_extent(const struct ash_renderer *renderer)
{
    return renderer->extent;
}

struct ash_pipelines *ash_renderer_pipelines(struct ash_renderer *renderer)
{
    return renderer->pipelines;
}

enum ash_result ash_renderer_reload(struct ash_renderer *renderer, const char *shader)
{
    return ash_pipelines_reload(renderer->pipelines, shader, renderer->retire,
                                renderer->frames.submitted);
}

const struct ash_retire *ash_renderer_retire(const struct ash_renderer *renderer)
{
    return renderer->retire;
}

void ash_renderer_stats(const struct ash_renderer *renderer, struct ash_renderer_stats *out)
{
    *out = renderer->stats;
    out->pass_count = renderer->passes.count;
    out->passes = renderer->passes.times;
    ash_pipelines_stats(renderer->pipelines, &out->pipelines);
    out->retired_objects = ash_retire_count(renderer->retire);
    out->retired_bytes = ash_retire_bytes(renderer->retire);
    ash_upload_stats(renderer->upload, &out->upload);
}

enum ash_result ash_renderer_wait_idle(struct ash_renderer *renderer)
{
    return ash_frames_wait(&renderer->frames, renderer->frames.submitted);
}
