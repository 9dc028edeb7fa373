// What is drawn, and in which order: one line a pass.
#ifndef GAME_PASSES_PASSES_H
#define GAME_PASSES_PASSES_H

#include "engine/render/pass.h"

#define PASSES(PASS)                                                                               \
    PASS(sky)                                                                                      \
    PASS(terrain)                                                                                  \
    PASS(water)                                                                                    \
    PASS(lines)                                                                                    \
    PASS(hud)

#define PASS(name) extern const struct ash_pass_type name##_pass;
PASSES(PASS)
#undef PASS

#endif
