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

static bool replace(const char *path, const void *data, size_t size, mode_t mode)
{
    char beside[PATH_SIZE];
    int length = snprintf(beside, sizeof(beside), "%s.%ld.new", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof(beside)) {
        ash_log(ASH_LOG_ERROR, "could not write %.64s...: the name is too long; choose another",
                path);
        return false;
    }
    unlink(beside); // left over from a process that had our number and was killed
    int descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor >= 0) {
        bool written = write_all(descriptor, data, size);
        int reason = errno;
        if (close(descriptor) == 0 && written && rename(beside, path) == 0)
            return true;
        reason = written ? errno : reason;
        unlink(beside);
        errno = reason;
    }
    ash_log(ASH_LOG_ERROR, "could not write %s: %s; choose another place", path, strerror(errno));
    return false;
}

bool file_replace(const char *path, const void *data, size_t size)
{
    return replace(path, data, size, 0644);
}

bool file_replace_private(const char *path, const void *data, size_t size)
{
    return replace(path, data, size, 0600);
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

bool file_read_private(const char *path, size_t limit, uint8_t **data, size_t *size)
{
    struct stat status;
    uint8_t *bytes = NULL;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (descriptor < 0)
        return false;
    if (fstat(descriptor, &status) == 0 && status.st_uid == geteuid() &&
        (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
        bytes = read_open(descriptor, limit, size);
    close(descriptor);
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
