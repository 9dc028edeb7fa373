// Where the memory map shows what: every chunk of device memory is a strip, folded into rows like a
// line of text, all of them to one scale. Pure.
//
//     chunk 0   |################....####|      row_bytes from left to right,
//               |###....#########........|      and on in the next row
//     chunk 1   |#####...................|
//
// Each chunk has as many rows as there is room for, so that even small blocks can be pointed at.
//
// Units: pixels, bytes.
#ifndef GAME_TOOLS_MEMORY_LAYOUT_H
#define GAME_TOOLS_MEMORY_LAYOUT_H

#include "game/tools/memory_snapshot.h"

enum { MEMORY_MOST_STRIPS = 256 };

struct memory_layout_params {
    float x, y, width, height; // of the room there is
    float title;               // height of a chunk's line of text above its strip
    float least_row, most_row; // height of a row, while there is a choice
};

struct memory_layout {
    float x, width, row_height;
    float title;        // 0: there is no room for titles
    uint64_t row_bytes; // from left to right
    uint32_t count;     // strips; chunks beyond have no room
    float end;          // y below the last
    struct {
        float y; // of the first row
        uint32_t rows;
        uint64_t size;
    } strips[MEMORY_MOST_STRIPS];
};

void memory_layout_make(struct memory_layout *layout, const struct memory_snapshot *snapshot,
                        const struct memory_layout_params *params);

// The chunk at a pixel, and the bytes of it that the pixel stands for. False: none is there.
bool memory_layout_find(const struct memory_layout *layout, float x, float y, uint32_t *chunk,
                        uint64_t *from, uint64_t *to);

// The part of the bytes `from` to `to` of a chunk that lies in one of its rows, as x and width.
// False: nothing does.
bool memory_layout_span(const struct memory_layout *layout, uint32_t chunk, uint32_t row,
                        uint64_t from, uint64_t to, float *x, float *width);

// What one cell of a row stands for: the owner with the most bytes in it, and how full it is.
struct memory_cell {
    float used, best; // parts of the cell
    uint8_t owner;    // enum memory_owner; OWNER_COUNT: it waits to retire
};
// Fills the cells of one row, `count` of them over the whole width; those behind the chunk's end
// have used -1.
void memory_layout_row(const struct memory_layout *layout, const struct memory_snapshot *snapshot,
                       uint32_t chunk, uint32_t row, struct memory_cell *cells, uint32_t count);

#endif
