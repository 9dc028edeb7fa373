// Includes run downward only: game -> engine/render -> engine/memory -> engine/context -> engine.
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/test.h"

// Folders that know each other, lowest first. A file may include from its own layer and below.
static const char *const layers[] = {
    "engine/", "engine/context/", "engine/memory/", "engine/render/", "game/",
};
enum { LAYER_COUNT = sizeof(layers) / sizeof(layers[0]) };

static int layer_of(const char *path)
{
    int found = -1;
    for (int i = 0; i < LAYER_COUNT; i++) {
        if (strncmp(path, layers[i], strlen(layers[i])) == 0)
            found = i; // the longest prefix comes last
    }
    return found;
}

// Inside the game: play/ and world/ know neither Vulkan's passes nor main.
static bool is_pure_game(const char *path)
{
    return strncmp(path, "game/world/", 11) == 0 || strncmp(path, "game/play/", 10) == 0;
}

// What the engine's core can do without knows it, not the other way about.
static bool is_optional(const char *path)
{
    return strncmp(path, "engine/", 7) == 0 && strstr(path, "/optional/") != NULL;
}

static bool arrow_allowed(const char *from, const char *to)
{
    if (is_optional(to) && strncmp(from, "engine/", 7) == 0 && !is_optional(from))
        return false;
    if (layer_of(to) < 0)
        return strncmp(to, "shaders/", 8) == 0;
    if (is_pure_game(from) &&
        (strncmp(to, "game/passes/", 12) == 0 || strncmp(to, "engine/render/", 14) == 0 ||
         strncmp(to, "engine/memory/", 14) == 0))
        return false;
    return layer_of(to) <= layer_of(from);
}

struct count {
    int files, arrows, wrong;
};

static void check_file(const char *path, struct count *count)
{
    char full[1024];
    snprintf(full, sizeof(full), "%s/%s", ASH_SOURCE_DIR, path);
    FILE *file = fopen(full, "r");
    assert_non_null(file);
    count->files++;
    char line[512], to[256];
    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "#include \"%255[^\"]\"", to) != 1)
            continue;
        count->arrows++;
        if (!arrow_allowed(path, to)) {
            print_error("%s includes %s: an arrow that runs upward\n", path, to);
            count->wrong++;
        }
    }
    fclose(file);
}

static void check_folder(const char *path, struct count *count)
{
    char full[1024], name[512];
    snprintf(full, sizeof(full), "%s/%s", ASH_SOURCE_DIR, path);
    DIR *folder = opendir(full);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        snprintf(full, sizeof(full), "%s/%s", ASH_SOURCE_DIR, name);
        struct stat status;
        assert_int_equal(stat(full, &status), 0);
        size_t length = strlen(name);
        if (S_ISDIR(status.st_mode))
            check_folder(name, count);
        else if (name[length - 2] == '.' && (name[length - 1] == 'c' || name[length - 1] == 'h'))
            check_file(name, count);
    }
    closedir(folder);
}

static void includes_run_downward(void **state)
{
    (void)state;
    struct count count = {0};
    check_folder("engine", &count);
    check_folder("game", &count);
    print_message("%d includes in %d files\n", count.arrows, count.files);
    assert_true(count.files > 30 && count.arrows > 60);
    assert_int_equal(count.wrong, 0);
}

static void upward_arrows_are_seen(void **state)
{
    (void)state;
    assert_false(arrow_allowed("engine/context/context.c", "engine/memory/allocator.h"));
    assert_false(arrow_allowed("engine/memory/upload.c", "engine/render/frame.h"));
    assert_false(arrow_allowed("engine/log.c", "engine/context/context.h"));
    assert_false(arrow_allowed("engine/render/renderer.c", "game/scene/scene.h"));
    assert_false(arrow_allowed("game/world/world.c", "engine/memory/buffer.h"));
    assert_false(arrow_allowed("game/main.c", "tests/support/test.h"));
    assert_false(arrow_allowed("engine/memory/allocator.c", "engine/memory/optional/report.h"));
    assert_true(arrow_allowed("game/main.c", "engine/memory/optional/report.h"));
    assert_true(arrow_allowed("engine/memory/optional/check.c", "engine/memory/allocator.h"));
    assert_true(arrow_allowed("engine/render/renderer.c", "engine/memory/upload.h"));
    assert_true(arrow_allowed("game/main.c", "engine/result.h"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(includes_run_downward),
        cmocka_unit_test(upward_arrows_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
