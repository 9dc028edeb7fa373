// The display's one monitor, unplugged and plugged in again.
#ifndef TESTS_SUPPORT_MONITOR_H
#define TESTS_SUPPORT_MONITOR_H

#include <stdbool.h>

// What is told to all of the display's programs, as RandR does. False: the display has no RandR.
bool monitor_plug(bool in);

#endif
