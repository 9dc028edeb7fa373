// Labels: valgrind
#include "engine/render/barrier.h"

#include <string.h>

#include "tests/support/catch.h"

#define WRITES                                                                                     \
    (VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_TRANSFER_WRITE_BIT |                     \
     VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_SHADER_WRITE_BIT |               \
     VK_ACCESS_2_HOST_WRITE_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT)

static bool is_of_images(const struct ash_barrier_info *info)
{
    return info->new_layout != VK_IMAGE_LAYOUT_UNDEFINED;
}

static void every_barrier_has_a_name_of_its_own_and_a_reason(void **state)
{
    (void)state;
    for (int i = 0; i < ASH_BARRIER_COUNT; i++) {
        const struct ash_barrier_info *info = ash_barrier_info((enum ash_barrier)i);
        assert_non_null(info->name);
        assert_true(strlen(info->reason) > 10);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(info->name, ash_barrier_info((enum ash_barrier)j)->name);
    }
    assert_string_equal(ash_barrier_info(ASH_BARRIER_COLOR_BEGIN)->name, "COLOR_BEGIN");
    assert_string_equal(ash_barrier_info(ASH_BARRIER_COPY_TO_HOST)->name, "COPY_TO_HOST");
}

// Only writes have to be made available, and none is made by what only reads.
static void sources_name_writes_only(void **state)
{
    (void)state;
    for (int i = 0; i < ASH_BARRIER_COUNT; i++) {
        const struct ash_barrier_info *info = ash_barrier_info((enum ash_barrier)i);
        assert_int_not_equal(info->source_stages, VK_PIPELINE_STAGE_2_NONE);
        assert_int_equal(info->source_access & ~(VkAccessFlags2)WRITES, 0);
        if (is_of_images(info) && info->old_layout == VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)
            assert_int_equal(info->source_access, 0);
    }
}

// What one barrier leaves, the next one finds: the rows that follow each other in a frame fit.
static void layouts_chain(void **state)
{
    (void)state;
    static const enum ash_barrier chains[][4] = {
        {ASH_BARRIER_COLOR_BEGIN, ASH_BARRIER_COLOR_TO_COPY, ASH_BARRIER_COPY_TO_COLOR,
         ASH_BARRIER_COLOR_TO_PRESENT},
        {ASH_BARRIER_COLOR_BEGIN, ASH_BARRIER_COLOR_CONTINUE, ASH_BARRIER_COLOR_TO_COPY,
         ASH_BARRIER_COPY_TO_PRESENT},
        {ASH_BARRIER_DEPTH_BEGIN, ASH_BARRIER_DEPTH_CONTINUE, ASH_BARRIER_DEPTH_TO_READ,
         ASH_BARRIER_READ_TO_DEPTH},
    };
    for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
        for (int j = 1; j < 4; j++) {
            const struct ash_barrier_info *before = ash_barrier_info(chains[i][j - 1]);
            const struct ash_barrier_info *after = ash_barrier_info(chains[i][j]);
            assert_int_equal(before->new_layout, after->old_layout);
            // The stages that may use the image after the one are those the other waits for.
            assert_int_equal(after->source_stages & ~before->destination_stages, 0);
        }
    }
    assert_int_equal(ash_barrier_info(ASH_BARRIER_COPY_BEGIN)->new_layout,
                     ash_barrier_info(ASH_BARRIER_COPY_TO_SAMPLED)->old_layout);
    assert_int_equal(ash_barrier_info(ASH_BARRIER_TARGET_BEGIN)->new_layout,
                     ash_barrier_info(ASH_BARRIER_TARGET_TO_SAMPLED)->old_layout);
}

// A wait for the acquired image happens in the colour stage: the barrier must start there.
static void the_frames_first_barrier_waits_for_the_acquired_image(void **state)
{
    (void)state;
    const struct ash_barrier_info *info = ash_barrier_info(ASH_BARRIER_COLOR_BEGIN);
    assert_true((info->source_stages & VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT) != 0);
    assert_int_equal(info->old_layout, VK_IMAGE_LAYOUT_UNDEFINED);
}

static void barriers_of_images_and_of_memory_are_not_mixed_up(void **state)
{
    (void)state;
    struct ash_context context = {0};
    assert_breaks_rule("one of memory",
                       ash_barrier_image(&context, VK_NULL_HANDLE, ASH_BARRIER_COPY_TO_HOST,
                                         VK_NULL_HANDLE, VK_IMAGE_ASPECT_COLOR_BIT));
    assert_breaks_rule("one of images",
                       ash_barrier_memory(&context, VK_NULL_HANDLE, ASH_BARRIER_COLOR_BEGIN));
    assert_breaks_rule("ASH_BARRIER_COUNT", (void)ash_barrier_info(ASH_BARRIER_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_barrier_has_a_name_of_its_own_and_a_reason),
        cmocka_unit_test(sources_name_writes_only),
        cmocka_unit_test(layouts_chain),
        cmocka_unit_test(the_frames_first_barrier_waits_for_the_acquired_image),
        cmocka_unit_test(barriers_of_images_and_of_memory_are_not_mixed_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
