// Teaches ash_allocator_visit: draws what becomes of one chunk, step by step, as strips of a PNG.
//
//     build/release/example_memory_picture memory-strips.png
//
// Needs a Vulkan driver, no display. From left to right, the first 3 MiB of the chunk; dark is
// free: six buffers; two are freed; the one between them is freed, and three regions merge into
// one; a larger buffer takes its place; all are freed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

#include "engine/context/context.h"
#include "engine/memory/buffer.h"
#include "engine/memory/optional/report.h"

enum { BUFFERS = 6, STEPS = 5, WIDTH = 960, STRIP = 28, GAP = 12, KIB = 1024 };
enum { HEIGHT = STEPS * (STRIP + GAP) + GAP, SHOWN = 3 * 1024 * KIB };

static unsigned char pixels[HEIGHT][WIDTH][3];

// Okabe and Ito's colours, which people with any kind of colour vision tell apart.
static const unsigned char colors[BUFFERS + 1][3] = {
    {0x00, 0x9E, 0x73}, {0x56, 0xB4, 0xE9}, {0xE6, 0x9F, 0x00}, {0xF0, 0xE4, 0x42},
    {0xCC, 0x79, 0xA7}, {0xD5, 0x5E, 0x00}, {0x00, 0x72, 0xB2}};
static const unsigned char free_color[3] = {0x2B, 0x31, 0x38};

// Fills what lies between two offsets, but for a line at its end.
static void fill(int step, VkDeviceSize from, VkDeviceSize to, const unsigned char color[3])
{
    VkDeviceSize first = from * WIDTH / SHOWN, end = to * WIDTH / SHOWN;
    int top = GAP + step * (STRIP + GAP);
    for (int y = top; y < top + STRIP; y++)
        for (VkDeviceSize x = first; x + 1 < end && x < WIDTH; x++)
            memcpy(pixels[y][x], color, 3);
}

static void draw_chunk(void *user, const struct ash_memory_chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->free_region_count; i++)
        fill(*(const int *)user, chunk->free_regions[i].offset,
             chunk->free_regions[i].offset + chunk->free_regions[i].size, free_color);
}

static void draw_block(void *user, const struct ash_memory_chunk *chunk,
                       const struct ash_memory_block_info *info)
{
    (void)chunk;
    fill(*(const int *)user, info->block.offset, info->block.offset + info->block.size,
         colors[info->label[0] - 'A']);
}

// Does what one step says, and draws what is then there.
static enum ash_result take_step(struct ash_allocator *allocator, struct ash_buffer *buffers,
                                 int step)
{
    static const char *const names[BUFFERS + 1] = {"A", "B", "C", "D", "E", "F", "G"};
    struct ash_buffer_params params = {.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};
    enum ash_result result = ASH_OK;
    for (VkDeviceSize i = 0; step == 0 && i < BUFFERS && result == ASH_OK; i++) {
        params.size = (i + 1) * 100 * KIB;
        params.label = names[i];
        result = ash_buffer_init(&buffers[i], allocator, &params);
    }
    if (step == 1) {
        ash_buffer_finish(&buffers[1]);
        ash_buffer_finish(&buffers[3]);
    } else if (step == 2) {
        ash_buffer_finish(&buffers[2]);
    } else if (step == 3) {
        params.size = (VkDeviceSize)700 * KIB;
        params.label = names[BUFFERS];
        result = ash_buffer_init(&buffers[2], allocator, &params);
    }
    for (int i = 0; step == 4 && i < BUFFERS; i++)
        ash_buffer_finish(&buffers[i]);
    const struct ash_memory_visitor visitor = {draw_chunk, draw_block, &step};
    return result == ASH_OK ? ash_allocator_visit(allocator, &visitor) : result;
}

int main(int argc, char **argv)
{
    struct ash_context *context = NULL;
    struct ash_allocator *allocator = NULL;
    struct ash_buffer buffers[BUFFERS] = {0};
    const char *path = argc > 1 ? argv[1] : "memory_picture.png";
    enum ash_result result = ash_context_create(&(struct ash_context_params){0}, &context);
    if (result == ASH_OK)
        result =
            ash_allocator_create(&(struct ash_allocator_params){.context = context}, &allocator);
    memset(pixels, 0xFF, sizeof(pixels));
    for (int step = 0; step < STEPS && result == ASH_OK; step++)
        result = take_step(allocator, buffers, step);
    for (int i = 0; i < BUFFERS; i++)
        ash_buffer_finish(&buffers[i]);
    if (result == ASH_OK && stbi_write_png(path, WIDTH, HEIGHT, 3, pixels, WIDTH * 3) == 0) {
        fprintf(stderr, "could not write %s; may one write there?\n", path);
        result = ASH_ERROR_UNSUPPORTED;
    }
    ash_allocator_destroy(allocator);
    ash_context_destroy(context);
    return result == ASH_OK ? 0 : 1;
}
