// A walk that compares everything the allocator keeps with everything else.
//
// Thread-safety: any thread; the allocator is locked meanwhile.
#ifndef ASH_MEMORY_OPTIONAL_CHECK_H
#define ASH_MEMORY_OPTIONAL_CHECK_H

#include "engine/api.h"
#include "engine/memory/allocator.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

// Walks everything and checks every invariant; the first that is broken is logged and the answer
// is false. For tests and for whoever suspects his memory.
ASH_API bool ash_allocator_check(struct ash_allocator *allocator);

#ifdef __cplusplus
}
#endif

#endif
