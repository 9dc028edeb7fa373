# A library of the engine: one folder, one target, installed with its public headers.
#
#     ash_library(NAME PATTERN... [EXCEPT FILE...])
#
# makes ash_NAME, which others know as AshEngine::NAME, in this tree as in an installed one. Static,
# or shared with BUILD_SHARED_LIBS.
include(GNUInstallDirs)

function(ash_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "EXCEPT")
    set(sources "")
    if(arg_UNPARSED_ARGUMENTS) # none: all that is in it comes through ash_keep_inside
        file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
             ${arg_UNPARSED_ARGUMENTS})
        list(REMOVE_ITEM sources ${arg_EXCEPT} _)
    endif()
    add_library(ash_${name} ${sources})
    add_library(AshEngine::${name} ALIAS ash_${name})
    ash_target(ash_${name})
    target_include_directories(ash_${name} PUBLIC
                               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/ashengine>)
    set_target_properties(ash_${name} PROPERTIES EXPORT_NAME ${name} VERSION ${PROJECT_VERSION}
                          SOVERSION ${PROJECT_VERSION_MAJOR} INSTALL_RPATH "\$ORIGIN")
    install(TARGETS ash_${name} EXPORT AshEngine)
endfunction()

# What other projects' code is called stays inside ours: ash_keep_inside(TARGET OBJECTS ARCHIVE...)
# links the object library OBJECTS, with what it needs of the archives, into one object whose only
# global names begin with ash_, and adds that object to TARGET. A program may then link the same
# code in another version, or the Vulkan loader beside volk.
#
# A shared library needs none of this: there, visibility and --exclude-libs do it.
# GNU's tools do it, whatever compiles: LLVM's linker can't dissolve groups.
find_program(ASH_LINKER NAMES ld.bfd ld REQUIRED)
find_program(ASH_OBJCOPY NAMES objcopy REQUIRED)
mark_as_advanced(ASH_LINKER ASH_OBJCOPY)
function(ash_keep_inside target objects)
    set(linked ${CMAKE_CURRENT_BINARY_DIR}/${objects}.linked.o)
    set(inside ${CMAKE_CURRENT_BINARY_DIR}/${objects}.inside.o)
    # Groups are dissolved: a program must not replace a C++ template of ours by its own.
    add_custom_command(
        OUTPUT ${inside}
        COMMAND ${ASH_LINKER} -r --force-group-allocation -o ${linked} $<TARGET_OBJECTS:${objects}>
                --start-group ${ARGN} --end-group
        # Statics in C++ templates are "unique", which only becoming weak makes ordinary.
        COMMAND ${ASH_OBJCOPY} --wildcard --weaken-symbol=_ZZ* --weaken-symbol=_ZGV* ${linked}
        COMMAND ${ASH_OBJCOPY} --wildcard --keep-global-symbol=ash_* ${linked} ${inside}
        COMMAND ${CMAKE_COMMAND} -E rm ${linked}
        DEPENDS ${objects} $<TARGET_OBJECTS:${objects}>
        COMMENT "Keeping the names of ${objects} inside ${target}"
        COMMAND_EXPAND_LISTS VERBATIM)
    set_source_files_properties(${inside} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    target_sources(${target} PRIVATE ${inside})
endfunction()
