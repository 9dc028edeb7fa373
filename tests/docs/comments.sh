#!/usr/bin/env bash
# Every public name has a comment: functions, types and macros of the headers that are installed.
#
# A comment above a name holds up to the next empty line, so one may open a group; a comment behind
# it, or on a member of the struct or enum, does as well.
#
#   comments.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
mapfile -t headers < <(grep -rlE --include='*.h' 'extern "C"|ifndef ASH_API_H' engine | sort)
awk '
FNR == 1 { depth = commented = 0; name = "" }
/^#if.*__cplusplus/ { skip = 1 }
skip { skip = !/^#endif/; next }
depth == 0 && /^ *$/ { commented = 0; next }
/^\/\// { commented = 1; next }
/^#define ASH_[A-Z0-9_]*_H$/ { next } # an include guard

# A declaration begins. What it declares: the macro, the first function, or the type.
depth == 0 && name == "" && /^(# *define )?[A-Za-z_]/ {
    line = FNR
    described = commented
    name = $0
    sub(/^# *define /, "", name)
    if (match($0, /ash_[a-z0-9_]+\(/))
        name = substr($0, RSTART, RLENGTH - 1)
    else if (match(name, /^(struct|enum|union) [a-z0-9_]+/) || match(name, /^[A-Z0-9_]+/))
        name = substr(name, 1, RLENGTH)
}
name != "" {
    if (depth == 0 || name ~ /^(struct|enum|union)/)
        described = described || /\/[\/*]/
    code = $0
    sub(/\/\/.*/, "", code)
    depth += gsub(/{/, "{", code) - gsub(/}/, "}", code)
    if (code ~ /\\$/ || depth > 0 || (code !~ /[;}] *$/ && code !~ /^#/ && !macro))
        { macro = code ~ /\\$/; next }
    macro = 0
    if (name !~ /^(extern|__attribute__|enum {)/) {
        names++
        if (!described && ++bad)
            printf "%s:%d: %s has no comment\n", FILENAME, line, name
    }
    name = ""
}
END {
    printf "= %d public names in %d headers, %d without a comment\n", names, ARGC - 1, bad
    exit bad > 0 || names < 100
}' "${headers[@]}"
