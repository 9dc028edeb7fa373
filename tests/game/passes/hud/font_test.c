// Labels: valgrind
//
// The font that is built in: every printable character has a picture of its own.
#include "game/passes/hud/font.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

extern const unsigned char cinder_font[];
extern const size_t cinder_font_size;

static uint32_t ink(const struct font *font, char character)
{
    uint32_t x, y, sum = 0;
    font_cell(font, character, &x, &y);
    for (uint32_t row = 0; row < font->cell_height; row++) {
        for (uint32_t column = 0; column < font->cell_width; column++)
            sum += font->pixels[(size_t)(y + row) * font->width + x + column];
    }
    return sum;
}

static bool same_picture(const struct font *font, char a, char b)
{
    uint32_t ax, ay, bx, by;
    font_cell(font, a, &ax, &ay);
    font_cell(font, b, &bx, &by);
    for (uint32_t row = 0; row < font->cell_height; row++) {
        if (memcmp(&font->pixels[(size_t)(ay + row) * font->width + ax],
                   &font->pixels[(size_t)(by + row) * font->width + bx], font->cell_width) != 0)
            return false;
    }
    return true;
}

static void every_character_has_its_own_picture(void **state)
{
    (void)state;
    for (uint32_t line = 17; line <= 68; line += 17) {
        struct font font;
        assert_true(font_init(&font, cinder_font, cinder_font_size, line));
        assert_int_equal(font.cell_height, line);
        assert_true(font.cell_width > line / 3 && font.cell_width < line);
        assert_int_equal(ink(&font, ' '), 0);
        for (char a = '!'; a <= '~'; a++) {
            assert_true(ink(&font, a) > 255);
            for (char b = '!'; b < a; b++)
                assert_false(same_picture(&font, a, b));
        }
        font_finish(&font);
        assert_null(font.pixels);
    }
}

static void an_unknown_character_is_a_question_mark(void **state)
{
    (void)state;
    struct font font;
    assert_true(font_init(&font, cinder_font, cinder_font_size, 17));
    uint32_t x, y, unknown_x, unknown_y;
    font_cell(&font, '?', &x, &y);
    font_cell(&font, '\x7f', &unknown_x, &unknown_y);
    assert_true(x == unknown_x && y == unknown_y);
    font_cell(&font, (char)0xE4, &unknown_x, &unknown_y);
    assert_true(x == unknown_x && y == unknown_y);
    font_finish(&font);
}

static void what_is_no_font_is_refused(void **state)
{
    (void)state;
    const uint8_t zeros[64] = {0};
    struct font font;
    assert_false(font_init(&font, zeros, sizeof(zeros), 17));
    assert_null(font.pixels);
    assert_false(font_init(&font, cinder_font, 4, 17));
    font_finish(&font);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_has_its_own_picture),
        cmocka_unit_test(an_unknown_character_is_a_question_mark),
        cmocka_unit_test(what_is_no_font_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
