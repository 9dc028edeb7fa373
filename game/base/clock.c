#include "game/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double began; // on the monotonic clock

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

// The process's age by the kernel, field 22 of /proc/self/stat (proc(5)); 0 where that is not to
// be had.
static double age(void)
{
    char line[1024] = "";
    FILE *file = fopen("/proc/self/stat", "r");
    if (file == NULL)
        return 0;
    size_t length = fread(line, 1, sizeof(line) - 1, file);
    fclose(file);
    line[length] = '\0';
    const char *rest = strrchr(line, ')'); // the second field may have spaces
    unsigned long long ticks = 0;
    long rate = sysconf(_SC_CLK_TCK);
    if (rest == NULL || rate <= 0 ||
        sscanf(rest + 1,
               " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
               "%*d %llu",
               &ticks) != 1)
        return 0;
    double result = seconds_of(CLOCK_BOOTTIME) - (double)ticks / (double)rate;
    return result > 0 && result < 60 ? result : 0;
}

void clock_start(void)
{
    began = seconds_of(CLOCK_MONOTONIC) - age();
}

double clock_seconds(void)
{
    return seconds_of(CLOCK_MONOTONIC) - began;
}
