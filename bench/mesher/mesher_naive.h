// The mesher as one would write it first: block by block, one quad a face. What the fast one has
// to draw, exactly; and what it is measured against.
#ifndef BENCH_MESHER_NAIVE_H
#define BENCH_MESHER_NAIVE_H

#include "game/world/mesh/mesher.h"

#include <stdbool.h>

// As mesher_mesh.
bool mesher_naive_mesh(const struct mesh_input *input, struct mesh *out);

#endif
