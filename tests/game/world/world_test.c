// Labels: threads
//
// Streaming: whatever happens, in the end what is drawn is what is there, once.
//
// Land and mesher are stand-ins: the land is simple, and a "mesh" is one number, computed from
// every block that a mesh of that detail may show. So a chunk that is drawn from anything but the
// blocks of now is found out.
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
#include "game/world/save.h"
#include "game/world/terrain.h"

// ---- The stand-ins ----

static atomic_int generate_failures, mesh_failures; // as many of the next calls fail
static atomic_bool gate_closed;                     // workers' meshers wait while it is
static atomic_uint mesh_calls;

static pthread_mutex_t generated_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct column_coord generated[4096]; // in the order in which it happened
static uint32_t generated_count;

static bool fails(atomic_int *failures)
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
UNWATCHED static bool fill_chunk(struct chunk_coord at, uint8_t kinds[CHUNK_BLOCKS])
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

UNWATCHED static bool anything_shows(const struct surroundings *around)
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

static void read_input(const struct mesh_input *input, struct surroundings *out)
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

static struct drawn *pass_at(struct chunk_coord coord)
{
    return &pass.chunks[coord.z & (PASS_SIDE - 1)][coord.x & (PASS_SIDE - 1)][coord.y];
}

static void pass_take(const struct world_change *change)
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

static void pass_drain(struct world *world, uint32_t most)
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

static bool detail_fits(uint32_t detail, int32_t distance)
{
    static const int32_t nearest[] = {0, 5, 8}, farthest[] = {5, 8, 1 << 20}; // with the slack
    return distance >= nearest[detail] && distance <= farthest[detail];
}

// Everything within the radius is drawn as it is, and nothing far beyond it. Of large worlds every
// fifth chunk is compared block by block.
static void assert_drawn(struct world *world, int32_t radius, int32_t x, int32_t z)
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

static struct fixture start(uint32_t workers, uint32_t radius, bool deterministic,
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

static void stop(struct fixture *fixture)
{
    world_destroy(fixture->world);
    jobs_destroy(fixture->jobs);
}

static float middle(int32_t chunk)
{
    return (float)chunk * CHUNK_SIZE + CHUNK_SIZE / 2;
}

static void complete_and_check(struct world *world, int32_t radius, int32_t x, int32_t z)
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

// ---- Tests ----

static void everything_within_the_radius_is_there_once(void **state)
{
    (void)state;
    for (int32_t radius = 0; radius <= 9; radius += 1 + 2 * radius) {
        struct fixture fixture = start(2, (uint32_t)radius, false, NULL);
        struct world_stats stats;
        world_stats(fixture.world, &stats);
        assert_false(stats.complete);
        assert_int_equal(stats.columns_wanted, (2 * radius + 1) * (2 * radius + 1));
        complete_and_check(fixture.world, radius, 3, -2);
        stop(&fixture);
    }
}

static void updates_alone_get_there_too(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 4, false, NULL);
    struct world_stats stats = {0};
    for (int i = 0; i < 20000 && !stats.complete; i++) {
        world_update(fixture.world, middle(5), middle(0));
        pass_drain(fixture.world, 5);
        world_stats(fixture.world, &stats);
        usleep(500);
    }
    assert_true(stats.complete);
    assert_drawn(fixture.world, 4, 5, 0);
    stop(&fixture);
}

static void chunks_without_faces_are_not_meshed(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 2, false, NULL);
    atomic_store(&mesh_calls, 0);
    complete_and_check(fixture.world, 2, 0, 0);
    // On this land the two upper chunks of a column are air; the lowest one is hidden, but only a
    // look at the blocks above it could tell.
    assert_int_equal(atomic_load(&mesh_calls), 50);
    stop(&fixture);
}

static void walking_to_and_fro_meshes_nothing(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 9, false, NULL);
    complete_and_check(fixture.world, 9, 0, 0);
    assert_true(world_complete(fixture.world, middle(1), middle(0)));
    pass_drain(fixture.world, UINT32_MAX);
    struct world_stats before, after;
    world_stats(fixture.world, &before);
    for (int i = 0; i < 6; i++)
        assert_true(world_complete(fixture.world, middle(i % 2), middle(0)));
    world_stats(fixture.world, &after);
    assert_int_equal(after.chunks_meshed, before.chunks_meshed);
    assert_int_equal(after.changes_waiting, 0);
    stop(&fixture);
}

static void a_flight_meshes_hardly_anything_twice(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 9, false, NULL);
    struct world_stats stats;
    for (int i = 0; i < 480; i++) {
        world_update(fixture.world, (float)i * 2.0f, (float)i * 0.6f);
        pass_drain(fixture.world, 40);
        if (i % 16 == 0) // however slow the machine is, it gets there before the next border
            assert_true(world_complete(fixture.world, (float)i * 2.0f, (float)i * 0.6f));
    }
    world_stats(fixture.world, &stats);
    print_message("%llu chunks meshed, %llu became visible\n",
                  (unsigned long long)stats.chunks_meshed,
                  (unsigned long long)stats.chunks_became_visible);
    assert_true(stats.chunks_became_visible > 800);
    // The lowest chunks of this land are meshed though nothing of them shows: one in two.
    assert_true((double)stats.chunks_meshed <= 1.3 * (double)stats.chunks_became_visible);
    stop(&fixture);
}

static enum block random_block(void)
{
    return (enum block)(rand() % BLOCK_COUNT);
}

// An edit somewhere around the centre, often at the edges of chunks.
static void edit_somewhere(struct world *world, int32_t x, int32_t z)
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

static void random_walk(uint32_t workers, uint32_t seed, int rounds)
{
    int32_t radius = 3, x = 0, z = 0;
    struct fixture fixture = start(workers, (uint32_t)radius, false, NULL);
    srand(seed);
    for (int round = 0; round < rounds; round++) {
        if (rand() % 8 == 0) {
            x += rand() % 9 - 4;
            z += rand() % 9 - 4;
        }
        if (rand() % 60 == 0) {
            radius = rand() % 6;
            world_set_radius(fixture.world, (uint32_t)radius);
        }
        for (int edits = rand() % 4; edits > 0; edits--)
            edit_somewhere(fixture.world, x, z);
        world_set_heading(fixture.world, (float)(rand() % 3 - 1), (float)(rand() % 3 - 1));
        world_update(fixture.world, middle(x) + (float)(rand() % 20 - 10), middle(z));
        pass_drain(fixture.world, (uint32_t)rand() % 60);
        if (rand() % 4 == 0)
            usleep((useconds_t)rand() % 3000);
        if (rand() % 40 == 0)
            complete_and_check(fixture.world, radius, x, z);
    }
    complete_and_check(fixture.world, radius, x, z);
    stop(&fixture);
}

static void random_walks_with_edits_end_right(void **state)
{
    (void)state;
    random_walk(1, 1, 80);
    random_walk(2, 2, 80);
    random_walk(4, 3, 80);
    random_walk(8, 4, 80);
}

static uint64_t deterministic_walk(uint32_t workers)
{
    struct fixture fixture = start(workers, 5, true, NULL);
    srand(9);
    int32_t x = 0, z = 0;
    for (int round = 0; round < 10; round++) {
        x += rand() % 5 - 2;
        z += rand() % 5 - 2;
        for (int edits = 0; edits < 3; edits++)
            edit_somewhere(fixture.world, x, z);
        if (round % 3 == 0) {
            world_update(fixture.world, middle(x), middle(z));
            pass_drain(fixture.world, 30);
        }
        assert_true(world_complete(fixture.world, middle(x), middle(z)));
        pass_drain(fixture.world, 100);
    }
    complete_and_check(fixture.world, 5, x, z);
    stop(&fixture);
    return pass.history;
}

static void a_deterministic_world_is_the_same_with_any_number_of_workers(void **state)
{
    (void)state;
    uint64_t history = deterministic_walk(1);
    assert_true(deterministic_walk(2) == history);
    assert_true(deterministic_walk(4) == history);
    assert_true(deterministic_walk(1) == history);
}

static void a_long_walk_leaves_memory_where_it_was(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 4, false, NULL);
    struct world_stats before, away, after;
    complete_and_check(fixture.world, 4, 0, 0);
    world_stats(fixture.world, &before);
    for (int32_t x = 0; x <= 60; x += 2) {
        world_update(fixture.world, middle(x), middle(x / 2));
        pass_drain(fixture.world, 50);
    }
    complete_and_check(fixture.world, 4, 60, 30);
    world_stats(fixture.world, &away);
    complete_and_check(fixture.world, 4, 0, 0); // far enough to drop everything at once
    world_stats(fixture.world, &after);
    assert_true(before.host_bytes > 0);
    assert_int_equal(before.host_bytes, after.host_bytes);
    assert_true(away.host_bytes < before.host_bytes * 3 / 2);
    stop(&fixture);
}

static void edits_are_there_again_after_a_walk(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 2, false, NULL);
    struct block_coord at = {-1, 90, 31}, other = {5, 10, 5};
    assert_false(world_set(fixture.world, at, BLOCK_LAMP)); // not there yet
    complete_and_check(fixture.world, 2, 0, 0);
    assert_true(world_set(fixture.world, at, BLOCK_LAMP));
    assert_true(world_set(fixture.world, at, BLOCK_PLANKS));
    assert_true(world_set(fixture.world, other, BLOCK_AIR));
    complete_and_check(fixture.world, 2, 50, 0);
    assert_false(world_loaded(fixture.world, at));
    assert_int_equal(world_get(fixture.world, at), BLOCK_STONE);
    complete_and_check(fixture.world, 2, 0, 0);
    assert_int_equal(world_get(fixture.world, at), BLOCK_PLANKS);
    assert_int_equal(world_get(fixture.world, other), BLOCK_AIR);
    stop(&fixture);
}

static struct save *open_save(const char *path)
{
    char message[256];
    uint32_t seed = 1;
    struct save *save = save_open(path, &seed, message, sizeof(message));
    assert_non_null(save);
    return save;
}

static void edits_are_there_again_after_a_restart(void **state)
{
    (void)state;
    char folder[] = "/tmp/ash-world-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/world.db", folder);
    struct block_coord at = {-33, 3, 64};
    struct save *save = open_save(path);
    struct fixture fixture = start(3, 2, false, save);
    complete_and_check(fixture.world, 2, 0, 0);
    assert_true(world_set(fixture.world, at, BLOCK_GLASS));
    complete_and_check(fixture.world, 2, 40, 0);
    complete_and_check(fixture.world, 2, 0, 0); // perhaps before it was written
    assert_int_equal(world_get(fixture.world, at), BLOCK_GLASS);
    stop(&fixture);
    assert_true(save_close(save));
    save = open_save(path);
    fixture = start(3, 2, false, save);
    complete_and_check(fixture.world, 2, 0, 0);
    assert_int_equal(world_get(fixture.world, at), BLOCK_GLASS);
    stop(&fixture);
    assert_true(save_close(save));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

// An edit shows in the next frame, in all chunks that it touches at once, even while a worker is
// busy with an older state of them, which is never shown afterwards.
static void an_edit_is_meshed_by_the_next_update(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 5, false, NULL);
    complete_and_check(fixture.world, 5, 0, 0);
    // Two columns away the detail of the ring changes: jobs that will hang at the gate.
    atomic_store(&gate_closed, true);
    world_update(fixture.world, middle(2), middle(0));
    struct world_stats stats;
    world_stats(fixture.world, &stats);
    assert_true(stats.jobs_in_flight > 0);
    pass_drain(fixture.world, UINT32_MAX);
    struct block_coord corner = {63, 95, 31}; // where eight chunks meet
    assert_true(world_set(fixture.world, corner, BLOCK_LAMP));
    double begin = now_ms();
    world_update(fixture.world, middle(2), middle(0));
    assert_true(now_ms() - begin < 250); // it did not wait for the gate
    pass_drain(fixture.world, 8);        // before anything else
    for (int i = 0; i < 8; i++) {
        struct chunk_coord coord = {1 + (i & 1), 2 + (i >> 2), (i >> 1) & 1};
        struct drawn *drawn = pass_at(coord);
        assert_int_equal(drawn->number, expected_number(fixture.world, coord, 0));
        assert_int_equal(drawn->present, drawn->number != 0);
    }
    atomic_store(&gate_closed, false);
    complete_and_check(fixture.world, 5, 2, 0);
    stop(&fixture);
}

// Whatever a running job reads is not what an edit writes, and its result is not shown.
static void an_edit_during_a_mesh_job_leads_to_another(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 1, false, NULL);
    atomic_store(&gate_closed, true);
    struct block_coord at = {0, 40, 0};
    for (int i = 0; i < 5000 && atomic_load(&mesh_calls) < 2; i++) {
        world_update(fixture.world, middle(0), middle(0));
        usleep(200);
    }
    while (!world_loaded(fixture.world, at))
        world_update(fixture.world, middle(0), middle(0));
    for (int i = 0; i < 20; i++) {
        assert_true(world_set(fixture.world, at, i % 2 == 0 ? BLOCK_LAMP : BLOCK_ORE));
        world_update(fixture.world, middle(0), middle(0));
    }
    atomic_store(&gate_closed, false);
    complete_and_check(fixture.world, 1, 0, 0);
    stop(&fixture);
}

static void no_memory_is_survived(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 3, false, NULL);
    // For good: it gives up, and says so.
    atomic_store(&generate_failures, 1 << 30);
    assert_false(world_complete(fixture.world, 0, 0));
    atomic_store(&generate_failures, 0);
    atomic_store(&mesh_failures, 1 << 30);
    assert_false(world_complete(fixture.world, 0, 0));
    atomic_store(&mesh_failures, 0);
    complete_and_check(fixture.world, 3, 0, 0);
    // For a while: updates come to the end by themselves.
    atomic_store(&generate_failures, 20);
    atomic_store(&mesh_failures, 20);
    struct world_stats stats = {0};
    for (int i = 0; i < 200000 && !stats.complete; i++) {
        world_update(fixture.world, middle(20), middle(0));
        pass_drain(fixture.world, UINT32_MAX);
        world_stats(fixture.world, &stats);
        usleep(50);
    }
    assert_true(stats.complete);
    assert_drawn(fixture.world, 3, 20, 0);
    // While an edit is meshed.
    atomic_store(&mesh_failures, 1);
    assert_true(world_set(fixture.world, (struct block_coord){650, 40, 10}, BLOCK_LAMP));
    world_update(fixture.world, middle(20), middle(0));
    complete_and_check(fixture.world, 3, 20, 0);
    stop(&fixture);
}

static void far_columns_are_packed_and_still_right(void **state)
{
    (void)state;
    struct fixture fixture = start(2, 12, false, NULL);
    struct world_stats before, after;
    assert_true(world_complete(fixture.world, middle(0), middle(0)));
    pass_drain(fixture.world, UINT32_MAX);
    world_stats(fixture.world, &before);
    for (int i = 0; i < 100; i++)
        world_update(fixture.world, middle(0), middle(0));
    world_stats(fixture.world, &after);
    assert_true(after.host_bytes < before.host_bytes * 3 / 4);
    struct block_coord at = {11 * 32 + 4, 20, 4};
    assert_int_equal(world_get(fixture.world, at), BLOCK_STONE);
    assert_true(world_set(fixture.world, at, BLOCK_LAMP));
    assert_int_equal(world_get(fixture.world, at), BLOCK_LAMP);
    at.y++;
    assert_int_equal(world_get(fixture.world, at), BLOCK_WATER);
    complete_and_check(fixture.world, 12, 3, 2);
    stop(&fixture);
}

static void near_columns_come_first_and_those_in_front(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 6, true, NULL);
    assert_true(world_complete(fixture.world, 0, 0));
    int32_t last = 0;
    for (uint32_t i = 0; i < generated_count; i++) {
        int32_t distance = generated[i].x * generated[i].x + generated[i].z * generated[i].z;
        assert_true(distance >= last);
        last = distance;
    }
    assert_int_equal(generated_count, 15 * 15);
    stop(&fixture);
    fixture = start(1, 6, true, NULL);
    world_set_heading(fixture.world, 0, -3);
    assert_true(world_complete(fixture.world, 0, 0));
    int32_t ahead = 0;
    for (uint32_t i = 0; i < 80; i++)
        ahead += generated[i].z < 0;
    assert_true(ahead > 50);
    stop(&fixture);
}

static void an_update_never_waits(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 6, false, NULL);
    atomic_store(&gate_closed, true);
    double worst = 0;
    for (int i = 0; i < 200; i++) {
        double begin = now_ms();
        world_update(fixture.world, middle(i / 8), 0);
        double took = now_ms() - begin;
        worst = took > worst ? took : worst;
        usleep(500);
    }
    atomic_store(&gate_closed, false);
    print_message("longest update with a worker that hangs: %.2f ms\n", worst);
    assert_true(worst < 250); // a sanitizer and a loaded machine included
    complete_and_check(fixture.world, 6, 24, 0);
    stop(&fixture);
}

static void places_that_are_not_there(void **state)
{
    (void)state;
    struct fixture fixture = start(1, 1, false, NULL);
    complete_and_check(fixture.world, 1, 0, 0);
    assert_int_equal(world_get(fixture.world, (struct block_coord){0, -1, 0}), BLOCK_STONE);
    assert_int_equal(world_get(fixture.world, (struct block_coord){0, 128, 0}), BLOCK_AIR);
    assert_int_equal(world_get(fixture.world, (struct block_coord){9999, 100, 0}), BLOCK_STONE);
    assert_false(world_set(fixture.world, (struct block_coord){0, -1, 0}, BLOCK_AIR));
    assert_false(world_set(fixture.world, (struct block_coord){0, 128, 0}, BLOCK_LAMP));
    static const float places[] = {1e30f, -1e30f, 2147483648.0f, -2147483648.0f, 0.0f / 1.0f};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        assert_true(world_complete(fixture.world, places[i], -places[i]));
    assert_true(world_complete(fixture.world, strtof("nan", NULL), 0));
    world_destroy(NULL);
    stop(&fixture);
}

static int quiet(void **state)
{
    (void)state;
    ash_log_set_level(ASH_LOG_OFF);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_within_the_radius_is_there_once),
        cmocka_unit_test(updates_alone_get_there_too),
        cmocka_unit_test(chunks_without_faces_are_not_meshed),
        cmocka_unit_test(walking_to_and_fro_meshes_nothing),
        cmocka_unit_test(a_flight_meshes_hardly_anything_twice),
        cmocka_unit_test(random_walks_with_edits_end_right),
        cmocka_unit_test(a_deterministic_world_is_the_same_with_any_number_of_workers),
        cmocka_unit_test(a_long_walk_leaves_memory_where_it_was),
        cmocka_unit_test(edits_are_there_again_after_a_walk),
        cmocka_unit_test(edits_are_there_again_after_a_restart),
        cmocka_unit_test(an_edit_is_meshed_by_the_next_update),
        cmocka_unit_test(an_edit_during_a_mesh_job_leads_to_another),
        cmocka_unit_test(no_memory_is_survived),
        cmocka_unit_test(far_columns_are_packed_and_still_right),
        cmocka_unit_test(near_columns_come_first_and_those_in_front),
        cmocka_unit_test(an_update_never_waits),
        cmocka_unit_test(places_that_are_not_there),
    };
    return cmocka_run_group_tests(tests, quiet, NULL);
}
