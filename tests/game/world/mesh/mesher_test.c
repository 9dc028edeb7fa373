#include "game/world/mesh/mesher.h"

#include <stdlib.h>
#include <string.h>

#include "bench/mesher/mesher_naive.h"
#include "game/world/mesh/lighting.h"
#include "game/world/mesh/rows.h"
#include "game/world/terrain/terrain.h"
#include "shaders/shared.h"
#include "tests/support/test.h"

enum { CELLS = CHUNK_BLOCKS, CHUNKS = 27 };

// What a chunk's mesh shows at each unit face: 0 for nothing.
struct faces {
    uint64_t at[FACE_COUNT][CELLS];
};

struct world_part {
    struct chunk chunks[CHUNKS];
    struct mesh_input input;
};

static uint32_t random_below(uint32_t *state, uint32_t limit)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % limit;
}

static struct world_part *part_create(void)
{
    struct world_part *part = calloc(1, sizeof(*part));
    assert_non_null(part);
    for (uint32_t i = 0; i < CHUNKS; i++)
        part->input.chunks[i / 9][i / 3 % 3][i % 3] = &part->chunks[i];
    return part;
}

static void part_destroy(struct world_part *part)
{
    for (uint32_t i = 0; i < CHUNKS; i++)
        free(part->chunks[i].blocks);
    free(part);
}

static void make_blocks(struct chunk *chunk)
{
    chunk->blocks = malloc(CHUNK_BLOCKS);
    assert_non_null(chunk->blocks);
    memset(chunk->blocks, chunk->uniform, CHUNK_BLOCKS);
}

// Some chunks uniform, the others of lumps or of dust, of few kinds or of all.
static struct world_part *random_part(uint32_t *state)
{
    struct world_part *part = part_create();
    uint32_t kinds = 2 + random_below(state, BLOCK_COUNT - 1);
    uint32_t lump = random_below(state, 3);
    uint32_t air = random_below(state, 100);
    uint32_t base = random_below(state, BLOCK_COUNT);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        struct chunk *chunk = &part->chunks[i];
        chunk->uniform = (uint8_t)((base + random_below(state, kinds)) % BLOCK_COUNT);
        if (random_below(state, 4) == 0)
            continue;
        make_blocks(chunk);
        for (uint32_t b = 0; b < CHUNK_BLOCKS; b++) {
            uint32_t x = b & 31, z = b >> 5 & 31, y = b >> 10;
            uint32_t mask = ~((1u << lump) - 1u);
            uint32_t from = chunk_index(x & mask, y & mask, z & mask);
            uint32_t block = (base + random_below(state, kinds)) % BLOCK_COUNT;
            block = random_below(state, 100) < air ? BLOCK_AIR : block;
            chunk->blocks[b] = from == b ? (uint8_t)block : chunk->blocks[from];
        }
    }
    return part;
}

// A quad is stretched only along what its corners are alike in: shading would be, too.
static void check_shading(mesh_quad quad)
{
    uint32_t face = QUAD_FACE(quad), corners[4];
    bool mirrored = face == FACE_EAST || face == FACE_UP || face == FACE_NORTH;
    for (uint32_t i = 0; i < 4; i++)
        corners[i] = QUAD_LIGHT(quad) >> 6 * i & 63;
    bool along_0_1 = corners[0] == corners[1] && corners[3] == corners[2];
    bool along_0_3 = corners[0] == corners[3] && corners[1] == corners[2];
    assert_true(QUAD_WIDTH(quad) == 1 || (mirrored ? along_0_3 : along_0_1));
    assert_true(QUAD_HEIGHT(quad) == 1 || (mirrored ? along_0_1 : along_0_3));
}

static void add_quad(struct faces *faces, mesh_quad quad, bool see_through, uint32_t size)
{
    uint32_t face = QUAD_FACE(quad), axis = face / 2;
    uint32_t width_axis = axis == 0 ? 2 : 0, height_axis = axis == 1 ? 2 : 1;
    uint32_t corner[3] = {QUAD_X(quad), QUAD_Y(quad), QUAD_Z(quad)};
    corner[axis] -= face % 2 == 0;
    check_shading(quad);
    assert_true(face < FACE_COUNT);
    assert_true(corner[width_axis] + QUAD_WIDTH(quad) <= size);
    assert_true(corner[height_axis] + QUAD_HEIGHT(quad) <= size);
    for (uint32_t i = 0; i < QUAD_WIDTH(quad) * QUAD_HEIGHT(quad); i++) {
        uint32_t at[3] = {corner[0], corner[1], corner[2]};
        at[width_axis] += i % QUAD_WIDTH(quad);
        at[height_axis] += i / QUAD_WIDTH(quad);
        uint64_t *unit = &faces->at[face][chunk_index(at[0], at[1], at[2])];
        assert_int_equal(*unit, 0); // covered once
        *unit = (quad >> 32) << 2 | (uint64_t)see_through << 1 | 1u;
    }
}

static struct faces *unit_faces(const struct mesh *mesh, uint32_t detail)
{
    struct faces *faces = calloc(1, sizeof(*faces));
    assert_non_null(faces);
    uint32_t next = 0;
    for (uint32_t face = 0; face <= FACE_COUNT; face++) {
        uint32_t count = face < FACE_COUNT ? mesh->counts[face] : mesh->water_count;
        for (uint32_t i = 0; i < count; i++, next++) {
            if (face < FACE_COUNT)
                assert_int_equal(QUAD_FACE(mesh->quads[next]), face);
            add_quad(faces, mesh->quads[next], face == FACE_COUNT, (uint32_t)CHUNK_SIZE >> detail);
        }
    }
    assert_int_equal(next, mesh->total);
    return faces;
}

// Meshes both ways and compares every unit face.
static void compare(struct mesher *mesher, const struct mesh_input *input)
{
    struct mesh fast, naive;
    assert_true(mesher_mesh(mesher, input, &fast));
    assert_true(mesher_naive_mesh(input, &naive));
    assert_true(fast.total <= naive.total);
    assert_true((fast.total == 0) == (naive.total == 0));
    struct faces *a = unit_faces(&fast, input->detail), *b = unit_faces(&naive, input->detail);
    assert_memory_equal(a, b, sizeof(*a));
    free(a);
    free(b);
    mesh_finish(&fast);
    mesh_finish(&naive);
}

// Light of any strength anywhere, mostly plain daylight.
static void random_light(uint32_t *state, struct light_cells *light)
{
    const uint32_t plain = random_below(state, 100);
    memset(light, 0, sizeof(*light));
    for (uint32_t i = 0; i < LIGHT_PADDED * LIGHT_PADDED * LIGHT_PADDED; i++) {
        uint32_t y = i / (LIGHT_PADDED * LIGHT_PADDED), z = i / LIGHT_PADDED % LIGHT_PADDED;
        uint32_t x = i % LIGHT_PADDED;
        bool dim = random_below(state, 100) >= plain;
        light->at[y][z][x] = dim ? (uint8_t)random_below(state, 256) : LIGHT_MAX;
        light->dim[y][z] |= (uint64_t)(light->at[y][z][x] != LIGHT_MAX) << x;
    }
}

static void greedy_shows_the_same_faces_as_naive(void **state)
{
    (void)state;
    struct mesher *mesher = mesher_create();
    static struct light_cells light;
    uint32_t random = 7;
    for (uint32_t i = 0; i < 60; i++) {
        struct world_part *part = random_part(&random);
        part->input.detail = i % 3;
        if (random_below(&random, 3) != 0) {
            random_light(&random, &light);
            part->input.light = &light;
        }
        compare(mesher, &part->input);
        part_destroy(part);
    }
    mesher_destroy(mesher);
}

static void greedy_shows_the_same_faces_on_land(void **state)
{
    (void)state;
    struct mesher *mesher = mesher_create();
    struct lighting *lighting = lighting_create();
    struct chunk columns[9][COLUMN_CHUNKS];
    struct block_coord spawn = terrain_spawn(3);
    const struct chunk air = {.uniform = BLOCK_AIR}, stone = {.uniform = BLOCK_STONE};
    const struct chunk *around[COLUMN_CHUNKS + 2][3][3];
    for (int32_t i = 0; i < 9; i++) {
        struct column_coord at = {spawn.x / CHUNK_SIZE + i % 3 - 1,
                                  spawn.z / CHUNK_SIZE + i / 3 - 1};
        assert_true(terrain_generate(3, at, columns[i]));
        around[0][i / 3][i % 3] = &stone;
        around[COLUMN_CHUNKS + 1][i / 3][i % 3] = &air;
        for (uint32_t y = 0; y < COLUMN_CHUNKS; y++)
            around[y + 1][i / 3][i % 3] = &columns[i][y];
    }
    lighting_spread(lighting, around, 0, COLUMN_CHUNKS - 1);
    for (uint32_t i = 0; i < COLUMN_CHUNKS * 4; i++) {
        struct mesh_input input = {.detail = i % 4 % 3};
        memcpy(input.chunks, around[i / 4], sizeof(input.chunks));
        input.light = i % 4 == 3 ? lighting_cells(lighting, i / 4) : NULL;
        compare(mesher, &input);
    }
    for (int32_t i = 0; i < 9 * COLUMN_CHUNKS; i++)
        free(columns[i / COLUMN_CHUNKS][i % COLUMN_CHUNKS].blocks);
    lighting_destroy(lighting);
    mesher_destroy(mesher);
}

static struct world_part *filled_part(uint8_t block)
{
    struct world_part *part = part_create();
    for (uint32_t i = 0; i < CHUNKS; i++)
        part->chunks[i].uniform = block;
    return part;
}

static void rock_inside_rock_and_air_are_empty(void **state)
{
    (void)state;
    struct mesher *mesher = mesher_create();
    for (uint32_t detail = 0; detail <= 2; detail++) {
        for (uint32_t block = 0; block < BLOCK_COUNT; block++) {
            struct world_part *part = filled_part((uint8_t)block);
            struct mesh mesh;
            part->input.detail = detail;
            assert_true(mesher_mesh(mesher, &part->input, &mesh));
            assert_int_equal(mesh.water_count, mesh.total);
            if (block != BLOCK_GLASS || detail == 0)
                assert_int_equal(mesh.total, 0);
            mesh_finish(&mesh);
            part_destroy(part);
        }
    }
    mesher_destroy(mesher);
}

static void a_flat_floor_is_one_quad(void **state)
{
    (void)state;
    struct mesher *mesher = mesher_create();
    struct world_part *part = filled_part(BLOCK_AIR);
    for (uint32_t i = 0; i < 9; i++)
        part->chunks[i].uniform = BLOCK_STONE;
    for (uint32_t i = 9; i < 18; i++) {
        make_blocks(&part->chunks[i]);
        memset(part->chunks[i].blocks, BLOCK_GRASS, (size_t)8 * CHUNK_SIZE * CHUNK_SIZE);
    }
    for (uint32_t detail = 0; detail <= 2; detail++) {
        struct mesh mesh;
        part->input.detail = detail;
        assert_true(mesher_mesh(mesher, &part->input, &mesh));
        assert_int_equal(mesh.total, 1);
        assert_int_equal(mesh.counts[FACE_UP], 1);
        assert_int_equal(QUAD_Y(mesh.quads[0]), 8 >> detail);
        assert_int_equal(QUAD_WIDTH(mesh.quads[0]), CHUNK_SIZE >> detail);
        assert_int_equal(QUAD_HEIGHT(mesh.quads[0]), CHUNK_SIZE >> detail);
        assert_int_equal(QUAD_TEXTURE(mesh.quads[0]), TEXTURE_GRASS_TOP);
        assert_int_equal(QUAD_LIGHT(mesh.quads[0]), QUAD_LIGHT_PLAIN);
        mesh_finish(&mesh);
    }
    part_destroy(part);
    mesher_destroy(mesher);
}

// The worst case: every block is a face on all sides.
static void a_checkerboard_fits(void **state)
{
    (void)state;
    struct mesher *mesher = mesher_create();
    struct world_part *part = filled_part(BLOCK_AIR);
    make_blocks(&part->chunks[13]);
    for (uint32_t i = 0; i < CHUNK_BLOCKS; i++)
        part->chunks[13].blocks[i] = ((i ^ i >> 5 ^ i >> 10) & 1) != 0 ? BLOCK_STONE : BLOCK_AIR;
    struct mesh mesh;
    assert_true(mesher_mesh(mesher, &part->input, &mesh));
    assert_int_equal(mesh.total, CHUNK_BLOCKS / 2 * 6);
    mesh_finish(&mesh);
    compare(mesher, &part->input);
    part_destroy(part);
    mesher_destroy(mesher);
}

// Where a coarse chunk meets any neighbour, each of its border cells that the neighbour does not
// hide at every detail has its face.
static void coarse_borders_have_no_gaps(void **state)
{
    (void)state;
    struct mesher *mesher = mesher_create();
    struct world_part *part = filled_part(BLOCK_AIR);
    // The chunk is full up to y = 16; its neighbours only up to 14 and, one block deep, to 16.
    for (uint32_t i = 9; i < 18; i++) {
        make_blocks(&part->chunks[i]);
        memset(part->chunks[i].blocks, BLOCK_STONE,
               (size_t)(i == 13 ? 16 : 14) * CHUNK_SIZE * CHUNK_SIZE);
    }
    part->chunks[14].blocks[chunk_index(0, 14, 5)] = BLOCK_STONE;
    for (uint32_t detail = 1; detail <= 2; detail++) {
        struct mesh mesh;
        part->input.detail = detail;
        assert_true(mesher_mesh(mesher, &part->input, &mesh));
        struct faces *faces = unit_faces(&mesh, detail);
        uint32_t top = (16u >> detail) - 1, last = ((uint32_t)CHUNK_SIZE >> detail) - 1;
        for (uint32_t i = 0; i <= last; i++) {
            assert_int_not_equal(faces->at[FACE_EAST][chunk_index(last, top, i)], 0);
            assert_int_not_equal(faces->at[FACE_WEST][chunk_index(0, top, i)], 0);
            assert_int_not_equal(faces->at[FACE_SOUTH][chunk_index(i, top, last)], 0);
            assert_int_not_equal(faces->at[FACE_NORTH][chunk_index(i, top, 0)], 0);
            assert_int_equal(faces->at[FACE_EAST][chunk_index(last, top - 1, i)], 0);
        }
        free(faces);
        mesh_finish(&mesh);
    }
    part_destroy(part);
    mesher_destroy(mesher);
}

static void rows_are_read_alike_with_and_without_the_instruction(void **state)
{
    (void)state;
    uint32_t random = 3;
    for (uint32_t i = 0; i < 2000; i++) {
        uint8_t bytes[CHUNK_SIZE];
        uint32_t expected = 0;
        for (uint32_t x = 0; x < CHUNK_SIZE; x++) {
            bytes[x] =
                (uint8_t)(i % 2 == 0 ? random_below(&random, 3) : random_below(&random, 256));
            expected |= (uint32_t)(bytes[x] == bytes[0]) << x;
        }
        assert_int_equal(row_equal(bytes, bytes[0]), expected);
        assert_int_equal(row_equal_portable(bytes, bytes[0]), expected);
        uint32_t words[CHUNK_SIZE];
        for (uint32_t x = 0; x < CHUNK_SIZE; x++)
            words[x] = bytes[x] * 0x01010101u;
        assert_int_equal(words_equal(words, words[0]), expected);
    }
}

static void rows_know_the_kinds_as_the_table_does(void **state)
{
    (void)state;
    for (uint32_t block = 0; block < BLOCK_COUNT; block++) {
        assert_int_equal(block_opaque((uint8_t)block), block_types[block].opaque);
        struct chunk chunk = {.uniform = (uint8_t)block};
        assert_int_equal(chunk_opaque(&chunk, 0, 0) != 0, block_types[block].opaque);
        make_blocks(&chunk);
        assert_int_equal(chunk_opaque(&chunk, 31, 31) != 0, block_types[block].opaque);
        assert_int_equal(chunk_kind(&chunk, 31, 31, (uint8_t)block), UINT32_MAX);
        free(chunk.blocks);
    }
}

static void quads_keep_what_is_packed(void **state)
{
    (void)state;
    uint32_t random = 11;
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t x = random_below(&random, 33), y = random_below(&random, 33);
        uint32_t z = random_below(&random, 33), width = 1 + random_below(&random, 32);
        uint32_t height = 1 + random_below(&random, 32), face = random_below(&random, 6);
        uint32_t texture = random_below(&random, 64), light = random_below(&random, 1 << 24);
        uint32_t turned = random_below(&random, 2);
        mesh_quad quad = QUAD_PACK(QUAD_WORD_0(x, y, z, width, height, face),
                                   QUAD_WORD_1(texture, light, turned));
        assert_int_equal(QUAD_X(quad), x);
        assert_int_equal(QUAD_Y(quad), y);
        assert_int_equal(QUAD_Z(quad), z);
        assert_int_equal(QUAD_WIDTH(quad), width);
        assert_int_equal(QUAD_HEIGHT(quad), height);
        assert_int_equal(QUAD_FACE(quad), face);
        assert_int_equal(QUAD_TEXTURE(quad), texture);
        assert_int_equal(QUAD_LIGHT(quad), light);
        assert_int_equal(QUAD_TURNED(quad), turned);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greedy_shows_the_same_faces_as_naive),
        cmocka_unit_test(greedy_shows_the_same_faces_on_land),
        cmocka_unit_test(rock_inside_rock_and_air_are_empty),
        cmocka_unit_test(a_flat_floor_is_one_quad),
        cmocka_unit_test(a_checkerboard_fits),
        cmocka_unit_test(coarse_borders_have_no_gaps),
        cmocka_unit_test(rows_are_read_alike_with_and_without_the_instruction),
        cmocka_unit_test(rows_know_the_kinds_as_the_table_does),
        cmocka_unit_test(quads_keep_what_is_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
