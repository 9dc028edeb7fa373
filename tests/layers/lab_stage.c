#define VOLK_IMPLEMENTATION // the engine keeps its own to itself
#include "tests/layers/lab_stage.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAYER "VK_LAYER_ASH_lab"

static bool open_device(struct stage *stage, const char *extension)
{
    const float priority = 1;
    const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                           .queueCount = 1,
                                           .pQueuePriorities = &priority};
    const VkDeviceCreateInfo device = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                       .queueCreateInfoCount = 1,
                                       .pQueueCreateInfos = &queue,
                                       .enabledExtensionCount = extension != NULL,
                                       .ppEnabledExtensionNames = &extension};
    if (vkCreateDevice(stage->physical_device, &device, NULL, &stage->device) != VK_SUCCESS)
        return false;
    volkLoadDevice(stage->device);
    vkGetDeviceQueue(stage->device, 0, 0, &stage->queue);
    const VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    return vkCreateCommandPool(stage->device, &pool, NULL, &stage->pool) == VK_SUCCESS;
}

bool stage_open(struct stage *stage, const char *extension)
{
    const char *const layer = LAYER;
    const VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                           .apiVersion = VK_API_VERSION_1_3};
    const VkInstanceCreateInfo instance = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                           .pApplicationInfo = &application,
                                           .enabledLayerCount = 1,
                                           .ppEnabledLayerNames = &layer};
    *stage = (struct stage){0};
    if (volkInitialize() != VK_SUCCESS ||
        vkCreateInstance(&instance, NULL, &stage->instance) != VK_SUCCESS)
        return false;
    volkLoadInstance(stage->instance);
    uint32_t count = 1;
    if (vkEnumeratePhysicalDevices(stage->instance, &count, &stage->physical_device) < 0)
        return false;
    vkGetPhysicalDeviceMemoryProperties(stage->physical_device, &stage->memory);
    return open_device(stage, extension);
}

void stage_close(struct stage *stage)
{
    vkDestroyCommandPool(stage->device, stage->pool, NULL);
    vkDestroyDevice(stage->device, NULL);
    vkDestroyInstance(stage->instance, NULL);
}

bool stage_buffer(struct stage *stage, uint32_t type, VkDeviceSize size, struct stage_buffer *out,
                  void **mapped)
{
    const VkBufferCreateInfo buffer = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                       .size = size,
                                       .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                                VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    const VkMemoryAllocateInfo memory = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                         .allocationSize = size,
                                         .memoryTypeIndex = type};
    return vkCreateBuffer(stage->device, &buffer, NULL, &out->buffer) == VK_SUCCESS &&
           vkAllocateMemory(stage->device, &memory, NULL, &out->memory) == VK_SUCCESS &&
           vkBindBufferMemory(stage->device, out->buffer, out->memory, 0) == VK_SUCCESS &&
           (mapped == NULL ||
            vkMapMemory(stage->device, out->memory, 0, VK_WHOLE_SIZE, 0, mapped) == VK_SUCCESS);
}

void stage_drop(struct stage *stage, struct stage_buffer *buffer)
{
    vkDestroyBuffer(stage->device, buffer->buffer, NULL);
    vkFreeMemory(stage->device, buffer->memory, NULL);
}

static VkCommandBuffer begin(struct stage *stage)
{
    VkCommandBuffer commands = VK_NULL_HANDLE;
    const VkCommandBufferAllocateInfo info = {.sType =
                                                  VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                              .commandPool = stage->pool,
                                              .commandBufferCount = 1};
    const VkCommandBufferBeginInfo once = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    if (vkAllocateCommandBuffers(stage->device, &info, &commands) == VK_SUCCESS)
        (void)vkBeginCommandBuffer(commands, &once);
    return commands;
}

static VkResult submit(struct stage *stage, VkCommandBuffer commands, bool wait)
{
    const VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                               .commandBufferCount = 1,
                               .pCommandBuffers = &commands};
    VkResult result = vkEndCommandBuffer(commands);
    if (result == VK_SUCCESS)
        result = vkQueueSubmit(stage->queue, 1, &info, VK_NULL_HANDLE);
    return result == VK_SUCCESS && wait ? vkQueueWaitIdle(stage->queue) : result;
}

VkResult stage_fill(struct stage *stage, VkBuffer buffer, uint32_t value, bool wait)
{
    VkCommandBuffer commands = begin(stage);
    vkCmdFillBuffer(commands, buffer, 0, VK_WHOLE_SIZE, value);
    return submit(stage, commands, wait);
}

VkResult stage_stamp(struct stage *stage, VkQueryPool pool)
{
    VkCommandBuffer commands = begin(stage);
    vkCmdResetQueryPool(commands, pool, 0, 1);
    vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool, 0);
    return submit(stage, commands, /*wait=*/true);
}

VkResult stage_copy(struct stage *stage, VkBuffer from, VkBuffer to, VkDeviceSize size)
{
    VkCommandBuffer commands = begin(stage);
    const VkBufferCopy all = {.size = size};
    vkCmdCopyBuffer(commands, from, to, 1, &all);
    return submit(stage, commands, /*wait=*/true);
}

char layer_log[8192];

int run(const char *fault, const char *pretend, int (*act)(void))
{
    char folder[] = "/tmp/lab_test_XXXXXX", path[sizeof(folder) + 4];
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/log", folder);
    pid_t child = fork();
    if (child == 0) {
        umask(0);                          // modes are the layer's
        signal(SIGSEGV, SIG_DFL);          // cmocka's would go on with the next test, here
        setenv("NODEVICE_SELECT", "1", 1); // no layer of Mesa's lies above
        setenv("VK_ADD_LAYER_PATH", ASH_BINARY_DIR "/layers", 1);
        setenv("ASH_LAB_FAULT", fault, 1);
        setenv("ASH_LAB_PRETEND", pretend, 1);
        setenv("ASH_LAB_COUNT", "1", 1);
        setenv("ASH_LAB_LOG", path, 1);
        exit(act());
    }
    int status = 0;
    waitpid(child, &status, 0);
    int file = open(path, O_RDONLY);
    struct stat made;
    bool shared = file >= 0 && (fstat(file, &made) != 0 || (made.st_mode & 0777) != 0600);
    ssize_t length = file >= 0 ? read(file, layer_log, sizeof(layer_log) - 1) : 0;
    layer_log[length > 0 ? length : 0] = '\0';
    if (file >= 0)
        close(file);
    unlink(path);
    rmdir(folder);
    if (shared)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
