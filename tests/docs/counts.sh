#!/usr/bin/env bash
# The reading order in the README is as long as it says, within a tenth.
#
#   counts.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
order=$(sed -n '/^## .*reading order/,/^Then follow/p' README.md)
promised=$(grep -oE 'About [0-9,]+ lines' <<<"$order" | tr -dc 0-9)
mapfile -t files < <(grep -oE '\]\([^)]+\.[ch]\)' <<<"$order" | sed 's/^](//; s/)$//')
lines=$(cat "${files[@]}" | wc -l)
echo "= ${#files[@]} files to read, $lines lines, about $promised promised"
[ ${#files[@]} -gt 8 ] && [ $((lines * 10)) -ge $((promised * 9)) ] && [ $((lines * 10)) -le $((promised * 11)) ]
