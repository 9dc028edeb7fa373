#include "game/tools/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "game/base/clock.h"
#include "game/base/file.h"

#include "engine/log.h"
#include "engine/shader_compiler/shader_compiler.h"

// Seconds between two looks at the files: a look takes some 20 µs, and nobody sees 50 ms.
#define PERIOD 0.05
// Before all work on the world.
enum { PRIORITY = INT32_MIN };
enum { MAX_FILES = 16, NAME_SIZE = 64, PATH_SIZE = 4096, ERROR_SIZE = 640, FILE_LIMIT = 1 << 20 };

// What tells one content of a file from another without reading it.
struct stamp {
    int64_t nanoseconds; // since 1970
    off_t size;
    ino_t inode; // many an editor writes a new file and renames it
};

struct seen {
    char name[NAME_SIZE]; // in the folder
    struct stamp stamp;
};

// One file with all its stages. While the job runs, it is the worker's.
struct shader {
    const char *name;             // "sky"; borrowed from the table
    struct seen files[MAX_FILES]; // itself and all that it includes, as they were compiled
    uint32_t file_count;
    bool due;               // to be compiled
    char error[ERROR_SIZE]; // "": none
};

struct watch {
    struct job job; // first: the job is the watch
    struct job_results results;
    struct jobs *jobs;
    struct ash_shader_compiler *compiler;
    const char *folder;
    uint32_t count;
    struct ash_shader *table;     // what the renderer has
    struct ash_shader_code *held; // its words
    struct ash_shader_code *made; // the worker's, and what was held before
    struct shader *shaders;
    uint32_t shader_count;
    bool busy;              // the job was submitted and not taken
    char error[ERROR_SIZE]; // of the first shader that has one
    double look_at;         // clock_seconds
};

// For the resolver of includes.
struct source {
    struct watch *watch;
    struct shader *shader;
};

static bool find_stamp(const struct watch *watch, const char *name, struct stamp *out)
{
    char path[PATH_SIZE];
    struct stat status;
    snprintf(path, sizeof(path), "%s/%s", watch->folder, name);
    if (stat(path, &status) != 0)
        return false;
    *out = (struct stamp){.nanoseconds =
                              (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec,
                          .size = status.st_size,
                          .inode = status.st_ino};
    return true;
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->nanoseconds == b->nanoseconds && a->size == b->size && a->inode == b->inode;
}

// Notes the file as one that the shader is made from, and reads it. The stamp comes first: what is
// written meanwhile is seen as a change.
static char *read_source(struct watch *watch, struct shader *shader, const char *name, size_t *size)
{
    char path[PATH_SIZE];
    uint8_t *text = NULL;
    struct seen seen = {0};
    snprintf(seen.name, sizeof(seen.name), "%s", name);
    if (!find_stamp(watch, name, &seen.stamp))
        return NULL;
    bool known = false;
    for (uint32_t i = 0; i < shader->file_count; i++)
        known = known || strcmp(shader->files[i].name, seen.name) == 0;
    if (!known && shader->file_count < MAX_FILES)
        shader->files[shader->file_count++] = seen;
    snprintf(path, sizeof(path), "%s/%s", watch->folder, name);
    return file_read(path, FILE_LIMIT, &text, size) ? (char *)text : NULL;
}

static bool resolve(void *user, const char *requested, const char *from,
                    struct ash_shader_include *out)
{
    (void)from; // as in the build, all includes are looked for in the one folder
    const struct source *source = user;
    *out = (struct ash_shader_include){0};
    char *name = strlen(requested) < NAME_SIZE ? strdup(requested) : NULL;
    if (name == NULL)
        return false;
    out->handle = name;
    out->name = name;
    out->text = read_source(source->watch, source->shader, name, &out->size);
    if (out->text == NULL)
        free(name);
    return out->text != NULL;
}

static void release(void *user, struct ash_shader_include *include)
{
    (void)user;
    free((void *)(uintptr_t)include->text);
    free(include->handle);
}

static bool compile_stage(struct watch *watch, struct shader *shader, uint32_t index,
                          const char *file, const char *text, size_t size)
{
    struct ash_shader_error error;
    struct source user = {watch, shader};
    const struct ash_shader_source source = {.name = file,
                                             .text = text,
                                             .size = size,
                                             .stage = watch->table[index].stage,
                                             .include = resolve,
                                             .release = release,
                                             .user = &user};
    if (ash_shader_compile(watch->compiler, &source, &watch->made[index], &error) == ASH_OK)
        return true;
    snprintf(shader->error, sizeof(shader->error), "%.100s:%u: %s", error.file,
             (unsigned)error.line, error.text);
    return false;
}

// On a worker: compiles all stages of the file. One that fails is enough to know.
static void compile(struct watch *watch, struct shader *shader)
{
    char file[NAME_SIZE];
    size_t size = 0;
    shader->file_count = 0;
    shader->error[0] = '\0';
    snprintf(file, sizeof(file), "%s.glsl", shader->name);
    char *text = read_source(watch, shader, file, &size);
    bool good = text != NULL;
    if (!good)
        snprintf(shader->error, sizeof(shader->error), "%s could not be read", file);
    for (uint32_t i = 0; i < watch->count && good; i++) {
        if (strcmp(watch->table[i].name, shader->name) == 0)
            good = compile_stage(watch, shader, i, file, text, size);
    }
    free(text);
}

static void run(struct job *job, uint32_t worker)
{
    (void)worker;
    struct watch *watch = (struct watch *)job;
    for (uint32_t i = 0; i < watch->shader_count; i++) {
        if (watch->shaders[i].due)
            compile(watch, &watch->shaders[i]);
    }
}

// A file that is not there is about to be written again: it has not changed yet.
static bool has_changed(const struct watch *watch, const struct shader *shader)
{
    struct stamp now;
    for (uint32_t i = 0; i < shader->file_count; i++) {
        const struct seen *seen = &shader->files[i];
        if (find_stamp(watch, seen->name, &now) && !same_stamp(&now, &seen->stamp))
            return true;
    }
    return false;
}

static void look(struct watch *watch)
{
    bool any = false;
    for (uint32_t i = 0; i < watch->shader_count; i++) {
        struct shader *shader = &watch->shaders[i];
        shader->due = shader->due || has_changed(watch, shader);
        any = any || shader->due;
    }
    if (!any)
        return;
    watch->job = (struct job){
        .name = "compile a shader", .run = run, .results = &watch->results, .priority = PRIORITY};
    watch->busy = true;
    jobs_submit(watch->jobs, &watch->job);
}

// Milliseconds since the newest of its files was written.
static double age_ms(const struct shader *shader)
{
    struct timespec now;
    int64_t newest = 0;
    for (uint32_t i = 0; i < shader->file_count; i++)
        if (shader->files[i].stamp.nanoseconds > newest)
            newest = shader->files[i].stamp.nanoseconds;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)((int64_t)now.tv_sec * 1000000000 + now.tv_nsec - newest) / 1e6;
}

// Exchanges what is held of the shader's stages with what was made; again, and it is as before.
// False: they are the same, word for word.
static bool exchange(struct watch *watch, const struct shader *shader)
{
    bool differs = false;
    for (uint32_t i = 0; i < watch->count; i++) {
        struct ash_shader_code *made = &watch->made[i], before = watch->held[i];
        if (strcmp(watch->table[i].name, shader->name) != 0)
            continue;
        differs = differs || made->size != before.size ||
                  memcmp(made->words, before.words, before.size) != 0;
        watch->held[i] = *made;
        *made = before;
        watch->table[i].words = watch->held[i].words;
        watch->table[i].size = watch->held[i].size;
    }
    return differs;
}

static void take_over(struct watch *watch, struct shader *shader, struct ash_renderer *renderer)
{
    if (!exchange(watch, shader))
        return;
    if (ash_renderer_reload(renderer, shader->name) == ASH_OK) {
        ash_log(ASH_LOG_INFO, "%s.glsl is in use %.0f ms after it was saved", shader->name,
                age_ms(shader));
        return;
    }
    exchange(watch, shader);
    snprintf(shader->error, sizeof(shader->error),
             "%s.glsl does not fit its pipeline: build again, or take the change back",
             shader->name);
}

static void finish_job(struct watch *watch, struct ash_renderer *renderer)
{
    watch->busy = false;
    watch->error[0] = '\0';
    for (uint32_t i = 0; i < watch->shader_count; i++) {
        struct shader *shader = &watch->shaders[i];
        if (shader->due && shader->error[0] == '\0')
            take_over(watch, shader, renderer);
        shader->due = false;
        if (watch->error[0] == '\0')
            memcpy(watch->error, shader->error, sizeof(watch->error));
    }
    for (uint32_t i = 0; i < watch->count; i++)
        ash_shader_code_finish(&watch->made[i]);
}

void watch_update(struct watch *watch, struct ash_renderer *renderer, bool wait)
{
    double now = clock_seconds();
    if (!watch->busy && (wait || now >= watch->look_at)) {
        watch->look_at = now + PERIOD;
        look(watch);
    }
    if (watch->busy && jobs_take(watch->jobs, &watch->results, wait) != NULL)
        finish_job(watch, renderer);
}

const char *watch_error(const struct watch *watch)
{
    return watch->error[0] != '\0' ? watch->error : NULL;
}

const struct ash_shader *watch_shaders(const struct watch *watch)
{
    return watch->table;
}

// One shader for each name in the table whose file is there.
static void find_shaders(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->count; i++) {
        char file[NAME_SIZE];
        struct stamp stamp;
        bool known = false;
        for (uint32_t j = 0; j < i; j++)
            known = known || strcmp(watch->table[i].name, watch->table[j].name) == 0;
        snprintf(file, sizeof(file), "%s.glsl", watch->table[i].name);
        if (!known && find_stamp(watch, file, &stamp))
            watch->shaders[watch->shader_count++] =
                (struct shader){.name = watch->table[i].name, .due = true};
    }
}

static bool alloc_tables(struct watch *watch, const struct watch_params *params)
{
    watch->count = params->shader_count;
    watch->table = calloc(watch->count + 1, sizeof(*watch->table));
    watch->held = calloc(watch->count + 1, sizeof(*watch->held));
    watch->made = calloc(watch->count + 1, sizeof(*watch->made));
    watch->shaders = calloc(watch->count + 1, sizeof(*watch->shaders));
    bool done = watch->table != NULL && watch->held != NULL && watch->made != NULL &&
                watch->shaders != NULL;
    for (uint32_t i = 0; i < watch->count && done; i++) {
        const struct ash_shader *built = &params->shaders[i];
        struct ash_shader_code *held = &watch->held[i];
        *held = (struct ash_shader_code){.words = malloc(built->size), .size = built->size};
        done = held->words != NULL;
        if (done)
            memcpy(held->words, built->words, built->size);
        watch->table[i] = *built;
        watch->table[i].words = held->words;
    }
    return done;
}

struct watch *watch_create(const struct watch_params *params)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL || !alloc_tables(watch, params)) {
        ash_log(ASH_LOG_ERROR, "not enough memory to watch shaders; close other programs");
        watch_destroy(watch);
        return NULL;
    }
    watch->folder = params->folder;
    watch->jobs = params->jobs;
    if (ash_shader_compiler_create(&watch->compiler) != ASH_OK) {
        watch_destroy(watch);
        return NULL;
    }
    find_shaders(watch);
    if (watch->shader_count == 0) {
        ash_log(ASH_LOG_ERROR,
                "there is none of the shaders in %s; name the folder \"shaders\" of the sources "
                "with --watch DIR",
                params->folder);
        watch_destroy(watch);
        return NULL;
    }
    return watch;
}

void watch_destroy(struct watch *watch)
{
    if (watch == NULL)
        return;
    if (watch->busy)
        (void)jobs_take(watch->jobs, &watch->results, /*wait=*/true);
    for (uint32_t i = 0; i < watch->count && watch->held != NULL && watch->made != NULL; i++) {
        ash_shader_code_finish(&watch->held[i]);
        ash_shader_code_finish(&watch->made[i]);
    }
    ash_shader_compiler_destroy(watch->compiler);
    free(watch->table);
    free(watch->held);
    free(watch->made);
    free(watch->shaders);
    free(watch);
}
