// Labels: threads
//
// A trace is what Chrome's trace format asks for, whatever is traced and however much of it.
#include "game/base/trace.h"

#include <cjson/cJSON.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

static char path[512];

static cJSON *write_and_parse(void)
{
    snprintf(path, sizeof(path), "%s/trace_test.json", ASH_BINARY_DIR);
    assert_true(trace_write(path));
    trace_end();
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, size, file), size);
    text[size] = '\0';
    fclose(file);
    cJSON *trace = cJSON_Parse(text);
    free(text);
    assert_non_null(trace);
    return trace;
}

static double number(const cJSON *event, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(event, name);
    if (!cJSON_IsNumber(item))
        fail_msg("no number \"%s\" in %s", name, cJSON_PrintUnformatted(event));
    return item->valuedouble;
}

static const char *text(const cJSON *event, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(event, name);
    assert_true(cJSON_IsString(item));
    return item->valuestring;
}

// What the format demands of each kind of event; counts them. Every track of a span has a name.
static void check_schema(const cJSON *trace, int *spans, int *values)
{
    const cJSON *event, *events = cJSON_GetObjectItemCaseSensitive(trace, "traceEvents");
    bool named[64] = {false};
    assert_true(cJSON_IsArray(events));
    *spans = *values = 0;
    cJSON_ArrayForEach(event, events)
    {
        const char *kind = text(event, "ph");
        const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(event, "args");
        assert_true(text(event, "name")[0] != '\0');
        assert_int_equal((int)number(event, "pid"), 1);
        if (strcmp(kind, "M") == 0) {
            if (strcmp(text(event, "name"), "thread_name") == 0) {
                assert_true(text(arguments, "name")[0] != '\0');
                named[(int)number(event, "tid")] = true;
            }
        } else if (strcmp(kind, "X") == 0) {
            assert_true(number(event, "ts") >= 0 && number(event, "dur") >= 0);
            assert_true(named[(int)number(event, "tid")]);
            ++*spans;
        } else {
            assert_string_equal(kind, "C");
            assert_true(number(event, "ts") >= 0);
            number(arguments, "value");
            ++*values;
        }
    }
}

static void a_trace_has_the_schema(void **state)
{
    (void)state;
    int spans, values;
    trace_span(TRACE_FRAME, "nobody listens", NULL, 0, 1);
    assert_false(trace_on());
    assert_true(trace_begin());
    assert_true(trace_on());
    trace_span(TRACE_FRAME, "draw", "sky", 0.5, 0.5125);
    trace_span(TRACE_GPU, "draw", "a \"quoted\\ name\n", 1, 1.5);
    trace_span(TRACE_WORKERS + 7, "generate a column", NULL, 100000, 100000.25);
    trace_value("uploaded KiB", 2, 12.5);
    cJSON *trace = write_and_parse();
    check_schema(trace, &spans, &values);
    assert_int_equal(spans, 3);
    assert_int_equal(values, 1);
    const cJSON *event;
    cJSON_ArrayForEach(event, cJSON_GetObjectItemCaseSensitive(trace, "traceEvents"))
    {
        if (strcmp(text(event, "name"), "draw sky") != 0)
            continue;
        assert_int_equal((int)number(event, "ts"), 500000); // microseconds
        assert_int_equal((int)(number(event, "dur") + 0.5), 12500);
        spans = 0;
    }
    assert_int_equal(spans, 0);
    cJSON_Delete(trace);
}

static void *trace_much(void *argument)
{
    for (int i = 0; i < TRACE_SPANS / 2; i++)
        trace_span(TRACE_WORKERS + *(const uint32_t *)argument, "work", NULL, i, i + 1);
    return NULL;
}

// Four threads trace twice as much as is kept: the newest half is left.
static void the_newest_spans_are_kept(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    uint32_t names[THREADS];
    int spans, values;
    assert_true(trace_begin());
    for (uint32_t i = 0; i < THREADS; i++) {
        names[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, trace_much, &names[i]), 0);
    }
    for (uint32_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    cJSON *trace = write_and_parse();
    check_schema(trace, &spans, &values);
    assert_int_equal(spans, TRACE_SPANS);
    const cJSON *other = cJSON_GetObjectItemCaseSensitive(trace, "otherData");
    assert_int_equal((int)number(other, "spans_dropped"), TRACE_SPANS);
    cJSON_Delete(trace);
}

static void a_trace_that_can_not_be_written_says_so(void **state)
{
    (void)state;
    assert_true(trace_begin());
    assert_false(trace_write("/nowhere/at/all/trace.json"));
    trace_end();
    assert_false(trace_on());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_has_the_schema),
        cmocka_unit_test(the_newest_spans_are_kept),
        cmocka_unit_test(a_trace_that_can_not_be_written_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
