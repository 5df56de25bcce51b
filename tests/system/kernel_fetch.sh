#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Debian's kernel for the kernel tier: `kernel_fetch.sh DIRECTORY` downloads the package and unpacks it there; nothing is installed.
set -eu
mkdir -p "$1"
cd "$1"
image() { apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/^  Depends: //p' | head -n 1; }
if [ -z "$(image)" ]; then # no package lists here
    if [ "$(id -u)" = 0 ]; then apt-get update >/dev/null; else sudo apt-get update >/dev/null; fi
fi
rm -f linux-image-*.deb
apt-get download "$(image)" >/dev/null
dpkg-deb -x linux-image-*.deb .
rm linux-image-*.deb
