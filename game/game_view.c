#include "game/game.h"

#include "engine/log.h"
#include "engine/memory/optional/growth.h"

// Where meshes find no memory on the device, one sees less far; once all has had room for long
// enough, farther again, up to what was asked for. Counted in draws, not in seconds, so that a run
// on the fixed clock repeats.
enum {
    LEAST_RADIUS = 2,
    SETTLE_DRAWS = 12,       // until what a smaller view gave up has come back from the GPU
    FIRST_PATIENCE = 600,    // draws before a larger view is tried
    LONGEST_PATIENCE = 19200 // it doubles whenever that was in vain
};

static void see(struct game *game, uint32_t radius)
{
    world_set_radius(game->world, radius);
    game->view.radius = radius;
    game->view.draws = 0;
}

static void shrink(struct game *game)
{
    struct game_view *view = &game->view;
    uint32_t less = view->radius / 8 > 0 ? view->radius / 8 : 1;
    uint32_t radius = view->radius > LEAST_RADIUS + less ? view->radius - less : LEAST_RADIUS;
    ash_log(ASH_LOG_WARNING,
            "the graphics memory is used up: the view shrinks from %u to %u columns", view->radius,
            radius);
    if (!game->fixed_clock) // whose pictures show nothing that lasts for seconds
        game_say(game, "Graphics memory is short: seeing %u columns far", radius);
    if (view->grew && view->patience < LONGEST_PATIENCE)
        view->patience *= 2;
    view->grew = false;
    see(game, radius);
    ash_allocator_trim(game->allocator);
}

// Meshes found no room, or what else the frame needs did not.
static bool is_short(const struct game *game)
{
    struct ash_renderer_stats stats;
    ash_renderer_stats(game->renderer, &stats);
    bool found = game->resources.meshes.short_of_memory;
    for (uint32_t i = 0; i < stats.pass_count; i++)
        found |= stats.passes[i].prepared == ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    return found;
}

void game_begin_view(struct game *game)
{
    game->view = (struct game_view){.radius = game->options->radius, .patience = FIRST_PATIENCE};
}

void game_fit_view(struct game *game)
{
    struct game_view *view = &game->view;
    view->draws++;
    if (view->draws > SETTLE_DRAWS && view->radius > LEAST_RADIUS && is_short(game)) {
        shrink(game);
    } else if (view->radius < game->options->radius && view->draws > view->patience) {
        view->grew = true;
        see(game, view->radius + 1);
        ash_log(ASH_LOG_INFO, "the view grows to %u columns", view->radius);
    }
    game->resources.meshes.short_of_memory = false;
}
