// Labels: valgrind
//
// A cache of pipelines is believed only where it is whole, the user's own, and this driver's.
#include "game/tools/pipeline_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test.h"

enum { HEADER_SIZE = 56 };

static char folder[256], path[512];
static const VkPhysicalDeviceProperties device = {.vendorID = 0x10de,
                                                  .deviceID = 0x2330,
                                                  .driverVersion = 7,
                                                  .apiVersion = VK_API_VERSION_1_3,
                                                  .pipelineCacheUUID = {1, 2, 3, 4, 5}};
static const uint8_t content[] = "what a driver has compiled, and no multiple of eight bytes";

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s/pipeline-cache-test-XXXXXX", ASH_BINARY_DIR);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/pipelines.bin", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder); // nothing else is left there
}

static void write_good(void)
{
    unlink(path);
    assert_true(pipeline_cache_write(path, &device, content, sizeof(content)));
}

static bool fits(const VkPhysicalDeviceProperties *properties)
{
    size_t size = 1;
    uint8_t *data = pipeline_cache_read(path, properties, &size);
    if (data == NULL) {
        assert_int_equal(size, 0);
        return false;
    }
    assert_int_equal(size, sizeof(content));
    assert_memory_equal(data, content, sizeof(content));
    free(data);
    return true;
}

static void what_fits_is_used(void **state)
{
    (void)state;
    unlink(path);
    assert_false(fits(&device));
    write_good();
    assert_true(fits(&device));
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(status.st_size, HEADER_SIZE + sizeof(content));
}

// Every bit of the file, one after the other.
static void a_flipped_bit_is_found(void **state)
{
    (void)state;
    write_good();
    uint8_t bytes[HEADER_SIZE + sizeof(content)];
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), file), sizeof(bytes));
    for (size_t bit = 0; bit < sizeof(bytes) * 8; bit++) {
        for (int on = 1; on >= 0; on--) {
            bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            rewind(file);
            assert_int_equal(fwrite(bytes, 1, sizeof(bytes), file), sizeof(bytes));
            assert_int_equal(fflush(file), 0);
            if (fits(&device) == (on == 1))
                fail_msg("bit %zu", bit);
        }
    }
    fclose(file);
}

static void a_file_cut_short_or_grown_is_ignored(void **state)
{
    (void)state;
    write_good();
    assert_int_equal(truncate(path, HEADER_SIZE + sizeof(content) + 1), 0);
    assert_false(fits(&device));
    for (off_t length = HEADER_SIZE + sizeof(content) - 1; length >= 0; length--) {
        assert_int_equal(truncate(path, length), 0);
        assert_false(fits(&device));
    }
    // More than the limit is not even read.
    assert_int_equal(truncate(path, (off_t)PIPELINE_CACHE_LIMIT + 1), 0);
    assert_false(fits(&device));
    write_good();
    assert_true(fits(&device));
}

static void another_device_or_driver_is_ignored(void **state)
{
    (void)state;
    write_good();
    VkPhysicalDeviceProperties others[5] = {device, device, device, device, device};
    others[0].vendorID++;
    others[1].deviceID++;
    others[2].driverVersion++;
    others[3].pipelineCacheUUID[VK_UUID_SIZE - 1]++;
    others[4].apiVersion++;
    for (int i = 0; i < 5; i++)
        assert_false(fits(&others[i]));
    assert_true(fits(&device));
}

static void what_others_can_write_is_ignored(void **state)
{
    (void)state;
    static const mode_t modes[] = {0620, 0602, 0666, 0777, 0600, 0644};
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        write_good();
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(fits(&device), i >= 4);
    }
    // A write makes it the user's own again.
    assert_int_equal(chmod(path, 0666), 0);
    assert_true(pipeline_cache_write(path, &device, content, sizeof(content)));
    assert_true(fits(&device));
    if (geteuid() == 0) { // only root can give a file away
        assert_int_equal(chown(path, 1, 1), 0);
        assert_false(fits(&device));
    }
}

static void what_is_no_file_is_ignored(void **state)
{
    (void)state;
    char other[600];
    snprintf(other, sizeof(other), "%s.other", path);
    write_good();
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_false(fits(&device));
    write_good(); // replaces the link, not what it points to
    assert_true(fits(&device));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(other), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(fits(&device));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0); // reading must not wait for a writer
    assert_false(fits(&device));
}

static void too_much_is_not_written(void **state)
{
    (void)state;
    unlink(path);
    uint8_t *data = calloc(1, PIPELINE_CACHE_LIMIT);
    assert_non_null(data);
    assert_false(pipeline_cache_write(path, &device, data, PIPELINE_CACHE_LIMIT));
    free(data);
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_used),
        cmocka_unit_test(a_flipped_bit_is_found),
        cmocka_unit_test(a_file_cut_short_or_grown_is_ignored),
        cmocka_unit_test(another_device_or_driver_is_ignored),
        cmocka_unit_test(what_others_can_write_is_ignored),
        cmocka_unit_test(what_is_no_file_is_ignored),
        cmocka_unit_test(too_much_is_not_written),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
