#!/usr/bin/env bash
# No circles: no two files, and no ring of more, call each other. And no file is longer than 500
# lines.
#
#   circles.sh SOURCE-FOLDER BUILD-FOLDER      (of a debug build: each file is compiled alone)
set -euo pipefail
cd "$1"
# Who calls whom, by the names that object files define and want. Objects outlive their sources.
objects() {
    local object source
    while read -r object; do
        source=${object#"$1/"}
        source=${source%%/*}/${source#*.dir/}
        [ ! -e "${source%.o}" ] || echo "$object"
    done < <(find "$1/engine" "$1/game" "$1/layers" -name '*.c.o')
}
calls=$(objects "$2" | xargs nm -A -g | awk '
    { file = $1; sub(/:.*/, "", file); sub(/.*\.dir\//, "", file) }
    $(NF - 1) == "U" { wanted[file, $NF]; next }
    { home[$NF] = file }
    END {
        for (pair in wanted) {
            split(pair, part, SUBSEP)
            if (part[2] in home && home[part[2]] != part[1])
                print part[1], home[part[2]]
        }
    }' | sort -u)
count=$(wc -l <<<"$calls")
if ! circle=$(tsort <<<"$calls" 2>&1 >/dev/null); then
    echo "files that call each other in a circle:"
    sed -n 's/^tsort: \([^-]\)/    \1/p' <<<"$circle"
    exit 1
fi
long=$(find engine game examples tests layers bench -name '*.[ch]' -exec wc -l {} + |
    awk '$2 != "total" && $1 > 500 { print "    " $2 ": " $1 " lines" }')
if [ -n "$long" ]; then
    printf 'files longer than 500 lines:\n%s\n' "$long"
    exit 1
fi
echo "= $count calls between files, no circle"
[ "$count" -gt 100 ]
