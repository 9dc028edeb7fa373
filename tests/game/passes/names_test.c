// Labels: gpu
//
// What a debugger of frames shows: every Vulkan object that a game makes has a name, and every pass
// its span of commands. Seen from between the engine and the driver.
#include "game/passes/passes.h"
#include "game/scene/scene.h"
#include "game/world/terrain/terrain.h"
#include "game/world/world.h"

#include "tests/support/test.h"

#include <volk.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

extern const struct ash_shader cinder_shaders[]; // made by cmake/AshShaders.cmake
extern const uint32_t cinder_shaders_count;

enum { SIDE = 64, RADIUS = 1, SEED = 1, MOST_OBJECTS = 8192, MOST_LABELS = 4096 };

#define PASS(name) &name##_pass,
static const struct ash_pass_type *const passes[] = {PASSES(PASS)};
#undef PASS
enum { PASS_COUNT = sizeof(passes) / sizeof(passes[0]) };

static struct object {
    uint64_t handle;
    const char *call; // that made it
    bool named;
} objects[MOST_OBJECTS];
static uint32_t object_count;
static const struct ash_pass_type *labelled[MOST_LABELS];
static uint32_t label_count, open_labels;

// Handles of destroyed objects come again.
static struct object *find(uint64_t handle)
{
    for (uint32_t i = 0; i < object_count; i++) {
        if (objects[i].handle == handle)
            return &objects[i];
    }
    assert_true(object_count < MOST_OBJECTS);
    objects[object_count].handle = handle;
    return &objects[object_count++];
}

static void note(VkResult vk_result, uint64_t handle, const char *call)
{
    if (vk_result != VK_SUCCESS)
        return;
    struct object *object = find(handle);
    // One that was never named and was destroyed meanwhile still counts.
    if (object->call == NULL || object->named)
        *object = (struct object){.handle = handle, .call = call};
}

// Every call that makes one object; pipelines and command buffers come in numbers.
#define MAKERS(X)                                                                                  \
    X(AllocateMemory, VkMemoryAllocateInfo, VkDeviceMemory)                                        \
    X(CreateBuffer, VkBufferCreateInfo, VkBuffer)                                                  \
    X(CreateImage, VkImageCreateInfo, VkImage)                                                     \
    X(CreateImageView, VkImageViewCreateInfo, VkImageView)                                         \
    X(CreateSampler, VkSamplerCreateInfo, VkSampler)                                               \
    X(CreateShaderModule, VkShaderModuleCreateInfo, VkShaderModule)                                \
    X(CreatePipelineCache, VkPipelineCacheCreateInfo, VkPipelineCache)                             \
    X(CreatePipelineLayout, VkPipelineLayoutCreateInfo, VkPipelineLayout)                          \
    X(CreateDescriptorSetLayout, VkDescriptorSetLayoutCreateInfo, VkDescriptorSetLayout)           \
    X(CreateDescriptorPool, VkDescriptorPoolCreateInfo, VkDescriptorPool)                          \
    X(CreateCommandPool, VkCommandPoolCreateInfo, VkCommandPool)                                   \
    X(CreateQueryPool, VkQueryPoolCreateInfo, VkQueryPool)                                         \
    X(CreateSemaphore, VkSemaphoreCreateInfo, VkSemaphore)                                         \
    X(CreateFence, VkFenceCreateInfo, VkFence)

#define DEFINE(call, info, type)                                                                   \
    static PFN_vk##call real_##call;                                                               \
    static VKAPI_ATTR VkResult VKAPI_CALL noted_##call(                                            \
        VkDevice device, const info *in, const VkAllocationCallbacks *callbacks, type *out)        \
    {                                                                                              \
        VkResult vk_result = real_##call(device, in, callbacks, out);                              \
        note(vk_result, (uint64_t)*out, "vk" #call);                                               \
        return vk_result;                                                                          \
    }
MAKERS(DEFINE)
#undef DEFINE

static PFN_vkCreateGraphicsPipelines real_graphics;
static VKAPI_ATTR VkResult VKAPI_CALL noted_graphics(VkDevice device, VkPipelineCache cache,
                                                     uint32_t count,
                                                     const VkGraphicsPipelineCreateInfo *in,
                                                     const VkAllocationCallbacks *callbacks,
                                                     VkPipeline *out)
{
    VkResult vk_result = real_graphics(device, cache, count, in, callbacks, out);
    for (uint32_t i = 0; i < count; i++)
        note(vk_result, (uint64_t)out[i], "vkCreateGraphicsPipelines");
    return vk_result;
}

static PFN_vkAllocateCommandBuffers real_commands;
static VKAPI_ATTR VkResult VKAPI_CALL noted_commands(VkDevice device,
                                                     const VkCommandBufferAllocateInfo *in,
                                                     VkCommandBuffer *out)
{
    VkResult vk_result = real_commands(device, in, out);
    for (uint32_t i = 0; i < in->commandBufferCount; i++)
        note(vk_result, (uint64_t)out[i], "vkAllocateCommandBuffers");
    return vk_result;
}

static PFN_vkSetDebugUtilsObjectNameEXT real_name;
static VKAPI_ATTR VkResult VKAPI_CALL noted_name(VkDevice device,
                                                 const VkDebugUtilsObjectNameInfoEXT *info)
{
    assert_true(info->pObjectName[0] != '\0');
    find(info->objectHandle)->named = true;
    return real_name(device, info);
}

static PFN_vkCmdBeginDebugUtilsLabelEXT real_begin;
static VKAPI_ATTR void VKAPI_CALL noted_begin(VkCommandBuffer commands,
                                              const VkDebugUtilsLabelEXT *label)
{
    open_labels++;
    for (uint32_t i = 0; i < PASS_COUNT && label_count < MOST_LABELS; i++) {
        if (strcmp(passes[i]->name, label->pLabelName) == 0)
            labelled[label_count++] = passes[i];
    }
    real_begin(commands, label);
}

static PFN_vkCmdEndDebugUtilsLabelEXT real_end;
static VKAPI_ATTR void VKAPI_CALL noted_end(VkCommandBuffer commands)
{
    assert_true(open_labels > 0);
    open_labels--;
    real_end(commands);
}

static PFN_vkGetDeviceProcAddr real_device_entry;
static PFN_vkGetInstanceProcAddr real_entry;

// The function in our stead, and the real one put aside.
#define INSTEAD(real_one, ours, type)                                                              \
    do {                                                                                           \
        real_one = (type)function;                                                                 \
        return (PFN_vkVoidFunction)ours;                                                           \
    } while (0)

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_entry(VkDevice device, const char *name)
{
    PFN_vkVoidFunction function = real_device_entry(device, name);
#define LOOK(call, info, type)                                                                     \
    if (strcmp(name, "vk" #call) == 0)                                                             \
        INSTEAD(real_##call, noted_##call, PFN_vk##call);
    MAKERS(LOOK)
#undef LOOK
    if (strcmp(name, "vkCreateGraphicsPipelines") == 0)
        INSTEAD(real_graphics, noted_graphics, PFN_vkCreateGraphicsPipelines);
    if (strcmp(name, "vkAllocateCommandBuffers") == 0)
        INSTEAD(real_commands, noted_commands, PFN_vkAllocateCommandBuffers);
    return function;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL entry(VkInstance instance, const char *name)
{
    PFN_vkVoidFunction function = real_entry(instance, name);
    if (function == NULL)
        return NULL;
    if (strcmp(name, "vkGetDeviceProcAddr") == 0)
        INSTEAD(real_device_entry, device_entry, PFN_vkGetDeviceProcAddr);
    if (strcmp(name, "vkSetDebugUtilsObjectNameEXT") == 0)
        INSTEAD(real_name, noted_name, PFN_vkSetDebugUtilsObjectNameEXT);
    if (strcmp(name, "vkCmdBeginDebugUtilsLabelEXT") == 0)
        INSTEAD(real_begin, noted_begin, PFN_vkCmdBeginDebugUtilsLabelEXT);
    if (strcmp(name, "vkCmdEndDebugUtilsLabelEXT") == 0)
        INSTEAD(real_end, noted_end, PFN_vkCmdEndDebugUtilsLabelEXT);
    return function;
}

static void fill_scene(struct scene *scene, struct world *world, struct block_coord spawn)
{
    *scene = (struct scene){.world = world};
    scene->camera.x = spawn.x;
    scene->camera.y = spawn.y + 4.0;
    scene->camera.z = spawn.z;
    scene->camera.field_of_view = 1.2f;
    scene->camera.under_water = true; // so that the effect over the picture is drawn
    scene->hud = (struct scene_hud){.visible = true,
                                    .performance = true,
                                    .memory = true,
                                    .loading = 1.0f,
                                    .scale = 1.0f,
                                    .target = {.hit = true, .at = spawn}};
    scene_set_camera(&scene->camera, 1.0f);
    scene_set_light(&scene->light, 0.5f, RADIUS * CHUNK_SIZE, true);
}

// Everything that a game makes: all passes, uploads, a picture read back.
static void play(struct ash_context *context)
{
    static struct pass_resources resources;
    static uint8_t pixels[SIDE * SIDE * 4];
    static struct scene scene;
    const VkExtent2D extent = {SIDE, SIDE};
    struct ash_allocator *allocator;
    struct ash_renderer *renderer;
    struct jobs *jobs = jobs_create(1);
    const struct block_coord spawn = terrain_spawn(SEED);
    struct world *world = world_create(&(struct world_params){
        .seed = SEED, .radius = RADIUS, .jobs = jobs, .deterministic = true});
    assert_true(jobs != NULL && world != NULL);
    assert_true(world_complete(world, (float)spawn.x, (float)spawn.z));
    fill_scene(&scene, world, spawn);
    assert_int_equal(
        ash_allocator_create(&(struct ash_allocator_params){.context = context}, &allocator),
        ASH_OK);
    assert_int_equal(
        ash_renderer_create(&(struct ash_renderer_params){.context = context,
                                                          .allocator = allocator,
                                                          .passes = passes,
                                                          .pass_count = PASS_COUNT,
                                                          .shaders = cinder_shaders,
                                                          .shader_count = cinder_shaders_count,
                                                          .extent = extent,
                                                          .game = &resources},
                            &renderer),
        ASH_OK);
    ash_renderer_measure_gpu(renderer, true);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ash_renderer_draw(renderer, &scene, extent), ASH_OK);
    assert_int_equal(ash_renderer_reload(renderer, "sky"), ASH_OK);
    assert_int_equal(ash_renderer_draw(renderer, &scene, extent), ASH_OK);
    assert_int_equal(ash_renderer_read_pixels(renderer, pixels, sizeof(pixels)), ASH_OK);
    ash_renderer_destroy(renderer);
    ash_allocator_destroy(allocator);
    world_destroy(world);
    jobs_destroy(jobs);
}

static void everything_has_a_name(void **state)
{
    (void)state;
    uint32_t made = 0, nameless = 0;
    for (uint32_t i = 0; i < object_count; i++) {
        if (objects[i].call == NULL)
            continue; // what Vulkan gives without being asked, such as queues
        made++;
        nameless += !objects[i].named;
        if (!objects[i].named)
            print_message("nameless: what %s made\n", objects[i].call);
    }
    assert_true(made > 50);
    assert_int_equal(nameless, 0);
}

static void every_pass_has_its_span(void **state)
{
    (void)state;
    assert_int_equal(open_labels, 0);
    for (uint32_t i = 0; i < PASS_COUNT; i++) {
        bool found = false;
        for (uint32_t j = 0; j < label_count; j++)
            found = found || labelled[j] == passes[i];
        if (!found)
            fail_msg("the pass %s has no span of commands", passes[i]->name);
    }
}

static int setup(void **state)
{
    (void)state;
    struct ash_context *context;
    void *loader = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_NODELETE);
    assert_non_null(loader);
    *(void **)&real_entry = dlsym(loader, "vkGetInstanceProcAddr"); // as POSIX has it
    assert_non_null(real_entry);
    assert_int_equal(
        ash_context_create(&(struct ash_context_params){.get_instance_proc_addr = entry}, &context),
        ASH_OK);
    assert_true(context->debug_utils);
    assert_true(find((uint64_t)context->graphics.queue)->named);
    play(context);
    ash_context_destroy(context);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_has_a_name),
        cmocka_unit_test(every_pass_has_its_span),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
