#include "tests/faults/played.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "game/world/save/save.h"
#include "tests/faults/walk.h"
#include "tests/support/test.h"

enum { EDITS = 60, SEED = 7 };
#define LONGEST_RUN 60.0
#define WORLD       "world.db"
#define PICTURE     "picture.png"

static void copy_file(const char *from, const char *to)
{
    FILE *source = fopen(from, "rb"), *copy = fopen(to, "wb");
    walk_must(source != NULL && copy != NULL, "the world can be copied");
    for (int byte; (byte = fgetc(source)) != EOF;)
        fputc(byte, copy);
    fclose(source);
    walk_must(fclose(copy) == 0, "the copied world is whole");
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
    snprintf(played->pristine, sizeof(played->pristine), "%s/pristine.db", walk_folder());
    snprintf(played->reference, sizeof(played->reference), "%s/reference.png", walk_folder());
    return make_world(played->pristine);
}

// Shaders that cinder_day finds and saves, in the current folder.
static void lay_out_shaders(void)
{
    walk_must(mkdir("shaders", 0700) == 0 || access("shaders", W_OK) == 0, "there is a folder");
    copy_file(ASH_SOURCE_DIR "/shaders/shared.h", "shaders/shared.h");
    copy_file(ASH_SOURCE_DIR "/shaders/wave.h", "shaders/wave.h");
    copy_file(ASH_SOURCE_DIR "/shaders/post.glsl", "shaders/post.glsl");
    walk_must(system("cd shaders && sed 's/0\\.72/0.80/' post.glsl >next.glsl && "
                     "sed 's/0\\.72/zero/' post.glsl >broken.glsl") == 0,
              "shaders can be changed");
}

void played_run(const struct played *played, struct child *child, const char *words)
{
    char line[1024];
    const char *argv[CHILD_WORDS] = {played->day ? ASH_BINARY_DIR "/cinder_day"
                                                 : ASH_BINARY_DIR "/cinder"};
    if (played->day)
        lay_out_shaders();
    // 40 blocks: a column is left behind, and another comes into sight.
    snprintf(line, sizeof(line),
             "--fly --speed 400 --frames 6 --size 64x64 --radius 1 --world " WORLD " --out " PICTURE
             "%s %s",
             played->day ? " --watch shaders" : "", words);
    size_t count = 1;
    for (char *word = strtok(line, " "); word != NULL && count < CHILD_WORDS - 1;
         word = strtok(NULL, " "))
        argv[count++] = word;
    unlink(PICTURE);
    unlink(WORLD "-wal");
    copy_file(played->pristine, WORLD); // each run begins at the same time of day
    child_run(child, argv, LONGEST_RUN);
}

void played_keep_reference(const struct played *played)
{
    assert_int_equal(rename(PICTURE, played->reference), 0);
}

bool played_same_picture(const struct played *played)
{
    return same_file(PICTURE, played->reference);
}

bool played_world_is_whole(void)
{
    char message[256];
    uint32_t seed = 0;
    struct edits edits = {0};
    struct save *save = save_open(WORLD, &seed, message, sizeof(message));
    if (save == NULL)
        return false;
    bool whole = seed == SEED && save_load_edits(save, &edits) && edits.edit_count == EDITS;
    edits_finish(&edits);
    return save_close(save) && whole;
}
