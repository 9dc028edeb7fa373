// Plays Cinder for hours, faster than time passes, with input of chance, and demands that nothing
// grows.
//
//     soak [SECONDS-OF-PLAY [SEED]]       7200 and 1
//
// The game is the real one, headless; the linker puts us under game_control (--wrap), which is
// where a frame begins. What a user could do happens at random: keys, mouse, panels, screenshots;
// the picture's size and the radius change; shaders are saved, with errors now and then; the device
// is lost; worlds are left and entered. Each stay in a world begins and ends with the same view of
// it: what the device holds at its end is compared with its beginning, and what the host holds with
// earlier stays.
//
// With ASH_SOAK_PLANT both are made to grow, and the run has to fail.
#include <ftw.h>
#include <inttypes.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/log.h"
#include "engine/memory/buffer.h"
#include "engine/memory/optional/check.h"
#include "engine/memory/optional/report.h"
#include "game/base/file.h"
#include "game/game.h"
#include "tests/soak/soak_chance.h"
#include "tests/support/count.h"

#if defined(__SANITIZE_ADDRESS__)
size_t __sanitizer_get_current_allocated_bytes(void);
#endif

enum { WORLDS = 3, SETTLE_FRAMES = 40, MOST_RADIUS = 4, LEAST_STAYS = 4, MOST_STAYS = 512 };
enum { PLANTED_HOST = 64 << 20, PLANTED_DEVICE = 1 << 20 };
#define STAY_SECONDS 300.0 // or less, so that there are enough of them
#define MOST_GROWTH  0.05
#define MIB          (1024.0 * 1024.0)

void __real_game_control(struct game *game, double seconds);
void __wrap_game_control(struct game *game, double seconds);

struct figures {
    double live, reserved;
};

static struct soak {
    struct options options;
    struct soak_chance chance;
    char folder[64], shaders[96], world[96];
    uint64_t ticks_wanted, ticks, stay_ends; // of the simulation
    uint64_t ticks_before;                   // the game's own, in the last frame
    uint32_t settling;                       // frames left of the view at both ends of a stay
    bool arrived;                            // that of its beginning is over
    uint32_t world_index, stays, measured, frames;
    double stay_seconds;
    struct figures first, worst; // bytes, at this stay's beginning; the most growth, a part of it
    double host[MOST_STAYS];     // bytes, at the end of each stay
    void *planted[MOST_STAYS];   // owned
    uint32_t problems;
} soak;

static void keep_errors(void *user, enum ash_log_level level, const char *message)
{
    (void)user;
    // Expected: what is done to shaders, and the device that is said to be lost.
    if (level != ASH_LOG_ERROR || strstr(message, ".glsl") != NULL)
        return;
    fprintf(stderr, "soak: the game says: %s\n", message);
    soak.problems++;
}

// ---- Folders

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static bool copy_shader(const char *name)
{
    char from[512], to[512];
    uint8_t *text = NULL;
    size_t size = 0;
    snprintf(from, sizeof(from), "%s/shaders/%s", ASH_SOURCE_DIR, name);
    snprintf(to, sizeof(to), "%s/%s", soak.shaders, name);
    bool done = file_read(from, 1 << 20, &text, &size) && file_replace(to, text, size);
    free(text);
    return done;
}

static bool make_folder(void)
{
    snprintf(soak.folder, sizeof(soak.folder), "/tmp/ash-soak-XXXXXX");
    if (mkdtemp(soak.folder) == NULL)
        return false;
    snprintf(soak.shaders, sizeof(soak.shaders), "%s/shaders", soak.folder);
    return mkdir(soak.shaders, 0700) == 0 && setenv("XDG_DATA_HOME", soak.folder, 1) == 0 &&
           setenv("XDG_CACHE_HOME", soak.folder, 1) == 0 &&
           soak_each_shader(ASH_SOURCE_DIR "/shaders", copy_shader);
}

// ---- What is compared

static double host_bytes(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return (double)__sanitizer_get_current_allocated_bytes();
#else
    struct mallinfo2 info = mallinfo2();
    return (double)(info.uordblks + info.hblkhd);
#endif
}

static void compare(const char *what, double first, double now, double *worst)
{
    double growth = first > 0 ? now / first - 1 : 0;
    if (growth > *worst)
        *worst = growth;
    if (growth <= MOST_GROWTH)
        return;
    printf("soak: %s grew by %.1f %% in world %u\n", what, 100 * growth, soak.world_index + 1);
    soak.problems++;
}

// Everything is there, nothing is on its way.
static struct figures device_bytes(struct game *game)
{
    struct ash_allocator_stats memory;
    game_finish_chores(game);
    ash_allocator_stats(game->allocator, &memory);
    if (!ash_allocator_check(game->allocator)) {
        printf("soak: the allocator is not in order\n");
        soak.problems++;
    }
    return (struct figures){(double)memory.total.live_bytes, (double)memory.total.reserved_bytes};
}

// What a game that grows would keep. No leak to a sanitizer, and no more than is noticed.
static void plant(struct game *game, struct ash_buffer *buffer)
{
    const struct ash_buffer_params params = {
        .size = PLANTED_DEVICE, .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT, .label = "planted"};
    soak.planted[soak.measured] = calloc(1, PLANTED_HOST);
    bool last =
        soak.measured + 1 >= LEAST_STAYS; // the run ends with what the device's comparison finds
    if (soak.planted[soak.measured] == NULL ||
        (last && ash_buffer_init(buffer, game->allocator, &params) != ASH_OK))
        abort();
}

static void measure(struct game *game)
{
    struct ash_buffer planted = {0};
    if (getenv("ASH_SOAK_PLANT") != NULL)
        plant(game, &planted);
    struct figures now = device_bytes(game);
    ash_buffer_finish(&planted);
    double host = host_bytes();
    soak.host[soak.measured++] = host;
    compare("live device memory", soak.first.live, now.live, &soak.worst.live);
    compare("reserved device memory", soak.first.reserved, now.reserved, &soak.worst.reserved);
    printf("%6.0f s played: world %u, host %.1f MiB, device %.2f of %.0f MiB\n",
           (double)soak.ticks * TICK_SECONDS, soak.world_index + 1, host / MIB, now.live / MIB,
           now.reserved / MIB);
    fflush(stdout);
}

// The least of some stays: what else is still held at a stay's end comes and goes.
static double least_host(uint32_t first, uint32_t count)
{
    double least = soak.host[first];
    for (uint32_t i = first + 1; i < first + count; i++)
        least = fmin(least, soak.host[i]);
    return least;
}

// The last third of the stays against the first, of which the very first is left out.
static double host_growth(void)
{
    if (soak.measured < LEAST_STAYS)
        return 0;
    uint32_t part = (soak.measured + 2) / 3;
    double growth = least_host(soak.measured - part, part) / least_host(1, part) - 1;
    if (growth > MOST_GROWTH) {
        printf("soak: host memory grew by %.1f %%\n", 100 * growth);
        soak.problems++;
    }
    return growth;
}

// ---- A frame

static void set_radius(struct game *game, uint32_t radius)
{
    world_set_radius(game->world, radius);
    game->view = (struct game_view){.radius = radius, .patience = UINT32_MAX};
}

static void fly_to(struct game *game, double x, double z)
{
    struct player *player = &game->simulation.player;
    *player = (struct player){.x = x, .y = 100, .z = z, .flying = true};
    // The camera is there at once: the world comes where it is, and no tick before.
    game->before = game->now = game->eye = pose_of_player(player);
}

static void go_anywhere(struct game *game)
{
    fly_to(game, soak_below(&soak.chance, 600), soak_below(&soak.chance, 600));
}

// The view at both ends of a stay, far from where anything was built.
static void begin_settling(struct game *game)
{
    soak.settling = SETTLE_FRAMES;
    soak.options.width = 64;
    soak.options.height = 36;
    set_radius(game, MOST_RADIUS);
    game->scene.hud.help = game->scene.hud.performance = game->scene.hud.memory = false;
    game->pointing = false;
    game->screenshot_wanted = false;
    game->input = (struct input){0};
    game_set_paused(game, false);
    fly_to(game, 4000, 4000);
}

static void happen(struct game *game)
{
    struct soak_chance *chance = &soak.chance;
    soak_input(chance, &game->input);
    if (soak_one_in(chance, 20)) {
        soak.options.width = 16 + soak_below(chance, 112);
        soak.options.height = 16 + soak_below(chance, 64);
    }
    if (soak_one_in(chance, 40))
        set_radius(game, 1 + soak_below(chance, MOST_RADIUS));
    if (soak_one_in(chance, 150))
        go_anywhere(game);
    if (soak_one_in(chance, 120))
        soak_save_shader(chance, soak.shaders);
    if (soak_one_in(chance, 600) && !game_rebuild(game, ASH_ERROR_DEVICE_LOST)) {
        soak.problems++;
        game->ended = true;
    }
    if (game->paused && soak_one_in(chance, 5))
        game_set_paused(game, false);
}

static void settled(struct game *game)
{
    if (soak.arrived) {
        measure(game);
        game->ended = true;
        return;
    }
    soak.arrived = true;
    soak.first = device_bytes(game);
    go_anywhere(game);
}

void __wrap_game_control(struct game *game, double seconds)
{
    static const double steps[] = {TICK_SECONDS, 4 * TICK_SECONDS, 0.25, 0.25, 0.25, 0.25};
    soak.frames++;
    if (soak.settling > 0 && --soak.settling == 0) {
        settled(game);
        if (game->ended)
            return;
    }
    if (soak.settling == 0) {
        happen(game);
        seconds = steps[soak_below(&soak.chance, 6)];
        if (soak.ticks >= soak.stay_ends)
            begin_settling(game);
    }
    __real_game_control(game, seconds);
    soak.ticks += game->simulation.tick - soak.ticks_before;
    soak.ticks_before = game->simulation.tick;
}

// ---- Stays

static bool stay(void)
{
    uint64_t most = (uint64_t)(soak.stay_seconds / TICK_SECONDS);
    soak.world_index =
        soak.stays < WORLDS ? soak.stays : soak_below(&soak.chance, WORLDS); // each at least once
    soak.stays++;
    soak.stay_ends = soak.ticks + most / 2 + soak_below(&soak.chance, (uint32_t)most);
    soak.options.seed = 1 + soak.world_index;
    snprintf(soak.world, sizeof(soak.world), "%s/world-%u.db", soak.folder, soak.world_index);
    struct game *game = game_create(&soak.options);
    if (game == NULL)
        return false;
    soak.ticks_before = game->simulation.tick;
    soak.arrived = false;
    begin_settling(game);
    bool done = game_run(game);
    return game_destroy(game) && done;
}

int main(int argc, char **argv)
{
    static const struct ash_log_sink sink = {keep_errors, NULL};
    double seconds = argc > 1 ? atof(argv[1]) : 7200;
    soak.chance.state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    soak.ticks_wanted = (uint64_t)(seconds / TICK_SECONDS);
    ash_log_set_sink(&sink);
    soak.stay_seconds = fmin(seconds / LEAST_STAYS, STAY_SECONDS);
    if (!(seconds >= 1 && seconds < STAY_SECONDS * MOST_STAYS / 2) || !make_folder()) {
        fprintf(stderr, "usage: soak [SECONDS-OF-PLAY [SEED]]\n");
        return 2;
    }
    soak.options = (struct options){.headless = true,
                                    .camera = CAMERA_PLAYER,
                                    .width = 64,
                                    .height = 36,
                                    .radius = MOST_RADIUS,
                                    .world = soak.world,
                                    .watch = soak.shaders,
                                    .sensitivity = 1,
                                    .field_of_view = 70,
                                    .time_of_day = -1,
                                    .log_level = ASH_LOG_ERROR};
    bool done = true;
    while (done && soak.problems == 0 &&
           (soak.ticks < soak.ticks_wanted || soak.stays < LEAST_STAYS))
        done = stay();
    for (uint32_t i = 0; i < soak.measured; i++)
        free(soak.planted[i]);
    (void)nftw(soak.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    double host = host_growth();
    soak_print(&soak.chance);
    test_count("seconds of play soaked", (uint64_t)((double)soak.ticks * TICK_SECONDS));
    printf(
        "= %.0f s of play in %u frames and %u stays; host memory grew by %.1f %%, the device's by "
        "%.1f %% live, %.1f %% reserved; %u problems\n",
        (double)soak.ticks * TICK_SECONDS, soak.frames, soak.stays, 100 * host,
        100 * soak.worst.live, 100 * soak.worst.reserved, soak.problems);
    return done && soak.problems == 0 ? 0 : 1;
}
