// --fault, --fault-count and --pretend: short for switching on the laboratory, a Vulkan layer that
// makes calls fail and pretends other hardware (docs/lab-layer.md).
#ifndef GAME_TOOLS_LAB_H
#define GAME_TOOLS_LAB_H

#include "game/base/options.h"

#include <stdbool.h>

// Sets what the Vulkan loader and the layer read from the environment; before Vulkan is used.
// False: the layer was not built or installed with the game (logged).
bool lab_switch_on(const struct options *options);

#endif
