// A file of compiled pipelines: the driver gets what it wrote itself, or nothing.
//
// An even first byte: the rest is the file. An odd one: the rest is what a driver compiled, written
// as the game does, and then changed in as many places as the last byte says, each of three bytes
// before it.
#include "tests/fuzz/fuzz_folder.h"

#include "engine/log.h"
#include "game/tools/pipeline_cache.h"

enum { HEADER_SIZE = 56, PATCH_SIZE = 3, MOST_PATCHES = 3 };

static const VkPhysicalDeviceProperties device = {.vendorID = 0x10de,
                                                  .deviceID = 0x2330,
                                                  .driverVersion = 7,
                                                  .apiVersion = VK_API_VERSION_1_3,
                                                  .pipelineCacheUUID = {1, 2, 3, 4, 5}};
static char path[128];

// What is accepted is what this driver would have had written.
static void try_file(const uint8_t *file, size_t size)
{
    size_t got = 1;
    uint8_t *data = pipeline_cache_read(path, &device, &got);
    if (data == NULL) {
        FUZZ_CHECK(got == 0);
        return;
    }
    FUZZ_CHECK(got == size - HEADER_SIZE && memcmp(data, file + HEADER_SIZE, got) == 0);
    FUZZ_CHECK(pipeline_cache_write(path, &device, data, got));
    FUZZ_CHECK(fuzz_file_is(path, file, size));
    free(data);
}

static void try_damaged(const uint8_t *data, size_t size)
{
    size_t patches = size > 0 ? data[size - 1] % (MOST_PATCHES + 1) : 0;
    if (size < 2 + patches * PATCH_SIZE)
        return;
    size_t content = size - 1 - patches * PATCH_SIZE;
    FUZZ_CHECK(pipeline_cache_write(path, &device, data, content));
    const size_t file_size = HEADER_SIZE + content;
    uint8_t *file = malloc(file_size);
    FILE *stream = fopen(path, "rb");
    FUZZ_CHECK(file != NULL && stream != NULL && fread(file, 1, file_size, stream) == file_size);
    fclose(stream);
    FUZZ_CHECK(memcmp(file + HEADER_SIZE, data, content) == 0);
    for (size_t i = 0; i < patches; i++) {
        const uint8_t *patch = data + content + i * PATCH_SIZE;
        file[((size_t)patch[0] << 8 | patch[1]) % file_size] ^= patch[2];
    }
    fuzz_write_file(path, file, file_size);
    try_file(file, file_size);
    free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    ash_log_set_level(ASH_LOG_OFF);
    (void)umask(077);
    snprintf(path, sizeof(path), "%s/pipelines.bin", fuzz_folder());
    if (size == 0)
        return 0;
    if (bytes[0] % 2 != 0) {
        try_damaged(bytes + 1, size - 1);
        return 0;
    }
    fuzz_write_file(path, bytes + 1, size - 1);
    try_file(bytes + 1, size - 1);
    return 0;
}
