// Worker threads with one queue: the only threads that Cinder starts besides the save's writer.
//
//     jobs_submit  ->  queue, lowest priority number first  ->  run, on a worker
//                  ->  the job's `results`, in the order of finishing  ->  jobs_take
//
// Whoever submits jobs owns them and a struct job_results into which they come back, so that
// several parts of the game share the workers without seeing each other's jobs. Everything that
// happened before jobs_submit is visible to run, and everything that run did to whoever takes the
// job: a job needs no locks for what it owns.
//
// Thread-safety: any thread may submit, and take from results of its own; run is called on workers.
// Who submits and takes, without waiting, takes no lock: a worker that the system has stopped, with
// whatever it holds, does not stop a frame.
#ifndef GAME_BASE_JOBS_H
#define GAME_BASE_JOBS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct jobs; // opaque
struct job;

// Where finished jobs wait for their owner. All zero is empty.
struct job_results {
    uint32_t pending;             // private: submitted and not yet taken
    struct job *_Atomic finished; // private: from workers, the newest first
    struct job *first, *last;     // private: what the owner has of those, the oldest first
};

struct job {
    const char *name;                              // in traces; NULL: "job". Borrowed for ever
    void (*run)(struct job *job, uint32_t worker); // on a worker; worker is 0 .. count - 1
    struct job_results *results;                   // borrowed, until the job has been taken
    uint64_t order;                                // the owner's name for it: see jobs_take_order
    int32_t priority; // lower runs earlier; equal ones run in the order of submission
    struct job *next; // private
};

// Starts the workers, at least one. With fewer than asked for it goes on, and says so; NULL where
// none could be started (logged).
struct jobs *jobs_create(uint32_t worker_count);
// Waits for running jobs; those not begun never run. NULL is allowed.
void jobs_destroy(struct jobs *jobs);

void jobs_submit(struct jobs *jobs, struct job *job);

// The job of these results that finished first, or NULL. With `wait`, waits for one while any is
// queued or running.
struct job *jobs_take(struct jobs *jobs, struct job_results *results, bool wait);
// All that have finished, in that order, linked by `next`; NULL: none.
struct job *jobs_take_all(struct job_results *results);
// The finished job with this `order`, or NULL: for an owner who wants them back in a fixed order,
// however many workers there are. With `wait`, waits for it; it must have been submitted.
struct job *jobs_take_order(struct jobs *jobs, struct job_results *results, uint64_t order,
                            bool wait);

// Calls work(user, i) for each i below `count`, on the workers, before what is queued; returns when
// all are done. `jobs` is a struct jobs.
void jobs_spread(void *jobs, void (*work)(void *user, uint32_t index), void *user, uint32_t count);

uint32_t jobs_worker_count(const struct jobs *jobs);

#endif
