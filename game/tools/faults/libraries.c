#include "game/tools/faults/libraries.h"

#include <stddef.h>
#include <stdlib.h>

#include <cjson/cJSON.h>
#include <sqlite3.h>

#include "engine/assert.h"
#include "game/tools/faults/fault_points.h"

static bool no_memory(const char *operation)
{
    return fault_happens(FAULT_ALLOCATION, operation, NULL);
}

static bool no_file(const char *operation)
{
    return fault_happens(FAULT_FILE, operation, NULL);
}

// SQLite asks for memory and files through tables of functions, cJSON for memory: each gets one
// whose functions fail where they should, and else ask the one that was there.

// ---- Memory ----

void *__real_malloc(size_t size); // the C library's: wrap.c

static sqlite3_mem_methods memory;

static void *allocate(int size)
{
    return no_memory("SQLite's malloc") ? NULL : memory.xMalloc(size);
}

static void *reallocate(void *old, int size)
{
    return no_memory("SQLite's realloc") ? NULL : memory.xRealloc(old, size);
}

// ---- SQLite's files ----

// Files of two kinds exist, that lock and that do not, each with a table of its own.
struct methods {
    sqlite3_io_methods failing; // first: a file that points to it points to this
    const sqlite3_io_methods *real;
};
static struct methods kinds[4];

static const sqlite3_io_methods *real_of(sqlite3_file *file)
{
    return ((const struct methods *)(const void *)file->pMethods)->real;
}

static int read_file(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at)
{
    return no_file("SQLite's read") ? SQLITE_IOERR_READ
                                    : real_of(file)->xRead(file, bytes, size, at);
}

static int write_file(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
    return no_file("SQLite's write") ? SQLITE_FULL : real_of(file)->xWrite(file, bytes, size, at);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    return no_file("SQLite's truncate") ? SQLITE_IOERR_TRUNCATE
                                        : real_of(file)->xTruncate(file, size);
}

static int sync_file(sqlite3_file *file, int flags)
{
    return no_file("SQLite's sync") ? SQLITE_IOERR_FSYNC : real_of(file)->xSync(file, flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return no_file("SQLite's stat") ? SQLITE_IOERR_FSTAT : real_of(file)->xFileSize(file, size);
}

static int lock_file(sqlite3_file *file, int level)
{
    return no_file("SQLite's lock") ? SQLITE_IOERR_LOCK : real_of(file)->xLock(file, level);
}

static void make_fail(sqlite3_file *file)
{
    size_t i = 0;
    while (kinds[i].real != NULL && kinds[i].real != file->pMethods)
        i++;
    ASH_ASSERT(i < sizeof(kinds) / sizeof(kinds[0]) - 1);
    if (kinds[i].real == NULL) {
        kinds[i] = (struct methods){*file->pMethods, file->pMethods};
        kinds[i].failing.xRead = read_file;
        kinds[i].failing.xWrite = write_file;
        kinds[i].failing.xTruncate = truncate_file;
        kinds[i].failing.xSync = sync_file;
        kinds[i].failing.xFileSize = file_size;
        kinds[i].failing.xLock = lock_file;
    }
    file->pMethods = &kinds[i].failing;
}

static sqlite3_vfs *real;

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    file->pMethods = NULL;
    int result =
        no_file("SQLite's open") ? SQLITE_CANTOPEN : real->xOpen(real, name, file, flags, out);
    if (file->pMethods != NULL)
        make_fail(file);
    return result;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    return no_file("SQLite's unlink") ? SQLITE_IOERR_DELETE : real->xDelete(real, name, sync);
}

static int look_at_file(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    return no_file("SQLite's access") ? SQLITE_IOERR_ACCESS : real->xAccess(real, name, flags, out);
}

static void *allocate_json(size_t size)
{
    return no_memory("cJSON's malloc") ? NULL : __real_malloc(size);
}

bool fault_libraries(void)
{
    static sqlite3_vfs failing;
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = allocate_json, .free_fn = free});
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory) != SQLITE_OK)
        return false;
    sqlite3_mem_methods own = memory;
    own.xMalloc = allocate;
    own.xRealloc = reallocate;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &own) != SQLITE_OK)
        return false;
    real = sqlite3_vfs_find(NULL);
    if (real == NULL)
        return false;
    failing = *real;
    failing.zName = "faults";
    failing.pNext = NULL;
    failing.xOpen = open_file;
    failing.xDelete = delete_file;
    failing.xAccess = look_at_file;
    return sqlite3_vfs_register(&failing, /*makeDflt=*/1) == SQLITE_OK;
}
