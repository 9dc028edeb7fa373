// What a snippet in a document or in a header's comment may take for granted: everything public,
// and the usual things under their usual names.
#include <volk.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/context/context.h"
#include "engine/context/debug.h"
#include "engine/context/window.h"
#include "engine/log.h"
#include "engine/memory/allocator.h"
#include "engine/memory/buffer.h"
#include "engine/memory/image.h"
#include "engine/memory/optional/record.h"
#include "engine/memory/optional/report.h"
#include "engine/memory/retire.h"
#include "engine/memory/upload.h"
#include "engine/render/renderer.h"

extern enum ash_result result;
extern struct ash_context *context;
extern struct ash_allocator *allocator;
extern struct ash_upload *upload;
extern struct ash_buffer buffer;
extern struct ash_image image;
extern float vertices[64];
extern FILE *file;
extern void write_to_file(void *user, const void *bytes, size_t size);
