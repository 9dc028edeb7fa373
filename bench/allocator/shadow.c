#include "bench/allocator/shadow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The blocks of one memory, in order of offset.
struct memory {
    uint64_t memory;
    struct extent {
        uint64_t offset, size;
    } * extents;
    size_t count, capacity;
};

struct shadow {
    struct memory *memories; // a hash table by number, open addressing
    size_t capacity, used;
};

struct shadow *shadow_create(void)
{
    struct shadow *shadow = calloc(1, sizeof(*shadow));
    if (shadow == NULL)
        return NULL;
    shadow->capacity = 1024;
    shadow->memories = calloc(shadow->capacity, sizeof(*shadow->memories));
    if (shadow->memories != NULL)
        return shadow;
    free(shadow);
    return NULL;
}

void shadow_destroy(struct shadow *shadow)
{
    if (shadow == NULL)
        return;
    for (size_t i = 0; i < shadow->capacity; i++)
        free(shadow->memories[i].extents);
    free(shadow->memories);
    free(shadow);
}

static struct memory *find(struct shadow *shadow, uint64_t number)
{
    size_t i = number * UINT64_C(0x9E3779B97F4A7C15) % shadow->capacity;
    while (shadow->memories[i].memory != 0 && shadow->memories[i].memory != number)
        i = (i + 1) % shadow->capacity;
    return &shadow->memories[i];
}

// Numbers of memory that is gone stay in the table until it grows.
static bool grow(struct shadow *shadow)
{
    struct shadow larger = {.capacity = shadow->capacity * 2};
    larger.memories = calloc(larger.capacity, sizeof(*larger.memories));
    if (larger.memories == NULL)
        return false;
    for (size_t i = 0; i < shadow->capacity; i++) {
        struct memory *memory = &shadow->memories[i];
        if (memory->count == 0) {
            free(memory->extents);
            continue;
        }
        *find(&larger, memory->memory) = *memory;
        larger.used++;
    }
    free(shadow->memories);
    *shadow = larger;
    return true;
}

// The first extent that does not lie before `offset`.
static size_t lower_bound(const struct memory *memory, uint64_t offset)
{
    size_t low = 0, high = memory->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (memory->extents[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool complain(const char *what, struct place place)
{
    fprintf(stderr, "bench_allocator: %s: memory %llu, offset %llu, %llu bytes\n", what,
            (unsigned long long)place.memory, (unsigned long long)place.offset,
            (unsigned long long)place.size);
    return false;
}

bool shadow_add(struct shadow *shadow, struct place place, const struct operation *operation)
{
    if (place.offset % (UINT64_C(1) << operation->alignment_log2) != 0)
        return complain("wrong alignment", place);
    if (place.size < operation->size || place.memory == 0)
        return complain("a block too small", place);
    if (shadow->used * 2 >= shadow->capacity && !grow(shadow))
        return complain("no memory for the shadow map", place);
    struct memory *memory = find(shadow, place.memory);
    if (memory->memory == 0) {
        memory->memory = place.memory;
        shadow->used++;
    }
    size_t at = lower_bound(memory, place.offset);
    const struct extent *extents = memory->extents;
    if (at < memory->count && extents[at].offset - place.offset < place.size)
        return complain("an overlap with the block behind", place);
    if (at > 0 && place.offset - extents[at - 1].offset < extents[at - 1].size)
        return complain("an overlap with the block before", place);
    if (memory->count == memory->capacity) {
        size_t capacity = memory->capacity != 0 ? memory->capacity * 2 : 64;
        struct extent *larger = realloc(memory->extents, capacity * sizeof(*larger));
        if (larger == NULL)
            return complain("no memory for the shadow map", place);
        memory->extents = larger;
        memory->capacity = capacity;
    }
    memmove(&memory->extents[at + 1], &memory->extents[at],
            (memory->count - at) * sizeof(struct extent));
    memory->extents[at] = (struct extent){place.offset, place.size};
    memory->count++;
    return true;
}

bool shadow_remove(struct shadow *shadow, struct place place)
{
    struct memory *memory = find(shadow, place.memory);
    size_t at = lower_bound(memory, place.offset);
    if (at == memory->count || memory->extents[at].offset != place.offset ||
        memory->extents[at].size != place.size)
        return complain("a block that moved", place);
    memory->count--;
    memmove(&memory->extents[at], &memory->extents[at + 1],
            (memory->count - at) * sizeof(struct extent));
    return true;
}
