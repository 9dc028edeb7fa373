#include "tests/faults/walk.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/count.h"

enum { DEFAULT_SAMPLE = 40, MAX_KINDS = 512, MOST_JOBS = 64 };

// What came of one plan. Shared with the workers.
struct result {
    enum walk_outcome outcome; // WALK_WRONG until the run has ended
    double seconds;
    char kind[sizeof(((struct walk_plan *)0)->kind)];
};

struct board {
    atomic_size_t next; // plan that nobody has taken
    size_t step;
    struct result results[];
};

struct kind {
    const char *name;
    uint32_t outcomes[WALK_OUTCOME_COUNT];
};

struct table {
    struct kind kinds[MAX_KINDS];
    size_t count;
    uint32_t walked, wrong;
    double longest, seconds;
};

// ---- The table

static void note(struct table *table, const struct result *result)
{
    size_t i = 0;
    table->walked++;
    table->wrong += result->outcome == WALK_WRONG;
    if (result->seconds > table->longest)
        table->longest = result->seconds;
    while (i < table->count && strcmp(table->kinds[i].name, result->kind) != 0)
        i++;
    if (i == MAX_KINDS)
        return;
    if (i == table->count)
        table->kinds[table->count++] = (struct kind){.name = result->kind};
    table->kinds[i].outcomes[result->outcome]++;
}

static void print_table(FILE *file, const struct walk *walk, const struct table *table)
{
    fprintf(file, "%s: %u of %zu faults, %u wrong, in %.0f s, the longest run %.1f s\n\n",
            walk->name, table->walked, walk->count, table->wrong, table->seconds, table->longest);
    fprintf(file, "| fault | recovered | another picture | exit 1, named | not reached | wrong |\n"
                  "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < table->count; i++) {
        const uint32_t *of = table->kinds[i].outcomes;
        fprintf(file, "| %s | %u | %u | %u | %u | %u |\n", table->kinds[i].name, of[WALK_RECOVERED],
                of[WALK_DIFFERENT], of[WALK_GAVE_UP], of[WALK_NOTHING], of[WALK_WRONG]);
    }
    fprintf(file, "\n");
    fflush(file); // or a child writes it, too
}

static FILE *kept; // where tables are kept; NULL: nowhere

// ---- Folders

static char folder[] = "/tmp/ash-walk-XXXXXX";

static bool go_to(const char *path)
{
    return chdir(path) == 0 && setenv("XDG_CACHE_HOME", path, 1) == 0;
}

bool walk_begin(void)
{
    const char *path = getenv("ASH_WALK_TABLE"); // from where the test began
    kept = path != NULL ? fopen(path, "a") : NULL;
    if (path != NULL && kept == NULL)
        fprintf(stderr, "walk: %s can't be written\n", path);
    return (path == NULL || kept != NULL) && mkdtemp(folder) != NULL && go_to(folder);
}

bool walk_end(void)
{
    char command[64];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    bool written = kept == NULL || fclose(kept) == 0;
    return chdir("/") == 0 && system(command) == 0 && written;
}

const char *walk_folder(void)
{
    return folder;
}

// ---- Workers

void walk_must(bool so, const char *what)
{
    if (so)
        return;
    fprintf(stderr, "walk: %s: not so\n", what);
    abort();
}

static void look(const struct walk *walk, size_t index, struct result *result)
{
    static struct child child;
    struct walk_plan plan = walk->plans[index];
    const char *why = "";
    result->outcome = WALK_WRONG; // if the worker does not come back
    memcpy(result->kind, plan.kind, sizeof(plan.kind));
    enum walk_outcome outcome = walk->run(&plan, &child, &why);
    result->outcome = outcome;
    result->seconds = child.seconds;
    memcpy(result->kind, plan.kind, sizeof(plan.kind));
    if (outcome == WALK_DIFFERENT)
        printf("%s: another picture\n", plan.fault);
    if (outcome == WALK_WRONG)
        printf("%s (%s): %s; exit code %d, signal %d; it said:\n%s\n", plan.fault, plan.kind, why,
               child.exit_code, child.signal, child.text);
    fflush(stdout);
}

static void work(const struct walk *walk, unsigned worker, struct board *board)
{
    char own[sizeof(folder) + 16];
    snprintf(own, sizeof(own), "%s/%u", folder, worker);
    walk_must((mkdir(own, 0700) == 0 || access(own, W_OK) == 0) && go_to(own),
              "a worker has a folder");
    walk_must(walk->begin == NULL || walk->begin(), "a worker has what it needs");
    for (size_t i; (i = atomic_fetch_add(&board->next, board->step)) < walk->count;)
        look(walk, i, &board->results[i]);
    if (walk->end != NULL)
        walk->end();
    _exit(EXIT_SUCCESS);
}

static unsigned count_jobs(size_t plans)
{
    const char *wanted = getenv("ASH_WALK_JOBS");
    unsigned long jobs = wanted != NULL ? strtoul(wanted, NULL, 10) : 0;
    if (jobs == 0)
        jobs = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN);
    jobs = jobs < plans ? jobs : plans;
    return (unsigned)(jobs < MOST_JOBS ? jobs : MOST_JOBS);
}

static void work_all(const struct walk *walk, struct board *board, struct table *table)
{
    pid_t workers[MOST_JOBS];
    unsigned jobs = count_jobs(walk->count);
    fflush(stdout);
    for (unsigned i = 0; i < jobs; i++) {
        workers[i] = fork();
        if (workers[i] == 0)
            work(walk, i, board);
    }
    for (unsigned i = 0; i < jobs; i++) {
        int status = 0;
        if (workers[i] > 0 && waitpid(workers[i], &status, 0) == workers[i] && status == 0)
            continue;
        printf("%s: worker %u ended with status %d\n", walk->name, i, status);
        table->wrong++;
    }
}

// ---- The walk

// Every so many-th plan, and from which on.
static size_t choose_step(const struct walk *walk, size_t *offset)
{
    size_t count = walk->count, usual = walk->sample > 0 ? walk->sample : DEFAULT_SAMPLE;
    const char *wanted = getenv("ASH_WALK"), *from = getenv("ASH_WALK_OFFSET");
    size_t sample = wanted != NULL ? strtoul(wanted, NULL, 10) : usual;
    bool all = (wanted != NULL && strcmp(wanted, "all") == 0) || sample == 0 || sample >= count;
    size_t step = all ? 1 : count / sample;
    *offset = (from != NULL ? strtoul(from, NULL, 10) : (size_t)time(NULL)) % step;
    return step;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

uint32_t walk(const struct walk *walk)
{
    struct table table = {.count = 0};
    double began = now();
    size_t offset = 0, step = choose_step(walk, &offset);
    size_t size = sizeof(struct board) + walk->count * sizeof(struct result);
    struct board *board =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    walk_must(board != MAP_FAILED, "there is memory for the results");
    printf("%s: every %zu-th of %zu faults, from ASH_WALK_OFFSET=%zu\n", walk->name, step,
           walk->count, offset);
    board->step = step;
    atomic_store(&board->next, offset);
    work_all(walk, board, &table);
    for (size_t i = offset; i < walk->count; i += step)
        note(&table, &board->results[i]);
    table.seconds = now() - began;
    print_table(stdout, walk, &table);
    if (kept != NULL)
        print_table(kept, walk, &table);
    test_count("calls made to fail", table.walked);
    munmap(board, size);
    return table.wrong;
}
