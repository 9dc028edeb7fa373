#include "game/world/world_state.h"

#include "engine/log.h"
#include "game/base/clock.h"

enum { PAUSE_UPDATES = 60 }; // a second, mostly

void work_submit(struct world *world, struct world_job *job, int32_t priority)
{
    job->job.results = &world->results;
    job->job.order = world->next_order++;
    job->job.priority = priority;
    world->in_flight++;
    jobs_submit(world->jobs, &job->job);
}

bool work_commit(struct world *world, bool wait)
{
    if (world->in_flight == 0)
        return false;
    struct job *job = world->finished;
    if (world->deterministic)
        job = jobs_take_order(world->jobs, &world->results, world->next_commit, wait);
    else if (job == NULL)
        job = wait ? jobs_take(world->jobs, &world->results, wait) : jobs_take_all(&world->results);
    if (job == NULL)
        return false;
    world->finished = job->next;
    struct world_job *finished = (struct world_job *)job;
    world->next_commit++;
    world->in_flight--;
    world->counts_stale = true;
    finished->commit(finished);
    return true;
}

void work_no_memory(struct world *world, const char *what)
{
    world->pause = PAUSE_UPDATES;
    if (world->out_of_memory)
        return;
    world->out_of_memory = true;
    ash_log(ASH_LOG_ERROR,
            "No memory is left to %s; parts of the world stay away until there is some. Close "
            "other programs or choose a smaller --radius.",
            what);
}

void work_begin(struct world *world)
{
    world->until = world->budget > 0 ? clock_seconds() + world->budget : 0;
}

bool work_late(const struct world *world)
{
    return world->budget > 0 && clock_seconds() > world->until;
}
