#include "game/tools/screenshot.h"

#include "game/base/file.h"

#include "engine/log.h"

#include <stb/stb_image_write.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
    uint8_t *data;
    size_t size;
    bool failed;
};

static void append(void *user, void *data, int size)
{
    struct bytes *bytes = user;
    uint8_t *grown = realloc(bytes->data, bytes->size + (size_t)size);
    if (grown == NULL) {
        bytes->failed = true;
        return;
    }
    memcpy(grown + bytes->size, data, (size_t)size);
    bytes->data = grown;
    bytes->size += (size_t)size;
}

static uint8_t *without_alpha(const uint8_t *pixels, size_t count)
{
    uint8_t *colors = malloc(count * 3);
    for (size_t i = 0; colors != NULL && i < count; i++)
        memcpy(colors + i * 3, pixels + i * 4, 3);
    return colors;
}

bool screenshot_write(const char *path, const uint8_t *pixels, uint32_t width, uint32_t height)
{
    bool done = false;
    struct bytes png = {0};
    uint8_t *colors = NULL;
    if (width == 0 || height == 0 || width > 16384 || height > 16384) {
        ash_log(ASH_LOG_ERROR, "could not write %s: a picture of %u x %u pixels has no sense", path,
                width, height);
        return false;
    }
    colors = without_alpha(pixels, (size_t)width * height);
    if (colors == NULL ||
        stbi_write_png_to_func(append, &png, (int)width, (int)height, 3, colors, (int)width * 3) ==
            0 ||
        png.failed) {
        ash_log(ASH_LOG_ERROR, "could not write %s: not enough memory; close other programs", path);
        goto out;
    }
    done = file_replace(path, png.data, png.size);
out:
    free(colors);
    free(png.data);
    return done;
}
