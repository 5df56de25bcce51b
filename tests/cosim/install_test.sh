#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make install` into a temporary DESTDIR: what is there, a program built by pkg-config's flags, completion, manual page
# against `hilnic help`, and that `make uninstall` leaves nothing. Ends with `N passed, N failed`.
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dest="$work/a stage" # with a blank
root=$dest/opt/nic
passed=0
failed=0

check() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
        head -n 5 "$work/log"
    fi
}
# equal NAME GOT WANTED
equal() { check "$1: '$2', not '$3'" [ "$2" = "$3" ]; }
place() { make --no-print-directory "$1" PREFIX="${2:-/opt/nic}" DESTDIR="$dest"; }

# ---- what is there ----
for file in hilnic-ndis.pc hilnic.service hilnic-extcap; do ln -sf "$work/$file of root" "build/$file"; done
check install place install
check "what another user's install left is replaced, not written to" [ -z "$(ls "$work" | grep 'of root')" ]
wanted="bin/hilnic
include/hilnic/ndis.h
include/hilnic/ndis_characteristics.h
include/hilnic/ndis_codes.h
include/hilnic/ndis_codes6.h
include/hilnic/ndis_dma.h
include/hilnic/ndis_hardware.h
include/hilnic/ndis_kernel.h
include/hilnic/ndis_lists.h
include/hilnic/ndis_miniport6.h
include/hilnic/ndis_nbl.h
include/hilnic/ndis_pci.h
include/hilnic/ndis_protocol6.h
include/hilnic/ndis_services.h
include/hilnic/ndis_tasks.h
include/hilnic/ndis_types.h
include/hilnic/nic_ndis.h
include/hilnic/nic_ndis_device.h
include/hilnic/nic_platform.h
include/hilnic/nic_script.h
include/hilnic/nic_script6.h
lib/libhilnic-ndis.a
lib/pkgconfig/hilnic-ndis.pc
lib/systemd/system/hilnic.service
lib/udev/rules.d/70-hilnic.rules
lib/udev/rules.d/71-hilnic-programmers.rules
lib/wireshark/extcap/hilnic
share/bash-completion/completions/hilnic
share/man/man8/hilnic.8"
equal "files" "$(cd "$root" && find . -type f | cut -c3- | LC_ALL=C sort)" "$wanted"
equal "files that run" "$(cd "$root" && find . -type f -perm /111 | LC_ALL=C sort | tr '\n' ' ')" "./bin/hilnic ./lib/wireshark/extcap/hilnic "
if command -v systemd-analyze >/dev/null; then
    ln -s "$root/bin" "$work/bin"
    sed "s|/opt/nic/bin|$work/bin|" "$root/lib/systemd/system/hilnic.service" >"$work/hilnic.service"
    equal "the service" "$(systemd-analyze verify --man=no "$work/hilnic.service" 2>&1 | grep hilnic.service)" ""
fi
check "the service's program" grep -qx 'ExecStart=/opt/nic/bin/hilnic up --device usb --name hilnic0' \
    "$root/lib/systemd/system/hilnic.service"
check "what Wireshark calls" grep -qx 'exec /opt/nic/bin/hilnic extcap "$@"' "$root/lib/wireshark/extcap/hilnic"
check "the program runs" timeout 60 "$root/bin/hilnic" info --device soft

# ---- the library by its pkg-config file; a prefix without blanks, as pkg-config splits at them ----
ln -s "$root" "$work/nic"
export PKG_CONFIG_LIBDIR=$work/nic/lib/pkgconfig
flags() { pkg-config --define-variable=prefix="$work/nic" "$@" hilnic-ndis; }
equal "prefix" "$(pkg-config --variable=prefix hilnic-ndis)" /opt/nic
for header in ndis.h nic_ndis.h nic_ndis_device.h nic_platform.h nic_script.h; do
    echo "#include <$header>" >"$work/header.c"
    check "$header alone" gcc -std=c11 -D_GNU_SOURCE -Werror $(flags --cflags) -fsyntax-only "$work/header.c"
done
# The two programs of the library's page, built and run as it says.
readme=host/ndis/README.md
for n in 1 2; do awk -v n=$n '/^```c$/ { on = ++block == n; next } /^```$/ { on = 0 } on' "$readme" >"$work/$n.c"; done
define=$(sed -n 's/^\$ cc -o mirror \(.*\) mirror.c main.c .*/\1/p' "$readme")
check "the page's program compiles" gcc -Wall -Werror -o "$work/mirror" $define "$work/1.c" "$work/2.c" $(flags --cflags --libs)
equal "and says what the page says" "$(timeout 60 "$work/mirror" 2>&1)" "$(sed -n '/^\$ .\/mirror/,/^```/p' "$readme" | sed '1d;$d')"

# ---- completion ----
# complete WORD...: what the last word may become, in one line
complete_line() {
    PATH=$root/bin:$PATH bash -c '
        . "$0/share/bash-completion/completions/hilnic"
        compopt() { :; }
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _hilnic hilnic "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        echo "${COMPREPLY[@]}"' "$root" "$@"
}
equal "rep" "$(complete_line hilnic rep)" replay
equal "help be" "$(complete_line hilnic help be)" bench
equal "replay --s" "$(complete_line hilnic replay --s)" "--seed --speed"
equal "bench --s" "$(complete_line hilnic bench --s)" "--seed --size"
equal "bench --rate" "$(complete_line hilnic bench --rat)" ""
equal "--device" "$(complete_line hilnic info --device "")" "core board:butterstick board:ecpix5 board:ulx3s board:tinyfpga-bx soft null usb"
equal "--mode" "$(complete_line hilnic replay --mode "")" "single array mixed"
equal "--device=so" "$(complete_line hilnic replay --device = so)" soft
equal "--device=" "$(complete_line hilnic replay --device =)" "$(complete_line hilnic replay --device "")"
equal "-r" "$(cd tests/data && complete_line hilnic replay -r htt)" http.pcap

# ---- the manual page has every command and option that help has ----
page=$root/share/man/man8/hilnic.8
commands=$("$root/bin/hilnic" help | sed -n 's/^Commands: //p' | tr -d ',.')
check "help names commands" [ "$(wc -w <<<"$commands")" -gt 7 ]
for command in $commands; do
    check "manual page: $command" grep -q "^\.It Cm $command\b" "$page"
    for option in $("$root/bin/hilnic" help "$command" | grep -oE -e '--[a-z][a-z-]+' | sort -u); do
        check "manual page: $option of $command" grep -qE "^\.It Fl (. , )?-${option#--}\b" "$page"
    done
done

# ---- and away again ----
touch "$root/lib/other"
check uninstall place uninstall
equal "what stays" "$(cd "$dest" && find . -type f)" ./opt/nic/lib/other
check "no empty include directory" [ ! -e "$root/include/hilnic" ]
place install here >"$work/out" 2>"$work/err"
check "a relative PREFIX is refused" [ $? -ne 0 -a ! -e here -a ! -e "${dest}here" ]
check "in one sentence" grep -q "PREFIX must be an absolute path, not 'here'" "$work/err"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
