#include "layers/pretence.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layers/log.h"

enum { DEFAULT_ATOM = 256 };

struct lab_pretence lab_pretence = {.atom = DEFAULT_ATOM};

// "96 MiB" and what comes after it; 0: no size.
static VkDeviceSize read_size(const char *word, const char **rest)
{
    char *end = NULL;
    VkDeviceSize size = strtoull(word, &end, 10);
    int shift = strncmp(end, " GiB ", 5) == 0 ? 30 : 20;
    if (size > UINT32_MAX || (shift == 20 && strncmp(end, " MiB ", 5) != 0))
        return 0;
    *rest = end + 5;
    return size << shift;
}

// "limit 8"; 0: it is none.
static VkDeviceSize read_number(const char *word, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(word, name, length) != 0 || !isdigit((unsigned char)word[length]))
        return 0;
    char *end = NULL;
    VkDeviceSize number = strtoull(word + length, &end, 10);
    return *end == '\0' ? number : 0;
}

static bool read_word(const char *word)
{
    const char *what = "";
    VkDeviceSize size = isdigit((unsigned char)word[0]) ? read_size(word, &what) : 0;
    VkDeviceSize limit = read_number(word, "limit "), atom = read_number(word, "atom ");
    if (size > 0 && strcmp(what, "heap") == 0) {
        lab_pretence.heap = size;
    } else if (size > 0 && strcmp(what, "budget") == 0) {
        lab_pretence.budget = size;
    } else if (size > 0 && strcmp(what, "BAR") == 0) {
        lab_pretence.separate = true;
        lab_pretence.bar = size;
    } else if (strcmp(word, "no BAR") == 0) {
        lab_pretence.separate = true;
        lab_pretence.bar = 0;
    } else if (strcmp(word, "non-coherent") == 0) {
        lab_pretence.non_coherent = true;
    } else if (limit > 0 && limit <= UINT32_MAX) {
        lab_pretence.limit = (uint32_t)limit;
    } else if (atom > 0 && atom <= DEFAULT_ATOM && (atom & (atom - 1)) == 0) {
        lab_pretence.atom = atom;
    } else {
        return false;
    }
    return true;
}

bool lab_pretence_read(const char *text)
{
    char copy[256];
    if (text == NULL || text[0] == '\0')
        return true;
    if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy)) {
        lab_log("ASH_LAB_PRETEND can't be understood: it is longer than %zu characters",
                sizeof(copy) - 1);
        return false;
    }
    char *rest = copy;
    for (char *word; (word = strtok_r(rest, ",", &rest)) != NULL;) {
        while (*word == ' ')
            word++;
        if (!read_word(word)) {
            lab_log("ASH_LAB_PRETEND=%s can't be understood at \"%s\"; it takes words such as 96 "
                    "MiB heap, 256 MiB BAR, no BAR, non-coherent, atom 64, limit 8, 80 MiB budget",
                    text, word);
            return false;
        }
    }
    lab_pretence.active = true;
    return true;
}

static void add_heap(struct lab_memory_map *map, VkDeviceSize size, VkMemoryHeapFlags flags)
{
    map->told.memoryHeaps[map->told.memoryHeapCount++] = (VkMemoryHeap){size, flags};
}

static void add_type(struct lab_memory_map *map, VkMemoryPropertyFlags flags, uint32_t heap,
                     uint32_t real)
{
    if (map->told.memoryTypeCount == VK_MAX_MEMORY_TYPES)
        return;
    map->real_type[map->told.memoryTypeCount] = real;
    map->told.memoryTypes[map->told.memoryTypeCount++] = (VkMemoryType){flags, heap};
}

// A real type that can stand for these flags: with all of them, or else with those of the host.
static uint32_t real_for(const VkPhysicalDeviceMemoryProperties *real, VkMemoryPropertyFlags flags)
{
    VkMemoryPropertyFlags least = flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
    const VkMemoryPropertyFlags cached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
    const VkMemoryPropertyFlags wishes[] = {flags, flags & ~cached,
                                            least | (flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)};
    for (size_t wish = 0; wish < 3; wish++) {
        for (uint32_t i = 0; i < real->memoryTypeCount; i++) {
            if ((real->memoryTypes[i].propertyFlags & wishes[wish]) == wishes[wish])
                return i;
        }
    }
    return 0;
}

// Video memory, system memory, and where there is one the window between them, as on a graphics
// card.
static void separate(const VkPhysicalDeviceMemoryProperties *real, struct lab_memory_map *out)
{
    const VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
    const VkMemoryPropertyFlags visible =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    const VkMemoryPropertyFlags cached = visible | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
    VkDeviceSize size = real->memoryHeaps[0].size;
    add_heap(out, size, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT);
    add_heap(out, size, 0);
    add_type(out, local, 0, real_for(real, local));
    add_type(out, visible, 1, real_for(real, visible));
    add_type(out, cached, 1, real_for(real, cached));
    if (lab_pretence.bar == 0)
        return;
    add_heap(out, lab_pretence.bar, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT);
    add_type(out, local | visible, 2, real_for(real, local | visible));
}

// The heap that is not the device's: added where all are.
static uint32_t host_heap(struct lab_memory_map *map)
{
    for (uint32_t i = 0; i < map->told.memoryHeapCount; i++) {
        if ((map->told.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) == 0)
            return i;
    }
    add_heap(map, map->told.memoryHeaps[0].size, 0);
    return map->told.memoryHeapCount - 1;
}

VkDeviceSize lab_pretence_atom(VkDeviceSize real)
{
    return lab_pretence.non_coherent && real < lab_pretence.atom ? lab_pretence.atom : real;
}

void lab_pretence_map(const VkPhysicalDeviceMemoryProperties *real, struct lab_memory_map *out)
{
    *out = (struct lab_memory_map){0};
    if (lab_pretence.separate) {
        separate(real, out);
    } else {
        out->told = *real;
        for (uint32_t i = 0; i < real->memoryTypeCount; i++)
            out->real_type[i] = i;
    }
    for (uint32_t i = 0; lab_pretence.heap > 0 && i < out->told.memoryHeapCount; i++) {
        if (out->told.memoryHeaps[i].size > lab_pretence.heap)
            out->told.memoryHeaps[i].size = lab_pretence.heap;
    }
    if (!lab_pretence.non_coherent)
        return;
    // Vulkan wants one type at least that is coherent: it comes last, and is not the device's; so
    // its heap isn't, either.
    const VkMemoryPropertyFlags coherent =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    for (uint32_t i = 0; i < out->told.memoryTypeCount; i++) {
        VkMemoryType *type = &out->told.memoryTypes[i];
        if ((type->propertyFlags & coherent) != coherent)
            continue;
        type->propertyFlags &= ~(VkMemoryPropertyFlags)VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
        type->propertyFlags |= VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
    }
    add_type(out, coherent, host_heap(out), real_for(real, coherent));
}
