// Labels: gpu golden
//
// docs/add-a-pass.md, done to the letter in a copy of the checkout: what it adds is seen, and it
// takes two new files and one line in another.
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stb_image.h>

#define COPY   ASH_BINARY_DIR "/add-a-pass"
#define SCENE  " --headless --validate --fly --frames 1 --radius 3 --size 480x270 --out "
#define BEFORE ASH_BINARY_DIR "/add-a-pass-before.png"
#define AFTER  ASH_BINARY_DIR "/add-a-pass-after.png"

enum { WIDTH = 480, HEIGHT = 270, LINE_SIZE = 512 };

// What a block's fence asks for: the path of a file, and the text of a line after which it goes.
struct fence {
    char path[128], after[128];
};

static void run(const char *command)
{
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

static int copy_checkout(void **state)
{
    (void)state;
    run("rm -rf '" COPY "' && mkdir '" COPY "'");
    run("cd '" ASH_SOURCE_DIR "' && cp -r CMakeLists.txt cmake engine game shaders layers '" COPY
        "' 2>/dev/null || true");
    return 0;
}

static int remove_copy(void **state)
{
    (void)state;
    run("rm -rf '" COPY "'");
    return 0;
}

// "```c game/passes/passes.h after PASS(water)"; false for the end of a block, or one that is only
// shown.
static bool parse_fence(const char *line, struct fence *fence)
{
    *fence = (struct fence){0};
    return sscanf(line, "```%*[a-z] %127s after %127s", fence->path, fence->after) >= 1 &&
           strchr(fence->path, '/') != NULL;
}

// Puts a line into a file, after the one that contains `after`.
static void insert(const struct fence *fence, const char *added)
{
    char path[512], beside[520], line[LINE_SIZE];
    int places = 0;
    snprintf(path, sizeof(path), COPY "/%s", fence->path);
    snprintf(beside, sizeof(beside), "%s.new", path);
    FILE *in = fopen(path, "r");
    FILE *out = fopen(beside, "w");
    assert_true(in != NULL && out != NULL);
    while (fgets(line, sizeof(line), in) != NULL) {
        fputs(line, out);
        if (strstr(line, fence->after) != NULL) {
            fputs(added, out);
            places++;
        }
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(rename(beside, path), 0);
    if (places != 1)
        fail_msg("%s has %d lines with %s", fence->path, places, fence->after);
}

static void take_block(FILE *page, const struct fence *fence)
{
    char path[512], line[LINE_SIZE];
    FILE *out = NULL;
    if (fence->after[0] == '\0') {
        snprintf(path, sizeof(path), COPY "/%s", fence->path);
        out = fopen(path, "wx"); // it is new
        assert_non_null(out);
    }
    while (fgets(line, sizeof(line), page) != NULL && strncmp(line, "```", 3) != 0) {
        if (out != NULL)
            fputs(line, out);
        else
            insert(fence, line);
    }
    if (out != NULL)
        assert_int_equal(fclose(out), 0);
}

static void follow_the_page(void)
{
    char line[LINE_SIZE];
    struct fence fence;
    FILE *page = fopen(ASH_SOURCE_DIR "/docs/add-a-pass.md", "r");
    assert_non_null(page);
    while (fgets(line, sizeof(line), page) != NULL) {
        if (strncmp(line, "```", 3) == 0 && parse_fence(line, &fence))
            take_block(page, &fence);
    }
    fclose(page);
}

// Files that differ from the checkout's: new ones, and lines added to or taken from others.
static void count_changes(int *files, int *added, int *taken)
{
    char line[LINE_SIZE];
    *files = *added = *taken = 0;
    FILE *changes =
        popen("cd '" COPY "' && for d in *; do diff -r '" ASH_SOURCE_DIR "'/$d $d; done", "r");
    assert_non_null(changes);
    while (fgets(line, sizeof(line), changes) != NULL) {
        *files += strncmp(line, "Only in ", 8) == 0;
        *added += line[0] == '>';
        *taken += line[0] == '<';
    }
    pclose(changes);
}

static void two_files_and_one_line(void **state)
{
    (void)state;
    int files, added, taken;
    count_changes(&files, &added, &taken);
    assert_int_equal(files + added + taken, 0);
    follow_the_page();
    count_changes(&files, &added, &taken);
    assert_int_equal(files, 2);
    assert_int_equal(added, 1);
    assert_int_equal(taken, 0);
}

static void it_builds_and_is_seen(void **state)
{
    (void)state;
    run("cmake -S '" COPY "' -B '" COPY "/build' -G Ninja -DCMAKE_BUILD_TYPE=Debug "
        "-DCMAKE_C_FLAGS_DEBUG=-O0 -DASH_WERROR=ON -DASH_BUILD_TESTS=OFF -DASH_BUILD_BENCH=OFF "
        "-DASH_BUILD_EXAMPLES=OFF -DASH_BUILD_LAYERS=OFF >/dev/null");
    run("cmake --build '" COPY "/build' --target cinder >'" COPY "/log' 2>&1 || "
        "{ tail -n 40 '" COPY "/log'; exit 1; }");
    run("'" ASH_BINARY_DIR "/cinder'" SCENE "'" BEFORE "' >/dev/null");
    run("'" COPY "/build/cinder'" SCENE "'" AFTER "' >/dev/null");
    int width[2], height[2], channels;
    uint8_t *pictures[] = {stbi_load(BEFORE, &width[0], &height[0], &channels, 3),
                           stbi_load(AFTER, &width[1], &height[1], &channels, 3)};
    assert_true(pictures[0] != NULL && pictures[1] != NULL);
    assert_true(width[1] == WIDTH && height[1] == HEIGHT);
    int changed = 0;
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++)
        changed += memcmp(&pictures[0][3 * i], &pictures[1][3 * i], 3) != 0;
    free(pictures[0]);
    free(pictures[1]);
    print_message("%d of %d pixels changed\n", changed, WIDTH * HEIGHT);
    // Flakes are small, and there are many of them: neither a few dots nor another picture.
    assert_in_range(changed, WIDTH * HEIGHT / 200, WIDTH * HEIGHT / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_files_and_one_line),
        cmocka_unit_test(it_builds_and_is_seen),
    };
    return cmocka_run_group_tests(tests, copy_checkout, remove_copy);
}
