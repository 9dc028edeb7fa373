// Labels: valgrind
#include "engine/memory/retire.h"

#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#include <string.h>

static void make_buffer(struct memory_test *test, struct ash_buffer *buffer)
{
    struct ash_buffer_params params = {.size = 1000, .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT};
    assert_int_equal(ash_buffer_init(buffer, test->allocator, &params), ASH_OK);
}

static void make_image(struct memory_test *test, struct ash_image *image)
{
    struct ash_image_params params = {
        .extent = {4, 4}, .format = VK_FORMAT_R8G8B8A8_UNORM, .usage = VK_IMAGE_USAGE_SAMPLED_BIT};
    assert_int_equal(ash_image_init(image, test->allocator, &params), ASH_OK);
}

static uint32_t living(struct memory_test *test)
{
    struct fake_counts counts;
    fake_device_counts(test->device, &counts);
    return counts.buffers + counts.images + counts.image_views + counts.pipelines;
}

static void add_size(void *user, const struct ash_memory_block *block)
{
    assert_true(block->memory != VK_NULL_HANDLE);
    *(VkDeviceSize *)user += block->size;
}

static void what_is_handed_over_lives_until_the_gpu_has_passed_it(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_retire *retire;
    struct ash_buffer buffer;
    struct ash_image image;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_retire_create(test.context, &retire), ASH_OK);
    make_buffer(&test, &buffer);
    make_image(&test, &image);
    VkDeviceSize bytes = buffer.block.size + image.block.size;
    VkPipeline pipeline = fake_device_pipeline(test.device);
    ash_retire_buffer(retire, &buffer, 5);
    ash_retire_image(retire, &image, 6);
    ash_retire_pipeline(retire, pipeline, 6);
    assert_null(buffer.buffer);
    assert_null(image.image);
    assert_int_equal(ash_retire_count(retire), 3);
    assert_int_equal(ash_retire_bytes(retire), bytes);
    VkDeviceSize seen = 0;
    ash_retire_visit(retire, add_size, &seen);
    assert_int_equal(seen, bytes);
    assert_int_equal(living(&test), 4);
    ash_retire_collect(retire, 4);
    assert_int_equal(living(&test), 4);
    ash_retire_collect(retire, 5);
    assert_int_equal(living(&test), 3);
    assert_int_equal(ash_retire_count(retire), 2);
    ash_retire_collect(retire, 7);
    assert_int_equal(living(&test), 0);
    assert_int_equal(ash_retire_count(retire), 0);
    assert_int_equal(ash_retire_bytes(retire), 0);
    ash_retire_destroy(retire);
    memory_test_end(&test);
}

static void nothing_may_be_handed_over(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_retire *retire;
    struct ash_buffer buffer = {0};
    struct ash_image image = {0};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_retire_create(test.context, &retire), ASH_OK);
    ash_retire_buffer(retire, &buffer, 1);
    ash_retire_image(retire, &image, 1);
    ash_retire_buffer(retire, NULL, 1);
    ash_retire_image(retire, NULL, 1);
    ash_retire_pipeline(retire, VK_NULL_HANDLE, 1);
    assert_int_equal(ash_retire_count(retire), 0);
    ash_retire_collect(retire, UINT64_MAX);
    ash_retire_destroy(retire);
    ash_retire_destroy(NULL);
    memory_test_end(&test);
}

static void values_come_in_any_order(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    struct memory_test test;
    struct ash_retire *retire;
    uint32_t waiting[COUNT] = {0}, expected = COUNT;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_retire_create(test.context, &retire), ASH_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct ash_buffer buffer;
        uint32_t value = (i * 613) % 97;
        make_buffer(&test, &buffer);
        ash_retire_buffer(retire, &buffer, value);
        waiting[value]++;
    }
    for (uint32_t completed = 0; completed < 100; completed++) {
        ash_retire_collect(retire, completed);
        expected -= waiting[completed];
        assert_int_equal(ash_retire_count(retire), expected);
        assert_int_equal(living(&test), expected);
    }
    ash_retire_destroy(retire);
    memory_test_end(&test);
}

static void destroy_takes_what_is_left(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_retire *retire;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_retire_create(test.context, &retire), ASH_OK);
    for (uint32_t i = 0; i < 10; i++) {
        struct ash_buffer buffer;
        make_buffer(&test, &buffer);
        ash_retire_buffer(retire, &buffer, 1000 + i);
    }
    ash_retire_destroy(retire);
    assert_int_equal(living(&test), 0);
    memory_test_end(&test);
}

static void a_buffer_with_an_open_view_does_not_retire(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_retire *retire;
    struct ash_buffer buffer;
    struct ash_buffer_view view;
    struct ash_view_params params = {.access = ASH_ACCESS_WRITE};
    memory_test_begin(&test, &fake_profiles[FAKE_INTEGRATED]);
    assert_int_equal(ash_retire_create(test.context, &retire), ASH_OK);
    make_buffer(&test, &buffer);
    assert_int_equal(ash_buffer_begin_view(&buffer, &params, &view), ASH_OK);
    assert_breaks_rule("views end", ash_retire_buffer(retire, &buffer, 1));
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    ash_retire_buffer(retire, &buffer, 1);
    ash_retire_destroy(retire);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_handed_over_lives_until_the_gpu_has_passed_it),
        cmocka_unit_test(nothing_may_be_handed_over),
        cmocka_unit_test(values_come_in_any_order),
        cmocka_unit_test(destroy_takes_what_is_left),
        cmocka_unit_test(a_buffer_with_an_open_view_does_not_retire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
