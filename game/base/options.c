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
    KIND_LEVEL,  // a log level
    KIND_PANEL,  // opens one
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

static const struct row rows[] = {
    {"headless", KIND_FLAG, FIELD(headless), 0, 0, NULL, NULL, "draw without a window"},
    {"frames", KIND_COUNT, FIELD(frames), 1, 100000000, "N", "a number of frames, 1 or more",
     "end after N frames (headless: 120, or all of the replay)"},
    {"size", KIND_SIZE, FIELD(width), 16, 16384, "WxH",
     "a width and a height from 16 to 16384, such as 1280x720",
     "of the picture, in pixels (1280x720)"},
    {"seed", KIND_COUNT, FIELD(seed), 0, UINT32_MAX, "N", "a whole number from 0 to 4294967295",
     "which world to make (1)"},
    {"radius", KIND_COUNT, FIELD(radius), 1, 64, "R", "a number of columns from 1 to 64",
     "how far one sees, in columns of 32 blocks (10)"},
    {"world", KIND_TEXT, FIELD(world), 0, 0, "FILE", "the name of a file",
     "keep the world in this file"},
    {"out", KIND_TEXT, FIELD(out), 0, 0, "FILE.png", "the name of a file",
     "write the last frame to this file"},
    {"tour", KIND_CAMERA, FIELD(camera), CAMERA_TOUR, 0, NULL, NULL,
     "show the islands from a camera on rails (default when headless)"},
    {"fly", KIND_CAMERA, FIELD(camera), CAMERA_FLY, 0, NULL, NULL, "fly east at 20 blocks/s"},
    {"ground", KIND_CAMERA, FIELD(camera), CAMERA_GROUND, 0, NULL, NULL,
     "go east at walking pace and eye height"},
    {"speed", KIND_REAL, FIELD(speed), 0.1, 400, "X", "a number from 0.1 to 400",
     "of --fly or --ground, in blocks a second (20 and 4.3)"},
    {"view", KIND_VIEW, FIELD(view), -1e6, 1e6, "X,Y,Z,YAW,PITCH",
     "a place and two angles in degrees, such as 48.5,40,66.5,90,-10", "stand still and look"},
    {"bench", KIND_TEXT, FIELD(bench), 0, 0, "FILE.json", "the name of a file",
     "measure --frames frames (600) and write the figures there"},
    {"record", KIND_TEXT, FIELD(record), 0, 0, "FILE", "the name of a file",
     "write every tick's input to this file, in a world that is not saved"},
    {"replay", KIND_TEXT, FIELD(replay), 0, 0, "FILE", "the name of a file",
     "play what --record wrote"},
    {"hash", KIND_COUNT, FIELD(hash_every), 1, UINT32_MAX, "N", "a number of ticks, 1 or more",
     "print a hash of the world's state every N ticks (60 a second), headless of the picture too"},
    {"trace-memory", KIND_TEXT, FIELD(trace_memory), 0, 0, "FILE", "the name of a file",
     "write what is asked of the allocator, for bench_allocator"},
    {"show", KIND_PANEL, 0, 0, 0, "PANEL", "help, performance or memory",
     "begin with this panel open; may be given again"},
    {"memory-report", KIND_TEXT, FIELD(memory_report), 0, 0, "FILE.json", "the name of a file",
     "write at the end what device memory holds"},
    {"trace", KIND_TEXT, FIELD(trace), 0, 0, "FILE.json", "the name of a file",
     "write what each thread and the GPU did, for ui.perfetto.dev"},
    {"explain-frame", KIND_FLAG, FIELD(explain_frame), 0, 0, NULL, NULL,
     "print what one frame does, and why"},
    {"gpu", KIND_TEXT, FIELD(gpu), 0, 0, "N|NAME", "a number or a name that --list-gpus shows",
     "draw with this GPU"},
    {"list-gpus", KIND_FLAG, FIELD(list_gpus), 0, 0, NULL, NULL, "show the GPUs, and end"},
    {"watch", KIND_TEXT, FIELD(watch), 0, 0, "DIR", "the name of a folder",
     "draw with the shaders in DIR, and follow their changes"},
    {"validate", KIND_FLAG, FIELD(validate), 0, 0, NULL, NULL,
     "check all use of Vulkan; a message makes the exit code 1"},
    {"fault", KIND_TEXT, FIELD(fault), 0, 0, "FAULT", "N, CALL:N or CALL:N=RESULT",
     "make the Nth Vulkan call (of a name) fail"},
    {"fault-alloc", KIND_TEXT, FIELD(fault_alloc), 0, 0, "N", "N, or N+ for all from there on",
     "make the Nth host allocation fail (debug builds)"},
    {"fault-file", KIND_TEXT, FIELD(fault_file), 0, 0, "N", "N, or N+ for all from there on",
     "make the Nth file operation fail (debug builds)"},
    {"fault-count", KIND_FLAG, FIELD(fault_count), 0, 0, NULL, NULL, "count what could fail"},
    {"pretend", KIND_TEXT, FIELD(pretend), 0, 0, "PROFILE", "words such as \"96 MiB heap\"",
     "draw with hardware that is not there"},
    {"log", KIND_LEVEL, FIELD(log_level), 0, 0, "LEVEL", "debug, info, warning, error or off",
     "how much to say on standard error (warning)"},
    {"sensitivity", KIND_REAL, FIELD(sensitivity), 0.05, 20, "X", "a number from 0.05 to 20",
     "of the mouse (1)"},
    {"invert-y", KIND_FLAG, FIELD(invert_y), 0, 0, NULL, NULL, "mouse forward looks down"},
    {"fov", KIND_REAL, FIELD(field_of_view), 30, 120, "DEGREES", "a number from 30 to 120",
     "vertical field of view (70)"},
    {"vsync", KIND_SWITCH, FIELD(vsync), 0, 0, "on|off", "on or off",
     "wait for the screen between frames (on)"},
    {"draw", KIND_CHOICE, FIELD(draw), 0, 0, "HOW", "auto, direct, indirect or gpu",
     "chunks chosen by the CPU, drawn by a call each or by one, or chosen by the GPU (auto)"},
    {"fullscreen", KIND_FLAG, FIELD(fullscreen), 0, 0, NULL, NULL, "begin in full screen"},
    {"time", KIND_REAL, FIELD(time_of_day), 0, 24, "HOURS", "a number from 0 to 24",
     "time of day at the start"},
    {"help", KIND_FLAG, FIELD(help), 0, 0, NULL, NULL, "show this, and end"},
    {"version", KIND_FLAG, FIELD(version), 0, 0, NULL, NULL, "show the version, and end"},
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

static bool parse_level(const char *text, enum ash_log_level *out)
{
    for (int level = ASH_LOG_DEBUG; level <= ASH_LOG_OFF; level++) {
        if (strcmp(text, ash_log_level_name((enum ash_log_level)level)) == 0) {
            *out = (enum ash_log_level)level;
            return true;
        }
    }
    return false;
}

static bool parse_panel(const char *text, struct options *options)
{
    bool help = strcmp(text, "help") == 0, performance = strcmp(text, "performance") == 0;
    bool memory = strcmp(text, "memory") == 0;
    options->show_help |= help;
    options->show_performance |= performance;
    options->show_memory |= memory;
    return help || performance || memory;
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

static bool parse_switch(const char *text, bool *out)
{
    bool on = strcmp(text, "on") == 0;
    if (!on && strcmp(text, "off") != 0)
        return false;
    *out = on;
    return true;
}

// Puts one option's value into its field; `text` is NULL exactly where the row takes none.
static bool store(const struct row *row, const char *text, struct options *options)
{
    ASH_ASSERT(text != NULL || row->kind == KIND_FLAG || row->kind == KIND_CAMERA);
    void *field = (char *)options + row->offset;
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
        return parse_switch(text, field);
    case KIND_CHOICE:
        return parse_choice(text, row->takes, field);
    case KIND_SIZE:
        return parse_size(text, row->least, row->most, field);
    case KIND_LEVEL:
        return parse_level(text, field);
    case KIND_VIEW:
        options->camera = CAMERA_VIEW;
        return parse_view(text, row->least, row->most, field);
    case KIND_PANEL:
        return parse_panel(text, options);
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
