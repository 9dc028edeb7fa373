# cinder_host_faults(TARGET): puts game/tools/faults under what TARGET asks of the C library. Its own calls
# alone: libraries that are shared ask the library itself.
function(cinder_host_faults target)
    pkg_check_modules(SQLITE REQUIRED QUIET IMPORTED_TARGET sqlite3)
    pkg_check_modules(CJSON REQUIRED QUIET IMPORTED_TARGET libcjson)
    set(folder ${PROJECT_SOURCE_DIR}/game/tools/faults)
    target_sources(${target} PRIVATE ${folder}/host_faults.c ${folder}/fault_points.c
                   ${folder}/libraries.c ${folder}/wrap.c)
    target_link_libraries(${target} PRIVATE PkgConfig::SQLITE PkgConfig::CJSON ${CMAKE_DL_LIBS})
    foreach(name malloc calloc realloc aligned_alloc strdup open_memstream mmap mprotect
                 pthread_create open read write close fstat stat access mkdir mkstemp unlink rename
                 renameat2 fopen)
        target_link_options(${target} PRIVATE -Wl,--wrap=${name})
    endforeach()
endfunction()
