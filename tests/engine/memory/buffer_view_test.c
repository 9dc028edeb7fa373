// Labels: valgrind
// Views of buffers: what they let through, what they refuse, and what the device sees of it.
#include "engine/memory/buffer.h"

#include "tests/support/catch.h"
#include "tests/support/memory_test.h"

#include <string.h>

#define VISIBLE VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT

static void make(struct memory_test *test, struct ash_buffer *buffer, VkDeviceSize size)
{
    struct ash_buffer_params params = {.size = size,
                                       .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                       .properties = VISIBLE,
                                       .label = "viewed"};
    assert_int_equal(ash_buffer_init(buffer, test->allocator, &params), ASH_OK);
}

static void open_view(struct ash_buffer *buffer, VkDeviceSize offset, VkDeviceSize size,
                      uint32_t access, struct ash_buffer_view *view)
{
    struct ash_view_params params = {.offset = offset, .size = size, .access = access};
    assert_int_equal(ash_buffer_begin_view(buffer, &params, view), ASH_OK);
    assert_non_null(view->data);
    assert_int_equal(view->size, size);
}

static void close_view(struct ash_buffer_view *view)
{
    static const struct ash_buffer_view zero;
    assert_int_equal(ash_buffer_end_view(view), ASH_OK);
    assert_memory_equal(view, &zero, sizeof(zero));
}

static void refused(struct ash_buffer *buffer, const struct ash_view_params *params,
                    enum ash_result expected, const char *reason)
{
    static const struct ash_buffer_view zero;
    struct ash_buffer_view view;
    memset(&view, 0xFF, sizeof(view));
    catch_log_begin();
    assert_int_equal(ash_buffer_begin_view(buffer, params, &view), expected);
    assert_true(catch_log_has(reason));
    assert_true(catch_log_has("viewed"));
    catch_log_end();
    assert_memory_equal(&view, &zero, sizeof(zero));
}

// Writes, and reads as the device; writes as the device, and reads: at odd places and sizes.
static void both_sides_see_what_the_other_wrote(void **state)
{
    (void)state;
    enum { SIZE = 1543 };
    static const VkDeviceSize ranges[][2] = {{0, SIZE},   {0, 1},     {1, 1},   {255, 2},
                                             {256, 256},  {257, 511}, {100, 3}, {SIZE - 1, 1},
                                             {1000, 543}, {767, 513}};
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        struct memory_test test;
        struct ash_buffer buffer, neighbour;
        struct ash_buffer_view view;
        unsigned char model[SIZE], found[SIZE];
        memory_test_begin(&test, &fake_profiles[profile]);
        make(&test, &buffer, SIZE);
        make(&test, &neighbour, SIZE);
        memset(model, 0, SIZE);
        fake_device_write(test.device, buffer.buffer, 0, model, SIZE);
        for (uint32_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
            VkDeviceSize offset = ranges[i][0], size = ranges[i][1];
            memset(model + offset, (int)(i + 1), size);
            open_view(&buffer, offset, size, ASH_ACCESS_WRITE, &view);
            assert_int_equal(ash_view_write(&view, 0, model + offset, size), ASH_OK);
            close_view(&view);
            fake_device_read(test.device, buffer.buffer, 0, found, SIZE);
            assert_memory_equal(found, model, SIZE);

            memset(model + offset, (int)(i + 101), size);
            fake_device_write(test.device, buffer.buffer, offset, model + offset, size);
            open_view(&buffer, 0, SIZE, ASH_ACCESS_READ, &view);
            assert_int_equal(ash_view_read(&view, 0, found, SIZE), ASH_OK);
            close_view(&view);
            assert_memory_equal(found, model, SIZE);

            open_view(&buffer, offset, size, ASH_ACCESS_READ_WRITE, &view);
            unsigned char *bytes = ash_view_at(&view, 0, size);
            assert_memory_equal(bytes, model + offset, size);
            bytes[size / 2] = model[offset + size / 2] = 0xAB;
            close_view(&view);
            fake_device_read(test.device, buffer.buffer, 0, found, SIZE);
            assert_memory_equal(found, model, SIZE);
        }
        ash_buffer_finish(&neighbour);
        ash_buffer_finish(&buffer);
        memory_test_end(&test);
    }
}

static void views_of_one_chunk_share_its_mapping(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer a, b;
    struct ash_buffer_view views[3];
    struct fake_counts counts;
    memory_test_begin(&test, &fake_profiles[FAKE_INTEGRATED]);
    make(&test, &a, 4096);
    make(&test, &b, 4096);
    assert_ptr_equal(a.block.memory, b.block.memory);
    assert_int_equal(fake_device_calls(test.device, "vkMapMemory"), 0);
    open_view(&a, 0, 64, ASH_ACCESS_WRITE, &views[0]);
    open_view(&b, 0, 64, ASH_ACCESS_WRITE, &views[1]);
    open_view(&a, 64, 64, ASH_ACCESS_READ, &views[2]);
    fake_device_counts(test.device, &counts);
    assert_int_equal(counts.mapped_memories, 1);
    assert_int_equal(fake_device_calls(test.device, "vkMapMemory"), 1);
    close_view(&views[0]);
    close_view(&views[2]);
    fake_device_counts(test.device, &counts);
    assert_int_equal(counts.mapped_memories, 1); // views[1] is open still
    close_view(&views[1]);
    fake_device_counts(test.device, &counts);
    assert_int_equal(counts.mapped_memories, 0);
    assert_int_equal(fake_device_calls(test.device, "vkUnmapMemory"), 1);
    ash_buffer_finish(&a);
    ash_buffer_finish(&b);
    memory_test_end(&test);
}

static void a_buffer_that_is_kept_mapped_costs_no_map(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view view;
    memory_test_begin(&test, &fake_profiles[FAKE_INTEGRATED]);
    make(&test, &buffer, 4096);
    assert_int_equal(ash_buffer_keep_mapped(&buffer), ASH_OK);
    assert_int_equal(ash_buffer_keep_mapped(&buffer), ASH_OK);
    for (uint32_t i = 0; i < 10; i++) {
        open_view(&buffer, 0, 64, ASH_ACCESS_WRITE, &view);
        close_view(&view);
    }
    assert_int_equal(fake_device_calls(test.device, "vkMapMemory"), 1);
    assert_int_equal(fake_device_calls(test.device, "vkUnmapMemory"), 0);
    ash_buffer_finish(&buffer);
    assert_int_equal(fake_device_calls(test.device, "vkUnmapMemory"), 1);
    memory_test_end(&test);
}

static void ranges_outside_the_buffer_are_refused(void **state)
{
    (void)state;
    static const struct ash_view_params outside[] = {
        {.offset = 1000, .access = ASH_ACCESS_READ},
        {.offset = 1001, .access = ASH_ACCESS_READ},
        {.offset = 999, .size = 2, .access = ASH_ACCESS_READ},
        {.offset = 0, .size = 1001, .access = ASH_ACCESS_WRITE},
        {.offset = UINT64_MAX, .size = 2, .access = ASH_ACCESS_WRITE},
        {.offset = 2, .size = UINT64_MAX, .access = ASH_ACCESS_WRITE},
        {.offset = UINT64_MAX, .access = ASH_ACCESS_WRITE},
    };
    struct memory_test test;
    struct ash_buffer buffer;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    make(&test, &buffer, 1000);
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
        refused(&buffer, &outside[i], ASH_ERROR_OUT_OF_RANGE, "leaves the buffer");
    assert_int_equal(fake_device_calls(test.device, "vkMapMemory"), 0);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void elements_are_whole_and_aligned(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer small, buffer;
    struct ash_buffer_view view;
    memory_test_begin(&test, &fake_profiles[FAKE_SMALL_HEAP]); // asks for an alignment of 4 only
    make(&test, &small, 4);                                    // what follows would lie at 4
    make(&test, &buffer, 1001);
    struct ash_view_params part = {.size = 1001, .element_size = 4, .access = ASH_ACCESS_READ};
    refused(&buffer, &part, ASH_ERROR_OUT_OF_RANGE, "no whole elements");
    struct ash_view_params to_the_end = {.element_size = 16, .access = ASH_ACCESS_READ};
    refused(&buffer, &to_the_end, ASH_ERROR_OUT_OF_RANGE, "no whole elements");
    struct ash_view_params askew = {
        .offset = 8, .size = 32, .element_size = 16, .access = ASH_ACCESS_READ};
    refused(&buffer, &askew, ASH_ERROR_OUT_OF_RANGE, "not aligned");
    // Three floats need the alignment of one.
    struct ash_view_params floats = {
        .offset = 4, .size = 120, .element_size = 12, .access = ASH_ACCESS_READ_WRITE};
    assert_int_equal(ash_buffer_begin_view(&buffer, &floats, &view), ASH_OK);
    assert_int_equal((uintptr_t)view.data % 4, 0);
    float three[3] = {1.0f, 2.0f, 3.0f};
    catch_log_begin();
    assert_int_equal(ash_view_write(&view, 4, three, 12), ASH_ERROR_OUT_OF_RANGE);
    assert_int_equal(ash_view_write(&view, 0, three, 8), ASH_ERROR_OUT_OF_RANGE);
    assert_null(ash_view_at(&view, 13, 12));
    assert_int_equal(ash_view_read(&view, 12, three, 11), ASH_ERROR_OUT_OF_RANGE);
    assert_int_equal(catch_log_count_text("no whole elements"), 4);
    catch_log_end();
    assert_int_equal(ash_view_write(&view, 108, three, 12), ASH_OK);
    close_view(&view);
    for (VkDeviceSize element = 1; element <= 64; element++) {
        struct ash_view_params any = {
            .offset = 16, .size = element * 3, .element_size = element, .access = ASH_ACCESS_WRITE};
        VkDeviceSize alignment = element & (~element + 1);
        assert_int_equal(ash_buffer_begin_view(&buffer, &any, &view), ASH_OK);
        assert_int_equal((uintptr_t)view.data % (alignment > 16 ? 16 : alignment), 0);
        close_view(&view);
    }
    ash_buffer_finish(&buffer);
    ash_buffer_finish(&small);
    memory_test_end(&test);
}

static void access_is_checked(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view view;
    unsigned char byte = 1;
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    make(&test, &buffer, 100);
    open_view(&buffer, 10, 50, ASH_ACCESS_READ, &view);
    catch_log_begin();
    assert_int_equal(ash_view_write(&view, 0, &byte, 1), ASH_ERROR_OUT_OF_RANGE);
    assert_int_equal(ash_view_flush(&view, 0, 1), ASH_ERROR_OUT_OF_RANGE);
    assert_true(catch_log_has("opened for reading only"));
    assert_int_equal(ash_view_read(&view, 50, &byte, 1), ASH_ERROR_OUT_OF_RANGE);
    assert_int_equal(ash_view_read(&view, UINT64_MAX, &byte, 2), ASH_ERROR_OUT_OF_RANGE);
    assert_null(ash_view_at(&view, 49, 2));
    assert_non_null(ash_view_at(&view, 49, 1));
    assert_int_equal(ash_view_read(&view, 50, &byte, 0), ASH_OK);
    close_view(&view);
    open_view(&buffer, 0, 100, ASH_ACCESS_WRITE, &view);
    assert_int_equal(ash_view_read(&view, 0, &byte, 1), ASH_ERROR_OUT_OF_RANGE);
    assert_true(catch_log_has("opened for writing only"));
    assert_int_equal(ash_view_write(&view, 99, &byte, 2), ASH_ERROR_OUT_OF_RANGE);
    close_view(&view);
    // What has ended gives no access.
    assert_int_equal(ash_view_write(&view, 0, &byte, 1), ASH_ERROR_OUT_OF_RANGE);
    assert_int_equal(ash_view_read(&view, 0, &byte, 1), ASH_ERROR_OUT_OF_RANGE);
    assert_null(ash_view_at(&view, 0, 1));
    assert_true(catch_log_has("not open"));
    catch_log_end();
    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void two_writers_of_one_byte_are_refused(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view first, second;
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]);
    make(&test, &buffer, 100);
    struct ash_view_params write = {.offset = 40, .size = 20, .access = ASH_ACCESS_WRITE};
    struct ash_view_params read = {.offset = 59, .size = 20, .access = ASH_ACCESS_READ};
    open_view(&buffer, 40, 20, ASH_ACCESS_WRITE, &first);
    refused(&buffer, &write, ASH_NOT_READY, "overlaps");
    refused(&buffer, &read, ASH_NOT_READY, "overlaps");
    read.offset = 60;
    assert_int_equal(ash_buffer_begin_view(&buffer, &read, &second), ASH_OK);
    close_view(&first);
    write.offset = 41;
    refused(&buffer, &write, ASH_NOT_READY, "overlaps");
    // Readers may share.
    read.offset = 65;
    assert_int_equal(ash_buffer_begin_view(&buffer, &read, &first), ASH_OK);
    close_view(&first);
    close_view(&second);
    assert_int_equal(ash_buffer_begin_view(&buffer, &write, &second), ASH_OK);
    close_view(&second);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void no_more_views_than_may_be_are_opened(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view views[ASH_BUFFER_MAX_VIEWS];
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    make(&test, &buffer, 100);
    for (uint32_t i = 0; i < ASH_BUFFER_MAX_VIEWS; i++)
        open_view(&buffer, i, 1, ASH_ACCESS_WRITE, &views[i]);
    struct ash_view_params one_more = {.offset = 50, .size = 1, .access = ASH_ACCESS_READ};
    refused(&buffer, &one_more, ASH_NOT_READY, "as many views");
    close_view(&views[3]);
    open_view(&buffer, 50, 1, ASH_ACCESS_READ, &views[3]);
    for (uint32_t i = 0; i < ASH_BUFFER_MAX_VIEWS; i++)
        close_view(&views[i]);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

// Views that share an atom of memory that is not coherent: none undoes what another wrote.
static void views_beside_each_other_keep_what_each_wrote(void **state)
{
    (void)state;
    static const unsigned char expected[8] = {9, 9, 1, 1, 2, 2, 9, 9};
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view a, b, c;
    unsigned char found[8];
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]);
    make(&test, &buffer, 8);
    fake_device_write(test.device, buffer.buffer, 0, "\11\11\11\11\11\11\11\11", 8);
    open_view(&buffer, 2, 2, ASH_ACCESS_WRITE, &a);
    assert_int_equal(ash_view_write(&a, 0, "\7\7", 2), ASH_OK);
    assert_int_equal(ash_view_flush(&a, 0, 2), ASH_OK);
    assert_int_equal(ash_view_write(&a, 0, "\1\1", 2), ASH_OK);
    open_view(&buffer, 4, 2, ASH_ACCESS_WRITE, &b);
    open_view(&buffer, 6, 2, ASH_ACCESS_READ, &c);
    assert_int_equal(ash_view_read(&c, 0, found, 2), ASH_OK);
    assert_memory_equal(found, expected + 6, 2);
    assert_int_equal(ash_view_write(&b, 0, "\2\2", 2), ASH_OK);
    close_view(&b);
    close_view(&c);
    close_view(&a);
    fake_device_read(test.device, buffer.buffer, 0, found, 8);
    assert_memory_equal(found, expected, 8);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

// A view for reading that ends or begins in an atom which another view is writing reads all the
// same, and takes nothing from the writer.
static void a_reader_beside_a_writer_reads(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view reader, writer;
    unsigned char found[400], model[400];
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]);
    make(&test, &buffer, 600);
    memset(model, 3, sizeof(model));
    fake_device_write(test.device, buffer.buffer, 0, model, sizeof(model));
    open_view(&buffer, 400, 100, ASH_ACCESS_WRITE, &writer);
    memset(model, 4, 100);
    assert_int_equal(ash_view_write(&writer, 0, model, 100), ASH_OK);
    open_view(&buffer, 0, 400, ASH_ACCESS_READ, &reader);
    assert_int_equal(ash_view_read(&reader, 0, found, 400), ASH_OK);
    memset(model, 3, sizeof(model));
    assert_memory_equal(found, model, 400);
    close_view(&reader);
    open_view(&buffer, 500, 100, ASH_ACCESS_READ, &reader); // begins in the writer's atom
    close_view(&reader);
    close_view(&writer);
    fake_device_read(test.device, buffer.buffer, 400, found, 100);
    memset(model, 4, 100);
    assert_memory_equal(found, model, 100);
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void a_flush_shows_what_was_written_and_leaves_the_view_open(void **state)
{
    (void)state;
    for (int profile = 0; profile < FAKE_PROFILE_COUNT; profile++) {
        struct memory_test test;
        struct ash_buffer buffer;
        struct ash_buffer_view view;
        unsigned char found[3];
        memory_test_begin(&test, &fake_profiles[profile]);
        make(&test, &buffer, 700);
        open_view(&buffer, 0, 700, ASH_ACCESS_WRITE, &view);
        for (uint32_t i = 0; i < 20; i++) {
            unsigned char bytes[3] = {(unsigned char)i, (unsigned char)(i + 50), 7};
            assert_int_equal(ash_view_write(&view, i * 33, bytes, 3), ASH_OK);
            assert_int_equal(ash_view_flush(&view, i * 33, 3), ASH_OK);
            fake_device_read(test.device, buffer.buffer, i * 33, found, 3);
            assert_memory_equal(found, bytes, 3);
        }
        assert_int_equal(ash_view_flush(&view, 0, 0), ASH_OK);
        close_view(&view);
        ash_buffer_finish(&buffer);
        memory_test_end(&test);
    }
}

static void memory_that_the_cpu_cannot_reach_has_no_views(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_params params = {.size = 64,
                                       .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                                       .properties = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                                       .label = "viewed"};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_buffer_init(&buffer, test.allocator, &params), ASH_OK);
    assert_false(buffer.properties & VISIBLE);
    struct ash_view_params view = {.access = ASH_ACCESS_WRITE};
    refused(&buffer, &view, ASH_ERROR_UNSUPPORTED, "not host-visible");
    catch_log_begin();
    assert_int_equal(ash_buffer_keep_mapped(&buffer), ASH_ERROR_UNSUPPORTED);
    catch_log_end();
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void what_the_driver_refuses_leaves_no_view(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer;
    struct ash_buffer_view view;
    struct ash_view_params params = {.offset = 1, .size = 2, .access = ASH_ACCESS_READ_WRITE};
    struct fake_fault map = {"vkMapMemory", 1, 1, VK_ERROR_MEMORY_MAP_FAILED};
    struct fake_fault invalidate = {"vkInvalidateMappedMemoryRanges", 1, 1,
                                    VK_ERROR_OUT_OF_HOST_MEMORY};
    struct fake_fault flush = {"vkFlushMappedMemoryRanges", 1, 1, VK_ERROR_OUT_OF_DEVICE_MEMORY};
    memory_test_begin(&test, &fake_profiles[FAKE_MOBILE]);
    make(&test, &buffer, 100);
    catch_log_begin();
    fake_device_fail(test.device, &map);
    assert_int_equal(ash_buffer_begin_view(&buffer, &params, &view), ASH_ERROR_MAP_FAILED);
    assert_null(view.data);
    fake_device_fail(test.device, &invalidate);
    assert_int_equal(ash_buffer_begin_view(&buffer, &params, &view), ASH_ERROR_OUT_OF_HOST_MEMORY);
    assert_null(view.data);
    params.access = ASH_ACCESS_WRITE; // needs the bytes around it
    fake_device_fail(test.device, &invalidate);
    assert_int_equal(ash_buffer_begin_view(&buffer, &params, &view), ASH_ERROR_OUT_OF_HOST_MEMORY);
    fake_device_fail(test.device, &map);
    assert_int_equal(ash_buffer_keep_mapped(&buffer), ASH_ERROR_MAP_FAILED);
    struct fake_counts counts;
    fake_device_counts(test.device, &counts);
    assert_int_equal(counts.mapped_memories, 0);
    // A flush that fails closes the view all the same.
    assert_int_equal(ash_buffer_begin_view(&buffer, &params, &view), ASH_OK);
    assert_int_equal(ash_view_write(&view, 0, "ab", 2), ASH_OK);
    fake_device_fail(test.device, &flush);
    assert_int_equal(ash_buffer_end_view(&view), ASH_ERROR_OUT_OF_DEVICE_MEMORY);
    assert_null(view.data);
    fake_device_counts(test.device, &counts);
    assert_int_equal(counts.mapped_memories, 0);
    catch_log_end();
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

static void the_rules_of_views_are_checked(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_buffer buffer, none = {0};
    struct ash_buffer_view view, copy;
    struct ash_view_params nothing = {.size = 1};
    struct ash_view_params other = {.size = 1, .access = 4};
    struct ash_view_params read = {.size = 1, .access = ASH_ACCESS_READ};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    make(&test, &buffer, 100);
    assert_breaks_rule("reading, writing",
                       (void)(ash_buffer_begin_view(&buffer, &nothing, &view) == ASH_OK));
    assert_breaks_rule("reading, writing",
                       (void)(ash_buffer_begin_view(&buffer, &other, &view) == ASH_OK));
    assert_breaks_rule("has been made",
                       (void)(ash_buffer_begin_view(&none, &read, &view) == ASH_OK));
    open_view(&buffer, 0, 10, ASH_ACCESS_WRITE, &view);
    catch_log_begin();
    assert_breaks_rule("views end before", ash_buffer_finish(&buffer));
    assert_true(catch_log_has("\"viewed\""));
    catch_log_end();
    copy = view;
    close_view(&view);
    assert_breaks_rule("ends once", (void)(ash_buffer_end_view(&copy) == ASH_OK));
    ash_buffer_finish(&buffer);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_see_what_the_other_wrote),
        cmocka_unit_test(views_of_one_chunk_share_its_mapping),
        cmocka_unit_test(a_buffer_that_is_kept_mapped_costs_no_map),
        cmocka_unit_test(ranges_outside_the_buffer_are_refused),
        cmocka_unit_test(elements_are_whole_and_aligned),
        cmocka_unit_test(access_is_checked),
        cmocka_unit_test(two_writers_of_one_byte_are_refused),
        cmocka_unit_test(no_more_views_than_may_be_are_opened),
        cmocka_unit_test(views_beside_each_other_keep_what_each_wrote),
        cmocka_unit_test(a_reader_beside_a_writer_reads),
        cmocka_unit_test(a_flush_shows_what_was_written_and_leaves_the_view_open),
        cmocka_unit_test(memory_that_the_cpu_cannot_reach_has_no_views),
        cmocka_unit_test(what_the_driver_refuses_leaves_no_view),
        cmocka_unit_test(the_rules_of_views_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
