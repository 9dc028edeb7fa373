// What the GPU notes of its steps, read after it stopped between two of them: the frame that is
// submitted ends there, as if the device had been lost.
//
// Labels: gpu
#include "engine/render/black_box.h"

#include "engine/render/frames.h"
#include "engine/render/pass_list.h"

#include "tests/support/catch.h"
#include "tests/support/render_fixture.h"

static const struct ash_pass_type sky = {.name = "sky"}, water = {.name = "water"};

struct stage {
    struct render_fixture fixture;
    struct ash_frames frames;
    struct ash_pass passes[2];
    struct ash_pass_list list;
    uint64_t completed;
};

static void open_stage(struct stage *stage)
{
    *stage = (struct stage){.passes = {{.type = &sky}, {.type = &water}}};
    render_fixture_open(&stage->fixture, NULL);
    struct ash_allocator *allocator = stage->fixture.allocator;
    assert_int_equal(ash_frames_init(&stage->frames, allocator, 2, 4096), ASH_OK);
    stage->list = (struct ash_pass_list){.passes = stage->passes, .count = 2};
    assert_int_equal(ash_black_box_init(&stage->list.box, allocator), ASH_OK);
}

static void close_stage(struct stage *stage)
{
    ash_black_box_finish(&stage->list.box);
    ash_frames_finish(&stage->frames);
    render_fixture_close(&stage->fixture);
}

// Submits a frame that gets as far as the last of these steps, and waits for it.
static void run_to(struct stage *stage, const uint32_t *steps, size_t count)
{
    struct ash_frame frame;
    assert_int_equal(ash_frames_wait_slot(&stage->frames), ASH_OK);
    assert_int_equal(ash_frames_begin(&stage->frames, &frame), ASH_OK);
    for (size_t i = 0; i < count; i++)
        ash_black_box_note(&stage->list.box, &frame, steps[i]);
    assert_int_equal(ash_frames_submit(&stage->frames, &frame, &(struct ash_frame_sync){0}),
                     ASH_OK);
    assert_int_equal(ash_frames_wait(&stage->frames, frame.number), ASH_OK);
}

static void assert_tells(struct stage *stage, const char *text)
{
    catch_log_begin();
    ash_pass_list_tell_lost(&stage->list, stage->completed);
    assert_int_equal(catch_log_count(ASH_LOG_WARNING), text != NULL);
    assert_true(text == NULL || catch_log_has(text));
    catch_log_end();
}

static void the_last_step_is_told(void **state)
{
    (void)state;
    static const uint32_t whole[] = {ASH_STEP_BEGIN, ASH_STEP_DRAW, ASH_STEP_DRAW + 1};
    struct stage stage;
    open_stage(&stage);
    assert_tells(&stage, NULL); // nothing was ever begun
    run_to(&stage, whole, 1);
    assert_tells(&stage, "in frame 1, uploading or preparing.");
    run_to(&stage, whole, 2);
    assert_tells(&stage, "was in frame 2, drawing the pass \"sky\" or one that follows it.");
    stage.completed = 2;
    assert_tells(&stage, "had done frame 2, and begun no other");
    stage.list.mark_passes = true;
    run_to(&stage, whole, 3);
    assert_tells(&stage, "was in frame 3, drawing the pass \"water\".");
    run_to(&stage, (const uint32_t[]){ASH_STEP_BEGIN, ASH_STEP_PREPARE + 1}, 2);
    assert_tells(&stage, "was in frame 4, preparing the pass \"water\".");
    close_stage(&stage);
}

static void a_box_that_was_never_made_tells_nothing(void **state)
{
    (void)state;
    struct ash_pass_list none = {0};
    catch_log_begin();
    ash_pass_list_tell_lost(&none, 0);
    assert_int_equal(catch_log_count(ASH_LOG_WARNING), 0);
    catch_log_end();
    ash_black_box_finish(&none.box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_step_is_told),
        cmocka_unit_test(a_box_that_was_never_made_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
