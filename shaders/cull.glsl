// Which quads are drawn, chosen on the GPU: what terrain_cull.c and terrain.c do on the CPU, with
// the same answer in the same order (seen.h). Four steps, each over all that the one before wrote:
//
//     CHANGE   the records of new meshes                       a thread each
//     COUNT    what is seen of the columns around the camera   a thread each, from near to far
//     SUM      where each column's quads come to lie; draws    one group
//     LIST     the quads                                       a group for each column
//
// A sum of counts in the columns' order gives every quad its place, so that neither the number of
// threads nor their speed shows in the picture.
#version 460

#include "shared.h"
#include "seen.h"

const uint CHANGE = 0, COUNT = 1, SUM = 2, LIST = 3;
layout(constant_id = 0) const uint STEP = CHANGE;

#ifdef COMPUTE_STAGE
const uint GROUP = 128;
layout(local_size_x = 128) in;

layout(std140, set = 0, binding = 0) uniform View { terrain_view view; };
layout(std430, set = 0, binding = 1) readonly buffer Changes { terrain_change changes[]; };
layout(std430, set = 0, binding = 2) buffer Records { terrain_record records[]; };
layout(std430, set = 0, binding = 3) buffer Grid { uint grid[]; }; // a record, for each slot
layout(std430, set = 0, binding = 4) buffer Sums { uvec4 sums[]; }; // of columns; then of groups
layout(std430, set = 0, binding = 5) writeonly buffer Places { terrain_place places[]; };
layout(std430, set = 0, binding = 6) writeonly buffer List { uvec2 list[]; }; // a record, its quad
layout(std430, set = 0, binding = 7) buffer Draws { terrain_draws draws; };

int column_count()
{
    int across = view.cell.w / 2 * 2 + 1;
    return across * across;
}

uint group_count()
{
    return (uint(column_count()) + GROUP - 1) / GROUP;
}

// Its record and its origin, if the n-th chunk of a column is there and touches the frustum.
bool find(int column, int n, out uint index, out vec3 origin)
{
    seen_column offset = seen_column_at(column);
    ivec3 chunk = view.cell.xyz + ivec3(offset.x, 0, offset.z);
    chunk.y = seen_level_at(view.cell.y, n);
    index = grid[seen_slot(chunk.x, chunk.y, chunk.z, view.cell.w)];
    // A slot keeps what was there before, or nothing that has a meaning.
    if (index >= view.records || records[index].chunk.xyz != chunk ||
        records[index].first[TERRAIN_RANGES] == 0)
        return false;
    for (int axis = 0; axis < 3; axis++)
        origin[axis] = seen_origin(chunk[axis], view.cell[axis], view.inside[axis]);
    for (int i = 0; i < 6; i++) {
        vec4 plane = view.frustum[i];
        if (!seen_inside(plane.x, plane.y, plane.z, plane.w, origin.x, origin.y, origin.z))
            return false;
    }
    return true;
}

// What is drawn of a chunk is up to ten runs of its quads: the six directions, what is under water,
// and one for each of the other lists.
const uint RUNS = 10;

uint list_of(uint run)
{
    return run <= TERRAIN_WET ? 0 : run - TERRAIN_WET;
}

// From which quad to which. Nothing where all of them look away from the camera.
uvec2 run_of(uint index, vec3 origin, uint run)
{
    if (run < TERRAIN_WET && !seen_face(origin[run / 2], run % 2 != 0))
        return uvec2(0);
    uint range = run <= TERRAIN_WET ? run : TERRAIN_LOW_GLASS + run - TERRAIN_WET - 1;
    uint end = range + 1;
    if (run == TERRAIN_WET) {
        ivec4 chunk = records[index].chunk;
        end = range + seen_wet_layers(origin.x, origin.y, origin.z, chunk.y * SEEN_SIZE,
                                      1 << chunk.w, view.inside.w);
    }
    return uvec2(records[index].first[range], records[index].first[end]);
}

void change(uint i)
{
    if (i >= view.changes)
        return;
    records[changes[i].index] = changes[i].record;
    if (changes[i].record.first[TERRAIN_RANGES] > 0)
        grid[changes[i].slot] = changes[i].index;
}

shared uvec4 parts[GROUP];

// The sum of what the threads up to this one have; all call it. parts[GROUP - 1]: of all of them.
uvec4 sum_up_to(uint thread, uvec4 mine)
{
    parts[thread] = mine;
    barrier();
    for (uint reach = 1; reach < GROUP; reach *= 2) {
        uvec4 before = thread >= reach ? parts[thread - reach] : uvec4(0);
        barrier();
        parts[thread] += before;
        barrier();
    }
    return parts[thread];
}

uvec4 count_column(int column)
{
    uvec4 count = uvec4(0);
    for (int n = 0; column < column_count() && n < 4; n++) {
        uint index;
        vec3 origin;
        for (uint run = find(column, n, index, origin) ? 0 : RUNS; run < RUNS; run++) {
            uvec2 quads = run_of(index, origin, run);
            count[list_of(run)] += quads.y - quads.x;
        }
    }
    return count;
}

void count(uint thread, uint group)
{
    int column = int(group * GROUP + thread);
    uvec4 mine = count_column(column);
    uvec4 end = sum_up_to(thread, mine);
    if (column < column_count())
        sums[column] = end - mine;
    if (thread == GROUP - 1)
        sums[column_count() + group] = end;
}

uint start_of(uint list, uvec4 all)
{
    return (list > 0 ? all.x : 0) + (list > 1 ? all.y : 0) + (list > 2 ? all.z : 0);
}

void write_draws(uint thread, uvec4 all)
{
    for (uint i = thread; i < TERRAIN_LISTS * TERRAIN_DRAWS; i += GROUP) {
        uint which = i / TERRAIN_DRAWS;
        uint from = i % TERRAIN_DRAWS * TERRAIN_INDEXED_QUADS;
        if (from >= all[which])
            continue;
        draws.draw[i * 5] = min(all[which] - from, TERRAIN_INDEXED_QUADS) * 6; // indexCount
        draws.draw[i * 5 + 1] = 1;                                             // instanceCount
        draws.draw[i * 5 + 2] = 0;                                             // firstIndex
        draws.draw[i * 5 + 3] = (start_of(which, all) + from) * 4;             // vertexOffset
        draws.draw[i * 5 + 4] = TERRAIN_LISTED;                                // firstInstance
    }
    if (thread < TERRAIN_LISTS) {
        draws.count[thread] = (all[thread] + TERRAIN_INDEXED_QUADS - 1) / TERRAIN_INDEXED_QUADS;
        draws.quads[thread] = all[thread];
    }
}

// Each thread adds up some groups; then all groups know what lies before them.
void sum(uint thread)
{
    uint share = (group_count() + GROUP - 1) / GROUP;
    uint first = column_count() + min(thread * share, group_count());
    uint end = column_count() + min(thread * share + share, group_count());
    uvec4 mine = uvec4(0);
    for (uint i = first; i < end; i++)
        mine += sums[i];
    uvec4 before = sum_up_to(thread, mine) - mine;
    for (uint i = first; i < end; i++) {
        uvec4 here = sums[i];
        sums[i] = before;
        before += here;
    }
    write_draws(thread, parts[GROUP - 1]);
}

// The opaque quads from near to far, the others from far to near.
void list_column(uint thread, int column)
{
    // Most columns are not seen; the last of a group looks for itself.
    if ((column + 1) % GROUP != 0 && column + 1 < column_count() && sums[column] == sums[column + 1])
        return;
    uvec4 all = uvec4(draws.quads[0], draws.quads[1], draws.quads[2], draws.quads[3]);
    uvec4 before = sums[column_count() + column / GROUP] + sums[column];
    for (int n = 0; n < 4; n++) {
        uint index;
        vec3 origin;
        if (!find(column, n, index, origin))
            continue;
        if (thread == 0)
            places[index] = terrain_place(vec4(origin, float(1 << records[index].chunk.w)),
                                          records[index].quads, uvec2(0));
        for (uint run = 0; run < RUNS; run++) {
            uvec2 quads = run_of(index, origin, run);
            uint which = list_of(run), count = quads.y - quads.x;
            uint to = start_of(which, all) +
                      (which == 0 ? before[which] : all[which] - before[which] - count);
            for (uint i = thread; i < count; i += GROUP)
                list[to + i] = uvec2(index, quads.x + i);
            before[which] += count;
        }
    }
}

void main()
{
    uint thread = gl_LocalInvocationIndex;
    uint group = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
    if (STEP == CHANGE)
        change(gl_GlobalInvocationID.x);
    else if (STEP == COUNT)
        count(thread, group);
    else if (STEP == SUM)
        sum(thread);
    else
        list_column(thread, int(group));
}
#endif
