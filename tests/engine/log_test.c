// Labels: valgrind threads

#include "engine/log.h"

#include "tests/support/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct heard {
    enum ash_log_level level;
    char line[2048];
    uint32_t count;
    uint32_t inside; // how many calls of the sink are under way
    bool crossed;    // two were
};

static void hear(void *user, enum ash_log_level level, const char *message)
{
    struct heard *heard = user;
    heard->crossed |= heard->inside++ > 0;
    heard->level = level;
    snprintf(heard->line, sizeof(heard->line), "%s", message);
    heard->count++;
    heard->inside--;
}

static int restore(void **state)
{
    (void)state;
    ash_log_set_sink(NULL);
    ash_log_set_level(ASH_LOG_WARNING);
    return 0;
}

static void a_line_reaches_the_sink_formatted(void **state)
{
    (void)state;
    struct heard heard = {0};
    ash_log_set_sink(&(struct ash_log_sink){hear, &heard});
    ash_log(ASH_LOG_ERROR, "%s of %d", "chunk", 3);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.level, ASH_LOG_ERROR);
    assert_string_equal(heard.line, "chunk of 3");
}

static void nothing_in_a_line_steers_a_terminal(void **state)
{
    (void)state;
    struct heard heard = {0};
    char text[257] = "";
    ash_log_set_sink(&(struct ash_log_sink){hear, &heard});
    for (int i = 0; i < 255; i++)
        text[i] = (char)(i + 1);
    ash_log(ASH_LOG_ERROR, "%s", text);
    for (int i = 0; i < 255; i++) {
        bool steers = (i + 1 < ' ' && i + 1 != '\n' && i + 1 != '\t') || i + 1 == 127;
        assert_int_equal(heard.line[i], steers ? '?' : text[i]);
    }
    assert_int_equal(strlen(heard.line), 255);
    ash_log(ASH_LOG_ERROR, "%s",
            "\xC2\x9B"
            "31m \xC2\xA0 \xC3\x9B \xC2"); // CSI, in UTF-8
    assert_string_equal(heard.line, "??31m \xC2\xA0 \xC3\x9B \xC2");
}

static void lines_below_the_level_are_dropped(void **state)
{
    (void)state;
    struct heard heard = {0};
    ash_log_set_sink(&(struct ash_log_sink){hear, &heard});
    for (int level = ASH_LOG_DEBUG; level <= ASH_LOG_OFF; level++) {
        heard.count = 0;
        ash_log_set_level((enum ash_log_level)level);
        for (int line = ASH_LOG_DEBUG; line < ASH_LOG_OFF; line++) {
            ash_log((enum ash_log_level)line, "x");
            assert_int_equal(ash_log_enabled((enum ash_log_level)line), line >= level);
        }
        assert_int_equal(heard.count, ASH_LOG_OFF - level);
    }
    assert_false(ash_log_enabled(ASH_LOG_OFF));
}

static void a_long_line_is_cut_not_lost(void **state)
{
    (void)state;
    struct heard heard = {0};
    char text[3000];
    ash_log_set_sink(&(struct ash_log_sink){hear, &heard});
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    ash_log(ASH_LOG_ERROR, "%s", text);
    assert_int_equal(strlen(heard.line), 1023);
    assert_memory_equal(heard.line, text, 1023);
}

static void *log_many(void *user)
{
    (void)user;
    for (int i = 0; i < 2000; i++)
        ash_log(ASH_LOG_ERROR, "line %d", i);
    return NULL;
}

static void threads_enter_the_sink_one_at_a_time(void **state)
{
    (void)state;
    struct heard heard = {0};
    pthread_t threads[4];
    ash_log_set_sink(&(struct ash_log_sink){hear, &heard});
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_many, NULL), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(heard.count, 8000);
    assert_false(heard.crossed);
}

static void without_a_sink_lines_go_to_standard_error(void **state)
{
    (void)state;
    char line[128] = "";
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stderr);
    int saved = dup(STDERR_FILENO);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    ash_log(ASH_LOG_WARNING, "the sea is %s", "wet");
    fflush(stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(file);
    assert_non_null(fgets(line, sizeof(line), file));
    fclose(file);
    assert_string_equal(line, "ash: warning: the sea is wet\n");
}

static void levels_have_names(void **state)
{
    (void)state;
    assert_string_equal(ash_log_level_name(ASH_LOG_DEBUG), "debug");
    assert_string_equal(ash_log_level_name(ASH_LOG_OFF), "off");
    assert_string_equal(ash_log_level_name((enum ash_log_level)77), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_line_reaches_the_sink_formatted, restore),
        cmocka_unit_test_teardown(nothing_in_a_line_steers_a_terminal, restore),
        cmocka_unit_test_teardown(lines_below_the_level_are_dropped, restore),
        cmocka_unit_test_teardown(a_long_line_is_cut_not_lost, restore),
        cmocka_unit_test_teardown(threads_enter_the_sink_one_at_a_time, restore),
        cmocka_unit_test_teardown(without_a_sink_lines_go_to_standard_error, restore),
        cmocka_unit_test(levels_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
