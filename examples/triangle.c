// Teaches engine/render: a pass of one's own draws a triangle, and the CPU reads the picture.
//
//     build/release/example_triangle [FILE.png]
//
// Needs a Vulkan driver, no display. A pass is a table of functions: init makes what it needs
// (here one pipeline), draw records, finish releases. The renderer does everything else; without
// a window it draws to an image of its own.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <stb/stb_image_write.h>
#include <volk.h>

#include "engine/context/context.h"
#include "engine/memory/allocator.h"
#include "engine/render/renderer.h"

enum { WIDTH = 320, HEIGHT = 240 };

// The build makes these from shaders/triangle.glsl.
extern const struct ash_shader triangle_shaders[];
extern const uint32_t triangle_shaders_count;

// What the pass keeps. The renderer allocates it, zeroed.
struct triangle {
    struct ash_pipeline pipeline;
};

static enum ash_result init(void *state, const struct ash_pass_env *env)
{
    struct triangle *triangle = state;
    const struct ash_pipeline_params params = {
        .shader = "triangle",
    };
    return ash_pipeline_init(&triangle->pipeline, env->pipelines, &params);
}

static void finish(void *state, const struct ash_pass_env *env)
{
    struct triangle *triangle = state;
    ash_pipeline_finish(&triangle->pipeline, env->pipelines);
}

static void draw(void *state, const struct ash_pass_env *env, struct ash_frame *frame)
{
    (void)env;
    const struct triangle *triangle = state;
    if (ash_frame_bind(frame, &triangle->pipeline, NULL, 0) == ASH_OK)
        frame->vk->vkCmdDraw(frame->commands, 3, 1, 0, 0);
}

static const struct ash_pass_type triangle_pass = {
    .name = "triangle",
    .state_size = sizeof(struct triangle),
    .init = init,
    .finish = finish,
    .draw = draw,
};

static enum ash_result draw_picture(struct ash_context *context, struct ash_allocator *allocator,
                                    uint8_t *pixels, size_t size)
{
    const struct ash_pass_type *const passes[] = {&triangle_pass};
    const struct ash_renderer_params params = {
        .context = context,
        .allocator = allocator,
        .passes = passes,
        .pass_count = 1,
        .shaders = triangle_shaders,
        .shader_count = triangle_shaders_count,
        .extent = {WIDTH, HEIGHT},
    };
    struct ash_renderer *renderer;
    enum ash_result result = ash_renderer_create(&params, &renderer);
    if (result != ASH_OK)
        return result;
    result = ash_renderer_draw(renderer, NULL, params.extent);
    if (result == ASH_OK)
        result = ash_renderer_read_pixels(renderer, pixels, size);
    ash_renderer_destroy(renderer);
    return result;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "triangle.png";
    static uint8_t pixels[WIDTH * HEIGHT * 4];
    struct ash_context *context = NULL;
    struct ash_allocator *allocator = NULL;
    enum ash_result result = ash_context_create(&(struct ash_context_params){0}, &context);
    if (result == ASH_OK)
        result =
            ash_allocator_create(&(struct ash_allocator_params){.context = context}, &allocator);
    if (result == ASH_OK)
        result = draw_picture(context, allocator, pixels, sizeof(pixels));
    ash_allocator_destroy(allocator);
    ash_context_destroy(context);
    if (result != ASH_OK)
        return 1; // the log has said why
    if (stbi_write_png(path, WIDTH, HEIGHT, 4, pixels, WIDTH * 4) == 0) {
        fprintf(stderr, "could not write %s; name another file\n", path);
        return 1;
    }
    printf("%s: %d x %d pixels\n", path, WIDTH, HEIGHT);
    return 0;
}
