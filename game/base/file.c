#include "game/base/file.h"

#include "engine/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static bool write_all(int descriptor, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written;
        size -= (size_t)written;
    }
    return true;
}

static bool tell(const char *path)
{
    ash_log(ASH_LOG_ERROR, "could not write %s: %s; choose another place", path, strerror(errno));
    return false;
}

// Closes it in any case; errno says what went wrong first.
static bool write_and_close(int descriptor, const void *data, size_t size, bool sync)
{
    bool done = write_all(descriptor, data, size) && (!sync || fsync(descriptor) == 0);
    int reason = errno;
    bool closed = close(descriptor) == 0;
    if (!done)
        errno = reason;
    return done && closed;
}

// A device or a pipe: nothing can take its place. Below 0: errno says why.
static int open_no_file(const char *path)
{
    // Not blocking: opening a pipe that nobody reads would wait for ever.
    int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor >= 0)
        (void)fcntl(descriptor, F_SETFL, 0); // what is written may wait
    return descriptor;
}

static bool write_into(const char *path, const void *data, size_t size)
{
    int descriptor = open_no_file(path);
    return descriptor >= 0 && write_and_close(descriptor, data, size, /*sync=*/false);
}

static bool is_no_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

bool file_replace(const char *path, const void *data, size_t size)
{
    char beside[PATH_SIZE];
    int length = snprintf(beside, sizeof(beside), "%s.%ld.new", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof(beside)) {
        ash_log(ASH_LOG_ERROR, "could not write %.64s...: the name is too long; choose another",
                path);
        return false;
    }
    if (is_no_file(path))
        return write_into(path, data, size) || tell(path);
    unlink(beside); // left over from a process that had our number and was killed
    int descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return tell(path);
    if (write_and_close(descriptor, data, size, /*sync=*/true) && rename(beside, path) == 0)
        return true;
    int reason = errno;
    unlink(beside);
    errno = reason;
    return tell(path);
}

FILE *file_begin(const char *path, const void *data, size_t size)
{
    // A pipe is opened once: whoever reads it takes its closing for the end.
    const bool stays = is_no_file(path);
    if (!stays && !file_replace(path, data, size))
        return NULL;
    int descriptor = stays ? open_no_file(path)
                           : open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
    bool begun = descriptor >= 0 && (!stays || write_all(descriptor, data, size));
    FILE *file = begun ? fdopen(descriptor, "ab") : NULL;
    if (file != NULL)
        return file;
    tell(path);
    if (descriptor >= 0)
        close(descriptor);
    return NULL;
}

bool file_end(FILE *file, const char *path)
{
    if (file == NULL)
        return true;
    bool failed = ferror(file) != 0;
    int reason = EIO; // of a write long ago, whose own nobody has kept
    if (fclose(file) == 0 && !failed)
        return true;
    if (failed)
        errno = reason;
    return tell(path);
}

// The whole of an open file; NULL with errno, EFBIG where it has more than `limit` bytes.
static uint8_t *read_open(int descriptor, size_t limit, size_t *size)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return NULL;
    if (!S_ISREG(status.st_mode)) {
        errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        return NULL;
    }
    if ((uint64_t)status.st_size > limit) {
        errno = EFBIG;
        return NULL;
    }
    size_t wanted = (size_t)status.st_size;
    uint8_t *data = malloc(wanted + 1);
    if (data == NULL)
        return NULL;
    size_t done = 0;
    while (done < wanted) {
        ssize_t got = read(descriptor, data + done, wanted - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(data);
            return NULL;
        }
        if (got == 0)
            break; // it was cut short meanwhile
        done += (size_t)got;
    }
    *size = done;
    return data;
}

bool file_read(const char *path, size_t limit, uint8_t **data, size_t *size)
{
    // Not blocking: opening a pipe that nobody writes to would wait for ever.
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    uint8_t *bytes = NULL;
    size_t count = 0;
    if (descriptor >= 0) {
        bytes = read_open(descriptor, limit, &count);
        int reason = errno;
        close(descriptor);
        errno = reason;
    }
    if (bytes == NULL) {
        ash_log(ASH_LOG_ERROR, "could not read %s: %s; check the name and its permissions", path,
                strerror(errno));
        return false;
    }
    *data = bytes;
    *size = count;
    return true;
}

static bool is_private(int descriptor)
{
    struct stat status;
    return fstat(descriptor, &status) == 0 && status.st_uid == geteuid() &&
           (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool file_read_private(const char *path, size_t limit, uint8_t **data, size_t *size)
{
    char folder_name[PATH_SIZE];
    const char *name = strrchr(path, '/');
    uint8_t *bytes = NULL;
    if (name == NULL || (size_t)(name - path) >= sizeof(folder_name))
        return false;
    snprintf(folder_name, sizeof(folder_name), "%.*s/", (int)(name - path), path);
    int folder = open(folder_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    // Looked at once it is open, so that nothing can be put in its place in between.
    if (is_private(folder)) {
        int file = openat(folder, name + 1, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
        if (file >= 0 && is_private(file))
            bytes = read_open(file, limit, size);
        if (file >= 0)
            close(file);
    }
    close(folder);
    *data = bytes;
    return bytes != NULL;
}

// Makes every folder of the path, for the user alone.
static bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash != NULL)
            *slash = '\0';
        bool there = mkdir(path, 0700) == 0 || errno == EEXIST;
        if (slash != NULL)
            *slash = '/';
        if (!there || slash == NULL)
            return there;
    }
}

// The folder that the XDG specification names: `variable`, or `below_home` in the home. False:
// neither can be had, and errno says why where the folder could not be made.
static bool in_folder(const char *variable, const char *below_home, const char *name, char *path,
                      size_t path_size)
{
    const char *base = getenv(variable);
    const char *home = getenv("HOME");
    char folder[PATH_SIZE];
    int length = -1;
    errno = ENOENT;
    // The specification: a relative path is to be ignored.
    if (base != NULL && base[0] == '/')
        length = snprintf(folder, sizeof(folder), "%s/cinder", base);
    else if (home != NULL && home[0] == '/')
        length = snprintf(folder, sizeof(folder), "%s/%s/cinder", home, below_home);
    if (length < 0 || (size_t)length >= sizeof(folder) || !make_folders(folder))
        return false;
    length = snprintf(path, path_size, "%s/%s", folder, name);
    return length >= 0 && (size_t)length < path_size;
}

bool file_in_data_folder(const char *name, char *path, size_t path_size)
{
    if (in_folder("XDG_DATA_HOME", ".local/share", name, path, path_size))
        return true;
    ash_log(ASH_LOG_ERROR,
            "there is no place for the world, neither in XDG_DATA_HOME nor in HOME: %s; name one "
            "with --world FILE",
            strerror(errno));
    return false;
}

bool file_in_cache_folder(const char *name, char *path, size_t path_size)
{
    return in_folder("XDG_CACHE_HOME", ".cache", name, path, path_size);
}
