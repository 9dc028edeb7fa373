// Threads that write: they share out the meshes to be written, and whoever asked waits for them.
#ifndef BENCH_UPLOAD_CREW_H
#define BENCH_UPLOAD_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CREW_MOST = 64 };

// Writes mesh number `index` of a batch.
typedef void (*crew_write)(void *user, size_t index);

struct crew {
    uint32_t thread_count; // the caller is one of them
    pthread_t threads[CREW_MOST];
    struct crew_member {
        struct crew *crew;
        uint32_t index;
    } members[CREW_MOST];
    pthread_barrier_t begin, end;
    crew_write write;
    void *user;
    size_t count;
    bool done;
};

void crew_init(struct crew *crew, uint32_t thread_count);
void crew_finish(struct crew *crew);
// Calls `write` for 0 to count - 1, each on one thread.
void crew_work(struct crew *crew, crew_write write, void *user, size_t count);

#endif
