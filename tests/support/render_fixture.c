#include "engine/memory/optional/report.h"
#include "tests/support/render_fixture.h"

#include <volk.h>

#include <stdlib.h>

void render_fixture_open(struct render_fixture *fixture, const struct ash_surface_source *surface)
{
    *fixture = (struct render_fixture){0};
    assert_int_equal(
        ash_context_create(&(struct ash_context_params){.application_name = "test",
                                                        .validation = ASH_VALIDATION_REQUIRED,
                                                        .surface = surface},
                           &fixture->context),
        ASH_OK);
    assert_int_equal(
        ash_allocator_create(&(struct ash_allocator_params){.context = fixture->context},
                             &fixture->allocator),
        ASH_OK);
}

enum ash_result render_fixture_create(struct render_fixture *fixture,
                                      const struct ash_renderer_params *params)
{
    struct ash_renderer_params full = *params;
    full.context = fixture->context;
    full.allocator = fixture->allocator;
    if (full.shaders == NULL) {
        full.shaders = test_shaders;
        full.shader_count = test_shaders_count;
    }
    fixture->extent = params->extent;
    return ash_renderer_create(&full, &fixture->renderer);
}

void render_fixture_draw(struct render_fixture *fixture, const void *scene)
{
    assert_int_equal(ash_renderer_draw(fixture->renderer, scene, fixture->extent), ASH_OK);
}

static uint32_t *barriers;
static PFN_vkCmdPipelineBarrier2 true_barrier;

static VKAPI_ATTR void VKAPI_CALL count_barrier(VkCommandBuffer commands,
                                                const VkDependencyInfo *info)
{
    ++*barriers;
    true_barrier(commands, info);
}

void render_fixture_count_barriers(struct render_fixture *fixture, uint32_t *count)
{
    struct VolkDeviceTable *table = (struct VolkDeviceTable *)fixture->context->vk;
    barriers = count;
    true_barrier = table->vkCmdPipelineBarrier2;
    table->vkCmdPipelineBarrier2 = count_barrier;
}

void render_fixture_read(struct render_fixture *fixture)
{
    VkExtent2D extent = ash_renderer_extent(fixture->renderer);
    size_t size = (size_t)extent.width * extent.height * 4;
    free(fixture->pixels);
    fixture->pixels = malloc(size);
    assert_non_null(fixture->pixels);
    assert_int_equal(ash_renderer_read_pixels(fixture->renderer, fixture->pixels, size), ASH_OK);
}

uint32_t render_fixture_pixel(const struct render_fixture *fixture, uint32_t x, uint32_t y)
{
    VkExtent2D extent = ash_renderer_extent(fixture->renderer);
    assert_true(x < extent.width && y < extent.height);
    const uint8_t *pixel = &fixture->pixels[((size_t)y * extent.width + x) * 4];
    return (uint32_t)pixel[0] << 24 | (uint32_t)pixel[1] << 16 | (uint32_t)pixel[2] << 8 | pixel[3];
}

void render_fixture_assert_all(const struct render_fixture *fixture, uint32_t rgba)
{
    VkExtent2D extent = ash_renderer_extent(fixture->renderer);
    for (uint32_t y = 0; y < extent.height; y++) {
        for (uint32_t x = 0; x < extent.width; x++)
            assert_int_equal(render_fixture_pixel(fixture, x, y), rgba);
    }
}

void render_fixture_close(struct render_fixture *fixture)
{
    ash_renderer_destroy(fixture->renderer);
    struct ash_allocator_stats stats;
    ash_allocator_stats(fixture->allocator, &stats);
    assert_int_equal(stats.total.live_blocks, 0);
    ash_allocator_destroy(fixture->allocator);
    assert_int_equal(ash_context_validation_messages(fixture->context), 0);
    ash_context_destroy(fixture->context);
    free(fixture->pixels);
    *fixture = (struct render_fixture){0};
}
