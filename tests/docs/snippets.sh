#!/usr/bin/env bash
# Every piece of C in a document or in a header's comment compiles.
#
# In documents that is a block fenced with ```c, in headers a run of comment lines, indented by four
# and more, of which one ends with a semicolon. A piece with a brace at the beginning of a line, or
# with an #include at its head, is a file; any other is the body of a function that returns an
# ash_result. Either has tests/docs/prelude.h. A line of dots stands for whatever one likes.
#
# A document whose code a test of its own builds names that test: <!-- built by tests/... -->.
#
#   snippets.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mapfile -t documents < <(ls ./*.md docs/*.md)
mapfile -t headers < <(find engine -name '*.h' | sort)

# Writes FOLDER/N.c for each piece, with lines that lead a compiler's messages to where it stands.
extract='
function finish() {
    if (text == "" || (in_header && !statement)) { text = ""; return }
    file = sprintf("%s/%03d.c", folder, ++count)
    whole = first ~ /^#include/ || text ~ /\n\{/
    print "#include \"tests/docs/prelude.h\"" > file
    if (!whole)
        print "enum ash_result snippet(void);\nenum ash_result snippet(void)\n{" > file
    printf "#line %d \"%s\"%s\n", start, FILENAME, text > file
    if (!whole)
        print "}" > file
    close(file)
    text = ""
}
function add(line) {
    if (text == "") { first = line; start = FNR; statement = 0 }
    if (line ~ /^ *\.\.\./) { match(line, /^ */); line = substr(line, 1, RLENGTH) ";" }
    text = text "\n" line
    if (line ~ /;( *\/\/.*)?$/) statement = 1
}
FNR == 1 { inside = 0; built = 0 }
/^<!-- built by tests\// {
    path = $0
    sub(/.*built by /, "", path)
    sub(/ *-->.*/, "", path)
    if ((getline line < path) < 0) { print FILENAME ": there is no " path; exit 1 }
    built = 1
}
!in_header && /^```/ { if (inside) finish(); inside = !inside && /^```c$/ && !built; next }
!in_header { if (inside) add($0); next }
/^\/\/ ?    / { add(substr($0, 8)); next }
/^\/\/$/ { if (text != "") add(""); next }
{ finish() }
END { finish() }'
awk -v folder="$folder" "$extract" "${documents[@]}"
in_documents=$(find "$folder" -name '*.c' | wc -l)
mkdir "$folder/headers"
awk -v folder="$folder/headers" -v in_header=1 "$extract" "${headers[@]}"
in_headers=$(find "$folder/headers" -name '*.c' | wc -l)

bad=0
for piece in "$folder"/*.c "$folder"/headers/*.c; do
    [ -e "$piece" ] || continue
    timeout 60 cc -std=c11 -D_GNU_SOURCE -DVK_NO_PROTOTYPES -I. -I/usr/include/stb -fsyntax-only \
        -Wall -Wextra -Werror -Wno-unused -Wno-return-type "$piece" || bad=$((bad + 1))
done
echo "= $in_documents pieces of C in documents, $in_headers in headers, $bad do not compile"
[ "$bad" -eq 0 ] && [ "$in_headers" -gt 0 ]
