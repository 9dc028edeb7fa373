#include "engine/assert.h"

#include <stdlib.h>

#include "engine/log.h"

static ash_assert_handler assert_handler;

void ash_assert_set_handler(ash_assert_handler handler)
{
    assert_handler = handler;
}

void ash_assert_fail(const char *rule, const char *file, int line)
{
    if (assert_handler != NULL)
        assert_handler(rule, file, line);
    ash_log(ASH_LOG_ERROR, "broken rule at %s:%d: %s", file, line, rule);
    abort();
}
