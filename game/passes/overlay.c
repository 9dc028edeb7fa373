#include "game/passes/overlay.h"

#include <volk.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "game/passes/resources.h"

#include "engine/log.h"

extern const unsigned char cinder_font[]; // made by cmake/AshEmbed.cmake
extern const size_t cinder_font_size;

enum {
    LINE_HEIGHT = 17,    // pixels of a line of text at unit 1
    LAYOUT_HEIGHT = 720, // pixels of a window at unit 1
    MAX_UNIT = 8
};

enum ash_result overlay_init(struct overlay *overlay, const struct ash_pass_env *env)
{
    const struct ash_pipeline_params params = {
        .shader = "hud",
        .blend = ASH_BLEND_ALPHA,
        .color_format = env->color_format,
        .depth_format = env->depth_format,
        .push_constant_size = 4 * sizeof(float),
        .bindings = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                     VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER},
        .binding_count = 3,
    };
    const enum ash_result result = ash_pipeline_init(&overlay->pipeline, env->pipelines, &params);
    if (result != ASH_OK)
        return result;
    overlay->canvas.quads = calloc(CANVAS_MAX_QUADS, sizeof(struct hud_quad));
    return overlay->canvas.quads != NULL ? ASH_OK : ASH_ERROR_OUT_OF_HOST_MEMORY;
}

void overlay_finish(struct overlay *overlay, const struct ash_pass_env *env)
{
    ash_pipeline_finish(&overlay->pipeline, env->pipelines);
    ash_upload_forget(env->upload, NULL, &overlay->font_image);
    ash_image_finish(&overlay->font_image);
    font_finish(&overlay->font);
    free(overlay->canvas.quads);
    memset(overlay, 0, sizeof(*overlay));
}

static enum ash_result upload_font(struct ash_image *image, const struct font *font,
                                   const struct ash_pass_env *env)
{
    const struct ash_image_params params = {
        .extent = {font->width, font->height},
        .format = VK_FORMAT_R8_UNORM,
        .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
        .label = "font",
    };
    enum ash_result result = ash_image_init(image, env->allocator, &params);
    if (result != ASH_OK)
        return result;
    const struct ash_upload_target target = {.image = image,
                                             .size = (VkDeviceSize)font->width * font->height};
    struct ash_buffer_view view;
    result = ash_upload_begin(env->upload, &target, &view);
    if (result == ASH_OK) {
        result = ash_view_write(&view, 0, font->pixels, target.size);
        const enum ash_result end_result = ash_upload_end(&view);
        if (result == ASH_OK)
            result = end_result;
    }
    if (result != ASH_OK) {
        ash_upload_forget(env->upload, NULL, image);
        ash_image_finish(image);
    }
    return result;
}

// Replaces the font by one of another size. On failure the old one stays.
static enum ash_result set_unit(struct overlay *overlay, const struct ash_pass_env *env,
                                uint32_t unit, uint64_t number)
{
    struct font font;
    if (!font_init(&font, cinder_font, cinder_font_size, LINE_HEIGHT * unit)) {
        ash_log(ASH_LOG_ERROR, "The font could not be drawn at %u pixels: close other programs.",
                LINE_HEIGHT * unit);
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    struct ash_image image;
    const enum ash_result result = upload_font(&image, &font, env);
    if (result != ASH_OK) {
        font_finish(&font);
        return result;
    }
    ash_upload_forget(env->upload, NULL, &overlay->font_image);
    ash_retire_image(env->retire, &overlay->font_image, number);
    font_finish(&overlay->font);
    overlay->font = font;
    overlay->font_image = image;
    overlay->unit = unit;
    return ASH_OK;
}

enum ash_result overlay_begin(struct overlay *overlay, const struct ash_pass_env *env,
                              struct ash_frame *frame, float content_scale)
{
    // As large as the window allows, and never smaller than the desktop's own text.
    const float wanted = fmaxf((float)frame->extent.height / LAYOUT_HEIGHT, content_scale);
    const uint32_t unit = (uint32_t)fminf(fmaxf(roundf(wanted), 1.0f), MAX_UNIT);
    overlay->canvas.count = 0;
    if (unit != overlay->unit) {
        const enum ash_result result = set_unit(overlay, env, unit, frame->number);
        if (result != ASH_OK)
            return result;
    }
    overlay->canvas.font = &overlay->font;
    overlay->canvas.width = (float)frame->extent.width;
    overlay->canvas.height = (float)frame->extent.height;
    overlay->canvas.unit = (float)unit;
    return ASH_OK;
}

void overlay_draw(struct overlay *overlay, const struct ash_pass_env *env, struct ash_frame *frame)
{
    const struct pass_resources *resources = env->game;
    const struct canvas *canvas = &overlay->canvas;
    if (canvas->count == 0)
        return;
    struct ash_binding bindings[3] = {0};
    const VkImageView views[2] = {overlay->font_image.view, resources->block_textures.view};
    for (uint32_t i = 0; i < 2; i++) {
        bindings[i + 1].image = (VkDescriptorImageInfo){
            .sampler = ash_pipelines_sampler(env->pipelines, ASH_SAMPLER_NEAREST),
            .imageView = views[i],
            .imageLayout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
        };
    }
    if (ash_frame_uniform(frame, canvas->quads, canvas->count * sizeof(struct hud_quad),
                          &bindings[0].buffer) != ASH_OK ||
        ash_frame_bind(frame, &overlay->pipeline, bindings, 3) != ASH_OK)
        return;
    const float target[4] = {canvas->width, canvas->height, 1.0f / canvas->width,
                             1.0f / canvas->height};
    ash_frame_push(frame, &overlay->pipeline, target, sizeof(target));
    frame->vk->vkCmdDraw(frame->commands, canvas->count * 6, 1, 0, 0);
    frame->stats.draws++;
    frame->stats.triangles += (uint64_t)canvas->count * 2;
}
