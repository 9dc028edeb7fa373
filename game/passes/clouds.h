// Where clouds are: a map that repeats every CLOUDS_SIZE cells. Pure.
#ifndef GAME_PASSES_CLOUDS_H
#define GAME_PASSES_CLOUDS_H

#include <stdint.h>

enum { CLOUDS_SIZE = 256 }; // cells along an edge, a power of two

// Fills CLOUDS_SIZE * CLOUDS_SIZE cells: 0 clear sky, 255 the thick of a cloud.
void clouds_fill(uint8_t *cells);

#endif
