#!/usr/bin/env bash
# What a document points to is there: files and headings behind links, the files of this project that
# documents and comments name, and, where the text of a link to a source is a name, that name in it.
#
#   links.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
bad=0
links=0
complain() {
    echo "$1"
    bad=$((bad + 1))
}
# The anchors of a document, as they are made from its headings.
anchors() {
    grep -E '^#+ ' "$1" | sed -E 's/^#+ +//' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9_ -]//g; s/ /-/g'
}
mapfile -t documents < <(ls ./*.md docs/*.md)
for document in "${documents[@]}"; do
    while read -r link; do
        links=$((links + 1))
        path=${link%%#*}
        target=$(dirname "$document")/$path
        [ -n "$path" ] || target=$document
        if [ ! -e "$target" ]; then
            complain "$document: there is no $path"
        elif [ "$link" != "$path" ] && ! grep -qxF -- "${link#*#}" <<<"$(anchors "$target")"; then
            complain "$document: $path has no heading #${link#*#}"
        fi
    done < <(grep -oE '\]\([^)]+\)' "$document" | sed 's/^](//; s/)$//' | grep -vE '^[a-z]+:' || true)
done

names=0
while IFS='|' read -r document name path; do
    names=$((names + 1))
    grep -qwF -- "$name" "$(dirname "$document")/$path" 2>/dev/null ||
        complain "$document: $path has no $name"
done < <(grep -oHE '\[`[A-Za-z_ ]+`\]\([^)#]+\.[ch]\)' "${documents[@]}" |
    sed -E 's/^([^:]+):\[`([^`]+)`\]\(([^)]+)\)$/\1|\2|\3/')

folders='(engine|game|examples|shaders|tests|bench|layers|docs|scripts|cmake)'
paths=0
while IFS=: read -r file path; do
    paths=$((paths + 1))
    # From the top or from beside the file; made from a pattern; made by a page (whose block has
    # its name on the fence); or a placeholder.
    [ -e "$path" ] || grep -qxE "\`\`\`[a-z]+ $path" "$file" || [ -e "${file%/*}/$path" ] || [ -e "$path.in" ] || [[ $path == *NAME* ]] ||
        complain "$file names $path, which is not there"
done < <(git ls-files '*.md' '*.c' '*.h' '*.sh' '*.glsl' '*.cmake' '*CMakeLists.txt' 'scripts/*' | grep -v '^docs/seed/' |
    xargs grep -oHE "(^|[^A-Za-z0-9_./}*])$folders/[A-Za-z0-9_/.-]+\.(c|h|md|sh|glsl|cmake|png)\b" |
    sed -E "s#:[^:]?($folders/)#:\1#" | sort -u)
echo "= $links links, $names names in them, $paths names of files, $bad of them to nothing"
[ "$bad" -eq 0 ] && [ "$links" -gt 5 ] && [ "$paths" -gt 100 ]
