// Labels: valgrind
//
// The command line: every option's right and wrong values.
#include "game/base/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

enum { MAX_WORDS = 16 };

// Parses a line of words; cut at spaces, so that a test reads like a shell.
static bool parse(const char *line, struct options *out, char message[256])
{
    static char words[1024];
    char *argv[MAX_WORDS];
    int argc = 0;
    snprintf(words, sizeof(words), "cinder %s", line);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(argc < MAX_WORDS);
        argv[argc++] = word;
    }
    message[0] = '\0';
    return options_parse(argc, argv, out, message, 256);
}

static struct options right(const char *line)
{
    struct options options;
    char message[256];
    if (!parse(line, &options, message))
        fail_msg("'%s' was refused: %s", line, message);
    return options;
}

static void wrong(const char *line, const char *said)
{
    struct options options;
    memset(&options, 0x5a, sizeof(options));
    struct options before = options;
    char message[256];
    if (parse(line, &options, message))
        fail_msg("'%s' was taken", line);
    if (strstr(message, said) == NULL)
        fail_msg("'%s' got '%s', which does not say '%s'", line, message, said);
    assert_memory_equal(&options, &before, sizeof(options));
}

static void defaults(void **state)
{
    (void)state;
    struct options options = right("");
    assert_false(options.headless);
    assert_int_equal(options.frames, 0);
    assert_int_equal(options.width, 1280);
    assert_int_equal(options.height, 720);
    assert_int_equal(options.radius, 10);
    assert_int_equal(options.camera, CAMERA_PLAYER);
    assert_true(options.vsync);
    assert_int_equal(options.panels, 0);
    assert_false(options.explain_frame);
    assert_false(options.seed_given);
    assert_true(options.time_of_day < 0);
    assert_int_equal(options.log_level, ASH_LOG_WARNING);
    assert_null(options.world);
}

static void panels_and_reports(void **state)
{
    (void)state;
    struct options options = right("--show memory --show help --explain-frame --trace t.json");
    assert_int_equal(options.panels, 1 << PANEL_MEMORY | 1 << PANEL_HELP);
    assert_true(options.explain_frame);
    assert_string_equal(options.trace, "t.json");
    assert_int_equal(right("--show performance").panels, 1 << PANEL_PERFORMANCE);
    assert_string_equal(right("--memory-report m.json").memory_report, "m.json");
    wrong("--show map", "help, performance or memory");
    wrong("--show", "help, performance or memory");
}

static void headless_defaults(void **state)
{
    (void)state;
    assert_int_equal(right("--headless").frames, 120);
    assert_int_equal(right("--headless").camera, CAMERA_TOUR);
    assert_int_equal(right("--headless --fly").camera, CAMERA_FLY);
    assert_int_equal(right("--headless --ground").camera, CAMERA_GROUND);
    assert_int_equal(right("--headless --record r").camera, CAMERA_PLAYER);
    assert_int_equal(right("--tour").camera, CAMERA_TOUR);
    assert_int_equal(right("--headless --bench b.json").frames, 600);
    assert_int_equal(right("--headless --replay r").frames, 0);
    assert_int_equal(right("--headless --replay r").camera, CAMERA_PLAYER);
}

static void values(void **state)
{
    (void)state;
    struct options options = right("--headless --frames 7 --size 640x360 --seed 4294967295 "
                                   "--radius=3 --world w.db --out o.png");
    assert_int_equal(options.frames, 7);
    assert_int_equal(options.width, 640);
    assert_int_equal(options.height, 360);
    assert_true(options.seed == UINT32_MAX && options.seed_given);
    assert_int_equal(options.radius, 3);
    assert_string_equal(options.world, "w.db");
    assert_string_equal(options.out, "o.png");
    options = right("--gpu llvmpipe --log debug --fov 90 --sensitivity .5 --vsync off --time 6 "
                    "--validate --hash 60");
    assert_string_equal(options.gpu, "llvmpipe");
    assert_int_equal(options.log_level, ASH_LOG_DEBUG);
    assert_true(options.field_of_view == 90.0f && options.sensitivity == 0.5f);
    assert_false(options.vsync);
    assert_true(options.time_of_day == 0.25f);
    assert_true(options.validate);
    assert_int_equal(options.hash_every, 60);
    assert_true(right("--help").help && right("--version").version);
    assert_true(right("--list-gpus").list_gpus && right("--fullscreen").fullscreen);
    assert_true(right("--invert-y").invert_y);
    assert_string_equal(right("--record r").record, "r");
}

static void wrong_values_name_the_option_and_what_it_takes(void **state)
{
    (void)state;
    wrong("--frames 0", "--frames takes a number of frames, 1 or more, not '0'");
    wrong("--frames -1", "--frames takes");
    wrong("--frames 1x", "--frames takes");
    wrong("--frames 99999999999999999999999", "--frames takes");
    wrong("--frames", "--frames takes a number of frames, 1 or more, and got nothing");
    wrong("--size 1280", "--size takes a width and a height");
    wrong("--size x720", "--size takes");
    wrong("--size 1280x", "--size takes");
    wrong("--size 15x15", "--size takes");
    wrong("--size 16385x100", "--size takes");
    wrong("--size 111111111111111111111x1", "--size takes");
    wrong("--seed 4294967296", "--seed takes");
    wrong("--seed=", "--seed takes");
    wrong("--radius 65", "--radius takes");
    wrong("--radius 0", "--radius takes");
    wrong("--log loud", "--log takes debug, info, warning, error or off, not 'loud'");
    wrong("--fov nan", "--fov takes");
    wrong("--fov 121", "--fov takes");
    wrong("--sensitivity inf", "--sensitivity takes");
    wrong("--vsync maybe", "--vsync takes on or off");
    wrong("--time 25", "--time takes");
    wrong("--hash 0", "--hash takes");
    wrong("--out=", "--out takes");
    wrong("--headless=yes", "--headless takes no value");
    wrong("--nonsense", "there is no option '--nonsense'");
    wrong("--head", "there is no option '--head'");
    wrong("stray", "'stray' is not an option");
    wrong("--", "'--' is not an option");
}

static void what_does_not_go_together(void **state)
{
    (void)state;
    wrong("--record a --replay b", "exclude each other");
    wrong("--record a --world w", "--world does not go with --record");
    wrong("--replay a --world w", "--world does not go with --replay");
    wrong("--replay a --seed 1", "--seed does not go with --replay");
}

static void help_names_every_option(void **state)
{
    (void)state;
    static const char *const names[] = {
        "--headless",    "--frames N",   "--size WxH",     "--seed N",     "--radius R",
        "--world FILE",  "--out FILE",   "--tour",         "--fly",        "--ground",
        "--bench FILE",  "--gpu N|NAME", "--list-gpus",    "--validate",   "--log LEVEL",
        "--help",        "--version",    "--record FILE",  "--replay",     "--hash N",
        "--sensitivity", "--fov",        "--vsync on|off", "--fullscreen", "--time",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_non_null(strstr(options_help(), names[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(headless_defaults),
        cmocka_unit_test(panels_and_reports),
        cmocka_unit_test(values),
        cmocka_unit_test(wrong_values_name_the_option_and_what_it_takes),
        cmocka_unit_test(what_does_not_go_together),
        cmocka_unit_test(help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
