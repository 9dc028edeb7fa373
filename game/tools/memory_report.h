// A snapshot of device memory as JSON, for people and scripts (--memory-report FILE.json).
//
// {
//   "device": "llvmpipe ...",         the GPU's name
//   "reserved_bytes": 67108864,       in chunks, and in memory of their own
//   "live_bytes": 27787264,           in blocks; what retires among it
//   "largest_free_bytes": 39111392,   the largest block that needs no new chunk
//   "open_views": 703,                of all chunks
//   "retiring_blocks": 2, "retiring_bytes": 8192,
//   "heaps": [{                       those of the device, in its order
//     "size_bytes", "budget_bytes", "used_bytes",  as the driver says; used by this process
//     "reserved_bytes", "live_bytes",              of the allocator
//     "device_local": true }],
//   "chunks": [{
//     "size_bytes", "live_bytes", "free_bytes",    size is live and free together
//     "free_regions", "largest_free_bytes",
//     "memory_type", "heap", "open_views",
//     "dedicated": false,             memory of its own for one block
//     "blocks": [{                    in order of offset
//       "offset", "size_bytes",
//       "label": "terrain detail 0",  as the owner named it
//       "owner": "terrain, near",     as the map's legend has it
//       "land": [7, 0, 2],            x, y, z of the chunk of terrain, where it holds one
//       "retiring": true,             only where it is
//       "age_seconds": 1.5 }]         only where the game saw it come (the memory map was up)
//   }]
// }
#ifndef GAME_TOOLS_MEMORY_REPORT_H
#define GAME_TOOLS_MEMORY_REPORT_H

#include "game/tools/memory_snapshot.h"

// False: it could not be written (logged); what was at `path` is as it was.
bool memory_report_write(const struct memory_snapshot *snapshot, const char *device,
                         const char *path);

#endif
