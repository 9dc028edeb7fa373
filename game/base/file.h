// Whole files, replaced at once or not at all; and where a user's files belong.
//
// Failures are logged, as one sentence with the file's name.
#ifndef GAME_BASE_FILE_H
#define GAME_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Writes beside the file and renames: whoever looks sees the old content or all of the new.
bool file_replace(const char *path, const void *data, size_t size);
// The same, for the user alone.
bool file_replace_private(const char *path, const void *data, size_t size);

// Reads at most `limit` bytes; a longer file is an error. The caller frees *data.
bool file_read(const char *path, size_t limit, uint8_t **data, size_t *size);

// The same, where the file is the user's own and nobody else can write it; no link is followed.
// False, without a word: it is not, or it is not there.
bool file_read_private(const char *path, size_t limit, uint8_t **data, size_t *size);

// The user's place for Cinder's files, made for the user alone where it is not there yet:
// $XDG_DATA_HOME/cinder or ~/.local/share/cinder, and `name` in it. False: no such place can be
// had.
bool file_in_data_folder(const char *name, char *path, size_t path_size);
// The same for what can be made again: $XDG_CACHE_HOME/cinder or ~/.cache/cinder. Not logged.
bool file_in_cache_folder(const char *name, char *path, size_t path_size);

#endif
