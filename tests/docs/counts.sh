#!/usr/bin/env bash
# The reading order in the README is as long as it says, and so are the engine's rooms in
# docs/architecture.md and the game's in docs/game.md, within a tenth; every file of both lies in one
# of those, and every function that docs/game.md names is there.
#
#   counts.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
order=$(sed -n '/^## .*reading order/,/^Then follow/p' README.md)
promised=$(grep -oE 'About [0-9,]+ lines' <<<"$order" | tr -dc 0-9)
mapfile -t files < <(grep -oE '\]\([^)]+\.[ch]\)' <<<"$order" | sed 's/^](//; s/)$//')
lines=$(cat "${files[@]}" | wc -l)
echo "= ${#files[@]} files to read, $lines lines, about $promised promised"
lines_of_code() { cat "$@" | grep -vcE '^\s*(//.*)?$' || true; } # grep fails where there are none
near() { [ $(($1 * 10)) -ge $(($2 * 9)) ] && [ $(($1 * 10)) -le $(($2 * 11)) ]; }
in_all() { mapfile -t sources < <(find "$1" -name '*.[ch]') && lines_of_code "${sources[@]}"; }
rooms=0 all=0
while IFS='|' read -r _ room _ read optional _; do
    room=$(grep -oE 'engine/[a-z_]*' <<<"$room")
    mapfile -t core < <(find "$room" -maxdepth 1 -name '*.[ch]')
    mapfile -t rest < <(find "${room%/}/optional" -name '*.[ch]' 2>/dev/null)
    [ "$room" != engine/shader_compiler ] || { rest=("${core[@]}") core=(); }
    is=$(lines_of_code /dev/null "${core[@]}") apart=$(lines_of_code /dev/null "${rest[@]}")
    if ! near "$is" "$(tr -dc 0-9 <<<"$read")" || ! near "$apart" "$(tr -dc 0-9 <<<"$optional")"; then
        echo "docs/architecture.md: $room has $is and $apart lines, not $read and $optional"
        exit 1
    fi
    rooms=$((rooms + 1)) all=$((all + is + apart))
done < <(grep -E '^\| `engine/' docs/architecture.md)
[ "$all" -eq "$(in_all engine)" ] || { echo "docs/architecture.md leaves a room of the engine out"; exit 1; }
echo "= $rooms rooms of the engine, $all lines of code"
rooms=0 all=0
while IFS='|' read -r _ room _ said _; do
    room=$(grep -oE 'game/[a-z/]*' <<<"$room" | head -n 1)
    is=$(lines_of_code "$room"*.[ch])
    said=$(tr -dc 0-9 <<<"$said")
    near "$is" "$said" || { echo "docs/game.md: $room has $is lines, not $said"; exit 1; }
    rooms=$((rooms + 1)) all=$((all + is))
done < <(grep -E '^\| \[`game/' docs/game.md)
[ "$all" -eq "$(in_all game)" ] || { echo "docs/game.md leaves a room of the game out"; exit 1; }
echo "= $rooms rooms of the game, $all lines of code"
for name in $(grep -oE '`[a-z]+(_[a-z0-9]+)+`' docs/game.md | tr -d '`' | sort -u); do
    grep -rqw -- "$name" game shaders bench || { echo "docs/game.md: there is no $name"; exit 1; }
done

[ ${#files[@]} -gt 8 ] && [ $((lines * 10)) -ge $((promised * 9)) ] && [ $((lines * 10)) -le $((promised * 11)) ]
