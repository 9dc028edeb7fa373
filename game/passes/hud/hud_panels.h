// What the HUD says, part by part. Pure: each writes to a canvas.
#ifndef GAME_PASSES_HUD_HUD_PANELS_H
#define GAME_PASSES_HUD_HUD_PANELS_H

#include "game/passes/hud/canvas.h"
#include "game/scene/scene.h"

void hud_crosshair(struct canvas *canvas, const struct scene_hud *hud);
void hud_hotbar(struct canvas *canvas, const struct scene_hud *hud);
void hud_status(struct canvas *canvas, const struct scene_hud *hud);
void hud_shader_error(struct canvas *canvas, const struct scene_hud *hud);
void hud_loading(struct canvas *canvas, const struct scene_hud *hud);
void hud_help(struct canvas *canvas);
void hud_pause(struct canvas *canvas);
void hud_performance(struct canvas *canvas, const struct scene *scene);

#endif
