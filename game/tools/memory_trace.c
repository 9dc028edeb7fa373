#include "game/tools/memory_trace.h"

#include "game/base/file.h"

static void write_bytes(void *user, const void *bytes, size_t size)
{
    fwrite(bytes, size, 1, user); // what fails is told of at the end
}

bool memory_trace_begin(struct memory_trace *trace, const char *path,
                        struct ash_allocator *allocator)
{
    FILE *file = file_begin(path, NULL, 0);
    if (file == NULL)
        return false;
    *trace = (struct memory_trace){.path = path, .file = file};
    ash_record_begin(&trace->record, allocator, write_bytes, file);
    return true;
}

void memory_trace_end(struct memory_trace *trace, struct ash_allocator *allocator)
{
    if (trace->file == NULL)
        return;
    ash_record_end(&trace->record, allocator);
    trace->failed = !file_end(trace->file, trace->path);
    trace->file = NULL;
}
