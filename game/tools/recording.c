#include "game/tools/recording.h"

#include "game/base/file.h"

#include "engine/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// About 45 hours of play.
#define LONGEST_FILE ((size_t)256 << 20)

bool recording_load(struct recording *recording, const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    if (!file_read(path, LONGEST_FILE, &bytes, &size))
        return false;
    char message[160];
    struct replay replay;
    if (!replay_parse(bytes, size, &replay, message, sizeof(message))) {
        ash_log(ASH_LOG_ERROR, "could not play %s: %s; name a file that --record wrote", path,
                message);
        free(bytes);
        return false;
    }
    *recording = (struct recording){.path = path, .bytes = bytes, .replay = replay};
    return true;
}

bool recording_create(struct recording *recording, const char *path, const struct simulation *start)
{
    const struct replay_header header = replay_header(start);
    FILE *file = file_begin(path, &header, sizeof(header));
    if (file == NULL)
        return false;
    *recording = (struct recording){.path = path, .file = file};
    return true;
}

void recording_add(struct recording *recording, const struct input_tick *tick)
{
    if (recording->file != NULL)
        fwrite(tick, sizeof(*tick), 1, recording->file);
}

bool recording_take(struct recording *recording, struct input_tick *tick)
{
    if (recording->bytes == NULL || recording->next >= recording->replay.tick_count)
        return false;
    *tick = replay_tick(&recording->replay, recording->next++);
    return true;
}

bool recording_finish(struct recording *recording)
{
    bool done = file_end(recording->file, recording->path);
    free(recording->bytes);
    *recording = (struct recording){0};
    return done;
}
