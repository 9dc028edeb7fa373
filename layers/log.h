// What the laboratory says. Private to layers/.
//
// Thread-safety: any thread.
#ifndef LAYERS_LOG_H
#define LAYERS_LOG_H

// One line, "lab: ...", to standard error or the file that ASH_LAB_LOG names.
__attribute__((format(printf, 1, 2))) void lab_log(const char *format, ...);

#endif
