#include "game/tools/lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/log.h"

enum { PATH_SIZE = 4096 };

// The layer lies in layers/ beside the program, or is installed with it.
static bool find_folder(char *folder, size_t size)
{
    static const char *const places[] = {"/layers", "/../share/vulkan/explicit_layer.d"};
    char program[PATH_SIZE];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char manifest[2 * PATH_SIZE];
        snprintf(manifest, sizeof(manifest), "%s%s/VkLayer_ash_lab.json", program, places[i]);
        if (access(manifest, R_OK) != 0)
            continue;
        int written = snprintf(folder, size, "%s%s", program, places[i]);
        return written > 0 && (size_t)written < size;
    }
    return false;
}

// What is there already stays, behind.
static void prepend(const char *variable, const char *value)
{
    char joined[2 * PATH_SIZE];
    const char *old = getenv(variable);
    bool both = old != NULL && old[0] != '\0';
    snprintf(joined, sizeof(joined), "%s%s%s", value, both ? ":" : "", both ? old : "");
    setenv(variable, joined, /*overwrite=*/1);
}

bool lab_switch_on(const struct options *options)
{
    char folder[PATH_SIZE];
    if (options->fault == NULL && !options->fault_count && options->pretend == NULL)
        return true;
    if (!find_folder(folder, sizeof(folder))) {
        ash_log(ASH_LOG_ERROR, "VK_LAYER_ASH_lab is not beside the game: build it "
                               "(-DASH_BUILD_LAYERS=ON), or leave --fault and --pretend out");
        return false;
    }
    // Where the user has said where layers are, the loader looks there alone.
    prepend(getenv("VK_LAYER_PATH") != NULL ? "VK_LAYER_PATH" : "VK_ADD_LAYER_PATH", folder);
    prepend("VK_INSTANCE_LAYERS", "VK_LAYER_ASH_lab");
    if (options->fault != NULL)
        setenv("ASH_LAB_FAULT", options->fault, /*overwrite=*/1);
    if (options->pretend != NULL)
        setenv("ASH_LAB_PRETEND", options->pretend, /*overwrite=*/1);
    if (options->fault_count)
        setenv("ASH_LAB_COUNT", "1", /*overwrite=*/1);
    return true;
}
