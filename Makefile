# SPDX-License-Identifier: Apache-2.0
# The only entry point. Each folder's part is in its own *.mk; everything is written under build/.

MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

B := build
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
# $(call say,WORD,what): the one line a step prints.
say = $(if $(filter 1,$(V)),,@printf '  %-8s %s\n' '$(1)' '$(2)')

CC ?= gcc
CLANG ?= clang
CXX ?= g++
SANITIZE ?=
CFLAGS ?= -O2 -g
override CFLAGS += -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Ihost/include -Ihost/ndis -Isim/wire -Isim/models \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
LDFLAGS += $(if $(SANITIZE),-fsanitize=$(SANITIZE))
comma := ,
# Objects of a sanitizer build live beside the others.
O := $(B)/obj$(if $(SANITIZE),-$(firstword $(subst $(comma), ,$(SANITIZE))))

VENV := build/venv
PY := $(VENV)/bin/python

# What is built and has no order, on every core, unless -j says otherwise; benches run alone.
JOBS ?= $(shell nproc)
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

TESTS :=      # programs that `make test` runs; each prints Check's summary and exits 0 or 1
BENCHES :=    # phony targets that `make bench` runs in turn
LINTS :=      # phony targets of `make lint`

include $(sort $(wildcard constraints/*.mk rtl/*.mk host/*.mk driver/*.mk firmware/*.mk sim/*.mk tests/*.mk tests/*/*.mk))

$(O)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

-include $(shell find $(B) -path $(VENV) -prune -o -name '*.d' -print 2>/dev/null | grep '/obj')

.PHONY: help build run test test-run sanitize sanitize-run lint regs formal bench area install-tools clean

help:
	@sed -n 's/^## //p' Makefile

## make run          replay the shipped captures through the Verilated NIC and say what happened
## make test         every test that needs no board
## make live-test    the model between two network namespaces, skipped where there are none
## make swarm        SEEDS=n [HOSTS=file]: many seeds on every core or on many machines, see tests/farm/README.md
## make soak         ten minutes of traffic over the model, with the cable pulled in between
## make kernel-test  a Linux kernel in QEMU enumerates the Verilated device and sends through it
## make sanitize     the C tests under the address, undefined and thread sanitizers
## make coverage     lines of NDIS library and driver that the C tests run, at least 95 percent (MISSED=1: and which they do not)
## make build        the programs, no tests
## make install      program, man page, completion, udev rule, NDIS library; PREFIX and DESTDIR; also make uninstall
## make deb          the Debian packages, built, looked at by lintian, installed into an overlay and tried
## make lint         gcc, clang, Verilator and formatting, warnings are errors
## make requirements  which test checks which requirement of the NDIS library
## make ddk-check    driver and sample protocol become .sys files against the DDK headers (part of lint)
## make regs         regenerate the register files, header and page from rtl/mgmt/nic.rdl
## make formal       the proofs and their covers (T=name for one)
## make fuzz         libFuzzer over NDIS library, driver and USB servers, FUZZ_SECONDS=60 each (T=name for one)
## make bench        the figures (T=name for one)
## make area         LUTs, flip-flops and RAM of each block on each board (T=module: size and clock of that alone)
## make coverage-rtl  lines of rtl/usb that no bench reaches, at least 98 percent
## make report       build/report/index.html: throughput, latency, launch times of the models, with plots
## make crossings    clock domain crossings: none outside of rtl/lib
## make gates        the netlists of the bitstreams instead of the RTL, under driver and NDIS
## make bitstream    BOARD=butterstick, ecpix5 (each also with -pins), ecpix5-45f, ulx3s (12F), ulx3s-25f, ulx3s-85f or tinyfpga-bx: bitstream, and whether each clock is met
## make timing       BOARD=name SEEDS=n: each clock over n seeds
## make flash        BOARD=name: its bitstream into its flash; N=1 only says how
## make install-tools   what the others need: Debian packages, Python environment under build/
## make clean        remove build/, except the Python environment

# One program for all: run-tests.sh counts, shows what failed and repeats its seed.
test: tools-test
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) test-run

test-run: $(TESTS)
	$(Q)JOBS=$(JOBS) tests/run-tests.sh $(TESTS)

# The C tests once more under the sanitizers. Objects go to their own directories.
sanitize: tools-test
	$(Q)$(MAKE) --no-print-directory sanitize-run SANITIZE=address,undefined
	$(Q)$(MAKE) --no-print-directory sanitize-run SANITIZE=thread

# Those in C without a model.
# Where one actor runs at a time, in virtual time, the thread sanitizer finds nothing and takes many minutes.
ONE_AT_A_TIME := %/ndis_schedule_test %/ndis_schedule6_test %/driver_schedule_test %/driver_schedule6_test %/driver_preempt_test \
	%/driver_fault_test %/ndis_random_test %/ndis_random6_test
UNIT_TESTS = $(filter-out $(if $(filter thread,$(SANITIZE)),$(ONE_AT_A_TIME)), \
	$(filter $(O)/tests/unit/% $(O)/tests/miniports/%,$(TESTS)))
sanitize-run:
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) $(UNIT_TESTS)
	$(Q)TEST_LOGS=$(O)/logs JOBS=$(JOBS) tests/run-tests.sh $(UNIT_TESTS)

# A second compiler's warnings, and the layout.
C_SOURCES := $(shell git ls-files '*.c' '*.h' ':!tests/rtl')
LINTS += lint-clang lint-format
lint-clang:
	$(call say,CLANG,warnings of every C file)
	$(Q)printf '%s\n' $(filter %.c,$(C_SOURCES)) | xargs -P $(JOBS) -I FILE sh -c '$(CLANG) $(filter-out -O2 -g,$(CFLAGS)) \
		-Idriver -Ifirmware -Ihost/protocols -Ihost/tools -Itests/unit -I. \
		$(UMOCKDEV_CFLAGS) -DHILNIC_VERSION="\"$(VERSION)\"" $$(case FILE in *6.c) echo -DNIC_NDIS6 ;; esac) -fsyntax-only FILE'

lint-format:
	$(call say,FORMAT,C files against .clang-format)
	$(Q)clang-format-14 --dry-run --Werror $(C_SOURCES)

run: tools-run
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) $(B)/hilnic
	$(Q)mkdir -p $(B)/run
	$(Q)for capture in tests/data/*.pcap; do \
		echo "\$$ build/hilnic replay -r $$capture -w build/run/$$(basename $$capture)"; \
		$(B)/hilnic replay -r $$capture -w $(B)/run/$$(basename $$capture); \
	done

tools-%:
	$(Q)./install-tools.sh $*

install-tools: tools-all

build: $(B)/hilnic
lint: tools-lint
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) $(LINTS)
bench: tools-bench $(if $(T),bench-$(T),$(BENCHES))

clean:
	$(Q)[ ! -d $(B) ] || find $(B) -mindepth 1 -maxdepth 1 ! -name venv -exec rm -rf {} +
