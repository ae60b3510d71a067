# SPDX-License-Identifier: MIT
# The front door of the workbook. "make help" lists every target.

MAKEFLAGS += --no-print-directory
tests    ?= $(filter-out %/kernels.t %/vm.t %/libraries.t \
	%/distributions.t %/lint.t,$(wildcard code/tests/*.t))

# What "make vm" has unpacked for a reader who may not install.
own := $(CURDIR)/code/machines/qemu/cache/tools/usr
ifneq ($(wildcard $(own)),)
export PATH            := $(PATH):$(own)/bin
export LD_LIBRARY_PATH := $(own)/lib/x86_64-linux-gnu
export LIBRARY_PATH    := $(LD_LIBRARY_PATH)
export C_INCLUDE_PATH  := $(own)/include:$(own)/include/x86_64-linux-gnu
export PKG_CONFIG_PATH := $(LD_LIBRARY_PATH)/pkgconfig
export pandoc_datadir  := $(own)/share/pandoc
endif

.DELETE_ON_ERROR:
.PHONY: all help start docs pdf open test test-deps lint record bench clean \
	vm vm-tools vm-start vm-clean kernels test-kernels test-libraries \
	test-distributions record-kernels \
	check watch grade handout

all: ## build the programs (what plain "make" does)
	@$(MAKE) $(if $(V),,-s) -C code

help: ## list every target
	@echo 'Usage: make TARGET'
	@sed -n 's/^\([a-z][a-zNT_%-]*\): .*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ sub(/%/, "NN", $$1); printf "  %-14s %s\n", $$1, $$2 }'

start: ## install what is missing, build, run every step, make the book
	@sh code/tools/requirements.sh install build
	@sh code/tools/requirements.sh install bpf || echo "Going on without: one program needs them, the others do not." >&2
	@$(MAKE) all
	@sh code/tools/run_steps.sh
	@$(MAKE) docs
	@echo
	@echo "Read next: docs/build/index.html, which make open opens"

run-%: all ## run one step, as in "make run-03" or "make run-test_maps"
	@sh code/tools/run_steps.sh $*

docs: ## make the book as a site, docs/build/index.html
	@$(MAKE) -C docs

pdf: ## make the book as a PDF, docs/build/bpf-map-workbook.pdf
	@$(MAKE) -C docs pdf

open: docs ## open the site in your browser
	@$(MAKE) -C docs open

test: ## run all tests (installs the small tools that they need)
	@sh code/tools/requirements.sh install build test grade
	@$(MAKE) all
	@sh code/tools/with_cap_bpf.sh prove -e sh $(if $(V),-v) -j2 \
		--rules="seq=**grader.t" --rules="par=**" $(tests)

test-deps: ## install the large tools too, so that no test is skipped
	@sh code/tools/requirements.sh install build test docs pdf grade large
	@npm ci --prefix code/tests/browser --ignore-scripts --no-audit --no-fund

record: all ## run every program and store what it prints in lessons/
	@sh code/tools/with_cap_bpf.sh sh code/tools/transcript.sh record

# A make of its own, which sees what vm-tools has unpacked.
vm-tools:
	@sh code/machines/qemu/vm.sh tools
	@$(MAKE) all

vm: vm-tools ## a shell on a real kernel in a virtual machine, no root needed
	@sh code/machines/qemu/vm.sh shell

vm-start: vm-tools ## run every step in the virtual machine
	@sh code/machines/qemu/vm.sh run sh tools/run_steps.sh

vm-run-%: vm-tools ## run one step there, as in "make vm-run-03"
	@sh code/machines/qemu/vm.sh run sh tools/run_steps.sh $*

vm-check-%: vm-tools ## check an exercise there, as in "make vm-check-02a"
	@$(MAKE) check-$* IN=vm

vm-clean: ## forget the kernels that were fetched
	rm -rf code/machines/qemu/cache

kernels: ## list the kernels that can be fetched here
	@sh code/machines/qemu/kernel.sh list

test-kernels: ## test on all of them, or on some: KERNELS="5.10 newest"
	@sh code/tools/requirements.sh install build test grade vm
	@$(MAKE) all
	@prove -e sh $(if $(V),-v) code/tests/kernels.t code/tests/vm.t

test-libraries: ## test with the libbpf, gcc and clang of other suites (2 GB)
	@sh code/tools/requirements.sh install build test
	@$(MAKE) all
	@sh code/tools/with_cap_bpf.sh prove -e sh $(if $(V),-v) code/tests/libraries.t

test-distributions: ## test in a bare root of each Debian, or of SUITES="stable"
	@sh code/tools/requirements.sh install build test distributions
	@$(MAKE) all
	@prove -e sh $(if $(V),-v) code/tests/distributions.t

lint: ## ask linters about every script, C, Lua and JavaScript file
	@sh code/tools/requirements.sh install lint
	@prove -e sh $(if $(V),-v) code/tests/lint.t

record-kernels: all ## store what each kernel answers, for the book
	@sh code/machines/qemu/kernels.sh record

bench: all ## print speeds as ratios; CLASS=100 grades 100 students and 300
	@sh code/tools/requirements.sh install bench
	@sh code/tools/bench.sh
	@sh code/tools/requirements.sh install vm
	@sh code/machines/qemu/bench.sh
	@sh docs/bench.sh
	@sh code/exercises/classroom/bench.sh

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

grade: ## grade a class: make grade SUBMISSIONS=dir OUT=dir [IN=vm]
	@sh code/exercises/classroom/grade.sh batch "$(SUBMISSIONS)" "$(OUT)"

handout: ## make the archive for students, without any solution
	@sh code/exercises/classroom/handout.sh

clean: ## remove what was built
	@$(MAKE) -C code clean
	@$(MAKE) -C docs clean
	@rm -rf code/exercises/build*
