// Pictures of the game, as PNG files.
#ifndef GAME_TOOLS_SCREENSHOT_H
#define GAME_TOOLS_SCREENSHOT_H

#include <stdbool.h>
#include <stdint.h>

// Writes rows from the top, 4 bytes a pixel (RGBA; the alpha is left out), replacing the file at
// once. False: the log says why, and a file that was there is as it was. May be called on a worker.
bool screenshot_write(const char *path, const uint8_t *pixels, uint32_t width, uint32_t height);

#endif
