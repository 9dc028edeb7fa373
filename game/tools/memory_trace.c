#include "game/tools/memory_trace.h"

#include <errno.h>
#include <string.h>

#include "engine/log.h"

static void tell_write_error(const char *path)
{
    ash_log(ASH_LOG_ERROR, "could not write %s: %s; choose another place", path, strerror(errno));
}

static void write_bytes(void *user, const void *bytes, size_t size)
{
    fwrite(bytes, size, 1, user); // what fails is told of at the end
}

bool memory_trace_begin(struct memory_trace *trace, const char *path,
                        struct ash_allocator *allocator)
{
    FILE *file = fopen(path, "wbe");
    if (file == NULL) {
        tell_write_error(path);
        return false;
    }
    *trace = (struct memory_trace){.path = path, .file = file};
    ash_record_begin(&trace->record, allocator, write_bytes, file);
    return true;
}

void memory_trace_end(struct memory_trace *trace, struct ash_allocator *allocator)
{
    if (trace->file == NULL)
        return;
    ash_record_end(&trace->record, allocator);
    bool failed = ferror(trace->file) != 0;
    trace->failed = fclose(trace->file) != 0 || failed;
    trace->file = NULL;
    if (trace->failed)
        tell_write_error(trace->path);
}
