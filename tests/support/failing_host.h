// Host memory that runs out when a test says so. A program that uses these functions has them
// under engine/memory instead of engine/memory/host.c.
#ifndef TESTS_SUPPORT_FAILING_HOST_H
#define TESTS_SUPPORT_FAILING_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The `nth` request from now (1: the next) and all after it fail; 0: none does.
void failing_host_fail(uint64_t nth);
// The nth alone.
void failing_host_fail_once(uint64_t nth);
// Whether one has failed since.
bool failing_host_failed(void);
// How many requests there were since, and how many bytes ash_host_commit put behind addresses.
uint64_t failing_host_requests(void);
uint64_t failing_host_committed(void);
// What ash_host_alloc handed out and nobody gave back.
uint64_t failing_host_living(void);

#endif
