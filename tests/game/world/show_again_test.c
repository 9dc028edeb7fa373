// Labels: threads
//
// After the pass has lost everything it is handed the same meshes again, all of them.
#include "game/world/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

enum { RADIUS = 2, SIDE = 16 };

// What a pass would draw: a hash of each chunk's quads, 0 where there is none.
struct drawn {
    uint64_t chunks[SIDE][SIDE][COLUMN_CHUNKS];
    uint32_t count;
};

static uint64_t hash_mesh(const struct mesh *mesh)
{
    uint64_t hash = 14695981039346656037u;
    for (uint32_t i = 0; i < mesh->total; i++)
        hash = (hash ^ mesh->quads[i]) * 1099511628211u;
    return hash;
}

// Takes at most `most` changes.
static void take(struct world *world, struct drawn *drawn, uint32_t most)
{
    struct world_change change;
    for (uint32_t i = 0; i < most && world_next_change(world, &change); i++) {
        uint64_t *place =
            &drawn
                 ->chunks[change.coord.z & (SIDE - 1)][change.coord.x & (SIDE - 1)][change.coord.y];
        assert_true(!change.removed || *place != 0); // nothing is removed that was never drawn
        drawn->count += (change.removed ? 0u : 1u) - (*place != 0 ? 1u : 0u);
        *place = change.removed ? 0 : hash_mesh(change.mesh);
        world_change_done(world);
    }
}

static bool is_complete(struct world *world)
{
    struct world_stats stats;
    world_stats(world, &stats);
    return stats.complete;
}

static void everything_comes_again(void **state)
{
    (void)state;
    static struct drawn first, again;
    struct jobs *jobs = jobs_create(2);
    assert_non_null(jobs);
    struct world *world =
        world_create(&(struct world_params){.seed = 7, .radius = RADIUS, .jobs = jobs});
    assert_non_null(world);
    assert_true(world_complete(world, 0, 0));
    take(world, &first, UINT32_MAX);
    assert_true(is_complete(world) && first.count > 20);

    // Lost when all was drawn, and once more when a part was.
    static const uint32_t lost_after[] = {UINT32_MAX, 7, 0};
    for (size_t i = 0; i < sizeof(lost_after) / sizeof(lost_after[0]); i++) {
        world_show_again(world);
        assert_false(is_complete(world));
        memset(&again, 0, sizeof(again));
        assert_true(world_complete(world, 0, 0));
        take(world, &again, lost_after[i]);
    }
    world_show_again(world);
    memset(&again, 0, sizeof(again));
    assert_true(world_complete(world, 0, 0));
    take(world, &again, UINT32_MAX);
    assert_true(is_complete(world));
    assert_memory_equal(&first, &again, sizeof(first));

    // Removals that waited have nothing to remove: the player is far away, and the pass is new.
    assert_true(world_complete(world, 100000, 0));
    world_show_again(world);
    memset(&again, 0, sizeof(again));
    assert_true(world_complete(world, 100000, 0));
    take(world, &again, UINT32_MAX);
    assert_true(is_complete(world));
    world_destroy(world);
    jobs_destroy(jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(everything_comes_again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
