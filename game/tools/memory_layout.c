#include "game/tools/memory_layout.h"

#include <math.h>
#include <string.h>

// A chunk is folded into at most this many rows.
enum { MOST_FOLDS = 32 };

static uint32_t rows_of(uint64_t size, uint64_t row_bytes)
{
    return (uint32_t)((size + row_bytes - 1) / row_bytes);
}

static float gap_of(const struct memory_layout *layout)
{
    return fminf(4.0f, fmaxf(1.0f, layout->row_height * 0.4f));
}

// Memory of its own has one block, which a name can be asked of: it needs no title.
static float title_of(const struct memory_layout *layout, const struct memory_chunk *chunk)
{
    return chunk->dedicated ? 0.0f : layout->title;
}

// Places the strips as the layout's scale, row height and title say, as far as they fit.
static bool place(struct memory_layout *layout, const struct memory_snapshot *snapshot,
                  const struct memory_layout_params *params)
{
    float y = params->y;
    layout->count = 0;
    layout->end = y;
    for (uint32_t i = 0; i < snapshot->chunk_count && i < MEMORY_MOST_STRIPS; i++) {
        const struct memory_chunk *chunk = &snapshot->chunks[i];
        const uint32_t rows = rows_of(chunk->size, layout->row_bytes);
        const float top = y + title_of(layout, chunk);
        const float bottom = top + (float)rows * layout->row_height;
        if (bottom > params->y + params->height)
            return false;
        layout->strips[i].y = top;
        layout->strips[i].rows = rows;
        layout->strips[i].size = chunk->size;
        layout->count = i + 1;
        layout->end = bottom;
        y = bottom + gap_of(layout);
    }
    return layout->count == snapshot->chunk_count;
}

void memory_layout_make(struct memory_layout *layout, const struct memory_snapshot *snapshot,
                        const struct memory_layout_params *params)
{
    uint64_t largest = 1;
    for (uint32_t i = 0; i < snapshot->chunk_count; i++)
        largest = snapshot->chunks[i].size > largest ? snapshot->chunks[i].size : largest;
    *layout = (struct memory_layout){.x = params->x, .width = params->width};
    // As many rows as fit; then rows as low as can be seen; then without titles.
    for (int without = 0; without < 2; without++) {
        layout->title = without == 0 ? params->title : 0.0f;
        for (uint32_t folds = MOST_FOLDS; folds > 0; folds /= 2) {
            layout->row_bytes = (largest + folds - 1) / folds;
            layout->row_height = params->least_row;
            if (!place(layout, snapshot, params))
                continue;
            float rows = 0.0f;
            for (uint32_t i = 0; i < layout->count; i++)
                rows += (float)layout->strips[i].rows;
            const float left = params->y + params->height - layout->end;
            layout->row_height =
                fminf(params->most_row, params->least_row + floorf(left / fmaxf(rows, 1.0f)));
            if (place(layout, snapshot, params))
                return;
            layout->row_height = params->least_row; // the gaps grew with the rows
            place(layout, snapshot, params);
            return;
        }
    }
    layout->row_height = fmaxf(3.0f, floorf(params->least_row * 0.5f));
    place(layout, snapshot, params); // what does not fit is left out
}

bool memory_layout_find(const struct memory_layout *layout, float x, float y, uint32_t *chunk,
                        uint64_t *from, uint64_t *to)
{
    if (!(x >= layout->x && x < layout->x + layout->width))
        return false;
    for (uint32_t i = 0; i < layout->count; i++) {
        const float below = y - layout->strips[i].y;
        if (below < 0.0f || below >= (float)layout->strips[i].rows * layout->row_height)
            continue;
        const uint64_t first = (uint64_t)(below / layout->row_height) * layout->row_bytes;
        const double bytes = (double)layout->row_bytes / (double)layout->width; // of a pixel
        const double pixel = floor((double)(x - layout->x));
        const uint64_t size = layout->strips[i].size;
        *chunk = i;
        *from = first + (uint64_t)(pixel * bytes);
        *to = first + (uint64_t)ceil((pixel + 1.0) * bytes);
        *to = *to < size ? *to : size;
        return *from < size;
    }
    return false;
}

bool memory_layout_span(const struct memory_layout *layout, uint32_t chunk, uint32_t row,
                        uint64_t from, uint64_t to, float *x, float *width)
{
    if (chunk >= layout->count || row >= layout->strips[chunk].rows)
        return false;
    const uint64_t first = row * layout->row_bytes, end = first + layout->row_bytes;
    from = from > first ? from : first;
    to = to < end ? to : end;
    if (from >= to)
        return false;
    const double scale = (double)layout->width / (double)layout->row_bytes;
    *x = layout->x + (float)((double)(from - first) * scale);
    *width = (float)((double)(to - from) * scale);
    return true;
}

// Adds a block's part of each cell; the owner with the largest part gives the colour.
static void add_block(struct memory_cell *cells, uint32_t count, double from, double to,
                      uint8_t owner)
{
    const uint32_t last = (uint32_t)fmin(ceil(to), (double)count);
    for (uint32_t i = (uint32_t)from; i < last; i++) {
        const float part = (float)(fmin(to, i + 1.0) - fmax(from, i));
        cells[i].used += part;
        if (part > cells[i].best) {
            cells[i].best = part;
            cells[i].owner = owner;
        }
    }
}

void memory_layout_row(const struct memory_layout *layout, const struct memory_snapshot *snapshot,
                       uint32_t chunk, uint32_t row, struct memory_cell *cells, uint32_t count)
{
    const struct memory_chunk *in = &snapshot->chunks[chunk];
    const uint64_t first = row * layout->row_bytes, end = first + layout->row_bytes;
    const double scale = (double)count / (double)layout->row_bytes;
    memset(cells, 0, count * sizeof(*cells));
    for (uint32_t i = 0; i < count; i++)
        cells[i].used = (double)i >= (double)(in->size - first) * scale ? -1.0f : 0.0f;
    for (uint32_t i = in->first_block; i < in->first_block + in->block_count; i++) {
        const struct memory_block *block = &snapshot->blocks[i];
        const uint64_t block_end = block->offset + block->size;
        if (block_end <= first || block->offset >= end)
            continue;
        const uint64_t from = block->offset > first ? block->offset - first : 0;
        const uint64_t to = (block_end < end ? block_end : end) - first;
        add_block(cells, count, (double)from * scale, (double)to * scale,
                  block->retiring ? OWNER_COUNT : (uint8_t)block->owner);
    }
}
