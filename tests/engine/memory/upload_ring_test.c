// Labels: valgrind
// The ring's order against a byte map: no piece ever lies on one that is still in use.
#include "engine/memory/upload_ring.h"

#include "tests/support/test.h"

#include <string.h>

#include "engine/bits.h"

static void an_empty_ring_takes_all_of_it(void **state)
{
    (void)state;
    struct ash_upload_ring ring;
    assert_int_equal(ash_upload_ring_init(&ring, 4096, 16), ASH_OK);
    for (uint32_t i = 0; i < 5; i++) {
        struct ash_upload_piece *piece = ash_upload_ring_take(&ring, 4096);
        assert_non_null(piece);
        assert_int_equal(piece->offset, 0);
        assert_null(ash_upload_ring_take(&ring, 1));
        piece->state = ASH_PIECE_DROPPED;
        ash_upload_ring_reclaim(&ring, 0);
        assert_int_equal(ash_upload_ring_used(&ring), 0);
        // From the middle, too: an empty ring starts over.
        piece = ash_upload_ring_take(&ring, 100 * (i + 1));
        piece->state = ASH_PIECE_DROPPED;
        ash_upload_ring_reclaim(&ring, 0);
    }
    assert_null(ash_upload_ring_take(&ring, 4097));
    assert_null(ash_upload_ring_take(&ring, UINT64_MAX));
    ash_upload_ring_finish(&ring);
    assert_null(ring.pieces);
}

static void pieces_come_back_in_order_and_when_their_value_is_reached(void **state)
{
    (void)state;
    struct ash_upload_ring ring;
    assert_int_equal(ash_upload_ring_init(&ring, 1024, 16), ASH_OK);
    struct ash_upload_piece *a = ash_upload_ring_take(&ring, 100);
    struct ash_upload_piece *b = ash_upload_ring_take(&ring, 200);
    struct ash_upload_piece *c = ash_upload_ring_take(&ring, 300);
    assert_int_equal(ash_upload_ring_used(&ring), 112 + 208 + 304);
    b->state = ASH_PIECE_RECORDED;
    b->value = 3;
    c->state = ASH_PIECE_DROPPED;
    ash_upload_ring_reclaim(&ring, 10); // a is open still
    assert_int_equal(ring.count, 3);
    a->state = ASH_PIECE_RECORDED;
    a->value = 4;
    ash_upload_ring_reclaim(&ring, 3);
    assert_int_equal(ring.count, 3);
    ash_upload_ring_reclaim(&ring, 4);
    assert_int_equal(ring.count, 0);
    assert_int_equal(ash_upload_ring_used(&ring), 0);
    ash_upload_ring_finish(&ring);
}

static void a_piece_that_does_not_fit_before_the_end_goes_to_the_beginning(void **state)
{
    (void)state;
    struct ash_upload_ring ring;
    assert_int_equal(ash_upload_ring_init(&ring, 1024, 16), ASH_OK);
    struct ash_upload_piece *first = ash_upload_ring_take(&ring, 400);
    struct ash_upload_piece *second = ash_upload_ring_take(&ring, 400);
    assert_null(ash_upload_ring_take(&ring, 300)); // the beginning is in use
    first->state = ASH_PIECE_DROPPED;
    ash_upload_ring_reclaim(&ring, 0);
    struct ash_upload_piece *third = ash_upload_ring_take(&ring, 300);
    assert_non_null(third);
    assert_int_equal(third->offset, 0);
    assert_null(ash_upload_ring_take(&ring, 97)); // 400 - 304
    struct ash_upload_piece *fourth = ash_upload_ring_take(&ring, 96);
    assert_int_equal(fourth->offset, 304);
    assert_int_equal(ash_upload_ring_used(&ring), 1024);
    second->state = third->state = fourth->state = ASH_PIECE_DROPPED;
    ash_upload_ring_reclaim(&ring, 0);
    assert_int_equal(ash_upload_ring_used(&ring), 0);
    ash_upload_ring_finish(&ring);
}

static void what_was_recorded_in_vain_is_recorded_again(void **state)
{
    (void)state;
    struct ash_upload_ring ring;
    assert_int_equal(ash_upload_ring_init(&ring, 1024, 16), ASH_OK);
    struct ash_upload_piece *open = ash_upload_ring_take(&ring, 16);
    struct ash_upload_piece *noted = ash_upload_ring_take(&ring, 16);
    noted->state = ASH_PIECE_NOTED;
    ash_upload_ring_record(&ring, 7);
    assert_int_equal(open->state, ASH_PIECE_OPEN);
    assert_int_equal(noted->state, ASH_PIECE_RECORDED);
    assert_int_equal(noted->value, 7);
    open->state = ASH_PIECE_NOTED;
    ash_upload_ring_record(&ring, 8);
    assert_int_equal(open->value, 8);
    ash_upload_ring_abandon(&ring, 8);
    assert_int_equal(open->state, ASH_PIECE_NOTED);
    assert_int_equal(noted->state, ASH_PIECE_RECORDED);
    ash_upload_ring_reclaim(&ring, 8);
    assert_int_equal(ring.count, 2);
    ash_upload_ring_record(&ring, 9);
    assert_int_equal(noted->value, 7);
    assert_int_equal(open->value, 9);
    ash_upload_ring_reclaim(&ring, 9);
    assert_int_equal(ring.count, 0);
    ash_upload_ring_finish(&ring);
}

static void there_are_only_so_many_pieces(void **state)
{
    (void)state;
    struct ash_upload_ring ring;
    assert_int_equal(ash_upload_ring_init(&ring, 2 << 20, 16), ASH_OK);
    uint32_t taken = 0;
    while (ash_upload_ring_take(&ring, 1))
        taken++;
    assert_int_equal(taken, 512); // one for each 4 KiB
    ash_upload_ring_finish(&ring);
    assert_int_equal(ash_upload_ring_init(&ring, UINT64_MAX / 2, 16), ASH_ERROR_OUT_OF_HOST_MEMORY);
    assert_null(ring.pieces);
}

static uint32_t random_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

enum { SIZE = 8192, ALIGNMENT = 64 };

// Bytes that nobody has, from a place on, in whole alignments.
static uint32_t free_from(const unsigned char map[SIZE], uint32_t start)
{
    uint32_t end = start;
    while (end < SIZE && map[end] == 0)
        end++;
    return (end - start) / ALIGNMENT * ALIGNMENT;
}

static void mark(unsigned char *map, const struct ash_upload_piece *piece, unsigned char expected)
{
    for (VkDeviceSize i = 0; i < piece->size; i++) {
        assert_int_equal(map[piece->offset + i], expected);
        map[piece->offset + i] = !expected;
    }
}

static void random_use_never_overlaps(void **state)
{
    (void)state;
    struct ash_upload_ring ring;
    unsigned char map[SIZE] = {0};
    uint32_t seed = 1;
    uint64_t value = 0, refused = 0;
    assert_int_equal(ash_upload_ring_init(&ring, SIZE, ALIGNMENT), ASH_OK);
    for (uint32_t step = 0; step < 200000; step++) {
        uint32_t choice = random_number(&seed) % 8;
        if (choice < 4) {
            VkDeviceSize size = 1 + random_number(&seed) % (choice == 0 ? 3000 : 300);
            struct ash_upload_piece *piece = ash_upload_ring_take(&ring, size);
            refused += piece == NULL;
            if (!piece) {
                assert_true(free_from(map, ring.head) < size);
                assert_true(free_from(map, 0) < size);
            } else {
                assert_int_equal(piece->offset % ALIGNMENT, 0);
                assert_true(ash_range_inside(piece->offset, size, SIZE));
                mark(map, piece, 0);
            }
        } else if (choice < 7 && ring.count > 0) {
            struct ash_upload_piece *piece =
                ash_upload_ring_piece(&ring, random_number(&seed) % ring.count);
            if (piece->state == ASH_PIECE_OPEN) {
                piece->state = choice == 4 ? ASH_PIECE_DROPPED : ASH_PIECE_RECORDED;
                piece->value = ++value;
            }
        } else {
            uint64_t completed = value - ash_min_u64(value, random_number(&seed) % 20);
            struct ash_upload_ring before = ring;
            ash_upload_ring_reclaim(&ring, completed);
            for (uint32_t i = 0; i < before.count - ring.count; i++)
                mark(map, ash_upload_ring_piece(&before, i), 1);
        }
        VkDeviceSize used = 0;
        for (uint32_t i = 0; i < ring.count; i++)
            used += ash_align_up(ash_upload_ring_piece(&ring, i)->size, ALIGNMENT);
        assert_in_range(ash_upload_ring_used(&ring), used, SIZE);
    }
    assert_true(refused > 100);
    ash_upload_ring_finish(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_ring_takes_all_of_it),
        cmocka_unit_test(pieces_come_back_in_order_and_when_their_value_is_reached),
        cmocka_unit_test(a_piece_that_does_not_fit_before_the_end_goes_to_the_beginning),
        cmocka_unit_test(what_was_recorded_in_vain_is_recorded_again),
        cmocka_unit_test(there_are_only_so_many_pieces),
        cmocka_unit_test(random_use_never_overlaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
