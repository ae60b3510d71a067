#!/bin/sh
# SPDX-License-Identifier: MIT
# The errno atlas: every case is a check of its own, its rows are those
# that the book shows, and each case can fail.
# shellcheck disable=SC2016,SC2317 # "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
need_bpf
recorded=$top/lessons/transcripts/errno_atlas.tsv

# A few cases need CAP_SYS_ADMIN. In CI, where nothing may be skipped,
# sudo gives it.
atlas() {
	if [ -n "${CI:-}" ] && [ "$(id -u)" -ne 0 ] && sudo -n true 2>/dev/null; then
		sudo -n "$code/atlas/errno_atlas" "$@"
	else
		"$code/atlas/errno_atlas" "$@"
	fi
}

# The atlas prints TAP itself: pass it on, without its plan. In CI a
# case is skipped only if the kernel is too old to have it.
atlas >"$tmp/tap" 2>"$tmp/err"
status=$?
planned=$(sed -n '1s/^1\.\.//p' "$tmp/tap")
planned=${planned:-0}
checks=$planned
sed 1d "$tmp/tap" >"$tmp/shown"
[ -z "${CI:-}" ] || sed -i '/# SKIP this kernel is too old/!{
	/# SKIP /{
		s/^ok/not ok/
		s/ # SKIP \(.*\)/\n# nothing may be skipped in CI: \1/
	}
}' "$tmp/shown"
cat "$tmp/shown"
failures=$(grep -c '^not ok' "$tmp/shown")

ended_well() {
	cat "$tmp/err"
	[ "$(grep -cE '^(not )?ok ' "$tmp/tap")" -eq "$planned" ] &&
		[ "$status" -eq 0 ]
}
ok 'the atlas plays every case of its plan' ended_well

# compare RECORDED FRESH: names each row that differs. A row may differ
# if its column "kernels" says so, and be missing if it was skipped.
compare() {
	awk -F'\t' '
	function complain(what) { print what; bad = 1 }
	FILENAME == ARGV[1] {
		if (sub(/ # SKIP .*/, "") && sub(/^[^-]*- /, ""))
			skipped[$0]
		next
	}
	{ id = $1 " " $2 ": " $3 }
	NF != 6 { complain(FILENAME ": not six columns: " $0) }
	FILENAME == ARGV[2] {
		if (id in line)
			complain("twice: " id)
		line[id] = $0
		result[id] = $4
		next
	}
	!(id in line) { complain("not recorded: " id); next }
	{ fresh[id] }
	line[id] != $0 && ($6 == "-" || result[id] == $4) {
		complain("recorded: " line[id] "\nfresh:    " $0)
	}
	END {
		for (id in line)
			if (!(id in fresh) && !(id in skipped))
				complain("recorded, but not there: " id)
		exit bad
	}' "$tmp/tap" "$1" "$2"
}

prints_rows() {
	atlas --rows >"$tmp/fresh"
}
ok 'it prints its rows' prints_rows
ok 'the recorded rows are those of this kernel' compare "$recorded" "$tmp/fresh"

# The comparison is of use only if it can fail.
plant '2s/a descriptor/EPERM (1)/' "$recorded" "$tmp/changed"
ok 'a changed result is seen' not compare "$tmp/changed" "$tmp/fresh"
plant '2d' "$recorded" "$tmp/removed"
ok 'a row that was not recorded is seen' not compare "$tmp/removed" "$tmp/fresh"
plant '2{p;s/valid arguments/no arguments/}' "$recorded" "$tmp/added"
ok 'a recorded row without a case is seen' not compare "$tmp/added" "$tmp/fresh"
plant '2p' "$recorded" "$tmp/twice"
ok 'a row that is there twice is seen' not compare "$tmp/twice" "$tmp/fresh"

# build NAME SCRIPT: builds the atlas, changed by a sed SCRIPT
build() {
	sed "$2" "$code/atlas/errno_atlas.c" >"$tmp/$1.c"
	! cmp -s "$code/atlas/errno_atlas.c" "$tmp/$1.c" || return 1
	# shellcheck disable=SC2046 # flags
	${CC:-cc} -std=c11 -O0 -o "$tmp/mutant_$1" "$tmp/$1.c" \
		$(pkg-config --cflags --libs libbpf libelf zlib)
}

# mutant NAME SCRIPT: builds and runs it, and writes what fails in it
# to NAME.
mutant() {
	build "$1" "$2" || return 1
	"$tmp/mutant_$1" >"$tmp/$1.tap" 2>/dev/null
	[ $? -eq 1 ] || return 1
	sed -n 's/^not ok [0-9]* - //p' "$tmp/$1.tap" | sort >"$tmp/$1"
}

wrong_expectation() {
	mutant one '/BPF_NOEXIST, in range", -EEXIST/s/-EEXIST/-ENOENT/' || return 1
	grep -A1 "^not" "$tmp/one.tap"
	[ "$(grep -A1 '^not ok .* ARRAY: BPF_NOEXIST, in range' "$tmp/one.tap" | tail -n 1)" = \
		'# expected ENOENT (2), got EEXIST (17)' ] &&
		[ "$(wc -l <"$tmp/one")" -eq 2 ]
}
ok 'a wrong expectation fails, and says what came instead' wrong_expectation

# Expect of every case what it does not give.
every_case_fails() {
	mutant all 's/\.expected = (result)/.expected = (result) ? 0 : -EPROTO/
		s/\.older = [-A-Z0-9_]*/.older = -EPROTO/' || return 1
	grep '^ok' "$tmp/all.tap" | grep -v '# SKIP'
	[ $? -eq 1 ]
}
ok 'every case fails if it expects another result' every_case_fails

# What holds after a call is looked at too. Three ways to spoil it: the
# call is not made; the map is replaced by an empty one, or by one that
# holds the key. Each case that looks must see one of them.
every_look_sees() {
	spoil='memset(values, 1, 8 * (size_t)cpus); dup2(make_create(\&s), s.map);'
	mutant looks 's/o\.fault = c->after(&s);/o.fault = "it looked";/' &&
		mutant uncalled 's/o\.got = call(&s);/errno = s.seen_errno = -(o.got = o.want);/' &&
		mutant empty "s/o\.got = call(&s);/& $spoil/" &&
		mutant holding "s/o\.got = call(&s);/& $spoil put(\&s, c->key);/" ||
		return 1
	sort -u "$tmp/uncalled" "$tmp/empty" "$tmp/holding" >"$tmp/seen"
	comm -23 "$tmp/looks" "$tmp/seen" | tee "$tmp/blind"
	[ -s "$tmp/looks" ] && [ ! -s "$tmp/blind" ]
}
ok 'every look at what a call left behind can fail' every_look_sees

no_rows_stored() {
	! "$tmp/mutant_one" --rows >/dev/null 2>"$tmp/err" &&
		grep -q 'are not those of the table' "$tmp/err"
}
ok 'rows that the kernel does not confirm end with an error' no_rows_stored
ok 'a full disk is an error' not sh -c '"$1" >/dev/full' - "$code/atlas/errno_atlas"
ok 'an unknown option is an error' not "$code/atlas/errno_atlas" --row

# The NULL arguments are on purpose, and so are valgrind's words about
# them ("Syscall param") and about descriptor -1, which it reports from
# 3.24 on. Descriptors 0 to 2 came from us. Nothing else may be said.
leaves_nothing() {
	valgrind --leak-check=full --show-leak-kinds=all --track-fds=yes --log-file="$tmp/log" \
		"$1" >/dev/null 2>&1
	grep -q 'All heap blocks were freed' "$tmp/log" || { cat "$tmp/log"; return 1; }
	awk '/File descriptor -1 |Open file descriptor [012]:/ { next }
		/Open file descriptor|Open AF_/ { open = $0; getline
			if (!/inherited from parent/) { print open; bad = 1 } }
		/Invalid|Conditional jump|Use of uninit|definitely|overlap/ { print; bad = 1 }
		END { exit bad }' "$tmp/log"
}
if command -v valgrind >/dev/null 2>&1; then
	ok 'no memory and no descriptor is left behind' leaves_nothing "$code/atlas/errno_atlas"
	ok 'a program that leaks memory is built' build memory 's/free(values);//'
	ok 'a program that leaks descriptors is built' build descriptor 's/close(s->inner);/(void)s;/'
	ok 'memory that is left behind is seen' not leaves_nothing "$tmp/mutant_memory"
	ok 'a descriptor that is left behind is seen' not leaves_nothing "$tmp/mutant_descriptor"
else
	skip 'no memory and no descriptor is left behind' 'valgrind is not installed: make test-deps'
fi
done_testing
