#include "layers/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layers/log.h"

enum { MAX_FAULTS = 8, MAX_RESULTS = 32 };

struct fault {
    int call;        // enum lab_call; -1: any
    uint64_t nth;    // from 1
    bool onward;     // that one and all after it
    VkResult result; // VK_SUCCESS: the first that the call lists
    atomic_bool came;
};

// In the order of enum lab_result.
#define RESULT(code)                                                                               \
    {                                                                                              \
        code, #code                                                                                \
    }
static const struct {
    VkResult code;
    const char *name;
} results[] = {
    RESULT(VK_ERROR_OUT_OF_HOST_MEMORY),
    RESULT(VK_ERROR_OUT_OF_DEVICE_MEMORY),
    RESULT(VK_ERROR_INITIALIZATION_FAILED),
    RESULT(VK_ERROR_DEVICE_LOST),
    RESULT(VK_ERROR_MEMORY_MAP_FAILED),
    RESULT(VK_ERROR_LAYER_NOT_PRESENT),
    RESULT(VK_ERROR_EXTENSION_NOT_PRESENT),
    RESULT(VK_ERROR_FEATURE_NOT_PRESENT),
    RESULT(VK_ERROR_INCOMPATIBLE_DRIVER),
    RESULT(VK_ERROR_TOO_MANY_OBJECTS),
    RESULT(VK_ERROR_FORMAT_NOT_SUPPORTED),
    RESULT(VK_ERROR_FRAGMENTED_POOL),
    RESULT(VK_ERROR_OUT_OF_POOL_MEMORY),
    RESULT(VK_ERROR_INVALID_EXTERNAL_HANDLE),
    RESULT(VK_ERROR_FRAGMENTATION),
    RESULT(VK_ERROR_INVALID_OPAQUE_CAPTURE_ADDRESS),
    RESULT(VK_ERROR_SURFACE_LOST_KHR),
    RESULT(VK_ERROR_NATIVE_WINDOW_IN_USE_KHR),
    RESULT(VK_ERROR_OUT_OF_DATE_KHR),
    RESULT(VK_NOT_READY),
    RESULT(VK_TIMEOUT),
    RESULT(VK_INCOMPLETE),
    RESULT(VK_SUBOPTIMAL_KHR),
};
#undef RESULT
enum { RESULT_COUNT = sizeof(results) / sizeof(results[0]) };

#define ROW(level, name, parameters, arguments, may, outputs) {"vk" #name, may},
static const struct {
    const char *name;
    uint32_t may;
} calls[] = {LAB_CALLS(ROW)};
#undef ROW

static struct fault faults[MAX_FAULTS];
static int fault_count;
static bool lists;
static atomic_ullong arrived;
static atomic_ullong arrived_of[LAB_CALL_COUNT];

const char *lab_call_name(enum lab_call call)
{
    return calls[call].name;
}

static int find_result(const char *name)
{
    for (int i = 0; i < RESULT_COUNT; i++) {
        if (strcmp(results[i].name, name) == 0)
            return i;
    }
    return -1;
}

static const char *result_name(VkResult result)
{
    for (int i = 0; i < RESULT_COUNT; i++) {
        if (results[i].code == result)
            return results[i].name;
    }
    return "VK_SUCCESS";
}

static int find_call(const char *name)
{
    for (int i = 0; i < LAB_CALL_COUNT; i++) {
        if (strcmp(calls[i].name, name) == 0)
            return i;
    }
    return -1;
}

// Names, some to a line.
struct names {
    char line[100];
    size_t used;
};

static void tell_name(struct names *names, const char *name)
{
    if (names->used > 0 && (name == NULL || names->used + strlen(name) + 2 > sizeof(names->line))) {
        lab_log("    %s", names->line);
        names->used = 0;
    }
    if (name != NULL)
        names->used += (size_t)snprintf(names->line + names->used,
                                        sizeof(names->line) - names->used, "%s ", name);
}

static void tell_calls(void)
{
    struct names names = {.used = 0};
    for (int i = 0; i < LAB_CALL_COUNT; i++)
        tell_name(&names, calls[i].name);
    tell_name(&names, NULL);
}

static void tell_results(uint32_t may)
{
    struct names names = {.used = 0};
    for (int i = 0; i < RESULT_COUNT; i++) {
        if ((may >> i & 1) != 0)
            tell_name(&names, results[i].name);
    }
    tell_name(&names, NULL);
}

// False: there is no such call, or result, or the call never answers it (told, with those there
// are).
static bool read_names(const char *call, const char *result, struct fault *out)
{
    if (call != NULL && (out->call = find_call(call)) < 0) {
        lab_log("%s is no call that can fail; these are:", call);
        tell_calls();
        return false;
    }
    uint32_t may = call != NULL ? calls[out->call].may : UINT32_MAX;
    int found = result != NULL ? find_result(result) : -1;
    if (result != NULL && (found < 0 || (may >> found & 1) == 0)) {
        lab_log("%s never answers %s, but:", call != NULL ? call : "a call", result);
        tell_results(may);
        return false;
    }
    if (result != NULL)
        out->result = results[found].code;
    return true;
}

// "57", "vkMapMemory:2", "vkQueueSubmit2:9+=VK_ERROR_DEVICE_LOST"
static bool read_fault(char *text, struct fault *out)
{
    char *result = strchr(text, '='), *number = strchr(text, ':');
    *out = (struct fault){.call = -1};
    if (result != NULL)
        *result++ = '\0';
    if (number != NULL)
        *number++ = '\0';
    if (!read_names(number != NULL ? text : NULL, result, out))
        return false;
    if (number == NULL)
        number = text;
    if (number[0] < '1' || number[0] > '9')
        return false;
    out->nth = strtoull(number, &number, 10);
    out->onward = *number == '+';
    return number[out->onward] == '\0';
}

// A fault that is too far away is easily taken for one that was lived with.
static void print_faults_that_did_not_come(void)
{
    for (int i = 0; i < fault_count; i++) {
        if (!atomic_load(&faults[i].came))
            lab_log("there was no %s %llu while its device was not lost: it did not fail",
                    faults[i].call < 0 ? "call" : calls[faults[i].call].name,
                    (unsigned long long)faults[i].nth);
    }
}

bool lab_faults_read(const char *text)
{
    char copy[MAX_FAULTS * 96]; // the longest are 78
    fault_count = 0;
    if (text == NULL || text[0] == '\0')
        return true;
    if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy)) {
        lab_log("ASH_LAB_FAULT can't be understood: it is longer than %zu characters",
                sizeof(copy) - 1);
        return false;
    }
    char *rest = copy;
    for (char *word; (word = strtok_r(rest, ",", &rest)) != NULL;) {
        if (fault_count == MAX_FAULTS || !read_fault(word, &faults[fault_count])) {
            lab_log(
                "ASH_LAB_FAULT=%.200s can't be understood; it takes N, CALL:N or CALL:N=RESULT, "
                "such as vkMapMemory:2=VK_ERROR_MEMORY_MAP_FAILED",
                text);
            return false;
        }
        fault_count++;
    }
    return atexit(print_faults_that_did_not_come) == 0;
}

static void print_counts(void)
{
    lab_log("%llu calls could have failed", atomic_load(&arrived));
    for (int i = 0; i < LAB_CALL_COUNT; i++) {
        unsigned long long count = atomic_load(&arrived_of[i]);
        if (count > 0)
            lab_log("%8llu %s", count, calls[i].name);
    }
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' && strcmp(value, "0") != 0;
}

void lab_counts_read(void)
{
    lists = is_set("ASH_LAB_LIST");
    if (is_set("ASH_LAB_COUNT"))
        atexit(print_counts);
}

static VkResult first_error(uint32_t may)
{
    int bit = 0;
    while ((may >> bit & 1) == 0)
        bit++;
    return results[bit].code;
}

static bool may_answer(enum lab_call call, VkResult result)
{
    for (int i = 0; i < RESULT_COUNT; i++) {
        if (results[i].code == result)
            return (calls[call].may >> i & 1) != 0;
    }
    return false;
}

// What is planned for this call; VK_SUCCESS: nothing.
static VkResult planned(enum lab_call call, uint64_t number, uint64_t of_name)
{
    for (int i = 0; i < fault_count; i++) {
        struct fault *fault = &faults[i];
        uint64_t n = fault->call < 0 ? number : of_name;
        if ((fault->call >= 0 && fault->call != (int)call) || n < fault->nth ||
            (n > fault->nth && !fault->onward))
            continue;
        atomic_store(&fault->came, true);
        VkResult result =
            fault->result != VK_SUCCESS ? fault->result : first_error(calls[call].may);
        if (may_answer(call, result))
            return result;
        lab_log("call %llu is %s, which never answers %s: it goes on", (unsigned long long)number,
                calls[call].name, result_name(result));
    }
    return VK_SUCCESS;
}

// A success needs the real call, but for one that says that nothing was done. What present reports
// of the window comes after it has been queued; that memory was short, or the device lost, before.
static bool comes_after(enum lab_call call, VkResult result)
{
    bool acquires = call == LAB_CALL_AcquireNextImageKHR || call == LAB_CALL_AcquireNextImage2KHR;
    switch (result) {
    case VK_NOT_READY:
    case VK_TIMEOUT:
        return !acquires;
    case VK_INCOMPLETE:
    case VK_SUBOPTIMAL_KHR:
        return true;
    case VK_ERROR_OUT_OF_DATE_KHR:
    case VK_ERROR_SURFACE_LOST_KHR:
        return call == LAB_CALL_QueuePresentKHR;
    default:
        return false;
    }
}

// The calls that have a queue to themselves, as Vulkan wants it of the program.
static bool takes_queue(enum lab_call call)
{
    switch (call) {
    case LAB_CALL_QueueSubmit:
    case LAB_CALL_QueueSubmit2:
    case LAB_CALL_QueueBindSparse:
    case LAB_CALL_QueueWaitIdle:
    case LAB_CALL_DeviceWaitIdle:
    case LAB_CALL_QueuePresentKHR:
        return true;
    default:
        return false;
    }
}

// Nothing new reaches the device, what other threads have under way there ends, and it is idle.
static void lose(struct lab_device *device)
{
    pthread_mutex_lock(&device->losing);
    atomic_store(&device->lost, true);
    pthread_rwlock_wrlock(&device->queues);
    device->next.DeviceWaitIdle(device->handle);
    pthread_rwlock_unlock(&device->queues);
    pthread_mutex_unlock(&device->losing);
}

// Holds the device's queues where the call takes one. False: the device is lost, and idle; nothing
// is held.
static bool enter(struct lab_device *device, enum lab_call call)
{
    if (takes_queue(call))
        pthread_rwlock_rdlock(&device->queues);
    if (!atomic_load(&device->lost) || (calls[call].may & LAB_LOST) == 0)
        return true;
    if (takes_queue(call))
        pthread_rwlock_unlock(&device->queues);
    pthread_mutex_lock(&device->losing); // another thread may be at it
    pthread_mutex_unlock(&device->losing);
    return false;
}

struct lab_fate lab_arrive(enum lab_call call, struct lab_device *device)
{
    uint64_t number = atomic_fetch_add(&arrived, 1) + 1;
    uint64_t of_name = atomic_fetch_add(&arrived_of[call], 1) + 1;
    if (lists)
        lab_log("call %llu, %s %llu", (unsigned long long)number, calls[call].name,
                (unsigned long long)of_name);
    if (device != NULL && !enter(device, call))
        return (struct lab_fate){.instead = VK_ERROR_DEVICE_LOST};
    struct lab_fate fate = {.held = device != NULL && takes_queue(call) ? device : NULL};
    VkResult result = planned(call, number, of_name);
    if (result == VK_SUCCESS)
        return fate;
    lab_log("call %llu, %s %llu, answers %s", (unsigned long long)number, calls[call].name,
            (unsigned long long)of_name, result_name(result));
    if (comes_after(call, result)) {
        fate.after = result;
        return fate;
    }
    if (fate.held != NULL)
        pthread_rwlock_unlock(&device->queues);
    if (result == VK_ERROR_DEVICE_LOST && device != NULL)
        lose(device);
    return (struct lab_fate){.instead = result};
}

VkResult lab_leave(struct lab_fate fate, VkResult real)
{
    bool worse = fate.after < 0 && real >= 0;
    if (fate.held != NULL)
        pthread_rwlock_unlock(&fate.held->queues);
    return worse || (fate.after > 0 && real == VK_SUCCESS) ? fate.after : real;
}
