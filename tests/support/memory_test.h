// What tests of engine/memory start from and end with: a device, a context, an allocator; and the
// certainty that nothing is left and nobody complained.
#ifndef TESTS_SUPPORT_MEMORY_TEST_H
#define TESTS_SUPPORT_MEMORY_TEST_H

#include "engine/memory/optional/report.h"
#include "tests/support/test.h"

#include "engine/memory/allocator.h"
#include "tests/support/fake_device.h"

struct memory_test {
    struct fake_device *device; // NULL on a real driver
    struct ash_context *context;
    struct ash_allocator *allocator;
    VkCommandPool command_pool; // on a real driver
    VkCommandBuffer commands;
};

// On a fake device of this profile.
void memory_test_begin(struct memory_test *test, const struct fake_profile *profile);

// On the real driver (lavapipe, where there is no GPU) with validation and synchronization
// validation. Skips the test, and says so, only where there is no driver at all.
void memory_test_begin_gpu(struct memory_test *test);

// The same without skipping: false where there is no driver.
bool memory_test_try_gpu(struct memory_test *test);

// Calls `body` on a fake device of each profile, with memory_test_begin before and memory_test_end
// after it; and on the real driver if there is one, whose context all tests of a program share,
// since making it takes seconds under a sanitizer.
void memory_test_on_every_device(void (*body)(struct memory_test *test));
// Destroys that context: the group's teardown.
int memory_test_release(void **state);

// Destroys everything. Fails the test if a block, an object or a mapping is left, if the fake
// device complained or the validation layer said anything.
void memory_test_end(struct memory_test *test);

// A command buffer in recording. On a fake device commands happen at once; on a real driver
// memory_test_submit runs them and waits.
VkCommandBuffer memory_test_commands(struct memory_test *test);
void memory_test_submit(struct memory_test *test);

enum { MEMORY_MAP_CHUNKS = 16, MEMORY_MAP_REGIONS = 64 };

// A chunk as ash_allocator_visit shows it, copied.
struct memory_map_chunk {
    struct ash_memory_chunk chunk; // its free_regions lie in regions
    struct ash_free_region regions[MEMORY_MAP_REGIONS];
    VkDeviceSize free_bytes, live_bytes;
    uint32_t blocks;
    bool in_order; // blocks came in order of offset, inside the chunk, none over another
    VkDeviceSize last_end;
};
struct memory_map {
    struct memory_map_chunk chunks[MEMORY_MAP_CHUNKS];
    uint32_t chunk_count;
};

// Fails the test if there are more chunks or free regions than fit.
void memory_test_look(struct memory_test *test, struct memory_map *out);
// The chunk that a block lies in; NULL if in none.
const struct memory_map_chunk *memory_map_find(const struct memory_map *map,
                                               const struct ash_memory_block *block);
// Whether two free regions of the chunk touch, which merging must not leave.
bool memory_map_has_split(const struct memory_map_chunk *chunk);

#endif
