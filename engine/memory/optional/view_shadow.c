#include "engine/memory/view_shadow.h"

#ifndef NDEBUG

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"
#include "engine/memory/host.h"

// What a view for writing holds before it is written: no zeros, which would look like data.
static const unsigned char unwritten = 0xCD;
static const unsigned char canary = 0xFD;

// How many ended shadows keep their addresses forbidden. They hold no memory, only addresses.
enum { GRAVES = 256 };

static struct {
    pthread_mutex_t mutex;
    struct {
        void *address;
        size_t size;
    } graves[GRAVES];
    size_t next;
} graveyard = {.mutex = PTHREAD_MUTEX_INITIALIZER};

// How large the pieces of a shadow are; all of it follows from the view. The data ends where the
// pages do: sizes of views are multiples of their elements' alignment.
struct layout {
    size_t pages_size; // without the guard page
    size_t front;      // canary before the data
};

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static struct layout layout_of(const struct ash_buffer_view *view)
{
    size_t pages_size = (size_t)ash_align_up(view->size, page_size());
    return (struct layout){.pages_size = pages_size, .front = pages_size - (size_t)view->size};
}

enum ash_result ash_view_shadow_begin(struct ash_buffer_view *view)
{
    struct layout layout = layout_of(view);
    // Reserved addresses are forbidden; only the pages before the guard are opened.
    unsigned char *start = ash_host_reserve(layout.pages_size + page_size());
    if (!start || !ash_host_commit(start, layout.pages_size)) {
        ash_host_release(start, layout.pages_size + page_size());
        ash_log(ASH_LOG_ERROR,
                "No address space for the shadow of a view of %llu bytes of buffer \"%s\"; end "
                "views earlier, or build with NDEBUG",
                (unsigned long long)view->size, view->buffer->name);
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    memset(start, canary, layout.front);
    view->data = start + layout.front;
    if (view->access & ASH_ACCESS_READ)
        memcpy(view->data, view->mapped, (size_t)view->size);
    else
        memset(view->data, unwritten, (size_t)view->size);
    if (!(view->access & ASH_ACCESS_WRITE))
        (void)mprotect(start, layout.pages_size, PROT_READ);
    return ASH_OK;
}

void ash_view_shadow_write_back(const struct ash_buffer_view *view, VkDeviceSize offset,
                                VkDeviceSize size)
{
    memcpy((unsigned char *)view->mapped + offset, (unsigned char *)view->data + offset,
           (size_t)size);
}

static bool is_canary(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != canary)
            return false;
    }
    return true;
}

// Puts the address range into the next grave, and really gives back the one that was there.
static void bury(void *address, size_t size)
{
    pthread_mutex_lock(&graveyard.mutex);
    size_t grave = graveyard.next++ % GRAVES;
    void *old_address = graveyard.graves[grave].address;
    size_t old_size = graveyard.graves[grave].size;
    graveyard.graves[grave].address = address;
    graveyard.graves[grave].size = size;
    pthread_mutex_unlock(&graveyard.mutex);
    ash_host_release(old_address, old_size);
}

void ash_view_shadow_end(struct ash_buffer_view *view)
{
    struct layout layout = layout_of(view);
    unsigned char *start = (unsigned char *)view->data - layout.front;
    bool intact = is_canary(start, layout.front);
    if (!intact)
        ash_log(ASH_LOG_ERROR,
                "Bytes before a view of %llu bytes at %llu of buffer \"%s\" were written while it "
                "was open",
                (unsigned long long)view->size, (unsigned long long)view->offset,
                view->buffer->name);
    ASH_ASSERT_MESSAGE(intact, "writes through a view stay inside it");
    (void)madvise(start, layout.pages_size, MADV_DONTNEED);
    (void)mprotect(start, layout.pages_size, PROT_NONE);
    bury(start, layout.pages_size + page_size());
    view->data = NULL;
}

#else

typedef int ash_view_shadow_is_empty;

#endif
