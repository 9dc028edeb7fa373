#include "game/world/save/save.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/assert.h"
#include "engine/log.h"
#include "game/base/clock.h"
#include "game/base/trace.h"
#include "game/world/save/save_file.h"

enum {
    BATCH_MILLISECONDS = 400,  // from the first edit to its transaction; under half a second
    RETRY_MILLISECONDS = 3000, // after a failure
    LARGEST_WAITING = 1 << 20, // edits in memory while the disk takes none: some 16 MiB
};

// What one transaction writes.
struct batch {
    struct edits edits;
    struct save_player player;
    bool has_player;
};

struct save {
    struct save_file file; // the writer's, as soon as something is handed over

    // Guards what follows; `writing` is changed by the writer alone, which may read it without.
    pthread_mutex_t mutex;
    pthread_cond_t changed; // something waits, or is finished, or it is time to stop
    struct batch waiting;   // handed over
    struct batch writing;   // taken by the writer; stays until it is in the file
    struct timespec due;    // when `waiting` or a retry is to be written
    bool flushing, stopping;
    bool last_try_failed;
    uint64_t tries;         // finished ones, failed or not
    atomic_bool failed;     // the last try
    atomic_bool overflowed; // something was handed over for which there was no memory
    pthread_t writer;
};

static bool batch_empty(const struct batch *batch)
{
    return batch->edits.edit_count == 0 && !batch->has_player;
}

static void batch_clear(struct batch *batch)
{
    edits_finish(&batch->edits);
    *batch = (struct batch){0};
}

static struct timespec from_now(long milliseconds)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += milliseconds / 1000;
    time.tv_nsec += milliseconds % 1000 * 1000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000;
    }
    return time;
}

static bool due_now(const struct save *save)
{
    struct timespec now = from_now(0);
    return save->flushing || save->stopping || now.tv_sec > save->due.tv_sec ||
           (now.tv_sec == save->due.tv_sec && now.tv_nsec >= save->due.tv_nsec);
}

// Writes the batch that was taken. The mutex is held, but not while writing.
static void write_batch(struct save *save)
{
    char reason[256];
    pthread_mutex_unlock(&save->mutex);
    bool ok = save_file_write(&save->file, &save->writing.edits,
                              save->writing.has_player ? &save->writing.player : NULL, reason,
                              sizeof(reason));
    bool failed_before = atomic_exchange(&save->failed, !ok);
    if (!ok && !failed_before)
        ash_log(ASH_LOG_ERROR,
                "The world can't be saved (%s); free some space: Cinder tries again meanwhile.",
                reason);
    if (ok && failed_before)
        ash_log(ASH_LOG_WARNING, "The world can be saved again.");
    pthread_mutex_lock(&save->mutex);
    save->last_try_failed = !ok;
    save->tries++;
    if (ok)
        batch_clear(&save->writing);
    else
        save->due = from_now(RETRY_MILLISECONDS);
    pthread_cond_broadcast(&save->changed);
}

static void *writer_main(void *argument)
{
    struct save *save = argument;
    pthread_mutex_lock(&save->mutex);
    for (;;) {
        bool nothing = batch_empty(&save->waiting) && batch_empty(&save->writing);
        if (nothing && save->stopping)
            break;
        if (nothing) {
            pthread_cond_wait(&save->changed, &save->mutex);
            continue;
        }
        if (!due_now(save)) {
            struct timespec due = save->due;
            pthread_cond_timedwait(&save->changed, &save->mutex, &due);
            continue;
        }
        if (batch_empty(&save->writing)) {
            save->writing = save->waiting;
            save->waiting = (struct batch){0};
        }
        double began = trace_on() ? clock_seconds() : 0;
        write_batch(save);
        if (trace_on())
            trace_span(TRACE_SAVE, "write the world", NULL, began, clock_seconds());
        if (save->last_try_failed) {
            save->flushing = false;
            if (save->stopping)
                break;
        }
    }
    pthread_mutex_unlock(&save->mutex);
    return NULL;
}

// As with workers, signals belong to the main thread.
static int start_writer(struct save *save)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&save->writer, NULL, writer_main, save);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        (void)pthread_setname_np(save->writer, "world writer");
    return error;
}

static void save_free(struct save *save)
{
    save_file_close(&save->file);
    batch_clear(&save->waiting);
    batch_clear(&save->writing);
    pthread_cond_destroy(&save->changed);
    pthread_mutex_destroy(&save->mutex);
    free(save);
}

struct save *save_open(const char *path, uint32_t *seed, char *message, size_t message_size)
{
    struct save *save = calloc(1, sizeof(*save));
    if (save == NULL) {
        snprintf(message, message_size, "No memory to open the world %s.", path);
        return NULL;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&save->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&save->mutex, NULL);
    uint32_t file_seed = *seed;
    bool ok = save_file_open(&save->file, path, &file_seed, message, message_size);
    if (ok) {
        int error = start_writer(save);
        if (error != 0)
            snprintf(message, message_size, "The thread that saves the world %s did not start: %s.",
                     path, strerror(error));
        ok = error == 0;
    }
    if (!ok) {
        save_free(save);
        return NULL;
    }
    *seed = file_seed;
    return save;
}

bool save_close(struct save *save)
{
    if (save == NULL)
        return true;
    pthread_mutex_lock(&save->mutex);
    save->stopping = true;
    pthread_cond_broadcast(&save->changed);
    pthread_mutex_unlock(&save->mutex);
    pthread_join(save->writer, NULL);
    uint64_t lost = save->waiting.edits.edit_count + save->writing.edits.edit_count;
    bool ok = batch_empty(&save->waiting) && batch_empty(&save->writing) &&
              !atomic_load(&save->overflowed);
    if (!ok)
        ash_log(ASH_LOG_ERROR,
                "The last %llu changes to the world could not be saved and are lost; free some "
                "space before playing on.",
                (unsigned long long)lost);
    save_free(save);
    return ok;
}

// Marks that something waits, and when it is to be written. The mutex is held.
static void set_due(struct save *save, bool was_empty)
{
    if (was_empty && batch_empty(&save->writing)) {
        save->due = from_now(BATCH_MILLISECONDS);
        pthread_cond_broadcast(&save->changed);
    }
}

void save_set_block(struct save *save, struct block_coord at, enum block block)
{
    ASH_ASSERT(at.y >= 0 && at.y < WORLD_HEIGHT && block < BLOCK_COUNT);
    pthread_mutex_lock(&save->mutex);
    bool was_empty = batch_empty(&save->waiting);
    bool ok = save->waiting.edits.edit_count < LARGEST_WAITING &&
              edits_set(&save->waiting.edits, edit_column(at), edit_place(at), (uint8_t)block);
    if (ok)
        set_due(save, was_empty);
    pthread_mutex_unlock(&save->mutex);
    if (!ok && !atomic_exchange(&save->overflowed, true))
        ash_log(ASH_LOG_ERROR, "No memory is left to save what is built; from now on it is lost.");
}

void save_set_player(struct save *save, const struct save_player *player)
{
    ASH_ASSERT(save_player_makes_sense(player));
    pthread_mutex_lock(&save->mutex);
    bool was_empty = batch_empty(&save->waiting);
    save->waiting.player = *player;
    save->waiting.has_player = true;
    set_due(save, was_empty);
    pthread_mutex_unlock(&save->mutex);
}

bool save_load_edits(struct save *save, struct edits *edits)
{
    return save_file_load_edits(&save->file, edits);
}

bool save_load_player(struct save *save, struct save_player *player)
{
    return save_file_load_player(&save->file, player);
}

bool save_failed(const struct save *save)
{
    return atomic_load(&save->failed) || atomic_load(&save->overflowed);
}

bool save_flush(struct save *save)
{
    pthread_mutex_lock(&save->mutex);
    save->flushing = true;
    pthread_cond_broadcast(&save->changed);
    uint64_t tries = save->tries;
    while (!(batch_empty(&save->waiting) && batch_empty(&save->writing)) &&
           !(save->tries != tries && save->last_try_failed))
        pthread_cond_wait(&save->changed, &save->mutex);
    bool ok = batch_empty(&save->waiting) && batch_empty(&save->writing);
    save->flushing = false;
    pthread_mutex_unlock(&save->mutex);
    return ok;
}
