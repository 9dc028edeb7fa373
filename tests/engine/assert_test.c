// Labels: valgrind

#include "engine/assert.h"

#include "tests/support/test.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/log.h"

static jmp_buf landing;
static const char *heard_rule;
static int heard_line;

static void jump_out(const char *rule, const char *file, int line)
{
    assert_non_null(strstr(file, "assert_test.c"));
    heard_rule = rule;
    heard_line = line;
    longjmp(landing, 1);
}

static int restore(void **state)
{
    (void)state;
    ash_assert_set_handler(NULL);
    return 0;
}

static int evaluations;

static int count_up(void)
{
    return ++evaluations;
}

static void a_rule_that_holds_is_silent_and_evaluated_once(void **state)
{
    (void)state;
    evaluations = 0;
    ASH_ASSERT(count_up() == 1);
    ASH_ASSERT_MESSAGE(count_up() == 2, "never said");
    assert_int_equal(evaluations, 2);
}

static void a_broken_rule_is_named_with_its_line(void **state)
{
    (void)state;
    // Volatile, since longjmp may forget what stands in a register.
    volatile int line = 0;
    volatile int size = 3;
    ash_assert_set_handler(jump_out);
    if (setjmp(landing) == 0) {
        line = __LINE__ + 1;
        ASH_ASSERT(size == 4);
        fail_msg("the rule was let pass");
    }
    assert_string_equal(heard_rule, "size == 4");
    assert_int_equal(heard_line, line);
}

static void a_sentence_takes_the_place_of_the_expression(void **state)
{
    (void)state;
    volatile int size = 3;
    ash_assert_set_handler(jump_out);
    if (setjmp(landing) == 0) {
        ASH_ASSERT_MESSAGE(size == 4, "sizes are multiples of four");
        fail_msg("the rule was let pass");
    }
    assert_string_equal(heard_rule, "sizes are multiples of four");
}

static void come_back(const char *rule, const char *file, int line)
{
    (void)rule;
    (void)file;
    (void)line;
}

// Breaks a rule in a process of its own and answers how that ended.
static int end_of_a_broken_rule(ash_assert_handler handler)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGABRT, SIG_DFL);
        ash_log_set_level(ASH_LOG_OFF);
        ash_assert_set_handler(handler);
        ash_assert_fail("rule", __FILE__, __LINE__);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void the_program_ends_even_if_the_handler_returns(void **state)
{
    (void)state;
    int by_default = end_of_a_broken_rule(NULL);
    assert_true(WIFSIGNALED(by_default) && WTERMSIG(by_default) == SIGABRT);
    int by_handler = end_of_a_broken_rule(come_back);
    assert_true(WIFSIGNALED(by_handler) && WTERMSIG(by_handler) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_that_holds_is_silent_and_evaluated_once),
        cmocka_unit_test_teardown(a_broken_rule_is_named_with_its_line, restore),
        cmocka_unit_test_teardown(a_sentence_takes_the_place_of_the_expression, restore),
        cmocka_unit_test(the_program_ends_even_if_the_handler_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
