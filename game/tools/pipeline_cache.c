#include "game/tools/pipeline_cache.h"

#include <stdlib.h>
#include <string.h>

#include "game/base/file.h"

#include "engine/log.h"

// Raised whenever the header changes.
#define MAGIC "CINDERP1"

// In the machine's own byte order: the file does not leave it.
struct header {
    char magic[8];
    uint32_t vendor, device, driver, api;
    uint8_t uuid[VK_UUID_SIZE];
    uint64_t size, checksum; // of the bytes that follow
};
_Static_assert(sizeof(struct header) == 56, "no padding that would hold anything");

// FNV-1a, eight bytes at a time: it finds what a disk or a crash does to a file, and stops nobody
// who may write it anyway.
uint64_t pipeline_cache_checksum(const uint8_t *data, size_t size)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, data + i, size - i < 8 ? size - i : 8);
        sum = (sum ^ word) * UINT64_C(0x100000001b3);
        sum ^= sum >> 29; // so that the upper bits of a word count below, too
    }
    return sum;
}

static struct header header_of(const VkPhysicalDeviceProperties *device, const uint8_t *data,
                               size_t size)
{
    struct header header = {
        .vendor = device->vendorID,
        .device = device->deviceID,
        .driver = device->driverVersion,
        .api = device->apiVersion,
        .size = size,
        .checksum = pipeline_cache_checksum(data, size),
    };
    memcpy(header.magic, MAGIC, sizeof(header.magic));
    memcpy(header.uuid, device->pipelineCacheUUID, sizeof(header.uuid));
    return header;
}

uint8_t *pipeline_cache_read(const char *path, const VkPhysicalDeviceProperties *device,
                             size_t *size)
{
    uint8_t *bytes = NULL;
    size_t count = 0;
    *size = 0;
    if (!file_read_private(path, PIPELINE_CACHE_LIMIT, &bytes, &count)) {
        ash_log(ASH_LOG_DEBUG, "no pipeline cache of the user's own at %s", path);
        return NULL;
    }
    if (count > sizeof(struct header)) {
        *size = count - sizeof(struct header);
        struct header wanted = header_of(device, bytes + sizeof(struct header), *size);
        if (memcmp(bytes, &wanted, sizeof(wanted)) == 0) {
            memmove(bytes, bytes + sizeof(wanted), *size);
            ash_log(ASH_LOG_DEBUG, "pipeline cache: %zu bytes from %s", *size, path);
            return bytes;
        }
    }
    ash_log(ASH_LOG_DEBUG, "the pipeline cache %s is of another device, or broken: ignored", path);
    free(bytes);
    *size = 0;
    return NULL;
}

bool pipeline_cache_write(const char *path, const VkPhysicalDeviceProperties *device,
                          const uint8_t *data, size_t size)
{
    struct header header = header_of(device, data, size);
    if (size > PIPELINE_CACHE_LIMIT - sizeof(header))
        return false;
    uint8_t *bytes = malloc(sizeof(header) + size);
    if (bytes == NULL)
        return false;
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), data, size);
    bool done = file_replace(path, bytes, sizeof(header) + size);
    free(bytes);
    return done;
}
