// docs/memory.md has each heading and each sentence of the seed document, in its order, with a
// function that exists and a test that runs.
#include "tests/support/test.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 128, TEXT_SIZE = 512 };

// A heading ("## Buffer"), or a sentence with what docs/memory.md says of it.
struct item {
    char text[TEXT_SIZE];
    char functions[TEXT_SIZE]; // "`a`, `b`"
    char test[TEXT_SIZE];
};
struct document {
    struct item items[ITEMS];
    uint32_t count;
};

static char *read_file(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s/%s", ASH_SOURCE_DIR, folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    text[size] = '\0';
    fclose(file);
    return text;
}

static struct item *add(struct document *document, const char *text, size_t size)
{
    assert_true(document->count < ITEMS && size < TEXT_SIZE);
    struct item *item = &document->items[document->count++];
    memset(item, 0, sizeof(*item));
    memcpy(item->text, text, size);
    return item;
}

// A line of prose: a sentence ends at ". " before a capital letter, and at the end of the line.
static void add_sentences(struct document *document, const char *line, size_t size)
{
    size_t start = 0;
    for (size_t i = 0; i < size; i++) {
        bool ends = i + 2 < size && line[i] == '.' && line[i + 1] == ' ' &&
                    (isupper((unsigned char)line[i + 2]) || line[i + 2] == '`');
        if (!ends)
            continue;
        add(document, line + start, i + 1 - start);
        start = i + 2;
    }
    if (start < size)
        add(document, line + start, size - start);
}

// Past the spaces and the "- ", "* " or "12. " of an item of a list.
static const char *skip_bullet(const char *line, const char *end)
{
    while (line < end && *line == ' ')
        line++;
    const char *digits = line;
    while (digits < end && isdigit((unsigned char)*digits))
        digits++;
    if (digits > line && digits < end && *digits == '.')
        line = digits + 1;
    else if (line + 1 < end && (*line == '-' || *line == '*') && line[1] == ' ')
        line++;
    while (line < end && *line == ' ')
        line++;
    return line;
}

static void read_seed(struct document *out)
{
    char *text = read_file("docs/seed", "memory_management.md");
    bool in_code = false;
    out->count = 0;
    for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        if (strncmp(line, "```", 3) == 0) {
            in_code = !in_code;
            continue;
        }
        if (in_code || line == end)
            continue;
        if (*line == '#') {
            add(out, line, (size_t)(end - line));
            continue;
        }
        const char *start = skip_bullet(line, end);
        add_sentences(out, start, (size_t)(end - start));
    }
    free(text);
}

// The text of one cell of a table, without the spaces around it; answers where the next begins.
static const char *read_cell(const char *cell, const char *end, char *out)
{
    const char *bar = cell;
    while (bar < end && *bar != '|')
        bar++;
    const char *last = bar;
    while (cell < last && *cell == ' ')
        cell++;
    while (last > cell && last[-1] == ' ')
        last--;
    assert_true(last - cell < TEXT_SIZE);
    memcpy(out, cell, (size_t)(last - cell));
    out[last - cell] = '\0';
    return bar < end ? bar + 1 : end;
}

static void read_page(struct document *out)
{
    char *text = read_file("docs", "memory.md");
    out->count = 0;
    for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        if (*line == '#')
            add(out, line, (size_t)(end - line));
        if (*line != '|' || strncmp(line, "|---", 4) == 0 || strncmp(line, "| the seed", 10) == 0)
            continue;
        struct item *item = add(out, "", 0);
        const char *cell = read_cell(line + 1, end, item->text);
        cell = read_cell(cell, end, item->functions);
        read_cell(cell, end, item->test);
    }
    free(text);
}

// Whether a file of a folder whose name ends in `suffix` contains the text.
static bool folder_has(const char *folder, const char *suffix, const char *text)
{
    char path[1024];
    bool found = false;
    snprintf(path, sizeof(path), "%s/%s", ASH_SOURCE_DIR, folder);
    DIR *files = opendir(path);
    assert_non_null(files);
    for (struct dirent *file = readdir(files); file && !found; file = readdir(files)) {
        size_t length = strlen(file->d_name), suffix_length = strlen(suffix);
        if (length < suffix_length || strcmp(file->d_name + length - suffix_length, suffix) != 0)
            continue;
        char *source = read_file(folder, file->d_name);
        found = strstr(source, text) != NULL;
        free(source);
    }
    closedir(files);
    return found;
}

static struct document seed, page;

static int read_both(void **state)
{
    (void)state;
    read_seed(&seed);
    read_page(&page);
    return 0;
}

static void the_seed_has_all_its_sentences(void **state)
{
    (void)state;
    uint32_t headings = 0;
    for (uint32_t i = 0; i < seed.count; i++)
        headings += seed.items[i].text[0] == '#';
    assert_int_equal(headings, 9);
    assert_int_equal(seed.count - headings, 44);
    assert_string_equal(seed.items[2].text, "AshEngine uses a custom memory allocator "
                                            "(`MemoryAllocator`) to manage Vulkan memory "
                                            "allocation.");
}

static void this_document_describes_memory_management_in_ash_engine(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < seed.count && i < page.count; i++) {
        if (strcmp(seed.items[i].text, page.items[i].text) != 0)
            fail_msg("docs/memory.md has \"%s\" where the seed has \"%s\"", page.items[i].text,
                     seed.items[i].text);
    }
    assert_int_equal(page.count, seed.count);
}

static void each_sentence_has_functions_that_exist(void **state)
{
    (void)state;
    static const char *const folders[] = {"engine", "engine/context", "engine/memory",
                                          "engine/memory/optional"};
    for (uint32_t i = 0; i < page.count; i++) {
        struct item item = page.items[i];
        if (item.text[0] == '#')
            continue;
        uint32_t functions = 0;
        for (char *name = strtok(item.functions, "`, "); name; name = strtok(NULL, "`, ")) {
            char call[TEXT_SIZE + 1];
            bool found = false;
            snprintf(call, sizeof(call), "%s(", name);
            for (size_t folder = 0; folder < sizeof(folders) / sizeof(folders[0]); folder++)
                found = found || folder_has(folders[folder], ".h", call);
            if (!found)
                fail_msg("docs/memory.md names %s, which no header has", name);
            functions++;
        }
        assert_true(functions > 0);
    }
}

static void each_sentence_has_a_test_of_its_own_that_runs(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < page.count; i++) {
        struct item item = page.items[i];
        char call[2 * TEXT_SIZE];
        if (item.text[0] == '#')
            continue;
        char *name = strtok(item.test, "`");
        assert_non_null(name);
        // In the list of main(), whether on one line or broken after the bracket.
        snprintf(call, sizeof(call), "cmocka_unit_test(%s)", name);
        bool listed = folder_has("tests/seed", "_test.c", call);
        snprintf(call, sizeof(call), "cmocka_unit_test(\n            %s)", name);
        if (!listed && !folder_has("tests/seed", "_test.c", call))
            fail_msg("docs/memory.md names the test %s, which tests/seed does not run", name);
        for (uint32_t other = 0; other < i; other++)
            assert_string_not_equal(page.items[other].test, page.items[i].test);
    }
}

static void each_fault_has_a_test(void **state)
{
    (void)state;
    char *source = read_file("tests/seed", "faults_test.c");
    for (uint32_t fault = 1; fault <= 16; fault++) {
        char name[64];
        snprintf(name, sizeof(name), "cmocka_unit_test(fault_%u_", fault);
        if (!strstr(source, name))
            fail_msg("fault %u has no test", fault);
    }
    free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seed_has_all_its_sentences),
        cmocka_unit_test(this_document_describes_memory_management_in_ash_engine),
        cmocka_unit_test(each_sentence_has_functions_that_exist),
        cmocka_unit_test(each_sentence_has_a_test_of_its_own_that_runs),
        cmocka_unit_test(each_fault_has_a_test),
    };
    return cmocka_run_group_tests(tests, read_both, NULL);
}
