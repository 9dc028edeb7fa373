// Labels: gpu golden
//
// The game's pictures against those kept beside this file: exactly, on the driver that made them
// (driver.txt), within a tolerance on any other. GOLDEN_UPDATE=1 makes them anew; look at them
// before committing.
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stb_image.h>

#include "engine/context/context.h"

// On another driver: the mean difference per channel, and the share of pixels that differ by more
// than 24 in any channel, stay below these. Rasterisation rules leave edges to the driver.
static const double mean_tolerance = 1.5;
static const double share_tolerance = 0.01;

struct picture {
    const char *name;
    const char *arguments[16];
    bool of_device; // shows what the device says of its memory: another one's differs
};
// The places are of seed 1. All are of one frame but the HUD's, whose panels show what came before.
static const struct picture pictures[] = {
    {.name = "noon", .arguments = {"--time", "12", "--radius", "8", "--view", "60,52,110,232,-6"}},
    {.name = "dusk",
     .arguments = {"--time", "18.2", "--radius", "8", "--view", "120,46,60,200,-4"}},
    {.name = "night", .arguments = {"--time", "23", "--radius", "8", "--view", "60,60,40,215,2"}},
    {.name = "water", .arguments = {"--time", "11", "--radius", "4", "--view", "74,28.4,84,40,-4"}},
    {.name = "lava",
     .arguments = {"--time", "12", "--radius", "4", "--view", "68.5,6.9,-36.5,0,-5"}},
    {.name = "cave",
     .arguments = {"--time", "12", "--radius", "4", "--view", "-49.5,28.6,-28.5,180,-3"}},
    {.name = "far",
     .arguments = {"--time", "16.5", "--radius", "12", "--view", "190,60,150,215,-8"}},
    {.name = "panels",
     .arguments = {"--time", "9", "--radius", "6", "--tour", "--show", "performance", "--show",
                   "memory", "--frames", "20", "--size", "1280x720"},
     .of_device = true},
};

static char driver[1024];

static int find_driver(void **state)
{
    (void)state;
    struct ash_context *context;
    assert_int_equal(ash_context_create(&(struct ash_context_params){0}, &context), ASH_OK);
    snprintf(driver, sizeof(driver), "%s, %s", context->properties.deviceName, context->driver);
    ash_context_destroy(context);
    return 0;
}

static bool update_wanted(void)
{
    const char *update = getenv("GOLDEN_UPDATE");
    return update != NULL && strcmp(update, "1") == 0;
}

// Whether the kept pictures were made by this driver.
static bool is_driver_of_pictures(void)
{
    char kept[sizeof(driver)] = {0};
    FILE *file = fopen(ASH_SOURCE_DIR "/tests/golden/driver.txt", "r");
    if (file == NULL)
        return false;
    if (fgets(kept, sizeof(kept), file) == NULL)
        kept[0] = '\0';
    fclose(file);
    kept[strcspn(kept, "\n")] = '\0';
    return strcmp(kept, driver) == 0;
}

static void run_game(const struct picture *picture, const char *out)
{
    const char *arguments[32] = {ASH_BINARY_DIR "/cinder",
                                 "--headless",
                                 "--validate",
                                 "--size",
                                 "480x270",
                                 "--seed",
                                 "1",
                                 "--frames",
                                 "1",
                                 "--out",
                                 out};
    size_t count = 11;
    for (size_t i = 0; picture->arguments[i] != NULL; i++)
        arguments[count++] = picture->arguments[i];
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execv(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

struct difference {
    double mean, share;
    int max;
};

static struct difference compare(const char *first, const char *second)
{
    int width, height, width_b, height_b;
    unsigned char *a = stbi_load(first, &width, &height, NULL, 3);
    unsigned char *b = stbi_load(second, &width_b, &height_b, NULL, 3);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(width, width_b);
    assert_int_equal(height, height_b);
    struct difference result = {0};
    size_t far = 0, pixels = (size_t)width * (size_t)height;
    for (size_t i = 0; i < pixels; i++) {
        int worst = 0;
        for (size_t channel = 0; channel < 3; channel++) {
            int delta = abs(a[i * 3 + channel] - b[i * 3 + channel]);
            result.mean += delta;
            worst = delta > worst ? delta : worst;
        }
        far += worst > 24;
        result.max = worst > result.max ? worst : result.max;
    }
    result.mean /= (double)pixels * 3;
    result.share = (double)far / (double)pixels;
    stbi_image_free(a);
    stbi_image_free(b);
    return result;
}

static void check(const struct picture *picture)
{
    char kept[512], made[512];
    snprintf(kept, sizeof(kept), "%s/tests/golden/%s.png", ASH_SOURCE_DIR, picture->name);
    snprintf(made, sizeof(made), "%s/golden-%s.png", ASH_BINARY_DIR, picture->name);
    if (update_wanted()) {
        run_game(picture, kept);
        return;
    }
    run_game(picture, made);
    struct difference difference = compare(kept, made);
    print_message("%s: mean %.4f, beyond 24: %.4f, max %d\n", picture->name, difference.mean,
                  difference.share, difference.max);
    if (is_driver_of_pictures()) {
        assert_int_equal(difference.max, 0);
    } else if (!picture->of_device) {
        assert_true(difference.mean <= mean_tolerance);
        assert_true(difference.share <= share_tolerance);
    }
}

static void pictures_are_as_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++)
        check(&pictures[i]);
    if (update_wanted()) {
        FILE *file = fopen(ASH_SOURCE_DIR "/tests/golden/driver.txt", "w");
        assert_non_null(file);
        fprintf(file, "%s\n", driver);
        fclose(file);
    }
}

static void different_pictures_are_told_apart(void **state)
{
    (void)state;
    struct difference difference =
        compare(ASH_SOURCE_DIR "/tests/golden/noon.png", ASH_SOURCE_DIR "/tests/golden/night.png");
    assert_true(difference.mean > mean_tolerance && difference.share > share_tolerance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_as_kept),
        cmocka_unit_test(different_pictures_are_told_apart),
    };
    return cmocka_run_group_tests(tests, find_driver, NULL);
}
