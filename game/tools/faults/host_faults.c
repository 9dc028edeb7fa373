#include "game/tools/faults/host_faults.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/log.h"
#include "game/tools/faults/fault_points.h"
#include "game/tools/faults/libraries.h"

static bool arm(enum fault_kind kind, const char *text)
{
    char *end = NULL;
    if (text == NULL)
        return true;
    uint64_t first = text[0] >= '1' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    bool all = first > 0 && strcmp(end, "+") == 0;
    if (first > 0 && (*end == '\0' || all)) {
        fault_arm(kind, first, all);
        return true;
    }
    ash_log(ASH_LOG_ERROR,
            "'%s' is no fault: give a number, such as 7, or 7+ for all from there on", text);
    return false;
}

bool host_faults_switch_on(const char *alloc, const char *file, bool count)
{
    if (alloc == NULL && file == NULL && !count)
        return true;
    if (!fault_libraries() || (count && atexit(fault_print_counts) != 0)) {
        ash_log(ASH_LOG_ERROR, "the faults could not be switched on: SQLite is in use already");
        return false;
    }
    return arm(FAULT_ALLOCATION, alloc) && arm(FAULT_FILE, file);
}
