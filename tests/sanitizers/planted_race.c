// A race of our own beside a driver that races: ThreadSanitizer has to name it in spite of the
// suppressions.
#include <pthread.h>
#include <stdio.h>

#include "engine/context/context.h"

static int raced;

__attribute__((noinline)) static void *plant_a_race(void *unused)
{
    (void)unused;
    for (int i = 0; i < 1000; i++)
        raced++;
    return NULL;
}

int main(void)
{
    struct ash_context *context;
    if (ash_context_create(&(struct ash_context_params){0}, &context) != ASH_OK)
        return 1;
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, plant_a_race, NULL) != 0)
            return 1;
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    ash_context_destroy(context);
    printf("planted, counted %d\n", raced);
    return 0;
}
