#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what a make target needs and is missing: `install-tools.sh run|test|formal|...`. Debian packages by name,
# Python packages by pinned version (requirements.txt) into build/venv. Tools already on PATH are used.
set -eu
cd "$(dirname "$0")"

run="gcc g++ make verilator libusb-1.0-0-dev libusbredirparser-dev libpcap-dev libjansson-dev libmicrohttpd-dev zlib1g-dev gcc-riscv64-unknown-elf python3-venv"
test="$run check tshark tcpdump iproute2 iputils-ping curl python3 libumockdev-dev umockdev pkgconf parallel rsync"
swarm="$test openssh-client"
live="$run tshark tcpdump iproute2 iputils-ping curl python3 dnsmasq-base udhcpc iperf3 netcat-openbsd ethtool dropbear-bin systemd udev umockdev procps"
formal="python3-venv berkeley-abc"
gates="$test $formal iverilog"
lint="$test clang clang-format-14 gcc-mingw-w64-x86-64 gcc-mingw-w64-i686 mandoc"
fuzz="$test clang libclang-rt-14-dev"
kernel="$run qemu-system-x86 busybox-static cpio usbip usbutils"
deb="$run build-essential debhelper dpkg-dev lintian man-db pkgconf"
report="$run gnuplot-nox python3"
bench="$test dpdk dpdk-dev valgrind"

want=${1:-test}
case $want in
    run) packages=$run ;;
    test) packages=$test ;;
    formal) packages=$formal ;;
    gates) packages=$gates ;;
    live) packages=$live ;;
    swarm) packages=$swarm ;;
    lint) packages=$lint ;;
    fuzz) packages=$fuzz ;;
    kernel) packages=$kernel ;;
    report) packages=$report ;;
    bench) packages=$bench ;;
    deb) packages=$deb ;;
    all) packages="$test $live $swarm $gates $lint $fuzz $kernel $report $bench $deb" ;;
    *) echo "install-tools.sh: unknown target '$want': run, test, live, swarm, formal, gates, lint, fuzz, kernel, report, bench, deb or all" >&2; exit 2 ;;
esac

missing=
for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null; then
        echo "install-tools.sh: please install these (Debian's names):$missing" >&2
        exit 1
    fi
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    echo "  INSTALL $missing"
    mkdir -p build
    log=build/install.log
    { $as_root apt-get update && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing; } \
        >$log 2>&1 || { tail -n 5 $log >&2; echo "install-tools.sh: apt-get failed, see $log" >&2; exit 1; }
fi

# The models of the boards take the Verilog of SERV from its Python package, and nothing else.
case $want in
    formal | gates | all) cat requirements.txt ;;
    *) grep '^pythondata-cpu-serv==' requirements.txt ;;
esac | {
    mkdir -p build
    cat >build/requirements
    if ! cmp -s requirements.txt build/venv/installed && ! cmp -s build/requirements build/venv/installed; then
        echo "  INSTALL  Python environment: $(grep -c . build/requirements) of requirements.txt"
        [ -x build/venv/bin/python ] || python3 -m venv build/venv
        build/venv/bin/pip install --quiet --disable-pip-version-check -r build/requirements
        cp build/requirements build/venv/installed
    fi
}
