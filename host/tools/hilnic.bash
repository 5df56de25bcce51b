# SPDX-License-Identifier: Apache-2.0
# Bash completion of hilnic. Commands and options are read from `hilnic help`, so that they are those of the program.

_hilnic_help() {
    command "${1/#\~/$HOME}" help ${2:+"$2"} 2>/dev/null
}

_hilnic_reply() {
    mapfile -t COMPREPLY < <(compgen "$@")
}

_hilnic() {
    local program=$1 word=$2 previous=$3 command=${COMP_WORDS[1]-}
    local commands
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ "$command" = help ]; }; then
        commands=$(_hilnic_help "$program" | sed -n 's/^Commands: //p' | tr -d ',.')
        _hilnic_reply -W "$commands" -- "$word"
        return
    fi
    if [ "$previous" = = ]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi # --device=soft is three words
    if [ "$word" = = ]; then word=; previous=${COMP_WORDS[COMP_CWORD - 1]}; fi
    case $previous in
    -r | -w | --read | --write | --firmware) compopt -o filenames 2>/dev/null; _hilnic_reply -f -- "$word" ;;
    --device) _hilnic_reply -W "core board:butterstick board:ecpix5 board:ulx3s board:tinyfpga-bx soft null usb" -- "$word" ;;
    --fault) _hilnic_reply -W "fcs data lost doubled reordered short long mdio mdio-low link rx-dv rxd0=rxd1 txd0=0" -- "$word" ;;
    --mode) _hilnic_reply -W "single array mixed" -- "$word" ;;
    --direction) _hilnic_reply -W "both out in" -- "$word" ;;
    --rate) _hilnic_reply -W "recorded max" -- "$word" ;;
    --speed) _hilnic_reply -W "1000 100 10" -- "$word" ;;
    --owner) _hilnic_reply -u -- "$word" ;;
    --wire) compopt -o nospace 2>/dev/null; _hilnic_reply -W "loopback tap: packet:" -- "$word" ;;
    --fifo) _hilnic_reply -f -- "$word" ;;
    -[cCGsW] | --snap | --megabytes | --seconds | --files | --extcap-* | --metrics | --from | --watch | --at | --gap | --seed | --size | --count | --name | --mtu | --usbip | --usbredir) ;;
    *)
        if [[ $word == -* ]]; then
            _hilnic_reply -W "--help --quiet $(_hilnic_help "$program" "$command" |
                grep -oE -e '(^|[ ,])-(-[a-z][a-z-]+|[a-zA-Z])\b' | tr -d ' ,' | sort -u)" -- "$word"
        fi ;;
    esac
}

complete -F _hilnic hilnic
