#include "game/passes/texture.h"

static enum ash_result upload(struct ash_image *image, const struct ash_pass_env *env,
                              const void *pixels, VkDeviceSize size)
{
    const struct ash_upload_target target = {.image = image, .size = size};
    struct ash_buffer_view view;
    enum ash_result result = ash_upload_begin(env->upload, &target, &view);
    if (result != ASH_OK)
        return result;
    result = ash_view_write(&view, 0, pixels, size);
    const enum ash_result end_result = ash_upload_end(&view);
    return result != ASH_OK ? result : end_result;
}

enum ash_result texture_init(struct ash_image *image, const struct ash_pass_env *env,
                             const struct ash_image_params *params, const void *pixels,
                             VkDeviceSize size)
{
    enum ash_result result = ash_image_init(image, env->allocator, params);
    if (result != ASH_OK)
        return result;
    result = upload(image, env, pixels, size);
    if (result != ASH_OK)
        texture_finish(image, env);
    return result;
}

void texture_finish(struct ash_image *image, const struct ash_pass_env *env)
{
    ash_upload_forget(env->upload, NULL, image);
    ash_image_finish(image);
}
