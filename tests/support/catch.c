#include "tests/support/catch.h"

#include <stdio.h>
#include <string.h>

#include "engine/assert.h"

enum { LINES = 256, LINE_SIZE = 1024 };

static struct {
    char text[LINES][LINE_SIZE];
    enum ash_log_level level[LINES];
    unsigned count;
} kept;

jmp_buf catch_rule_landing;
static char broken_rule[512];

static void keep(void *user, enum ash_log_level level, const char *message)
{
    (void)user;
    if (kept.count == LINES)
        return;
    snprintf(kept.text[kept.count], LINE_SIZE, "%s", message);
    kept.level[kept.count++] = level;
}

void catch_log_begin(void)
{
    struct ash_log_sink sink = {.write = keep};
    kept.count = 0;
    ash_log_set_sink(&sink);
}

void catch_log_end(void)
{
    ash_log_set_sink(NULL);
}

bool catch_log_has(const char *text)
{
    return catch_log_count_text(text) > 0;
}

unsigned catch_log_count_text(const char *text)
{
    unsigned count = 0;
    for (unsigned i = 0; i < kept.count; i++)
        count += strstr(kept.text[i], text) != NULL;
    return count;
}

unsigned catch_log_count(enum ash_log_level level)
{
    unsigned count = 0;
    for (unsigned i = 0; i < kept.count; i++)
        count += kept.level[i] == level;
    return count;
}

static void land(const char *rule, const char *file, int line)
{
    (void)file;
    (void)line;
    snprintf(broken_rule, sizeof(broken_rule), "%s", rule);
    longjmp(catch_rule_landing, 1);
}

void catch_rule_begin(void)
{
    broken_rule[0] = '\0';
    ash_assert_set_handler(land);
}

void catch_rule_missing(const char *text)
{
    ash_assert_set_handler(NULL);
    fail_msg("no rule was broken, where one about \"%s\" should have been", text);
}

void catch_rule_end(const char *text)
{
    ash_assert_set_handler(NULL);
    if (!strstr(broken_rule, text))
        fail_msg("the broken rule was \"%s\", not one about \"%s\"", broken_rule, text);
}
