// The variables that the game and the laboratory read. The first byte chooses which: where files
// belong (two lines, the base and HOME), faults, or a pretence.
#include "tests/fuzz/fuzz_folder.h"

#include "engine/log.h"
#include "game/base/file.h"
#include "layers/fault.h"
#include "layers/pretence.h"

enum { PATH_SIZE = 4096 };

// An absolute path would make folders anywhere: it begins in the folder of this test, and stays
// below it.
static void set(const char *name, char *value)
{
    if (value == NULL) {
        FUZZ_CHECK(unsetenv(name) == 0);
        return;
    }
    for (char *up = value; (up = strstr(up, "..")) != NULL;)
        up[0] = up[1] = 'x';
    char *inside = NULL;
    const char *base = value[0] == '/' ? fuzz_folder() : "";
    FUZZ_CHECK(asprintf(&inside, "%s%s", base, value) >= 0);
    FUZZ_CHECK(setenv(name, inside, 1) == 0);
    free(inside);
}

static void check_place(bool found, const char *path, size_t size)
{
    if (!found)
        return;
    FUZZ_CHECK(strnlen(path, size) < size && path[0] == '/');
    FUZZ_CHECK(strncmp(path, fuzz_folder(), strlen(fuzz_folder())) == 0);
    char parent[PATH_SIZE];
    struct stat status;
    snprintf(parent, sizeof(parent), "%s", path);
    *strrchr(parent, '/') = '\0';
    FUZZ_CHECK(stat(parent, &status) == 0 && S_ISDIR(status.st_mode));
    FUZZ_CHECK((status.st_mode & 0777) == 0700);
}

static void look_for_places(char *text)
{
    char path[PATH_SIZE], tight[80];
    (void)fuzz_folder();
    char *home = text;
    char *base = strsep(&home, "\n");
    set("XDG_DATA_HOME", base);
    set("XDG_CACHE_HOME", base);
    set("HOME", home);
    check_place(file_in_data_folder("world.db", path, sizeof(path)), path, sizeof(path));
    check_place(file_in_cache_folder("pipelines.bin", tight, sizeof(tight)), tight, sizeof(tight));
    fuzz_folder_empty();
}

// What is understood makes sense.
static void read_pretence(const char *text)
{
    lab_pretence = (struct lab_pretence){.atom = 256};
    if (!lab_pretence_read(text))
        return;
    const struct lab_pretence *told = &lab_pretence;
    FUZZ_CHECK(told->atom > 0 && told->atom <= 256 && (told->atom & (told->atom - 1)) == 0);
    const VkDeviceSize most = (VkDeviceSize)UINT32_MAX << 30;
    FUZZ_CHECK(told->heap <= most && told->bar <= most && told->budget <= most);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    ash_log_set_level(ASH_LOG_OFF);
    FUZZ_CHECK(setenv("ASH_LAB_LOG", "/dev/null", 1) == 0); // what it refuses, it says
    if (size == 0)
        return 0;
    char *text = malloc(size);
    FUZZ_CHECK(text != NULL);
    memcpy(text, bytes + 1, size - 1);
    text[size - 1] = '\0';
    if (bytes[0] % 3 == 0)
        look_for_places(text);
    else if (bytes[0] % 3 == 1)
        read_pretence(text);
    else
        (void)lab_faults_read(text);
    free(text);
    return 0;
}
