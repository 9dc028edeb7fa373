#!/usr/bin/env bash
# The engine as others get it: installed static and shared, moved, found by find_package and by
# pkg-config, linked beside the Vulkan loader. And the game, from a prefix, from elsewhere.
#
#   install.sh SOURCE-FOLDER BUILD-FOLDER      (a build without sanitizers)
set -euo pipefail
source=$1 build=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
    echo "install: $*"
    exit 1
}

# prefix KIND BUILD: installs and moves, so that nothing may hold the place it was made for.
prefix() {
    cmake --install "$2" --prefix "$folder/made" >"$folder/install.log"
    mv "$folder/made" "$folder/$1"
}

# Names that a library lends to others, all of them beginning with ash_; the linker's own apart.
exports() {
    local library bad count
    for library in "$folder/$1"/lib/libash_*."$2"; do
        count=$(nm "${@:3}" -g --defined-only "$library" | awk 'NF == 3' | wc -l)
        [ "$count" -gt 1 ] || fail "${library##*/} exports nothing"
        bad=$(nm "${@:3}" -g --defined-only "$library" | awk 'NF == 3 {print $3}' |
            grep -vE '^(ash_|_edata$|_end$|__bss_start$)' || true)
        [ -z "$bad" ] || fail "${library##*/} exports" $bad
    done
}

# Every header that is installed needs nothing that is not.
headers() {
    local header count=0
    while read -r header; do
        echo "#include \"$header\"" | cc -std=c11 -Wall -Wextra -Werror -x c -fsyntax-only \
            -I "$folder/$1/include/ashengine" - || fail "$header does not compile alone"
        count=$((count + 1))
    done < <(cd "$folder/$1/include/ashengine" && find . -name '*.h')
    [ "$count" -gt 15 ] || fail "there are $count headers"
    echo "= $count headers"
}

# run KIND PROGRAM...: none may need the C++ library but the one that compiles shaders.
run() {
    local program
    for program in "$@"; do
        echo "-- $program"
        timeout 60 "$program" || fail "$program failed"
        [ "${program##*/}" = compiles_shader ] && continue
        [[ $(readelf -d "$program") != *libstdc++* ]] || fail "$program links C++"
    done
}

by_find_package() {
    local foreign=$folder/cmake-$1
    cmake -S "$source/tests/install/foreign" -B "$foreign" -G Ninja \
        -DCMAKE_PREFIX_PATH="$folder/$1" >"$folder/cmake.log" || fail "$(cat "$folder/cmake.log")"
    ninja -C "$foreign"
    run "$foreign"/{calls_vulkan,own_device,compiles_shader}
}

# by_pkg_config KIND FLAG: whole programs, compiled and linked by hand.
by_pkg_config() {
    local program package foreign=$folder/pkg-config-$1
    mkdir -p "$foreign"
    for program in calls_vulkan:ashengine own_device:ashengine \
        compiles_shader:ashengine-shader-compiler; do
        package=${program#*:} program=${program%:*}
        # shellcheck disable=SC2046 # words are wanted
        PKG_CONFIG_PATH=$folder/$1/lib/pkgconfig:$folder/$1/lib/$(cc -print-multiarch)/pkgconfig \
            sh -c 'exec "$@" $(pkg-config '"${2:-}"' --cflags --libs '"$package"')' sh \
            cc -std=c11 -o "$foreign/$program" "$source/tests/install/foreign/$program.c" -lvulkan \
            "-Wl,-rpath,$folder/$1/lib"
    done
    run "$foreign"/{calls_vulkan,own_device,compiles_shader}
}

# The game, from a folder that has nothing to do with it.
game() {
    (cd / && timeout 100 "$folder/$1/bin/cinder" --headless --frames 3 --size 160x90 --radius 2 \
        --out "$folder/$1.png") || fail "the game does not run from its prefix"
    [ -s "$folder/$1.png" ] || fail "the game drew nothing"
}

# The laboratory counts the calls of a program that knows nothing of it.
layer() {
    local counted
    counted=$(VK_ADD_LAYER_PATH=$folder/$1/share/vulkan/explicit_layer.d ASH_LAB_COUNT=1 \
        VK_INSTANCE_LAYERS=VK_LAYER_ASH_lab "$folder/cmake-$1/own_device" 2>&1)
    [[ $counted == *"1 vkCreateDevice"* ]] || fail "the layer is not found in its prefix: $counted"
}

prefix static "$build"
exports static a
headers static
by_find_package static
by_pkg_config static --static
layer static
cmake -S "$source/examples" -B "$folder/examples" -G Ninja \
    -DCMAKE_PREFIX_PATH="$folder/static" >"$folder/cmake.log" || fail "$(cat "$folder/cmake.log")"
ninja -C "$folder/examples"
game static

# Kept between runs: only what has changed is built anew.
shared=$build/install-shared
cmake -S "$source" -B "$shared" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
    -DASH_BUILD_EXAMPLES=OFF >"$folder/cmake.log" || fail "$(cat "$folder/cmake.log")"
ninja -C "$shared" -j2 >"$folder/ninja.log" || fail "$(tail -n 40 "$folder/ninja.log")"
prefix shared "$shared"
exports shared so -D
"$source/tests/house/hardened.sh" "$folder"/shared/lib/libash_*.so || fail "a library is not hardened"
by_find_package shared
by_pkg_config shared
game shared
cmp "$folder/static.png" "$folder/shared.png" || fail "static and shared draw different pictures"
echo "= installed static and shared, found in two ways each"
