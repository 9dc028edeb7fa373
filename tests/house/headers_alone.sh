#!/usr/bin/env bash
# Every public header compiles alone, as C11, C17, C23 and C++, and takes from Vulkan nothing but
# <vulkan/vulkan_core.h>; a private one (without extern "C") compiles alone as C.
#
#   headers_alone.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
bad=0
count=0
public=0
check() {
    if ! printf "#include \"%s\"\ntypedef int alone;\n" "$header" | timeout 60 "$@" -Wall -Wextra -Wpedantic -Werror -I. \
        -fsyntax-only - ; then
        echo "$header does not compile alone: $*"
        bad=$((bad + 1))
    fi
    count=$((count + 1))
}
for header in $(find engine -name '*.h' | sort); do
    # volk's headers, which private ones include, want this; a public one does without.
    prototypes=-DVK_NO_PROTOTYPES
    grep -q 'extern "C"' "$header" && prototypes=
    for standard in c11 c17 c2x; do
        check gcc -x c -std=$standard $prototypes
    done
    grep -q 'extern "C"' "$header" || continue
    public=$((public + 1))
    if command -v g++ >/dev/null; then
        check g++ -x c++ -std=c++17
    elif command -v clang++-14 >/dev/null; then
        check clang++-14 -x c++ -std=c++17
    fi
    if grep -nE '#include *<(vulkan/vulkan\.h|volk\.h|GLFW|shaderc)' "$header"; then
        echo "$header shows more of the system than <vulkan/vulkan_core.h>"
        bad=$((bad + 1))
    fi
done
echo "$count compilations, $public public headers, $bad bad"
[ "$bad" -eq 0 ] && [ "$public" -gt 15 ]
