#include "game/game.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/memory/optional/growth.h"
#include "game/base/file.h"
#include "game/tools/screenshot.h"

#include "engine/log.h"

enum chore_kind { CHORE_GROW, CHORE_SCREENSHOT };
// Before all work on the world: the frame would wait for it.
enum { CHORE_PRIORITY = INT32_MIN };
// Frames.
enum { GROW_PAUSE = 600 };

struct game_chore {
    struct job job; // first: a job is its chore
    enum chore_kind kind;
    struct ash_allocator *allocator; // borrowed
    uint32_t memory_types;           // one bit each
    uint8_t *pixels;                 // owned
    VkExtent2D extent;
    char path[512];
    bool done;
};

static void run(struct job *job, uint32_t worker)
{
    (void)worker;
    struct game_chore *chore = (struct game_chore *)job;
    if (chore->kind == CHORE_SCREENSHOT) {
        chore->done =
            screenshot_write(chore->path, chore->pixels, chore->extent.width, chore->extent.height);
        return;
    }
    for (uint32_t type = 0; type < VK_MAX_MEMORY_TYPES; type++) {
        if ((chore->memory_types >> type & 1) != 0 &&
            ash_allocator_grow(chore->allocator, type) != ASH_OK)
            return; // memory is short: what needs it will find out, and do with less
    }
    chore->done = true;
}

static struct game_chore *new_chore(struct game *game, enum chore_kind kind)
{
    struct game_chore *chore = calloc(1, sizeof(*chore));
    if (chore == NULL)
        return NULL;
    chore->job = (struct job){.run = run, .results = &game->chores, .priority = CHORE_PRIORITY};
    chore->job.name = kind == CHORE_GROW ? "get device memory" : "write a screenshot";
    chore->kind = kind;
    return chore;
}

// Device memory is had before it is needed, and not by the frame.
static void grow(struct game *game)
{
    if (game->grow_pause > 0)
        game->grow_pause--;
    if (game->growing || game->grow_pause > 0)
        return;
    uint32_t types = ash_allocator_wants_growth(game->allocator);
    struct game_chore *chore = types != 0 ? new_chore(game, CHORE_GROW) : NULL;
    if (chore == NULL)
        return;
    chore->allocator = game->allocator;
    chore->memory_types = types;
    game->growing = true;
    jobs_submit(game->jobs, &chore->job);
}

// Beside the worlds, named after the time; where two fall into one second, the later stays.
static bool name_screenshot(char *path, size_t size)
{
    char name[64];
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local) == NULL ||
        strftime(name, sizeof(name), "cinder-%Y-%m-%d-%H.%M.%S.png", &local) == 0)
        return false;
    return file_in_data_folder(name, path, size);
}

// A window's picture comes one frame later: until then it is asked for again.
static void take_screenshot(struct game *game)
{
    VkExtent2D extent = ash_renderer_extent(game->renderer);
    size_t size = (size_t)extent.width * extent.height * 4;
    if (size == 0)
        return;
    struct game_chore *chore = new_chore(game, CHORE_SCREENSHOT);
    uint8_t *pixels = chore != NULL ? malloc(size) : NULL;
    enum ash_result result = pixels != NULL ? ash_renderer_read_pixels(game->renderer, pixels, size)
                                            : ASH_ERROR_OUT_OF_HOST_MEMORY;
    game->screenshot_wanted = result == ASH_NOT_READY;
    if (result == ASH_OK && name_screenshot(chore->path, sizeof(chore->path))) {
        chore->pixels = pixels;
        chore->extent = extent;
        jobs_submit(game->jobs, &chore->job);
        return;
    }
    if (result != ASH_NOT_READY)
        game_say(game, "No screenshot could be taken");
    free(pixels);
    free(chore);
}

static void finish_chore(struct game *game, struct game_chore *chore)
{
    if (chore->kind == CHORE_GROW) {
        game->growing = false;
        game->grow_pause = chore->done ? 0 : GROW_PAUSE;
    } else if (chore->done) {
        game_say(game, "Written: %s", chore->path);
    } else {
        game_say(game, "The screenshot could not be written");
    }
    free(chore->pixels);
    free(chore);
}

void game_chores(struct game *game)
{
    struct job *job;
    while ((job = jobs_take(game->jobs, &game->chores, /*wait=*/false)) != NULL)
        finish_chore(game, (struct game_chore *)job);
    if (game->screenshot_wanted)
        take_screenshot(game);
    grow(game);
}

void game_finish_chores(struct game *game)
{
    struct job *job;
    while (game->jobs != NULL &&
           (job = jobs_take(game->jobs, &game->chores, /*wait=*/true)) != NULL)
        finish_chore(game, (struct game_chore *)job);
}
