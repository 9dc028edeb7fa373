// A device below VK_LAYER_ASH_lab, in a process of its own: the layer reads its settings once.
#ifndef TESTS_LAYERS_LAB_STAGE_H
#define TESTS_LAYERS_LAB_STAGE_H

#include <volk.h>

#include <stdbool.h>
#include <stddef.h>

struct stage {
    VkInstance instance;
    VkPhysicalDevice physical_device;
    VkDevice device;
    VkQueue queue;
    VkCommandPool pool;
    VkPhysicalDeviceMemoryProperties memory;
};

// With `extension` (NULL: none) enabled on the device. False where one of the calls failed.
bool stage_open(struct stage *stage, const char *extension);
void stage_close(struct stage *stage);

// A buffer of this size over memory of its own of this type, mapped where `mapped` is not NULL.
struct stage_buffer {
    VkBuffer buffer;
    VkDeviceMemory memory;
};
bool stage_buffer(struct stage *stage, uint32_t type, VkDeviceSize size, struct stage_buffer *out,
                  void **mapped);
void stage_drop(struct stage *stage, struct stage_buffer *buffer);
// Fills or copies on the device: submitted, and waited for where `wait`.
VkResult stage_fill(struct stage *stage, VkBuffer buffer, uint32_t value, bool wait);
VkResult stage_stamp(struct stage *stage, VkQueryPool pool); // its first query: the time
VkResult stage_copy(struct stage *stage, VkBuffer from, VkBuffer to, VkDeviceSize size);

// Runs `act` in a child with these settings ("" for none). Its answer, or 128 and the signal it
// died of; layer_log gets what the layer wrote. -1: the log was not for the user alone.
int run(const char *fault, const char *pretend, int (*act)(void));
extern char layer_log[8192]; // of the last run
#define assert_logged(text) assert_non_null(strstr(layer_log, text))

// For `act`: the line of a condition that does not hold is its answer.
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

#endif
