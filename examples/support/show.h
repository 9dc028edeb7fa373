// What stands around a pass: a window, or an offscreen target, and the loop that draws.
#ifndef EXAMPLES_SUPPORT_SHOW_H
#define EXAMPLES_SUPPORT_SHOW_H

#include "engine/render/renderer.h"

// Shows `pass` in a window until it is closed, or for argv[1] frames; without a display, offscreen,
// for 60 frames if argv[1] says nothing else. The last frame is written to argv[2], a PNG file.
// The return value is main's.
int show(const struct ash_pass_type *pass, const struct ash_shader *shaders, uint32_t shader_count,
         int argc, char **argv);

#endif
