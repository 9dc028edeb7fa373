#include "show.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <stb/stb_image_write.h>

#include "engine/context/context.h"
#include "engine/context/window.h"
#include "engine/memory/allocator.h"

static const VkExtent2D size = {480, 360};

// Owned, in the order in which it is made; all zero is nothing.
struct show {
    struct ash_window *window; // NULL: offscreen
    struct ash_context *context;
    struct ash_allocator *allocator;
    struct ash_renderer *renderer;
};

static enum ash_result create(struct show *show, struct ash_renderer_params *params)
{
    const struct ash_window_params window = {
        .title = params->passes[0]->name, .width = size.width, .height = size.height};
    struct ash_context_params context = {.application_name = window.title};
    enum ash_result result = ASH_OK;
    if (getenv("DISPLAY") != NULL || getenv("WAYLAND_DISPLAY") != NULL)
        result = ash_window_create(&window, &show->window);
    if (show->window != NULL)
        context.surface = ash_window_surface_source(show->window);
    if (result == ASH_OK)
        result = ash_context_create(&context, &show->context);
    if (result == ASH_OK)
        result = ash_allocator_create(&(struct ash_allocator_params){.context = show->context},
                                      &show->allocator);
    if (result != ASH_OK)
        return result;
    params->context = show->context;
    params->allocator = show->allocator;
    params->extent = show->window != NULL ? ash_window_extent(show->window) : size;
    return ash_renderer_create(params, &show->renderer);
}

static void destroy(struct show *show)
{
    ash_renderer_destroy(show->renderer);
    ash_allocator_destroy(show->allocator);
    ash_context_destroy(show->context);
    ash_window_destroy(show->window);
}

static enum ash_result draw(struct show *show)
{
    uint32_t count;
    if (show->window == NULL)
        return ash_renderer_draw(show->renderer, NULL, size);
    ash_window_poll(show->window, &count); // what the renderer must know, it asks for
    const enum ash_result result =
        ash_renderer_draw(show->renderer, NULL, ash_window_extent(show->window));
    if (result != ASH_NOT_READY)
        return result;
    ash_window_wait(show->window, 0.1); // minimised: nothing to draw to
    return ASH_OK;
}

static enum ash_result write_picture(struct show *show, const char *path)
{
    const VkExtent2D extent = ash_renderer_extent(show->renderer);
    const int width = (int)extent.width, height = (int)extent.height;
    const size_t bytes = (size_t)extent.width * extent.height * 4;
    uint8_t *pixels = malloc(bytes);
    enum ash_result result = pixels == NULL
                                 ? ASH_ERROR_OUT_OF_HOST_MEMORY
                                 : ash_renderer_read_pixels(show->renderer, pixels, bytes);
    // What a window has been given is gone: frames are copied from the next one on.
    if (result == ASH_NOT_READY && (result = draw(show)) == ASH_OK)
        result = ash_renderer_read_pixels(show->renderer, pixels, bytes);
    if (result == ASH_OK && stbi_write_png(path, width, height, 4, pixels, width * 4) == 0)
        result = ASH_ERROR_FILE;
    free(pixels);
    printf("%s: %s\n", path, result == ASH_OK ? "written" : ash_result_name(result));
    return result;
}

int show(const struct ash_pass_type *pass, const struct ash_shader *shaders, uint32_t shader_count,
         int argc, char **argv)
{
    struct show show = {0};
    struct ash_renderer_params params = {.passes = &pass,
                                         .pass_count = 1,
                                         .shaders = shaders,
                                         .shader_count = shader_count,
                                         .vsync = true};
    enum ash_result result = create(&show, &params);
    const uint64_t forever = show.window != NULL ? UINT64_MAX : 60;
    const uint64_t frames = argc > 1 ? strtoull(argv[1], NULL, 10) : forever;
    for (uint64_t i = 0; i < frames && result == ASH_OK; i++) {
        if (show.window != NULL && ash_window_should_close(show.window))
            break;
        result = draw(&show);
    }
    if (argc > 2 && result == ASH_OK)
        result = write_picture(&show, argv[2]);
    destroy(&show);
    return result == ASH_OK ? 0 : 1;
}
