#include "game/base/options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/assert.h"

enum kind {
    KIND_FLAG,   // sets a bool
    KIND_COUNT,  // a whole number from `least` to `most`
    KIND_REAL,   // a number from `least` to `most`
    KIND_TEXT,   // any text that is not empty
    KIND_SWITCH, // on or off
    KIND_CHOICE, // one of the words of `takes`: which
    KIND_SIZE,   // width and height
    KIND_PANEL,  // one of the words of `takes`: opens it
    KIND_CAMERA, // chooses the camera `least`
    KIND_VIEW    // five numbers; chooses CAMERA_VIEW
};

struct row {
    const char *name; // without the dashes
    enum kind kind;
    size_t offset; // of the field in struct options
    double least, most;
    const char *value; // as --help shows it; NULL: takes none
    const char *takes; // what a right value is, for messages
    const char *help;
};

#define FIELD(name) offsetof(struct options, name)
#define ROW(name, kind, field, least, most, value, takes, help)                                    \
    {                                                                                              \
        name, kind, FIELD(field), least, most, value, takes, help                                  \
    }
#define FLAG(name, field, help)               ROW(name, KIND_FLAG, field, 0, 0, NULL, NULL, help)
#define CAMERA(name, mode, help)              ROW(name, KIND_CAMERA, camera, mode, 0, NULL, NULL, help)
#define TEXT(name, field, value, takes, help) ROW(name, KIND_TEXT, field, 0, 0, value, takes, help)
#define FILE_NAME(name, field, value, help)   TEXT(name, field, value, "the name of a file", help)

static const struct row rows[] = {
    FLAG("headless", headless, "draw without a window"),
    ROW("frames", KIND_COUNT, frames, 1, 100000000, "N", "a number of frames, 1 or more",
        "end after N frames (headless: 120, or all of the replay)"),
    ROW("size", KIND_SIZE, width, 16, 16384, "WxH",
        "a width and a height from 16 to 16384, such as 1280x720",
        "of the picture, in pixels (1280x720)"),
    ROW("seed", KIND_COUNT, seed, 0, UINT32_MAX, "N", "a whole number from 0 to 4294967295",
        "which world to make (1)"),
    ROW("radius", KIND_COUNT, radius, 1, 64, "R", "a number of columns from 1 to 64",
        "how far one sees, in columns of 32 blocks (10)"),
    FILE_NAME("world", world, "FILE", "keep the world in this file"),
    FILE_NAME("out", out, "FILE.png", "write the last frame to this file"),
    CAMERA("tour", CAMERA_TOUR, "show the islands from a camera on rails (default when headless)"),
    CAMERA("fly", CAMERA_FLY, "fly east at 20 blocks/s"),
    CAMERA("ground", CAMERA_GROUND, "go east at walking pace and eye height"),
    ROW("speed", KIND_REAL, speed, 0.1, 400, "X", "a number from 0.1 to 400",
        "of --fly or --ground, in blocks a second (20 and 4.3)"),
    ROW("view", KIND_VIEW, view, -1e6, 1e6, "X,Y,Z,YAW,PITCH",
        "a place and two angles in degrees, such as 48.5,40,66.5,90,-10", "stand still and look"),
    FILE_NAME("bench", bench, "FILE.json",
              "measure --frames frames (600) and write the figures there"),
    FILE_NAME("record", record, "FILE",
              "write every tick's input to this file, in a world that is not saved"),
    FILE_NAME("replay", replay, "FILE", "play what --record wrote"),
    ROW("hash", KIND_COUNT, hash_every, 1, UINT32_MAX, "N", "a number of ticks, 1 or more",
        "print a hash of the world's state every N ticks (60 a second), headless of the picture "
        "too"),
    FILE_NAME("trace-memory", trace_memory, "FILE",
              "write what is asked of the allocator, for bench_allocator"),
    ROW("show", KIND_PANEL, panels, 0, 0, "PANEL", "help, performance or memory",
        "begin with this panel open; may be given again"),
    FILE_NAME("memory-report", memory_report, "FILE.json",
              "write at the end what device memory holds"),
    FILE_NAME("trace", trace, "FILE.json",
              "write what each thread and the GPU did, for ui.perfetto.dev"),
    FLAG("explain-frame", explain_frame, "print what one frame does, and why"),
    TEXT("gpu", gpu, "N|NAME", "a number or a name that --list-gpus shows", "draw with this GPU"),
    FLAG("list-gpus", list_gpus, "show the GPUs, and end"),
    TEXT("watch", watch, "DIR", "the name of a folder",
         "draw with the shaders in DIR, and follow their changes"),
    FLAG("validate", validate, "check all use of Vulkan; a message makes the exit code 1"),
    TEXT("fault", fault, "FAULT", "N, CALL:N or CALL:N=RESULT",
         "make the Nth Vulkan call (of a name) fail"),
    TEXT("fault-alloc", fault_alloc, "N", "N, or N+ for all from there on",
         "make the Nth host allocation fail (debug builds)"),
    TEXT("fault-file", fault_file, "N", "N, or N+ for all from there on",
         "make the Nth file operation fail (debug builds)"),
    FLAG("fault-count", fault_count, "count what could fail"),
    TEXT("pretend", pretend, "PROFILE", "words such as \"96 MiB heap\"",
         "draw with hardware that is not there"),
    ROW("log", KIND_CHOICE, log_level, 0, 0, "LEVEL", "debug, info, warning, error or off",
        "how much to say on standard error (warning)"),
    ROW("sensitivity", KIND_REAL, sensitivity, 0.05, 20, "X", "a number from 0.05 to 20",
        "of the mouse (1)"),
    FLAG("invert-y", invert_y, "mouse forward looks down"),
    ROW("fov", KIND_REAL, field_of_view, 30, 120, "DEGREES", "a number from 30 to 120",
        "vertical field of view (70)"),
    ROW("vsync", KIND_SWITCH, vsync, 0, 0, "on|off", "on or off",
        "wait for the screen between frames (on)"),
    ROW("draw", KIND_CHOICE, draw, 0, 0, "HOW", "auto, direct, indirect or gpu",
        "chunks chosen by the CPU, drawn by a call each or by one, or chosen by the GPU (auto)"),
    FLAG("fullscreen", fullscreen, "begin in full screen"),
    ROW("time", KIND_REAL, time_of_day, 0, 24, "HOURS", "a number from 0 to 24",
        "time of day at the start"),
    FLAG("help", help, "show this, and end"),
    FLAG("version", version, "show the version, and end"),
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static bool parse_count(const char *text, double least, double most, uint32_t *out)
{
    if (text[0] < '0' || text[0] > '9') // strtoull takes signs and spaces; a count has none
        return false;
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || (double)value < least || (double)value > most)
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool parse_real(const char *text, double least, double most, float *out)
{
    if (text[0] != '.' && (text[0] < '0' || text[0] > '9'))
        return false;
    char *end = NULL;
    double value = strtod(text, &end);
    if (*end != '\0' || !isfinite(value) || value < least || value > most)
        return false;
    *out = (float)value;
    return true;
}

// "1280x720" to width and the height that follows it in struct options.
static bool parse_size(const char *text, double least, double most, uint32_t out[2])
{
    char width[16];
    const char *cross = strpbrk(text, "xX");
    if (cross == NULL || (size_t)(cross - text) >= sizeof(width))
        return false;
    memcpy(width, text, (size_t)(cross - text));
    width[cross - text] = '\0';
    uint32_t size[2];
    if (!parse_count(width, least, most, &size[0]) ||
        !parse_count(cross + 1, least, most, &size[1]))
        return false;
    memcpy(out, size, sizeof(size));
    return true;
}

static bool parse_view(const char *text, double least, double most, float out[5])
{
    float view[5];
    for (int i = 0; i < 5; i++) {
        char *end = NULL;
        double value = strtod(text, &end);
        if (end == text || !(value >= least && value <= most) || *end != (i < 4 ? ',' : '\0'))
            return false;
        view[i] = (float)value;
        text = end + 1;
    }
    memcpy(out, view, sizeof(view));
    return true;
}

// Of words such as "red, green or blue".
static bool parse_choice(const char *text, const char *words, uint32_t *out)
{
    const size_t length = strlen(text);
    for (uint32_t which = 0; *words != '\0'; which++) {
        words += strncmp(words, "or ", 3) == 0 ? 3 : 0;
        const size_t end = strcspn(words, ", ");
        if (end == length && strncmp(words, text, end) == 0) {
            *out = which;
            return true;
        }
        words += end + strspn(words + end, ", ");
    }
    return false;
}

// Puts one option's value into its field; `text` is NULL exactly where the row takes none.
static bool store(const struct row *row, const char *text, struct options *options)
{
    ASH_ASSERT(text != NULL || row->kind == KIND_FLAG || row->kind == KIND_CAMERA);
    void *field = (char *)options + row->offset;
    uint32_t which = 0;
    switch (row->kind) {
    case KIND_FLAG:
        *(bool *)field = true;
        return true;
    case KIND_CAMERA:
        *(enum camera_mode *)field = (enum camera_mode)row->least;
        return true;
    case KIND_COUNT:
        return parse_count(text, row->least, row->most, field);
    case KIND_REAL:
        return parse_real(text, row->least, row->most, field);
    case KIND_TEXT:
        *(const char **)field = text;
        return text[0] != '\0';
    case KIND_SWITCH:
        if (!parse_choice(text, row->takes, &which))
            return false;
        *(bool *)field = which == 0;
        return true;
    case KIND_CHOICE:
        return parse_choice(text, row->takes, field);
    case KIND_SIZE:
        return parse_size(text, row->least, row->most, field);
    case KIND_VIEW:
        options->camera = CAMERA_VIEW;
        return parse_view(text, row->least, row->most, field);
    case KIND_PANEL:
        if (!parse_choice(text, row->takes, &which))
            return false;
        *(uint32_t *)field |= 1u << which;
        return true;
    }
    return false;
}

static const struct row *find_row(const char *name, size_t length)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strlen(rows[i].name) == length && memcmp(rows[i].name, name, length) == 0)
            return &rows[i];
    }
    return NULL;
}

// Reads argv[*index], and the value after it where it takes one and has no "=".
static bool parse_one(int argc, char *const *argv, int *index, struct options *options,
                      const struct row **row, char *message, size_t size)
{
    const char *word = argv[*index];
    if (strncmp(word, "--", 2) != 0 || word[2] == '\0') {
        snprintf(message, size, "'%s' is not an option; --help lists them", word);
        return false;
    }
    const char *name = word + 2;
    const char *equals = strchr(name, '=');
    *row = find_row(name, equals != NULL ? (size_t)(equals - name) : strlen(name));
    if (*row == NULL) {
        snprintf(message, size, "there is no option '%s'; --help lists them", word);
        return false;
    }
    const char *value = equals != NULL ? equals + 1 : NULL;
    if ((*row)->value == NULL && value != NULL) {
        snprintf(message, size, "--%s takes no value, and got '%s'", (*row)->name, value);
        return false;
    }
    if ((*row)->value != NULL && value == NULL && *index + 1 < argc)
        value = argv[++*index];
    if ((*row)->value != NULL && value == NULL) {
        snprintf(message, size, "--%s takes %s, and got nothing", (*row)->name, (*row)->takes);
        return false;
    }
    if (!store(*row, value, options)) {
        snprintf(message, size, "--%s takes %s, not '%s'", (*row)->name, (*row)->takes, value);
        return false;
    }
    return true;
}

// What does not go together.
static bool check_pairs(const struct options *options, char *message, size_t size)
{
    if (options->record != NULL && options->replay != NULL)
        snprintf(message, size, "--record and --replay exclude each other; choose one");
    else if (options->world != NULL && (options->record != NULL || options->replay != NULL))
        snprintf(message, size,
                 "--world does not go with --%s, which plays in a new world of its own",
                 options->record != NULL ? "record" : "replay");
    else if (options->replay != NULL && options->seed_given)
        snprintf(message, size, "--seed does not go with --replay, whose file has the seed");
    else
        return true;
    return false;
}

bool options_parse(int argc, char *const *argv, struct options *out, char *message,
                   size_t message_size)
{
    struct options options = {
        .vsync = true,
        .width = 1280,
        .height = 720,
        .seed = 1,
        .radius = 10,
        .sensitivity = 1,
        .field_of_view = 70,
        .time_of_day = -1,
        .log_level = ASH_LOG_WARNING,
    };
    bool camera_given = false;
    for (int i = 1; i < argc; i++) {
        const struct row *row = NULL;
        if (!parse_one(argc, argv, &i, &options, &row, message, message_size))
            return false;
        options.seed_given |= row->offset == FIELD(seed);
        camera_given |= row->kind == KIND_CAMERA || row->kind == KIND_VIEW;
    }
    if (!check_pairs(&options, message, message_size))
        return false;
    if (options.headless && !camera_given && options.replay == NULL && options.record == NULL)
        options.camera = CAMERA_TOUR;
    if (options.frames == 0 && options.bench != NULL)
        options.frames = 600;
    if (options.frames == 0 && options.headless && options.replay == NULL)
        options.frames = 120;
    if (options.time_of_day >= 0)
        options.time_of_day /= 24; // given in hours, kept as a part of the day
    *out = options;
    return true;
}

const char *options_help(void)
{
    static char text[4096];
    size_t used = (size_t)snprintf(text, sizeof(text),
                                   "Cinder: a small world of volcanic islands.\n"
                                   "Usage: cinder [OPTION...]\n\n");
    for (size_t i = 0; i < ROW_COUNT && used < sizeof(text); i++) {
        char name[40];
        snprintf(name, sizeof(name), "--%s %s", rows[i].name,
                 rows[i].value != NULL ? rows[i].value : "");
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, "  %-20s %s\n", name, rows[i].help);
    }
    return text;
}
