// Labels: valgrind
//
// What the game tells of device memory: a snapshot knows owners, ages and what retires; the report
// is JSON whose sums are right.
#include "game/tools/memory_report.h"

#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory/buffer.h"
#include "tests/support/memory_test.h"

#define MIB (UINT64_C(1) << 20)

static struct ash_buffer make(struct memory_test *test, VkDeviceSize size, const char *label,
                              void *user)
{
    struct ash_buffer buffer;
    const struct ash_buffer_params params = {.size = size,
                                             .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                             .properties = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                                             .label = label,
                                             .user = user};
    assert_int_equal(ash_buffer_init(&buffer, test->allocator, &params), ASH_OK);
    return buffer;
}

static const struct memory_block *find(const struct memory_snapshot *snapshot, const char *label)
{
    for (uint32_t i = 0; i < snapshot->block_count; i++) {
        if (strcmp(snapshot->blocks[i].label, label) == 0)
            return &snapshot->blocks[i];
    }
    return NULL;
}

static void a_snapshot_knows_owners_ages_and_what_retires(void **state)
{
    (void)state;
    struct memory_test test;
    struct ash_retire *retire;
    struct memory_snapshot snapshot = {0};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_retire_create(test.context, &retire), ASH_OK);
    assert_true(memory_snapshot_take(&snapshot, test.allocator, retire, 1));
    assert_int_equal(snapshot.chunk_count, 0);

    const struct chunk_coord land = {-7, 3, 123456};
    struct ash_buffer far_land = make(&test, 3000, "terrain detail 2", memory_tag_of_chunk(land));
    struct ash_buffer staging = make(&test, MIB, "staging", NULL);
    assert_true(memory_snapshot_take(&snapshot, test.allocator, retire, 2));
    struct ash_buffer late = make(&test, 100, NULL, NULL);
    ash_retire_buffer(retire, &staging, 5);
    assert_true(memory_snapshot_take(&snapshot, test.allocator, retire, 10));

    const struct memory_block *block = find(&snapshot, "terrain detail 2");
    assert_non_null(block);
    assert_int_equal(block->owner, OWNER_TERRAIN_FAR);
    assert_true(block->has_chunk && block->seen_born && !block->retiring);
    assert_memory_equal(&block->coord, &land, sizeof(land));
    assert_float_equal(block->seen_since, 2, 0);
    uint32_t chunk = 99;
    assert_ptr_equal(memory_snapshot_find_terrain(&snapshot, land, &chunk), block);
    assert_int_equal(chunk, 0);
    assert_null(memory_snapshot_find_terrain(&snapshot, (struct chunk_coord){0}, &chunk));
    block = find(&snapshot, "staging");
    assert_true(block->retiring && !block->has_chunk);
    assert_float_equal(find(&snapshot, "(unnamed)")->seen_since, 10, 0);
    assert_int_equal(snapshot.retiring_count, 1);
    assert_true(snapshot.retiring_bytes >= MIB);

    ash_buffer_finish(&far_land);
    ash_buffer_finish(&late);
    ash_retire_destroy(retire);
    memory_snapshot_finish(&snapshot);
    memory_test_end(&test);
}

static void coordinates_survive_as_pointers(void **state)
{
    (void)state;
    static const int32_t values[] = {0, 1, -1, 31, -32, 100000, -100000, (1 << 28) - 1, -(1 << 28)};
    struct memory_test test;
    memory_test_begin(&test, &fake_profiles[FAKE_INTEGRATED]);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct chunk_coord land = {values[i], (int32_t)(i % COLUMN_CHUNKS),
                                         values[sizeof(values) / sizeof(values[0]) - 1 - i]};
        struct memory_snapshot snapshot = {0};
        struct ash_buffer buffer = make(&test, 64, "terrain detail 0", memory_tag_of_chunk(land));
        assert_true(memory_snapshot_take(&snapshot, test.allocator, NULL, 1));
        assert_true(snapshot.blocks[0].has_chunk);
        assert_memory_equal(&snapshot.blocks[0].coord, &land, sizeof(land));
        memory_snapshot_finish(&snapshot);
        ash_buffer_finish(&buffer);
    }
    memory_test_end(&test);
}

static double value(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(item))
        fail_msg("no number \"%s\"", name);
    return item->valuedouble;
}

static cJSON *read_report(const char *path)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    cJSON *report = cJSON_Parse(text);
    assert_non_null(report);
    return report;
}

static void same(double a, double b)
{
    assert_int_equal((uint64_t)a, (uint64_t)b);
}

// Blocks and free regions are the chunk; chunks are the heaps; all of it is the total.
static void check_sums(const cJSON *report)
{
    double reserved = 0, live = 0, heap_reserved = 0, heap_live = 0, largest = 0, retiring = 0;
    const cJSON *chunk, *block, *heap;
    cJSON_ArrayForEach(chunk, cJSON_GetObjectItemCaseSensitive(report, "chunks"))
    {
        double blocks = 0, behind = 0;
        cJSON_ArrayForEach(block, cJSON_GetObjectItemCaseSensitive(chunk, "blocks"))
        {
            assert_true(value(block, "offset") >= behind);
            behind = value(block, "offset") + value(block, "size_bytes");
            blocks += value(block, "size_bytes");
            retiring += cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(block, "retiring"));
        }
        assert_true(behind <= value(chunk, "size_bytes"));
        same(blocks, value(chunk, "live_bytes"));
        same(blocks + value(chunk, "free_bytes"), value(chunk, "size_bytes"));
        reserved += value(chunk, "size_bytes");
        live += blocks;
        if (value(chunk, "largest_free_bytes") > largest)
            largest = value(chunk, "largest_free_bytes");
    }
    cJSON_ArrayForEach(heap, cJSON_GetObjectItemCaseSensitive(report, "heaps"))
    {
        heap_reserved += value(heap, "reserved_bytes");
        heap_live += value(heap, "live_bytes");
        assert_true(value(heap, "budget_bytes") <= value(heap, "size_bytes"));
    }
    same(reserved, value(report, "reserved_bytes"));
    same(live, value(report, "live_bytes"));
    same(heap_reserved, reserved);
    same(heap_live, live);
    same(largest, value(report, "largest_free_bytes"));
    same(retiring, value(report, "retiring_blocks"));
}

static void the_report_adds_up(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    struct memory_test test;
    struct ash_retire *retire;
    struct ash_buffer buffers[COUNT];
    struct memory_snapshot snapshot = {0};
    memory_test_begin(&test, &fake_profiles[FAKE_DISCRETE]);
    assert_int_equal(ash_retire_create(test.context, &retire), ASH_OK);
    for (int i = 0; i < COUNT; i++)
        buffers[i] =
            make(&test, (VkDeviceSize)(i + 1) * 100003, i % 2 ? "staging" : "uniform ring", NULL);
    struct ash_buffer own = make(&test, 100 * MIB, "its own memory", NULL);
    for (int i = 0; i < COUNT; i += 3)
        ash_retire_buffer(retire, &buffers[i], (uint64_t)(i % 2)); // some wait, some are gone
    ash_retire_collect(retire, 0);
    struct ash_buffer_view view;
    const struct ash_view_params params = {.access = ASH_ACCESS_WRITE};
    assert_int_equal(ash_buffer_begin_view(&buffers[1], &params, &view), ASH_OK);

    assert_true(memory_snapshot_take(&snapshot, test.allocator, retire, 1));
    char path[512];
    snprintf(path, sizeof(path), "%s/memory_report_test.json", ASH_BINARY_DIR);
    assert_true(memory_report_write(&snapshot, "a \"device\"", path));
    cJSON *report = read_report(path);
    check_sums(report);
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(report, "device")->valuestring,
                        "a \"device\"");
    same(value(report, "open_views"), 1);
    assert_true(value(report, "retiring_blocks") >= 3);
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(report, "chunks")) >= 2);
    cJSON_Delete(report);

    assert_int_equal(ash_buffer_end_view(&view), ASH_OK);
    for (int i = 0; i < COUNT; i++)
        ash_buffer_finish(&buffers[i]);
    ash_buffer_finish(&own);
    ash_retire_destroy(retire);
    memory_snapshot_finish(&snapshot);
    memory_test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_knows_owners_ages_and_what_retires),
        cmocka_unit_test(coordinates_survive_as_pointers),
        cmocka_unit_test(the_report_adds_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
