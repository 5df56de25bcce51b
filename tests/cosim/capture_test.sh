#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hilnic capture and hilnic extcap from outside: what tshark and tcpdump read in the files, against what was sent and against
# each other's clocks; rotation, filter, snap length; pipes, full disks; Wireshark's side by tshark. Ends with `N passed, N failed`.
. tests/cosim/cli.sh

all=$work/all.pcapng
fields() { tshark -r "$1" -T fields "${@:2}" 2>/dev/null; }
# The frames of one interface in one direction (1 in, 2 out) as hexadecimal.
part() {
    tshark -r "$1" -Y "frame.interface_name == $2 && frame.packet_flags_direction == $3" -w "$work/part.pcapng" 2>/dev/null
    frames "$work/part.pcapng"
}
# apart NAME LEAST MOST A B: how many ns the second time comes after the first.
apart() {
    paste "$4" "$5" | awk -v least="$2" -v most="$3" '
        { ns = ($2 - $1) * 1e9; if (ns < least - 0.5 || ns > most + 0.5) { print "line", NR, ":", $1, $2; exit 1 } }
        END { if (NR < 100) exit 1 }' >"$work/apart"
    local wrong=${PIPESTATUS[1]}
    check "$1: $(head -c 100 "$work/apart")" [ $wrong = 0 ]
}
times() { fields "$all" -Y "frame.interface_name == $1 && frame.packet_flags_direction == $2" -e frame.time_epoch; }

# ---- what was sent is what the host and the wire saw, both ways ----
for name in lengths ping; do
    for device in core $([ $name = lengths ] && echo board:butterstick); do
        check "capture of $name on $device" timeout 120 "$hilnic" capture -q -r "$data/$name.pcap" -w "$all" \
            --mode mixed --device $device --seed "$SEED"
        frames "$data/$name.pcap" >"$work/sent"
        padded <"$work/sent" >"$work/padded"
        check "$name: host out" cmp <(part "$all" host 2) "$work/sent"
        check "$name: wire out" cmp <(part "$all" wire 2) "$work/padded"
        check "$name: wire in" cmp <(part "$all" wire 1) "$work/padded"
        check "$name: host in" cmp <(part "$all" host 1) "$work/padded"
        # The device's stamp of each SFD against the time at which the wire saw it.
        apart "$name on $device: times out" -8 8 <(times wire 2) <(times host 2)
        # A frame is offered to the wire within half a clock of the idle before its preamble; at most a gap comes before that.
        apart "$name on $device: times in" 56 160 <(times wire 1) <(times host 1)
    done
done
check "nanoseconds" sh -c "tshark -r '$all' -T fields -e frame.time_epoch 2>/dev/null | grep -q '\.[0-9]*[1-9]..\$'"
total=$(fields "$all" -e frame.number | wc -l)
check "tcpdump reads it" [ "$(tcpdump -r "$all" 2>/dev/null | wc -l)" = "$total" ]
"$hilnic" capture -q -r "$data/services.pcap" -w "$all"
total=$(fields "$all" -e frame.number | wc -l)
check "frames" [ "$total" = $((4 * $(tshark -r "$data/services.pcap" 2>/dev/null | wc -l))) ]

# ---- what could not be sent ----
perl -e 'print pack("LSSlLLL", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1);
    for (60, 1600) { print pack("LLLL", 1, 0, $_, $_), "\2" x $_ }' >"$work/odd.pcap"
check "unsendable frames are no failure" "$hilnic" capture -q -r "$work/odd.pcap" -w "$work/odd.pcapng"
check "and say why" sh -c "tshark -r '$work/odd.pcapng' -T fields -e frame.len -e frame.comment 2>/dev/null | grep -qx '1600	not sent: NDIS_STATUS_FAILURE'"
check "and are not on the wire" [ "$(fields "$work/odd.pcapng" -Y 'frame.interface_name == wire && frame.len == 1600' | wc -l)" = 0 ]

# ---- filter, snap length, count: tcpdump's, applied to the whole capture, is the judge ----
for expression in udp "not arp and not ip6" "tcp port 80 or icmp" "ether broadcast"; do
    "$hilnic" capture -q -r "$data/services.pcap" -w "$work/some.pcapng" $expression
    check "filter $expression" cmp <(tcpdump -enr "$work/some.pcapng" 2>/dev/null) <(tcpdump -enr "$all" "$expression" 2>/dev/null)
done
check "a filter that lets something through" [ "$(tcpdump -nr "$all" udp 2>/dev/null | wc -l)" -gt 10 ]
"$hilnic" capture -q -r "$data/http.pcap" -w "$work/snap.pcapng" -s 40 -c 25
check "snap" [ "$(fields "$work/snap.pcapng" -e frame.cap_len | sort -u)" = 40 ]
check "snap leaves the length" [ "$(fields "$work/snap.pcapng" -e frame.len | sort -n | tail -n 1)" -gt 60 ]
check "count" [ "$(fields "$work/snap.pcapng" -e frame.number | wc -l)" = 25 ]

# ---- rotation ----
"$hilnic" capture -q -r "$data/iperf.pcap" -w "$work/whole.pcapng"
"$hilnic" capture -q -r "$data/iperf.pcap" -w "$work/r" -C 1
check "rotation by size: several files" [ -e "$work/r" -a -e "$work/r1" -a -e "$work/r2" ]
check "no file much larger" [ -z "$(find "$work" -name 'r*' -size +1050k)" ]
check "rotation loses nothing" cmp <(for f in r r1 r2 r3 r4; do [ ! -e "$work/$f" ] || fields "$work/$f" -e frame.time_epoch -e frame.len; done) \
    <(fields "$work/whole.pcapng" -e frame.time_epoch -e frame.len)
mkdir "$work/ring"
"$hilnic" capture -q -r "$data/iperf.pcap" -w "$work/ring/r" -C 1 -W 2
check "a ring of two" [ "$(ls "$work/ring")" = "r
r1" ]
mkdir "$work/time"
"$hilnic" capture -q -r "$data/ping.pcap" --rate recorded -w "$work/time/t" -G 1
first=$(tshark -r "$data/ping.pcap" -T fields -e frame.time_relative 2>/dev/null | tail -n 1)
check "rotation by time: a file a second of $first" [ "$(ls "$work/time" | wc -l)" -ge 2 -a "$(ls "$work/time" | wc -l)" -le $((${first%.*} + 2)) ]
for f in "$work"/time/t*; do
    check "$(basename "$f") holds a second" [ "$(fields "$f" -e frame.time_relative | sort -n | tail -n 1 | cut -d. -f1)" = 0 ]
done

# ---- pipes ----
check "standard output" [ "$("$hilnic" capture -q -r "$data/services.pcap" -w - | tshark -r - 2>/dev/null | wc -l)" = "$total" ]
mkfifo "$work/fifo"
timeout 20 tshark -r "$work/fifo" 2>/dev/null >"$work/read" &
reader=$!
check "a FIFO" timeout 20 "$hilnic" capture -q -r "$data/services.pcap" -w "$work/fifo"
wait $reader
check "a FIFO: all of it" [ "$(wc -l <"$work/read")" = "$total" ]
{ timeout 60 "$hilnic" capture -q -r "$data/iperf.pcap" -w - 2>"$work/err"; echo $? >"$work/code"; } | head -c 5000 >/dev/null
check "who reads has enough: no error" [ "$(cat "$work/code")" = 0 -a ! -s "$work/err" ]

# ---- full disks ----
refuses 1 "No space left on device" capture -q -r "$data/lengths.pcap" -w /dev/full
(ulimit -f 64; "$hilnic" capture -q -r "$data/iperf.pcap" -w "$work/limited.pcapng" 2>"$work/err")
check "file size limit: exit" [ $? = 1 ]
held=$(fields "$work/limited.pcapng" -e frame.number | wc -l)
check "file size limit: whole frames are kept" [ "$held" -gt 10 ]
check "file size limit: one sentence with their number" [ "$(cat "$work/err")" = "hilnic: $work/limited.pcapng: cannot be written: File too large, it holds the $held frames before." ]
check "file size limit: nothing half written" sh -c "! tshark -r '$work/limited.pcapng' 2>&1 >/dev/null | grep -q 'cut short'"
if mkdir "$work/small" && mount -t tmpfs -o size=64k none "$work/small" 2>/dev/null; then
    refuses 1 "No space left on device, it holds the" capture -q -r "$data/iperf.pcap" -w "$work/small/f"
    check "full disk: nothing half written" sh -c "! tshark -r '$work/small/f' 2>&1 >/dev/null | grep -q 'cut short'"
    umount "$work/small"
fi

# ---- bad input ----
refuses 2 "needs a file" capture
refuses 2 "a model hears only what it sends" capture -w "$work/x"
refuses 1 "No such file" capture -r "$work/nothing" -w "$work/x"
refuses 1 "No such file" capture -r "$data/ping.pcap" -w "$work/nowhere/x"
refuses 2 "filter 'icmp or' is wrong" capture -r "$data/ping.pcap" -w "$work/y" icmp or
check "a wrong filter makes no file" [ ! -e "$work/y" ]
refuses 2 "--snap takes a number from 0 to 65535, not 65536" capture -r x -w y -s 65536
refuses 2 "--megabytes takes a number" capture -r x -w y -C 0
refuses 2 "--files needs --megabytes or --seconds" capture -r "$data/ping.pcap" -w "$work/x" -W 2
refuses 2 "cannot be rotated" capture -r "$data/ping.pcap" -w - -C 1
refuses 3 "no USB device 1234:5678" capture --device usb:1234:5678 -w "$work/x"
refuses 2 "did you mean --snap" capture --snp 3

# ---- extcap: the protocol, then Wireshark's own program ----
check "interfaces" sh -c "'$hilnic' extcap --extcap-interfaces --extcap-version=4.0 | grep -q '^interface {value=hilnic-model}{display='"
check "link type" sh -c "'$hilnic' extcap --extcap-interface hilnic-model --extcap-dlts | grep -qx 'dlt {number=1}{name=EN10MB}{display=Ethernet}'"
check "settings" [ "$("$hilnic" extcap --extcap-interface hilnic-model --extcap-config | grep -c '^arg {number=[01]}{call=--[a-z]*}{display=')" = 2 ]
check "settings of a board" [ "$("$hilnic" extcap --extcap-interface hilnic-usb-A17 --extcap-config | grep -c '^arg ')" = 1 ]
refuses 2 "there is no interface eth0" extcap --extcap-interface eth0 --extcap-dlts
refuses 2 "called by Wireshark" extcap
refuses 2 "--capture needs --fifo" extcap --extcap-interface hilnic-model --capture
refuses 3 "no USB device 1209:0001" extcap --extcap-interface hilnic-usb-nothing --capture --fifo "$work/z"
check "nothing left behind" [ -z "$(ls "$work" | grep '^[xz]$')" ]
export XDG_CONFIG_HOME=$work/config HOME=$work/home
folder=$(tshark -G folders 2>/dev/null | sed -n 's/^Personal Extcap path:[[:space:]]*//p')
mkdir -p "${folder:=$XDG_CONFIG_HOME/wireshark/extcap}"
printf '#!/bin/sh\nexec "%s" extcap "$@"\n' "$(realpath "$hilnic")" >"$folder/hilnic"
chmod 755 "$folder/hilnic"
check "tshark -D shows it" sh -c "tshark -D 2>/dev/null | grep -q 'hilnic-model (hilnic NIC, Verilated model)'"
read_option=extcap.hilnic_model.read:$PWD/$data/services.pcap
timeout 60 tshark -i hilnic-model -o "$read_option" -w "$work/live.pcapng" >"$work/out" 2>&1
check "tshark -i captures from it" cmp <(tcpdump -enr "$work/live.pcapng" 2>/dev/null) <(tcpdump -enr "$all" 2>/dev/null)
timeout 60 tshark -i hilnic-model -o "$read_option" -f udp -w "$work/live.pcapng" >"$work/out" 2>&1
check "with a filter" cmp <(tcpdump -enr "$work/live.pcapng" 2>/dev/null) <(tcpdump -enr "$all" udp 2>/dev/null)

finish
