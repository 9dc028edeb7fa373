// Labels: gpu
//
// What a machine can lack: each in a process of its own, which finds no loader, no driver, no layer
// or no GPU of that name, and must answer with its result and one exact sentence.
#include "engine/context/context.h"

#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/log.h"

// The child: creates a context as its arguments say and exits with the result.
//
//     --child GPU VALIDATION
static int create_in_child(char **arguments)
{
    const struct ash_context_params params = {
        .gpu = arguments[0],
        .validation = (enum ash_validation)atoi(arguments[1]),
    };
    struct ash_context *context = NULL;
    enum ash_result result = ash_context_create(&params, &context);
    if ((result == ASH_OK) != (context != NULL))
        return 99;
    ash_context_destroy(context);
    return (int)result;
}

struct outcome {
    int result;
    char error[4096]; // what it wrote to standard error
};

// Runs the child with one variable set.
static void run(const char *variable, const char *value, const char *gpu,
                enum ash_validation validation, struct outcome *out)
{
    char number[4];
    int ends[2];
    int status = 0;
    size_t used = 0;
    snprintf(number, sizeof(number), "%d", (int)validation);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (variable != NULL)
            (void)setenv(variable, value, 1);
        execl("/proc/self/exe", "context_missing_test", "--child", gpu, number, (char *)NULL);
        _exit(98);
    }
    close(ends[1]);
    ssize_t count;
    while ((count = read(ends[0], out->error + used, sizeof(out->error) - 1 - used)) > 0)
        used += (size_t)count;
    out->error[used] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    out->result = WEXITSTATUS(status);
}

static char folder[] = "/tmp/ash_missing_XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void without_a_loader(void **state)
{
    (void)state;
    struct outcome outcome;
    // Empty libraries are found first and can't be loaded.
    write_file("libvulkan.so.1", "");
    write_file("libvulkan.so", "");
    run("LD_LIBRARY_PATH", folder, "", ASH_VALIDATION_OFF, &outcome);
    remove_file("libvulkan.so.1");
    remove_file("libvulkan.so");
    assert_int_equal(outcome.result, ASH_ERROR_NO_LOADER);
    assert_string_equal(outcome.error,
                        "ash: error: there is no Vulkan loader (libvulkan.so.1) on this machine; "
                        "install it (Debian: apt install libvulkan1)\n");
}

static void without_a_driver(void **state)
{
    (void)state;
    struct outcome outcome;
    run("VK_DRIVER_FILES", "/nonexistent", "", ASH_VALIDATION_OFF, &outcome);
    assert_int_equal(outcome.result, ASH_ERROR_NO_DRIVER);
    assert_string_equal(outcome.error, "ash: error: there is no Vulkan driver: VK_DRIVER_FILES "
                                       "points to \"/nonexistent\"; unset it\n");
    // The older name of the same variable.
    run("VK_ICD_FILENAMES", "/nonexistent", "", ASH_VALIDATION_OFF, &outcome);
    assert_int_equal(outcome.result, ASH_ERROR_NO_DRIVER);
}

static void without_the_validation_layer(void **state)
{
    (void)state;
    struct outcome outcome;
    run("VK_LAYER_PATH", folder, "", ASH_VALIDATION_IF_PRESENT, &outcome);
    assert_int_equal(outcome.result, ASH_OK);
    assert_string_equal(outcome.error,
                        "ash: warning: the validation layer VK_LAYER_KHRONOS_validation is not "
                        "installed, going on without; install it (Debian: apt install "
                        "vulkan-validationlayers)\n");
    run("VK_LAYER_PATH", folder, "", ASH_VALIDATION_REQUIRED, &outcome);
    assert_int_equal(outcome.result, ASH_ERROR_NO_LAYER);
    assert_string_equal(outcome.error,
                        "ash: error: the validation layer VK_LAYER_KHRONOS_validation is not "
                        "installed; install it (Debian: apt install vulkan-validationlayers)\n");
    run("VK_LAYER_PATH", folder, "", ASH_VALIDATION_OFF, &outcome);
    assert_int_equal(outcome.result, ASH_OK);
    assert_string_equal(outcome.error, "");
}

static void with_a_layer_whose_library_is_missing(void **state)
{
    (void)state;
    struct outcome outcome;
    write_file("layer.json", "{\"file_format_version\": \"1.2.0\", \"layer\": {"
                             "\"name\": \"VK_LAYER_KHRONOS_validation\", \"type\": \"GLOBAL\", "
                             "\"library_path\": \"libno_such_layer.so\", "
                             "\"api_version\": \"1.3.239\", \"implementation_version\": \"1\", "
                             "\"description\": \"A manifest without its library\"}}");
    run("VK_LAYER_PATH", folder, "", ASH_VALIDATION_IF_PRESENT, &outcome);
    assert_int_equal(outcome.result, ASH_OK);
    assert_non_null(strstr(outcome.error, "can't be loaded, going on without"));
    run("VK_LAYER_PATH", folder, "", ASH_VALIDATION_REQUIRED, &outcome);
    assert_int_equal(outcome.result, ASH_ERROR_NO_LAYER);
    assert_non_null(strstr(outcome.error, "can't be loaded; install it"));
    remove_file("layer.json");
}

static void without_a_gpu_of_that_name(void **state)
{
    (void)state;
    struct outcome outcome;
    run(NULL, NULL, "no such gpu", ASH_VALIDATION_OFF, &outcome);
    assert_int_equal(outcome.result, ASH_ERROR_NO_DEVICE);
    const char *start = "ash: error: no GPU is called \"no such gpu\"; give the number or part of "
                        "the name of: 0: ";
    assert_memory_equal(outcome.error, start, strlen(start));
    run(NULL, NULL, "0", ASH_VALIDATION_OFF, &outcome);
    assert_int_equal(outcome.result, ASH_OK);
}

int main(int argument_count, char **arguments)
{
    if (argument_count == 4 && strcmp(arguments[1], "--child") == 0)
        return create_in_child(arguments + 2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_loader),
        cmocka_unit_test(without_a_driver),
        cmocka_unit_test(without_the_validation_layer),
        cmocka_unit_test(with_a_layer_whose_library_is_missing),
        cmocka_unit_test(without_a_gpu_of_that_name),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
