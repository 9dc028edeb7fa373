// A build without host faults.
#include "game/tools/faults/host_faults.h"

#include <stddef.h>

#include "engine/log.h"

bool host_faults_switch_on(const char *alloc, const char *file, bool count)
{
    (void)count; // of Vulkan calls there is always one
    if (alloc == NULL && file == NULL)
        return true;
    ash_log(ASH_LOG_ERROR, "--fault-alloc and --fault-file need a debug build: configure with "
                           "-DCMAKE_BUILD_TYPE=Debug, or leave them out");
    return false;
}
