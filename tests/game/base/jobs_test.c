// Labels: threads
//
// Worker threads: order, priorities, results that find their owner, nothing lost.
#include "game/base/jobs.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { JOB_COUNT = 2000 };

struct counted_job {
    struct job job;
    uint32_t ran, worker;
    uint32_t ran_as; // the how-manieth to run
};

static atomic_uint run_counter;
static atomic_bool gate_open;

static void run_counted(struct job *job, uint32_t worker)
{
    struct counted_job *counted = (struct counted_job *)job;
    counted->ran++;
    counted->worker = worker;
    counted->ran_as = atomic_fetch_add(&run_counter, 1);
}

static void run_until_open(struct job *job, uint32_t worker)
{
    while (!atomic_load(&gate_open))
        usleep(100);
    run_counted(job, worker);
}

static void *open_soon(void *argument)
{
    usleep(2000);
    atomic_store(&gate_open, true);
    return argument;
}

static void setup_jobs(struct counted_job *jobs, uint32_t count, struct job_results *results)
{
    atomic_store(&run_counter, 0);
    for (uint32_t i = 0; i < count; i++)
        jobs[i].job = (struct job){.run = run_counted, .results = results, .order = i};
}

static void every_job_runs_once_and_comes_back(void **state)
{
    (void)state;
    static const uint32_t worker_counts[] = {1, 2, 4, 8};
    for (uint32_t w = 0; w < 4; w++) {
        struct jobs *pool = jobs_create(worker_counts[w]);
        assert_non_null(pool);
        assert_int_equal(jobs_worker_count(pool), worker_counts[w]);
        struct job_results results = {0};
        struct counted_job *jobs = calloc(JOB_COUNT, sizeof(*jobs));
        assert_non_null(jobs);
        setup_jobs(jobs, JOB_COUNT, &results);
        for (uint32_t i = 0; i < JOB_COUNT; i++)
            jobs_submit(pool, &jobs[i].job);
        uint32_t taken = 0;
        struct job *job;
        while ((job = jobs_take(pool, &results, true)) != NULL)
            taken++;
        assert_int_equal(taken, JOB_COUNT);
        for (uint32_t i = 0; i < JOB_COUNT; i++) {
            assert_int_equal(jobs[i].ran, 1);
            assert_true(jobs[i].worker < worker_counts[w]);
        }
        assert_null(jobs_take(pool, &results, false));
        free(jobs);
        jobs_destroy(pool);
    }
}

static void lower_priority_numbers_run_first_and_equal_ones_in_turn(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    struct jobs *pool = jobs_create(1);
    struct job_results results = {0}, gate_results = {0};
    static struct counted_job jobs[COUNT], gate;
    setup_jobs(jobs, COUNT, &results);
    gate.job = (struct job){.run = run_until_open, .results = &gate_results, .priority = -1000};
    atomic_store(&gate_open, false);
    jobs_submit(pool, &gate.job);
    srand(1);
    for (uint32_t i = 0; i < COUNT; i++) {
        jobs[i].job.priority = rand() % 50 - 25;
        jobs_submit(pool, &jobs[i].job);
    }
    atomic_store(&gate_open, true);
    struct counted_job *previous = NULL;
    for (uint32_t i = 0; i < COUNT; i++) {
        struct counted_job *job = (struct counted_job *)jobs_take(pool, &results, true);
        assert_non_null(job);
        assert_int_equal(job->ran_as, i + 1); // after the gate
        if (previous != NULL) {
            assert_true(previous->job.priority <= job->job.priority);
            if (previous->job.priority == job->job.priority)
                assert_true(previous->job.order < job->job.order);
        }
        previous = job;
    }
    assert_ptr_equal(jobs_take(pool, &gate_results, true), &gate.job);
    jobs_destroy(pool);
}

static void results_are_taken_in_a_fixed_order_where_asked_for(void **state)
{
    (void)state;
    struct jobs *pool = jobs_create(4);
    struct job_results results = {0};
    static struct counted_job jobs[JOB_COUNT];
    setup_jobs(jobs, JOB_COUNT, &results);
    for (uint32_t i = 0; i < JOB_COUNT; i++) {
        jobs[i].ran = 0;
        jobs[i].job.priority = (int32_t)(i * 7919 % 101); // so that they finish in another order
        jobs_submit(pool, &jobs[i].job);
    }
    for (uint32_t i = 0; i < JOB_COUNT; i++)
        assert_ptr_equal(jobs_take_order(pool, &results, i, true), &jobs[i].job);
    assert_null(jobs_take_order(pool, &results, 0, false));
    assert_null(jobs_take_order(pool, &results, 0, true)); // nothing is pending: no wait
    jobs_destroy(pool);
}

struct owner {
    struct jobs *pool;
    uint32_t wrong, taken;
};

static void all_that_finished_is_taken_at_once(void **state)
{
    (void)state;
    struct job_results results = {0};
    static struct counted_job counted[50];
    struct jobs *jobs = jobs_create(2);
    assert_null(jobs_take_all(&results));
    setup_jobs(counted, 50, &results);
    for (uint32_t i = 0; i < 50; i++)
        jobs_submit(jobs, &counted[i].job);
    uint32_t taken = 0;
    while (taken < 50) {
        for (struct job *job = jobs_take_all(&results); job != NULL; job = job->next)
            taken++;
        usleep(100);
    }
    assert_int_equal(taken, 50);
    assert_null(jobs_take(jobs, &results, true)); // nothing is left to wait for
    jobs_destroy(jobs);
}

static void count_share(void *user, uint32_t index)
{
    atomic_uint *counts = user;
    atomic_fetch_add(&counts[index], 1);
}

static void work_is_spread_before_what_is_queued(void **state)
{
    (void)state;
    struct job_results results = {0};
    static struct counted_job queued[20];
    static atomic_uint counts[30];
    struct jobs *jobs = jobs_create(1);
    setup_jobs(queued, 20, &results);
    atomic_store(&gate_open, false);
    for (uint32_t i = 0; i < 20; i++) {
        queued[i].job.run = i == 0 ? run_counted : run_until_open;
        jobs_submit(jobs, &queued[i].job);
    }
    assert_non_null(jobs_take(jobs, &results, true)); // the next one waits for the gate
    pthread_t opener;
    assert_int_equal(pthread_create(&opener, NULL, open_soon, NULL), 0);
    jobs_spread(jobs, count_share, counts, 30);
    for (uint32_t i = 0; i < 30; i++)
        assert_int_equal(counts[i], 1);
    pthread_join(opener, NULL);
    while (jobs_take(jobs, &results, true) != NULL)
        continue;
    jobs_spread(jobs, count_share, counts, 0);
    jobs_destroy(jobs);
}

static void *own_and_take(void *argument)
{
    struct owner *owner = argument;
    struct job_results results = {0};
    struct counted_job *jobs = calloc(JOB_COUNT, sizeof(*jobs));
    if (jobs == NULL)
        return NULL;
    for (uint32_t i = 0; i < JOB_COUNT; i++) {
        jobs[i].job = (struct job){.run = run_counted, .results = &results, .order = i};
        jobs_submit(owner->pool, &jobs[i].job);
        struct job *job = jobs_take(owner->pool, &results, false);
        if (job != NULL)
            owner->taken++;
    }
    struct job *job;
    while ((job = jobs_take(owner->pool, &results, true)) != NULL) {
        owner->taken++;
        owner->wrong +=
            (struct counted_job *)job < jobs || (struct counted_job *)job >= jobs + JOB_COUNT;
    }
    free(jobs);
    return NULL;
}

static void several_owners_share_the_workers(void **state)
{
    (void)state;
    struct jobs *pool = jobs_create(3);
    struct owner owners[4];
    pthread_t threads[4];
    for (uint32_t i = 0; i < 4; i++) {
        owners[i] = (struct owner){.pool = pool};
        assert_int_equal(pthread_create(&threads[i], NULL, own_and_take, &owners[i]), 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(owners[i].taken, JOB_COUNT);
        assert_int_equal(owners[i].wrong, 0);
    }
    jobs_destroy(pool);
}

static void destroying_waits_for_what_runs_and_drops_the_rest(void **state)
{
    (void)state;
    enum { COUNT = 64 };
    struct jobs *pool = jobs_create(1);
    struct job_results results = {0};
    static struct counted_job jobs[COUNT], gate;
    setup_jobs(jobs, COUNT, &results);
    atomic_store(&gate_open, false);
    gate.job = (struct job){.run = run_until_open, .results = &results, .priority = -1};
    jobs_submit(pool, &gate.job);
    usleep(20000); // the worker is inside the gate
    for (uint32_t i = 0; i < COUNT; i++)
        jobs_submit(pool, &jobs[i].job);
    atomic_store(&gate_open, true);
    jobs_destroy(pool);
    assert_int_equal(gate.ran, 1);
    uint32_t ran = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        ran += jobs[i].ran;
    assert_true(ran <= COUNT); // and whatever ran has ended: the sanitizers watch this
    jobs_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_runs_once_and_comes_back),
        cmocka_unit_test(lower_priority_numbers_run_first_and_equal_ones_in_turn),
        cmocka_unit_test(results_are_taken_in_a_fixed_order_where_asked_for),
        cmocka_unit_test(all_that_finished_is_taken_at_once),
        cmocka_unit_test(work_is_spread_before_what_is_queued),
        cmocka_unit_test(several_owners_share_the_workers),
        cmocka_unit_test(destroying_waits_for_what_runs_and_drops_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
