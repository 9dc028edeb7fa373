// What happens by chance in a soak, and how often it has.
#ifndef TESTS_SOAK_SOAK_CHANCE_H
#define TESTS_SOAK_SOAK_CHANCE_H

#include "game/play/input.h"

#include <stdbool.h>
#include <stdint.h>

struct soak_chance {
    uint64_t state; // any; the same one, the same play
    uint32_t keys, clicks, turns, saved_shaders, broken_shaders;
    char broken[64]; // the shader with an error in it; "": none
};

uint32_t soak_below(struct soak_chance *chance, uint32_t limit);
bool soak_one_in(struct soak_chance *chance, uint32_t count);

// Presses, releases, turns and clicks as somebody might.
void soak_input(struct soak_chance *chance, struct input *input);

// Calls `copy` with the name of each file of the folder; false where one call was.
bool soak_each_shader(const char *folder, bool (*copy)(const char *name));
// Saves one of the folder again, now and then with an error; one with an error is mended first.
void soak_save_shader(struct soak_chance *chance, const char *folder);

void soak_print(const struct soak_chance *chance);

#endif
