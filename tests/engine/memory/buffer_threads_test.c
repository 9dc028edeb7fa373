// Labels: threads
// Buffers of several threads in one chunk: each opens and ends views of its own, and none unmaps
// the memory under another's.
#include "engine/memory/buffer.h"

#include "tests/support/memory_test.h"

#include <pthread.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 300, SIZE = 777 };

struct worker {
    struct memory_test *test;
    unsigned char mark;
    uint32_t wrong; // rounds that did not go as they should
    pthread_t thread;
};

static bool one_round(struct worker *worker, struct ash_buffer *buffer, uint32_t round)
{
    unsigned char bytes[SIZE], found[SIZE];
    struct ash_buffer_view view, second;
    struct ash_view_params all = {.access = ASH_ACCESS_READ_WRITE};
    struct ash_view_params some = {.offset = round % 500, .size = 200, .access = ASH_ACCESS_READ};
    memset(bytes, worker->mark + (int)round, SIZE);
    if (ash_buffer_begin_view(buffer, &all, &view) != ASH_OK ||
        ash_view_write(&view, 0, bytes, SIZE) != ASH_OK || ash_buffer_end_view(&view) != ASH_OK)
        return false;
    fake_device_read(worker->test->device, buffer->buffer, 0, found, SIZE);
    if (memcmp(found, bytes, SIZE) != 0)
        return false;
    all.access = ASH_ACCESS_READ;
    if (ash_buffer_begin_view(buffer, &all, &view) != ASH_OK ||
        ash_buffer_begin_view(buffer, &some, &second) != ASH_OK ||
        ash_buffer_end_view(&view) != ASH_OK || ash_view_read(&second, 0, found, 200) != ASH_OK ||
        ash_buffer_end_view(&second) != ASH_OK)
        return false;
    return memcmp(found, bytes, 200) == 0;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct ash_buffer_params params = {.size = SIZE,
                                       .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                       .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                       .label = "of a thread"};
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct ash_buffer buffer;
        if (ash_buffer_init(&buffer, worker->test->allocator, &params) != ASH_OK ||
            !one_round(worker, &buffer, round))
            worker->wrong++;
        ash_buffer_finish(&buffer);
    }
    return NULL;
}

static void threads_view_buffers_of_one_chunk(void **state)
{
    (void)state;
    static const enum fake_profile_name profiles[] = {FAKE_INTEGRATED, FAKE_MOBILE};
    for (uint32_t profile = 0; profile < 2; profile++) {
        struct memory_test test;
        struct worker workers[THREADS];
        memory_test_begin(&test, &fake_profiles[profiles[profile]]);
        for (uint32_t i = 0; i < THREADS; i++) {
            workers[i] = (struct worker){.test = &test, .mark = (unsigned char)(i * 60)};
            assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
        }
        for (uint32_t i = 0; i < THREADS; i++) {
            assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
            assert_int_equal(workers[i].wrong, 0);
        }
        memory_test_end(&test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_view_buffers_of_one_chunk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
