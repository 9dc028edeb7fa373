#!/usr/bin/env bash
# Cinder in a real window, played by synthetic keys and mouse under Xvfb and a window manager:
# walks, looks, opens its panels, takes screenshots, is resized, minimised, made fullscreen, digs and
# places, quits, and finds its world again; and plays on where that was damaged.
#
#   window_play.sh CINDER
set -Eeuo pipefail
cinder=$(realpath "$1")
folder=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap finish EXIT
trap 'echo "window_play: stopped at line $LINENO"' ERR
die() {
    echo "window_play: $*"
    cat "$folder"/*.log 2>/dev/null | tail -n 40
    exit 1
}

command -v Xvfb >/dev/null || die "Xvfb is missing: scripts/test installs it"
exec 3<>"$folder/display"
Xvfb -displayfd 3 -screen 0 1280x1024x24 >"$folder/xvfb.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do [ -s "$folder/display" ] && break; sleep 0.1; done
DISPLAY=:$(tr -d '\n' <"$folder/display")
export DISPLAY
openbox >"$folder/openbox.log" 2>&1 &
pids+=($!)
# GLFW 3.3 waits for ever for a window that is mapped while the window manager starts.
for _ in $(seq 100); do xdotool get_num_desktops >/dev/null 2>&1 && break; sleep 0.1; done

export XDG_DATA_HOME=$folder/data XDG_PICTURES_DIR=$folder/pictures HOME=$folder
start() {
    (cd "$folder" && exec "$cinder" --validate --radius 3 --size 640x360 --seed 7 --log info "$@") \
        >>"$folder/cinder.log" 2>&1 &
    game=$!
    pids+=("$game")
    window=
    for _ in $(seq 300); do
        window=$(xdotool search --onlyvisible --name Cinder 2>/dev/null | tail -n 1) || true
        [ -n "$window" ] && break
        kill -0 "$game" 2>/dev/null || die "the game ended before it showed a window"
        sleep 0.1
    done
    [ -n "$window" ] || die "no window"
    xdotool windowfocus --sync "$window" 2>/dev/null || true
    sleep 2
}
alive() {
    kill -0 "$game" 2>/dev/null || die "the game is gone after: $1"
}
key() {
    xdotool key --window 0 "$1"
    sleep 0.3
    alive "$1"
}
# As a person does, through the window manager; or with the key that the pause tells of.
close_window() {
    xdotool key --window 0 alt+F4
    sleep 1
    # It may have closed its window just now, and still be saving.
    xdotool windowquit "$window" 2>/dev/null || true
    wait_for_end
}
quit_by_key() {
    key Escape
    xdotool key --window 0 q
    wait_for_end
}
wait_for_end() {
    for _ in $(seq 200); do kill -0 "$game" 2>/dev/null || break; sleep 0.1; done
    kill -0 "$game" 2>/dev/null && die "the game does not end when it is told to"
    status=0
    wait "$game" || status=$?
    [ "$status" -eq 0 ] || die "exit code $status"
}

start
xdotool mousemove --window "$window" 320 180 click 1
sleep 0.5
alive "a click"
for k in F1 F1 F3 F3 F4 F4 3 e q; do key "$k"; done
xdotool keydown w; sleep 1; xdotool keyup w
xdotool mousemove_relative -- 60 200; sleep 0.3   # look down
xdotool mousedown 1; sleep 2; xdotool mouseup 1   # dig
xdotool click 3; sleep 0.3                        # place
alive "digging and placing"
key F2
xdotool windowsize "$window" 800 500; sleep 1; alive "a resize"
xdotool windowsize "$window" 320 200; sleep 1; alive "a small size"
xdotool windowminimize "$window"; sleep 1; alive "minimising"
xdotool windowmap "$window"; xdotool windowactivate "$window" 2>/dev/null || true; sleep 1
alive "coming back"
key F11; sleep 1; key F11; sleep 1
key Escape; key Escape
close_window
shots=$(find "$folder" -name '*.png' | wc -l)
[ "$shots" -ge 1 ] || die "F2 wrote no screenshot"
world=$(find "$folder" -name '*.db' | head -n 1)
[ -n "$world" ] || die "no saved world"

start
alive "the second start"
quit_by_key

# Damaged, it is left as it is, and one plays without.
printf X | dd of="$world" conv=notrunc status=none
damaged=$(md5sum <"$world")
start
alive "a damaged world"
quit_by_key
grep -q "what is built in it is not saved" "$folder/cinder.log" || die "a damaged world is not told of"
[ "$(md5sum <"$world")" = "$damaged" ] || die "a damaged world was written to"
grep -q "validation:" "$folder/cinder.log" && die "validation messages"
echo "window_play: played three times, $shots screenshot(s), world kept in ${world#"$folder"/}"
