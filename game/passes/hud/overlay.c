#include "game/passes/hud/overlay.h"

#include <volk.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "game/passes/resources.h"
#include "game/passes/texture.h"

#include "engine/log.h"

extern const unsigned char cinder_font[]; // made by cmake/AshEmbed.cmake
extern const size_t cinder_font_size;

// Pixels at unit 1: of a line of text, and of the window that the layout is made for.
enum { LINE_HEIGHT = 17, LAYOUT_WIDTH = 900, LAYOUT_HEIGHT = 720 };
// Smaller text than this fraction of it nobody reads; larger than this needs no larger letters.
static const float min_unit = 0.6f, max_unit = 8.0f;

enum ash_result overlay_init(void *state, const struct ash_pass_env *env)
{
    struct overlay *overlay = state;
    const struct ash_pipeline_params params = {
        .shader = "hud",
        .blend = ASH_BLEND_ALPHA,
        .push_constant_size = 4 * sizeof(float),
        .bindings = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                     VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
        .binding_count = 4,
    };
    const enum ash_result result = ash_pipeline_init(&overlay->pipeline, env->pipelines, &params);
    if (result != ASH_OK)
        return result;
    overlay->canvas.quads = calloc(CANVAS_MAX_QUADS, sizeof(struct hud_quad));
    return overlay->canvas.quads != NULL ? ASH_OK : ASH_ERROR_OUT_OF_HOST_MEMORY;
}

void overlay_finish(void *state, const struct ash_pass_env *env)
{
    struct overlay *overlay = state;
    ash_pipeline_finish(&overlay->pipeline, env->pipelines);
    texture_finish(&overlay->font_image, env);
    font_finish(&overlay->font);
    free(overlay->canvas.quads);
    memset(overlay, 0, sizeof(*overlay));
}

// Replaces the font by one of another size. On failure the old one stays.
static enum ash_result set_line_height(struct overlay *overlay, const struct ash_pass_env *env,
                                       uint32_t line_height, uint64_t number)
{
    struct font font;
    if (!font_init(&font, cinder_font, cinder_font_size, line_height)) {
        ash_log(ASH_LOG_ERROR, "The font could not be drawn at %u pixels: close other programs.",
                line_height);
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    const struct ash_image_params params = {
        .extent = {font.width, font.height},
        .format = VK_FORMAT_R8_UNORM,
        .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
        .label = "font",
    };
    struct ash_image image;
    const enum ash_result result =
        texture_init(&image, env, &params, font.pixels, (VkDeviceSize)font.width * font.height);
    if (result != ASH_OK) {
        font_finish(&font);
        return result;
    }
    ash_upload_forget(env->upload, NULL, &overlay->font_image);
    ash_retire_image(env->retire, &overlay->font_image, number);
    font_finish(&overlay->font);
    overlay->font = font;
    overlay->font_image = image;
    return ASH_OK;
}

// Whole numbers where there is room, for crisp edges; a fraction in small windows.
static float choose_unit(VkExtent2D extent, float content_scale)
{
    const float room =
        fminf((float)extent.height / LAYOUT_HEIGHT, (float)extent.width / LAYOUT_WIDTH);
    // Never smaller than the desktop's own text, as far as the panels then still fit.
    const float wanted = fmaxf(room, fminf(content_scale, room * 1.5f));
    const float unit = wanted < 1.0f ? wanted : roundf(wanted);
    return fminf(fmaxf(unit, min_unit), max_unit);
}

enum ash_result overlay_begin(struct overlay *overlay, const struct ash_pass_env *env,
                              struct ash_frame *frame, float content_scale)
{
    const float unit = choose_unit(frame->extent, content_scale);
    const uint32_t line_height = (uint32_t)lroundf(LINE_HEIGHT * unit);
    overlay->canvas.count = overlay->canvas.cell_count = 0;
    if (line_height != overlay->font.cell_height) {
        const enum ash_result result = set_line_height(overlay, env, line_height, frame->number);
        if (result != ASH_OK)
            return result;
    }
    overlay->canvas.font = &overlay->font;
    overlay->canvas.width = (float)frame->extent.width;
    overlay->canvas.height = (float)frame->extent.height;
    overlay->canvas.unit = unit;
    return ASH_OK;
}

void overlay_draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    struct overlay *overlay = state;
    const struct pass_resources *resources = env->game;
    const struct canvas *canvas = &overlay->canvas;
    if (canvas->count == 0)
        return;
    struct ash_binding bindings[4] = {
        [1] = ash_pipelines_sampled(env->pipelines, ASH_SAMPLER_NEAREST, overlay->font_image.view),
        [2] = ash_pipelines_sampled(env->pipelines, ASH_SAMPLER_NEAREST,
                                    resources->block_textures.view)};
    if (ash_frame_uniform(frame, canvas->quads, canvas->count * sizeof(struct hud_quad),
                          &bindings[0].buffer) != ASH_OK)
        return;
    bindings[3].buffer = bindings[0].buffer; // where there are no cells, anything will do
    if (canvas->cell_count > 0 &&
        ash_frame_uniform(frame, canvas->cells, canvas->cell_count * sizeof(uint32_t),
                          &bindings[3].buffer) != ASH_OK)
        return;
    if (ash_frame_bind(frame, &overlay->pipeline, bindings, 4) != ASH_OK)
        return;
    const float target[4] = {canvas->width, canvas->height, 1.0f / canvas->width,
                             1.0f / canvas->height};
    ash_frame_push(frame, &overlay->pipeline, target, sizeof(target));
    frame->vk->vkCmdDraw(frame->commands, canvas->count * 6, 1, 0, 0);
    frame->stats.draws++;
    frame->stats.triangles += (uint64_t)canvas->count * 2;
}
