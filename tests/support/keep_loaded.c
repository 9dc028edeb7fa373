// Keeps Vulkan drivers and layers loaded until the process ends, in sanitized builds: a leak or a
// race in a library that has been closed has no name, and could not be told from one of ours.
#include <dlfcn.h>
#include <stddef.h>

__attribute__((constructor)) static void keep_loaded(void)
{
    static const char *const libraries[] = {"libvulkan.so.1", "libvulkan_lvp.so",
                                            "libVkLayer_khronos_validation.so"};
    for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
        (void)dlopen(libraries[i], RTLD_NOW | RTLD_NODELETE);
}
