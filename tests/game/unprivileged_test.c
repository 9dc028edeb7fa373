// Labels: gpu window
//
// The program needs no privilege and opens no network: it is played without any, and would be ended
// by the kernel at the first socket that could leave the machine.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/display.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/ash-unprivileged-XXXXXX");
    return mkdtemp(folder) != NULL && setenv("XDG_DATA_HOME", folder, 1) == 0 &&
                   setenv("XDG_CACHE_HOME", folder, 1) == 0
               ? 0
               : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

// Of root, too, whose files stay his: what is started next has no capability.
static bool drop_privileges(void)
{
    for (int capability = 0; capability <= CAP_LAST_CAP && geteuid() == 0; capability++)
        (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); // there are kernels that know fewer
    return (geteuid() != 0 || prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0) == 0) &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

// From now on the process ends with SIGSYS where it makes a socket that is not of this machine.
static bool forbid_network(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog program = {sizeof(steps) / sizeof(steps[0]), steps};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// How a child ends, a program where `words` are given, that may do nothing but play.
static int end_of(char *const *words)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!drop_privileges() || !forbid_network())
            _exit(126);
        if (words != NULL)
            execv(words[0], words);
        else
            (void)socket(AF_INET, SOCK_STREAM, 0);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void what_is_forbidden_is_noticed(void **state)
{
    (void)state;
    int status = end_of(NULL);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
    char *give_away[] = {"/bin/chown", "1:1", folder, NULL};
    status = end_of(give_away);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), 0);
}

static void play(const char *where)
{
    char *words[] = {ASH_BINARY_DIR "/cinder",
                     "--frames",
                     "10",
                     "--size",
                     "160x90",
                     "--radius",
                     "2",
                     "--validate",
                     (char *)where,
                     NULL};
    int status = end_of(words);
    if (WIFSIGNALED(status))
        fail_msg("ended by signal %d", WTERMSIG(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void it_is_played_without_privileges_or_network(void **state)
{
    (void)state;
    play("--headless");
    struct display display;
    assert_true(display_start(&display));
    play("--tour");
    display_stop(&display);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_forbidden_is_noticed),
        cmocka_unit_test(it_is_played_without_privileges_or_network),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
