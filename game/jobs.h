// Worker threads with one queue: the only threads that Cinder starts.
//
// Thread-safety: submit and take from the main thread; run is called on workers.
#ifndef GAME_JOBS_H
#define GAME_JOBS_H

#include <stdbool.h>
#include <stdint.h>

struct jobs; // opaque

struct job {
    void (*run)(struct job *job, uint32_t worker); // on a worker; worker is 0 .. count - 1
    uint64_t order;   // finished jobs are handed out in rising order where asked for
    int32_t priority; // lower runs earlier
    struct job *next; // private
};

struct jobs *jobs_create(uint32_t worker_count); // NULL where that failed; the log says why
// Waits for running jobs; those not begun are dropped (and can be had by jobs_take, unrun).
void jobs_destroy(struct jobs *jobs);
void jobs_submit(struct jobs *jobs, struct job *job);
// A finished job, or NULL. With `wait`, waits for one while any is queued or running.
struct job *jobs_take(struct jobs *jobs, bool wait);
uint32_t jobs_worker_count(const struct jobs *jobs);
uint32_t jobs_pending(const struct jobs *jobs); // queued, running or not yet taken

#endif
