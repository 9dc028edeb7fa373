// Whole files, for the user alone, replaced at once or not at all; and where a user's files belong.
//
// Failures are logged, as one sentence with the file's name.
#ifndef GAME_BASE_FILE_H
#define GAME_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// Writes beside the file and renames: whoever looks sees the old content or all of the new, also
// after a crash of the system. What is there and no file (a device, a pipe) is written to.
bool file_replace(const char *path, const void *data, size_t size);

// The same with a file that begins so and goes on. NULL: it could not be made.
FILE *file_begin(const char *path, const void *data, size_t size);
// Closes it; false where anything since file_begin could not be written. NULL is allowed.
bool file_end(FILE *file, const char *path);

// Reads at most `limit` bytes; a longer file is an error. The caller frees *data.
bool file_read(const char *path, size_t limit, uint8_t **data, size_t *size);

// The same, where file and folder are the user's own and nobody else can write them; the file is no
// link. False, without a word: it is not so, or it is not there.
bool file_read_private(const char *path, size_t limit, uint8_t **data, size_t *size);

// The user's place for Cinder's files, made for the user alone where it is not there yet:
// $XDG_DATA_HOME/cinder or ~/.local/share/cinder, and `name` in it. False: no such place can be
// had.
bool file_in_data_folder(const char *name, char *path, size_t path_size);
// The same for what can be made again: $XDG_CACHE_HOME/cinder or ~/.cache/cinder. Not logged.
bool file_in_cache_folder(const char *name, char *path, size_t path_size);

#endif
