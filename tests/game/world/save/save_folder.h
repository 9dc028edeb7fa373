// A folder with a world in it, for tests of saved worlds.
#ifndef TESTS_GAME_WORLD_SAVE_SAVE_FOLDER_H
#define TESTS_GAME_WORLD_SAVE_SAVE_FOLDER_H

#include "game/world/save/save.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "engine/log.h"

// Every test has a folder of its own, so that files left beside the world are noticed.
static char folder[64], path[96];
static char message[512];

static inline int make_folder(void **state)
{
    (void)state;
    ash_log_set_level(ASH_LOG_OFF);
    // In memory where that can be had: these tests wait for thousands of syncs.
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(folder, sizeof(folder), "%s/ash-save-XXXXXX", base);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/world.db", folder);
    message[0] = '\0';
    return 0;
}

static uint32_t each_file(bool delete_it)
{
    uint32_t count = 0;
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        count++;
        if (delete_it && unlinkat(dirfd(listing), entry->d_name, 0) != 0)
            assert_int_equal(unlinkat(dirfd(listing), entry->d_name, AT_REMOVEDIR), 0);
    }
    closedir(listing);
    return count;
}

static inline int remove_folder(void **state)
{
    (void)state;
    (void)chmod(folder, 0700);
    each_file(true);
    return rmdir(folder);
}

struct bytes {
    uint8_t *data;
    size_t size;
};

static inline struct bytes read_file(const char *name)
{
    struct bytes bytes = {0};
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    bytes.size = (size_t)ftell(file);
    rewind(file);
    bytes.data = malloc(bytes.size + 1);
    assert_non_null(bytes.data);
    assert_int_equal(fread(bytes.data, 1, bytes.size, file), bytes.size);
    fclose(file);
    return bytes;
}

static inline void write_file(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline struct save *open_world(uint32_t seed)
{
    struct save *save = save_open(path, &seed, message, sizeof(message));
    if (save == NULL)
        print_error("%s\n", message);
    assert_non_null(save);
    return save;
}

// The block that an edit left at a place, or -1.
static inline int edit_in(const struct edits *edits, struct block_coord at)
{
    struct edit *list;
    uint32_t count;
    int block = -1;
    assert_true(edits_copy(edits, edit_column(at), &list, &count));
    for (uint32_t i = 0; i < count; i++)
        if (list[i].place == edit_place(at))
            block = list[i].block;
    free(list);
    return block;
}

static inline int edit_at(struct save *save, struct block_coord at)
{
    struct edits edits = {0};
    assert_true(save_load_edits(save, &edits));
    int block = edit_in(&edits, at);
    edits_finish(&edits);
    return block;
}

// A world with `count` edits near the origin.
static inline void make_world(uint32_t count)
{
    struct save *save = open_world(7);
    for (uint32_t i = 0; i < count; i++)
        save_set_block(save, (struct block_coord){(int)i % 40, (int)i / 40 % 128, (int)i % 7},
                       BLOCK_PLANKS);
    assert_true(save_close(save));
}

static inline void run_sql(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (result != SQLITE_OK)
        print_error("%s: %s\n", sql, sqlite3_errmsg(db));
    assert_int_equal(result, SQLITE_OK);
    sqlite3_close(db);
}

// Runs `check` in a child process, as a user without privileges; it returns whether all was right.
static inline bool in_child(bool (*check)(void), bool as_nobody)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (as_nobody && geteuid() == 0 && setuid(65534) != 0)
            _exit(3);
        _exit(check() ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline bool refuses_quietly(void)
{
    uint32_t seed = 1;
    struct save *save = save_open(path, &seed, message, sizeof(message));
    bool ok = save == NULL && message[0] != '\0';
    if (save != NULL)
        save_close(save);
    return ok;
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

#endif
