#include "engine/memory/optional/record.h"

#include <string.h>

enum {
    IS_FREE = 1,
    IS_OPTIMAL = 2,
    IS_DEDICATED = 4,
    TYPE_SHIFT = 3,
    LONGEST_OPERATION = 1 + 10 + 1 + 10
};
static const char magic[8] = {'A', 'S', 'H', 'M', 'E', 'M', '1', '\n'};

static void flush(struct ash_record *record)
{
    record->write(record->user, record->buffer, record->used);
    record->used = 0;
}

static void put_varint(struct ash_record *record, uint64_t value)
{
    for (; value >= 128; value >>= 7)
        record->buffer[record->used++] = (unsigned char)(value | 128);
    record->buffer[record->used++] = (unsigned char)value;
}

static void observe(void *user, const struct ash_allocator_operation *operation)
{
    struct ash_record *record = user;
    bool frees = operation->type == ASH_OPERATION_FREE;
    ash_lock_acquire(&record->lock);
    if (record->used > ASH_RECORD_BUFFER - LONGEST_OPERATION)
        flush(record);
    record->buffer[record->used++] =
        (unsigned char)((frees ? IS_FREE : 0) | (operation->optimal_image ? IS_OPTIMAL : 0) |
                        (operation->dedicated ? IS_DEDICATED : 0) |
                        operation->memory_type_index << TYPE_SHIFT);
    put_varint(record, operation->slot);
    if (!frees) {
        record->buffer[record->used++] = (unsigned char)__builtin_ctzll(operation->alignment);
        put_varint(record, operation->size);
    }
    ash_lock_release(&record->lock);
}

void ash_record_begin(struct ash_record *record, struct ash_allocator *allocator,
                      ash_record_write write, void *user)
{
    memset(record, 0, sizeof(*record));
    record->write = write;
    record->user = user;
    memcpy(record->buffer, magic, sizeof(magic));
    record->used = sizeof(magic);
    ash_allocator_observe(allocator, observe, record);
}

void ash_record_end(struct ash_record *record, struct ash_allocator *allocator)
{
    ash_allocator_observe(allocator, NULL, NULL);
    flush(record);
}

bool ash_record_read_begin(struct ash_record_reader *reader, const void *bytes, size_t size)
{
    *reader = (struct ash_record_reader){0};
    if (size < sizeof(magic) || memcmp(bytes, magic, sizeof(magic)) != 0)
        return false;
    reader->bytes = (const unsigned char *)bytes + sizeof(magic);
    reader->end = (const unsigned char *)bytes + size;
    return true;
}

static bool get_varint(struct ash_record_reader *reader, uint64_t most, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 63 && reader->bytes < reader->end; shift += 7) {
        unsigned char byte = *reader->bytes++;
        *out |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return *out <= most;
    }
    return false;
}

bool ash_record_read(struct ash_record_reader *reader, struct ash_record_operation *out)
{
    *out = (struct ash_record_operation){0};
    if (reader->broken || reader->bytes == reader->end)
        return false;
    unsigned char head = *reader->bytes++;
    uint64_t slot = 0, size = 0;
    bool frees = (head & IS_FREE) != 0;
    bool good = get_varint(reader, UINT32_MAX - 1, &slot);
    if (good && !frees) {
        good = reader->bytes < reader->end && *reader->bytes < 64;
        if (good)
            out->alignment_log2 = *reader->bytes++;
        good = good && get_varint(reader, UINT64_MAX >> 1, &size) && size > 0;
    }
    reader->broken = !good;
    out->type = frees ? ASH_OPERATION_FREE : ASH_OPERATION_ALLOC;
    out->slot = (uint32_t)slot;
    out->memory_type_index = (uint32_t)head >> TYPE_SHIFT;
    out->optimal_image = (head & IS_OPTIMAL) != 0;
    out->dedicated = (head & IS_DEDICATED) != 0;
    out->size = size;
    return good;
}
