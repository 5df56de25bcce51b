#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad input, each kind for every command that can meet it: one sentence, its exit code, and a file that was there stays. A table of
# kinds and commands; what one command alone refuses is in its own test, a device that is busy, forbidden or of another
# register map in usb_cli_test, standard output that takes nothing in cli_test. Ends with `N passed, N failed`.
. tests/cosim/cli.sh

kept=$work/kept.pcapng
printf kept >"$kept"
# keeps CODE WORDS ARGUMENT...: refuses, and the file is as it was.
keeps()
{
    refuses "$@"
    check "hilnic ${*:3}: the file is as it was" [ "$(cat "$kept")" = kept ]
    printf kept >"$kept"
}
# verdict CODE WORDS ARGUMENT...: doctor and selftest say it in their table, with what to try next.
verdict()
{
    local code=$1 words=$2
    shift 2
    timeout 60 "$hilnic" "$@" >"$work/out" 2>"$work/err"
    check "hilnic $*: exit $code" [ $? = "$code" ]
    check "hilnic $*: nothing beside its table" [ ! -s "$work/err" ]
    check "hilnic $*: says $words" grep -qF "$words" "$work/out"
    check "hilnic $*: one step fails, and says what next" [ "$(grep -c '^  FAIL ' "$work/out")" = 1 -a "$(grep -c ' next: ' "$work/out")" = 1 ]
}

commands=$("$hilnic" help | sed -n 's/^Commands: //p' | tr -d ',.')
check "help names every command" [ "$(wc -w <<<"$commands")" = 14 ]
extcap="extcap --extcap-interface hilnic-model --capture"
lengths=$data/lengths.pcap
# Those that read a capture; NAME stands for it.
readers=("replay -r NAME -w $kept" "send -r NAME" "stats -r NAME" "capture -r NAME -w $kept" "$extcap --fifo $kept --read NAME")
# Those that open a device, on which they get no further.
openers=("replay -r $lengths" send bench "bench --latency" info regs "regs IFG=20" stats "stats --watch 1" "stats -r $lengths")

# ---- unknown words ----
for command in $commands; do
    [ "$command" = help ] && continue
    refuses 2 "--device takes core, board:butterstick" "$command" --device usb9
    refuses 2 "usb:VID:PID:SERIAL with VID and PID" "$command" --device usb:1209
    refuses 2 "there is no option --frobnicate, see hilnic help $command" "$command" --frobnicate
done

# ---- no device ----
for words in "${openers[@]}" "capture -w $kept" "capture -r $lengths -w $kept"; do
    keeps 3 "no USB device 1234:5678" $words --device usb:1234:5678
done
keeps 3 "no USB device 1209:0001" extcap --extcap-interface hilnic-usb-none --capture --fifo "$kept"
verdict 3 "no USB device 1234:5678" doctor --device usb:1234:5678
verdict 3 "no USB device 1234:5678" selftest --device usb:1234:5678
if has_tap; then
    # With an interface, which is gone again afterwards.
    keeps 3 "no USB device 1234:5678" up --name $tap -w "$kept" --device usb:1234:5678
    keeps 3 "there is no interface nothere" up --name $tap -w "$kept" --wire packet:nothere
    keeps 3 'there is no interface ""' up --name $tap -w "$kept" --wire packet:
    keeps 1 "$tap is in use by another program" up --name $tap --wire tap:$tap -w "$kept"
    keeps 2 "lo cannot be had as a TAP" up --name lo -w "$kept"
    keeps 2 'there is no user ""' up --name $tap --owner "" -w "$kept"
    check "no interface is left" [ ! -e /sys/class/net/$tap ]
    openers+=("up --name $tap -w $kept")
fi

# ---- firmware that is none, is damaged, or is for another register map ----
# Header: magic, map hash, length, CRC-32 of what follows with the header's CRC as zeros, see image in nic.rdl.
firmware=build/firmware/firmware.bin
head -c 1000 /dev/zero >"$work/zeros.bin"
: >"$work/empty.bin"
head -c 70000 /dev/zero >"$work/large.bin"
head -c 1000 "$firmware" >"$work/cut.bin"
perl -e 'local $/; $_ = <STDIN>; substr($_, 600, 1) ^= "\1"; print' <"$firmware" >"$work/bit.bin"
for words in "${openers[@]}"; do
    board="--device board:ulx3s --firmware"
    keeps 5 "is not one of hilnic: it does not match" $words $board "$work/zeros.bin"
    keeps 5 "image is damaged: its length or CRC does not match" $words $board "$work/cut.bin"
    keeps 5 "image is damaged: its length or CRC does not match" $words $board "$work/bit.bin"
    keeps 1 "empty.bin is no firmware image: it is empty" $words $board "$work/empty.bin"
    keeps 1 "large.bin is no firmware image: it has more than 65535 bytes" $words $board "$work/large.bin"
    keeps 1 "cannot be read: Is a directory" $words $board "$work"
    keeps 1 "nothing.bin cannot be opened: No such file" $words $board "$work/nothing.bin"
    keeps 2 "this device has no processor" $words --firmware "$firmware"
done
verdict 5 "is not one of hilnic" doctor --device board:ulx3s --firmware "$work/zeros.bin"
check "doctor: of firmware that does not match, what next" grep -q "next: leave out --firmware" "$work/out"
refuses 1 "large.bin is no firmware image" doctor --device board:ulx3s --firmware "$work/large.bin"
refuses 2 "this device has no processor" doctor --firmware "$firmware"

# ---- malformed captures ----
perl - "$work" "$lengths" <<'PL'
my ($work, $good) = @ARGV;
sub put { open(my $f, ">:raw", "$work/$_[0]") or die; print $f $_[1] }
sub head { pack("LSSlLLL", 0xa1b2c3d4, 2, 4, 0, 0, 262144, $_[0]) }
sub frame { pack("LLLL", 1, 0, $_[0], $_[1]) . "\2" x $_[2] }
put("text", "this is no capture\n");
put("empty", "");
put("half.head", substr(head(1), 0, 10));
put("half.record", head(1) . frame(60, 60, 60) . substr(frame(60, 60, 0), 0, 9));
put("half.frame", head(1) . frame(60, 60, 60) . frame(1000, 1000, 300));
put("huge", head(1) . frame(0x7fffffff, 0x7fffffff, 60));
put("snapped", head(1) . frame(60, 100, 60));
put("wireless", head(105) . frame(60, 60, 60));
put("random", join("", map { chr(($_ * 7919 >> 3) & 255) } 1 .. 4096));
PL
mkdir "$work/folder"
for words in "${readers[@]}"; do
    while read -r name said; do
        keeps 1 "$said" ${words/NAME/$work/$name}
    done <<'LIST'
text unknown file format
empty empty: truncated dump file
half.head half.head: truncated dump file
half.record damaged after frame 1
half.frame damaged after frame 1
huge damaged after frame 0
snapped recorded in part
wireless only Ethernet
random unknown file format
folder is a directory
nothing No such file
LIST
done

# ---- where nothing can be written ----
for words in "replay -r $lengths -w" "capture -q -r $lengths -w" "$extcap --read $lengths --fifo" \
    ${openers[10]:+"up -q --name $tap -w"}; do
    refuses 1 "/dev/full: cannot be written: No space left on device" $words /dev/full
    refuses 1 "cannot be written: No such file" $words "$work/nowhere/f"
    refuses 1 "cannot be written: Is a directory" $words "$work/folder"
done

# ---- absurd numbers: of every option that takes one, of every command that takes the option ----
# least and most of what each takes, and the next below and above
numbers="seed 0 18446744073709551615 -1 18446744073709551616
size 64 1518 63 1519
count 1 1000000000 0 1000000001
snap 0 65535 -1 65536
megabytes 1 1000000 0 1000001
seconds 1 31536000 0 31536001
files 1 100000 0 100001
mtu 68 9000 67 9001
watch 1 86400 0 86401"
takes() { [[ $("$hilnic" "$1" "--$2" 2>&1) == *"--$2 needs a value"* ]]; }
tried=0
for command in $commands; do
    while read -r option least most below above; do
        takes "$command" "$option" || continue
        tried=$((tried + 1))
        for value in "$below" "$above" -1 99999999999999999999999 1e3 0x "$most " 12x "" nan; do
            refuses 2 "--$option takes a number from $least to $most, not $value" "$command" "--$option" "$value"
        done
    done <<<"$numbers"
    if takes "$command" speed; then
        for value in 0 2500 100x -10 "" 1e3; do
            refuses 2 "--speed takes 1000, 100 or 10, not $value" "$command" --speed "$value"
        done
    fi
done
check "options with numbers: $tried" [ $tried -gt 20 ]
refuses 2 "send takes a --count up to 10000000, not 1000000000" send --count 1000000000 --gap 0ns
refuses 2 "more than an hour" send --count 10000000 --gap 1ms
refuses 2 "ADDRESS:PORT" serve --device soft --usbip 127.0.0.1:99999999999999999999
refuses 2 "loopback ADDRESS:PORT" up --metrics 127.0.0.1:65536
refuses 2 "loopback ADDRESS:PORT" stats --from 127.0.0.1:99999999999999999999

# ---- who listens and does not answer; who is there already ----
perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 5) or die; print $s->sockport, "\n"; close STDOUT; sleep 60' \
    >"$work/port" &
silent=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
port=$(cat "$work/port")
refuses 3 "who listens at 127.0.0.1:$port has not answered for 5 s" stats --from 127.0.0.1:$port
refuses 1 "cannot be offered at 127.0.0.1:$port: Address already in use" up --metrics 127.0.0.1:$port
refuses 1 "cannot listen on 127.0.0.1:$port: Address already in use" serve --device soft --usbip 127.0.0.1:$port
refuses 1 "cannot listen on 127.0.0.1:$port: Address already in use" serve --device soft --usbredir 127.0.0.1:$port
kill $silent
wait $silent 2>/dev/null
check "nothing is left behind" [ "$(cat "$kept")" = kept -a -z "$(find "$work/folder" -type f)" ]

finish
