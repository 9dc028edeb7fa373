#include "bench/upload/crew.h"

#include <stdio.h>
#include <stdlib.h>

static void do_share(const struct crew *crew, uint32_t index)
{
    for (size_t i = index; i < crew->count; i += crew->thread_count)
        crew->write(crew->user, i);
}

static void *work(void *user)
{
    const struct crew_member *member = user;
    struct crew *crew = member->crew;
    for (;;) {
        pthread_barrier_wait(&crew->begin);
        if (crew->done)
            return NULL;
        do_share(crew, member->index);
        pthread_barrier_wait(&crew->end);
    }
}

void crew_init(struct crew *crew, uint32_t thread_count)
{
    *crew = (struct crew){.thread_count = thread_count};
    pthread_barrier_init(&crew->begin, NULL, thread_count);
    pthread_barrier_init(&crew->end, NULL, thread_count);
    for (uint32_t i = 1; i < thread_count; i++) {
        crew->members[i] = (struct crew_member){.crew = crew, .index = i};
        if (pthread_create(&crew->threads[i], NULL, work, &crew->members[i]) != 0) {
            fprintf(stderr, "bench_upload: no thread %u of %u\n", i + 1, thread_count);
            exit(1);
        }
    }
}

void crew_finish(struct crew *crew)
{
    crew->done = true;
    if (crew->thread_count > 1)
        pthread_barrier_wait(&crew->begin);
    for (uint32_t i = 1; i < crew->thread_count; i++)
        pthread_join(crew->threads[i], NULL);
    pthread_barrier_destroy(&crew->begin);
    pthread_barrier_destroy(&crew->end);
}

void crew_work(struct crew *crew, crew_write write, void *user, size_t count)
{
    crew->write = write;
    crew->user = user;
    crew->count = count;
    if (crew->thread_count > 1)
        pthread_barrier_wait(&crew->begin);
    do_share(crew, 0);
    if (crew->thread_count > 1)
        pthread_barrier_wait(&crew->end);
}
