// What is drawn, and in which order: one line a pass.
//
// They share a struct pass_resources: the game hands one, all zero, to ash_renderer_params.game.
#ifndef GAME_PASSES_PASSES_H
#define GAME_PASSES_PASSES_H

#include "game/passes/resources.h"

#include "engine/render/pass.h"

#define PASSES(PASS)                                                                               \
    PASS(terrain)                                                                                  \
    PASS(sky)                                                                                      \
    PASS(water)                                                                                    \
    PASS(lines)                                                                                    \
    PASS(post)                                                                                     \
    PASS(hud)                                                                                      \
    PASS(memory)

#define PASS(name) extern const struct ash_pass_type name##_pass;
PASSES(PASS)
#undef PASS

#endif
