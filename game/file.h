// Whole files, replaced at once or not at all; and where a user's files belong.
//
// Failures are logged, as one sentence with the file's name.
#ifndef GAME_FILE_H
#define GAME_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Writes beside the file and renames: whoever looks sees the old content or all of the new.
bool file_replace(const char *path, const void *data, size_t size);

// Reads at most `limit` bytes; a longer file is an error. The caller frees *data.
bool file_read(const char *path, size_t limit, uint8_t **data, size_t *size);

// The user's place for Cinder's files, made for the user alone where it is not there yet:
// $XDG_DATA_HOME/cinder or ~/.local/share/cinder, and `name` in it. False: no such place can be
// had.
bool file_in_data_folder(const char *name, char *path, size_t path_size);

#endif
