// The stage for tests of streaming, for exactly one program each: land, mesher and terrain pass are
// stand-ins. The land is simple, and a "mesh" is one number, computed from every block that a mesh
// of that detail may show. So a chunk that is drawn from anything but the blocks of now is found
// out.
#ifndef TESTS_GAME_WORLD_WORLD_STAGE_H
#define TESTS_GAME_WORLD_WORLD_STAGE_H

#include "game/world/world.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/log.h"
#include "game/world/save/save.h"
#include "game/world/terrain/terrain.h"

// ---- The stand-ins ----

static atomic_int generate_failures, mesh_failures; // as many of the next calls fail
static atomic_bool gate_closed;                     // workers' meshers wait while it is
static atomic_uint mesh_calls;

static pthread_mutex_t generated_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct column_coord generated[4096]; // in the order in which it happened
static uint32_t generated_count;

static inline bool fails(atomic_int *failures)
{
    int left = atomic_load(failures);
    while (left > 0)
        if (atomic_compare_exchange_weak(failures, &left, left - 1))
            return true;
    return false;
}

// Sanitizers watch where workers copy what belongs to the world; of sums over their own copies they
// would only make a long wait.
#define UNWATCHED __attribute__((no_sanitize("address", "thread", "undefined")))

UNWATCHED static inline uint8_t land_at(int32_t x, int32_t y, int32_t z)
{
    int32_t height = x >= 160 ? 20 : 40 + (((x & 63) * 3 + (z & 31) * 5) & 15);
    if (y <= height)
        return BLOCK_STONE;
    return y <= SEA_LEVEL ? BLOCK_WATER : BLOCK_AIR;
}

// Fills one chunk; returns whether all of it is of one kind.
UNWATCHED static inline bool fill_chunk(struct chunk_coord at, uint8_t kinds[CHUNK_BLOCKS])
{
    bool uniform = true;
    for (int32_t i = 0; i < CHUNK_BLOCKS; i++) {
        kinds[i] = land_at(at.x * 32 + i % 32, at.y * 32 + i / 1024, at.z * 32 + i / 32 % 32);
        uniform = uniform && kinds[i] == kinds[0];
    }
    return uniform;
}

bool terrain_generate(uint32_t seed, struct column_coord column, struct chunk chunks[COLUMN_CHUNKS])
{
    (void)seed;
    if (fails(&generate_failures))
        return false;
    pthread_mutex_lock(&generated_mutex);
    if (generated_count < 4096)
        generated[generated_count++] = column;
    pthread_mutex_unlock(&generated_mutex);
    for (int32_t y = 0; y < COLUMN_CHUNKS; y++) {
        uint8_t kinds[CHUNK_BLOCKS];
        bool uniform = fill_chunk((struct chunk_coord){column.x, y, column.z}, kinds);
        chunks[y] = (struct chunk){uniform ? NULL : malloc(CHUNK_BLOCKS), kinds[0]};
        if (chunks[y].blocks != NULL)
            memcpy(chunks[y].blocks, kinds, CHUNK_BLOCKS);
    }
    return true;
}

int32_t terrain_height(uint32_t seed, int32_t x, int32_t z)
{
    (void)seed, (void)x, (void)z;
    return 0;
}

struct mesher {
    bool is_main;
};
static struct mesher *last_mesher;

struct mesher *mesher_create(void)
{
    if (last_mesher != NULL)
        last_mesher->is_main = false;
    last_mesher = calloc(1, sizeof(*last_mesher));
    if (last_mesher != NULL)
        last_mesher->is_main = true; // until another is made: the main thread's is the last
    return last_mesher;
}

void mesher_destroy(struct mesher *mesher)
{
    if (mesher == last_mesher)
        last_mesher = NULL;
    free(mesher);
}

void mesh_finish(struct mesh *mesh)
{
    free(mesh->quads);
    *mesh = (struct mesh){0};
}

// A chunk and what lies up to four blocks around it, as a mesh of any detail may show it.
enum { REACH = 4, PADDED = CHUNK_SIZE + 2 * REACH };
struct surroundings {
    uint8_t kinds[PADDED][PADDED][PADDED]; // [y][z][x]
};

static inline bool face_shows(uint8_t kind, uint8_t beside)
{
    if (block_types[kind].opaque)
        return !block_types[beside].opaque;
    return kind != BLOCK_AIR && beside == BLOCK_AIR;
}

UNWATCHED static inline bool anything_shows(const struct surroundings *around)
{
    enum { X = 1, Z = PADDED, Y = PADDED * PADDED };
    for (int32_t y = 0; y < 32; y++)
        for (int32_t z = 0; z < 32; z++)
            for (int32_t x = 0; x < 32; x++) {
                const uint8_t *at = &around->kinds[y + REACH][z + REACH][x + REACH];
                if (*at != BLOCK_AIR &&
                    (face_shows(*at, at[X]) || face_shows(*at, at[-X]) || face_shows(*at, at[Y]) ||
                     face_shows(*at, at[-Y]) || face_shows(*at, at[Z]) || face_shows(*at, at[-Z])))
                    return true;
            }
    return false;
}

// What a mesh of this detail is made from, as a number; zero where nothing shows.
UNWATCHED static uint64_t number_of(const struct surroundings *around, uint32_t detail)
{
    if (!anything_shows(around))
        return 0;
    int32_t reach = 1 << detail;
    uint64_t number = 14695981039346656037u + detail;
    for (int32_t y = REACH - reach; y < REACH + 32 + reach; y++)
        for (int32_t z = REACH - reach; z < REACH + 32 + reach; z++) {
            const uint8_t *row = around->kinds[y][z];
            for (int32_t x = REACH - reach; x < REACH + 32 + reach; x += 2) // reach is even or 1
                number = (number ^ (uint64_t)(row[x] << 8 | row[x + 1])) * 1099511628211u;
        }
    return number;
}

static inline void read_input(const struct mesh_input *input, struct surroundings *out)
{
    for (int32_t y = -REACH; y < 32 + REACH; y++)
        for (int32_t z = -REACH; z < 32 + REACH; z++)
            for (int32_t side = 0; side < 3; side++) {
                const struct chunk *chunk = input->chunks[(y >> 5) + 1][(z >> 5) + 1][side];
                uint32_t from = side == 0 ? 32 - REACH : 0, count = side == 1 ? 32 : REACH;
                uint8_t *row = &out->kinds[y + REACH][z + REACH][side == 0   ? 0
                                                                 : side == 1 ? REACH
                                                                             : REACH + 32];
                uint32_t index = chunk_index(from, (uint32_t)y & 31, (uint32_t)z & 31);
                if (chunk->blocks != NULL)
                    memcpy(row, chunk->blocks + index, count);
                else
                    memset(row, chunk->uniform, count);
            }
}

bool mesher_mesh(struct mesher *mesher, const struct mesh_input *input, struct mesh *out)
{
    *out = (struct mesh){0};
    atomic_fetch_add(&mesh_calls, 1);
    while (!mesher->is_main && atomic_load(&gate_closed))
        usleep(200);
    if (fails(&mesh_failures))
        return false;
    struct surroundings around;
    read_input(input, &around);
    uint64_t number = number_of(&around, input->detail);
    if (number == 0)
        return true;
    out->quads = malloc(sizeof(mesh_quad));
    if (out->quads == NULL)
        return false;
    out->quads[0] = number;
    out->counts[0] = out->total = 1;
    return true;
}

// ---- The terrain pass's stand-in: what is drawn ----

enum { PASS_SIDE = 256 };
struct drawn {
    bool present;
    struct chunk_coord coord;
    uint32_t detail;
    uint64_t number;
};
struct pass {
    struct drawn chunks[PASS_SIDE][PASS_SIDE][COLUMN_CHUNKS];
    uint32_t count;
    uint64_t history; // of all changes
};
static struct pass pass;

static inline struct drawn *pass_at(struct chunk_coord coord)
{
    return &pass.chunks[coord.z & (PASS_SIDE - 1)][coord.x & (PASS_SIDE - 1)][coord.y];
}

static inline void pass_take(const struct world_change *change)
{
    struct drawn *drawn = pass_at(change->coord);
    if (drawn->present) {
        assert_int_equal(drawn->coord.x, change->coord.x);
        assert_int_equal(drawn->coord.z, change->coord.z);
    }
    if (change->removed) {
        assert_true(drawn->present);
        assert_int_equal(change->mesh->total, 0);
        pass.count--;
        *drawn = (struct drawn){0};
    } else {
        assert_int_equal(change->mesh->total, 1);
        pass.count += !drawn->present;
        *drawn = (struct drawn){true, change->coord, change->detail, change->mesh->quads[0]};
    }
    const uint64_t words[] = {(uint32_t)change->coord.x, (uint32_t)change->coord.y,
                              (uint32_t)change->coord.z, change->detail,
                              change->removed,           drawn->number};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        pass.history = (pass.history ^ words[i]) * 1099511628211u;
}

static inline void pass_drain(struct world *world, uint32_t most)
{
    struct world_change change, again;
    while (most-- > 0 && world_next_change(world, &change)) {
        assert_true(world_next_change(world, &again)); // it stays until it is done
        assert_memory_equal(&change.coord, &again.coord, sizeof(change.coord));
        pass_take(&change);
        world_change_done(world);
    }
}

// ---- What ought to be drawn ----

static uint64_t expected_number(const struct world *world, struct chunk_coord coord,
                                uint32_t detail)
{
    static struct surroundings around;
    for (int32_t y = 0; y < PADDED; y++)
        for (int32_t z = 0; z < PADDED; z++)
            for (int32_t x = 0; x < PADDED; x++)
                around.kinds[y][z][x] = (uint8_t)world_get(
                    world, (struct block_coord){coord.x * 32 + x - REACH, coord.y * 32 + y - REACH,
                                                coord.z * 32 + z - REACH});
    return number_of(&around, detail);
}

static int32_t farther(int32_t a, int32_t b)
{
    return abs(a) > abs(b) ? abs(a) : abs(b);
}

static inline bool detail_fits(uint32_t detail, int32_t distance)
{
    static const int32_t nearest[] = {0, 5, 8}, farthest[] = {5, 8, 1 << 20}; // with the slack
    return distance >= nearest[detail] && distance <= farthest[detail];
}

// Everything within the radius is drawn as it is, and nothing far beyond it. Of large worlds every
// fifth chunk is compared block by block.
static inline void assert_drawn(struct world *world, int32_t radius, int32_t x, int32_t z)
{
    uint32_t present = 0, chunk = 0;
    for (int32_t dz = -radius - 1; dz <= radius + 1; dz++)
        for (int32_t dx = -radius - 1; dx <= radius + 1; dx++)
            for (int32_t y = 0; y < COLUMN_CHUNKS; y++) {
                struct chunk_coord coord = {x + dx, y, z + dz};
                struct drawn *drawn = pass_at(coord);
                int32_t distance = farther(dx, dz);
                if (drawn->present) {
                    present++;
                    assert_int_equal(drawn->coord.x, coord.x);
                    assert_int_equal(drawn->coord.z, coord.z);
                    assert_true(distance > radius || detail_fits(drawn->detail, distance));
                }
                if (distance <= radius && (radius <= 4 || chunk++ % 5 == 0) &&
                    drawn->number != expected_number(world, coord, drawn->detail))
                    fail_msg("chunk (%d, %d, %d) is not drawn as it is", coord.x, y, coord.z);
            }
    assert_int_equal(present, pass.count);
}

struct fixture {
    struct jobs *jobs;
    struct world *world;
};

static inline struct fixture start(uint32_t workers, uint32_t radius, bool deterministic,
                                   struct save *save)
{
    memset(&pass, 0, sizeof(pass));
    generated_count = 0;
    struct fixture fixture = {.jobs = jobs_create(workers)};
    assert_non_null(fixture.jobs);
    fixture.world = world_create(&(struct world_params){.seed = 1,
                                                        .radius = radius,
                                                        .jobs = fixture.jobs,
                                                        .save = save,
                                                        .deterministic = deterministic});
    assert_non_null(fixture.world);
    return fixture;
}

static inline void stop(struct fixture *fixture)
{
    world_destroy(fixture->world);
    jobs_destroy(fixture->jobs);
}

static inline float middle(int32_t chunk)
{
    return (float)chunk * CHUNK_SIZE + CHUNK_SIZE / 2;
}

static inline void complete_and_check(struct world *world, int32_t radius, int32_t x, int32_t z)
{
    assert_true(world_complete(world, middle(x), middle(z)));
    pass_drain(world, UINT32_MAX);
    struct world_stats stats;
    world_stats(world, &stats);
    assert_true(stats.complete);
    assert_int_equal(stats.chunks_complete, stats.chunks_wanted);
    assert_int_equal(stats.columns_loaded, stats.columns_wanted);
    assert_int_equal(stats.changes_waiting, 0);
    assert_int_equal(stats.jobs_in_flight, 0);
    assert_drawn(world, radius, x, z);
}

static inline enum block random_block(void)
{
    return (enum block)(rand() % BLOCK_COUNT);
}

// An edit somewhere around the centre, often at the edges of chunks.
static inline void edit_somewhere(struct world *world, int32_t x, int32_t z)
{
    static const int32_t edges[] = {0, 1, 3, 4, 15, 27, 28, 30, 31};
    struct block_coord at = {(x + rand() % 5 - 2) * 32 + edges[rand() % 9], rand() % WORLD_HEIGHT,
                             (z + rand() % 5 - 2) * 32 + edges[rand() % 9]};
    enum block block = random_block();
    bool loaded = world_loaded(world, at);
    assert_int_equal(world_set(world, at, block), loaded);
    if (loaded)
        assert_int_equal(world_get(world, at), block);
}

static inline double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

static inline int quiet(void **state)
{
    (void)state;
    ash_log_set_level(ASH_LOG_OFF);
    return 0;
}

#endif
