// Labels: threads
// Device memory is grown by a worker, before a frame needs it.
#include "game/game.h"

#include <volk.h>

#include <pthread.h>
#include <stdlib.h>

#include "engine/memory/optional/check.h"
#include "engine/memory/optional/many.h"
#include "tests/support/memory_test.h"

static struct VolkDeviceTable table; // the fake device's, with one function in between
static PFN_vkAllocateMemory allocate_memory;
static pthread_t frame;
static uint32_t calls_of_frame, calls_of_workers;

static VKAPI_ATTR VkResult VKAPI_CALL note_thread(VkDevice device, const VkMemoryAllocateInfo *info,
                                                  const VkAllocationCallbacks *callbacks,
                                                  VkDeviceMemory *memory)
{
    uint32_t *calls = pthread_equal(pthread_self(), frame) ? &calls_of_frame : &calls_of_workers;
    __atomic_add_fetch(calls, 1, __ATOMIC_RELAXED);
    return allocate_memory(device, info, callbacks, memory);
}

// What a game says on the screen; nobody looks.
void game_say(struct game *game, const char *format, ...)
{
    (void)game, (void)format;
}

static void take(struct memory_test *test, VkDeviceSize size, struct ash_memory_block *block)
{
    const struct ash_alloc_params params = {
        .requirements = {.size = size, .alignment = 64, .memoryTypeBits = 1}};
    assert_int_equal(ash_allocator_alloc(test->allocator, &params, block), ASH_OK);
}

static void a_worker_grows_what_is_running_short(void **state)
{
    (void)state;
    enum { BLOCKS = 200, BLOCK_SIZE = 4 << 20 };
    static struct ash_memory_block blocks[BLOCKS];
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    table = *test.context->vk;
    allocate_memory = table.vkAllocateMemory;
    table.vkAllocateMemory = note_thread;
    test.context->vk = &table;
    frame = pthread_self();
    struct game *game = calloc(1, sizeof(*game));
    assert_non_null(game);
    game->allocator = test.allocator;
    game->jobs = jobs_create(1);
    assert_non_null(game->jobs);

    take(&test, BLOCK_SIZE, &blocks[0]);
    assert_int_equal(calls_of_frame, 1); // the first chunk
    for (uint32_t i = 1; i < BLOCKS; i++) {
        take(&test, BLOCK_SIZE, &blocks[i]);
        game_chores(game);
        // A frame takes longer than a fake device; here it waits for the worker instead.
        game_finish_chores(game);
        assert_false(game->growing);
    }
    assert_int_equal(calls_of_frame, 1);
    assert_int_equal(calls_of_workers, BLOCKS * (BLOCK_SIZE >> 20) / 64); // of 13 chunks

    assert_int_equal(ash_allocator_free_many(test.allocator, blocks, BLOCKS), ASH_OK);
    jobs_destroy(game->jobs);
    free(game);
    memory_test_end(&test);
}

// One job at a time; a frame goes on without what could not be had.
static void growth_that_fails_is_survived(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_memory_block block;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    struct game *game = calloc(1, sizeof(*game));
    assert_non_null(game);
    game->allocator = test.allocator;
    game->jobs = jobs_create(1);
    assert_non_null(game->jobs);
    take(&test, 40 << 20, &block);
    const struct fake_fault fault = {.nth = 1, .count = 1, .result = VK_ERROR_OUT_OF_DEVICE_MEMORY};
    ash_log_set_level(ASH_LOG_OFF);
    fake_device_fail(test.device, &fault);
    game_chores(game);
    assert_true(game->growing);
    game_finish_chores(game);
    ash_log_set_level(ASH_LOG_WARNING);
    assert_true(fake_device_failed(test.device));
    assert_false(game->growing);
    assert_true(ash_allocator_check(test.allocator));
    assert_int_equal(ash_allocator_free(test.allocator, &block), ASH_OK);
    jobs_destroy(game->jobs);
    free(game);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_grows_what_is_running_short),
        cmocka_unit_test(growth_that_fails_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
