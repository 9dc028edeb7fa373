// What the tests of uploads share: a made-up device, a ring of 64 KiB, a buffer to upload to.
#ifndef TESTS_ENGINE_MEMORY_UPLOAD_FIXTURE_H
#define TESTS_ENGINE_MEMORY_UPLOAD_FIXTURE_H

#include "engine/memory/upload.h"

#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#include <string.h>

struct upload_test {
    struct memory_test test;
    struct ash_upload *upload;
    struct ash_buffer buffer;
};

enum { UPLOAD_RING_SIZE = 65536 };

static inline void make_buffer(struct upload_test *test, struct ash_buffer *buffer,
                               VkDeviceSize size)
{
    struct ash_buffer_params params = {.size = size,
                                       .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT |
                                                VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                       .preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                                       .label = "destination"};
    assert_int_equal(ash_buffer_init(buffer, test->test.allocator, &params), ASH_OK);
}

static inline void begin(struct upload_test *test, const struct fake_profile *profile,
                         bool staging_only)
{
    struct ash_upload_params params = {.size = UPLOAD_RING_SIZE,
                                       .path = staging_only ? ASH_UPLOAD_GRAPHICS_QUEUE
                                                            : ASH_UPLOAD_DIRECT};
    memory_test_begin(&test->test, profile);
    assert_int_equal(ash_upload_create(test->test.allocator, &params, &test->upload), ASH_OK);
    make_buffer(test, &test->buffer, 100000);
}

static inline void end(struct upload_test *test)
{
    ash_upload_destroy(test->upload);
    ash_buffer_finish(&test->buffer);
    memory_test_end(&test->test);
}

static inline enum ash_result upload(struct upload_test *test, struct ash_buffer *buffer,
                                     VkDeviceSize offset, const void *bytes, VkDeviceSize size)
{
    struct ash_buffer_view view;
    struct ash_upload_target target = {.buffer = buffer, .offset = offset, .size = size};
    enum ash_result result = ash_upload_begin(test->upload, &target, &view);
    if (result != ASH_OK)
        return result;
    assert_int_equal(view.size, size);
    assert_int_equal(ash_view_write(&view, 0, bytes, size), ASH_OK);
    assert_int_equal(ash_upload_end(&view), ASH_OK);
    assert_null(view.data);
    return ASH_OK;
}

static inline void record(struct upload_test *test, uint64_t value)
{
    ash_upload_record(test->upload, memory_test_commands(&test->test), value,
                      &(struct ash_upload_wait){0});
    memory_test_submit(&test->test);
}

static inline void assert_arrived(struct upload_test *test, const struct ash_buffer *buffer,
                                  const unsigned char *model, VkDeviceSize size)
{
    static unsigned char found[100000];
    fake_device_read(test->test.device, buffer->buffer, 0, found, size);
    assert_memory_equal(found, model, size);
}

#endif
