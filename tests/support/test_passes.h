// Small passes for tests: each fills the whole target with one colour, or, where it can't be bound,
// leaves it (stats.failures counts that).
#ifndef TESTS_SUPPORT_TEST_PASSES_H
#define TESTS_SUPPORT_TEST_PASSES_H

#include "engine/render/pass.h"

#include "tests/support/test.h"

// What a test hands to ash_renderer_draw; every pass takes its own part.
struct test_scene {
    float color[4];           // of fill_pass
    float depth;              // of fill_pass; 1 is near
    bool fail_prepare;        // of fill_pass
    float uniform_color[4];   // of uniform_pass
    uint32_t uniforms_wanted; // uniform_pass takes so many of 64 KiB
};

// Fills with color at depth, testing and writing depth.
extern const struct ash_pass_type fill_pass;
// Fills with uniform_color, by a uniform.
extern const struct ash_pass_type uniform_pass;
// Inverts what was drawn before; shows the depth that was written before, as red.
extern const struct ash_pass_type invert_pass;
extern const struct ash_pass_type depth_pass;
// Draws uniform_color to an image of its own, larger than most targets, and that over the whole
// target.
extern const struct ash_pass_type target_pass;

#endif
