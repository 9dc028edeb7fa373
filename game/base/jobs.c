#include "game/base/jobs.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "game/base/clock.h"
#include "game/base/trace.h"

#include "engine/assert.h"
#include "engine/log.h"

struct worker {
    struct jobs *jobs; // borrowed
    uint32_t index;
    pthread_t thread;
};

struct jobs {
    struct job *_Atomic inbox; // submitted and not yet queued, the newest first
    sem_t submitted;           // how many are in inbox and queue
    pthread_mutex_t mutex;     // of the rest, between workers, and who waits for them
    pthread_cond_t done;       // something finished
    struct job *queue;         // the next to run first
    bool stopping;
    uint32_t worker_count;
    struct worker workers[]; // owned threads
};

static void push(struct job *_Atomic *list, struct job *job)
{
    job->next = atomic_load_explicit(list, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(list, &job->next, job, memory_order_release,
                                                  memory_order_relaxed))
        continue;
}

// Takes all that was pushed, the oldest first.
static struct job *take_pushed(struct job *_Atomic *list)
{
    struct job *newest = atomic_exchange_explicit(list, NULL, memory_order_acquire);
    struct job *oldest = NULL;
    while (newest != NULL) {
        struct job *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

// The mutex is held.
static void enqueue(struct jobs *jobs, struct job *job)
{
    // Nobody queues more than some hundred: looking for the place costs 0.2 us.
    struct job **at = &jobs->queue;
    while (*at != NULL && (*at)->priority <= job->priority)
        at = &(*at)->next;
    job->next = *at;
    *at = job;
}

// The most urgent job, or NULL where it is time to stop.
static struct job *next_job(struct jobs *jobs)
{
    while (sem_wait(&jobs->submitted) != 0)
        continue; // interrupted
    pthread_mutex_lock(&jobs->mutex);
    for (struct job *job = take_pushed(&jobs->inbox), *next; job != NULL; job = next) {
        next = job->next;
        enqueue(jobs, job);
    }
    struct job *job = jobs->stopping ? NULL : jobs->queue;
    if (job != NULL)
        jobs->queue = job->next;
    pthread_mutex_unlock(&jobs->mutex);
    return job;
}

static void *worker_main(void *argument)
{
    struct worker *worker = argument;
    struct jobs *jobs = worker->jobs;
    for (struct job *job; (job = next_job(jobs)) != NULL;) {
        double began = trace_on() ? clock_seconds() : 0;
        job->run(job, worker->index);
        if (trace_on())
            trace_span(TRACE_WORKERS + worker->index, job->name != NULL ? job->name : "job", NULL,
                       began, clock_seconds());
        push(&job->results->finished, job); // from here on both are the owner's
        pthread_mutex_lock(&jobs->mutex);
        pthread_cond_broadcast(&jobs->done);
        pthread_mutex_unlock(&jobs->mutex);
    }
    return NULL;
}

static bool worker_start(struct jobs *jobs, uint32_t index)
{
    struct worker *worker = &jobs->workers[index];
    worker->jobs = jobs;
    worker->index = index;
    int error = pthread_create(&worker->thread, NULL, worker_main, worker);
    if (error != 0) {
        ash_log(index == 0 ? ASH_LOG_ERROR : ASH_LOG_WARNING,
                "Worker thread %u could not be started (%s); %s.", index + 1, strerror(error),
                index == 0 ? "close other programs and try again" : "going on with fewer");
        return false;
    }
    char name[16]; // the kernel's limit
    snprintf(name, sizeof(name), "worker %u", index % 1000);
    (void)pthread_setname_np(worker->thread, name);
    return true;
}

// Signals belong to the main thread: workers are started with all of them blocked.
static void start_workers(struct jobs *jobs, uint32_t count)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    uint32_t started = 0;
    while (started < count && worker_start(jobs, started))
        started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    jobs->worker_count = started;
}

struct jobs *jobs_create(uint32_t worker_count)
{
    ASH_ASSERT(worker_count >= 1);
    struct jobs *jobs = calloc(1, sizeof(*jobs) + worker_count * sizeof(jobs->workers[0]));
    if (jobs == NULL) {
        ash_log(ASH_LOG_ERROR, "No memory for %u worker threads; close other programs.",
                worker_count);
        return NULL;
    }
    // Held for some 100 ns: waiting awake is cheaper than to sleep.
    pthread_mutexattr_t brief;
    pthread_mutexattr_init(&brief);
    pthread_mutexattr_settype(&brief, PTHREAD_MUTEX_ADAPTIVE_NP);
    pthread_mutex_init(&jobs->mutex, &brief);
    pthread_mutexattr_destroy(&brief);
    pthread_cond_init(&jobs->done, NULL);
    sem_init(&jobs->submitted, /*pshared=*/0, 0);
    start_workers(jobs, worker_count);
    if (jobs->worker_count == 0) {
        jobs_destroy(jobs);
        return NULL;
    }
    return jobs;
}

void jobs_destroy(struct jobs *jobs)
{
    if (jobs == NULL)
        return;
    pthread_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    pthread_mutex_unlock(&jobs->mutex);
    for (uint32_t i = 0; i < jobs->worker_count; i++)
        sem_post(&jobs->submitted);
    for (uint32_t i = 0; i < jobs->worker_count; i++)
        pthread_join(jobs->workers[i].thread, NULL);
    sem_destroy(&jobs->submitted);
    pthread_cond_destroy(&jobs->done);
    pthread_mutex_destroy(&jobs->mutex);
    free(jobs);
}

void jobs_submit(struct jobs *jobs, struct job *job)
{
    ASH_ASSERT(job->run != NULL && job->results != NULL);
    job->results->pending++;
    push(&jobs->inbox, job);
    sem_post(&jobs->submitted);
}

// Puts what has finished behind what the owner has already.
static void pick_up(struct job_results *results)
{
    struct job *job = take_pushed(&results->finished);
    if (job == NULL)
        return;
    if (results->last != NULL)
        results->last->next = job;
    else
        results->first = job;
    while (job->next != NULL)
        job = job->next;
    results->last = job;
}

static void wait_and_pick_up(struct jobs *jobs, struct job_results *results)
{
    pthread_mutex_lock(&jobs->mutex);
    while (atomic_load_explicit(&results->finished, memory_order_relaxed) == NULL)
        pthread_cond_wait(&jobs->done, &jobs->mutex);
    pthread_mutex_unlock(&jobs->mutex);
    pick_up(results);
}

// Unlinks the job after `previous` (NULL: the first).
static struct job *unlink_result(struct job_results *results, struct job *previous)
{
    struct job *job = previous != NULL ? previous->next : results->first;
    if (previous != NULL)
        previous->next = job->next;
    else
        results->first = job->next;
    if (results->last == job)
        results->last = previous;
    job->next = NULL;
    results->pending--;
    return job;
}

struct job *jobs_take(struct jobs *jobs, struct job_results *results, bool wait)
{
    pick_up(results);
    if (results->first == NULL && wait && results->pending > 0)
        wait_and_pick_up(jobs, results);
    return results->first != NULL ? unlink_result(results, NULL) : NULL;
}

struct job *jobs_take_all(struct job_results *results)
{
    pick_up(results);
    struct job *first = results->first;
    results->first = results->last = NULL;
    for (const struct job *job = first; job != NULL; job = job->next)
        results->pending--;
    return first;
}

// The finished job with this order, unlinked, or NULL.
static struct job *find_result(struct job_results *results, uint64_t order)
{
    struct job *previous = NULL;
    for (struct job *job = results->first; job != NULL; previous = job, job = job->next)
        if (job->order == order)
            return unlink_result(results, previous);
    return NULL;
}

struct job *jobs_take_order(struct jobs *jobs, struct job_results *results, uint64_t order,
                            bool wait)
{
    pick_up(results);
    struct job *job = find_result(results, order);
    while (job == NULL && wait && results->pending > 0) {
        wait_and_pick_up(jobs, results);
        job = find_result(results, order);
    }
    return job;
}

uint32_t jobs_worker_count(const struct jobs *jobs)
{
    return jobs->worker_count;
}

struct share {
    struct job job; // first: a job is its share
    void (*work)(void *user, uint32_t index);
    void *user;
    uint32_t index;
};

static void run_share(struct job *job, uint32_t worker)
{
    (void)worker;
    const struct share *share = (const struct share *)job;
    share->work(share->user, share->index);
}

void jobs_spread(void *jobs, void (*work)(void *user, uint32_t index), void *user, uint32_t count)
{
    struct job_results results = {0};
    struct share *shares = calloc(count, sizeof(*shares));
    for (uint32_t i = 0; i < count; i++) {
        if (shares == NULL) {
            work(user, i);
            continue;
        }
        shares[i] = (struct share){
            .job = {.name = "share", .run = run_share, .results = &results, .priority = INT32_MIN},
            .work = work,
            .user = user,
            .index = i};
        jobs_submit(jobs, &shares[i].job);
    }
    while (jobs_take(jobs, &results, /*wait=*/true) != NULL)
        continue;
    free(shares);
}
