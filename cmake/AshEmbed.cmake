# A file as bytes in the program: ash_embed_file(TARGET SYMBOL FILE) defines
#
#     const unsigned char SYMBOL[]; const size_t SYMBOL_size;

function(ash_embed_file target symbol path)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    file(READ ${path} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"// Made by cmake/AshEmbed.cmake.
#include <stddef.h>
extern const unsigned char ${symbol}[];
extern const size_t ${symbol}_size;
const unsigned char ${symbol}[] = {${bytes}};
const size_t ${symbol}_size = sizeof(${symbol});
")
    target_sources(${target} PRIVATE ${output})
endfunction()
