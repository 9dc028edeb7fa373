#include "game/game.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "game/base/clock.h"
#include "game/base/file.h"
#include "game/base/trace.h"
#include "game/passes/passes.h"
#include "game/tools/pipeline_cache.h"

#include "engine/log.h"

// The build compiles shaders/*.glsl into these.
extern const struct ash_shader cinder_shaders[];
extern const uint32_t cinder_shaders_count;

#define PASS(name) &name##_pass,
static const struct ash_pass_type *const passes[] = {PASSES(PASS)};
#undef PASS
#define PASS_COUNT (sizeof(passes) / sizeof(passes[0]))
_Static_assert(PASS_COUNT <= GAME_MAX_PASSES, "struct game keeps the times of all passes");

enum { MAX_WORKERS = 32, PATH_SIZE = 4096 };

// One core is left to the frame; what is left over of the others is the driver's. Of many, some are
// left to the system, for whose sake the frame would wait.
static uint32_t worker_count(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores <= 2)
        return 1;
    if (cores >= 8)
        cores -= 2;
    return cores - 1 < MAX_WORKERS ? (uint32_t)cores - 1 : MAX_WORKERS;
}

// Who named no world can play without: the user's own may be damaged, or open in another game.
static bool play_unsaved(struct game *game)
{
    ash_log(ASH_LOG_WARNING,
            "the game begins in a new world, and what is built in it is not saved");
    game->unsaved = true;
    return true;
}

// A file where one is named; in a window the user's own world, unless what is played is recorded.
static bool open_save(struct game *game)
{
    const struct options *options = game->options;
    char path[PATH_SIZE];
    if (options->world != NULL) {
        int length = snprintf(path, sizeof(path), "%s", options->world);
        if (length < 0 || (size_t)length >= sizeof(path)) {
            ash_log(ASH_LOG_ERROR, "the name of --world is too long; choose a shorter one");
            return false;
        }
    } else if (options->headless || options->record != NULL || options->replay != NULL) {
        return true;
    } else if (!file_in_data_folder("world.db", path, sizeof(path))) {
        return play_unsaved(game);
    }
    char message[512];
    uint32_t seed = options->seed;
    game->save = save_open(path, &seed, message, sizeof(message));
    if (game->save == NULL) {
        ash_log(ASH_LOG_ERROR, "%s", message);
        return options->world == NULL && play_unsaved(game);
    }
    if (options->seed_given && seed != options->seed)
        ash_log(ASH_LOG_WARNING,
                "the world in %s has the seed %u: --seed %u is for new worlds; name another file "
                "with --world FILE",
                path, seed, options->seed);
    game->simulation.seed = seed;
    return true;
}

// The workers begin with the world before anything of the driver is there: the first second of a
// game is theirs.
static bool create_world(struct game *game)
{
    game->jobs = jobs_create(worker_count());
    if (game->jobs == NULL || !open_save(game) || !game_start(game))
        return false;
    game->world = world_create(&(struct world_params){
        .seed = game->simulation.seed,
        .radius = game->view.radius,
        .jobs = game->jobs,
        .save = game->save,
        .deterministic = game->fixed_clock,
    });
    if (game->world == NULL)
        return false;
    game_start_camera(game);
    if (!game->fixed_clock)
        world_update(game->world, (float)game->now.x, (float)game->now.z);
    return true;
}

static bool create_window(struct game *game)
{
    const struct options *options = game->options;
    const struct ash_window_params params = {
        .title = "Cinder",
        .width = options->width,
        .height = options->height,
        .fullscreen = options->fullscreen,
    };
    return options->headless || ash_window_create(&params, &game->window) == ASH_OK;
}

static bool create_device(struct game *game)
{
    const struct options *options = game->options;
    const struct ash_context_params context = {
        .application_name = "Cinder",
        .gpu = options->gpu,
        .validation = options->validate ? ASH_VALIDATION_REQUIRED : ASH_VALIDATION_OFF,
        .surface = game->window != NULL ? ash_window_surface_source(game->window) : NULL,
    };
    if (ash_context_create(&context, &game->context) != ASH_OK)
        return false;
    game_observe(game);
    const struct ash_allocator_params allocator = {
        .context = game->context, .label = "Cinder", .fill = true};
    return ash_allocator_create(&allocator, &game->allocator) == ASH_OK;
}

static bool create_watch(struct game *game)
{
    const struct watch_params params = {
        .folder = game->options->watch,
        .jobs = game->jobs,
        .shaders = cinder_shaders,
        .shader_count = cinder_shaders_count,
    };
    if (params.folder != NULL)
        game->watch = watch_create(&params);
    return params.folder == NULL || game->watch != NULL;
}

bool game_pipelines_path(const struct game *game, char *path, size_t size)
{
    const VkPhysicalDeviceProperties *device = &game->context->properties;
    char name[64];
    snprintf(name, sizeof(name), "pipelines-%04x-%04x.bin", (unsigned)device->vendorID,
             (unsigned)device->deviceID);
    return file_in_cache_folder(name, path, size);
}

static bool create_renderer(struct game *game)
{
    char path[PATH_SIZE];
    uint8_t *cache = NULL;
    size_t cache_size = 0;
    if (game_pipelines_path(game, path, sizeof(path)))
        cache = pipeline_cache_read(path, &game->context->properties, &cache_size);
    game->pipelines_checksum = pipeline_cache_checksum(cache, cache_size);
    game->resources.path = (enum terrain_path)game->options->draw;
    const struct ash_renderer_params params = {
        .context = game->context,
        .allocator = game->allocator,
        .passes = passes,
        .pass_count = PASS_COUNT,
        .shaders = game->watch != NULL ? watch_shaders(game->watch) : cinder_shaders,
        .shader_count = cinder_shaders_count,
        .extent = game_extent(game),
        .vsync = game->options->vsync,
        .mark_passes = game->rebuilds > 0, // a device that was lost may be lost again
        .game = &game->resources,
        .spread = jobs_worker_count(game->jobs) > 2 ? jobs_spread : NULL,
        .spread_user = game->jobs,
        .pipeline_cache = cache,
        .pipeline_cache_size = cache_size,
    };
    const double began = clock_seconds();
    bool done = ash_renderer_create(&params, &game->renderer) == ASH_OK;
    game->renderer_ms = (clock_seconds() - began) * 1000;
    free(cache);
    return done;
}

static bool create_all(struct game *game)
{
    const struct options *options = game->options;
    if (options->replay != NULL && !recording_load(&game->recording, options->replay))
        return false;
    if (options->frames > 0 &&
        !bench_init(&game->bench, options->frames, /*presents=*/!options->headless))
        return false;
    if (!create_world(game) || !create_window(game) || !create_device(game) ||
        (options->trace_memory != NULL &&
         !memory_trace_begin(&game->memory_trace, options->trace_memory, game->allocator)))
        return false;
    return create_watch(game) && create_renderer(game);
}

struct game *game_create(const struct options *options)
{
    struct game *game = calloc(1, sizeof(*game));
    if (game == NULL) {
        ash_log(ASH_LOG_ERROR, "not enough memory to begin; close other programs");
        return NULL;
    }
    game->options = options;
    game->fixed_clock = options->headless && options->bench == NULL;
    game->simulation.seed = options->seed;
    game->scene.hud.help = options->panels >> PANEL_HELP & 1;
    game->scene.hud.performance = options->panels >> PANEL_PERFORMANCE & 1;
    game->scene.hud.memory = game->pointing = options->panels >> PANEL_MEMORY & 1;
    game_begin_view(game);
    if ((options->trace != NULL && !trace_begin()) || !create_all(game)) {
        game_destroy(game);
        return NULL;
    }
    return game;
}

static void destroy_device(struct game *game)
{
    memory_trace_end(&game->memory_trace, game->allocator);
    ash_allocator_destroy(game->allocator);
    game->allocator = NULL;
    ash_context_destroy(game->context);
    game->context = NULL;
}

bool game_rebuild(struct game *game, enum ash_result why)
{
    game_finish_chores(game);
    ash_renderer_destroy(game->renderer);
    game->renderer = NULL;
    if (why == ASH_ERROR_DEVICE_LOST) {
        destroy_device(game);
        if (!create_device(game))
            return false;
    } else if (ash_context_recreate_surface(game->context) != ASH_OK) {
        return false;
    }
    if (!create_renderer(game))
        return false;
    world_show_again(game->world);
    return true;
}

bool game_destroy(struct game *game)
{
    if (game == NULL)
        return true;
    game_finish_chores(game);
    memory_snapshot_finish(&game->memory);
    ash_renderer_destroy(game->renderer);
    watch_destroy(game->watch);
    destroy_device(game);
    ash_window_destroy(game->window);
    if (game->world != NULL)
        world_destroy(game->world);
    bool done = game->save == NULL || save_close(game->save);
    jobs_destroy(game->jobs);
    // Not before: the writer and the workers trace to their end.
    if (trace_on()) {
        done = trace_write(game->options->trace) && done;
        trace_end();
    }
    explain_finish(&game->seeing.explain);
    bench_finish(&game->bench);
    done = !game->memory_trace.failed && done;
    done = recording_finish(&game->recording) && done;
    free(game);
    return done;
}
