#!/usr/bin/env bash
# The reading order in the README is as long as it says, and so are the game's rooms in docs/game.md,
# within a tenth; every file of the game lies in one of those, and every function that the page names
# is there.
#
#   counts.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
order=$(sed -n '/^## .*reading order/,/^Then follow/p' README.md)
promised=$(grep -oE 'About [0-9,]+ lines' <<<"$order" | tr -dc 0-9)
mapfile -t files < <(grep -oE '\]\([^)]+\.[ch]\)' <<<"$order" | sed 's/^](//; s/)$//')
lines=$(cat "${files[@]}" | wc -l)
echo "= ${#files[@]} files to read, $lines lines, about $promised promised"
lines_of_code() { cat "$@" | grep -vcE '^\s*(//.*)?$'; }
near() { [ $(($1 * 10)) -ge $(($2 * 9)) ] && [ $(($1 * 10)) -le $(($2 * 11)) ]; }
rooms=0 all=0
while IFS='|' read -r _ room _ said _; do
    room=$(grep -oE 'game/[a-z/]*' <<<"$room" | head -n 1)
    is=$(lines_of_code "$room"*.[ch])
    said=$(tr -dc 0-9 <<<"$said")
    near "$is" "$said" || { echo "docs/game.md: $room has $is lines, not $said"; exit 1; }
    rooms=$((rooms + 1)) all=$((all + is))
done < <(grep -E '^\| \[`game/' docs/game.md)
mapfile -t game < <(find game -name '*.[ch]')
[ "$all" -eq "$(lines_of_code "${game[@]}")" ] || { echo "docs/game.md leaves a room of the game out"; exit 1; }
echo "= $rooms rooms of the game, $all lines of code"
for name in $(grep -oE '`[a-z]+(_[a-z0-9]+)+`' docs/game.md | tr -d '`' | sort -u); do
    grep -rqw -- "$name" game shaders bench || { echo "docs/game.md: there is no $name"; exit 1; }
done

[ ${#files[@]} -gt 8 ] && [ $((lines * 10)) -ge $((promised * 9)) ] && [ $((lines * 10)) -le $((promised * 11)) ]
