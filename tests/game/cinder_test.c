// Labels: gpu
//
// The program from outside: exit codes, what it says, what it writes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/memory/optional/record.h"
#include "game/play/optional/replay.h"
#include "game/world/save/save.h"
#include "game/world/terrain/terrain.h"

enum { OUTPUT_SIZE = 65536, MAX_WORDS = 24 };

static char folder[256];
static char output[OUTPUT_SIZE], errors[OUTPUT_SIZE];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s/cinder-test-XXXXXX", ASH_BINARY_DIR);
    // The user's own world and cache are not the tests' to make; the driver keeps its own warm.
    return mkdtemp(folder) != NULL && chdir(folder) == 0 &&
                   setenv("XDG_DATA_HOME", folder, 1) == 0 &&
                   setenv("XDG_CACHE_HOME", folder, 1) == 0 &&
                   setenv("MESA_SHADER_CACHE_DIR", ASH_BINARY_DIR "/cache", 1) == 0
               ? 0
               : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    if (system("rm -rf cinder") != 0)
        return -1;
    return chdir("/") == 0 ? rmdir(folder) : -1; // tests tidy up after themselves
}

static void read_file(const char *name, char *text)
{
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, OUTPUT_SIZE - 1, file);
    text[length] = '\0';
    fclose(file);
}

static void redirect(const char *name, int descriptor)
{
    int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || dup2(file, descriptor) < 0)
        _exit(126);
}

// Runs cinder with the words of a line; what it prints is in `output` and `errors`.
static int run(const char *line)
{
    char words[1024];
    char *argv[MAX_WORDS] = {ASH_BINARY_DIR "/cinder"};
    int argc = 1;
    snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok(words, " "); word != NULL && argc < MAX_WORDS - 1;
         word = strtok(NULL, " "))
        argv[argc++] = word;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        unsetenv("DISPLAY");
        unsetenv("WAYLAND_DISPLAY");
        redirect("stdout", STDOUT_FILENO);
        redirect("stderr", STDERR_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    read_file("stdout", output);
    read_file("stderr", errors);
    unlink("stdout");
    unlink("stderr");
    return WEXITSTATUS(status);
}

static void succeeds(const char *line)
{
    int code = run(line);
    if (code != 0 || errors[0] != '\0')
        fail_msg("cinder %s: exit code %d, and it says: %s", line, code, errors);
}

// The program ends with this code and says exactly one line, which contains `said`.
static void fails(const char *line, int code, const char *said)
{
    int got = run(line);
    if (got != code)
        fail_msg("cinder %s: exit code %d, not %d; it says: %s", line, got, code, errors);
    const char *end = strchr(errors, '\n');
    if (strncmp(errors, "cinder: ", 8) != 0 || strstr(errors, said) == NULL || end == NULL ||
        end[1] != '\0')
        fail_msg("cinder %s: not one line with '%s': %s", line, said, errors);
}

static void says_what_it_is(void **state)
{
    (void)state;
    succeeds("--version");
    assert_true(strncmp(output, "Cinder ", 7) == 0);
    succeeds("--help");
    assert_non_null(strstr(output, "--headless"));
    succeeds("--list-gpus");
    assert_true(strncmp(output, "0: ", 3) == 0);
}

// What is asked of the allocator comes out whole: what was taken is given back at the end.
static void the_memory_trace_is_a_record(void **state)
{
    (void)state;
    succeeds("--headless --fly --frames 10 --radius 2 --size 64x64 --trace-memory m.ashmem");
    FILE *file = fopen("m.ashmem", "rb");
    assert_non_null(file);
    size_t size = fread(output, 1, OUTPUT_SIZE, file);
    fclose(file);
    unlink("m.ashmem");
    struct ash_record_reader reader;
    struct ash_record_operation operation;
    uint32_t allocs = 0, frees = 0;
    assert_true(ash_record_read_begin(&reader, output, size));
    while (ash_record_read(&reader, &operation)) {
        allocs += operation.type == ASH_OPERATION_ALLOC;
        frees += operation.type == ASH_OPERATION_FREE;
    }
    assert_false(reader.broken);
    assert_true(allocs > 10);
    assert_int_equal(allocs, frees);
}

static void every_failure_is_one_line(void **state)
{
    (void)state;
    fails("--frames none", 2, "--frames takes a number of frames");
    fails("--nonsense", 2, "there is no option '--nonsense'");
    fails("", 1, "there is no display");
    assert_non_null(strstr(errors, "--headless"));
    fails("--headless --gpu nonsense", 1, "nonsense");
    fails("--headless --replay /nonexistent", 1, "could not read /nonexistent");
    fails("--headless --replay /etc/hostname", 1, "not a recording");
    fails("--headless --record /nonexistent/file", 1, "could not write /nonexistent/file");
    fails("--headless --radius 1 --trace-memory /nonexistent/file", 1,
          "could not write /nonexistent/file");
    fails("--headless --world /etc/hostname", 1, "/etc/hostname");
    fails("--headless --frames 1 --radius 1 --size 32x32 --out /nonexistent/x.png", 1,
          "could not write /nonexistent/x.png");
    fails("--headless --frames 1 --radius 1 --size 32x32 --bench /nonexistent/x.json", 1,
          "could not write /nonexistent/x.json");
#ifdef NDEBUG
    fails("--headless --fault-alloc 7", 1, "need a debug build");
    fails("--headless --fault-file 7", 1, "need a debug build");
#else
    fails("--headless --fault-alloc 0", 1, "'0' is no fault");
    fails("--headless --fault-file 7x", 1, "'7x' is no fault");
#endif
}

static void assert_same_files(const char *first, const char *second)
{
    FILE *a = fopen(first, "r");
    FILE *b = fopen(second, "r");
    assert_non_null(a);
    assert_non_null(b);
    int x, y;
    long size = 0;
    do {
        x = fgetc(a);
        y = fgetc(b);
        assert_int_equal(x, y);
        size++;
    } while (x != EOF);
    assert_true(size > 1000);
    fclose(a);
    fclose(b);
}

static void the_same_seed_and_frame_are_the_same_picture(void **state)
{
    (void)state;
    succeeds("--headless --validate --frames 8 --radius 3 --size 320x180 --seed 5 --out a.png");
    assert_non_null(strstr(output, "a.png: 320 x 180"));
    assert_non_null(strstr(output, "8 frames on "));
    succeeds("--headless --frames 8 --radius 3 --size 320x180 --seed 5 --out b.png");
    assert_same_files("a.png", "b.png");
    unlink("a.png");
    unlink("b.png");
}

// Each name ends in a space. Returns how many there are.
static int has_fields(const cJSON *object, bool positive, const char *names)
{
    int count = 0;
    for (char name[64]; sscanf(names, "%63s", name) == 1; names += strlen(name) + 1, count++) {
        const cJSON *field = cJSON_GetObjectItem(object, name);
        if (field == NULL || (positive && !(field->valuedouble > 0)))
            fail_msg("%s is missing or 0", name);
    }
    return count;
}

static void the_benchmark_writes_its_object(void **state)
{
    (void)state;
    succeeds("--headless --fly --frames 20 --radius 3 --size 320x180 --bench b.json");
    char text[OUTPUT_SIZE];
    read_file("b.json", text);
    unlink("b.json");
    cJSON *object = cJSON_Parse(text);
    assert_non_null(object);
    int count = has_fields(
        object, /*positive=*/true,
        "width height radius seed speed frames frame_ms_median frame_ms_p95 frame_ms_p99 "
        "frame_ms_p999 frame_ms_max first_frame_ms instance_ms device_ms renderer_ms quads "
        "world_complete_ms peak_resident_mib draws chunks_meshed chunks_became_visible "
        "bytes_uploaded memory_reserved_bytes memory_live_bytes memory_two_chunks_a_type_bytes "
        "allocate_memory_calls map_memory_calls create_pipeline_calls ");
    count += has_fields(object, /*positive=*/false,
                        "device driver frames_loading frames_over_two_medians pipelines_ms "
                        "pipelines_cached allocate_memory_calls_after_first_second "
                        "map_memory_calls_after_first_second "
                        "create_pipeline_calls_after_first_second longest_frame_cause "
                        "parts_ms_median longest_frame_ms longest_frames "
                        "frames_over_three_medians "
                        "memory_reserved_peak_bytes_by_tenth memory_live_peak_bytes_by_tenth ");
    assert_int_equal(cJSON_GetArraySize(object), count); // and no others
    assert_true(cJSON_GetObjectItem(object, "frames")->valuedouble == 20);
    assert_true(cJSON_GetObjectItem(object, "first_frame_ms")->valuedouble <=
                cJSON_GetObjectItem(object, "world_complete_ms")->valuedouble);
    cJSON_Delete(object);
}

static void a_recording_plays_to_the_same_hash_and_picture(void **state)
{
    (void)state;
    succeeds("--headless --record r --frames 40 --hash 10 --radius 2 --size 320x180 --seed 3 "
             "--out a.png");
    char first[OUTPUT_SIZE];
    snprintf(first, sizeof(first), "%s", strstr(output, "tick 10 hash "));
    *strstr(first, "a.png") = '\0';
    assert_non_null(strstr(first, "tick 40 hash "));
    succeeds("--headless --replay r --hash 10 --radius 2 --size 320x180 --out b.png");
    *strstr(output, "b.png") = '\0';
    assert_string_equal(strstr(output, "tick 10 hash "), first);
    assert_same_files("a.png", "b.png");
    unlink("a.png");
    unlink("b.png");
    unlink("r");
}

// Walks, turns, jumps, digs, places and opens panels.
static void write_replay(const char *name, uint32_t ticks)
{
    struct simulation start;
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    simulation_init(&start, 3, terrain_spawn(3), 0.7, 0.4);
    const struct replay_header header = replay_header(&start);
    assert_int_equal(fwrite(&header, sizeof(header), 1, file), 1);
    for (uint32_t i = 0; i < ticks; i++) {
        struct input_tick tick = {.move_z = i % 20 < 15 ? 1 : 0, .slot = -1};
        tick.look_yaw = 0.04f;
        tick.look_pitch = i < 25 ? -0.03f : 0;
        tick.held = 1u << (i % 40 < 30 ? ACTION_DIG : ACTION_PLACE) | 1u << ACTION_RUN;
        tick.pressed = i == 10 ? 1u << ACTION_PERFORMANCE : (i == 20 ? 1u << ACTION_MEMORY : 0);
        assert_int_equal(fwrite(&tick, sizeof(tick), 1, file), 1);
    }
    assert_int_equal(fclose(file), 0);
}

static void every_frame_of_a_replay_is_the_same_picture(void **state)
{
    (void)state;
    enum { TICKS = 90 };
    static char first[OUTPUT_SIZE];
    write_replay("r", TICKS);
    succeeds("--headless --replay r --hash 1 --radius 2 --size 160x90");
    snprintf(first, sizeof(first), "%s", output);
    succeeds("--headless --replay r --hash 1 --radius 2 --size 160x90");
    assert_string_equal(output, first);
    uint32_t pictures = 0, changes = 0;
    const char *before = "";
    for (const char *at = first; (at = strstr(at, "picture ")) != NULL; before = at++) {
        pictures++;
        changes += strncmp(at, before, strlen("picture 0123456789abcdef")) != 0;
    }
    assert_int_equal(pictures, TICKS);
    assert_true(changes > TICKS / 2); // they do show something
    unlink("r");
}

static void a_world_is_kept_where_it_is_asked_for(void **state)
{
    (void)state;
    succeeds("--headless --world w.db --seed 9 --frames 2 --radius 1 --size 64x64");
    assert_int_equal(access("w.db", F_OK), 0);
    int code = run("--headless --world w.db --seed 8 --frames 2 --radius 1 --size 64x64");
    assert_int_equal(code, 0);
    assert_non_null(strstr(errors, "cinder: warning: the world in w.db has the seed 9"));
    unlink("w.db");
}

static void the_player_goes_on_with_what_he_had(void **state)
{
    (void)state;
    const struct save_player before = {.x = 40,
                                       .y = 100,
                                       .z = -40,
                                       .yaw = 1,
                                       .pitch = -0.5f,
                                       .hotbar_slot = 3,
                                       .hotbar = {BLOCK_ORE, BLOCK_ASH, BLOCK_LOG, BLOCK_LOG,
                                                  BLOCK_LAMP, BLOCK_SAND, BLOCK_DIRT, BLOCK_ORE,
                                                  BLOCK_GLASS},
                                       .flying = true,
                                       .time_of_day = 0.5};
    struct save_player after;
    uint32_t seed = 9;
    struct save *save = save_open("w.db", &seed, output, sizeof(output));
    save_set_player(save, &before);
    assert_true(save_close(save));
    succeeds("--headless --world w.db --frames 2 --radius 1 --size 64x64"); // nobody moves him
    save = save_open("w.db", &seed, output, sizeof(output));
    assert_true(save_load_player(save, &after));
    assert_true(save_close(save));
    assert_memory_equal(after.hotbar, before.hotbar, sizeof(after.hotbar));
    assert_int_equal(after.hotbar_slot, before.hotbar_slot);
    assert_true(after.x == before.x && after.y == before.y && after.z == before.z);
    assert_true(after.yaw == before.yaw && after.pitch == before.pitch && after.flying);
    assert_true(after.time_of_day > 0.5 && after.time_of_day < 0.51);
    unlink("w.db");
}

// What the driver compiled is written once, read by the next run, and ignored where it is broken.
static void pipelines_are_kept(void **state)
{
    (void)state;
#define SMALL "--headless --frames 1 --radius 1 --size 32x32 --log debug"
    assert_int_equal(system("rm -rf cinder"), 0);
    assert_int_equal(run(SMALL), 0);
    assert_non_null(strstr(errors, "no pipeline cache"));
    assert_int_equal(run(SMALL), 0);
    assert_non_null(strstr(errors, "debug: pipeline cache: "));
    assert_int_equal(system("for f in cinder/pipelines-*.bin; do echo x >> $f; done"), 0);
    assert_int_equal(run(SMALL), 0);
    assert_non_null(strstr(errors, "broken: ignored"));
    // Without a place for it, the game goes on.
    assert_int_equal(setenv("XDG_CACHE_HOME", "/proc/nonexistent", 1), 0);
    succeeds("--headless --frames 1 --radius 1 --size 32x32");
    assert_int_equal(setenv("XDG_CACHE_HOME", folder, 1), 0);
#undef SMALL
}

// Copies the shaders to ./shaders; of `changed`, the first `from` becomes `to`.
static void copy_shaders(const char *changed, const char *from, const char *to)
{
    static char text[OUTPUT_SIZE];
    char path[512];
    DIR *sources = opendir(ASH_SOURCE_DIR "/shaders");
    assert_non_null(sources);
    mkdir("shaders", 0700);
    const struct dirent *entry;
    while ((entry = readdir(sources)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), ASH_SOURCE_DIR "/shaders/%s", entry->d_name);
        read_file(path, text);
        char *found = strcmp(entry->d_name, changed) == 0 ? strstr(text, from) : NULL;
        assert_true(found != NULL || strcmp(entry->d_name, changed) != 0);
        snprintf(path, sizeof(path), "shaders/%s", entry->d_name);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        if (found != NULL)
            fprintf(file, "%.*s%s%s", (int)(found - text), text, to, found + strlen(from));
        else
            fputs(text, file);
        assert_int_equal(fclose(file), 0);
    }
    closedir(sources);
}

static bool same_files(const char *first, const char *second)
{
    static char a[1 << 20], b[1 << 20];
    FILE *files[] = {fopen(first, "rb"), fopen(second, "rb")};
    assert_true(files[0] != NULL && files[1] != NULL);
    size_t sizes[] = {fread(a, 1, sizeof(a), files[0]), fread(b, 1, sizeof(b), files[1])};
    fclose(files[0]);
    fclose(files[1]);
    return sizes[0] == sizes[1] && memcmp(a, b, sizes[0]) == 0;
}

// The folder as it was built, then with another sky, then with an error (which leaves the sky that
// was built in), then with another curve in a file that all include.
static void shaders_are_taken_from_a_folder(void **state)
{
    (void)state;
#define SMALL "--headless --frames 1 --radius 1 --size 160x90 --validate "
    succeeds(SMALL "--out a.png");
    copy_shaders("sky.glsl", "", "");
    if (run(SMALL "--watch shaders --out b.png") != 0) {
        assert_non_null(strstr(errors, "without shaderc"));
    } else {
        assert_true(same_files("a.png", "b.png"));
        copy_shaders("sky.glsl", "(atmosphere_of(frame), direction);",
                     "(atmosphere_of(frame), direction).bgr;");
        succeeds(SMALL "--watch shaders --out b.png");
        assert_false(same_files("a.png", "b.png"));
        copy_shaders("sky.glsl", "(atmosphere_of(frame), direction);",
                     "\n(atmosphere_of(frame), direction;");
        assert_int_equal(run(SMALL "--watch shaders --out c.png"), 0);
        assert_non_null(strstr(errors, "The shader sky.glsl:"));
        assert_false(same_files("a.png", "c.png")); // the HUD shows the error
        copy_shaders("encode.h", "1.235", "1.5");
        succeeds(SMALL "--watch shaders --out d.png");
        assert_false(same_files("a.png", "d.png"));
    }
#undef SMALL
    assert_int_equal(system("rm -r shaders a.png; rm -f b.png c.png d.png"), 0);
}

// Whatever the user's settings allow: nobody else reads what the game writes.
static void what_is_written_is_for_the_user_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"a.png",   "b.json", "m.json", "t.json",
                                        "m.trace", "r.rec",  "w.db",   "cinder"};
    mode_t before = umask(0);
    succeeds("--headless --frames 3 --size 64x36 --radius 1 --world w.db --out a.png "
             "--memory-report m.json --trace t.json --trace-memory m.trace");
    succeeds("--headless --frames 3 --size 64x36 --radius 1 --record r.rec --bench b.json");
    umask(before);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct stat status;
        assert_int_equal(stat(names[i], &status), 0);
        if ((status.st_mode & 077) != 0)
            fail_msg("%s: mode %o", names[i], (unsigned)status.st_mode & 07777);
        if (S_ISREG(status.st_mode))
            assert_int_equal(unlink(names[i]), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_it_is),
        cmocka_unit_test(the_memory_trace_is_a_record),
        cmocka_unit_test(every_failure_is_one_line),
        cmocka_unit_test(the_same_seed_and_frame_are_the_same_picture),
        cmocka_unit_test(the_benchmark_writes_its_object),
        cmocka_unit_test(a_recording_plays_to_the_same_hash_and_picture),
        cmocka_unit_test(every_frame_of_a_replay_is_the_same_picture),
        cmocka_unit_test(a_world_is_kept_where_it_is_asked_for),
        cmocka_unit_test(the_player_goes_on_with_what_he_had),
        cmocka_unit_test(pipelines_are_kept),
        cmocka_unit_test(what_is_written_is_for_the_user_alone),
        cmocka_unit_test(shaders_are_taken_from_a_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
