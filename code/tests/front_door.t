# SPDX-License-Identifier: MIT
# The targets of the Makefile, as a newcomer meets them in a fresh clone.
. "$(dirname "$0")/tap.sh"

need git make setpriv
need_bpf

chmod 755 "$tmp"
git -c safe.directory='*' clone -q "$top" "$tmp/clone" || exit 1
user=
if [ "$(id -u)" -eq 0 ]; then
	# An ordinary user who owns the clone, with what the programs need.
	added=$(sed -n 's|^/\* Needs \(.*\) \*/$|\1|p' "$code"/*.c | tr ' ' '\n' | sort -u |
		sed 's/CAP_/,+/' | tr -d '\n' | tr '[:upper:]' '[:lower:]')
	chown -R 65534:65534 "$tmp/clone"
	user="setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+bpf$added
		--ambient-caps=-all,+bpf$added --bounding-set=-all,+bpf$added"
fi
cd "$tmp/clone" || exit 1

# says STATUS PATTERN COMMAND...: COMMAND ends with STATUS and prints PATTERN
says() {
	status=$1 pattern=$2
	shift 2
	# shellcheck disable=SC2086 # words
	$user env HOME="$tmp" "$@" >"$tmp/log" 2>&1 </dev/null
	got=$?
	tail -n 20 "$tmp/log"
	[ "$got" -eq "$status" ] && { [ -z "$pattern" ] || grep -q -e "$pattern" "$tmp/log"; }
}

listed() {
	make -f "$1" help >"$tmp/help"
	sed -n 's/^\([a-z][a-z-]*\): .*/\1/p; s/^\([a-z-]*\)-%: .*/\1-NN/p' "$1" code/develop.mk | while read -r target; do
		grep -q "^  $target " "$tmp/help" || {
			echo "$target is not in make help"
			exit 1
		}
	done
}

ok 'make help lists every target' listed Makefile
plant '$a hidden: all' Makefile "$tmp/hidden.mk"
ok 'a target that help does not list is found' not listed "$tmp/hidden.mk"
ok 'make builds the programs' says 0 'CC  01_create' make
ok 'make run-03 runs step 3 under its title' says 0 '^== 03_lookup: ' make run-03
ok '  and shows what it prints' grep -qx 'packets = 105' "$tmp/log"
ok 'make run-99 says which steps there are' says 2 '^00_first 01_create .* test_maps' make run-99
# A reader's own programs. They stay for all that follows, and are in
# nobody's way: not even one that does not compile.
# own NAME LINE...: code/NAME.c
own() {
	file=code/$1.c
	shift
	# shellcheck disable=SC2086 # words
	printf '%s\n' '#include <stdio.h>' "$@" | $user tee "$file" >/dev/null
}
own mine 'int main(void) { puts("from mine.c"); return 0; }'
own 01_mine 'int main(void) { while (puts("and on") >= 0); return 0; }'
own broken 'this is not C'
ok 'make run-mine builds and runs code/mine.c' says 0 '^from mine.c$' make run-mine
ok '  under its name' grep -qx '== mine: code/mine.c ==' "$tmp/log"
ok 'one that does not compile says so' says 2 'broken.c:2:.*error' make run-broken
ok '  also to whoever builds all' says 2 'broken.c:2:.*error' make -k
ok '  but is in no other program'"'"'s way' says 0 '^== 03_lookup: ' make run-03
reads_three_lines() {
	# shellcheck disable=SC2016,SC2086 # for sh; words
	$user env HOME="$tmp" sh -c 'make run-01_mine 2>"$1" | head -n 3 >/dev/null' sh "$tmp/log" </dev/null
	cat "$tmp/log"
	not grep -q 'status\|Error\|pipe' "$tmp/log"
}
reads_nothing() {
	# shellcheck disable=SC2016,SC2086 # for sh; words
	$user env HOME="$tmp" sh -c '{ make run-mine 2>"$1"; echo $? >>"$1"; } | :' sh "$tmp/log" </dev/null
	cat "$tmp/log"
	not grep -qv '^0$' "$tmp/log"
}
chmod a+w "$tmp/log"
ok 'a program whose output nobody reads on is not accused' reads_three_lines
ok '  nor is one that nobody reads at all' reads_nothing

ok 'make record stores what is stored already' says 0 '' make record
ok '  to the byte' git -c safe.directory='*' diff --exit-code -- lessons/transcripts

# Some steps need more than CAP_BPF, and say so.
starts() {
	only_bpf=$user user=$(echo "$user" | sed 's/+bpf/+bpf,+perfmon,+sys_admin/g')
	says 0 '^== test_maps: ' make start || return 1
	user=$only_bpf
	for program in $(sh code/tools/transcript.sh built); do
		grep -q "^== $program: .* ==\$" "$tmp/log" || return 1
	done
	grep -q '^12 opened = 2 closed + 2 expired + 8 drained$' "$tmp/log"
}
ok 'make start runs every step' starts
ok '  and ends by saying what to read next' \
	sh -c "tail -n 4 '$tmp/log' | grep -q 'lessons/00-start-here.md\|docs/build/index.html'"

owned_by_user() {
	[ "$(id -u)" -ne 0 ] || [ -z "$(find . -path ./.git -prune -o ! -uid 65534 -print)" ]
}
ok 'no file in the tree belongs to root' owned_by_user
ok 'git sees nothing new' sh -c '[ -z "$(git -c safe.directory="*" status --porcelain)" ]'
ok 'make clean removes what was built' says 0 '' make clean
ok '  all of it' sh -c "[ ! -e code/01_create ] && [ ! -e code/test_maps ]"
ok '  and the book' [ ! -e docs/build ]

# each_test MAKEFILE: "make test" runs each test, or another target does
each_test() {
	make -n -f Makefile test 2>/dev/null | tr ' ' '\n' >"$tmp/run"
	for test in code/tests/*.t; do
		grep -qx "$test" "$tmp/run" || grep -q "^	.*prove .*$test" "$1" || {
			echo "nothing runs $test"
			return 1
		}
	done
}
ok 'each test is run by make test, or by a target of its own' each_test code/develop.mk
touch code/tests/forgotten.t
plant 's#%/kernels.t#& %/forgotten.t#' code/develop.mk
ok '  and one that is left out is seen' not each_test code/develop.mk
git -c safe.directory='*' checkout -q code/develop.mk
rm code/tests/forgotten.t

# A step that fails ends the run, and make.
plant 's/surprises > 0/1/' code/expect.h
ok 'make run-03 fails when its step does' says 2 '03_lookup ended with status 1' make run-03
ok '  and nothing comes after it in a run of all' says 1 '01_create ended with status 1' sh code/tools/run_steps.sh
ok '  indeed nothing' sh -c "! grep -q '== 02_update' '$tmp/log'"
git -c safe.directory='*' checkout -q code/expect.h

mkdir "$tmp/bin"
for tool in sh make awk sed cut sort tr grep id env cat cc pkg-config printf apt-get mktemp ls head; do
	path=$(command -v $tool) && ln -s "$path" "$tmp/bin/$tool"
done
if [ "$(id -u)" -eq 0 ]; then
	ok 'without libbpf and without sudo, make start says what to run as root' \
		says 2 'As root, run:' env PATH="$tmp/bin" PKG_CONFIG_LIBDIR=/nonexistent make start
fi

# Package managers that are not here, by stand-ins that say what they are
# asked to do.
# asks MANAGER COMMAND: what is missing is installed with this command
asks() {
	rm -rf "$tmp/other" && mkdir "$tmp/other" || return 1
	for tool in sh awk sed grep find cut sort tr id cat env mktemp rm tail true; do
		ln -s "$(command -v "$tool")" "$tmp/other/$tool"
	done
	printf '#!/bin/sh\necho "%s $*" >>"%s/asked"\n' "$1" "$tmp" >"$tmp/other/$1"
	chmod 755 "$tmp/other/$1"
	rm -f "$tmp/asked"
	PATH=$tmp/other PKG_CONFIG_LIBDIR=/nonexistent sh code/tools/requirements.sh install build >"$tmp/log" 2>&1
	cat "$tmp/log" "$tmp/asked"
	grep -qxF "$2" "$tmp/asked" && grep -q 'too old a version' "$tmp/log"
}
if [ "$(id -u)" -eq 0 ]; then
	ok 'dnf is asked for the packages as Fedora calls them' \
		asks dnf 'dnf install -y elfutils-libelf-devel gcc libbpf-devel make pkgconf-pkg-config zlib-devel'
	ok 'pacman, as Arch Linux does' asks pacman 'pacman -S --needed --noconfirm gcc libbpf libelf make pkgconf zlib'
	ok 'zypper, as openSUSE does' \
		asks zypper 'zypper --non-interactive install gcc libbpf-devel libelf-devel make pkg-config zlib-devel'
	ok 'apt-get, as Debian and Ubuntu do' asks apt-get \
		'apt-get install -y --no-install-recommends gcc libbpf-dev libelf-dev make pkg-config zlib1g-dev -qq'
	ok '  and other packages are seen' not asks pacman 'pacman -S --needed --noconfirm gcc libbpf libelf make pkgconf'
fi
ok 'requirements.sh explains itself' says 2 'requirements.sh check GROUP' sh code/tools/requirements.sh
ok 'transcript.sh explains itself' says 2 'transcript.sh record' sh code/tools/transcript.sh

# excerpt_of FILE: what README.md shows of a run is a part of FILE
excerpt_of() {
	sed -n '/^```text$/,/^```$/{/^```/!p}' README.md >"$tmp/excerpt"
	awk 'NR == FNR { excerpt = excerpt $0 "\n"; next } { all = all $0 "\n" }
		END { exit !(excerpt != "" && index(all, excerpt)) }' "$tmp/excerpt" "$1"
}
ok "README.md shows what the program prints" excerpt_of lessons/transcripts/02_update.txt
ok "an excerpt of something else is found" not excerpt_of lessons/transcripts/03_lookup.txt

done_testing
