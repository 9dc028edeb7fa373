#!/usr/bin/env bash
# Every command in a document works: each block fenced with ```sh is run.
#
# It runs in a folder of its own that looks like the checkout, so that what it writes lies in
# nobody's way; cmake alone is run in the checkout. Not run are scripts/play and scripts/test, which
# a clean machine tries, and blocks fenced with a word more, which says why:
#
#     ```sh gpu         wants a GPU
#     ```sh hours       takes long, or wants a quiet machine
#     ```sh packages    installs packages
#     ```sh elsewhere   wants a program or a place that is not here
#
# A command outside a fence, in an indented block, would be run by nobody: that fails as well.
#
#   commands.sh SOURCE-FOLDER      (build/release is built)
set -euo pipefail
source=$(cd "$1" && pwd)
cd "$source"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/checkout" "$folder/home" "$folder/blocks"
for entry in * .clang-format .gitignore; do
    ln -s "$source/$entry" "$folder/checkout/$entry"
done

awk -v folder="$folder/blocks" '
FNR == 1 { inside = 0 }
/^```/ {
    if (inside) close(file)
    else if (/^```sh$/) file = sprintf("%s/%03d", folder, ++count)
    else if (/^```sh (gpu|hours|packages|elsewhere)$/) left_out++
    else if (/^```sh/) { print FILENAME ":" FNR ": " $0 ": no such word"; failed = 1 }
    inside = !inside && /^```sh$/
    if (inside) print "# " FILENAME " line " FNR > file
    next
}
/^    (\$ |\.\/|build\/|scripts\/|cinder |cmake |ctest |ninja |export |[A-Z_]+=[^ ]* )/ && !inside {
    print FILENAME ":" FNR ": a command outside a fence: " $0
    failed = 1
}
inside && !/^ *(\.\/)?scripts\/(play|test)( |$)/ { print > file }
END { print left_out + 0 > (folder ".left_out"); exit failed }' ./*.md docs/*.md

# Of the checkout, not of the folder: a build folder knows where its sources are.
cmake() {
    (cd "$source" && command cmake "$@")
}
export -f cmake
export source
export HOME=$folder/home XDG_CACHE_HOME=$folder/home XDG_DATA_HOME=$folder/home
unset DISPLAY WAYLAND_DISPLAY
count=0
for block in "$folder"/blocks/*; do
    [ -e "$block" ] || continue
    count=$((count + $(grep -cvE '^ *(#|$)' "$block" || true)))
    began=$SECONDS
    if ! (cd "$folder/checkout" && timeout 120 bash -euo pipefail "$block") >"$folder/log" 2>&1 </dev/null; then
        tail -n 30 "$folder/log"
        echo "a command does not work:"
        cat "$block"
        exit 1
    fi
    echo "$(head -n 1 "$block"): $((SECONDS - began)) s"
done
echo "= $count lines of commands run, $(cat "$folder/blocks.left_out") blocks left out"
