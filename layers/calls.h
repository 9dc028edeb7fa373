// The calls that can fail: every command of Vulkan 1.3 and of the window system's extensions that
// answers a VkResult which the specification lists errors for.
//
// A row is X(level, name, parameters, arguments, results, outputs):
//
//   level       D: the first parameter belongs to a device; I: to an instance; C: lab.c has it
//   name        without "vk"; one promoted from an extension answers to its old name, too
//   parameters  the first is always called `handle`
//   results     what it may answer besides VK_SUCCESS, as bits of enum lab_result
//   outputs     what becomes of them where `result` was injected
#ifndef LAYERS_CALLS_H
#define LAYERS_CALLS_H

#include <vulkan/vulkan_core.h>

#include <string.h>

// Errors first, and in the specification's order: the lowest one of a call is its first listed.
enum lab_result {
    LAB_HOST = 1 << 0,
    LAB_DEVICE = 1 << 1,
    LAB_INIT = 1 << 2,
    LAB_LOST = 1 << 3,
    LAB_MAP = 1 << 4,
    LAB_LAYER = 1 << 5,
    LAB_EXTENSION = 1 << 6,
    LAB_FEATURE = 1 << 7,
    LAB_DRIVER = 1 << 8,
    LAB_OBJECTS = 1 << 9,
    LAB_FORMAT = 1 << 10,
    LAB_FRAGMENTED = 1 << 11,
    LAB_POOL = 1 << 12,
    LAB_EXTERNAL = 1 << 13,
    LAB_FRAGMENTATION = 1 << 14,
    LAB_ADDRESS = 1 << 15,
    LAB_SURFACE = 1 << 16,
    LAB_WINDOW = 1 << 17,
    LAB_DATE = 1 << 18,
    LAB_NOT_READY = 1 << 19,
    LAB_TIMEOUT = 1 << 20,
    LAB_INCOMPLETE = 1 << 21,
    LAB_SUBOPTIMAL = 1 << 22,
};

#define LAB_MEMORY  (LAB_HOST | LAB_DEVICE)
#define LAB_QUEUE   (LAB_MEMORY | LAB_LOST)
#define LAB_LIST    (LAB_MEMORY | LAB_INCOMPLETE)
#define LAB_SHOW    (LAB_QUEUE | LAB_SURFACE | LAB_DATE | LAB_SUBOPTIMAL)
#define LAB_ACQUIRE (LAB_SHOW | LAB_NOT_READY | LAB_TIMEOUT)

// The specification leaves a failed call's output undefined: whoever uses it meets these bytes.
#define LAB_UNDEFINED(out) (void)(result < 0 ? memset((out), 0xDE, sizeof(*(out))) : NULL)
// Pipelines, command buffers and sets are null instead.
#define LAB_NULL(out, count) (void)memset((out), 0, (count) * sizeof(*(out)))
// Who asks for a count alone gets all of it.
#define LAB_COUNTED(out) result = result == VK_INCOMPLETE && (out) == NULL ? VK_SUCCESS : result
#define LAB_NOTHING      (void)0
// Who waits for the queries' results has them all.
#define LAB_WAITED(flags)                                                                          \
    result = result == VK_NOT_READY && ((flags)&VK_QUERY_RESULT_WAIT_BIT) != 0 ? VK_SUCCESS : result
// That there is no image yet is no answer to who waits for one for ever.
#define LAB_ACQUIRED(out, timeout, really)                                                         \
    do {                                                                                           \
        LAB_UNDEFINED(out);                                                                        \
        if (lab_never_yet(result, timeout))                                                        \
            result = (really);                                                                     \
    } while (0)

#define LAB_MAKE(X, level, parent, name, info, type, results)                                      \
    X(level, Create##name,                                                                         \
      (parent handle, const info *params, const VkAllocationCallbacks *host, type *out),           \
      (handle, params, host, out), results, LAB_UNDEFINED(out))
#define LAB_CREATE(X, name, results)                                                               \
    LAB_MAKE(X, D, VkDevice, name, Vk##name##CreateInfo, Vk##name, results)

// The window systems' structs are not looked into, and their headers not needed.
struct lab_surface_info;
#define LAB_CREATE_SURFACE(X, name)                                                                \
    LAB_MAKE(X, I, VkInstance, name, struct lab_surface_info, VkSurfaceKHR, LAB_MEMORY)

// clang-format off
#define LAB_CALLS(X) \
    X(C, CreateInstance, (), (), LAB_MEMORY | LAB_INIT | LAB_LAYER | LAB_EXTENSION | LAB_DRIVER, 0) \
    X(C, CreateDevice, (), (), LAB_QUEUE | LAB_INIT | LAB_EXTENSION | LAB_FEATURE | LAB_OBJECTS, 0) \
    X(I, EnumeratePhysicalDevices, (VkInstance handle, uint32_t *count, VkPhysicalDevice *out), \
      (handle, count, out), LAB_LIST | LAB_INIT, LAB_COUNTED(out)) \
    X(I, EnumeratePhysicalDeviceGroups, \
      (VkInstance handle, uint32_t *count, VkPhysicalDeviceGroupProperties *out), \
      (handle, count, out), LAB_LIST | LAB_INIT, LAB_COUNTED(out)) \
    X(I, EnumerateDeviceExtensionProperties, \
      (VkPhysicalDevice handle, const char *layer, uint32_t *count, VkExtensionProperties *out), \
      (handle, layer, count, out), LAB_LIST | LAB_LAYER, LAB_COUNTED(out)) \
    X(I, GetPhysicalDeviceToolProperties, \
      (VkPhysicalDevice handle, uint32_t *count, VkPhysicalDeviceToolProperties *out), \
      (handle, count, out), LAB_HOST | LAB_INCOMPLETE, LAB_COUNTED(out)) \
    X(I, GetPhysicalDeviceImageFormatProperties, \
      (VkPhysicalDevice handle, VkFormat format, VkImageType type, VkImageTiling tiling, \
       VkImageUsageFlags usage, VkImageCreateFlags flags, VkImageFormatProperties *out), \
      (handle, format, type, tiling, usage, flags, out), LAB_MEMORY | LAB_FORMAT, LAB_NOTHING) \
    X(I, GetPhysicalDeviceImageFormatProperties2, \
      (VkPhysicalDevice handle, const VkPhysicalDeviceImageFormatInfo2 *params, \
       VkImageFormatProperties2 *out), \
      (handle, params, out), LAB_MEMORY | LAB_FORMAT, LAB_NOTHING) \
    LAB_CREATE_SURFACE(X, XcbSurfaceKHR) \
    LAB_CREATE_SURFACE(X, XlibSurfaceKHR) \
    LAB_CREATE_SURFACE(X, WaylandSurfaceKHR) \
    LAB_CREATE_SURFACE(X, HeadlessSurfaceEXT) \
    X(I, GetPhysicalDeviceSurfaceSupportKHR, \
      (VkPhysicalDevice handle, uint32_t family, VkSurfaceKHR surface, VkBool32 *out), \
      (handle, family, surface, out), LAB_MEMORY | LAB_SURFACE, LAB_NOTHING) \
    X(I, GetPhysicalDeviceSurfaceCapabilitiesKHR, \
      (VkPhysicalDevice handle, VkSurfaceKHR surface, VkSurfaceCapabilitiesKHR *out), \
      (handle, surface, out), LAB_MEMORY | LAB_SURFACE, LAB_NOTHING) \
    X(I, GetPhysicalDevicePresentRectanglesKHR, \
      (VkPhysicalDevice handle, VkSurfaceKHR surface, uint32_t *count, VkRect2D *out), \
      (handle, surface, count, out), LAB_LIST, LAB_COUNTED(out)) \
    X(I, GetPhysicalDeviceSurfaceFormatsKHR, \
      (VkPhysicalDevice handle, VkSurfaceKHR surface, uint32_t *count, VkSurfaceFormatKHR *out), \
      (handle, surface, count, out), LAB_LIST | LAB_SURFACE, LAB_COUNTED(out)) \
    X(I, GetPhysicalDeviceSurfacePresentModesKHR, \
      (VkPhysicalDevice handle, VkSurfaceKHR surface, uint32_t *count, VkPresentModeKHR *out), \
      (handle, surface, count, out), LAB_LIST | LAB_SURFACE, LAB_COUNTED(out)) \
    LAB_CREATE(X, Fence, LAB_MEMORY) \
    LAB_CREATE(X, Semaphore, LAB_MEMORY) \
    LAB_CREATE(X, Event, LAB_MEMORY) \
    LAB_CREATE(X, QueryPool, LAB_MEMORY) \
    LAB_CREATE(X, Buffer, LAB_MEMORY | LAB_ADDRESS) \
    LAB_CREATE(X, BufferView, LAB_MEMORY) \
    LAB_CREATE(X, Image, LAB_MEMORY | LAB_ADDRESS) \
    LAB_CREATE(X, ImageView, LAB_MEMORY | LAB_ADDRESS) \
    LAB_CREATE(X, ShaderModule, LAB_MEMORY) \
    LAB_CREATE(X, PipelineCache, LAB_MEMORY) \
    LAB_CREATE(X, PipelineLayout, LAB_MEMORY) \
    LAB_CREATE(X, Sampler, LAB_MEMORY | LAB_ADDRESS) \
    LAB_CREATE(X, SamplerYcbcrConversion, LAB_MEMORY) \
    LAB_CREATE(X, DescriptorSetLayout, LAB_MEMORY) \
    LAB_CREATE(X, DescriptorPool, LAB_MEMORY | LAB_FRAGMENTATION) \
    LAB_CREATE(X, DescriptorUpdateTemplate, LAB_MEMORY) \
    LAB_CREATE(X, Framebuffer, LAB_MEMORY) \
    LAB_CREATE(X, RenderPass, LAB_MEMORY) \
    LAB_CREATE(X, CommandPool, LAB_MEMORY) \
    LAB_CREATE(X, PrivateDataSlot, LAB_HOST) \
    LAB_MAKE(X, D, VkDevice, RenderPass2, VkRenderPassCreateInfo2, VkRenderPass, LAB_MEMORY) \
    LAB_MAKE(X, D, VkDevice, SwapchainKHR, VkSwapchainCreateInfoKHR, VkSwapchainKHR, \
             LAB_QUEUE | LAB_SURFACE | LAB_WINDOW | LAB_INIT) \
    X(D, CreateGraphicsPipelines, \
      (VkDevice handle, VkPipelineCache cache, uint32_t count, \
       const VkGraphicsPipelineCreateInfo *params, const VkAllocationCallbacks *host, \
       VkPipeline *out), \
      (handle, cache, count, params, host, out), LAB_MEMORY, LAB_NULL(out, count)) \
    X(D, CreateComputePipelines, \
      (VkDevice handle, VkPipelineCache cache, uint32_t count, \
       const VkComputePipelineCreateInfo *params, const VkAllocationCallbacks *host, \
       VkPipeline *out), \
      (handle, cache, count, params, host, out), LAB_MEMORY, LAB_NULL(out, count)) \
    X(D, GetPipelineCacheData, \
      (VkDevice handle, VkPipelineCache cache, size_t *size, void *out), \
      (handle, cache, size, out), LAB_LIST, LAB_COUNTED(out)) \
    X(D, MergePipelineCaches, \
      (VkDevice handle, VkPipelineCache to, uint32_t count, const VkPipelineCache *from), \
      (handle, to, count, from), LAB_MEMORY, LAB_NOTHING) \
    X(D, AllocateMemory, \
      (VkDevice handle, const VkMemoryAllocateInfo *params, const VkAllocationCallbacks *host, \
       VkDeviceMemory *out), \
      (handle, params, host, out), LAB_MEMORY | LAB_OBJECTS | LAB_EXTERNAL | LAB_ADDRESS, \
      LAB_UNDEFINED(out)) \
    X(D, MapMemory, \
      (VkDevice handle, VkDeviceMemory memory, VkDeviceSize offset, VkDeviceSize size, \
       VkMemoryMapFlags flags, void **out), \
      (handle, memory, offset, size, flags, out), LAB_MEMORY | LAB_MAP, LAB_UNDEFINED(out)) \
    X(D, FlushMappedMemoryRanges, \
      (VkDevice handle, uint32_t count, const VkMappedMemoryRange *ranges), \
      (handle, count, ranges), LAB_MEMORY, LAB_NOTHING) \
    X(D, InvalidateMappedMemoryRanges, \
      (VkDevice handle, uint32_t count, const VkMappedMemoryRange *ranges), \
      (handle, count, ranges), LAB_MEMORY, LAB_NOTHING) \
    X(D, BindBufferMemory, \
      (VkDevice handle, VkBuffer buffer, VkDeviceMemory memory, VkDeviceSize offset), \
      (handle, buffer, memory, offset), LAB_MEMORY | LAB_ADDRESS, LAB_NOTHING) \
    X(D, BindBufferMemory2, \
      (VkDevice handle, uint32_t count, const VkBindBufferMemoryInfo *params), \
      (handle, count, params), LAB_MEMORY | LAB_ADDRESS, LAB_NOTHING) \
    X(D, BindImageMemory, \
      (VkDevice handle, VkImage image, VkDeviceMemory memory, VkDeviceSize offset), \
      (handle, image, memory, offset), LAB_MEMORY, LAB_NOTHING) \
    X(D, BindImageMemory2, \
      (VkDevice handle, uint32_t count, const VkBindImageMemoryInfo *params), \
      (handle, count, params), LAB_MEMORY, LAB_NOTHING) \
    X(D, AllocateDescriptorSets, \
      (VkDevice handle, const VkDescriptorSetAllocateInfo *params, VkDescriptorSet *out), \
      (handle, params, out), LAB_MEMORY | LAB_FRAGMENTED | LAB_POOL, \
      LAB_NULL(out, params->descriptorSetCount)) \
    X(D, ResetCommandPool, \
      (VkDevice handle, VkCommandPool pool, VkCommandPoolResetFlags flags), \
      (handle, pool, flags), LAB_DEVICE, LAB_NOTHING) \
    X(D, AllocateCommandBuffers, \
      (VkDevice handle, const VkCommandBufferAllocateInfo *params, VkCommandBuffer *out), \
      (handle, params, out), LAB_MEMORY, LAB_NULL(out, params->commandBufferCount)) \
    X(D, BeginCommandBuffer, (VkCommandBuffer handle, const VkCommandBufferBeginInfo *params), \
      (handle, params), LAB_MEMORY, LAB_NOTHING) \
    X(D, EndCommandBuffer, (VkCommandBuffer handle), (handle), LAB_MEMORY, LAB_NOTHING) \
    X(D, ResetCommandBuffer, (VkCommandBuffer handle, VkCommandBufferResetFlags flags), \
      (handle, flags), LAB_DEVICE, LAB_NOTHING) \
    X(D, QueueSubmit, \
      (VkQueue handle, uint32_t count, const VkSubmitInfo *params, VkFence fence), \
      (handle, count, params, fence), LAB_QUEUE, LAB_NOTHING) \
    X(D, QueueSubmit2, \
      (VkQueue handle, uint32_t count, const VkSubmitInfo2 *params, VkFence fence), \
      (handle, count, params, fence), LAB_QUEUE, LAB_NOTHING) \
    X(D, QueueBindSparse, \
      (VkQueue handle, uint32_t count, const VkBindSparseInfo *params, VkFence fence), \
      (handle, count, params, fence), LAB_QUEUE, LAB_NOTHING) \
    X(D, QueueWaitIdle, (VkQueue handle), (handle), LAB_QUEUE, LAB_NOTHING) \
    X(D, DeviceWaitIdle, (VkDevice handle), (handle), LAB_QUEUE, LAB_NOTHING) \
    X(D, ResetFences, (VkDevice handle, uint32_t count, const VkFence *fences), \
      (handle, count, fences), LAB_DEVICE, LAB_NOTHING) \
    X(D, GetFenceStatus, (VkDevice handle, VkFence fence), \
      (handle, fence), LAB_QUEUE | LAB_NOT_READY, LAB_NOTHING) \
    X(D, WaitForFences, \
      (VkDevice handle, uint32_t count, const VkFence *fences, VkBool32 all, uint64_t timeout), \
      (handle, count, fences, all, timeout), LAB_QUEUE | LAB_TIMEOUT, LAB_NOTHING) \
    X(D, GetSemaphoreCounterValue, (VkDevice handle, VkSemaphore semaphore, uint64_t *out), \
      (handle, semaphore, out), LAB_QUEUE, LAB_NOTHING) \
    X(D, WaitSemaphores, \
      (VkDevice handle, const VkSemaphoreWaitInfo *params, uint64_t timeout), \
      (handle, params, timeout), LAB_QUEUE | LAB_TIMEOUT, LAB_NOTHING) \
    X(D, SignalSemaphore, (VkDevice handle, const VkSemaphoreSignalInfo *params), \
      (handle, params), LAB_MEMORY, LAB_NOTHING) \
    X(D, GetEventStatus, (VkDevice handle, VkEvent event), (handle, event), LAB_QUEUE, \
      LAB_NOTHING) \
    X(D, SetEvent, (VkDevice handle, VkEvent event), (handle, event), LAB_MEMORY, LAB_NOTHING) \
    X(D, ResetEvent, (VkDevice handle, VkEvent event), (handle, event), LAB_DEVICE, LAB_NOTHING) \
    X(D, GetQueryPoolResults, \
      (VkDevice handle, VkQueryPool pool, uint32_t first, uint32_t count, size_t size, void *out, \
       VkDeviceSize stride, VkQueryResultFlags flags), \
      (handle, pool, first, count, size, out, stride, flags), LAB_QUEUE | LAB_NOT_READY, \
      LAB_WAITED(flags)) \
    X(D, SetPrivateData, \
      (VkDevice handle, VkObjectType type, uint64_t object, VkPrivateDataSlot slot, \
       uint64_t data), \
      (handle, type, object, slot, data), LAB_HOST, LAB_NOTHING) \
    X(D, GetDeviceGroupPresentCapabilitiesKHR, \
      (VkDevice handle, VkDeviceGroupPresentCapabilitiesKHR *out), \
      (handle, out), LAB_MEMORY, LAB_NOTHING) \
    X(D, GetDeviceGroupSurfacePresentModesKHR, \
      (VkDevice handle, VkSurfaceKHR surface, VkDeviceGroupPresentModeFlagsKHR *out), \
      (handle, surface, out), LAB_MEMORY | LAB_SURFACE, LAB_NOTHING) \
    X(D, GetSwapchainImagesKHR, \
      (VkDevice handle, VkSwapchainKHR swapchain, uint32_t *count, VkImage *out), \
      (handle, swapchain, count, out), LAB_LIST, LAB_COUNTED(out)) \
    X(D, AcquireNextImageKHR, \
      (VkDevice handle, VkSwapchainKHR swapchain, uint64_t timeout, VkSemaphore semaphore, \
       VkFence fence, uint32_t *out), \
      (handle, swapchain, timeout, semaphore, fence, out), LAB_ACQUIRE, \
      LAB_ACQUIRED(out, timeout, owner->next.AcquireNextImageKHR(handle, swapchain, timeout, \
                                                                 semaphore, fence, out))) \
    X(D, AcquireNextImage2KHR, \
      (VkDevice handle, const VkAcquireNextImageInfoKHR *params, uint32_t *out), \
      (handle, params, out), LAB_ACQUIRE, \
      LAB_ACQUIRED(out, params->timeout, owner->next.AcquireNextImage2KHR(handle, params, out))) \
    X(D, QueuePresentKHR, (VkQueue handle, const VkPresentInfoKHR *params), \
      (handle, params), LAB_SHOW, lab_each_present(params, result))
// clang-format on

enum lab_call {
#define LAB_ENUM(level, name, parameters, arguments, results, outputs) LAB_CALL_##name,
    LAB_CALLS(LAB_ENUM)
#undef LAB_ENUM
        LAB_CALL_COUNT
};

#endif
