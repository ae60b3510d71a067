# SPDX-License-Identifier: MIT
# The front door of the workbook. "make help" lists every target.

MAKEFLAGS += --no-print-directory

# What "make vm" has unpacked for a reader who may not install.
own := code/machines/qemu/cache/tools/usr
ifneq ($(wildcard $(own)/bin),)
own := $(CURDIR)/$(own)
export PATH            := $(PATH):$(own)/bin:$(own)/sbin
export LD_LIBRARY_PATH := $(own)/lib/x86_64-linux-gnu
export LIBRARY_PATH    := $(LD_LIBRARY_PATH)
export C_INCLUDE_PATH  := $(own)/include:$(own)/include/x86_64-linux-gnu
export PKG_CONFIG_PATH := $(LD_LIBRARY_PATH)/pkgconfig
endif
read_next = echo; echo "Read next: docs/build/index.html, which make open opens"

.DELETE_ON_ERROR:
.PHONY: all steps help start docs pdf epub open clean vm vm-tools vm-start vm-clean \
	kernels check watch run-gate machine machine-clean

all: ## build the programs (what plain "make" does)
	@$(MAKE) $(if $(V),,-s) -C code

# Those of the lessons, whatever becomes of a reader's own.
steps:
	@$(MAKE) $(if $(V),,-s) -C code steps

help: ## list every target
	@echo 'Usage: make TARGET'
	@sed -n 's/^\([a-z][a-zNT_%-]*\): .*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ sub(/%/, "NN", $$1); printf "  %-14s %s\n", $$1, $$2 }'

start: ## install what is missing, build, run every step, make the book
	@ran=yes; sh code/tools/requirements.sh install build && \
		{ sh code/tools/requirements.sh install bpf || \
			echo "Going on without: one program needs them, the others do not." >&2; } && \
		$(MAKE) steps && sh code/tools/run_steps.sh || ran=; \
	$(MAKE) docs && { $(read_next); } && [ -n "$$ran" ] && exit; \
	[ -n "$$ran" ] || echo "The steps did not all run: what is said above the book says why. Without any rights: make vm-start" >&2; \
	exit 1

run-%: steps ## run one step, as in "make run-03", or your own code/mine.c
	@$(if $(wildcard code/$*.c),$(MAKE) $(if $(V),,-s) -C code $*)
	@sh code/tools/run_steps.sh $*

run-gate: ## play the gate: real pings, blocked and let in (takes root)
	@sh code/tools/requirements.sh install build bpf gate
	@$(MAKE) steps
	@sh code/tools/run_gate.sh

docs: ## make the book as a site, docs/build/index.html
	@$(MAKE) -C docs

pdf: ## make the book as a PDF, docs/build/bpf-map-workbook.pdf
	@$(MAKE) -C docs pdf

epub: ## make the book as an e-book, docs/build/bpf-map-workbook.epub
	@$(MAKE) -C docs epub

open: docs ## open the site in your browser
	@$(MAKE) -C docs open

# A make of its own, which sees what vm-tools has unpacked.
vm-tools:
	@sh code/machines/qemu/vm.sh tools
	@$(MAKE) steps

vm: vm-tools ## a shell on a real kernel in a virtual machine, no root needed
	@$(MAKE) all || echo "Going on without what does not compile." >&2
	@sh code/machines/qemu/vm.sh shell

vm-start: vm-tools ## run every step in the virtual machine, make the book
	@sh code/machines/qemu/vm.sh run sh tools/run_steps.sh
	@$(MAKE) docs
	@$(read_next)

vm-run-%: vm-tools ## run one step there, as in "make vm-run-03"
	@$(if $(wildcard code/$*.c),$(MAKE) $(if $(V),,-s) -C code $*)
	@sh code/machines/qemu/vm.sh run sh tools/run_steps.sh $*

vm-check-%: vm-tools ## check an exercise there, as in "make vm-check-02a"
	@$(MAKE) check-$* IN=vm

vm-clean: ## forget the kernels that were fetched
	rm -rf code/machines/qemu/cache

machine: steps ## put a Linux into the pages, so that programs run there (minutes)
	@sh code/tools/requirements.sh install build bpf machine
	@$(MAKE) -C code/machines/browser
	@$(MAKE) docs

machine-clean: ## take it out of the pages, and forget what was built for it
	rm -rf code/machines/browser/cache code/machines/browser/node_modules

kernels: ## list the kernels that can be fetched here
	@sh code/machines/qemu/kernel.sh list

check: ## see all exercises: done, failing or to do, and what is next
	@sh code/exercises/classroom/check.sh all

check-%: ## check one exercise, as in "make check-02a"; SEED=N repeats a run
	@sh code/exercises/classroom/check.sh one $*

hint-%: ## show the next hint of an exercise
	@sh code/exercises/classroom/check.sh hint $*

reset-%: ## put the stub of an exercise back (asks, and keeps your file)
	@sh code/exercises/classroom/check.sh reset $*

watch: ## check an exercise at every save, until Ctrl+C
	@sh code/exercises/classroom/check.sh watch

clean: ## remove what was built
	@$(MAKE) -C code clean
	@$(MAKE) -C docs clean
	@rm -rf code/exercises/build*

# What only those who test, record and teach need is not in the archive for
# students.
-include code/develop.mk
