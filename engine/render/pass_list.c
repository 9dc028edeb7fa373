#include "engine/render/pass_list.h"

#include <stdlib.h>

#include "engine/assert.h"
#include "engine/context/debug.h"
#include "engine/context/observe.h"
#include "engine/log.h"
#include "engine/render/check.h"

// The marks that a frame passes: one at its begin, one after each prepare, one when drawing begins,
// one after each draw, one at its end.
static uint32_t prepared_mark(uint32_t index)
{
    return 1 + index;
}

static uint32_t drawn_mark(const struct ash_pass_list *list, uint32_t index)
{
    return 2 + list->count + index;
}

static uint32_t end_mark(uint32_t count)
{
    return 2 + 2 * count;
}

static enum ash_result init_pass(struct ash_pass *pass, const struct ash_pass_type *type,
                                 const struct ash_pass_env *env)
{
    pass->type = type;
    pass->state = calloc(1, type->state_size > 0 ? type->state_size : 1);
    if (pass->state == NULL)
        return ash_render_no_memory(type->name);
    pass->started = true;
    enum ash_result result = type->init != NULL ? type->init(pass->state, env) : ASH_OK;
    if (result != ASH_OK)
        ash_log(ASH_LOG_ERROR, "The pass \"%s\" could not be made: %s.", type->name,
                ash_result_name(result));
    return result;
}

enum ash_result ash_pass_list_init(struct ash_pass_list *list, const struct ash_pass_env *env,
                                   const struct ash_pass_type *const *types, uint32_t count,
                                   uint32_t slot_count)
{
    ASH_ASSERT(count <= ASH_STEP_MAX_PASSES);
    *list = (struct ash_pass_list){.env = *env};
    list->passes = calloc(count + 1, sizeof(*list->passes));
    list->times = calloc(count + 1, sizeof(*list->times));
    if (list->passes == NULL || list->times == NULL) {
        free(list->passes);
        free(list->times);
        *list = (struct ash_pass_list){0};
        return ash_render_no_memory("the list of passes");
    }
    enum ash_result result =
        ash_timer_init(&list->timer, env->context, slot_count, end_mark(count) + 1);
    if (result == ASH_OK)
        result = ash_black_box_init(&list->box, env->allocator);
    for (uint32_t i = 0; i < count && result == ASH_OK; i++) {
        list->count = i + 1;
        list->reads |= types[i]->reads;
        list->covers |= types[i]->covers;
        list->times[i].name = types[i]->name;
        result = init_pass(&list->passes[i], types[i], &list->env);
    }
    if (result != ASH_OK)
        ash_pass_list_finish(list);
    return result;
}

void ash_pass_list_finish(struct ash_pass_list *list)
{
    for (uint32_t i = list->count; i-- > 0;) {
        struct ash_pass *pass = &list->passes[i];
        if (pass->started && pass->type->finish != NULL)
            pass->type->finish(pass->state, &list->env);
        free(pass->state);
    }
    ash_black_box_finish(&list->box);
    ash_timer_finish(&list->timer);
    free(list->passes);
    free(list->times);
    *list = (struct ash_pass_list){0};
}

enum ash_result ash_pass_list_resize(struct ash_pass_list *list, VkExtent2D extent)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct ash_pass *pass = &list->passes[i];
        if (pass->type->resize == NULL)
            continue;
        enum ash_result result = pass->type->resize(pass->state, &list->env, extent);
        if (result != ASH_OK) {
            ash_log(ASH_LOG_ERROR, "The pass \"%s\" could not be resized to %u x %u: %s.",
                    pass->type->name, extent.width, extent.height, ash_result_name(result));
            return result;
        }
    }
    return ASH_OK;
}

static enum ash_result call_prepare(const struct ash_pass_list *list, const struct ash_pass *pass,
                                    struct ash_frame *frame)
{
    if ((pass->type->reads & list->unreadable) != 0)
        return ASH_ERROR_UNSUPPORTED;
    if (pass->type->prepare == NULL)
        return ASH_OK;
    ash_observe_phase(frame->context, frame->number, "prepare", pass->type->name, NULL);
    ash_debug_begin_label(frame->context, frame->commands, pass->type->name);
    enum ash_result result = pass->type->prepare(pass->state, &list->env, frame);
    ash_debug_end_label(frame->context, frame->commands);
    return result;
}

static void prepare_pass(const struct ash_pass_list *list, struct ash_pass *pass,
                         struct ash_frame *frame)
{
    enum ash_result result = call_prepare(list, pass, frame);
    // Once, not in every frame that it lasts; a pass that has nothing to show is no news.
    if (result != ASH_OK && result != ASH_NOT_READY && result != pass->prepared)
        ash_log(ASH_LOG_WARNING, "The pass \"%s\" is not drawn: preparing it failed with %s.",
                pass->type->name, ash_result_name(result));
    frame->stats.failures += result != ASH_OK && result != ASH_NOT_READY;
    pass->prepared = result;
}

void ash_pass_list_prepare(struct ash_pass_list *list, struct ash_frame *frame)
{
    ash_timer_begin(&list->timer, frame);
    ash_timer_mark(&list->timer, frame, 0);
    ash_black_box_note(&list->box, frame, ASH_STEP_BEGIN);
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->mark_passes)
            ash_black_box_note(&list->box, frame, ASH_STEP_PREPARE + i);
        prepare_pass(list, &list->passes[i], frame);
        ash_timer_mark(&list->timer, frame, prepared_mark(i));
    }
}

static void draw_pass(struct ash_pass_list *list, uint32_t index, struct ash_frame *frame,
                      struct ash_rendering *rendering)
{
    struct ash_pass *pass = &list->passes[index];
    if (pass->type->draw == NULL || pass->prepared != ASH_OK)
        return;
    ash_observe_phase(frame->context, frame->number, "draw", pass->type->name, NULL);
    ash_debug_begin_label(frame->context, frame->commands, pass->type->name);
    if (ash_rendering_pause(rendering, frame, pass->type->reads, list->mark_passes))
        ash_black_box_note(&list->box, frame, ASH_STEP_DRAW + index);
    ash_rendering_continue(rendering, frame, pass->type->reads);
    pass->type->draw(pass->state, &list->env, frame);
    ash_debug_end_label(frame->context, frame->commands);
}

void ash_pass_list_draw(struct ash_pass_list *list, struct ash_frame *frame,
                        struct ash_rendering *rendering)
{
    ash_timer_mark(&list->timer, frame, prepared_mark(list->count));
    for (uint32_t i = 0; i < list->count; i++) {
        draw_pass(list, i, frame, rendering);
        ash_timer_mark(&list->timer, frame, drawn_mark(list, i));
    }
}

void ash_pass_list_end(struct ash_pass_list *list, struct ash_frame *frame)
{
    ash_timer_mark(&list->timer, frame, end_mark(list->count));
}

void ash_pass_list_tell_lost(struct ash_pass_list *list, uint64_t completed)
{
    uint64_t number;
    uint32_t step;
    if (!ash_black_box_read(&list->box, &number, &step))
        return;
    bool draws = step >= ASH_STEP_DRAW;
    uint32_t index = step - (draws ? ASH_STEP_DRAW : ASH_STEP_PREPARE);
    if (number <= completed)
        ash_log(ASH_LOG_WARNING,
                "When the device was lost, the GPU had done frame %llu, and begun no other.",
                (unsigned long long)number);
    else if (step == ASH_STEP_BEGIN)
        ash_log(ASH_LOG_WARNING,
                "When the device was lost, the GPU was in frame %llu, uploading or preparing.",
                (unsigned long long)number);
    else
        ash_log(ASH_LOG_WARNING,
                "When the device was lost, the GPU was in frame %llu, %s the pass \"%s\"%s.",
                (unsigned long long)number, draws ? "drawing" : "preparing",
                list->passes[index].type->name, list->mark_passes ? "" : " or one that follows it");
}

static void tell_gpu_times(const struct ash_pass_list *list)
{
    const struct ash_timer *timer = &list->timer;
    const struct ash_observer *observer = timer->context->observer;
    if (observer == NULL || observer->gpu == NULL)
        return;
    for (uint32_t phase = 0; phase < 2; phase++) {
        for (uint32_t i = 0; i < list->count; i++) {
            uint32_t mark = phase == 0 ? prepared_mark(i) : drawn_mark(list, i);
            observer->gpu(observer->user, timer->measured, phase == 0 ? "prepare" : "draw",
                          list->passes[i].type->name, ash_timer_gpu_ms(timer, 0, mark - 1),
                          ash_timer_gpu_ms(timer, 0, mark));
        }
    }
}

double ash_pass_list_submitted(struct ash_pass_list *list)
{
    struct ash_timer *timer = &list->timer;
    ash_timer_submitted(timer);
    for (uint32_t i = 0; i < list->count; i++) {
        struct ash_pass_time *time = &list->times[i];
        uint32_t prepared = prepared_mark(i), drawn = drawn_mark(list, i);
        time->cpu_ms = ash_timer_cpu_ms(timer, prepared - 1, prepared) +
                       ash_timer_cpu_ms(timer, drawn - 1, drawn);
        time->gpu_ms = ash_timer_gpu_ms(timer, prepared - 1, prepared) +
                       ash_timer_gpu_ms(timer, drawn - 1, drawn);
        time->prepared = list->passes[i].prepared;
    }
    if (timer->measured != list->told) {
        list->told = timer->measured;
        tell_gpu_times(list);
    }
    return ash_timer_gpu_ms(timer, 0, end_mark(list->count));
}
