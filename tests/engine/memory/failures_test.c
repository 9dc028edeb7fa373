// Labels: valgrind
// Every function of engine/memory that asks the host or the driver for something: whichever of its
// requests fails, it says so by the right code, and everything is as it was, to the last free
// region.
#include "engine/memory/allocator_internal.h"

#include <string.h>

#include "engine/memory/optional/check.h"
#include "engine/memory/optional/growth.h"
#include "engine/memory/optional/many.h"
#include "engine/memory/optional/report.h"
#include "engine/memory/retire.h"
#include "engine/memory/upload.h"
#include "tests/support/catch.h"
#include "tests/support/failing_host.h"
#include "tests/support/memory_state.h"
#include "tests/support/memory_test.h"

// What the calls below are made with. Its memory is not coherent, so that views flush.
struct fixture {
    struct memory_test test;
    struct ash_memory_block kept[3];
    struct ash_buffer visible, local; // of their own
    struct ash_upload *ring, *direct;
    // What a call makes, for its undo.
    struct ash_memory_block blocks[3];
    struct ash_buffer buffer;
    struct ash_image image;
    struct ash_buffer_view view;
    struct ash_upload *upload;
    struct ash_retire *retire;
    struct ash_allocator *allocator;
};

enum { TYPE_LOCAL = 1, TYPE_VISIBLE = 2 }; // bits of FAKE_MOBILE's memory types

static struct ash_alloc_params request(VkDeviceSize size, uint32_t type_bits, const char *label)
{
    return (struct ash_alloc_params){
        .requirements = {.size = size, .alignment = 64, .memoryTypeBits = type_bits},
        .label = label};
}

static enum ash_result make_buffer(struct fixture *fixture, VkMemoryPropertyFlags properties,
                                   VkDeviceSize size, struct ash_buffer *out)
{
    const struct ash_buffer_params params = {.size = size,
                                             .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                             .properties = properties,
                                             .label = "a buffer"};
    return ash_buffer_init(out, fixture->test.allocator, &params);
}

// ---- everything there is

static void add_upload(struct memory_state *state, const struct ash_upload *upload)
{
    struct ash_upload_stats stats;
    ash_upload_stats(upload, &stats);
    memory_state_add(state, "upload: %llu of %llu, %llu bytes, %llu copies, %llu direct\n",
                     (unsigned long long)stats.ring_used, (unsigned long long)stats.ring_size,
                     (unsigned long long)stats.bytes_uploaded, (unsigned long long)stats.copies,
                     (unsigned long long)stats.direct_writes);
}

// The books of arenas, which stay.
static uint64_t count_books(const struct ash_allocator *allocator)
{
    uint64_t count = 0;
    for (uint32_t i = 1; i <= ASH_ARENA_COUNT; i++) {
        const struct ash_arena *arena = ash_arena_at(allocator, i);
        count += arena != NULL;
        for (uint32_t set = 0; arena != NULL && set < VK_MAX_MEMORY_TYPES * ASH_CLASS_COUNT; set++)
            count += arena->regions[set / ASH_CLASS_COUNT][set % ASH_CLASS_COUNT] != NULL;
    }
    return count;
}

static void look(struct fixture *fixture, struct memory_state *state)
{
    memory_state_look(&fixture->test, state);
    add_upload(state, fixture->ring);
    add_upload(state, fixture->direct);
    memory_state_add(state, "views: %u, %u\n", fixture->visible.open_views,
                     fixture->local.open_views);
    memory_state_add(
        state, "host: %llu\n",
        (unsigned long long)(failing_host_living() - count_books(fixture->test.allocator)));
}

// ---- the calls, each with what takes it back

static enum ash_result alloc_from_a_region(struct fixture *fixture)
{
    const struct ash_alloc_params params = request(1000, TYPE_LOCAL, "named");
    return ash_allocator_alloc(fixture->test.allocator, &params, &fixture->blocks[0]);
}

static enum ash_result alloc_from_a_new_chunk(struct fixture *fixture)
{
    const struct ash_alloc_params params = request(63 << 20, TYPE_LOCAL, "named");
    return ash_allocator_alloc(fixture->test.allocator, &params, &fixture->blocks[0]);
}

static enum ash_result alloc_from_a_spare_chunk(struct fixture *fixture)
{
    enum ash_result result = ash_allocator_grow(fixture->test.allocator, 0);
    if (result == ASH_OK)
        result = alloc_from_a_new_chunk(fixture);
    if (result != ASH_OK)
        ash_allocator_trim(fixture->test.allocator);
    return result;
}

static enum ash_result alloc_dedicated(struct fixture *fixture)
{
    struct ash_alloc_params params = request(5000, TYPE_LOCAL, "named");
    params.dedicated = true;
    return ash_allocator_alloc(fixture->test.allocator, &params, &fixture->blocks[0]);
}

static enum ash_result alloc_many(struct fixture *fixture)
{
    struct ash_alloc_params params[3] = {request(1000, TYPE_LOCAL, "one"),
                                         request(64 << 20, TYPE_VISIBLE, "two"),
                                         request(3000, TYPE_LOCAL, "three")};
    params[2].dedicated = true;
    enum ash_result result =
        ash_allocator_alloc_many(fixture->test.allocator, params, 3, fixture->blocks);
    ash_allocator_trim(fixture->test.allocator); // what a block that was freed has left empty
    return result;
}

static void free_blocks(struct fixture *fixture)
{
    assert_int_equal(ash_allocator_free_many(fixture->test.allocator, fixture->blocks, 3), ASH_OK);
    ash_allocator_trim(fixture->test.allocator);
}

static enum ash_result set_label(struct fixture *fixture)
{
    return ash_allocator_set_label(fixture->test.allocator, &fixture->kept[1], "renamed", fixture);
}

static void unset_label(struct fixture *fixture)
{
    assert_int_equal(
        ash_allocator_set_label(fixture->test.allocator, &fixture->kept[1], NULL, NULL), ASH_OK);
}

static enum ash_result visit(struct fixture *fixture)
{
    const struct ash_memory_visitor nobody = {0};
    return ash_allocator_visit(fixture->test.allocator, &nobody);
}

static enum ash_result check(struct fixture *fixture)
{
    return ash_allocator_check(fixture->test.allocator) ? ASH_OK : ASH_ERROR_OUT_OF_HOST_MEMORY;
}

static enum ash_result grow(struct fixture *fixture)
{
    return ash_allocator_grow(fixture->test.allocator, 0);
}

static void trim(struct fixture *fixture)
{
    ash_allocator_trim(fixture->test.allocator);
}

static enum ash_result map(struct fixture *fixture)
{
    void *data = fixture;
    enum ash_result result = ash_allocator_map(fixture->test.allocator, &fixture->kept[2], &data);
    assert_int_equal(data != NULL, result == ASH_OK);
    return result;
}

static void unmap(struct fixture *fixture)
{
    ash_allocator_unmap(fixture->test.allocator, &fixture->kept[2]);
}

static enum ash_result create_allocator(struct fixture *fixture)
{
    const struct ash_allocator_params params = {.context = fixture->test.context};
    enum ash_result result = ash_allocator_create(&params, &fixture->allocator);
    assert_int_equal(fixture->allocator != NULL, result == ASH_OK);
    return result;
}

static void destroy_allocator(struct fixture *fixture)
{
    ash_allocator_destroy(fixture->allocator);
}

static enum ash_result init_buffer(struct fixture *fixture)
{
    memset(&fixture->buffer, 0xff, sizeof(fixture->buffer));
    return make_buffer(fixture, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, 100, &fixture->buffer);
}

static enum ash_result init_large_buffer(struct fixture *fixture)
{
    memset(&fixture->buffer, 0xff, sizeof(fixture->buffer));
    return make_buffer(fixture, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 200 << 20, &fixture->buffer);
}

static void finish_buffer(struct fixture *fixture)
{
    ash_buffer_finish(&fixture->buffer);
    ash_allocator_trim(fixture->test.allocator);
}

static enum ash_result init_image(struct fixture *fixture)
{
    const struct ash_image_params params = {.extent = {64, 64},
                                            .format = VK_FORMAT_R8G8B8A8_UNORM,
                                            .usage = VK_IMAGE_USAGE_SAMPLED_BIT,
                                            .label = "an image"};
    memset(&fixture->image, 0xff, sizeof(fixture->image));
    return ash_image_init(&fixture->image, fixture->test.allocator, &params);
}

static void finish_image(struct fixture *fixture)
{
    ash_image_finish(&fixture->image);
    ash_allocator_trim(fixture->test.allocator);
}

static enum ash_result begin_view(struct fixture *fixture)
{
    const struct ash_view_params params = {.access = ASH_ACCESS_READ_WRITE};
    return ash_buffer_begin_view(&fixture->visible, &params, &fixture->view);
}

static void end_view(struct fixture *fixture)
{
    assert_int_equal(ash_buffer_end_view(&fixture->view), ASH_OK);
}

static enum ash_result keep_mapped(struct fixture *fixture)
{
    return ash_buffer_keep_mapped(&fixture->visible);
}

static void make_visible_anew(struct fixture *fixture)
{
    ash_buffer_finish(&fixture->visible);
    assert_int_equal(
        make_buffer(fixture, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, 1000, &fixture->visible), ASH_OK);
}

static enum ash_result create_upload(struct fixture *fixture)
{
    const struct ash_upload_params params = {.size = 65536, .path = ASH_UPLOAD_TRANSFER_QUEUE};
    enum ash_result result = ash_upload_create(fixture->test.allocator, &params, &fixture->upload);
    assert_int_equal(fixture->upload != NULL, result == ASH_OK);
    return result;
}

static void destroy_upload(struct fixture *fixture)
{
    ash_upload_destroy(fixture->upload);
    ash_allocator_trim(fixture->test.allocator);
}

static enum ash_result begin_upload(struct fixture *fixture)
{
    const struct ash_upload_target target = {.buffer = &fixture->local, .size = 100};
    enum ash_result result = ash_upload_begin(fixture->ring, &target, &fixture->view);
    ash_upload_reclaim(fixture->ring, 0); // what was dropped
    return result;
}

static void forget_upload(struct fixture *fixture)
{
    ash_upload_forget(fixture->ring, &fixture->local, NULL);
    assert_int_equal(ash_upload_end(&fixture->view), ASH_OK);
    ash_upload_reclaim(fixture->ring, 0);
}

static void make_upload(struct fixture *fixture, enum ash_upload_path path, struct ash_upload **out)
{
    const struct ash_upload_params params = {.size = 65536, .path = path};
    assert_int_equal(ash_upload_create(fixture->test.allocator, &params, out), ASH_OK);
}

static enum ash_result begin_direct_upload(struct fixture *fixture)
{
    const struct ash_upload_target target = {.buffer = &fixture->visible, .size = 100};
    return ash_upload_begin(fixture->direct, &target, &fixture->view);
}

static void end_direct_upload(struct fixture *fixture)
{
    assert_int_equal(ash_upload_end(&fixture->view), ASH_OK);
    make_visible_anew(fixture);
    ash_upload_destroy(fixture->direct); // it counts
    make_upload(fixture, ASH_UPLOAD_DIRECT, &fixture->direct);
}

static enum ash_result create_retire(struct fixture *fixture)
{
    enum ash_result result = ash_retire_create(fixture->test.context, &fixture->retire);
    assert_int_equal(fixture->retire != NULL, result == ASH_OK);
    return result;
}

static void destroy_retire(struct fixture *fixture)
{
    ash_retire_destroy(fixture->retire);
}

static const struct call {
    const char *name;
    enum ash_result (*run)(struct fixture *fixture);
    void (*undo)(struct fixture *fixture); // NULL: nothing to undo
} calls[] = {
    {"alloc, from a region", alloc_from_a_region, free_blocks},
    {"alloc, from a new chunk", alloc_from_a_new_chunk, free_blocks},
    {"alloc, from a spare chunk", alloc_from_a_spare_chunk, free_blocks},
    {"alloc, dedicated", alloc_dedicated, free_blocks},
    {"alloc_many", alloc_many, free_blocks},
    {"set_label", set_label, unset_label},
    {"visit", visit, NULL},
    {"check", check, NULL},
    {"grow", grow, trim},
    {"map", map, unmap},
    {"allocator_create", create_allocator, destroy_allocator},
    {"buffer_init", init_buffer, finish_buffer},
    {"buffer_init, large", init_large_buffer, finish_buffer},
    {"image_init", init_image, finish_image},
    {"begin_view", begin_view, end_view},
    {"keep_mapped", keep_mapped, make_visible_anew},
    {"upload_create", create_upload, destroy_upload},
    {"upload_begin", begin_upload, forget_upload},
    {"upload_begin, direct", begin_direct_upload, end_direct_upload},
    {"retire_create", create_retire, destroy_retire},
};

// ---- the walk

static void begin(struct fixture *fixture)
{
    static struct fake_profile profile;
    memset(fixture, 0, sizeof(*fixture));
    profile = fake_profiles[FAKE_MOBILE];
    profile.transfer_queue = true;
    profile.prefers_dedicated = 128 << 20;
    memory_test_begin(&fixture->test, &profile);
    struct ash_alloc_params params[] = {request(1 << 20, TYPE_LOCAL, "kept"),
                                        request(1 << 20, TYPE_LOCAL, NULL),
                                        request(1 << 10, TYPE_VISIBLE, "mapped")};
    struct ash_memory_block hole;
    assert_int_equal(ash_allocator_alloc(fixture->test.allocator, &params[0], &hole), ASH_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            ash_allocator_alloc(fixture->test.allocator, &params[i], &fixture->kept[i]), ASH_OK);
    assert_int_equal(ash_allocator_free(fixture->test.allocator, &hole), ASH_OK);
    // The buffer for views lies in a chunk that nothing else keeps mapped.
    make_upload(fixture, ASH_UPLOAD_GRAPHICS_QUEUE, &fixture->ring);
    make_upload(fixture, ASH_UPLOAD_DIRECT, &fixture->direct);
    assert_int_equal(
        make_buffer(fixture, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 1000, &fixture->local), ASH_OK);
    assert_int_equal(
        make_buffer(fixture, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, 1000, &fixture->visible), ASH_OK);
}

static void end(struct fixture *fixture)
{
    ash_buffer_finish(&fixture->visible);
    ash_buffer_finish(&fixture->local);
    ash_upload_destroy(fixture->direct);
    ash_upload_destroy(fixture->ring);
    assert_int_equal(ash_allocator_free_many(fixture->test.allocator, fixture->kept, 3), ASH_OK);
    memory_test_end(&fixture->test);
}

static void assert_as_before(struct fixture *fixture, const struct memory_state *before,
                             const struct call *call, uint64_t nth)
{
    static struct memory_state after;
    look(fixture, &after);
    memory_state_compare(before, &after, call->name, nth);
}

static bool is_zero(const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    while (size > 0 && *byte == 0) {
        byte++;
        size--;
    }
    return size == 0;
}

// What was to be made is all zero.
static void assert_nothing_made(const struct fixture *fixture)
{
    assert_true(is_zero(fixture->blocks, sizeof(fixture->blocks)));
    assert_true(is_zero(&fixture->view, sizeof(fixture->view)));
    assert_true(is_zero(&fixture->buffer, sizeof(fixture->buffer)));
    assert_true(is_zero(&fixture->image, sizeof(fixture->image)));
}

static void forget_what_was_made(struct fixture *fixture)
{
    memset(fixture->blocks, 0, sizeof(fixture->blocks));
    memset(&fixture->view, 0, sizeof(fixture->view));
    memset(&fixture->buffer, 0, sizeof(fixture->buffer));
    memset(&fixture->image, 0, sizeof(fixture->image));
}

// One call whose nth request fails, alone or with all that follow. False: it made no so many.
static bool fails(struct fixture *fixture, const struct call *call, uint64_t nth, bool alone,
                  VkResult driver)
{
    static struct memory_state before;
    bool host = driver == VK_SUCCESS;
    struct fake_fault fault = {NULL, nth, alone ? 1 : UINT64_MAX, driver};
    look(fixture, &before);
    forget_what_was_made(fixture);
    catch_log_begin();
    if (!host)
        fake_device_fail(fixture->test.device, &fault);
    else if (alone)
        failing_host_fail_once(nth);
    else
        failing_host_fail(nth);
    enum ash_result result = call->run(fixture);
    bool failed = host ? failing_host_failed() : fake_device_failed(fixture->test.device);
    failing_host_fail(0);
    fake_device_fail(fixture->test.device, &(struct fake_fault){0});
    bool said = catch_log_count(ASH_LOG_ERROR) + catch_log_count(ASH_LOG_WARNING) > 0;
    catch_log_end();
    if (result == ASH_OK) {
        if (call->undo)
            call->undo(fixture);
    } else {
        enum ash_result expected = host ? ASH_ERROR_OUT_OF_HOST_MEMORY : ash_result_from_vk(driver);
        if (!failed || result != expected)
            fail_msg("%s, request %llu: %s", call->name, (unsigned long long)nth,
                     ash_result_name(result));
        if (!said)
            fail_msg("%s, request %llu: nothing was said", call->name, (unsigned long long)nth);
        assert_nothing_made(fixture);
    }
    // There may have been another way; but not where all of the host's memory is gone.
    assert_true(result != ASH_OK || !failed || alone || !host);
    assert_as_before(fixture, &before, call, nth);
    return failed;
}

static void every_request_to_the_host(void **state)
{
    (void)state;
    static struct fixture fixture;
    uint32_t failures = 0;
    begin(&fixture);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        for (int alone = 0; alone < 2; alone++) {
            for (uint64_t nth = 1; fails(&fixture, &calls[i], nth, alone, VK_SUCCESS); nth++)
                failures++;
        }
    }
    assert_true(failures > 40);
    end(&fixture);
}

static void every_call_of_the_driver(void **state)
{
    (void)state;
    static const VkResult results[] = {VK_ERROR_OUT_OF_HOST_MEMORY, VK_ERROR_OUT_OF_DEVICE_MEMORY,
                                       VK_ERROR_DEVICE_LOST};
    static struct fixture fixture;
    uint32_t failures = 0;
    begin(&fixture);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        for (int kind = 0; kind < 6; kind++) {
            for (uint64_t nth = 1; fails(&fixture, &calls[i], nth, kind < 3, results[kind % 3]);
                 nth++)
                failures++;
        }
    }
    assert_true(failures > 200);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_to_the_host),
        cmocka_unit_test(every_call_of_the_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
