// Labels: gpu
//
// The examples, run as a reader runs them: what they print, and what they draw.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stb_image.h>

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

static void the_triangle_is_drawn(void **state)
{
    (void)state;
    char path[] = ASH_BINARY_DIR "/triangle-XXXXXX";
    char command[sizeof(path) + 32];
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    snprintf(command, sizeof(command), "example_triangle %s", path);
    run(command);
    assert_non_null(strstr(output, "320 x 240 pixels"));
    int width, height, channels;
    uint8_t *pixels = stbi_load(path, &width, &height, &channels, 4);
    unlink(path);
    assert_non_null(pixels);
    assert_true(width == 320 && height == 240);
    assert_pixel(pixels, width, 0, 0, 0x000000); // beside it
    assert_pixel(pixels, width, 319, 120, 0x000000);
    assert_pixel(pixels, width, 160, 26, 0xff331a); // its corners
    assert_pixel(pixels, width, 36, 214, 0x33fc35);
    assert_pixel(pixels, width, 284, 214, 0x334efc);
    assert_pixel(pixels, width, 160, 152, 0x768070); // where all three mix
    free(pixels);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_triangle_is_drawn),
        cmocka_unit_test(the_computation_is_right),
        cmocka_unit_test(the_tour_shows_memory_split_and_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
