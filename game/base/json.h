// An object of JSON, put together and written to a file. Where memory runs out the calls go on, and
// the last one says so.
//
//     begin  { number  text  flag  numbers  object  array }*  write
#ifndef GAME_BASE_JSON_H
#define GAME_BASE_JSON_H

#include <cjson/cJSON.h>

#include <stdbool.h>

struct json {
    cJSON *root; // owned
    bool failed; // memory ran out
};

void json_begin(struct json *json);
void json_number(struct json *json, cJSON *object, const char *name, double value);
void json_text(struct json *json, cJSON *object, const char *name, const char *value);
void json_flag(struct json *json, cJSON *object, const char *name, bool value);
void json_numbers(struct json *json, cJSON *object, const char *name, const double *values,
                  int count);
// A new one in `parent`, which is an array where `name` is NULL.
cJSON *json_object(struct json *json, cJSON *parent, const char *name);
cJSON *json_array(struct json *json, cJSON *object, const char *name);
// Replaces the file at once or not at all, and frees the object. False: it could not be written
// (logged).
bool json_write(struct json *json, const char *path);

#endif
