// Frame statistics, and the JSON object that --bench writes. Pure, but for the writing.
//
// Units: milliseconds unless a name says otherwise.
#ifndef GAME_TOOLS_BENCH_H
#define GAME_TOOLS_BENCH_H

#include <stdbool.h>
#include <stdint.h>

// Where a frame's time went, as far as it was measured.
enum bench_part {
    BENCH_SIMULATION, // ticks, events
    BENCH_STREAMING,  // world_update
    BENCH_SCENE,      // what the passes are told, and work that no frame waits for
    BENCH_PASSES,     // the passes' own work on the CPU, uploads among it
    BENCH_WAIT,       // for a frame slot and the swapchain: the GPU or the screen is behind
    BENCH_DRIVER,     // the rest of drawing: recording, submitting, presenting
    BENCH_PARTS
};
const char *bench_part_name(enum bench_part part); // "simulation"

// What a thread had of the machine. Sleeps were its own wish (a lock, the GPU); interruptions were
// not.
struct bench_thread {
    double cpu_ms;
    uint64_t page_faults, sleeps, interruptions;
};

struct bench_frame {
    float ms;
    float parts[BENCH_PARTS];
    struct bench_thread thread; // that drew it
    bool uploaded;              // something went through the staging ring
    uint64_t reserved, live;    // bytes of device memory afterwards
};

struct bench {
    struct bench_frame *frames; // owned
    uint32_t count, capacity;
    uint32_t room; // of `capacity`, what there is memory for so far
    bool presents; // there is a screen to wait for
};

enum { BENCH_TENTHS = 10, BENCH_LONGEST = 8, BENCH_CAUSES = BENCH_PARTS + 3 };

// False: not enough memory (logged).
bool bench_init(struct bench *bench, uint32_t capacity, bool presents);
void bench_finish(struct bench *bench);
// Frames beyond the capacity, or beyond what there is memory for (logged), are not kept.
void bench_add(struct bench *bench, const struct bench_frame *frame);

struct bench_summary {
    double median, p95, p99, p999, max;
    double parts[BENCH_PARTS]; // medians
    // The longest frames first.
    struct {
        const struct bench_frame *frame; // borrowed from the bench
        const char *cause;               // "streaming", "upload" and so on
    } longest[BENCH_LONGEST];
    uint32_t longest_count;
    uint32_t over_twice; // frames that took more than twice the median
    struct {
        const char *cause;
        uint32_t frames; // that took more than three times the median because of it
    } over_thrice[BENCH_CAUSES];
    uint32_t cause_count;
    // The most device memory in each tenth of the frames, bytes.
    uint64_t reserved_peak[BENCH_TENTHS], live_peak[BENCH_TENTHS];
};
void bench_summarise(const struct bench *bench, struct bench_summary *out);

// A field of the JSON object, besides what the frames say.
struct bench_number {
    const char *name;
    double value;
};
struct bench_report {
    const char *device, *driver;
    const struct bench_number *numbers;
    uint32_t count;
};
// False: the file could not be written (logged).
bool bench_write(const struct bench *bench, const struct bench_report *report, const char *path);

double bench_peak_resident_mib(void);
// Of the calling thread, since it began; and what came between two of these.
struct bench_thread bench_thread_now(void);
struct bench_thread bench_thread_between(const struct bench_thread *from,
                                         const struct bench_thread *to);

#endif
