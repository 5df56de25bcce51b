#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A board of the pool: board.sh PLACE BOARD [SERIAL]. Leases it, flashes and examines it on the machine it is plugged into, and gives it back
# whatever happens. Not yet run on a board.
set -eu
place=$1 board=$2 serial=${3:+:1209:0001:$3}
labgrid-client -p "$place" acquire
trap 'labgrid-client -p "$place" release' EXIT
labgrid-client -p "$place" ssh "cd hilnic && make flash BOARD=$board && sleep 5 && build/hilnic doctor --device usb$serial"
