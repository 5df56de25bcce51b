#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Debian's ABC under the name sby expects: sby asks for `pdr -l`, an option that this ABC does not know.
script=$(printf '%s' "$2" | sed 's/ -l;/;/')
shift 2
exec berkeley-abc -c "$script" "$@"
