// What the program calls in place of the C library: the linker's --wrap=NAME turns its calls of
// NAME into __wrap_NAME, and __real_NAME into the library's. Which names: game/CMakeLists.txt.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "game/tools/faults/fault_points.h"

// What a call answers that fails; a disk is full where it would be written to.
static bool no_memory(const char *operation, const void *caller)
{
    bool fails = fault_happens(FAULT_ALLOCATION, operation, caller);
    if (fails)
        errno = ENOMEM;
    return fails;
}

static bool no_file(const char *operation, int error, const void *caller)
{
    bool fails = fault_happens(FAULT_FILE, operation, caller);
    if (fails)
        errno = error;
    return fails;
}

#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

// WRAP(RESULT, NAME, PARAMETERS) declares the library's function and begins ours.
#define WRAP(result, name, ...)                                                                    \
    result __real_##name(__VA_ARGS__);                                                             \
    result __wrap_##name(__VA_ARGS__);                                                             \
    result __wrap_##name(__VA_ARGS__)

// ---- Memory and threads ----

WRAP(void *, malloc, size_t size)
{
    return no_memory("malloc", CALLER) ? NULL : __real_malloc(size);
}

WRAP(void *, calloc, size_t count, size_t size)
{
    return no_memory("calloc", CALLER) ? NULL : __real_calloc(count, size);
}

WRAP(void *, realloc, void *memory, size_t size)
{
    return no_memory("realloc", CALLER) ? NULL : __real_realloc(memory, size);
}

WRAP(void *, aligned_alloc, size_t alignment, size_t size)
{
    return no_memory("aligned_alloc", CALLER) ? NULL : __real_aligned_alloc(alignment, size);
}

WRAP(char *, strdup, const char *text)
{
    return no_memory("strdup", CALLER) ? NULL : __real_strdup(text);
}

WRAP(FILE *, open_memstream, char **text, size_t *size)
{
    return no_memory("open_memstream", CALLER) ? NULL : __real_open_memstream(text, size);
}

WRAP(void *, mmap, void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    return no_memory("mmap", CALLER) ? MAP_FAILED
                                     : __real_mmap(at, size, protection, flags, file, offset);
}

WRAP(int, mprotect, void *at, size_t size, int protection)
{
    return no_memory("mprotect", CALLER) ? -1 : __real_mprotect(at, size, protection);
}

WRAP(int, pthread_create, pthread_t *thread, const pthread_attr_t *attributes,
     void *(*start)(void *), void *argument)
{
    return fault_happens(FAULT_ALLOCATION, "pthread_create", CALLER)
               ? EAGAIN
               : __real_pthread_create(thread, attributes, start, argument);
}

// ---- Files ----

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    int error = (flags & O_CREAT) != 0 ? ENOSPC : EIO;
    return no_file("open", error, CALLER) ? -1 : __real_open(path, flags, mode);
}

WRAP(ssize_t, read, int file, void *bytes, size_t size)
{
    return no_file("read", EIO, CALLER) ? -1 : __real_read(file, bytes, size);
}

WRAP(ssize_t, write, int file, const void *bytes, size_t size)
{
    return no_file("write", ENOSPC, CALLER) ? -1 : __real_write(file, bytes, size);
}

// Closed it is, whatever it answers.
WRAP(int, close, int file)
{
    bool fails = no_file("close", EIO, CALLER);
    int error = errno;
    int result = __real_close(file);
    errno = fails ? error : errno;
    return fails ? -1 : result;
}

WRAP(int, fstat, int file, struct stat *status)
{
    return no_file("fstat", EIO, CALLER) ? -1 : __real_fstat(file, status);
}

WRAP(int, stat, const char *path, struct stat *status)
{
    return no_file("stat", EIO, CALLER) ? -1 : __real_stat(path, status);
}

WRAP(int, access, const char *path, int mode)
{
    return no_file("access", EIO, CALLER) ? -1 : __real_access(path, mode);
}

WRAP(int, mkdir, const char *path, mode_t mode)
{
    return no_file("mkdir", ENOSPC, CALLER) ? -1 : __real_mkdir(path, mode);
}

WRAP(int, mkstemp, char *name)
{
    return no_file("mkstemp", ENOSPC, CALLER) ? -1 : __real_mkstemp(name);
}

WRAP(int, unlink, const char *path)
{
    return no_file("unlink", EIO, CALLER) ? -1 : __real_unlink(path);
}

WRAP(int, rename, const char *from, const char *to)
{
    return no_file("rename", ENOSPC, CALLER) ? -1 : __real_rename(from, to);
}

WRAP(int, renameat2, int from_folder, const char *from, int to_folder, const char *to,
     unsigned flags)
{
    return no_file("renameat2", ENOSPC, CALLER)
               ? -1
               : __real_renameat2(from_folder, from, to_folder, to, flags);
}

// ---- Streams: what they do with their file is counted, as it happens ----

static ssize_t read_stream(void *cookie, char *bytes, size_t size)
{
    return no_file("fread", EIO, NULL) ? -1 : __real_read((int)(intptr_t)cookie, bytes, size);
}

// Of a cookie: 0, not -1, is a write that failed.
static ssize_t write_stream(void *cookie, const char *bytes, size_t size)
{
    ssize_t written =
        no_file("fwrite", ENOSPC, NULL) ? -1 : __real_write((int)(intptr_t)cookie, bytes, size);
    return written < 0 ? 0 : written;
}

static int close_stream(void *cookie)
{
    bool fails = no_file("fclose", EIO, NULL);
    int result = __real_close((int)(intptr_t)cookie);
    return fails ? -1 : result;
}

FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
    bool writes = mode[0] != 'r';
    int beginning = mode[0] == 'a' ? O_APPEND : O_TRUNC;
    int flags = O_CLOEXEC | (writes ? O_WRONLY | O_CREAT | beginning : O_RDONLY);
    if (no_file("fopen", writes ? ENOSPC : EIO, CALLER))
        return NULL;
    int file = __real_open(path, flags, 0666);
    if (file < 0)
        return NULL;
    const cookie_io_functions_t functions = {
        .read = read_stream, .write = write_stream, .close = close_stream};
    FILE *stream = fopencookie((void *)(intptr_t)file, mode, functions);
    if (stream == NULL)
        __real_close(file);
    return stream;
}
