// Generating and meshing a piece of the world, timed. bench_mesher --help tells the options.
#include "game/world/mesh/mesher.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <stb_image_write.h>

#include "bench/mesher/mesher_naive.h"
#include "game/world/mesh/level.h"
#include "game/world/mesh/lighting.h"
#include "game/world/terrain/terrain.h"

enum {
    COLUMNS_DEFAULT = 23, // radius 10 and the neighbours that its chunks need
    COLUMNS_MAX = 129,
    ROUNDS_DEFAULT = 10,
    NAIVE_STEP = 7 // the naive mesher meshes every seventh column only: it takes long
};

struct options {
    uint32_t seed, columns, rounds;
    const char *json, *map;
};

struct region {
    uint32_t edge;        // columns
    int32_t first;        // column coordinate, x and z
    struct chunk *chunks; // owned; [z][x][y]
};

// What meshing all chunks of a region that have all their neighbours took.
struct result {
    const char *name;
    uint32_t chunks, drawn; // of them with at least one quad
    uint64_t quads;
    double us, drawn_us; // of all; of those with quads, and the light of their columns
};

static const struct chunk air = {.uniform = BLOCK_AIR}, stone = {.uniform = BLOCK_STONE};

// The thread's own time: other programs on the machine do not count.
static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

static struct chunk *column_of(const struct region *region, uint32_t x, uint32_t z)
{
    return &region->chunks[(z * region->edge + x) * COLUMN_CHUNKS];
}

static bool generate(struct region *region, uint32_t seed, double *us)
{
    double start = now_us();
    for (uint32_t i = 0; i < region->edge * region->edge; i++) {
        struct column_coord column = {region->first + (int32_t)(i % region->edge),
                                      region->first + (int32_t)(i / region->edge)};
        if (!terrain_generate(seed, column, &region->chunks[i * COLUMN_CHUNKS]))
            return false;
    }
    *us = now_us() - start;
    return true;
}

static void map_color(enum block block, int32_t y, int32_t beside, uint8_t *rgb)
{
    static const uint8_t colors[BLOCK_COUNT][3] = {
        [BLOCK_WATER] = {30, 90, 170}, [BLOCK_STONE] = {130, 130, 130},
        [BLOCK_BASALT] = {66, 62, 66}, [BLOCK_SAND] = {226, 210, 150},
        [BLOCK_DIRT] = {120, 84, 56},  [BLOCK_GRASS] = {104, 160, 64},
        [BLOCK_ASH] = {112, 106, 108}, [BLOCK_LAVA] = {255, 110, 20},
        [BLOCK_LOG] = {90, 60, 34},    [BLOCK_LEAVES] = {52, 110, 40},
        [BLOCK_ORE] = {220, 120, 80},  [BLOCK_OBSIDIAN] = {36, 24, 48},
    };
    int32_t shade = 200 + (y - beside) * 24 + (y - SEA_LEVEL);
    shade = shade < 90 ? 90 : (shade > 320 ? 320 : shade);
    for (int32_t i = 0; i < 3; i++) {
        int32_t value = colors[block][i] * shade / 256;
        rgb[i] = (uint8_t)(value > 255 ? 255 : value);
    }
}

static int32_t top_of(const struct region *region, int32_t x, int32_t z, bool through_water)
{
    const struct chunk *column =
        column_of(region, (uint32_t)x / CHUNK_SIZE, (uint32_t)z / CHUNK_SIZE);
    for (int32_t y = WORLD_HEIGHT - 1; y > 0; y--) {
        uint8_t block = chunk_get(&column[y / CHUNK_SIZE], (uint32_t)x % CHUNK_SIZE,
                                  (uint32_t)y % CHUNK_SIZE, (uint32_t)z % CHUNK_SIZE);
        if (block != BLOCK_AIR && !(through_water && block == BLOCK_WATER))
            return y;
    }
    return 0;
}

static bool write_map(const struct region *region, const char *path)
{
    int32_t size = (int32_t)region->edge * CHUNK_SIZE;
    uint8_t *rgb = malloc((size_t)size * (size_t)size * 3);
    if (rgb == NULL)
        return false;
    for (int32_t i = 0; i < size * size; i++) {
        int32_t x = i % size, z = i / size;
        int32_t y = top_of(region, x, z, false), floor = top_of(region, x, z, true);
        const struct chunk *column =
            column_of(region, (uint32_t)x / CHUNK_SIZE, (uint32_t)z / CHUNK_SIZE);
        uint8_t block = chunk_get(&column[floor / CHUNK_SIZE], (uint32_t)x % CHUNK_SIZE,
                                  (uint32_t)floor % CHUNK_SIZE, (uint32_t)z % CHUNK_SIZE);
        int32_t beside = top_of(region, x > 0 ? x - 1 : x, z > 0 ? z - 1 : z, true);
        uint8_t *out = &rgb[(size_t)i * 3];
        map_color(block, floor, beside, out);
        for (int32_t c = 0; y > floor && c < 3; c++) {
            static const int32_t water[3] = {16, 84, 150};
            int32_t depth = y - floor > 12 ? 12 : y - floor;
            out[c] = (uint8_t)((out[c] * (13 - depth) + water[c] * (depth + 3)) / 16);
        }
    }
    int written = stbi_write_png(path, size, size, 3, rgb, size * 3);
    free(rgb);
    return written != 0;
}

static void gather(const struct region *region, uint32_t x, uint32_t z,
                   const struct chunk *around[COLUMN_CHUNKS + 2][3][3])
{
    for (uint32_t i = 0; i < 9; i++) {
        const struct chunk *column = column_of(region, x + i % 3 - 1, z + i / 3 - 1);
        around[0][i / 3][i % 3] = &stone;
        around[COLUMN_CHUNKS + 1][i / 3][i % 3] = &air;
        for (uint32_t y = 0; y < COLUMN_CHUNKS; y++)
            around[y + 1][i / 3][i % 3] = &column[y];
    }
}

// How the chunks of a case are meshed.
struct way {
    const char *name;
    uint32_t detail; // or AS_PLAYED
    bool lit;        // with light, which is found anew for each column
    bool naive;
};
#define AS_PLAYED UINT32_MAX // each column by its distance from the region's middle

struct tools {
    struct mesher *mesher;
    struct lighting *lighting;
};

// One column; false where memory ran out.
static bool mesh_column(struct tools tools, const struct way *way, uint32_t level,
                        const struct chunk *around[COLUMN_CHUNKS + 2][3][3], struct result *result)
{
    struct mesh_input input = {.detail = level_details[level]};
    bool lit = way->lit && input.detail == 0;
    double began = now_us();
    if (lit)
        lighting_spread(tools.lighting, around, 0, COLUMN_CHUNKS - 1);
    for (uint32_t y = 0; y < COLUMN_CHUNKS; y++) {
        struct mesh mesh;
        memcpy(input.chunks, around[y], sizeof(input.chunks));
        input.light = lit ? lighting_cells(tools.lighting, y) : NULL;
        bool meshed = way->naive ? mesher_naive_mesh(&input, &mesh)
                                 : mesher_mesh(tools.mesher, &input, &mesh);
        if (!meshed)
            return false;
        result->chunks++;
        result->drawn += mesh.total > 0;
        result->quads += mesh.total;
        double ended = now_us();
        result->us += ended - began;
        result->drawn_us += mesh.total > 0 ? ended - began : 0;
        began = ended;
        mesh_finish(&mesh);
    }
    return true;
}

// Meshes every column but those at the edge. Of several rounds the quickest counts: the others were
// disturbed.
static bool time_meshing(const struct region *region, struct tools tools, const struct way *way,
                         uint32_t rounds, struct result *result)
{
    const uint32_t inner = region->edge - 2, middle = region->edge / 2;
    for (uint32_t round = 0; round < rounds; round++) {
        struct result this = {.name = way->name};
        for (uint32_t i = 0; i < inner * inner; i += way->naive ? NAIVE_STEP : 1) {
            const struct chunk *around[COLUMN_CHUNKS + 2][3][3];
            uint32_t x = 1 + i % inner, z = 1 + i / inner;
            int32_t dx = abs((int32_t)x - (int32_t)middle), dz = abs((int32_t)z - (int32_t)middle);
            gather(region, x, z, around);
            uint32_t level =
                way->detail == AS_PLAYED ? level_at(dx > dz ? dx : dz, LEVEL_NONE) : way->detail;
            if (!mesh_column(tools, way, level, around, &this))
                return false;
        }
        if (round == 0 || this.us < result->us)
            *result = this;
    }
    return true;
}

static bool measure(const struct region *region, uint32_t rounds, struct result results[],
                    uint32_t *count)
{
    static const struct way ways[] = {
        {"as_played", AS_PLAYED, true, false},
        {"as_played_unlit", AS_PLAYED, false, false},
        {"detail_0_lit", 0, true, false},
        {"detail_0", 0, false, false},
        {"detail_1", 1, false, false},
        {"detail_2", 2, false, false},
        {"naive", 0, false, true},
    };
    struct tools tools = {mesher_create(), lighting_create()};
    bool complete = tools.mesher != NULL && tools.lighting != NULL;
    *count = sizeof(ways) / sizeof(ways[0]);
    for (uint32_t i = 0; i < *count && complete; i++)
        complete = time_meshing(region, tools, &ways[i], ways[i].naive ? 1 : rounds, &results[i]);
    mesher_destroy(tools.mesher);
    lighting_destroy(tools.lighting);
    return complete;
}

static void print_results(const struct result results[], uint32_t count, double column_us)
{
    printf("generated: %.1f us a column, %.1f us a chunk\n", column_us, column_us / COLUMN_CHUNKS);
    printf("%-20s %12s %15s %14s\n", "meshed", "us a chunk", "us a drawn one", "quads in it");
    for (uint32_t i = 0; i < count; i++)
        printf("%-20s %12.2f %15.2f %14.1f\n", results[i].name, results[i].us / results[i].chunks,
               results[i].drawn_us / results[i].drawn, (double)results[i].quads / results[i].drawn);
}

static bool write_json(const char *path, const struct options *options,
                       const struct result results[], uint32_t count, double column_us)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    fprintf(file, "{\n  \"seed\": %u,\n  \"columns\": %u,\n", options->seed,
            options->columns * options->columns);
    fprintf(file, "  \"us_per_column_generated\": %.3f,\n", column_us);
    fprintf(file, "  \"us_per_chunk_generated\": %.3f", column_us / COLUMN_CHUNKS);
    for (uint32_t i = 0; i < count; i++)
        fprintf(file,
                ",\n  \"%s\": {\"us_per_chunk\": %.3f, \"us_per_drawn_chunk\": %.3f, "
                "\"quads_per_drawn_chunk\": %.2f, \"chunks\": %u, \"drawn\": %u}",
                results[i].name, results[i].us / results[i].chunks,
                results[i].drawn_us / results[i].drawn, (double)results[i].quads / results[i].drawn,
                results[i].chunks, results[i].drawn);
    fprintf(file, "\n}\n");
    return fclose(file) == 0;
}

static void print_help(void)
{
    printf("bench_mesher: how long generating and meshing chunks takes, masks included.\n"
           "  --seed N      the world's seed (default 1)\n"
           "  --columns N   columns along the edge of the square, 3 to %d (default %d)\n"
           "  --rounds N    how often every chunk is meshed, 1 to 1000 (default %d);\n"
           "                the quickest round counts\n"
           "  --json FILE   also writes the figures there\n"
           "  --map FILE    writes a picture of the square from above instead of meshing it\n",
           COLUMNS_MAX, COLUMNS_DEFAULT, ROUNDS_DEFAULT);
}

static bool parse_number(const char *text, uint32_t low, uint32_t high, uint32_t *out)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || value < low || value > high)
        return false;
    *out = (uint32_t)value;
    return true;
}

// False where the command line is wrong.
static bool parse(int argc, char **argv, struct options *options, bool *help)
{
    static const struct option names[] = {{"seed", required_argument, NULL, 's'},
                                          {"columns", required_argument, NULL, 'c'},
                                          {"rounds", required_argument, NULL, 'r'},
                                          {"json", required_argument, NULL, 'j'},
                                          {"map", required_argument, NULL, 'm'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    int name;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        bool valid = true;
        switch (name) {
        case 's':
            valid = parse_number(optarg, 0, UINT32_MAX, &options->seed);
            break;
        case 'c':
            valid = parse_number(optarg, 3, COLUMNS_MAX, &options->columns);
            break;
        case 'r':
            valid = parse_number(optarg, 1, 1000, &options->rounds);
            break;
        case 'j':
            options->json = optarg;
            break;
        case 'm':
            options->map = optarg;
            break;
        case 'h':
            *help = true;
            break;
        default:
            valid = false;
        }
        if (!valid)
            return false;
    }
    return optind == argc;
}

static bool run(const struct options *options, const struct region *region, double column_us)
{
    struct result results[8];
    uint32_t count = 0;
    struct block_coord spawn = terrain_spawn(options->seed);
    struct block_coord volcano = terrain_landmark(options->seed);
    printf("seed %u: spawn %d %d %d, volcano %d %d %d\n", options->seed, spawn.x, spawn.y, spawn.z,
           volcano.x, volcano.y, volcano.z);
    if (options->map != NULL)
        return write_map(region, options->map);
    if (!measure(region, options->rounds, results, &count))
        return false;
    print_results(results, count, column_us);
    return options->json == NULL || write_json(options->json, options, results, count, column_us);
}

int main(int argc, char **argv)
{
    struct options options = {.seed = 1, .columns = COLUMNS_DEFAULT, .rounds = ROUNDS_DEFAULT};
    bool help = false;
    if (!parse(argc, argv, &options, &help)) {
        fprintf(stderr, "bench_mesher: wrong option; --help lists them\n");
        return 2;
    }
    if (help) {
        print_help();
        return 0;
    }
    const uint32_t count = options.columns * options.columns;
    struct region region = {.edge = options.columns, .first = -(int32_t)options.columns / 2};
    double us = 0.0;
    region.chunks = calloc((size_t)count * COLUMN_CHUNKS, sizeof(*region.chunks));
    bool done = region.chunks != NULL && generate(&region, options.seed, &us) &&
                run(&options, &region, us / count);
    for (uint32_t i = 0; region.chunks != NULL && i < count * COLUMN_CHUNKS; i++)
        free(region.chunks[i].blocks);
    free(region.chunks);
    if (!done)
        fprintf(stderr, "bench_mesher: out of memory, or a file cannot be written\n");
    return done ? 0 : 1;
}
