#include "tests/faults/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/count.h"

enum { DEFAULT_SAMPLE = 40, MAX_KINDS = 512 };

struct kind {
    const char *name;
    uint32_t outcomes[WALK_OUTCOME_COUNT];
};

struct table {
    struct kind kinds[MAX_KINDS];
    size_t count;
    uint32_t walked, wrong;
    double longest;
};

static void note(struct table *table, const char *name, enum walk_outcome outcome)
{
    size_t i = 0;
    while (i < table->count && strcmp(table->kinds[i].name, name) != 0)
        i++;
    if (i == MAX_KINDS)
        return;
    if (i == table->count)
        table->kinds[table->count++] = (struct kind){.name = name};
    table->kinds[i].outcomes[outcome]++;
    table->walked++;
}

static void print_table(FILE *file, const char *name, const struct table *table, size_t count)
{
    fprintf(file, "%s: %u of %zu faults, %u wrong, the longest run %.1f s\n\n", name, table->walked,
            count, table->wrong, table->longest);
    fprintf(file, "| fault | recovered | another picture | exit 1, named | not reached | wrong |\n"
                  "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < table->count; i++) {
        const uint32_t *of = table->kinds[i].outcomes;
        fprintf(file, "| %s | %u | %u | %u | %u | %u |\n", table->kinds[i].name, of[WALK_RECOVERED],
                of[WALK_DIFFERENT], of[WALK_GAVE_UP], of[WALK_NOTHING], of[WALK_WRONG]);
    }
    fprintf(file, "\n");
}

static void keep_table(const char *name, const struct table *table, size_t count)
{
    const char *path = getenv("ASH_WALK_TABLE");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    print_table(stdout, name, table, count);
    if (file == NULL)
        return;
    print_table(file, name, table, count);
    fclose(file);
}

// Every so many-th plan, and from which on.
static size_t choose_step(size_t count, size_t *offset)
{
    const char *wanted = getenv("ASH_WALK"), *from = getenv("ASH_WALK_OFFSET");
    size_t sample = wanted != NULL ? strtoul(wanted, NULL, 10) : DEFAULT_SAMPLE;
    bool all = (wanted != NULL && strcmp(wanted, "all") == 0) || sample == 0 || sample >= count;
    size_t step = all ? 1 : count / sample;
    *offset = (from != NULL ? strtoul(from, NULL, 10) : (size_t)time(NULL)) % step;
    return step;
}

uint32_t walk(const char *name, struct walk_plan *plans, size_t count, walk_run *run)
{
    static struct child child;
    struct table table = {.count = 0};
    size_t offset = 0;
    size_t step = choose_step(count, &offset);
    printf("%s: every %zu-th of %zu faults, from ASH_WALK_OFFSET=%zu\n", name, step, count, offset);
    for (size_t i = offset; i < count; i += step) {
        const char *why = "";
        enum walk_outcome outcome = run(&plans[i], &child, &why);
        note(&table, plans[i].kind, outcome);
        if (child.seconds > table.longest)
            table.longest = child.seconds;
        if (outcome == WALK_DIFFERENT)
            printf("%s: another picture\n", plans[i].fault);
        if (outcome != WALK_WRONG)
            continue;
        table.wrong++;
        printf("%s (%s): %s; exit code %d, signal %d; it said:\n%s\n", plans[i].fault,
               plans[i].kind, why, child.exit_code, child.signal, child.text);
        fflush(stdout);
    }
    keep_table(name, &table, count);
    test_count("calls made to fail", table.walked);
    return table.wrong;
}
