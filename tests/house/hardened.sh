#!/usr/bin/env bash
# What a release build has against what goes wrong in it: code anywhere in memory (PIE), a stack
# protector, checked string functions (FORTIFY), and tables of addresses that are read-only once the
# program runs (full RELRO).
#
#   hardened.sh PROGRAM-OR-LIBRARY...
set -euo pipefail
bad=0
expect() {
    if ! grep -qE "$2" <<<"$(readelf --wide "$1" "$program")"; then
        echo "$program: no $3"
        bad=$((bad + 1))
    fi
}
for program; do
    expect --file-header 'Type: +DYN' "position-independent code"
    expect --dyn-syms '__stack_chk_fail' "stack protector"
    expect --dyn-syms '__[a-z]+_chk' "checked functions of FORTIFY"
    expect --program-headers 'GNU_RELRO' "RELRO"
    expect --dynamic '\(FLAGS(_1)?\).*(BIND_)?NOW' "immediate binding, the other half of full RELRO"
done
[ "$bad" -eq 0 ]
