#include "tests/support/fake_device.h"

#define LOCAL    VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT
#define VISIBLE  VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT
#define COHERENT (VISIBLE | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)
#define CACHED   VK_MEMORY_PROPERTY_HOST_CACHED_BIT

#define DISCRETE_HEAPS                                                                             \
    {8 * FAKE_GIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT},                                               \
    {                                                                                              \
        16 * FAKE_GIB, 0                                                                           \
    }
#define DISCRETE_TYPES                                                                             \
    {LOCAL, 0}, {COHERENT, 1},                                                                     \
    {                                                                                              \
        COHERENT | CACHED, 1                                                                       \
    }

#define DISCRETE(profile_name, granularity_, limit)                                                \
    {                                                                                              \
        .name = (profile_name), .type = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU,                      \
        .memory = {.memoryHeapCount = 3,                                                           \
                   .memoryHeaps = {DISCRETE_HEAPS,                                                 \
                                   {256 * FAKE_MIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}},             \
                   .memoryTypeCount = 4,                                                           \
                   .memoryTypes = {DISCRETE_TYPES, {LOCAL | COHERENT, 2}}},                        \
        .granularity = (granularity_), .atom = 64, .max_allocation_size = 4 * FAKE_GIB,            \
        .max_allocation_count = (limit), .buffer_alignment = 16, .buffer_padding = 20,             \
        .image_alignment = 4096, .memory_budget = true, .buffer_device_address = true              \
    }

const struct fake_profile fake_profiles[FAKE_PROFILE_COUNT] = {
    [FAKE_DISCRETE] = DISCRETE("discrete", 1, 4096),
    [FAKE_GRANULAR] = DISCRETE("granular", 1024, 4096),
    [FAKE_LIMIT_8] = DISCRETE("limit 8", 1, 8),
    [FAKE_DISCRETE_REBAR] = {.name = "discrete with resizable BAR",
                             .type = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU,
                             .memory = {.memoryHeapCount = 3,
                                        .memoryHeaps = {DISCRETE_HEAPS, {FAKE_GIB, 0}},
                                        .memoryTypeCount = 4,
                                        .memoryTypes = {DISCRETE_TYPES, {LOCAL | COHERENT, 0}}},
                             .granularity = 1,
                             .atom = 64,
                             .max_allocation_size = 4 * FAKE_GIB,
                             .max_allocation_count = 4096,
                             .buffer_alignment = 256,
                             .image_alignment = 65536,
                             .prefers_dedicated = 128 * FAKE_MIB,
                             .memory_budget = true,
                             .buffer_device_address = true},
    [FAKE_DISCRETE_NO_BAR] = {.name = "discrete without BAR",
                              .type = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU,
                              .memory = {.memoryHeapCount = 3,
                                         .memoryHeaps = {DISCRETE_HEAPS, {FAKE_GIB, 0}},
                                         .memoryTypeCount = 3,
                                         .memoryTypes = {DISCRETE_TYPES}},
                              .granularity = 1,
                              .atom = 64,
                              .max_allocation_size = 4 * FAKE_GIB,
                              .max_allocation_count = 4096,
                              .buffer_alignment = 16,
                              .buffer_padding = 16,
                              .image_alignment = 1024,
                              .requires_dedicated = 256 * FAKE_MIB},
    [FAKE_INTEGRATED] =
        {.name = "integrated",
         .type = VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU,
         .memory = {.memoryHeapCount = 1,
                    .memoryHeaps = {{12 * FAKE_GIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}},
                    .memoryTypeCount = 2,
                    .memoryTypes = {{LOCAL | COHERENT, 0}, {LOCAL | COHERENT | CACHED, 0}}},
         .granularity = 1,
         .atom = 64,
         .max_allocation_size = 2 * FAKE_GIB,
         .max_allocation_count = 4096,
         .buffer_alignment = 64,
         .image_alignment = 4096,
         .memory_budget = true,
         .buffer_device_address = true},
    // Coherent memory comes last and is no better by its flags, so that what merely asks for
    // visible memory gets the kind that has to be flushed.
    [FAKE_MOBILE] =
        {.name = "mobile",
         .type = VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU,
         .memory = {.memoryHeapCount = 2,
                    .memoryHeaps = {{3 * FAKE_GIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}, {FAKE_GIB, 0}},
                    .memoryTypeCount = 5,
                    .memoryTypes = {{LOCAL, 0},
                                    {LOCAL | VISIBLE | CACHED, 0},
                                    {LOCAL | VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT, 0},
                                    {LOCAL | VK_MEMORY_PROPERTY_PROTECTED_BIT, 0},
                                    {LOCAL | COHERENT, 1}}},
         .granularity = 64,
         .atom = 256,
         .max_allocation_size = FAKE_GIB,
         .max_allocation_count = 4096,
         .buffer_alignment = 64,
         .buffer_padding = 4,
         .image_alignment = 4096},
    [FAKE_SMALL_HEAP] = {.name = "small heap",
                         .type = VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU,
                         .memory = {.memoryHeapCount = 1,
                                    .memoryHeaps = {{96 * FAKE_MIB,
                                                     VK_MEMORY_HEAP_DEVICE_LOCAL_BIT}},
                                    .memoryTypeCount = 1,
                                    .memoryTypes = {{LOCAL | COHERENT, 0}}},
                         .granularity = 1,
                         .atom = 1,
                         .max_allocation_size = 96 * FAKE_MIB,
                         .max_allocation_count = 4096,
                         .buffer_alignment = 4,
                         .image_alignment = 256},
    [FAKE_TRAPS] =
        {.name = "traps",
         .type = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU,
         .memory = {.memoryHeapCount = 2,
                    .memoryHeaps = {{4 * FAKE_GIB, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT},
                                    {4 * FAKE_GIB, 0}},
                    .memoryTypeCount = 7,
                    .memoryTypes = {{VK_MEMORY_PROPERTY_PROTECTED_BIT, 1},
                                    {LOCAL | VK_MEMORY_PROPERTY_PROTECTED_BIT, 0},
                                    {LOCAL | VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT, 0},
                                    {LOCAL | VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD, 0},
                                    {COHERENT | VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD, 1},
                                    {LOCAL, 0},
                                    {COHERENT, 1}}},
         .granularity = 1,
         .atom = 64,
         .max_allocation_size = 2 * FAKE_GIB,
         .max_allocation_count = 4096,
         .buffer_alignment = 64,
         .image_alignment = 4096,
         .memory_budget = true},
};
