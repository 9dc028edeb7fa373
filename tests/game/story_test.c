// Labels: gpu
//
// A new player's first day, played by rules that look at the world as he would: he looks around,
// walks to the shore, swims and dives, comes ashore, digs a cave and lights it, climbs out, builds
// a wall, quits and comes back. Everything is there; and the program, given what was recorded on
// the way, comes to the same state.
#include "game/play/simulation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "game/base/jobs.h"
#include "game/play/pose.h"
#include "game/play/optional/replay.h"
#include "game/world/save/save.h"
#include "game/world/terrain/terrain.h"
#include "game/world/world.h"

enum { SEED = 1, RADIUS = 1, AROUND = 24, MOST_EDITS = 256, MOST_TICKS = 1200 };

static const double pi = 3.14159265358979323846;

struct edit_made {
    struct block_coord at;
    enum block block;
};

struct story {
    struct jobs *jobs;
    struct save *save;
    struct world *world;
    struct simulation simulation;
    FILE *record;
    struct edit_made edits[MOST_EDITS]; // in their order; the last one of a place counts
    uint32_t edit_count;
};

static char folder[256];

static enum block read_block(void *user, struct block_coord at)
{
    return world_get(((struct story *)user)->world, at);
}

static bool write_block(void *user, struct block_coord at, enum block block)
{
    struct story *story = user;
    assert_true(story->edit_count < MOST_EDITS);
    story->edits[story->edit_count++] = (struct edit_made){at, block};
    return world_set(story->world, at, block);
}

// Opens the world as the game does.
static void open_world(struct story *story)
{
    char message[256];
    uint32_t seed = SEED;
    memset(story, 0, sizeof(*story));
    story->jobs = jobs_create(1);
    assert_non_null(story->jobs);
    story->save = save_open("world.db", &seed, message, sizeof(message));
    assert_non_null(story->save);
    story->world = world_create(&(struct world_params){.seed = seed,
                                                       .radius = RADIUS,
                                                       .jobs = story->jobs,
                                                       .save = story->save,
                                                       .deterministic = true});
    assert_non_null(story->world);
    simulation_init(&story->simulation, seed, terrain_spawn(seed), 0, 0.4);
    struct save_player saved;
    if (save_load_player(story->save, &saved))
        simulation_go_on(&story->simulation, &saved);
    const struct player *player = &story->simulation.player;
    assert_true(world_complete(story->world, (float)player->x, (float)player->z));
}

static void close_world(struct story *story)
{
    const struct save_player kept = simulation_keep(&story->simulation);
    save_set_player(story->save, &kept);
    world_destroy(story->world);
    assert_true(save_close(story->save));
    jobs_destroy(story->jobs);
}

static void tick(struct story *story, struct input_tick input)
{
    const struct player *player = &story->simulation.player;
    const struct block_reader reader = {read_block, story};
    const struct block_writer writer = {write_block, story};
    struct world_change change;
    world_update(story->world, (float)player->x, (float)player->z);
    while (world_next_change(story->world, &change)) // nobody draws
        world_change_done(story->world);
    assert_int_equal(fwrite(&input, sizeof(input), 1, story->record), 1);
    simulation_step(&story->simulation, &input, &reader, &writer);
    const double feet[3] = {player->x, player->y, player->z};
    assert_true(body_free(feet, &reader));
}

// Wishes for a tick, the head turned towards a direction at once.
static struct input_tick wish(const struct story *story, double yaw, double pitch, uint32_t held)
{
    const struct player *player = &story->simulation.player;
    return (struct input_tick){.look_yaw = (float)remainder(yaw - player->yaw, 2 * pi),
                               .look_pitch = (float)(pitch - player->pitch),
                               .held = held,
                               .slot = -1};
}

static struct block_coord place_of(const struct player *player)
{
    return body_block((const double[3]){player->x, player->y, player->z});
}

#define HOLD(action) (1u << ACTION_##action)

// Walks that way, jumping where something is in the way, until `there` says so.
static void walk(struct story *story, double yaw, uint32_t held,
                 bool (*there)(const struct story *story))
{
    for (int i = 0; !there(story); i++) {
        assert_true(i < MOST_TICKS);
        struct input_tick input = wish(story, yaw, -0.1, held);
        input.move_z = 1;
        input.held |= story->simulation.player.blocked ? HOLD(JUMP) : 0;
        tick(story, input);
    }
}

// Where the nearest deep water is, as the player sees it.
static double direction_of_the_sea(const struct story *story)
{
    const struct player *player = &story->simulation.player;
    for (int distance = 4; distance < 32; distance++) {
        for (int turn = 0; turn < 64; turn++) {
            const double yaw = turn * 2 * pi / 64;
            const struct block_coord at = {(int32_t)floor(player->x + cos(yaw) * distance),
                                           SEA_LEVEL - 3,
                                           (int32_t)floor(player->z + sin(yaw) * distance)};
            if (world_get(story->world, at) == BLOCK_WATER)
                return yaw;
        }
    }
    fail_msg("the sea is not within sight of where a new player stands");
    return 0;
}

static bool swims(const struct story *story)
{
    return story->simulation.player.in_water && !story->simulation.player.on_ground;
}

static bool stands_on_land(const struct story *story)
{
    const struct player *player = &story->simulation.player;
    return !player->in_water && player->on_ground && player->y > SEA_LEVEL + 1.5;
}

static bool is_out_of_the_cave(const struct story *story)
{
    const struct player *player = &story->simulation.player;
    const int32_t x = (int32_t)floor(player->x), z = (int32_t)floor(player->z);
    return player->on_ground && player->y >= terrain_height(SEED, x, z) + 1;
}

static void look_around(struct story *story)
{
    for (int i = 0; i < 40; i++)
        tick(story, (struct input_tick){.look_yaw = (float)(2 * pi / 40), .slot = -1});
}

static void swim_and_dive(struct story *story, double yaw)
{
    struct input_tick input;
    for (int i = 0; i < 60; i++) { // at the surface
        input = wish(story, yaw, 0, HOLD(JUMP));
        input.move_z = 1;
        tick(story, input);
    }
    assert_true(swims(story) && story->simulation.player.y > SEA_LEVEL - 1.5);
    for (int i = 0; i < 40; i++)
        tick(story, wish(story, yaw, -0.5, HOLD(SINK)));
    assert_true(story->simulation.player.eye_in_water);
    for (int i = 0; i < 150 && story->simulation.player.eye_in_water; i++)
        tick(story, wish(story, yaw, 0.5, HOLD(JUMP)));
    assert_false(story->simulation.player.eye_in_water);
}

// Looks at the middle of a block and digs until there is nothing.
static void dig_away(struct story *story, struct block_coord at)
{
    for (int i = 0; world_get(story->world, at) != BLOCK_AIR; i++) {
        assert_true(i < MOST_TICKS);
        struct pose look = pose_of_player(&story->simulation.player);
        pose_look_at(&look, at.x + 0.5, at.y + 0.5, at.z + 0.5);
        tick(story, wish(story, look.yaw, look.pitch, HOLD(DIG)));
    }
}

// Stands still in the middle of a column of blocks.
static void step_to(struct story *story, int32_t x, int32_t z)
{
    const struct player *player = &story->simulation.player;
    for (int still = 0, i = 0; still < 4; i++) {
        assert_true(i < MOST_TICKS);
        const double dx = x + 0.5 - player->x, dz = z + 0.5 - player->z;
        struct input_tick input = wish(story, atan2(dz, dx), -0.5, 0);
        input.move_z = (float)fmin(hypot(dx, dz), 1);
        tick(story, input);
        still = player->on_ground && hypot(dx, dz) < 0.1 ? still + 1 : 0;
    }
}

// Stairs that lead down, roofed by the land: what is before the head, the body and the feet goes.
static void dig_a_cave(struct story *story, int32_t dx, int32_t dz)
{
    struct block_coord at = place_of(&story->simulation.player);
    step_to(story, at.x, at.z);
    for (int i = 0; i < 4; i++) {
        at = place_of(&story->simulation.player);
        for (int32_t y = 1; y >= -1; y--)
            dig_away(story, (struct block_coord){at.x + dx, at.y + y, at.z + dz});
        step_to(story, at.x + dx, at.z + dz);
    }
    assert_true(story->edit_count >= 9);
}

// A lamp in a niche before his eyes.
static void light_it(struct story *story, int32_t dx, int32_t dz)
{
    const double yaw = atan2(dz, dx);
    const struct block_coord at = place_of(&story->simulation.player);
    dig_away(story, (struct block_coord){at.x + dx, at.y + 1, at.z + dz});
    struct input_tick input = wish(story, yaw, 0, 0);
    input.slot = 4;
    tick(story, input);
    assert_int_equal(story->simulation.interact.hotbar[4], BLOCK_LAMP);
    assert_true(story->simulation.interact.target.hit);
    input = wish(story, yaw, 0, HOLD(PLACE));
    input.pressed = HOLD(PLACE);
    tick(story, input);
    assert_int_equal(story->edits[story->edit_count - 1].block, BLOCK_LAMP);
}

static void build_a_wall(struct story *story)
{
    const uint32_t before = story->edit_count;
    struct input_tick input = wish(story, 0, -0.5, 0);
    input.slot = 0;
    tick(story, input);
    for (int i = 0; i < 100; i++)
        tick(story, wish(story, i * pi / 100, -0.5, HOLD(PLACE)));
    assert_true(story->edit_count >= before + 5);
    for (uint32_t i = before; i < story->edit_count; i++)
        assert_int_equal(story->edits[i].block, BLOCK_PLANKS);
}

static void begin_recording(struct story *story)
{
    const struct replay_header header = replay_header(&story->simulation);
    story->record = fopen("story.rec", "wb");
    assert_non_null(story->record);
    assert_int_equal(fwrite(&header, sizeof(header), 1, story->record), 1);
}

static void play(struct story *story)
{
    begin_recording(story);
    look_around(story);
    const double sea = direction_of_the_sea(story);
    walk(story, sea, HOLD(RUN), swims);
    swim_and_dive(story, sea);
    walk(story, sea + pi, HOLD(RUN) | HOLD(JUMP), stands_on_land);
    // Inland, along an axis.
    const bool along_x = fabs(cos(sea)) > fabs(sin(sea));
    const int32_t dx = along_x ? (cos(sea) < 0) - (cos(sea) > 0) : 0;
    const int32_t dz = along_x ? 0 : (sin(sea) < 0) - (sin(sea) > 0);
    dig_a_cave(story, dx, dz);
    light_it(story, dx, dz);
    walk(story, atan2(-dz, -dx), 0, is_out_of_the_cave);
    build_a_wall(story);
    assert_int_equal(fclose(story->record), 0);
}

// Of all blocks around a place.
static uint64_t hash_blocks(const struct story *story, struct block_coord middle)
{
    uint64_t hash = FNV_BASIS;
    for (int32_t z = -AROUND; z <= AROUND; z++) {
        for (int32_t x = -AROUND; x <= AROUND; x++) {
            uint8_t blocks[WORLD_HEIGHT];
            for (int32_t y = 0; y < WORLD_HEIGHT; y++) {
                const struct block_coord at = {middle.x + x, y, middle.z + z};
                assert_true(world_loaded(story->world, at));
                blocks[y] = (uint8_t)world_get(story->world, at);
            }
            hash = simulation_hash_bytes(hash, blocks, sizeof(blocks));
        }
    }
    return hash;
}

static void check_that_all_is_there(const struct story *before, uint64_t hash)
{
    struct story after;
    const struct simulation *was = &before->simulation, *is = &after.simulation;
    open_world(&after);
    assert_true(hash_blocks(&after, place_of(&was->player)) == hash);
    for (uint32_t i = 0; i < before->edit_count; i++) {
        const struct edit_made *edit = &before->edits[i];
        bool last = true;
        for (uint32_t later = i + 1; later < before->edit_count; later++)
            last &= memcmp(&before->edits[later].at, &edit->at, sizeof(edit->at)) != 0;
        if (last)
            assert_int_equal(world_get(after.world, edit->at), edit->block);
    }
    assert_true(is->player.x == was->player.x && is->player.y == was->player.y);
    assert_true(is->player.z == was->player.z && is->player.flying == was->player.flying);
    assert_true((float)is->player.yaw == (float)was->player.yaw);
    assert_true((float)is->player.pitch == (float)was->player.pitch);
    assert_true(is->time_of_day >= was->time_of_day && is->time_of_day < was->time_of_day + 1e-3);
    assert_int_equal(is->interact.slot, was->interact.slot);
    close_world(&after);
}

// The program's own words after the last tick of the recording.
static void check_the_program(const struct story *story)
{
    char wanted[128], line[128] = "", last[128] = "";
    const unsigned long long ticks = story->simulation.tick;
    snprintf(line, sizeof(line),
             "%s/cinder --headless --replay story.rec --hash %llu --size 16x16 --radius 1",
             ASH_BINARY_DIR, ticks);
    snprintf(wanted, sizeof(wanted), "tick %llu hash %016llx\n", ticks,
             (unsigned long long)simulation_hash(&story->simulation));
    FILE *output = popen(line, "r");
    assert_non_null(output);
    while (fgets(line, sizeof(line), output) != NULL)
        if (strstr(line, " hash ") != NULL)
            memcpy(last, line, sizeof(last));
    assert_int_equal(pclose(output), 0);
    assert_string_equal(last, wanted);
}

static void a_first_day_is_there_when_one_comes_back(void **state)
{
    (void)state;
    static struct story story;
    open_world(&story);
    play(&story);
    const uint64_t hash = hash_blocks(&story, place_of(&story.simulation.player));
    close_world(&story);
    print_message("%u ticks, %u edits\n", (unsigned)story.simulation.tick, story.edit_count);
    check_that_all_is_there(&story, hash);
    check_the_program(&story);
    // The program opens the world, draws it, and leaves it as it was.
    assert_int_equal(system(ASH_BINARY_DIR "/cinder --headless --world world.db --frames 1 "
                                           "--radius 1 --size 16x16 >/dev/null"),
                     0);
    check_that_all_is_there(&story, hash);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s/story-XXXXXX", ASH_BINARY_DIR);
    return mkdtemp(folder) != NULL && chdir(folder) == 0 &&
                   setenv("XDG_CACHE_HOME", folder, 1) == 0 &&
                   setenv("MESA_SHADER_CACHE_DIR", ASH_BINARY_DIR "/cache", 1) == 0
               ? 0
               : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    if (system("rm -rf cinder world.db story.rec") != 0)
        return -1;
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_first_day_is_there_when_one_comes_back)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
