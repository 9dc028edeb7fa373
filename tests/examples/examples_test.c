// Labels: gpu window
//
// The examples, run as a reader runs them: what they print, and what they draw.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stb_image.h>

#include "tests/support/display.h"
#include "tests/support/test.h"

static char output[65536];

// Runs a command with validation on; what it and the layer print is in `output`.
static void run(const char *command)
{
    char line[1024];
    snprintf(line, sizeof(line), "VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation %s/%s 2>&1",
             ASH_BINARY_DIR, command);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    size_t length = fread(output, 1, sizeof(output) - 1, pipe);
    output[length] = '\0';
    int status = pclose(pipe);
    if (status != 0 || strstr(output, "VUID-") != NULL)
        print_error("%s", output);
    assert_int_equal(status, 0);
    assert_null(strstr(output, "VUID-"));
}

static void assert_pixel(const uint8_t *pixels, int width, int x, int y, uint32_t expected)
{
    const uint8_t *pixel = pixels + ((size_t)y * (size_t)width + (size_t)x) * 4;
    for (int i = 0; i < 3; i++)
        assert_in_range(pixel[i] + 10, expected >> (16 - 8 * i) & 0xff,
                        (expected >> (16 - 8 * i) & 0xff) + 20);
}

// Runs "example_... FILE.png" and loads what it drew; free it.
static uint8_t *picture_of(const char *example, int expected_width, int expected_height)
{
    char path[] = ASH_BINARY_DIR "/picture-XXXXXX";
    char command[sizeof(path) + 64];
    int width, height, channels, file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    snprintf(command, sizeof(command), "%s %s", example, path);
    run(command);
    uint8_t *pixels = stbi_load(path, &width, &height, &channels, 4);
    unlink(path);
    assert_non_null(pixels);
    assert_true(width == expected_width && height == expected_height);
    return pixels;
}

static void the_triangle_is_drawn(void **state)
{
    (void)state;
    uint8_t *pixels = picture_of("example_triangle", 320, 240);
    assert_non_null(strstr(output, "320 x 240 pixels"));
    assert_pixel(pixels, 320, 0, 0, 0x000000); // beside it
    assert_pixel(pixels, 320, 319, 120, 0x000000);
    assert_pixel(pixels, 320, 160, 26, 0xff331a); // its corners
    assert_pixel(pixels, 320, 36, 214, 0x33fc35);
    assert_pixel(pixels, 320, 284, 214, 0x334efc);
    assert_pixel(pixels, 320, 160, 152, 0x768070); // where all three mix
    free(pixels);
}

// The cube after 30 frames: an ember on each of the three faces that one sees, and stone, which is
// brightest above and darkest on the left.
static void assert_cube(uint8_t *pixels)
{
    assert_pixel(pixels, 480, 10, 10, 0x000000); // beside it
    assert_pixel(pixels, 480, 240, 340, 0x000000);
    assert_pixel(pixels, 480, 250, 105, 0xff8c26);
    assert_pixel(pixels, 480, 190, 100, 0x6b6477);
    assert_pixel(pixels, 480, 185, 215, 0xff8c26);
    assert_pixel(pixels, 480, 225, 160, 0x28252d);
    assert_pixel(pixels, 480, 300, 235, 0xff8c26);
    assert_pixel(pixels, 480, 290, 165, 0x494451);
    free(pixels);
}

static void the_cube_is_drawn_offscreen(void **state)
{
    (void)state;
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    assert_cube(picture_of("example_cube 30", 480, 360));
}

// From a window, the frame after the last is what can be read: 29 and one.
static void the_cube_spins_in_a_window(void **state)
{
    (void)state;
    struct display display = {0};
    assert_true(display_start(&display));
    assert_cube(picture_of("example_cube 29", 480, 360));
    display_stop(&display);
}

// A reader takes one in at a glance or two.
static void each_is_under_120_lines(void **state)
{
    (void)state;
    int examples = 0;
    DIR *folder = opendir(ASH_SOURCE_DIR "/examples");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[1024];
        if (strstr(entry->d_name, ".c") == NULL)
            continue;
        snprintf(path, sizeof(path), ASH_SOURCE_DIR "/examples/%s", entry->d_name);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        char line[256];
        int lines = 1;
        assert_non_null(fgets(line, sizeof(line), file));
        assert_int_equal(strncmp(line, "// Teaches ", 11), 0);
        while (fgets(line, sizeof(line), file) != NULL)
            lines++;
        assert_in_range(lines, 1, 119);
        fclose(file);
        examples++;
    }
    closedir(folder);
    assert_int_equal(examples, 5);
}

// The answer as the CPU finds it.
static void the_computation_is_right(void **state)
{
    (void)state;
    unsigned longest = 0, most = 0;
    for (unsigned number = 1; number <= 1024; number++) {
        unsigned steps = 0;
        for (unsigned n = number; n != 1; steps++)
            n = n % 2 == 0 ? n / 2 : 3 * n + 1;
        if (steps > most) {
            most = steps;
            longest = number;
        }
    }
    char expected[128];
    snprintf(expected, sizeof(expected),
             "Of the numbers up to 1024, %u takes the most steps down to 1: %u\n", longest, most);
    run("example_compute");
    assert_non_null(strstr(output, expected));
}

// Where a step of the tour begins.
static char *step_under(const char *title)
{
    char *step = strstr(output, title);
    assert_non_null(step);
    return step;
}

static int count(const char *from, const char *to, const char *word)
{
    int found = 0;
    for (const char *at = from; (at = strstr(at, word)) != NULL && at < to; at++)
        found++;
    return found;
}

static void the_tour_shows_memory_split_and_merge(void **state)
{
    (void)state;
    run("example_memory_tour");
    const char *const nothing = step_under("Nothing is allocated");
    const char *const six = step_under("Six buffers share one chunk");
    const char *const two = step_under("Two are freed");
    const char *const merged = step_under("three regions merge into one");
    const char *const again = step_under("large enough for a new buffer");
    const char *const all = step_under("All are freed");
    assert_int_equal(count(nothing, six, "chunk of"), 0);
    assert_int_equal(count(six, two, "chunk of"), 1);
    // Split: six blocks and the rest of the chunk; then two holes.
    assert_int_equal(count(six, two, "block at"), 6);
    assert_int_equal(count(six, two, "free  at"), 1);
    assert_int_equal(count(two, merged, "block at"), 4);
    assert_int_equal(count(two, merged, "free  at"), 3);
    // Merged: the hole of the middle joins both others; a block goes into what it gives.
    assert_int_equal(count(merged, again, "block at"), 3);
    assert_int_equal(count(merged, again, "free  at"), 2);
    assert_int_equal(count(again, all, "village"), 1);
    assert_int_equal(count(again, all, "block at"), 4);
    assert_int_equal(count(all, output + strlen(output), "block at"), 0);
    assert_int_equal(count(all, output + strlen(output), "free  at"), 1);
}

static void the_picture_shows_memory_split_and_merge(void **state)
{
    (void)state;
    enum { WIDTH = 960, STEP = 40, TOP = 26 };
    uint8_t *pixels = picture_of("example_memory_picture", WIDTH, 212);
    static const struct {
        int step, kib; // where in the chunk
        uint32_t color;
    } places[] = {
        {0, 50, 0x009e73},   {0, 200, 0x56b4e9},  {0, 450, 0xe69f00}, {0, 800, 0xf0e442},
        {0, 3000, 0x2b3138}, {1, 200, 0x2b3138},  {1, 450, 0xe69f00}, {1, 800, 0x2b3138},
        {2, 450, 0x2b3138},  {3, 450, 0x0072b2},  {3, 950, 0x2b3138}, {3, 1200, 0xcc79a7},
        {4, 50, 0x2b3138},   {4, 1200, 0x2b3138},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        assert_pixel(pixels, WIDTH, places[i].kib * WIDTH / 3072, TOP + STEP * places[i].step,
                     places[i].color);
    free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_under_120_lines),
        cmocka_unit_test(the_triangle_is_drawn),
        cmocka_unit_test(the_cube_is_drawn_offscreen),
        cmocka_unit_test(the_cube_spins_in_a_window),
        cmocka_unit_test(the_computation_is_right),
        cmocka_unit_test(the_tour_shows_memory_split_and_merge),
        cmocka_unit_test(the_picture_shows_memory_split_and_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
