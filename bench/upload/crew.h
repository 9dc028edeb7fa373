// Threads that write: they share out the memory to be filled, and whoever asked waits for them.
#ifndef BENCH_UPLOAD_CREW_H
#define BENCH_UPLOAD_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CREW_MOST = 64 };

struct crew_job {
    void *to;
    const void *from;
    size_t size; // bytes
};

struct crew {
    uint32_t thread_count; // the caller is one of them
    pthread_t threads[CREW_MOST];
    struct crew_member {
        struct crew *crew;
        uint32_t index;
    } members[CREW_MOST];
    pthread_barrier_t begin, end;
    const struct crew_job *jobs;
    size_t job_count;
    bool done;
};

void crew_init(struct crew *crew, uint32_t thread_count);
void crew_finish(struct crew *crew);
// Copies what the jobs say, each by one thread.
void crew_work(struct crew *crew, const struct crew_job *jobs, size_t job_count);

#endif
