// Failing functions under SQLite and cJSON.
#ifndef GAME_TOOLS_FAULTS_LIBRARIES_H
#define GAME_TOOLS_FAULTS_LIBRARIES_H

#include <stdbool.h>

// Before the first world is opened. False: SQLite is in use already, and keeps what it has.
bool fault_libraries(void);

#endif
