#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make flash without a board: programmers that only write down how they were called, and a folder in place of sysfs. The wanted command
# lines are those of the boards' own documentation. Ends with `N passed, N failed`.
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
tree=$(git rev-parse --show-toplevel)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
equal()
{
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1: '$2', not '$3'"
    fi
}

# A tree of its own, so that bitstreams may be missing.
mkdir -p "$work/tree/constraints" "$work/bin" "$work/usb/1-1"
cp "$tree/constraints/flash.sh" "$work/tree/constraints/"
ln -s "$(command -v bash)" "$(command -v cat)" "$(command -v dirname)" "$(command -v grep)" "$work/bin/"
flash() { PATH=$work/bin SYS_USB=$work/usb "$work/tree/constraints/flash.sh" "$@" >"$work/out" 2>"$work/err"; }
plug()
{
    echo "${1%:*}" >"$work/usb/1-1/idVendor"
    echo "${1#*:}" >"$work/usb/1-1/idProduct"
}
# fake TOOL [LINE-OF---list-boards]
fake()
{
    printf '#!/bin/bash\nif [ "$1" = --list-boards ]; then echo "%s"; exit; fi\necho "$@" >"%s"\nexit ${FAKE_CODE:-0}\n' "${2-}" "$work/called" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}

# board, programmer on USB, tool, its arguments, suffix
while read -r board id tool suffix arguments; do
    path=build/boards/$board/$board.$suffix
    rm -f "$work/called"
    plug "$id"
    flash "$board" --dry-run
    equal "$board: what would run" "$?: $(tail -n 1 "$work/out")" "0: $tool $arguments $path"
    flash "$board"
    equal "$board: no bitstream" "$?: $(cat "$work/err")" "1: flash: there is no $path: make bitstream BOARD=$board"
    mkdir -p "$work/tree/build/boards/$board" && touch "$work/tree/$path"
    flash "$board"
    equal "$board: no $tool" "$?: $(grep -c "there is no $tool here (.*install" "$work/err")" 1:\ 1
    fake "$tool" ecpix5_r03
    plug 1d6b:0002
    flash "$board"
    equal "$board: no board" "$?: $(grep -c "no programmer on USB (.*$id.*" "$work/err")" 3:\ 1
    equal "$board: nothing was written" "$(cat "$work/called" 2>/dev/null)" ""
    plug "$id"
    flash "$board"
    equal "$board: written" "$?: $(cat "$work/called" "$work/err")" "0: $arguments $path"
    FAKE_CODE=9 flash "$board"
    equal "$board: the tool fails" "$?: $(grep -c "$tool failed" "$work/err")" 1:\ 1
    rm -rf "$work/bin/$tool" "$work/tree/build"
    for rule in "$id"; do
        equal "$board: udev rule" "$(grep -c "{idVendor}==\"${rule%:*}\", .*{idProduct}==\"${rule#*:}\"" \
            "$tree/host/udev/71-hilnic-programmers.rules" | tr 2 1)" 1
    done
done <<'BOARDS'
butterstick 1209:5af1 dfu-util bit -d 1209:5af1 -a 0 -R -D
ecpix5 0403:6010 openFPGALoader bit -b ecpix5 -f
ecpix5 0403:6011 openFPGALoader bit -b ecpix5_r03 -f
butterstick-pins 1209:5af1 dfu-util bit -d 1209:5af1 -a 0 -R -D
ecpix5-pins 0403:6011 openFPGALoader bit -b ecpix5_r03
ulx3s 0403:6015 openFPGALoader bit -b ulx3s -f
ecpix5-45f 0403:6010 openFPGALoader bit -b ecpix5 -f
ulx3s-25f 0403:6015 openFPGALoader bit -b ulx3s -f
ulx3s-85f 0403:6015 openFPGALoader bit -b ulx3s -f
tinyfpga-bx 1d50:6130 tinyprog bin -p
BOARDS

mkdir -p "$work/tree/build/boards/ecpix5" && touch "$work/tree/build/boards/ecpix5/ecpix5.bit"
fake openFPGALoader ecpix5
plug 0403:6011
flash ecpix5
equal "an openFPGALoader without R03" "$?: $(grep -c 'does not know ECPIX-5 R03' "$work/err")" 1:\ 1
flash teapot
equal "another board" "$?: $(cat "$work/err")" "2: flash: BOARD takes butterstick, ecpix5 (each also with -pins), ecpix5-45f, ulx3s (12F), ulx3s-25f, ulx3s-85f or tinyfpga-bx, not 'teapot'"
equal "make flash" "$(make -C "$tree" --no-print-directory flash BOARD=ulx3s N=1 2>&1 | tail -n 1)" \
    "openFPGALoader -b ulx3s -f build/boards/ulx3s/ulx3s.bit"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
