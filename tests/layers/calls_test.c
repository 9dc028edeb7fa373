// The laboratory's table of calls against the specification's own, where that is installed.
#include "layers/calls.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/test.h"

enum { MIB = 1 << 20, ELEMENT_SIZE = 2048 };

static char *read_registry(void)
{
    FILE *file = fopen("/usr/share/vulkan/registry/vk.xml", "r");
    if (file == NULL)
        return NULL;
    static char text[4 * MIB];
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

// What the <command> element of this name says before its <proto>; "" where it is another's alias.
static void read_command(const char *registry, const char *call, char text[ELEMENT_SIZE])
{
    char needle[128];
    snprintf(needle, sizeof(needle), "<name>%s</name></proto>", call);
    const char *proto = strstr(registry, needle), *element = proto;
    while (element != NULL && strncmp(element, "<command", 8) != 0)
        element--;
    snprintf(text, ELEMENT_SIZE, "%.*s", (int)(proto - element), element != NULL ? element : "");
}

// Whether this attribute has this code.
static bool lists(const char *command, const char *attribute, const char *code)
{
    const char *at = strstr(command, attribute);
    if (at == NULL)
        return false;
    const char *end = strchr(strchr(at, '"') + 1, '"');
    const char *found = strstr(at, code);
    while (found != NULL && found < end && isalnum((unsigned char)found[strlen(code)]))
        found = strstr(found + 1, code);
    return found != NULL && found < end;
}

static void calls_answer_what_the_specification_lists(void **state)
{
    (void)state;
#define ROW(level, name, parameters, arguments, results, outputs) {"vk" #name, results},
    static const struct {
        const char *name;
        uint32_t results;
    } calls[] = {LAB_CALLS(ROW)};
#undef ROW
    static const struct {
        uint32_t bit;
        const char *attribute, *code;
    } codes[] = {
        {LAB_HOST, "errorcodes", "VK_ERROR_OUT_OF_HOST_MEMORY"},
        {LAB_DEVICE, "errorcodes", "VK_ERROR_OUT_OF_DEVICE_MEMORY"},
        {LAB_INIT, "errorcodes", "VK_ERROR_INITIALIZATION_FAILED"},
        {LAB_LOST, "errorcodes", "VK_ERROR_DEVICE_LOST"},
        {LAB_MAP, "errorcodes", "VK_ERROR_MEMORY_MAP_FAILED"},
        {LAB_SURFACE, "errorcodes", "VK_ERROR_SURFACE_LOST_KHR"},
        {LAB_DATE, "errorcodes", "VK_ERROR_OUT_OF_DATE_KHR"},
        {LAB_FORMAT, "errorcodes", "VK_ERROR_FORMAT_NOT_SUPPORTED"},
        {LAB_POOL, "errorcodes", "VK_ERROR_OUT_OF_POOL_MEMORY"},
        {LAB_NOT_READY, "successcodes", "VK_NOT_READY"},
        {LAB_TIMEOUT, "successcodes", "VK_TIMEOUT"},
        {LAB_INCOMPLETE, "successcodes", "VK_INCOMPLETE"},
        {LAB_SUBOPTIMAL, "successcodes", "VK_SUBOPTIMAL_KHR"},
    };
    const char *registry = read_registry();
    if (registry == NULL)
        skip();
    int wrong = 0;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        char command[ELEMENT_SIZE];
        read_command(registry, calls[i].name, command);
        assert_true(command[0] != '\0');
        for (size_t j = 0; j < sizeof(codes) / sizeof(codes[0]); j++) {
            bool ours = (calls[i].results & codes[j].bit) != 0;
            if (ours == lists(command, codes[j].attribute, codes[j].code))
                continue;
            print_error("%s and %s\n", calls[i].name, codes[j].code);
            wrong++;
        }
    }
    print_message("%zu calls\n", sizeof(calls) / sizeof(calls[0]));
    assert_int_equal(wrong, 0);
}

// Whether the laboratory, or nobody, has this call: those of the loader no layer sees.
static bool is_in_table(const char *name)
{
#define NAME(level, call, parameters, arguments, results, outputs) "vk" #call,
    static const char *const names[] = {LAB_CALLS(NAME) "vkEnumerateInstanceExtensionProperties",
                                        "vkEnumerateInstanceLayerProperties",
                                        "vkEnumerateInstanceVersion",
                                        "vkEnumerateDeviceLayerProperties"};
#undef NAME
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

// Adds those between `at` and `end` that list an error, and that the table lacks.
static int count_missing(const char *registry, const char *at, const char *end)
{
    int missing = 0;
    while ((at = strstr(at, "<command name=\"")) != NULL && at < end) {
        char name[96], command[ELEMENT_SIZE];
        at += strlen("<command name=\"");
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "\""), at);
        read_command(registry, name, command);
        if (!lists(command, "errorcodes", "VK_ERROR_OUT_OF") || is_in_table(name))
            continue;
        print_error("%s is missing\n", name);
        missing++;
    }
    return missing;
}

static void no_call_that_can_fail_is_left_out(void **state)
{
    (void)state;
    static const char *const blocks[] = {"name=\"VK_VERSION_1_0\"", "name=\"VK_VERSION_1_1\"",
                                         "name=\"VK_VERSION_1_2\"", "name=\"VK_VERSION_1_3\"",
                                         "name=\"VK_KHR_surface\"", "name=\"VK_KHR_swapchain\""};
    const char *registry = read_registry();
    int missing = 0;
    if (registry == NULL)
        skip();
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        const char *at = strstr(registry, blocks[i]);
        assert_non_null(at);
        const char *end = strstr(at, i < 4 ? "</feature>" : "</extension>");
        assert_non_null(end);
        missing += count_missing(registry, at, end);
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_answer_what_the_specification_lists),
        cmocka_unit_test(no_call_that_can_fail_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
