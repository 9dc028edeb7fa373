// A leak of our own beside a driver that leaks: LeakSanitizer has to name it in spite of the
// suppressions.
#include <stdio.h>
#include <stdlib.h>

#include "engine/context/context.h"

static void *volatile kept;

__attribute__((noinline)) static void plant_a_leak(void)
{
    kept = malloc(12345);
    kept = NULL;
}

int main(void)
{
    struct ash_context *context;
    if (ash_context_create(&(struct ash_context_params){0}, &context) != ASH_OK)
        return 1;
    plant_a_leak();
    ash_context_destroy(context);
    puts("planted");
    return 0;
}
