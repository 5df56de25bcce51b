#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Debian's ABC under the name sby expects: sby asks for `pdr -l`, an option that this ABC does not know, and wants the
# last line of a counterexample on a line of its own.
script=$(printf '%s' "$2" | sed 's/ -l;/;/')
trace=${script##*write_cex -a }
berkeley-abc -c "$script" || exit
[ ! -f "$trace" ] || sed -i 's/\([01]\)# DONE$/\1\n# DONE/' "$trace"
