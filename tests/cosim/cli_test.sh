#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The command line from outside: shipped captures through the Verilated device, the wire's bytes against tshark, and every
# kind of bad input with its exit code and its one sentence. Ends with `N passed, N failed`.
. tests/cosim/cli.sh

# ---- every capture, every mode ----
for capture in "$data"/*.pcap; do
    name=$(basename "$capture" .pcap)
    count=$(tshark -r "$capture" 2>/dev/null | wc -l)
    if timeout 300 "$hilnic" replay -r "$capture" -w "$work/wire.pcap" --mode mixed --seed "$SEED" --json >"$work/json" 2>"$work/err"; then
        pass
    else
        fail "replay of $name: $(cat "$work/err" "$work/json")"
    fi
    for key in frames_read sent completed_ok wire_frames; do
        check "$name: $key" [ "$(value $key)" = "$count" ]
    done
    for key in completed_error rejected lost duplicated out_of_order wire_mismatches; do
        check "$name: $key" [ "$(value $key)" = 0 ]
    done
    for key in interrupts model_ns; do
        check "$name: $key" [ "$(value $key)" -gt 0 ]
    done
    check "$name: seed" [ "$(value seed)" = "$SEED" ]
    frames "$capture" | padded >"$work/sent"
    frames "$work/wire.pcap" >"$work/seen"
    check "$name: tshark sees on the wire what was sent" cmp "$work/sent" "$work/seen"
    check "$name: tshark saw frames" [ "$(wc -l <"$work/seen")" = "$count" ]
    rm -f "$work/wire.pcap"
done
check "nanosecond times" sh -c "'$hilnic' replay -r $data/lengths.pcap -w '$work/w.pcap' && [ \"\$(od -An -tx4 -N4 '$work/w.pcap' | tr -d ' ')\" = a1b23c4d ]"
for mode in single array; do
    for device in core soft board:butterstick; do
        check "$mode on $device" timeout 120 "$hilnic" replay -r "$data/lengths.pcap" --mode $mode --device $device
    done
done
"$hilnic" replay -r "$data/lengths.pcap" --mode single --json >"$work/json" 2>/dev/null
check "single uses NdisSend" [ "$(value ndis_send)" = 297 -a "$(value ndis_send_packets)" = 0 ]
"$hilnic" replay -r "$data/lengths.pcap" --mode array --json >"$work/json" 2>/dev/null
check "array uses NdisSendPackets" [ "$(value ndis_send)" = 0 -a "$(value ndis_send_packets)" -gt 0 ]

# ---- the same again, and recorded distances ----
run() { "$hilnic" replay -r "$data/lengths.pcap" --mode mixed --seed "$1" --json 2>/dev/null >"$work/json" && value hash; }
first=$(run "$SEED")
check "equal seeds, equal runs" [ "$first" = "$(run "$SEED")" ]
check "other seed, other run" [ "$first" != "$(run $((SEED + 1)))" ]
"$hilnic" replay -r "$data/ping.pcap" --rate recorded -w "$work/wire.pcap" --json >"$work/json" 2>/dev/null
check "recorded rate: exit" [ $? = 0 ]
tshark -r "$data/ping.pcap" -T fields -e frame.time_relative 2>/dev/null >"$work/a"
tshark -r "$work/wire.pcap" -T fields -e frame.time_relative 2>/dev/null >"$work/b"
check "recorded rate: within 1 ms" sh -c "paste '$work/a' '$work/b' | awk '{ d = \$1 - \$2; if (d > 0.001 || d < -0.001) exit 1 } END { if (NR < 300) exit 1 }'"

# ---- frames that no Ethernet carries ----
perl - "$work" <<'PL'
my $work = shift;
sub put {
    my ($name, $frames, %o) = @_;
    my $data = pack("LSSlLLL", 0xa1b2c3d4, 2, 4, 0, 0, 262144, $o{link} // 1);
    my $i = 0;
    for my $f (@$frames) {
        my $held = length($f) - ($o{short} // 0);
        $data .= pack("LLLL", 1, $i++, $held, length($f)) . substr($f, 0, $held);
    }
    open(my $file, ">:raw", "$work/$name") or die;
    print $file substr($data, 0, length($data) - ($o{cut} // 0));
    close $file;
}
sub frame { substr(pack("H*", "02000000000b02000000000a88b5") . join("", map { chr($_ & 255) } 0 .. 69999), 0, $_[0]) }
sub tagged { substr(pack("H*", "02000000000b02000000000a8100000a88b5") . "\0" x 2000, 0, $_[0]) }
put("odd.pcap", [frame(60), frame(13), frame(0), frame(1), frame(1514), frame(1515), tagged(1518), tagged(1519), frame(9000),
                 frame(65000), frame(14)]);
put("short.pcap", [frame(13)]);
put("none.pcap", []);
put("ip.pcap", [frame(60)], link => 101);
put("wifi.pcap", [frame(60)], link => 105);
put("cut.pcap", [frame(60), frame(1000)], cut => 300);
put("cuthead.pcap", [frame(60), frame(1000)], cut => 1005);
put("snap.pcap", [frame(60), frame(100)], short => 4);
put("same.pcap", [(frame(60)) x 50, (frame(61)) x 50]);
put("tiny.pcap", [(frame(14)) x 600]);
put("alike.pcap", [map { substr(pack("H*", "020000000001" . "020000000002" . "0800") . "\0" x 60, 0, $_) } 13, 14, 60]);
put("pause.pcap", [frame(60), pack("H*", "0180c200000102000000000a880800010010") . "\0" x 42, frame(61)]);
open(my $text, ">", "$work/text.pcap"); print $text "this is no capture\n"; close $text;
open(my $empty, ">", "$work/empty.pcap"); close $empty;
PL
timeout 60 "$hilnic" replay -r "$work/odd.pcap" --json >"$work/json" 2>"$work/err"
check "unsendable frames: exit 0" [ $? = 0 ]
check "unsendable frames: rejected" [ "$(value rejected)" = 7 ]
check "unsendable frames: sent" [ "$(value sent)" = 4 -a "$(value completed_ok)" = 4 -a "$(value lost)" = 0 ]
check "unsendable frames: named" [ "$(grep -c 'frame [0-9]* of [0-9]* bytes .*NDIS_STATUS_FAILURE' "$work/err")" = 7 ]
for n in "2 of 13" "3 of 0" "4 of 1" "6 of 1515" "8 of 1519" "9 of 9000" "10 of 65000"; do
    check "frame $n named" grep -q "frame $n bytes" "$work/err"
done
for mode in single mixed; do
    timeout 60 "$hilnic" replay -r "$work/odd.pcap" --mode $mode --json >"$work/json" 2>/dev/null
    check "unsendable frames, $mode" [ "$(value rejected)" = 7 -a "$(value completed_ok)" = 4 ]
done
check "only unsendable frames" "$hilnic" replay -r "$work/short.pcap"
check "no frames" "$hilnic" replay -r "$work/none.pcap"
check "frames all alike" "$hilnic" replay -r "$work/same.pcap"
check "receiving takes longer than sending, nothing is lost" "$hilnic" replay -r "$work/tiny.pcap"
check "a refused frame takes no other's place" "$hilnic" replay -r "$work/alike.pcap"
check "a PAUSE frame goes as far as the MAC" "$hilnic" replay -r "$work/pause.pcap"

(ulimit -f 8; "$hilnic" replay -r "$data/ping.pcap" -w "$work/limited.pcap" >/dev/null 2>"$work/err")
check "file size limit: exit" [ $? = 1 ]
check "file size limit: named" grep -q "cannot be written" "$work/err"
check "file size limit: nothing left" [ -z "$(ls "$work" | grep limited)" ]

# ---- bad input: one sentence, exit code, nothing left behind ----
mkdir "$work/o"
w="$work/o/wire.pcap"
refuses 1 "No such file" replay -r "$work/nothing.pcap" -w "$w"
refuses 1 "is a directory" replay -r "$work" -w "$w"
refuses 1 "unknown file format" replay -r "$work/text.pcap" -w "$w"
refuses 1 "empty.pcap" replay -r "$work/empty.pcap" -w "$w"
refuses 1 "only Ethernet" replay -r "$work/ip.pcap" -w "$w"
refuses 1 "only Ethernet" replay -r "$work/wifi.pcap" -w "$w"
refuses 1 "damaged after frame 1" replay -r "$work/cut.pcap" -w "$w"
refuses 1 "damaged after frame 1" replay -r "$work/cuthead.pcap" -w "$w"
refuses 1 "recorded in part" replay -r "$work/snap.pcap" -w "$w"
check "nothing left behind" [ -z "$(ls "$work/o")" ]
install -m 0 "$work/odd.pcap" "$work/secret.pcap"
if [ "$(id -u)" = 0 ]; then # root may read everything: as somebody else
    chmod 755 "$work"
    install -m 755 "$hilnic" "$work/program"
    printf '#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups "%s" "$@"\n' "$work/program" >"$work/nobody"
    chmod 755 "$work/nobody"
    hilnic=$work/nobody refuses 1 "Permission denied" replay -r "$work/secret.pcap"
else
    refuses 1 "Permission denied" replay -r "$work/secret.pcap"
fi
refuses 1 "No such file" replay -r "$data/lengths.pcap" -w "$work/nowhere/wire.pcap"
refuses 1 "No space left" replay -r "$data/lengths.pcap" -w /dev/full
"$hilnic" replay -r "$data/lengths.pcap" --json >/dev/full 2>"$work/err"
check "full standard output: exit 1" [ $? = 1 ]
check "full standard output: sentence" grep -q "standard output cannot be written: No space left" "$work/err"
if mkdir "$work/small" && mount -t tmpfs -o size=64k none "$work/small" 2>/dev/null; then
    refuses 1 "No space left" replay -r "$data/ping.pcap" -w "$work/small/wire.pcap"
    check "full disk: nothing left behind" [ -z "$(ls "$work/small")" ]
    umount "$work/small"
fi
echo old >"$work/o/kept.pcap"
refuses 1 "damaged" replay -r "$work/cut.pcap" -w "$work/o/kept.pcap"
check "an old file stays when a run fails" grep -q old "$work/o/kept.pcap"
timeout -s INT 0.3 "$hilnic" replay -r "$data/iperf.pcap" -w "$work/o/int.pcap" >/dev/null 2>"$work/err"
check "interrupted: nothing left behind" [ ! -e "$work/o/int.pcap" -a "$(ls "$work/o")" = kept.pcap ]
check "a capture from standard input" sh -c "'$hilnic' replay -r - <$data/lengths.pcap"
check "the wire to standard output" sh -c "'$hilnic' replay -r $data/lengths.pcap -w - 2>/dev/null | tshark -r - 2>/dev/null | [ \$(wc -l) = 297 ]"

# ---- usage ----
refuses 2 "did you mean replay" repaly
refuses 2 "did you mean stats" stat
refuses 2 "see hilnic help" frobnicate
refuses 2 "did you mean --seed" replay --sede 3 -r x
refuses 2 "see hilnic help replay" replay --frobnicate
refuses 2 "needs a capture" replay
refuses 2 "needs a value" replay -r
refuses 2 "--mode takes single, array or mixed" replay --mode twice -r x
refuses 2 "--device takes core, board:butterstick, board:ecpix5, board:ulx3s, board:tinyfpga-bx, soft, null or usb" replay --device usb9 -r x
for device in board: board:ulx3s:hs board:tinyfpga-bx:hs board:butterstick: board:butterstick:ls board:butterstick:fs:fs board:ecpix board:ecpix5fs :fs core:fs; do
    refuses 2 "not $device; behind each board :fs, behind the first two :hs" info --device $device
done
for device in board:butterstick:fs board:ulx3s:fs; do
    check "send --device $device" sh -c "'$hilnic' send -c 3 --device $device >/dev/null"
done
for device in usb: usb:1209 usb:1209: usb:1209:00012 usb:g:1 usb:0x1:1 usb:-1:1 usb:0:0 usb:1209:1: usb::1; do
    refuses 2 "usb:VID:PID:SERIAL with VID and PID of 1 to 4 hexadecimal digits" info --device $device
done
refuses 2 "does not take --device usb yet" serve --device usb
refuses 2 "wire of its own" up --device usb --wire tap:x
for command in "replay -r $data/lengths.pcap" bench stats; do
    refuses 3 "no USB device 1234:5678" $command --device usb:1234:5678
done
refuses 2 "stays idle with --loopback" replay -r "$data/lengths.pcap" --loopback -w "$work/x.pcap"
"$hilnic" replay -r "$data/lengths.pcap" --loopback --json >"$work/json" 2>/dev/null
check "replay --loopback" [ "$(value ok)" = true -a "$(value lost)" = 0 -a -z "$(value wire_frames)" ]
refuses 2 "list takes --device usb" list --device soft
refuses 2 "takes no extra" list extra
refuses 3 "no USB device 1234:5678" info --device usb:1234:5678
refuses 3 "no USB device 1234:5678" regs --device usb:1234:5678:A17 ID
refuses 2 "--rate takes recorded or max, not fast" replay --rate fast -r x
refuses 2 "--seed takes a number" replay --seed x -r x
refuses 2 "--seed takes a number" replay --seed -1 -r x
refuses 2 "--json takes no value" replay --json=1 -r x
refuses 2 "takes no extra" replay -r x extra
refuses 2 "null device carries nothing" replay --device null -r "$data/lengths.pcap"
refuses 2 "standard output" replay -r "$data/lengths.pcap" -w - --json
refuses 2 "--size takes a number" bench --size 63
refuses 2 "there is no register" regs NOTHING
refuses 2 "32 bits" regs IFG=12x
refuses 2 "serve takes --device soft or board:NAME" serve
refuses 2 "ADDRESS:PORT" serve --device soft --usbip localhost
refuses 2 "ADDRESS:PORT" serve --device soft --usbip 127.0.0.1:70000
refuses 2 "--usbredir takes ADDRESS:PORT" serve --device soft --usbredir x
refuses 2 "not both" serve --device soft --usbredir 127.0.0.1:0 --usbip 127.0.0.1:0
refuses 1 "cannot be written" regs ID=1
refuses 1 "cannot be read" regs RESET
"$hilnic" >/dev/null 2>"$work/err"
check "no command: exit 2 and usage" [ $? = 2 -a -s "$work/err" ]
commands=$("$hilnic" help | sed -n 's/^Commands: //p' | tr -d ',.')
check "help names every command" [ "$(wc -w <<<"$commands")" = 14 ]
for command in "" $commands; do
    check "help $command" sh -c "'$hilnic' help $command | grep -q 'hilnic $command'"
    [ -z "$command" ] || [ "$command" = help ] && continue
    # Examples first: lines that begin with the command (extcap's second is Wireshark's side), a blank line, then the text.
    check "help $command: examples first" sh -c "'$hilnic' help $command | awk '
        /^\$/ { exit } { n++; if (!/^  hilnic $command( |\$)/ && !(n > 1 && /^  tshark -i hilnic-model /)) bad = 1 }
        END { exit bad || !n }'"
    for flag in --help -h; do
        check "$command $flag" sh -c "[ \"\$('$hilnic' $command $flag)\" = \"\$('$hilnic' help $command)\" ]"
    done
done
refuses 2 "see hilnic help" help frobnicate
version="hilnic $(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog), register map $(sed -n 's/^#define NIC_MAP_HASH 0x\(.*\)u$/\1/p' host/include/nic_regs.h)"
for flag in --version -V; do
    check "$flag" [ "$("$hilnic" $flag)" = "$version" ]
done
# What no command takes.
for command in $commands; do
    [ "$command" = help ] && continue
    refuses 2 "--device takes core, board:butterstick" "$command" --device usb9
    refuses 2 "there is no option --frobnicate, see hilnic help $command" "$command" --frobnicate
done
for command in replay bench info regs stats send capture doctor up selftest serve; do
    refuses 2 "--seed takes a number from 0 to 18446744073709551615, not 99999999999999999999" $command --seed 99999999999999999999
done

# ---- bad input: registers, firmware ----
refuses 2 "there is no register 0x100000000" regs 0x100000000
refuses 2 "there is no register 0x10000000000000000" regs 0x10000000000000000
refuses 2 "there is no register 0x100000400" regs 0x100000400=5
refuses 2 "there is no register 0x402" regs 0x402
refuses 2 "there is no register -4294967296" regs -- -4294967296
for value in 0x100000000 4294967296 18446744073709551616 -1 -18446744073709551615 " -18446744073709551615" +1 "" 0x; do
    refuses 2 "IFG takes a number of 32 bits, not $value" regs "IFG=$value"
done
refuses 2 "there is no register NOTHING" regs ID IFG=20 NOTHING
refuses 2 "null device has no registers" regs --device null
refuses 2 "null device has no registers" regs --device null ID
"$hilnic" regs --device soft 0x400=0xffffffff ID >"$work/out" 2>"$work/err"
check "a value of 32 bits: exit" [ $? = 0 ]
check "a word of a register by its address" sh -c "'$hilnic' regs 0x64=7 | grep -qx '  0064  00000007  HASH\[1\]'"

# Firmware for a device that runs none: whatever the file is.
for command in info regs stats doctor "bench --count 10" "send --count 2" "replay -r $data/lengths.pcap" "stats -r $data/lengths.pcap"; do
    refuses 2 "this device has no processor" $command --firmware /etc/passwd
    refuses 1 "cannot be opened" $command --firmware "$work/nothing.bin"
done
for device in core soft null; do
    refuses 2 "this device has no processor" bench --device $device --firmware /etc/passwd --count 10
    refuses 2 "this device has no processor" info --device $device --firmware /etc/passwd --json
done
refuses 2 "this device has no processor" doctor --firmware /etc/passwd --json
check "--firmware none needs no processor" "$hilnic" info --firmware none

# What is for the recording only, without one.
for words in "nonsense" "eth1 -C 5" "-c 5" "-s 60" "-C 5" "-G 5" "-W 3" "-C 5 -W 3 not arp"; do
    refuses 2 "for a recording, which up makes with -w FILE" up --name $tap $words
    refuses 2 "capture needs a file" capture -r "$data/ping.pcap" $words
done
refuses 2 "--files needs --megabytes or --seconds" up --name $tap -w "$work/none" -W 2
refuses 2 "filter 'nonsense' is wrong" up --name $tap -w "$work/none" nonsense
refuses 2 "-w - and --json both want standard output" up --name $tap -w - --json
check "no file of a refused recording" [ ! -e "$work/none" ]
mkdir "$work/turn1"
refuses 1 "turn1: cannot be written: Is a directory" capture -q -r "$data/iperf.pcap" -w "$work/turn" -C 1

# ---- standard output that takes nothing: full, or a pipe whose reader has gone ----
# Programs that run another with such a standard output.
printf '#!/bin/sh\nexec "$@" >/dev/full\n' >"$work/full"
cat >"$work/gone" <<'PL'
#!/usr/bin/perl
pipe(my $reader, my $writer) or die;
open(STDOUT, ">&", $writer) or die;
close $reader;
close $writer;
exec @ARGV or die;
PL
chmod 755 "$work/full" "$work/gone"
# unwritten NAME COMMAND...: to a full device and to a closed pipe it ends with 1 and one sentence.
unwritten() {
    local to words got name=$1
    shift
    for to in full gone; do
        [ $to = full ] && words="No space left on device" || words="Broken pipe"
        "$work/$to" timeout 20 "$@" 2>"$work/err"
        got=$?
        check "$name, standard output $to: exit $got, $(head -c 300 "$work/err")" \
            [ $got = 1 -a "$(cat "$work/err")" = "hilnic: standard output cannot be written: $words." ]
    done
}
for command in "replay -r $data/lengths.pcap" "bench --count 50" "bench --latency --count 50" info regs "regs ID" \
    "stats --device soft" "stats -r $data/lengths.pcap" "stats --watch 1" "list" "list --device usb:1234:5678" doctor \
    "selftest --device soft" "send --count 5" "serve --device soft --usbip 127.0.0.1:0" \
    "serve --device soft --usbredir 127.0.0.1:0" "extcap --extcap-interfaces" \
    "extcap --extcap-interface hilnic-model --extcap-dlts" "extcap --extcap-interface hilnic-model --extcap-config" \
    help; do
    unwritten "$command" "$hilnic" $command
    case $command in
        serve* | extcap* | help) ;;
        *) unwritten "$command --json" "$hilnic" $command --json ;;
    esac
done
for command in $commands; do
    unwritten "help $command" "$hilnic" help "$command"
done
"$hilnic" capture -r "$data/ping.pcap" -w - >/dev/full 2>"$work/err"
check "capture -w -, standard output full" [ $? = 1 -a "$(cat "$work/err")" = "hilnic: -: cannot be written: No space left on device." ]
"$work/gone" timeout 20 "$hilnic" capture -r "$data/ping.pcap" -w - 2>"$work/err"
check "capture -w -, nobody reads: has had enough" [ $? = 0 -a ! -s "$work/err" ]

# ---- terminal manners ----
replay="$hilnic replay -r $data/iperf.pcap"
check "quiet says nothing" sh -c "[ -z \"\$($hilnic replay -r $data/lengths.pcap --quiet 2>&1)\" ]"
check "quiet leaves --json" sh -c "$hilnic replay -q -r $data/lengths.pcap --json | grep -q '\"ok\": true'"
check "quiet leaves errors" sh -c "$hilnic replay -q -r nothing 2>&1 | grep -q 'No such file'"
check "progress on a terminal" sh -c "script -qec '$replay >/dev/null' /dev/null | grep -q 'frames sent: [0-9]* of 1168'"
check "no progress elsewhere" sh -c "! $replay 2>&1 | grep -q 'frames sent:'"
check "no progress if quiet" sh -c "! script -qec '$replay -q' /dev/null | grep -q 'frames sent:'"
check "colour on a terminal" sh -c "script -qec '$hilnic replay -r $data/lengths.pcap' /dev/null | grep -q '\[32mEverything'"
check "NO_COLOR" sh -c "NO_COLOR=1 script -qec '$hilnic replay -r $data/lengths.pcap' /dev/null | grep -q '^Everything'"
check "no colour elsewhere" sh -c "$hilnic replay -r $data/lengths.pcap | grep -q '^Everything'"

# ---- send: at once, on time, too late ----
for device in core board:butterstick soft board:ulx3s; do
    gap=10us
    clock=8
    speed=
    [ $device = board:butterstick ] && gap=50us # completions come once a microframe
    [ $device = board:ulx3s ] && gap=500us clock=40 speed="--speed 100" # and once a frame; a nibble
    "$hilnic" send --device $device $speed --at +5ms --gap $gap --count 100 --seed "$SEED" --json >"$work/json" 2>"$work/err"
    check "send --at on $device: exit, $(cat "$work/err")" [ $? = 0 ]
    check "send --at on $device: all, none late" [ "$(value sent)" = 100 -a "$(value late)" = 0 ]
    check "send --at on $device: within a clock" [ "$(value late_max_ns)" -le $clock -a "$(value early_max_ns)" -le $clock ]
    [ $device = soft ] || check "send --at on $device: the wire says so too" [ "$(value wire_frames)" = 100 -a "$(value wire_max_ns)" -le $clock ]
done
"$hilnic" send --speed 100 --at +5ms --gap 50us --json >"$work/json" 2>/dev/null
check "send --at, 100 Mb/s: within a nibble" [ $? = 0 -a "$(value late_max_ns)" -le 40 ]
# A capture recorded faster than the streams carry: what is not late leaves on time.
"$hilnic" send -r "$data/http.pcap" --at +1ms --json >"$work/json" 2>"$work/err"
check "send -r --at: all are accounted for" [ $(($(value sent) + $(value late))) = "$(tshark -r "$data/http.pcap" 2>/dev/null | wc -l)" ]
check "send -r --at: on time" [ "$(value sent)" -gt 10 -a "$(value late_max_ns)" -le 8 -a "$(value wire_max_ns)" -le 8 ]
check "a launch time far ahead costs nothing" timeout 20 "$hilnic" send -q --at +3s --count 2 --gap 10ms
# 512 octets take 42.6 us at 100 Mb/s: every other one is too late for 30 us.
"$hilnic" send --speed 100 --at +1ms --gap 30us --size 512 --count 20 --json >"$work/json" 2>"$work/err"
check "late frames: exit" [ $? = 1 ]
check "late frames: counted" [ "$(value sent)" = 10 -a "$(value late)" = 10 ]
check "late frames: said" [ "$(cat "$work/err")" = "hilnic: 10 of 20 frames came too late for their time and were not sent." ]
# Through USB; at full speed, which brings such frames slower than the wire takes them, more of them are late.
for device in board:butterstick board:ulx3s; do
    "$hilnic" send --device $device --speed 100 --at +5ms --gap 30us --size 512 --count 20 --json >"$work/json" 2>"$work/err"
    check "late frames, $device: exit" [ $? = 1 ]
    check "late frames, $device: $(cat "$work/json")" [ "$(value sent)" -gt 0 -a "$(value late)" -ge 10 -a $(($(value sent) + $(value late))) = 20 -a \
        "$(value wire_frames)" = "$(value sent)" -a "$(value late_max_ns)" -le 40 ]
done
"$hilnic" send --at 1 --gap 1ns --count 5 --json >"$work/json" 2>/dev/null
check "a time that has passed" [ $? = 1 -a "$(value late)" = 5 -a "$(value wire_frames)" = 0 ]
check "send at once" "$hilnic" send -q --count 300 --mode single
check "send -r at once" "$hilnic" send -q -r "$data/http.pcap"
refuses 2 "--at takes a time" send --at tomorrow
refuses 2 "--at takes a time" send --at +2h
refuses 2 "--at takes a time" send --at +3601s
refuses 2 "--at takes a time" send --at -5ms
refuses 2 "--at takes a time" send --at +99999999999999999999s
refuses 2 "more than an hour ahead" send --at 99999999s
refuses 2 "--gap takes a time" send --gap 1m
refuses 2 "more than an hour" send --gap 1s --count 10000
refuses 2 "without --count and --gap" send -r "$data/ping.pcap" --count 3
refuses 2 "sends nothing" send --device null
refuses 1 "No such file" send -r "$work/nothing"
refuses 1 "damaged after frame 1" send -r "$work/cut.pcap"
refuses 3 "no USB device" send --device usb:1234:5678
"$hilnic" send -r "$work/odd.pcap" >/dev/null 2>"$work/err"
check "frames that cannot be sent: exit" [ $? = 1 ]
check "frames that cannot be sent: said" grep -q '^hilnic: 7 frames were not sent, the first with NDIS_STATUS_FAILURE.$' "$work/err"

# ---- bench: directions, latency ----
for direction in out in both; do
    "$hilnic" bench --direction $direction --size 512 --count 300 --json >"$work/json" 2>/dev/null
    check "bench --direction $direction" [ $? = 0 -a "$(value out_of_order)" = 0 ]
done
"$hilnic" bench --direction out --size 1518 --count 300 --device core --json >"$work/json" 2>/dev/null
mbps=$(value mbps)
check "bench: $mbps Mb/s, what 60 MHz carry and no more" [ "${mbps%.*}" -gt 430 -a "${mbps%.*}" -le 480 ]
check "bench: frames from the wire wait until firmware has the link" "$hilnic" bench -q --device board:ulx3s --direction in --count 5
"$hilnic" bench --latency --count 200 --json >"$work/json" 2>/dev/null
check "bench --latency: three parts" [ "$(grep -o '"p999": [0-9]*' "$work/json" | wc -l)" = 3 ]
check "bench --latency: a histogram of all frames in each" python3 -c "
import json
parts = json.load(open('$work/json'))['latency_ns'].values()
assert all(sum(n for _, n in p['histogram']) == 200 and p['histogram'][-1][0] >= p['max'] for p in parts), parts"
check "bench --latency: text" sh -c "'$hilnic' bench --latency --count 50 | grep -q 'send to SFD *p50 [0-9.]* p90'"
refuses 2 "--direction takes both, out or in" bench --direction up
refuses 2 "need the wire" bench --direction in --device soft
refuses 2 "frames sent" bench --direction in --latency

# ---- stats: looks again and again, and those of a running hilnic up ----
check "stats --watch" [ "$("$hilnic" stats --device soft --watch 1 -c 2 --json 2>/dev/null | grep -c '^{"tx_packets": 0')" = 2 ]
refuses 2 "loopback ADDRESS:PORT" stats --from 192.0.2.1:9100
refuses 2 "loopback ADDRESS:PORT" stats --from unix:
refuses 2 "loopback ADDRESS:PORT" up --metrics 0.0.0.0:9100
refuses 3 "nobody tells counters at unix:$work/none: No such file" stats --from "unix:$work/none"
refuses 2 "-r is for one look" stats -r "$data/lengths.pcap" --watch 1
refuses 2 "--watch takes a number from 1 to 86400" stats --watch 0
refuses 1 "cannot be offered at unix:$work/nowhere/x: No such file" up --metrics "unix:$work/nowhere/x"
# No TAP at all: its node is hidden. Then: it is there, and not for us.
printf '#!/bin/sh\nexec unshare -m sh -c "mount -t tmpfs none /dev/net && exec \\"\\$@\\"" sh "%s" "$@"\n' "$(realpath "$hilnic")" >"$work/notap"
chmod 755 "$work/notap"
if unshare -m mount -t tmpfs none /dev/net 2>/dev/null; then
    hilnic=$work/notap refuses 3 "/dev/net/tun" up
    hilnic=$work/notap refuses 3 "/dev/net/tun" up --wire tap:x --name y
fi
if [ -x "$work/nobody" ] && [ -c /dev/net/tun ]; then
    hilnic=$work/nobody refuses 4 "$tap cannot be had as a TAP: Operation not permitted, run it as root, or have root lend it" up --name $tap
    hilnic=$work/nobody refuses 4 "no packet socket on lo: Operation not permitted, run it as root or with CAP_NET_RAW" up --wire packet:lo
fi
if has_tap; then
    socket=unix:$work/metrics
    "$hilnic" up -q --name $tap --metrics "$socket" -w "$work/up.pcapng" 2>"$work/err" &
    up=$!
    for _ in $(seq 50); do [ -e /sys/class/net/$tap ] && [ -S "$work/metrics" ] && break; sleep 0.1; done
    ip link set $tap up
    for _ in $(seq 50); do
        "$hilnic" stats --from "$socket" --json >"$work/json" 2>/dev/null
        [ "$(value tap_sent)" -gt 0 ] 2>/dev/null && [ "$(value tap_completed_ok)" = "$(value tx_packets)" ] && break # not under way
        sleep 0.2
    done
    check "stats --from: what the kernel sent" [ "$(value tap_sent)" -gt 0 ]
    check "stats --from: has left the NIC" [ "$(value tap_completed_ok)" = "$(value tx_packets)" ]
    curl -s --unix-socket "$work/metrics" http://localhost/metrics >"$work/text"
    check "metrics: three lines each" [ "$(grep -c '^# HELP hilnic_[a-z0-9_]*_total .' "$work/text")" = "$(grep -cE '^hilnic_[a-z0-9_]+_total [0-9]+$' "$work/text")" ]
    check "metrics: as many as stats has" [ "$(grep -c '^hilnic_' "$work/text")" = "$(tr ',' '\n' <"$work/json" | wc -l)" ]
    check "metrics: nothing else there" [ "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$work/metrics" http://localhost/etc/passwd)" = 404 ]
    refuses 1 "Address already in use" up --name ${tap}b --metrics "$socket"
    kill -9 $up
    wait $up 2>/dev/null
    timeout 60 "$hilnic" up -q --name $tap --metrics "$socket" -w "$work/up.pcapng" 2>"$work/err" &
    up=$!
    for _ in $(seq 50); do "$hilnic" stats --from "$socket" >/dev/null 2>&1 && break; sleep 0.2; done
    check "a killed program's socket is taken over" "$hilnic" stats --from "$socket"
    ip link set $tap up
    ip addr add 169.254.77.1/24 dev $tap
    for _ in $(seq 50); do
        # Asks for that address, by broadcast: what the kernel sends by itself may come before the filter is set, and to groups that it does not let in.
        (echo >/dev/udp/169.254.77.2/9) 2>/dev/null
        "$hilnic" stats --from "$socket" --json >"$work/json" 2>/dev/null
        [ "$(value tap_received)" -gt 0 ] 2>/dev/null && break
        sleep 0.2
    done
    kill $up
    wait $up
    check "up -w: exit" [ $? = 0 -a ! -s "$work/err" ]
    check "up -w: wire and host, both ways" [ "$(tshark -r "$work/up.pcapng" -T fields -e frame.interface_name -e frame.packet_flags_direction 2>/dev/null | sort -u | wc -l)" = 4 ]
    check "the socket is gone" [ ! -e "$work/metrics" ]
fi

if has_tap; then
    # ready: up, whose standard error was empty before, has said that the interface is there.
    ready() { for _ in $(seq 100); do grep -q "is there" "$work/err" && return; sleep 0.1; done; fail "up does not start"; }
    refuses 2 "this device has no processor" up -q --name $tap --firmware /etc/passwd
    refuses 1 "/dev/full: cannot be written: No space left" up -q --name $tap -w /dev/full
    : >"$work/err"
    (ulimit -f 1; exec "$hilnic" up --name $tap -w "$work/limited.pcapng") >/dev/null 2>"$work/err" &
    up=$!
    ready
    ip link set $tap up
    ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:0b dev $tap
    ip route add 192.0.2.2/32 dev $tap
    for _ in $(seq 100); do
        grep -q "cannot be written" "$work/err" && break
        ping -q -c 1 -s 1400 -w 1 192.0.2.2 >/dev/null
        sleep 0.1
    done
    check "up: a full disk is said while it runs" grep -q "limited.pcapng: cannot be written: File too large, it holds the [0-9]* frames before" "$work/err"
    check "up: goes on after that" kill -0 $up
    kill $up
    wait $up
    check "up: full disk, exit" [ $? = 1 ]
    check "up: full disk, said once" [ "$(grep -c "cannot be written" "$work/err")" = 1 ]
    check "up: full disk, the file is whole" tshark -r "$work/limited.pcapng"
    : >"$work/err"
    "$hilnic" up --name $tap -w - >"$work/up.pcapng" 2>"$work/err" &
    up=$!
    ready
    kill $up
    wait $up
    check "up -w -: nothing but the capture" tshark -r "$work/up.pcapng"
    check "up -w -: the summary goes elsewhere" grep -q "$tap: [0-9]* frames sent" "$work/err"
    for json in "" --json; do
        for to in full gone; do
            : >"$work/err"
            "$work/$to" "$hilnic" up --name $tap $json 2>"$work/err" &
            up=$!
            ready
            kill $up
            wait $up
            check "up $json, standard output $to: exit" [ $? = 1 ]
            check "up $json, standard output $to: sentence" grep -q "^hilnic: standard output cannot be written: " "$work/err"
        done
    done
fi

# ---- serve: a device list over TCP, then SIGTERM ----
for device in soft board:butterstick board:ulx3s; do
    : >"$work/serve" # what waits for the port below does not find the last one's
    timeout 60 "$hilnic" serve --device $device --usbip 127.0.0.1:0 >"$work/serve" &
    server=$!
    for _ in $(seq 300); do [ -s "$work/serve" ] && break; sleep 0.1; done
    port=$(sed -n 's/^usbip, port \([0-9]*\),.*/\1/p' "$work/serve")
    list=$(exec 3<>"/dev/tcp/127.0.0.1/$port" && printf '\001\021\200\005\0\0\0\0' >&3 &&
        timeout 30 head -c 328 <&3 | od -An -v -tx1 | tr -d ' \n')
    check "serve $device: one device" [ "${list:0:24}" = 011100050000000000000001 ]
    check "serve $device: 1209:0001" [ "${list:624:8}" = 12090001 ]
    kill $server
    wait $server
    check "serve $device: SIGTERM ends it" [ $? = 0 ]
done

# ---- devices on USB: none with these identifiers; usb_cli_test has one ----
check "list: no device" sh -c "'$hilnic' list --device usb:1234:5678 | grep -qx 'no device 1234:5678 on USB'"
check "list: none with the serial number" sh -c \
    "'$hilnic' list --device usb:1234:5678:A17 | grep -qx 'no device 1234:5678 with serial number A17 on USB'"
"$hilnic" list --device usb:1234:5678 --json >"$work/json" 2>"$work/err"
check "list --json: no device" [ $? = 0 -a "$(cat "$work/json")" = '{"devices": []}' ]

# ---- the other commands ----
for device in core soft board:butterstick; do
    "$hilnic" info --device $device --json >"$work/json" 2>/dev/null
    check "info $device" [ "$(value max_frame)" = $([[ $device = board:* ]] && echo 9022 || echo 1522) -a "$(value desc_depth)" = $([[ $device = board:* ]] && echo 128 || echo 64) -a "$(value link_mbps)" = 1000 ]
    check "regs $device" sh -c "'$hilnic' regs --device $device ID | grep -q '0000  434e6c68  ID'"
    "$hilnic" regs --device $device IFG=20 --json >"$work/json" 2>/dev/null
    check "regs write $device" [ "$(value IFG)" = 20 ]
    "$hilnic" stats --device $device -r "$data/lengths.pcap" --json >"$work/json" 2>/dev/null
    check "stats $device" [ "$(value tx_packets)" = 297 -a "$(value rx_packets)" = 297 -a "$(value ndis_sent)" = 297 ]
done
for device in core soft board:butterstick board:ecpix5 board:ulx3s; do
    "$hilnic" doctor --device $device >"$work/out" 2>"$work/err"
    check "doctor $device" [ $? = 0 -a "$(grep -c '^  PASS ' "$work/out")" = $([[ $device = board:* ]] && echo 8 || echo 6) -a "$(tail -n 1 "$work/out")" = "Nothing wrong was found." ]
done
refuses 2 "nothing to look at" doctor --device null
echo junk >"$work/junk.bin"
refuses 5 "not one of hilnic" info --device board:butterstick --firmware "$work/junk.bin"
refuses 1 "cannot be opened" info --firmware "$work/nothing.bin"
check "no firmware" sh -c "'$hilnic' info --device board:butterstick --firmware none | grep -q 'up, 1000 Mb/s'"
check "regs shows all" sh -c "[ \$('$hilnic' regs | wc -l) -gt 15 ]"
check "bench board" "$hilnic" bench --device board:butterstick --count 100
check "info board:ulx3s" sh -c "'$hilnic' info --device board:ulx3s | grep -q 'up, 100 Mb/s'"
check "info board:tinyfpga-bx" sh -c "'$hilnic' info --device board:tinyfpga-bx --json | grep -q '\"desc_depth\": 32, \"tx_buffer\": 2048, \"rx_buffer\": 4096'"
check "bench soft" "$hilnic" bench --device soft --count 500
check "bench null" "$hilnic" bench --device null --count 500 --mode single
"$hilnic" bench --count 300 --json >"$work/json" 2>/dev/null
check "bench core" [ "$(value received)" = 300 -a "$(value failed)" = 0 ]

finish
