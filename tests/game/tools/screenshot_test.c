// Pictures: what was written is what is read, and a failure leaves the old file.
#include "game/base/file.h"
#include "game/tools/screenshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stb/stb_image.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s/screenshot-test-XXXXXX", ASH_BINARY_DIR);
    return mkdtemp(folder) != NULL ? 0 : -1;
}

// Removes the folder, and fails where a test left anything in it.
static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void path_of(char path[300], const char *name)
{
    snprintf(path, 300, "%s/%s", folder, name);
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const uint32_t sizes[][2] = {{1, 1}, {3, 2}, {17, 31}, {640, 3}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint32_t width = sizes[i][0];
        uint32_t height = sizes[i][1];
        uint8_t *pixels = malloc((size_t)width * height * 4);
        assert_non_null(pixels);
        for (uint32_t at = 0; at < width * height * 4; at++)
            pixels[at] = (uint8_t)(at * 37 + at / 11);
        char path[300];
        path_of(path, "picture.png");
        assert_true(screenshot_write(path, pixels, width, height));
        int read_width, read_height, channels;
        uint8_t *read = stbi_load(path, &read_width, &read_height, &channels, 4);
        assert_non_null(read);
        assert_int_equal(read_width, width);
        assert_int_equal(read_height, height);
        assert_int_equal(channels, 3);
        for (uint32_t at = 0; at < width * height; at++) {
            assert_memory_equal(read + at * 4, pixels + at * 4, 3);
            assert_int_equal(read[at * 4 + 3], 255);
        }
        stbi_image_free(read);
        free(pixels);
        unlink(path);
    }
}

static void a_failure_leaves_what_was_there(void **state)
{
    (void)state;
    uint8_t pixel[4] = {1, 2, 3, 4};
    char path[300];
    path_of(path, "there");
    assert_false(screenshot_write("/nonexistent/folder/picture.png", pixel, 1, 1));
    assert_false(screenshot_write(path, pixel, 0, 1));
    assert_int_equal(mkdir(path, 0700), 0); // a folder of that name can't be replaced
    assert_false(screenshot_write(path, pixel, 1, 1));
    assert_int_equal(rmdir(path), 0);
}

static void files_are_replaced_whole(void **state)
{
    (void)state;
    char path[300];
    path_of(path, "file");
    assert_true(file_replace(path, "first", 5));
    assert_true(file_replace(path, "", 0));
    assert_true(file_replace(path, "second\0!", 8));
    uint8_t *data = NULL;
    size_t size = 0;
    assert_true(file_read(path, 8, &data, &size));
    assert_int_equal(size, 8);
    assert_memory_equal(data, "second\0!", 8);
    free(data);
    assert_false(file_read(path, 7, &data, &size)); // longer than the limit
    assert_false(file_read(folder, 100, &data, &size));
    unlink(path);
    assert_false(file_read(path, 100, &data, &size));
}

static void the_data_folder_is_the_users_alone(void **state)
{
    (void)state;
    char home[300];
    path_of(home, "home");
    setenv("HOME", home, 1);
    unsetenv("XDG_DATA_HOME");
    char path[600];
    char expected[600];
    assert_true(file_in_data_folder("world.db", path, sizeof(path)));
    snprintf(expected, sizeof(expected), "%s/.local/share/cinder/world.db", home);
    assert_string_equal(path, expected);
    struct stat status;
    *strrchr(path, '/') = '\0';
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_int_equal(rmdir(path), 0);
    for (int i = 0; i < 3; i++) { // share, .local, home
        *strrchr(path, '/') = '\0';
        assert_int_equal(rmdir(path), 0);
    }
    path_of(home, "xdg");
    setenv("XDG_DATA_HOME", home, 1);
    assert_true(file_in_data_folder("world.db", path, sizeof(path)));
    snprintf(expected, sizeof(expected), "%s/cinder/world.db", home);
    assert_string_equal(path, expected);
    assert_true(file_in_data_folder("world.db", path, sizeof(path))); // it is there now
    for (int i = 0; i < 2; i++) {
        *strrchr(path, '/') = '\0';
        assert_int_equal(rmdir(path), 0);
    }
    setenv("XDG_DATA_HOME", "relative", 1);
    unsetenv("HOME");
    assert_false(file_in_data_folder("world.db", path, sizeof(path)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_failure_leaves_what_was_there),
        cmocka_unit_test(files_are_replaced_whole),
        cmocka_unit_test(the_data_folder_is_the_users_alone),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
