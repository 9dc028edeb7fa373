#include "game/base/json.h"

#include <string.h>

#include "game/base/file.h"

#include "engine/log.h"

// cJSON's functions answer NULL where memory runs out, and take NULL for what was to be there.
static cJSON *note(struct json *json, cJSON *item)
{
    json->failed |= item == NULL;
    return item;
}

void json_begin(struct json *json)
{
    *json = (struct json){0};
    json->root = note(json, cJSON_CreateObject());
}

void json_number(struct json *json, cJSON *object, const char *name, double value)
{
    note(json, cJSON_AddNumberToObject(object, name, value));
}

void json_text(struct json *json, cJSON *object, const char *name, const char *value)
{
    note(json, cJSON_AddStringToObject(object, name, value));
}

void json_flag(struct json *json, cJSON *object, const char *name, bool value)
{
    note(json, cJSON_AddBoolToObject(object, name, value));
}

// Gives `item` to `parent`, or frees it.
static cJSON *add(struct json *json, cJSON *parent, const char *name, cJSON *item)
{
    bool added = item != NULL && (name != NULL ? cJSON_AddItemToObject(parent, name, item)
                                               : cJSON_AddItemToArray(parent, item));
    if (!added)
        cJSON_Delete(item);
    return note(json, added ? item : NULL);
}

void json_numbers(struct json *json, cJSON *object, const char *name, const double *values,
                  int count)
{
    add(json, object, name, cJSON_CreateDoubleArray(values, count));
}

cJSON *json_object(struct json *json, cJSON *parent, const char *name)
{
    return add(json, parent, name, cJSON_CreateObject());
}

cJSON *json_array(struct json *json, cJSON *object, const char *name)
{
    return add(json, object, name, cJSON_CreateArray());
}

bool json_write(struct json *json, const char *path)
{
    char *text = json->failed ? NULL : cJSON_Print(json->root);
    bool done = text != NULL && file_replace(path, text, strlen(text));
    if (text == NULL)
        ash_log(ASH_LOG_ERROR, "could not write %s: not enough memory; close other programs", path);
    cJSON_free(text);
    cJSON_Delete(json->root);
    *json = (struct json){0};
    return done;
}
