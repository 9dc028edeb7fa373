# cmake --install: headers, libraries, find_package(AshEngine), pkg-config files, and the game. The
# prefix may be moved afterwards: nothing in it holds its own place.
include(CMakePackageConfigHelpers)

# Public is a header that C++ may include too; the engine's own ones stay here.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} engine/*.h)
foreach(header ${headers})
    file(STRINGS ${header} public REGEX "extern \"C\"|ifndef ASH_API_H")
    if(public)
        get_filename_component(folder ${header} DIRECTORY)
        install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ashengine/${folder})
    endif()
endforeach()

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/AshEngine)
install(EXPORT AshEngine NAMESPACE AshEngine:: FILE AshEngineTargets.cmake
        DESTINATION ${package_folder})
configure_package_config_file(cmake/AshEngineConfig.cmake.in AshEngineConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(AshEngineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/AshEngineConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/AshEngineConfigVersion.cmake cmake/AshShaders.cmake
        DESTINATION ${package_folder})

# ash_pkg_config(NAME DESCRIPTION LIBS REQUIRES PRIVATE-REQUIRES PRIVATE-LIBS)
function(ash_pkg_config name description libs requires private_requires private_libs)
    file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
    configure_file(cmake/ashengine.pc.in ${name}.pc @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
ash_pkg_config(ashengine "${PROJECT_DESCRIPTION}"
               "-lash_render -lash_memory -lash_context -lash_base" "" "" "-ldl -pthread")
ash_pkg_config(ashengine-window "A window for AshEngine, through GLFW"
               -lash_window ashengine glfw3 "")
get_target_property(links ash_shader_compiler ASH_LINKS)
ash_pkg_config(ashengine-shader-compiler "GLSL to SPIR-V at run time, for AshEngine"
               -lash_shader_compiler ashengine "" "${links} -lm")

if(TARGET cinder)
    file(RELATIVE_PATH to_libraries /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
    set_target_properties(cinder PROPERTIES INSTALL_RPATH "\$ORIGIN/${to_libraries}")
    install(TARGETS cinder)
endif()
