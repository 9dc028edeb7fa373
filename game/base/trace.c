#include "game/base/trace.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "game/base/file.h"

#include "engine/log.h"

struct span {
    const char *name, *of;
    double from, to; // of a value: from is when, to is what
    uint32_t track;
    bool is_value;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct span *spans; // a ring; NULL: off
static uint64_t added;

bool trace_begin(void)
{
    spans = calloc(TRACE_SPANS, sizeof(*spans));
    added = 0;
    if (spans == NULL)
        ash_log(ASH_LOG_ERROR, "not enough memory for a trace; close other programs");
    return spans != NULL;
}

bool trace_on(void)
{
    return spans != NULL;
}

static void add(const struct span *span)
{
    if (spans == NULL)
        return;
    pthread_mutex_lock(&mutex);
    spans[added++ % TRACE_SPANS] = *span;
    pthread_mutex_unlock(&mutex);
}

void trace_span(uint32_t track, const char *name, const char *of, double from, double to)
{
    add(&(struct span){name, of, from, to, track, false});
}

void trace_value(const char *name, double at, double value)
{
    add(&(struct span){name, NULL, at, value, TRACE_FRAME, true});
}

// The inside of a string of JSON. Names are ours: control characters have no place in them.
static void write_text(FILE *file, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', file);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
    }
}

static void write_span(FILE *file, const struct span *span)
{
    fputs(",\n{\"name\":\"", file);
    write_text(file, span->name);
    if (span->of != NULL) {
        fputc(' ', file);
        write_text(file, span->of);
    }
    if (span->is_value)
        fprintf(file, "\",\"ph\":\"C\",\"pid\":1,\"ts\":%.3f,\"args\":{\"value\":%.3f}}",
                span->from * 1e6, span->to);
    else
        fprintf(file, "\",\"ph\":\"X\",\"pid\":1,\"tid\":%u,\"ts\":%.3f,\"dur\":%.3f}",
                span->track + 1, span->from * 1e6, (span->to - span->from) * 1e6);
}

static void write_track(FILE *file, uint32_t track)
{
    static const char *const names[TRACE_WORKERS] = {"frame", "GPU", "world writer"};
    fprintf(file, "%s\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"args\":{",
            track > 0 ? "," : "", track + 1);
    if (track < TRACE_WORKERS)
        fprintf(file, "\"name\":\"%s\"}}", names[track]);
    else
        fprintf(file, "\"name\":\"worker %u\"}}", track - TRACE_WORKERS);
    fprintf(file,
            ",\n{\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":1,\"tid\":%u,"
            "\"args\":{\"sort_index\":%u}}",
            track + 1, track);
}

static void write_all(FILE *file)
{
    const uint64_t first = added > TRACE_SPANS ? added - TRACE_SPANS : 0;
    uint32_t tracks = TRACE_WORKERS;
    for (uint64_t i = first; i < added; i++) {
        const uint32_t track = spans[i % TRACE_SPANS].track;
        tracks = track >= tracks ? track + 1 : tracks;
    }
    fprintf(file, "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"spans_dropped\":%llu},\n",
            (unsigned long long)first);
    fputs("\"traceEvents\":[", file);
    for (uint32_t track = 0; track < tracks; track++)
        write_track(file, track);
    for (uint64_t i = first; i < added; i++)
        write_span(file, &spans[i % TRACE_SPANS]);
    fputs("\n]}\n", file);
}

bool trace_write(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    if (file != NULL)
        write_all(file);
    bool whole = file != NULL && ferror(file) == 0;
    whole = file != NULL && fclose(file) == 0 && whole;
    bool done = whole && file_replace(path, text, size);
    if (!whole)
        ash_log(ASH_LOG_ERROR, "could not write %s: not enough memory; close other programs", path);
    free(text);
    return done;
}

void trace_end(void)
{
    free(spans);
    spans = NULL;
}
