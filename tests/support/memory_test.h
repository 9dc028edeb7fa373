// What tests of engine/memory start from and end with: a device, a context, an allocator; and the
// certainty that nothing is left and nobody complained.
#ifndef TESTS_SUPPORT_MEMORY_TEST_H
#define TESTS_SUPPORT_MEMORY_TEST_H

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

// Destroys everything. Fails the test if a block, an object or a mapping is left, if the fake
// device complained or the validation layer said anything.
void memory_test_end(struct memory_test *test);

// A command buffer in recording. On a fake device commands happen at once; on a real driver
// memory_test_submit runs them and waits.
VkCommandBuffer memory_test_commands(struct memory_test *test);
void memory_test_submit(struct memory_test *test);

#endif
