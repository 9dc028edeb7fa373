# Shared by play and test: what is missing is installed, what is old is built. Says nothing where
# nothing is to be done.
#
# Sourced, not run. Sets root (the checkout) and changes to it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
log_folder=$root/build/logs

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# packages_of GROUP...: the lines of these groups of scripts/packages.
packages_of() {
    local group
    for group in "$@"; do
        awk -v group="[$group]" '/^\[/ {inside = ($1 == group); next} inside && NF && !/^#/' \
            "$root/scripts/packages"
    done
}

# probe KIND:WHAT: is it there, on a system that is not Debian's?
probe() {
    local what=${1#*:}
    case $1 in
    command:*) command -v "$what" >/dev/null ;;
    pkg-config:*) pkg-config --exists "$what" 2>/dev/null ;;
    header:*) printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$what" |
        cc -E -x c - >/dev/null 2>&1 ;;
    library:*) ldconfig -p 2>/dev/null | grep -q "$what" ;;
    file:*) [ -e "$what" ] ;;
    esac
}

# need GROUP...: installs what is missing with apt, or names it and stops.
need() {
    local missing=() package check about
    if ! command -v apt-get >/dev/null; then
        while read -r package check about; do
            probe "$check" || missing+=("  $about (Debian: $package; looked for ${check/:/ })")
        done < <(packages_of "$@")
        [ ${#missing[@]} -eq 0 ] && return
        printf '%s\n' "${missing[@]}" >&2
        fail "the ${#missing[@]} things above are missing; install them with this system's package manager and run this again"
    fi
    mapfile -t wanted < <(packages_of "$@" | awk '{print $1}')
    mapfile -t missing < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null |
        awk -v all="${wanted[*]}" '$2 == "installed" {have[$1] = 1}
            END {n = split(all, a, " "); for (i = 1; i <= n; i++) if (!(a[i] in have)) print a[i]}')
    [ ${#missing[@]} -eq 0 ] && return
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "packages are missing and there is no sudo; as root, run: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    export DEBIAN_FRONTEND=noninteractive
    progress "Reading the package lists" apt-lists "${sudo[@]}" apt-get update
    progress "Installing ${#missing[@]} packages" apt-install "${sudo[@]}" \
        env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

# progress TITLE LOG COMMAND...: runs it with its output in build/logs/LOG.log, shows that it goes
# on, and shows the end of the log where it failed. What is done within a second is not mentioned.
progress() {
    local title=$1 log=$log_folder/$2.log began=$SECONDS pid status last i quick=
    shift 2
    mkdir -p "$log_folder"
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    for i in 1 2 3 4 5 6 7 8 9 10; do
        sleep 0.1
        kill -0 "$pid" 2>/dev/null || { quick=yes; break; }
    done
    if [ -n "$quick" ]; then
        :
    elif [ -t 2 ]; then
        while kill -0 "$pid" 2>/dev/null; do
            last=$(tail -c 300 "$log" 2>/dev/null | tr '\r' '\n' | tail -n 1 | cut -c 1-60)
            printf '\r\033[K%s (%d s) %s' "$title" $((SECONDS - began)) "$last" >&2
            sleep 0.3
        done
        printf '\r\033[K' >&2
    else
        printf '%s ...\n' "$title" >&2
    fi
    status=0
    wait "$pid" || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 40 "$log" >&2
        fail "$title failed (exit code $status); the whole output is in $log"
    fi
    [ -n "$quick" ] || printf '%s: done in %d s\n' "$title" $((SECONDS - began)) >&2
}

# configure PRESET SETTING...: a build folder in which these settings hold.
configure() {
    local preset=$1 cache=$root/build/$1/CMakeCache.txt setting name
    shift
    if [ -f "$root/build/$preset/build.ninja" ]; then
        for setting in "$@"; do
            name=${setting#-D}
            grep -q "^${name%%=*}:[A-Z]*=${name#*=}\$" "$cache" || break
            setting=
        done
        [ -z "${setting:-}" ] && return
    fi
    progress "Configuring $preset" "configure-$preset" cmake --preset "$preset" "$@"
}

# build PRESET [TARGET...]: builds what is not up to date.
build() {
    local preset=$1 folder=$root/build/$1
    shift
    progress "Building ${*:-all} ($preset)" "build-$preset" ninja -C "$folder" "$@"
}
