#include "game/game.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/memory/optional/report.h"
#include "game/tools/pipeline_cache.h"
#include "game/tools/screenshot.h"

#include "engine/log.h"

// A window's picture is asked for first and comes with a later frame.
enum { PICTURE_TRIES = 8 };

void game_save_player(struct game *game)
{
    if (game->save == NULL)
        return;
    struct save_player player = simulation_keep(&game->simulation);
    save_set_player(game->save, &player);
}

// The last frame's pixels, for the caller to free; NULL: there are none.
static uint8_t *read_picture(struct game *game, VkExtent2D *extent, enum ash_result *result)
{
    *extent = ash_renderer_extent(game->renderer);
    size_t size = (size_t)extent->width * extent->height * 4;
    uint8_t *pixels = malloc(size > 0 ? size : 1);
    *result = pixels != NULL ? ASH_NOT_READY : ASH_ERROR_OUT_OF_HOST_MEMORY;
    for (int i = 0; i < PICTURE_TRIES && *result == ASH_NOT_READY; i++) {
        *result = ash_renderer_read_pixels(game->renderer, pixels, size);
        if (*result != ASH_NOT_READY)
            break;
        enum ash_result drawn = ash_renderer_draw(game->renderer, &game->scene, game_extent(game));
        if (drawn != ASH_OK)
            *result = drawn; // which may be that nothing is ready yet
    }
    if (*result == ASH_OK)
        return pixels;
    free(pixels);
    return NULL;
}

void game_print_picture_hash(struct game *game)
{
    uint32_t every = game->options->hash_every;
    VkExtent2D extent;
    enum ash_result result;
    if (!game->fixed_clock || every == 0 || game->simulation.tick % every != 0)
        return;
    uint8_t *pixels = read_picture(game, &extent, &result);
    if (pixels == NULL)
        return;
    uint64_t hash =
        simulation_hash_bytes(FNV_BASIS, pixels, (size_t)extent.width * extent.height * 4);
    printf("tick %" PRIu64 " picture %016" PRIx64 "\n", game->simulation.tick, hash);
    free(pixels);
}

static bool write_picture(struct game *game, const char *path)
{
    VkExtent2D extent;
    enum ash_result result;
    uint8_t *pixels = read_picture(game, &extent, &result);
    bool done = pixels != NULL && screenshot_write(path, pixels, extent.width, extent.height);
    if (pixels == NULL)
        ash_log(ASH_LOG_ERROR, "could not write %s: there is no picture (%s); is the window shown?",
                path, ash_result_name(result));
    free(pixels);
    if (done)
        printf("%s: %u x %u pixels\n", path, extent.width, extent.height);
    return done;
}

static void print_times(const struct game *game)
{
    struct bench_summary summary;
    bench_summarise(&game->bench, &summary);
    printf("%u frames on %s: median %.1f ms (%.0f a second), 99 %% under %.1f ms, longest %.1f ms "
           "(%s)\n",
           game->bench.count, game->context->properties.deviceName, summary.median,
           summary.median > 0 ? 1000 / summary.median : 0, summary.p99, summary.max,
           summary.longest_count > 0 ? summary.longest[0].cause : "none");
}

// What may be reserved beside what is live: for each memory type in use a chunk that fills and one
// that waits, of the size that they have where memory is not short.
static uint64_t two_chunks_a_type(const struct ash_allocator_stats *memory)
{
    uint64_t types = 0;
    for (uint32_t i = 0; i < VK_MAX_MEMORY_TYPES; i++)
        types += memory->types[i].chunks > 0;
    return types * 2 * (UINT64_C(64) << 20);
}

static bool write_bench(const struct game *game, const char *path)
{
    struct ash_allocator_stats memory;
    struct world_stats world;
    const struct ash_context *context = game->context;
    const struct ash_renderer_stats *stats = &game->stats;
    const struct driver_calls *first = &game->calls_at_first;
    VkExtent2D extent = ash_renderer_extent(game->renderer);
    ash_allocator_stats(game->allocator, &memory);
    world_stats(game->world, &world);
    const uint64_t allocated = memory.allocate_memory_calls, mapped = memory.map_memory_calls;
    const struct bench_number numbers[] = {
        {"width", extent.width},
        {"height", extent.height},
        {"radius", game->options->radius},
        {"seed", game->simulation.seed},
        {"speed", game->rails.speed}, // of --fly and --ground, blocks a second; 0: another camera
        {"frames_loading", game->frames_loading},
        {"first_frame_ms", game->first_frame_ms}, // since the process began; of it the next four
        {"instance_ms", context->instance_ms},
        {"device_ms", context->device_ms},
        {"renderer_ms", game->renderer_ms}, // pipelines among it
        {"pipelines_ms", stats->pipelines.ms},
        {"pipelines_cached", stats->pipelines.cached},
        {"world_complete_ms", game->world_complete_ms},
        {"peak_resident_mib", bench_peak_resident_mib()},
        {"quads", (double)(stats->triangles / 2)}, // of the last frame, as draws
        {"draws", stats->draws},
        {"chunks_meshed", (double)world.chunks_meshed},
        {"chunks_became_visible", (double)world.chunks_became_visible},
        {"bytes_uploaded", (double)stats->upload.bytes_uploaded},
        {"memory_reserved_bytes", (double)memory.total.reserved_bytes},
        {"memory_live_bytes", (double)memory.total.live_bytes},
        {"memory_two_chunks_a_type_bytes", (double)two_chunks_a_type(&memory)},
        {"allocate_memory_calls", (double)allocated},
        {"map_memory_calls", (double)mapped},
        {"create_pipeline_calls", stats->pipelines.created},
        {"allocate_memory_calls_after_first_second", (double)(allocated - first->allocate_memory)},
        {"map_memory_calls_after_first_second", (double)(mapped - first->map_memory)},
        {"create_pipeline_calls_after_first_second",
         (double)(stats->pipelines.created - first->create_pipeline)},
    };
    const struct bench_report report = {.device = context->properties.deviceName,
                                        .driver = context->driver,
                                        .numbers = numbers,
                                        .count = sizeof(numbers) / sizeof(numbers[0])};
    return bench_write(&game->bench, &report, path);
}

// What the driver has compiled besides what was there. A game without it only starts more slowly.
static void write_pipelines(const struct game *game)
{
    char path[4096];
    size_t size = 0;
    const struct ash_pipelines *pipelines = ash_renderer_pipelines(game->renderer);
    if (!game_pipelines_path(game, path, sizeof(path)) ||
        ash_pipelines_cache_data(pipelines, NULL, &size) != ASH_OK || size > PIPELINE_CACHE_LIMIT)
        return;
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (data != NULL && ash_pipelines_cache_data(pipelines, data, &size) == ASH_OK &&
        pipeline_cache_checksum(data, size) != game->pipelines_checksum)
        (void)pipeline_cache_write(path, &game->context->properties, data, size);
    free(data);
}

bool game_finish(struct game *game)
{
    const struct options *options = game->options;
    game_save_player(game);
    write_pipelines(game);
    ash_renderer_stats(game->renderer, &game->stats);
    bool done = true;
    if (options->out != NULL)
        done = write_picture(game, options->out);
    if (options->bench != NULL)
        done = write_bench(game, options->bench) && done;
    done = game_write_seen(game) && done;
    if (game->bench.count > 0)
        print_times(game);
    return done;
}
