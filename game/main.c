// Cinder: reads the command line, makes the game, runs it, and says how that went.
//
// Exit codes: 0 done, 1 it failed, 2 wrong usage.
#include <stdio.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "game/base/clock.h"
#include "game/base/options.h"
#include "game/base/report.h"
#include "game/game.h"
#include "game/tools/faults/host_faults.h"
#include "game/tools/lab.h"

#include "engine/context/context.h"
#include "engine/log.h"

static void print_line(void *user, const char *text)
{
    (void)user;
    puts(text);
}

// What was printed is printed only when it has left the buffer: a full disk is a failure, too.
static bool flush_output(void)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return true;
    report_next();
    ash_log(ASH_LOG_ERROR, "could not write to standard output; check where it goes");
    return false;
}

static bool play(const struct options *options)
{
    bool ready =
        lab_switch_on(options) &&
        host_faults_switch_on(options->fault_alloc, options->fault_file, options->fault_count);
    struct game *game = ready ? game_create(options) : NULL;
    bool done = game != NULL && game_run(game);
    done = game_destroy(game) && done;
    uint32_t messages = ash_context_validation_messages(NULL);
    if (options->validate && messages > 0) {
        report_next();
        ash_log(ASH_LOG_ERROR, "the validation layer had %u messages; see above", messages);
        return false;
    }
    return done;
}

// A driver that draws on the CPU takes and frees megabytes in every frame. Left to itself, the C
// library gives them back to the system each time and waits for the pages again: 11 ms of 78.
static void keep_freed_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
#endif
}

int main(int argc, char **argv)
{
    clock_start();
    keep_freed_memory();
    struct options options;
    char message[256];
    if (!options_parse(argc, argv, &options, message, sizeof(message))) {
        fprintf(stderr, "cinder: %s\n", message);
        return 2;
    }
    report_begin(options.log_level);
    bool done = true;
    if (options.help)
        fputs(options_help(), stdout);
    else if (options.version)
        puts("Cinder " CINDER_VERSION);
    else if (options.list_gpus)
        done = ash_context_list_gpus(print_line, NULL) == ASH_OK;
    else
        done = play(&options);
    done = flush_output() && done;
    if (!done && !report_any_error() && options.log_level < ASH_LOG_OFF)
        fprintf(stderr, "cinder: it failed, and nothing has said why; run with --log debug\n");
    return done ? 0 : 1;
}
