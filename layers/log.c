#include "layers/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static FILE *file;
static pthread_once_t open_once = PTHREAD_ONCE_INIT;

static void open_file(void)
{
    const char *path = getenv("ASH_LAB_LOG");
    int descriptor = -1;
    if (path != NULL && path[0] != '\0')
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (descriptor >= 0)
        file = fdopen(descriptor, "a");
    if (file == NULL)
        file = stderr;
}

void lab_log(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    pthread_once(&open_once, open_file);
    fprintf(file, "lab: %s\n", line);
    fflush(file);
}
