# SPDX-License-Identifier: MIT
# The doors for those who test, record and teach. The Makefile at the top
# includes it; the archive for students has none of it.

tests ?= $(filter-out %/kernels.t %/vm.t %/libraries.t %/mutants.t \
	%/distributions.t %/lint.t %/machine.t,$(wildcard code/tests/*.t))

.PHONY: test test-deps mutants record bench test-kernels test-libraries \
	test-distributions test-machine lint plant record-kernels grade handout

test: ## run all tests (installs the small tools that they need)
	@sh code/tools/requirements.sh install build test grade
	@$(MAKE) steps
	@sh code/tools/with_capabilities.sh prove -e sh $(if $(V),-v) -j2 \
		--rules="seq=**grade*.t" --rules="par=**" $(tests)

test-deps: ## install the large tools too, so that no test is skipped
	@sh code/tools/requirements.sh install build test docs pdf grade large
	@npm ci --prefix code/tests/browser --ignore-scripts --no-audit --no-fund

mutants: steps ## grade small mistakes in every solution: all must be refused
	@sh code/tools/with_capabilities.sh prove -e sh -v code/tests/mutants.t

record: steps ## run every program and store what it prints in lessons/
	@sh code/tools/with_capabilities.sh sh code/tools/transcript.sh record

test-kernels: ## test on all of them, or on some: KERNELS="5.10 newest"
	@sh code/tools/requirements.sh install build test grade vm
	@$(MAKE) steps
	@prove -e sh $(if $(V),-v) code/tests/kernels.t code/tests/vm.t

test-libraries: ## test with the libbpf, gcc and clang of other suites (2 GB)
	@sh code/tools/requirements.sh install build test
	@$(MAKE) steps
	@sh code/tools/with_capabilities.sh prove -e sh $(if $(V),-v) code/tests/libraries.t

test-distributions: ## test in a bare root of each Debian, or of SUITES="stable"
	@sh code/tools/requirements.sh install build test distributions
	@$(MAKE) steps
	@prove -e sh $(if $(V),-v) code/tests/distributions.t

test-machine: machine ## test the machine in the page (builds it, ten minutes)
	@sh code/tools/requirements.sh install build test docs large
	@sh code/tools/requirements.sh install firefox || echo "Going on without Firefox." >&2
	@npm ci --prefix code/tests/browser --ignore-scripts --no-audit --no-fund
	@prove -e sh $(if $(V),-v) code/tests/machine.t

plant: steps ## measure the tests: plant 200 faults, one at a time (an hour)
	@sh code/tools/with_capabilities.sh sh code/tests/plant.sh $(FAULTS)

lint: ## ask linters about every script, C, Lua and JavaScript file
	@sh code/tools/requirements.sh install lint
	@prove -e sh $(if $(V),-v) code/tests/lint.t

record-kernels: steps ## store what each kernel answers, for the book
	@sh code/machines/qemu/kernels.sh record

bench: steps ## print speeds as ratios; CLASS=100 grades 100 students and 300
	@sh code/tools/requirements.sh install bench
	@sh code/tools/bench.sh
	@sh code/tools/requirements.sh install vm
	@sh code/machines/qemu/bench.sh
	@sh docs/bench.sh
	@sh code/exercises/classroom/bench.sh

grade: ## grade a class: make grade SUBMISSIONS=dir OUT=dir [ONLY=name] [IN=vm]
	@sh code/exercises/classroom/grade.sh batch "$(SUBMISSIONS)" "$(OUT)"

handout: ## make the archive for students, without any solution
	@sh code/exercises/classroom/handout.sh
