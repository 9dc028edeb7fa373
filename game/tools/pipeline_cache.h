// What the driver has compiled, kept in a file from one run to the next.
//
//     | header: device, driver, size, checksum | the driver's own bytes |
//
// A driver believes what it is given, and may crash on what another wrote: a file is used only if
// it is the user's own, whole, and made by the very same driver for the very same device. One that
// is not is ignored, and written anew at the end.
#ifndef GAME_TOOLS_PIPELINE_CACHE_H
#define GAME_TOOLS_PIPELINE_CACHE_H

#include <vulkan/vulkan_core.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// No driver has made more than a few MiB for Cinder; more is neither read nor written.
#define PIPELINE_CACHE_LIMIT ((size_t)64 << 20)

// The bytes that fit this device, owned by the caller; NULL: there are none.
uint8_t *pipeline_cache_read(const char *path, const VkPhysicalDeviceProperties *device,
                             size_t *size);

// Replaces the file at once or not at all. False: it could not be written (logged), or is too
// large.
bool pipeline_cache_write(const char *path, const VkPhysicalDeviceProperties *device,
                          const uint8_t *data, size_t size);

// Of the bytes, to see whether there is anything new to write.
uint64_t pipeline_cache_checksum(const uint8_t *data, size_t size);

#endif
