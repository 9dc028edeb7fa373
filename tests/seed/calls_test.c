// Memory of the device is made, given back, mapped and unmapped in one place: each of the four
// calls stands in one file of engine/memory, and nowhere else in engine/ and game/.
#include "tests/support/test.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS = 4 };
static const char *const calls[CALLS] = {"vkAllocateMemory", "vkFreeMemory", "vkMapMemory",
                                         "vkUnmapMemory"};

struct found {
    uint32_t files[CALLS]; // that make the call
    char path[CALLS][1024];
    uint32_t sources;
};

// Whether the text calls this function: the name, and then a bracket. Names in comments and in
// messages are no calls.
static bool has_call(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at; at = strstr(at + 1, name)) {
        const char *next = at + length;
        bool whole = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        while (isspace((unsigned char)*next))
            next++;
        if (whole && *next == '(')
            return true;
    }
    return false;
}

static void look_at_file(const char *path, struct found *found)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t size = fread(text, 1, (1 << 20) - 1, file);
    assert_true(size < (1 << 20) - 1);
    fclose(file);
    found->sources++;
    for (uint32_t i = 0; i < CALLS; i++) {
        if (!has_call(text, calls[i]))
            continue;
        found->files[i]++;
        snprintf(found->path[i], sizeof(found->path[i]), "%s", path);
    }
    free(text);
}

static void look_at_folder(const char *folder, struct found *found)
{
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        char path[1024];
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        assert_true(snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) <
                    (int)sizeof(path));
        if (entry->d_type == DT_DIR)
            look_at_folder(path, found);
        else if (length > 2 && (strcmp(entry->d_name + length - 2, ".c") == 0 ||
                                strcmp(entry->d_name + length - 2, ".h") == 0))
            look_at_file(path, found);
    }
    closedir(entries);
}

static void each_call_stands_in_one_file_of_engine_memory(void **state)
{
    (void)state;
    struct found found = {0};
    look_at_folder(ASH_SOURCE_DIR "/engine", &found);
    look_at_folder(ASH_SOURCE_DIR "/game", &found);
    assert_true(found.sources > 50); // it has really looked
    for (uint32_t i = 0; i < CALLS; i++) {
        if (found.files[i] != 1)
            fail_msg("%s is called in %u files, the last of them %s", calls[i], found.files[i],
                     found.path[i]);
        assert_non_null(strstr(found.path[i], "/engine/memory/"));
    }
}

static void a_call_is_told_from_a_name(void **state)
{
    (void)state;
    assert_true(has_call("context->vk->vkMapMemory(device)", "vkMapMemory"));
    assert_true(has_call("vkMapMemory\n    (device)", "vkMapMemory"));
    assert_true(has_call("vkMapMemory2KHR(x); vkMapMemory(y)", "vkMapMemory"));
    assert_false(has_call("// vkMapMemory is called elsewhere", "vkMapMemory"));
    assert_false(has_call("vkUnmapMemory(device)", "vkMapMemory"));
    assert_false(has_call("my_vkMapMemory(device)", "vkMapMemory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_stands_in_one_file_of_engine_memory),
        cmocka_unit_test(a_call_is_told_from_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
