#include "tests/soak/soak_chance.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "game/base/file.h"

enum { SHADER_LIMIT = 1 << 20, MOST_SHADERS = 64 };

uint32_t soak_below(struct soak_chance *chance, uint32_t limit)
{
    chance->state = chance->state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)((chance->state >> 33) % limit);
}

bool soak_one_in(struct soak_chance *chance, uint32_t count)
{
    return soak_below(chance, count) == 0;
}

// Not Q, which ends a paused game. Panels, screenshots and the pause are rare.
static int key(struct soak_chance *chance)
{
    static const char usual[] = "WWASDCEF159 ";
    static const int held[] = {ASH_KEY_LEFT_SHIFT, ASH_KEY_LEFT_CONTROL};
    static const int rare[] = {ASH_KEY_F1, ASH_KEY_F1 + 1, ASH_KEY_F1 + 2, ASH_KEY_F1 + 3,
                               ASH_KEY_ESCAPE};
    if (soak_one_in(chance, 20))
        return rare[soak_below(chance, 5)];
    return soak_one_in(chance, 6) ? held[soak_below(chance, 2)]
                                  : usual[soak_below(chance, sizeof(usual) - 1)];
}

void soak_input(struct soak_chance *chance, struct input *input)
{
    struct ash_window_event event = {.pressed = soak_below(chance, 3) != 0};
    switch (soak_below(chance, 8)) {
    case 0:
    case 1:
    case 2:
        event.type = ASH_WINDOW_KEY;
        event.code = key(chance);
        chance->keys++;
        break;
    case 3:
    case 4:
        event.type = ASH_WINDOW_MOUSE_BUTTON;
        event.code = (int)soak_below(chance, 3);
        chance->clicks++;
        break;
    case 5:
    case 6:
        event.type = ASH_WINDOW_CURSOR;
        event.x = (double)input->cursor_x + soak_below(chance, 401) - 200;
        event.y = (double)input->cursor_y + soak_below(chance, 101) - 50;
        chance->turns++;
        break;
    default:
        event.type = ASH_WINDOW_SCROLL;
        event.y = (double)soak_below(chance, 3) - 1;
        break;
    }
    input_event(input, &event);
}

// Names end in .glsl or .h.
static uint32_t list(const char *folder, const char *ending, char names[MOST_SHADERS][64])
{
    uint32_t count = 0;
    DIR *listing = opendir(folder);
    for (const struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        size_t length = strlen(entry->d_name), tail = strlen(ending);
        if (length > tail && length < 64 && count < MOST_SHADERS &&
            strcmp(entry->d_name + length - tail, ending) == 0)
            memcpy(names[count++], entry->d_name, length + 1);
    }
    if (listing != NULL)
        closedir(listing);
    return count;
}

bool soak_each_shader(const char *folder, bool (*copy)(const char *name))
{
    char names[MOST_SHADERS][64];
    const char *const endings[] = {".glsl", ".h"};
    uint32_t copied = 0;
    for (int i = 0; i < 2; i++) {
        uint32_t count = list(folder, endings[i], names);
        for (uint32_t j = 0; j < count; j++, copied++)
            if (!copy(names[j]))
                return false;
    }
    return copied > 0;
}

static void save(const char *path, const uint8_t *text, size_t size, const char *tail)
{
    char *both = NULL;
    int length = asprintf(&both, "%.*s%s", (int)size, (const char *)text, tail);
    if (length >= 0)
        (void)file_replace(path, both, (size_t)length);
    free(both);
}

// The tail that was put on before goes: texts do not grow.
void soak_save_shader(struct soak_chance *chance, const char *folder)
{
    char names[MOST_SHADERS][64], path[512], tail[64];
    uint32_t count = list(folder, ".glsl", names);
    if (count == 0)
        return;
    const char *name = names[soak_below(chance, count)];
    bool mends = chance->broken[0] != '\0', breaks = !mends && soak_one_in(chance, 8);
    snprintf(path, sizeof(path), "%s/%s", folder, mends ? chance->broken : name);
    snprintf(tail, sizeof(tail), "//tail %u\n%s", ++chance->saved_shaders,
             breaks ? "no shader\n" : "");
    uint8_t *text = NULL;
    size_t size = 0;
    if (!file_read(path, SHADER_LIMIT, &text, &size))
        return;
    const uint8_t *old = memmem(text, size, "//tail ", 7);
    save(path, text, old != NULL ? (size_t)(old - text) : size, tail);
    free(text);
    chance->broken_shaders += breaks;
    snprintf(chance->broken, sizeof(chance->broken), "%s", breaks ? name : "");
}

void soak_print(const struct soak_chance *chance)
{
    printf("%u keys, %u clicks and %u turns of the head; %u shaders saved, %u of them broken\n",
           chance->keys, chance->clicks, chance->turns, chance->saved_shaders,
           chance->broken_shaders);
}
