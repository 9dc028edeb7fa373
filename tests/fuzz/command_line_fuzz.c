// A command line: lines are its words. Either it is understood, and every number is in range, or a
// sentence says what is wrong.
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "game/base/options.h"

enum { MOST_WORDS = 64 };

static bool within(float value, double least, double most)
{
    return (double)value >= least && (double)value <= most; // false of NaN
}

static void check_options(const struct options *options)
{
    FUZZ_CHECK(options->frames <= 100000000 && options->radius >= 1 && options->radius <= 64);
    FUZZ_CHECK(options->width >= 16 && options->width <= 16384);
    FUZZ_CHECK(options->height >= 16 && options->height <= 16384);
    FUZZ_CHECK(options->camera >= CAMERA_PLAYER && options->camera <= CAMERA_VIEW);
    FUZZ_CHECK(options->log_level <= ASH_LOG_OFF);
    FUZZ_CHECK(within(options->sensitivity, 0.05f, 20) && within(options->speed, 0, 400));
    FUZZ_CHECK(within(options->field_of_view, 30, 120));
    FUZZ_CHECK(within(options->time_of_day, -1, 1));
    for (int i = 0; i < 5; i++)
        FUZZ_CHECK(within(options->view[i], -1e6, 1e6));
    const char *const texts[] = {options->world,        options->out,   options->bench,
                                 options->trace_memory, options->trace, options->memory_report,
                                 options->gpu,          options->watch, options->record,
                                 options->replay,       options->fault, options->pretend};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        FUZZ_CHECK(texts[i] == NULL || texts[i][0] != '\0');
    FUZZ_CHECK(options->record == NULL || options->replay == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *words[MOST_WORDS + 1] = {NULL};
    int count = 0;
    char program[] = "cinder";
    char *text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    if (size > 0)
        memcpy(text, bytes, size);
    text[size] = '\0';
    words[count++] = program;
    char *rest = text;
    for (char *word; count < MOST_WORDS && (word = strsep(&rest, "\n")) != NULL;)
        words[count++] = word;
    struct options options, before;
    memset(&options, 0xA5, sizeof(options));
    before = options;
    char message[256] = "";
    if (options_parse(count, words, &options, message, sizeof(message))) {
        check_options(&options);
    } else {
        FUZZ_CHECK(message[0] != '\0' && strlen(message) < sizeof(message));
        FUZZ_CHECK(memcmp(&options, &before, sizeof(before)) == 0);
    }
    FUZZ_CHECK(strlen(options_help()) > 1000);
    free(text);
    return 0;
}
