// A day of Cinder in ten frames, always the same: Cinder itself, its main included, with us under
// three of its functions (--wrap). While it flies on, panels open, a shader is saved, with an error
// the next time, and a screenshot is taken. Then the world is left for another, where the picture
// is larger and the GPU chooses what it draws, and what is recorded there is played in a third.
//
// Its command line is Cinder's, with --watch shaders.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>

#include "game/game.h"

// Of the folder that is watched.
#define FOLDER "shaders/"
#define POST   FOLDER "post.glsl"
#define NEXT   FOLDER "next.glsl"
#define BROKEN FOLDER "broken.glsl"

void __real_game_control(struct game *game, double seconds);
void __wrap_game_control(struct game *game, double seconds);
bool __real_game_run(struct game *game);
bool __wrap_game_run(struct game *game);
bool __real_game_destroy(struct game *game);
bool __wrap_game_destroy(struct game *game);

static bool left, went_well; // the first world; the world that is played

// main's own, which it gives away as what does not change.
static struct options *options_of(struct game *game)
{
    return (struct options *)(uintptr_t)game->options;
}

// Not by rename, which may be made to fail.
static void save_shader(const char *as)
{
    (void)renameat(AT_FDCWD, as, AT_FDCWD, POST);
}

void __wrap_game_control(struct game *game, double seconds)
{
    struct scene_hud *hud = &game->scene.hud;
    if (!left && game->frame == 1) {
        hud->help = hud->performance = hud->memory = true;
    } else if (!left && game->frame == 2) {
        save_shader(NEXT);
        game->screenshot_wanted = true;
    } else if (!left && game->frame == 3) {
        hud->help = hud->memory = false;
    } else if (!left && game->frame == 4) {
        save_shader(BROKEN);
    }
    __real_game_control(game, seconds);
}

bool __wrap_game_run(struct game *game)
{
    went_well = __real_game_run(game);
    return went_well;
}

static bool play_another(struct options *options, const char *record, const char *replay)
{
    options->record = record;
    options->replay = replay;
    options->world = NULL;
    options->watch = NULL;
    options->camera = CAMERA_PLAYER;
    options->draw = TERRAIN_GPU;
    options->frames = 2;
    options->width += 16;
    options->seed++;
    struct game *game = game_create(options);
    bool done = game != NULL && __real_game_run(game);
    return __real_game_destroy(game) && done;
}

bool __wrap_game_destroy(struct game *game)
{
    if (game == NULL)
        return __real_game_destroy(game);
    struct options *options = options_of(game);
    if (!__real_game_destroy(game) || !went_well)
        return false;
    left = true;
    return play_another(options, "record", NULL) && play_another(options, NULL, "record");
}
