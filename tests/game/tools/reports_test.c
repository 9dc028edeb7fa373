// Labels: gpu game
//
// What the game tells of its inside when it is asked on the command line.
#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/test.h"

static char output[65536];

// The exit code of Cinder, run without a window; what it prints is in `output`.
static int run(const char *arguments)
{
    char command[1024];
    snprintf(command, sizeof(command), "%s/cinder --headless %s >reports.txt 2>&1", ASH_BINARY_DIR,
             arguments);
    int code = system(command);
    FILE *file = fopen("reports.txt", "r");
    assert_non_null(file);
    output[fread(output, 1, sizeof(output) - 1, file)] = '\0';
    fclose(file);
    unlink("reports.txt");
    return code;
}

static void succeeds(const char *arguments)
{
    if (run(arguments) != 0)
        fail_msg("%s: %s", arguments, output);
}

static void fails(const char *arguments, const char *said)
{
    assert_int_not_equal(run(arguments), 0);
    if (strstr(output, said) == NULL)
        fail_msg("%s does not say '%s': %s", arguments, said, output);
}

// The array `list` of the JSON object in a file, and how many of its objects have this word.
static int count_in_file(const char *name, const char *list, const char *key, const char *word)
{
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    char *text = calloc(1, 8 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (8 << 20) - 1, file) > 0);
    fclose(file);
    unlink(name);
    cJSON *object = cJSON_Parse(text);
    free(text);
    assert_non_null(object);
    int count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(object, list))
    {
        const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(item, key));
        count += word == NULL || (value != NULL && strcmp(value, word) == 0);
    }
    cJSON_Delete(object);
    return count;
}

static void the_inside_is_told_of(void **state)
{
    (void)state;
    succeeds("--frames 6 --radius 2 --size 320x180 --show memory --explain-frame "
             "--trace t.json --memory-report m.json");
    assert_non_null(strstr(output, "step by step:"));
    assert_non_null(strstr(output, "draw terrain"));
    assert_non_null(strstr(output, "barrier COLOR_BEGIN"));
    assert_non_null(strstr(output, "because"));
    assert_true(count_in_file("m.json", "chunks", "size_bytes", NULL) >= 1);
    succeeds("--frames 6 --radius 2 --size 320x180 --trace t.json");
    assert_true(count_in_file("t.json", "traceEvents", "name", "draw terrain") >= 6);
    succeeds("--frames 6 --radius 2 --size 320x180 --trace t.json");
    assert_true(count_in_file("t.json", "traceEvents", "name", "mesh chunks") >= 1);
    fails("--frames 1 --radius 1 --size 32x32 --trace /nonexistent/t.json", "t.json");
    fails("--frames 1 --radius 1 --size 32x32 --memory-report /nonexistent/m.json", "m.json");
}

static void each_panel_can_be_open_from_the_beginning(void **state)
{
    (void)state;
    static const char *const shown[] = {"", "--show help", "--show performance", "--show memory"};
    for (int i = 0; i < 4; i++) {
        char line[128];
        snprintf(line, sizeof(line), "--frames 2 --radius 1 --size 320x180 %s --out %d.png",
                 shown[i], i);
        succeeds(line);
    }
    assert_int_equal(system("[ $(cat 0.png 1.png 2.png 3.png | wc -c) -gt 4000 ]"), 0);
    assert_int_equal(
        system("[ $(md5sum 0.png 1.png 2.png 3.png | cut -c -32 | uniq | wc -l) = 4 ]"), 0);
    assert_int_equal(system("rm 0.png 1.png 2.png 3.png"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_inside_is_told_of),
        cmocka_unit_test(each_panel_can_be_open_from_the_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
