// A folder of a fuzz target's own, in memory where the system has such a place, and gone at the
// end.
#ifndef TESTS_FUZZ_FUZZ_FOLDER_H
#define TESTS_FUZZ_FUZZ_FOLDER_H

#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char fuzz_folder_path[64];

static inline int fuzz_remove(const char *path, const struct stat *status, int kind,
                              struct FTW *place)
{
    (void)status;
    (void)kind;
    return place->level == 0 ? 0 : remove(path);
}

// Leaves the folder itself.
static inline void fuzz_folder_empty(void)
{
    FUZZ_CHECK(nftw(fuzz_folder_path, fuzz_remove, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

static inline void fuzz_folder_end(void)
{
    fuzz_folder_empty();
    (void)rmdir(fuzz_folder_path);
}

// Made by the first call.
static inline const char *fuzz_folder(void)
{
    if (fuzz_folder_path[0] == '\0') {
        const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        snprintf(fuzz_folder_path, sizeof(fuzz_folder_path), "%s/ash-fuzz-XXXXXX", base);
        FUZZ_CHECK(mkdtemp(fuzz_folder_path) != NULL);
        FUZZ_CHECK(atexit(fuzz_folder_end) == 0);
    }
    return fuzz_folder_path;
}

static inline void fuzz_write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    FUZZ_CHECK(file != NULL && fwrite(bytes, 1, size, file) == size);
    FUZZ_CHECK(fclose(file) == 0);
}

// Whether the file holds exactly these bytes.
static inline bool fuzz_file_is(const char *path, const uint8_t *bytes, size_t size)
{
    uint8_t part[4096];
    size_t at = 0;
    FILE *file = fopen(path, "rb");
    bool same = file != NULL;
    for (size_t got; same && (got = fread(part, 1, sizeof(part), file)) > 0; at += got)
        same = got <= size - at && memcmp(part, bytes + at, got) == 0;
    if (file != NULL)
        fclose(file);
    return same && at == size;
}

#endif
