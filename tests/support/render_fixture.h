// A context with validation, an allocator and a renderer, offscreen; and the pixels drawn.
#ifndef TESTS_SUPPORT_RENDER_FIXTURE_H
#define TESTS_SUPPORT_RENDER_FIXTURE_H

#include "engine/render/renderer.h"

#include "tests/support/test.h"

extern const struct ash_shader test_shaders[];
extern const uint32_t test_shaders_count;

struct render_fixture {
    struct ash_context *context;
    struct ash_allocator *allocator;
    struct ash_renderer *renderer;
    uint8_t *pixels; // of the last render_fixture_read
    VkExtent2D extent;
};

// Context and allocator; the test fails where validation is missing.
void render_fixture_open(struct render_fixture *fixture, const struct ash_surface_source *surface);
// Adds a renderer; context, allocator and, where there are none, shaders are filled in here.
enum ash_result render_fixture_create(struct render_fixture *fixture,
                                      const struct ash_renderer_params *params);
// One frame, which must succeed.
void render_fixture_draw(struct render_fixture *fixture, const void *scene);
// From now on counts the barriers that really reach Vulkan, in *count; one fixture at a time.
void render_fixture_count_barriers(struct render_fixture *fixture, uint32_t *count);
// Copies the last frame's pixels.
void render_fixture_read(struct render_fixture *fixture);
// 0xRRGGBBAA.
uint32_t render_fixture_pixel(const struct render_fixture *fixture, uint32_t x, uint32_t y);
// Asserts that every pixel is this one.
void render_fixture_assert_all(const struct render_fixture *fixture, uint32_t rgba);
// Destroys everything; asserts that no block is left and that validation said nothing.
void render_fixture_close(struct render_fixture *fixture);

#endif
