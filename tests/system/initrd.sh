#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The kernel tier's initial RAM disk: `initrd.sh OUTPUT UNPACKED_KERNEL HILNIC MODULE...`. Programs with their libraries, modules,
# captures, and kernel_init as /init.
set -eu
output=$1
kernel=$2
hilnic=$3
shift 3
PATH=$PATH:/usr/sbin:/sbin
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/m"
for program in "$(command -v busybox)" "$(command -v lsusb)" "$(command -v usbip)" "$hilnic"; do
    cp -L "$program" "$root/bin/"
    { ldd "$program" 2>/dev/null || true; } | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        cp -L "$library" "$root$library"
    done
done
for module in "$@"; do
    find "$kernel/lib/modules" -name "$module.ko" -exec cp {} "$root/m/" \;
    [ -f "$root/m/$module.ko" ] || { echo "initrd.sh: the kernel has no module $module" >&2; exit 1; }
done
cp tests/system/kernel_init "$root/init"
cp tests/data/lengths.pcap tests/data/iperf.pcap "$root/"
(cd "$root" && find . | cpio -o -H newc 2>/dev/null | gzip -1) >"$output"
