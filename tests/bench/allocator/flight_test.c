// A flight over the islands, as Cinder asked for memory in it: 25 seconds at radius 10
// (cinder --headless --fly --frames 1500 --size 64x64 --trace-memory FILE). What it needs is exact.
#include "bench/allocator/measure.h"

#include <string.h>

#include "tests/support/test.h"

#define FLIGHT ASH_SOURCE_DIR "/tests/bench/allocator/flight.ashmem"

static struct trace read_flight(void)
{
    struct trace trace;
    assert_true(trace_read(&trace, FLIGHT));
    return trace;
}

static void the_flight_needs_what_it_needed_before(void **state)
{
    (void)state;
    static struct tightness tightness;
    struct trace trace = read_flight();
    assert_int_equal(trace.count, 4532);
    assert_int_equal(trace.peak_live_bytes, 20709952);
    assert_true(measure_tightness(target_find("ash"), &trace, /*check=*/true, &tightness));
    assert_int_equal(tightness.checked, trace.count);
    assert_int_equal(tightness.peak_live, 20709952);
    assert_int_equal(tightness.peak_reserved, 64 << 20);
    assert_int_equal(tightness.driver_calls, 1);
    assert_int_equal(tightness.kept_bytes, 64 << 20);
    trace_finish(&trace);
}

static void the_plain_algorithm_flies_too(void **state)
{
    (void)state;
    static struct tightness tightness;
    struct trace trace = read_flight();
    assert_true(measure_tightness(target_find("first-fit"), &trace, /*check=*/true, &tightness));
    assert_int_equal(tightness.peak_live, 20709952);
    assert_int_equal(tightness.peak_reserved, 64 << 20);
    trace_finish(&trace);
}

static void what_is_no_record_is_refused(void **state)
{
    (void)state;
    static const unsigned char twice[] = "ASHMEM1\n\x02\x05\x04\x40\x02\x05\x04\x40";
    static const unsigned char large[] = "ASHMEM1\n\x02\x05\x20\x40";
    struct trace trace;
    assert_false(trace_read(&trace, ASH_SOURCE_DIR "/README.md"));
    assert_false(trace_read(&trace, ASH_SOURCE_DIR));
    assert_false(trace_read(&trace, "/nonexistent"));
    assert_false(trace_parse(&trace, "ASHMEM1\n", 8));
    assert_false(trace_parse(&trace, twice, sizeof(twice) - 1));
    assert_false(trace_parse(&trace, large, sizeof(large) - 1));
    assert_null(trace.operations);
    // A slot's number is a name, not a size.
    static const unsigned char far_away[] = "ASHMEM1\n\x02\xfe\xff\xff\xff\x0f\x04\x40";
    assert_true(trace_parse(&trace, far_away, sizeof(far_away) - 1));
    assert_int_equal(trace.slots, 1);
    trace_finish(&trace);
    // A free of what was there before the record is left out.
    static const unsigned char before[] = "ASHMEM1\n\x01\x07\x02\x05\x04\x40\x01\x05";
    assert_true(trace_parse(&trace, before, sizeof(before) - 1));
    assert_int_equal(trace.count, 2);
    assert_int_equal(trace.peak_live_bytes, 64);
    trace_finish(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_flight_needs_what_it_needed_before),
        cmocka_unit_test(the_plain_algorithm_flies_too),
        cmocka_unit_test(what_is_no_record_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
