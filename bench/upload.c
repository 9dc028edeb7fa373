// Streams meshes into device memory through the engine's uploads, beside a loop written by hand for
// nothing but this: the limit. bench_upload --help tells the options.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "bench/upload/ways.h"
#include "engine/log.h"

// Where memory and threads come to lie moves a rate by up to a third, for as long as they lie
// there: after so many rounds everything is made anew.
enum { ROUNDS_A_SETUP = 3 };
enum { ROUNDS_MOST = 32, SIZES = 6, PATHS = 3 };

static const VkDeviceSize sizes[SIZES] = {4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20};
static const enum ash_upload_path paths[PATHS] = {ASH_UPLOAD_DIRECT, ASH_UPLOAD_GRAPHICS_QUEUE,
                                                  ASH_UPLOAD_TRANSFER_QUEUE};

struct options {
    enum ash_upload_path path; // AUTO: the engine's choice
    bool all_paths, each, validate;
    uint32_t threads, rounds, mib;
    uint32_t mesh_kib; // 0: all sizes
    const char *json;
};

// Gigabytes (1e9 bytes) in a second.
struct result {
    enum ash_upload_path path;
    VkDeviceSize size;
    double engine, hand, ratio;
};

static const char *path_name(enum ash_upload_path path)
{
    static const char *const names[] = {[ASH_UPLOAD_AUTO] = "auto",
                                        [ASH_UPLOAD_DIRECT] = "direct",
                                        [ASH_UPLOAD_GRAPHICS_QUEUE] = "graphics",
                                        [ASH_UPLOAD_TRANSFER_QUEUE] = "transfer"};
    return names[path];
}

static void usage(FILE *out)
{
    fputs(
        "bench_upload [--path auto|direct|graphics|transfer|all] [--threads N] [--mib N]\n"
        "             [--mesh KIB] [--each] [--rounds N] [--validate] [--json FILE]\n\n"
        "Streams meshes of 4 KiB to 4 MiB (or of --mesh KiB) into device memory, --mib (512) in a\n"
        "round, --rounds (5) rounds, the engine's way and the one by hand in turn, made anew "
        "after\n"
        "every third, with --threads (1) threads that write. Paths: straight into device memory\n"
        "(direct), or through staging memory with copies on the graphics or the transfer queue. "
        "The\n"
        "engine takes the meshes of 8 MiB as one upload, whose view the threads fill, or with "
        "--each\n"
        "every mesh as one. Prints GB/s (1e9 bytes), the medians, and the median of each round's\n"
        "ratio.\n",
        out);
}

static bool parse_path(const char *text, struct options *options)
{
    options->all_paths = strcmp(text, "all") == 0;
    options->path = ASH_UPLOAD_AUTO;
    if (options->all_paths || strcmp(text, "auto") == 0)
        return true;
    for (int i = 0; i < PATHS; i++) {
        options->path = paths[i];
        if (strcmp(text, path_name(paths[i])) == 0)
            return true;
    }
    return false;
}

static bool parse_count(const char *text, uint32_t most, uint32_t *out)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || value < 1 || value > most)
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool is_size(VkDeviceSize size)
{
    for (int i = 0; i < SIZES; i++)
        if (sizes[i] == size)
            return true;
    return false;
}

static bool parse(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"path", required_argument, NULL, 'p'}, {"threads", required_argument, NULL, 't'},
        {"mib", required_argument, NULL, 'm'},  {"rounds", required_argument, NULL, 'r'},
        {"json", required_argument, NULL, 'j'}, {"mesh", required_argument, NULL, 's'},
        {"each", no_argument, NULL, 'e'},       {"validate", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},       {0}};
    *options = (struct options){.threads = 1, .rounds = 5, .mib = 512};
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        bool fine = true;
        if (c == 'h') {
            usage(stdout);
            exit(0);
        } else if (c == 'p') {
            fine = parse_path(optarg, options);
        } else if (c == 't') {
            fine = parse_count(optarg, CREW_MOST, &options->threads);
        } else if (c == 'm') {
            fine = parse_count(optarg, 1 << 20, &options->mib);
        } else if (c == 's') {
            fine = parse_count(optarg, 4096, &options->mesh_kib) &&
                   is_size((VkDeviceSize)options->mesh_kib << 10);
        } else if (c == 'r') {
            fine = parse_count(optarg, ROUNDS_MOST, &options->rounds);
        } else if (c == 'j') {
            options->json = optarg;
        } else if (c == 'e') {
            options->each = true;
        } else if (c == 'v') {
            options->validate = true;
        } else {
            return false;
        }
        if (!fine) {
            fprintf(stderr, "bench_upload: \"%s\" is not what that option takes\n", optarg);
            return false;
        }
    }
    return optind == argc;
}

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, uint32_t count)
{
    qsort(values, count, sizeof(values[0]), compare);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

// A round takes from the first byte written until the last has arrived.
static double rate(VkDeviceSize bytes, double start)
{
    return (double)bytes / (now_s() - start) / 1e9;
}

static double engine_round(struct engine_way *way, VkDeviceSize bytes)
{
    double start = now_s();
    VkDeviceSize done = 0;
    while (done < bytes)
        done += engine_way_frame(way);
    lane_wait_idle(&way->stream.frames);
    return rate(done, start);
}

static double hand_round(struct hand_way *way, VkDeviceSize bytes)
{
    double start = now_s();
    VkDeviceSize done = 0;
    while (done < bytes)
        done += hand_way_frame(way);
    lane_wait_idle(&way->stream.frames);
    return rate(done, start);
}

struct rates {
    uint32_t count;
    double engine[ROUNDS_MOST], hand[ROUNDS_MOST], ratio[ROUNDS_MOST];
};

static void measure_some(struct rates *rates, uint32_t rounds, VkDeviceSize bytes,
                         const struct stream_params *params)
{
    static struct engine_way engine; // large
    static struct hand_way hand;
    engine_way_init(&engine, params);
    hand_way_init(&hand, params);
    // Every page is touched, every command buffer grown before it counts.
    engine_round(&engine, STREAM_POOL_SIZE);
    hand_round(&hand, STREAM_POOL_SIZE);
    for (uint32_t i = 0; i < rounds; i++, rates->count++) {
        const uint32_t at = rates->count;
        rates->engine[at] = engine_round(&engine, bytes);
        rates->hand[at] = hand_round(&hand, bytes);
        rates->ratio[at] = rates->engine[at] / rates->hand[at];
    }
    bench_check(engine_way_arrived(&engine), "the comparison of what arrived");
    hand_way_finish(&hand);
    engine_way_finish(&engine);
}

static struct result measure(const struct options *options, const struct stream_params *params)
{
    struct rates rates = {0};
    while (rates.count < options->rounds) {
        const uint32_t left = options->rounds - rates.count;
        measure_some(&rates, left < ROUNDS_A_SETUP ? left : ROUNDS_A_SETUP,
                     (VkDeviceSize)options->mib << 20, params);
    }
    return (struct result){.path = params->path,
                           .size = params->mesh_size,
                           .engine = median(rates.engine, rates.count),
                           .hand = median(rates.hand, rates.count),
                           .ratio = median(rates.ratio, rates.count)};
}

// The path that the engine takes for one that is asked for, and why.
static enum ash_upload_path ask(struct ash_allocator *allocator, enum ash_upload_path wanted,
                                const char **why)
{
    struct ash_upload *upload;
    struct ash_upload_params params = {.size = 4096, .path = wanted};
    bench_check(ash_upload_create(allocator, &params, &upload) == ASH_OK, "an upload ring");
    enum ash_upload_path path = ash_upload_path(upload, why);
    ash_upload_destroy(upload);
    return path;
}

// Whether device memory can be written by the CPU: else there is no direct path.
static bool has(const struct ash_context *context, enum ash_upload_path path)
{
    const VkMemoryPropertyFlags both =
        VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
    if (path == ASH_UPLOAD_TRANSFER_QUEUE)
        return context->transfer.queue != context->graphics.queue;
    for (uint32_t i = 0; i < context->memory_properties.memoryTypeCount; i++)
        if ((context->memory_properties.memoryTypes[i].propertyFlags & both) == both)
            return true;
    return path == ASH_UPLOAD_GRAPHICS_QUEUE;
}

static void add_result(cJSON *json, const struct result *result)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "path", path_name(result->path));
    cJSON_AddNumberToObject(row, "mesh_bytes", (double)result->size);
    cJSON_AddNumberToObject(row, "engine_gb_per_s", result->engine);
    cJSON_AddNumberToObject(row, "hand_gb_per_s", result->hand);
    cJSON_AddNumberToObject(row, "ratio", result->ratio);
    cJSON_AddItemToArray(json, row);
}

static void run_path(const struct options *options, struct stream_params *params, cJSON *rows)
{
    printf("%-9s %10s %12s %12s %8s\n", "path", "mesh", "engine GB/s", "by hand GB/s", "ratio");
    for (int i = 0; i < SIZES; i++) {
        if (options->mesh_kib != 0 && (VkDeviceSize)options->mesh_kib << 10 != sizes[i])
            continue;
        params->mesh_size = sizes[i];
        struct result result = measure(options, params);
        printf("%-9s %6llu KiB %12.2f %12.2f %8.3f\n", path_name(result.path),
               (unsigned long long)(result.size >> 10), result.engine, result.hand, result.ratio);
        fflush(stdout);
        add_result(rows, &result);
    }
}

static cJSON *describe(const struct options *options, const struct ash_context *context,
                       enum ash_upload_path chosen, const char *why)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "device", context->properties.deviceName);
    cJSON_AddStringToObject(json, "driver", context->driver);
    cJSON_AddStringToObject(json, "chosen_path", path_name(chosen));
    cJSON_AddStringToObject(json, "why", why);
    cJSON_AddNumberToObject(json, "threads", options->threads);
    cJSON_AddBoolToObject(json, "upload_each_mesh", options->each);
    cJSON_AddNumberToObject(json, "mib_per_round", options->mib);
    cJSON_AddNumberToObject(json, "rounds", options->rounds);
    return json;
}

static bool write_json(const char *name, const cJSON *json)
{
    char *text = cJSON_Print(json);
    FILE *file = text ? fopen(name, "w") : NULL;
    bool fine = file && fprintf(file, "%s\n", text) > 0;
    if (file && fclose(file) != 0)
        fine = false;
    free(text);
    if (!fine)
        fprintf(stderr, "bench_upload: %s can't be written\n", name);
    return fine;
}

static bool run(const struct options *options, struct ash_context *context)
{
    struct ash_allocator *allocator;
    bench_check(ash_allocator_create(&(struct ash_allocator_params){.context = context},
                                     &allocator) == ASH_OK,
                "the allocator");
    const char *why;
    enum ash_upload_path chosen = ask(allocator, options->path, &why);
    printf("%s, %s\nThe engine uploads by %s: %s.\n", context->properties.deviceName,
           context->driver, path_name(chosen), why);
    cJSON *json = describe(options, context, chosen, why);
    cJSON *rows = cJSON_AddArrayToObject(json, "results");
    struct stream_params params = {.context = context,
                                   .allocator = allocator,
                                   .threads = options->threads,
                                   .each = options->each};
    for (int i = 0; i < PATHS; i++) {
        params.path = paths[i];
        if (has(context, paths[i]) && (options->all_paths || paths[i] == chosen))
            run_path(options, &params, rows);
    }
    bool fine = !options->json || write_json(options->json, json);
    cJSON_Delete(json);
    ash_allocator_destroy(allocator);
    return fine;
}

int main(int argc, char **argv)
{
    struct options options;
    if (!parse(argc, argv, &options)) {
        usage(stderr);
        return 2;
    }
    struct ash_context *context;
    struct ash_context_params params = {.application_name = "bench_upload",
                                        .validation = options.validate ? ASH_VALIDATION_REQUIRED
                                                                       : ASH_VALIDATION_OFF};
    if (ash_context_create(&params, &context) != ASH_OK)
        return 1;
    bool fine = run(&options, context);
    ash_context_destroy(context);
    uint32_t messages = ash_context_validation_messages(NULL);
    if (messages > 0)
        fprintf(stderr, "bench_upload: %u validation messages\n", messages);
    return fine && messages == 0 ? 0 : 1;
}
