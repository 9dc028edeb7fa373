// Counts instructions one by one: the parent steps the child through every operation.
#include "bench/allocator/measure.h"

#if defined(__linux__) && defined(__x86_64__)
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

// What the child tells the parent, in memory that both see.
struct shared {
    volatile uint32_t inside; // an operation is under way
    volatile uint32_t kind;   // 1: a free
    volatile uint32_t failed;
};

static void be_stepped(const struct target_type *type, const struct trace *trace,
                       struct shared *shared)
{
    struct target *target = type->create(trace->slots);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    for (size_t i = 0; i < trace->count && target != NULL && !shared->failed; i++) {
        const struct operation *operation = &trace->operations[i];
        bool frees = (operation->flags & TRACE_FREE) != 0;
        bool good;
        shared->kind = frees;
        raise(SIGSTOP); // the parent steps from here on
        shared->inside = 1;
        good = frees ? type->release(target, operation->slot) : type->alloc(target, operation, 0);
        shared->inside = 0;
        shared->failed = !good;
    }
    shared->failed |= target == NULL;
    _exit(0);
}

// Steps through one operation; answers its instructions, 0 where the child ended.
static uint64_t step_through(pid_t child, struct shared *shared)
{
    uint64_t count = 0;
    int status = 0;
    bool begun = false;
    for (;;) {
        if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0 || waitpid(child, &status, 0) < 0 ||
            !WIFSTOPPED(status))
            return 0;
        if (!shared->inside && begun)
            return count;
        begun = shared->inside;
        count += begun;
    }
}

bool measure_steps(const struct target_type *type, const struct trace *trace, struct stepping *out)
{
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return false;
    pid_t child = fork();
    if (child == 0)
        be_stepped(type, trace, shared);
    uint64_t most[2] = {0}, sums[2] = {0}, counts[2] = {0};
    int status = 0;
    bool good = child > 0;
    while (good && waitpid(child, &status, 0) >= 0 && WIFSTOPPED(status)) {
        uint64_t count = step_through(child, shared);
        if (count == 0)
            break;
        uint32_t kind = shared->kind;
        most[kind] = count > most[kind] ? count : most[kind];
        sums[kind] += count;
        counts[kind]++;
        if (ptrace(PTRACE_CONT, child, NULL, NULL) != 0)
            break;
    }
    good = good && WIFEXITED(status) && !shared->failed && counts[0] != 0;
    if (good)
        *out = (struct stepping){most[0], most[1], (double)sums[0] / (double)counts[0],
                                 counts[1] != 0 ? (double)sums[1] / (double)counts[1] : 0};
    munmap(shared, sizeof(*shared));
    return good;
}

#else

bool measure_steps(const struct target_type *type, const struct trace *trace, struct stepping *out)
{
    (void)type, (void)trace, (void)out;
    return false;
}

#endif
