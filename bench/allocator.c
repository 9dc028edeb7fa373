// What the allocator costs and wastes: bench_allocator --help.
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/allocator/measure.h"

enum { MOST_RUNS = 99 };

// What others are stopped after, in seconds of a run: the plain algorithm would take minutes.
static const double plain_limit_s = 2, malloc_limit_s = 15;
static const char *const all_traces[] = {"T1", "T2", "T3", "T4", "T5", "T6"};

enum mode { MODE_ALL, MODE_ONCE, MODE_STEPS, MODE_HITCH };

struct options {
    const char *trace; // NULL: T1 to T6
    const char *allocator, *json;
    double scale;
    uint32_t threads, runs; // threads 0: 1, 2 and 4
    uint64_t seed;
    bool check;
    enum mode mode;
};

static const char usage[] =
    "usage: bench_allocator [--trace T1|T2|T3|T4|T5|T6|FILE] [--scale X] [--threads N] [--runs N]\n"
    "                       [--seed N] [--check] [--json FILE]\n"
    "                       [--allocator ash|first-fit|malloc] [--once] [--steps] [--hitch]\n"
    "  --trace      what to replay; FILE is a record (cinder --trace-memory FILE); all if missing\n"
    "  --scale      of live blocks and pairs (1)\n"
    "  --threads    that share the allocator in T5 (1, 2 and 4)\n"
    "  --runs       timed, the median counts (5)\n"
    "  --check      keep a shadow map: overlap, alignment, bounds\n"
    "  --once       replay once and do nothing else, for a profiler\n"
    "  --steps      count the instructions of single operations, the slowest first (x86-64 Linux)\n"
    "  --hitch      a load that grows by 500 MiB/s over a driver that takes 30 ms for a chunk\n";

// ---- one trace

struct report {
    struct timing timing;      // medians
    struct timing plain, libc; // of the plain algorithm and of malloc, run beside it
    struct latencies latencies;
    struct tightness tightness;
};

static int compare_timings(const void *a, const void *b)
{
    double x = ((const struct timing *)a)->pair_ns, y = ((const struct timing *)b)->pair_ns;
    return (x > y) - (x < y);
}

// Interleaved, so that all see the same machine.
static bool measure_runs(const struct target_type *type, const struct trace *trace, uint32_t runs,
                         struct report *out)
{
    static struct timing own[MOST_RUNS], plain[MOST_RUNS], libc[MOST_RUNS];
    for (uint32_t i = 0; i < runs; i++) {
        if (!measure_time(type, trace, INFINITY, &own[i]) ||
            !measure_time(target_find("first-fit"), trace, plain_limit_s, &plain[i]) ||
            !measure_time(target_find("malloc"), trace, malloc_limit_s, &libc[i]))
            return false;
    }
    qsort(own, runs, sizeof(own[0]), compare_timings);
    qsort(plain, runs, sizeof(plain[0]), compare_timings);
    qsort(libc, runs, sizeof(libc[0]), compare_timings);
    out->timing = own[runs / 2];
    out->plain = plain[runs / 2];
    out->libc = libc[runs / 2];
    return true;
}

static void print_report(const struct trace *trace, const struct report *report)
{
    const struct timing *timing = &report->timing;
    const struct latencies *latencies = &report->latencies;
    const struct tightness *tightness = &report->tightness;
    const struct timing *plain = &report->plain, *libc = &report->libc;
    if (timing->pair_ns > 0)
        printf("%-4s %9.1f %9.1f %9.1f %11.1f%s %8.1fx %9.1f%s %7.1fx\n", trace->name,
               timing->pair_ns, timing->alloc_ns, timing->free_ns, plain->pair_ns,
               plain->complete ? " " : "*", plain->pair_ns / timing->pair_ns, libc->pair_ns,
               libc->complete ? " " : "*", libc->pair_ns / timing->pair_ns);
    else
        printf("%-4s\n", trace->name);
    if (timing->pair_ns > 0)
        printf("     alloc ns p50 %.0f p99 %.0f p99.9 %.0f max %.0f; free p50 %.0f p99 %.0f p99.9 "
               "%.0f "
               "max %.0f\n",
               latencies->alloc_p50, latencies->alloc_p99, latencies->alloc_p999,
               latencies->alloc_max, latencies->free_p50, latencies->free_p99, latencies->free_p999,
               latencies->free_max);
    printf("     reserved/live %.3f averaged, %.3f at the peaks; %llu chunks, %llu driver calls; "
           "%.1f host bytes per block; %.0f MiB kept\n",
           tightness->average, (double)tightness->peak_reserved / (double)tightness->peak_live,
           (unsigned long long)tightness->peak_chunks, (unsigned long long)tightness->driver_calls,
           tightness->host_bytes_per_block, (double)tightness->kept_bytes / (1 << 20));
    if (tightness->grown_peak_reserved != 0)
        printf("     foreseen growth on: %.3f averaged, peak %+.0f MiB\n", tightness->grown_average,
               ((double)tightness->grown_peak_reserved - (double)tightness->peak_reserved) /
                   (1 << 20));
    if (tightness->checked != 0)
        printf("     %llu operations checked, none wrong\n",
               (unsigned long long)tightness->checked);
}

static void write_report(FILE *json, const struct trace *trace, const struct options *options,
                         const struct report *report)
{
    const struct timing *timing = &report->timing;
    const struct latencies *latencies = &report->latencies;
    const struct tightness *tightness = &report->tightness;
    fprintf(json,
            "{\"trace\": \"%s\", \"allocator\": \"%s\", \"scale\": %g, \"seed\": %llu,\n"
            " \"pair_ns\": %.2f, \"alloc_ns\": %.2f, \"free_ns\": %.2f, \"allocs\": %llu,\n"
            " \"first_fit_pair_ns\": %.2f, \"first_fit_complete\": %s,\n"
            " \"malloc_pair_ns\": %.2f, \"malloc_complete\": %s,\n"
            " \"alloc_ns_p50\": %.0f, \"alloc_ns_p99\": %.0f, \"alloc_ns_p999\": %.0f, "
            "\"alloc_ns_max\": %.0f,\n"
            " \"free_ns_p50\": %.0f, \"free_ns_p99\": %.0f, \"free_ns_p999\": %.0f, "
            "\"free_ns_max\": %.0f,\n"
            " \"reserved_over_live\": %.5f, \"peak_live_bytes\": %llu, "
            "\"peak_reserved_bytes\": %llu,\n"
            " \"peak_chunks\": %llu, \"driver_calls\": %llu, \"host_bytes_per_block\": %.2f, "
            "\"kept_bytes\": %llu, \"checked\": %llu,\n"
            " \"peak_live_blocks\": %llu, \"grown_reserved_over_live\": %.5f, "
            "\"grown_peak_reserved_bytes\": %llu,\n \"samples\": [",
            trace->name, options->allocator, options->scale, (unsigned long long)options->seed,
            timing->pair_ns, timing->alloc_ns, timing->free_ns, (unsigned long long)timing->allocs,
            report->plain.pair_ns, report->plain.complete ? "true" : "false", report->libc.pair_ns,
            report->libc.complete ? "true" : "false", latencies->alloc_p50, latencies->alloc_p99,
            latencies->alloc_p999, latencies->alloc_max, latencies->free_p50, latencies->free_p99,
            latencies->free_p999, latencies->free_max, tightness->average,
            (unsigned long long)tightness->peak_live, (unsigned long long)tightness->peak_reserved,
            (unsigned long long)tightness->peak_chunks, (unsigned long long)tightness->driver_calls,
            tightness->host_bytes_per_block, (unsigned long long)tightness->kept_bytes,
            (unsigned long long)tightness->checked, (unsigned long long)tightness->peak_live_blocks,
            tightness->grown_average, (unsigned long long)tightness->grown_peak_reserved);
    for (uint32_t i = 0; i < tightness->sample_count; i++) {
        const struct sample *sample = &tightness->samples[i];
        fprintf(json, "%s[%.4f, %llu, %llu]", i != 0 ? ", " : "", sample->progress,
                (unsigned long long)sample->live_bytes, (unsigned long long)sample->reserved_bytes);
    }
    fprintf(json, "]}");
}

static bool run_trace(const char *name, const struct options *options, FILE *json)
{
    const struct target_type *type = target_find(options->allocator);
    struct trace trace;
    struct report report = {0};
    if (!trace_init(&trace, &(struct trace_params){name, options->scale, options->seed}))
        return false;
    bool good = measure_tightness(type, &trace, options->check, &report.tightness) &&
                (options->runs == 0 || (measure_runs(type, &trace, options->runs, &report) &&
                                        measure_latencies(type, &trace, &report.latencies)));
    if (good) {
        print_report(&trace, &report);
        if (json != NULL)
            write_report(json, &trace, options, &report);
    }
    trace_finish(&trace);
    return good;
}

// ---- threads

static bool run_threads(const char *name, const struct options *options, uint32_t count, FILE *json)
{
    const struct target_type *type = target_find(options->allocator);
    struct trace traces[MEASURE_MOST_THREADS];
    struct scaling best = {0};
    uint32_t made = 0, runs = options->runs != 0 ? options->runs : 1;
    bool good = type->thread_safe || count == 1;
    if (!good)
        fprintf(stderr, "bench_allocator: %s is for one thread\n", type->name);
    for (; made < count && good; made++)
        good = trace_init(&traces[made],
                          &(struct trace_params){name, options->scale, options->seed + made});
    for (uint32_t i = 0; i < runs && good; i++) {
        struct scaling scaling;
        good = measure_threads(type, traces, count, &scaling);
        if (good && scaling.million_ops_per_s > best.million_ops_per_s)
            best = scaling;
    }
    if (good) {
        printf("%-4s %u threads: %.2f M operations/s; reserved/live %.3f, %llu chunks\n", name,
               count, best.million_ops_per_s,
               (double)best.reserved_bytes /
                   (double)(best.live_bytes != 0 ? best.live_bytes : best.reserved_bytes),
               (unsigned long long)best.chunks);
        if (json != NULL)
            fprintf(json,
                    "{\"trace\": \"%s\", \"allocator\": \"%s\", \"scale\": %g, \"threads\": %u, "
                    "\"million_ops_per_s\": %.3f, \"reserved_bytes\": %llu, "
                    "\"live_bytes\": %llu}",
                    name, options->allocator, options->scale, count, best.million_ops_per_s,
                    (unsigned long long)best.reserved_bytes, (unsigned long long)best.live_bytes);
    }
    while (made-- > 0)
        trace_finish(&traces[made]);
    return good;
}

static bool run_scaling(const char *name, const struct options *options, FILE *json)
{
    static const uint32_t counts[] = {1, 2, 4};
    const struct target_type *type = target_find(options->allocator);
    if (options->threads != 0)
        return run_threads(name, options, options->threads, json);
    for (size_t i = 0; i < (type->thread_safe ? 3 : 1); i++) {
        if (json != NULL && i != 0)
            fprintf(json, ",\n");
        if (!run_threads(name, options, counts[i], json))
            return false;
    }
    return true;
}

// ---- the other modes

static bool run_once(const struct options *options)
{
    struct trace trace;
    if (!trace_init(&trace, &(struct trace_params){options->trace, options->scale, options->seed}))
        return false;
    bool good = measure_once(target_find(options->allocator), &trace);
    trace_finish(&trace);
    return good;
}

static bool run_steps(const struct options *options)
{
    struct trace trace;
    struct stepping steps;
    if (!trace_init(&trace, &(struct trace_params){options->trace, options->scale, options->seed}))
        return false;
    bool good = measure_steps(target_find(options->allocator), &trace, &steps);
    if (good)
        printf("%-4s instructions per alloc %.0f, at most %llu; per free %.0f, at most %llu (%llu "
               "operations)\n",
               options->trace, steps.alloc_mean, (unsigned long long)steps.alloc_max,
               steps.free_mean, (unsigned long long)steps.free_max,
               (unsigned long long)steps.stepped);
    else
        fprintf(stderr, "bench_allocator: can't count single steps here\n");
    trace_finish(&trace);
    return good;
}

static bool run_hitch(const struct options *options)
{
    for (int growth = 0; growth < 2; growth++) {
        struct hitch hitch;
        if (!measure_hitch(growth != 0, 3 * options->scale, options->seed, &hitch))
            return false;
        printf(
            "%s growth: alloc p50 %.2f us, p99 %.2f us, p99.9 %.2f us, max %.1f us; %llu of %llu "
            "vkAllocateMemory on the frame's thread\n",
            growth != 0 ? "with   " : "without", hitch.p50_us, hitch.p99_us, hitch.p999_us,
            hitch.max_us, (unsigned long long)hitch.calls_of_frame,
            (unsigned long long)hitch.calls);
        if (growth != 0 && hitch.calls_of_frame != 0) {
            fprintf(stderr, "bench_allocator: the frame's thread waited for the driver\n");
            return false;
        }
    }
    return true;
}

static bool run_all(const struct options *options)
{
    FILE *json = NULL;
    if (options->json != NULL && (json = fopen(options->json, "w")) == NULL) {
        fprintf(stderr, "bench_allocator: can't write '%s'\n", options->json);
        return false;
    }
    printf("%s, scale %g, seed %llu; * stopped after %g s (malloc: %g)\n"
           "       pair ns  alloc ns   free ns  first-fit ns    ratio   malloc ns    ratio\n",
           options->allocator, options->scale, (unsigned long long)options->seed, plain_limit_s,
           malloc_limit_s);
    if (json != NULL)
        fprintf(json, "[");
    bool good = true;
    size_t count = options->trace != NULL ? 1 : sizeof(all_traces) / sizeof(all_traces[0]);
    for (size_t i = 0; i < count && good; i++) {
        const char *name = options->trace != NULL ? options->trace : all_traces[i];
        if (json != NULL && i != 0)
            fprintf(json, ",\n");
        bool threads = strcmp(name, "T5") == 0 || options->threads != 0;
        good = threads ? run_scaling(name, options, json) : run_trace(name, options, json);
        fflush(stdout);
    }
    if (json != NULL) {
        fprintf(json, "]\n");
        bool written = ferror(json) == 0;
        if (fclose(json) != 0 || !written) {
            fprintf(stderr, "bench_allocator: '%s' could not be written whole\n", options->json);
            good = false;
        }
    }
    return good;
}

// ---- the command line

static bool parse_number(const char *option, const char *text, double least, double most,
                         double *out)
{
    char *end;
    *out = strtod(text, &end);
    if (end != text && *end == '\0' && *out >= least && *out <= most)
        return true;
    fprintf(stderr, "bench_allocator: --%s takes a number from %g to %g, not '%s'\n", option, least,
            most, text);
    return false;
}

static bool parse_whole(const char *option, const char *text, double least, double most,
                        double *out)
{
    if (!parse_number(option, text, least, most, out))
        return false;
    if (*out == floor(*out))
        return true;
    fprintf(stderr, "bench_allocator: --%s takes a whole number, not '%s'\n", option, text);
    return false;
}

static bool parse_option(int option, const char *name, struct options *options)
{
    double number = 0;
    bool good = true;
    switch (option) {
    case 't':
        options->trace = optarg;
        break;
    case 'x':
        return parse_number(name, optarg, 1e-4, 1000, &options->scale);
    case 'n':
        good = parse_whole(name, optarg, 1, MEASURE_MOST_THREADS, &number);
        options->threads = (uint32_t)number;
        break;
    case 'r':
        good = parse_whole(name, optarg, 0, MOST_RUNS, &number);
        options->runs = (uint32_t)number;
        break;
    case 's':
        good = parse_whole(name, optarg, 0, 1e15, &number);
        options->seed = (uint64_t)number;
        break;
    case 'c':
        options->check = true;
        break;
    case 'j':
        options->json = optarg;
        break;
    case 'a':
        options->allocator = optarg;
        if (target_find(optarg) == NULL) {
            fprintf(stderr,
                    "bench_allocator: --allocator takes ash, first-fit or malloc, not '%s'\n",
                    optarg);
            return false;
        }
        break;
    default:
        options->mode = (enum mode)option;
        break;
    }
    return good;
}

// What can't be had together; standard error says it in a sentence.
static bool makes_sense(const struct options *options)
{
    bool threads =
        options->threads != 0 || (options->trace != NULL && strcmp(options->trace, "T5") == 0);
    const char *wrong = NULL;
    if ((options->mode == MODE_ONCE || options->mode == MODE_STEPS) && options->trace == NULL)
        wrong = "--once and --steps take one trace: name it with --trace";
    else if (options->check && threads && options->mode == MODE_ALL)
        wrong = "--check watches one thread: leave --threads and T5 out";
    else if (options->check && strcmp(options->allocator, "malloc") == 0)
        wrong = "--check can't watch malloc, whose blocks lie in no device memory";
    if (wrong != NULL)
        fprintf(stderr, "bench_allocator: %s\n", wrong);
    return wrong == NULL;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"trace", required_argument, NULL, 't'},
        {"scale", required_argument, NULL, 'x'},
        {"threads", required_argument, NULL, 'n'},
        {"runs", required_argument, NULL, 'r'},
        {"seed", required_argument, NULL, 's'},
        {"check", no_argument, NULL, 'c'},
        {"json", required_argument, NULL, 'j'},
        {"allocator", required_argument, NULL, 'a'},
        {"once", no_argument, NULL, MODE_ONCE},
        {"steps", no_argument, NULL, MODE_STEPS},
        {"hitch", no_argument, NULL, MODE_HITCH},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {.allocator = "ash", .scale = 1, .runs = 5, .seed = 1};
    int option, index = 0;
    while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return 0;
        }
        if (option == '?' || !parse_option(option, known[index].name, &options))
            return 2;
    }
    if (optind < argc) {
        fprintf(stderr, "bench_allocator: '%s' is no option; --help lists them\n", argv[optind]);
        return 2;
    }
    if (!makes_sense(&options))
        return 2;
    bool good = options.mode == MODE_ONCE    ? run_once(&options)
                : options.mode == MODE_STEPS ? run_steps(&options)
                : options.mode == MODE_HITCH ? run_hitch(&options)
                                             : run_all(&options);
    return good ? 0 : 1;
}
