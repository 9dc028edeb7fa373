#include "tests/faults/played.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "game/world/save/save.h"
#include "tests/support/test.h"

enum { EDITS = 60, SEED = 7 };
#define LONGEST_RUN 60.0

static void copy_file(const char *from, const char *to)
{
    FILE *source = fopen(from, "rb"), *copy = fopen(to, "wb");
    assert_non_null(source);
    assert_non_null(copy);
    for (int byte; (byte = fgetc(source)) != EOF;)
        fputc(byte, copy);
    fclose(source);
    assert_int_equal(fclose(copy), 0);
}

static bool same_file(const char *a, const char *b)
{
    FILE *files[2] = {fopen(a, "rb"), fopen(b, "rb")};
    bool same = files[0] != NULL && files[1] != NULL;
    for (int byte = 0; same && byte != EOF;) {
        byte = fgetc(files[0]);
        same = fgetc(files[1]) == byte;
    }
    for (int i = 0; i < 2; i++) {
        if (files[i] != NULL)
            fclose(files[i]);
    }
    return same;
}

static struct block_coord edit_place_of(int i)
{
    return (struct block_coord){i % 10, 100 + i / 10, i % 7};
}

static bool make_world(const char *path)
{
    char message[256];
    uint32_t seed = SEED;
    struct save *save = save_open(path, &seed, message, sizeof(message));
    if (save == NULL)
        return false;
    for (int i = 0; i < EDITS; i++)
        save_set_block(save, edit_place_of(i), BLOCK_PLANKS);
    return save_close(save);
}

bool played_begin(struct played *played)
{
    snprintf(played->folder, sizeof(played->folder), "/tmp/ash-walk-XXXXXX");
    if (mkdtemp(played->folder) == NULL || setenv("XDG_CACHE_HOME", played->folder, 1) != 0)
        return false;
    snprintf(played->world, sizeof(played->world), "%s/world.db", played->folder);
    snprintf(played->pristine, sizeof(played->pristine), "%s/pristine.db", played->folder);
    snprintf(played->picture, sizeof(played->picture), "%s/picture.png", played->folder);
    snprintf(played->reference, sizeof(played->reference), "%s/reference.png", played->folder);
    return make_world(played->pristine);
}

bool played_end(struct played *played)
{
    char command[256];
    snprintf(command, sizeof(command), "rm -r %s", played->folder);
    return system(command) == 0;
}

void played_run(const struct played *played, struct child *child, const char *words)
{
    char line[1024], beside[128];
    const char *argv[CHILD_WORDS] = {ASH_BINARY_DIR "/cinder"};
    snprintf(line, sizeof(line), "--frames 4 --size 64x64 --radius 2 --world %s --out %s %s",
             played->world, played->picture, words);
    size_t count = 1;
    for (char *word = strtok(line, " "); word != NULL && count < CHILD_WORDS - 1;
         word = strtok(NULL, " "))
        argv[count++] = word;
    unlink(played->picture);
    snprintf(beside, sizeof(beside), "%s-wal", played->world);
    unlink(beside);
    copy_file(played->pristine, played->world); // each run begins at the same time of day
    child_run(child, argv, LONGEST_RUN);
}

void played_keep_reference(const struct played *played)
{
    assert_int_equal(rename(played->picture, played->reference), 0);
}

bool played_same_picture(const struct played *played)
{
    return same_file(played->picture, played->reference);
}

bool played_world_is_whole(const struct played *played)
{
    char message[256];
    uint32_t seed = 0;
    struct edits edits = {0};
    struct save *save = save_open(played->world, &seed, message, sizeof(message));
    if (save == NULL)
        return false;
    bool whole = seed == SEED && save_load_edits(save, &edits) && edits.edit_count == EDITS;
    edits_finish(&edits);
    return save_close(save) && whole;
}
