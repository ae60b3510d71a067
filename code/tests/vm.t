#!/bin/sh
# SPDX-License-Identifier: MIT
# The virtual machine, as a reader without any rights meets it: the
# terminal, the steps, the exercises and the grader.
# "make test-kernels" runs this.
# shellcheck disable=SC2016,SC2317 # for sh; "ok" calls the functions
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"

missing=$(sh "$code/tools/requirements.sh" check vm 2>&1) ||
	[ -e "$code/machines/qemu/cache/tools" ] ||
	skip_all "not installed:$(printf '%s\n' "$missing" | sed -n 's/^  / /p' | head -n -1 | tr -d '\n')"
need script setpriv bwrap parallel
image=$(sh "$code/machines/qemu/kernel.sh" image 2>"$tmp/err") ||
	skip_all "no kernel could be fetched: $(tail -n 1 "$tmp/err")"

# A copy of the tree that belongs to an ordinary user, with the kernel,
# so that it is not fetched again.
chmod 755 "$tmp"
home=$tmp/home
mkdir -p "$home/book/code/machines/qemu/cache" "$home/tmp"
tar -C "$top" --exclude=.git --exclude=code/machines/qemu/cache --exclude=node_modules \
	--exclude=docs/build -cf - . | tar -C "$home/book" -xf -
rm -f "$home"/book/code/exercises/*_*/exercise.c
cp "$image" "$home/book/code/machines/qemu/cache/own-linux-${image##*-linux-}"
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$home"
cd "$home/book" || exit 1

# as_user COMMAND...: COMMAND as an ordinary user without a capability,
# where sudo gives none
mkdir "$tmp/bin"
printf '#!/bin/sh\necho "sudo: not for you" >&2; exit 1\n' >"$tmp/bin/sudo"
chmod 755 "$tmp/bin" "$tmp/bin/sudo"
as_user() {
	set -- env HOME="$home" TMPDIR="$home/tmp" PATH="$tmp/bin:$PATH" "$@"
	[ "$(id -u)" -ne 0 ] || set -- --reuid=65534 --regid=65534 --clear-groups "$@"
	setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all "$@" </dev/null
}

# says TEXT COMMAND...: the command fails and says TEXT to stderr
says() {
	text=$1
	shift
	! as_user "$@" >"$tmp/out" 2>"$tmp/err" || return 1
	cat "$tmp/out" "$tmp/err"
	grep -q -- "$text" "$tmp/err"
}

# ends STATUS COMMAND...: the command ends with STATUS
ends() {
	expected=$1
	shift
	as_user "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	cat "$tmp/out" "$tmp/err"
	[ "$status" -eq "$expected" ]
}
vm=code/machines/qemu/vm.sh

# --- bpf(2) is refused ---

for target in run-03 start check check-02a test; do
	ok "make $target, where bpf(2) is refused, offers the virtual machine" \
		says 'CAP_BPF.*make vm' make -s "$target" CI=
done
ok '  and that is seen if it is not so' not says 'CAP_BPF.*make vm' make -s nothing

# --- QEMU, libbpf and pandoc are not even installed ---

# bare COMMAND...: as_user, where none of them is
: >"$tmp/empty"
awk -v RS= -v ORS='\n\n' '!/^Package: (libbpf-dev|pandoc(-data)?|busybox-static|seabios|(ipxe-)?qemu[^\n]*)\n/' \
	/var/lib/dpkg/status >"$tmp/status"
bare() {
	set -- --ro-bind "$tmp/status" /var/lib/dpkg/status --tmpfs /usr/include/bpf "$@"
	for file in /usr/bin/qemu-system-x86_64 /usr/bin/busybox /usr/bin/pandoc \
		/usr/lib/x86_64-linux-gnu/pkgconfig/libbpf.pc; do
		[ ! -e "$file" ] || set -- --ro-bind "$tmp/empty" "$file" "$@"
	done
	as_user bwrap --dev-bind / / "$@"
}
as_user cp -r "$home/book" "$home/bare"
rm -rf "$home/bare/code/machines/qemu/cache"
make -s -C "$home/bare/code" clean
unpacks_what_it_needs() {
	bare make -s -C "$home/bare" vm-run-03 >"$tmp/out" 2>"$tmp/err" || {
		cat "$tmp/out" "$tmp/err"
		return 1
	}
	grep -qx 'packages = 5' "$tmp/out" && grep -q 'libbpf >= 1.0' "$tmp/err" &&
		grep -q qemu-system-x86_64 "$tmp/err"
}
ok 'on a machine without them, they are unpacked, and a step runs' unpacks_what_it_needs
ok '  which says where to' grep -q 'a copy for you alone is unpacked into code/machines/qemu/cache' "$tmp/err"
ok '  and the book can be made' bare make -s -C "$home/bare" docs
rm -rf "$home/bare/code/machines/qemu/cache"
ok 'without a network it says what could not be fetched' \
	says 'could not be fetched: is this machine online' \
	bwrap --dev-bind / / --unshare-net make -s -C "$home/bare" vm-run-03
rm -rf "$home/bare"

# --- the steps ---

prints_what_is_recorded() {
	ends 0 make -s vm-run-03 || return
	tail -n +4 "$tmp/out" >"$tmp/printed" &&
		tail -n +2 lessons/transcripts/03_lookup.txt | diff - "$tmp/printed" && [ ! -s "$tmp/err" ]
}
ok 'make vm-run-03 brings back what the step prints' prints_what_is_recorded
ok 'make vm-run-99 fails as make run-99 does' says 'There is no step "99"' make -s vm-run-99
ok 'make vm-start runs every step' ends 0 make -s vm-start
ok '  the last one too' grep -q '^== 08_two_worlds' "$tmp/out"

# --- a guest that fails is told from a program that fails ---

ok 'the status of a command comes back' \
	ends 3 sh $vm run sh -c 'echo out; echo err >&2; exit 3'
ok '  with what it wrote to stdout' grep -qx out "$tmp/out"
ok '  and to stderr' grep -qx err "$tmp/err"
ok 'quotes and blanks come through' ends 0 sh $vm run printf '%s|' "it's" ' a  b ' '$HOME'
ok '  unchanged' [ "$(cat "$tmp/out")" = "it's| a  b |\$HOME|" ]
ok 'a command that does not end is ended' ends 137 env VM_TIMEOUT=2 sh $vm run sleep 60
ok '  and named' grep -q 'did not end within 2 seconds' "$tmp/err"
ok 'a kernel that panics is tried twice, and is not the fault of the command' \
	ends 125 sh $vm run sh -c 'echo c >/proc/sysrq-trigger; sleep 60'
ok '  as it says' grep -q 'failed twice: its kernel panicked' "$tmp/err"
# Stop QEMU when its guest runs. It is found out half a minute later.
hangs() {
	as_user env VM_TIMEOUT=9 sh "$vm" run sh -c 'sleep 4; echo alive' >"$tmp/out" 2>"$tmp/err" &
	for _ in $(seq 900); do
		! cat "$home"/tmp/*/log 2>/dev/null | grep -q 'vm [0-9a-f]*: booted' || break
		sleep 0.1
	done
	qemu=$(ps -eo pid,args | awk -v t="$home" '/[q]emu-system/ && index($0, t) { print $1 }')
	kill -STOP "$qemu"
	wait $!
	cat "$tmp/out" "$tmp/err"
	grep -qx alive "$tmp/out" && grep -q 'failed (it hung). Once more' "$tmp/err"
}
ok 'a guest that hangs is ended and tried once more' hangs
ok 'no kernel of that name: a clear sentence' says 'No package of a kernel\|could not be fetched' \
	env KERNEL=1.0 sh $vm run true

# --- at a terminal: its size, Ctrl+C, the status, how it is left ---

# await TEXT [TIMES]: until the terminal shows it, so many times
await() {
	for _ in $(seq 900); do
		[ "$(grep -o "$1" "$tmp/typescript" 2>/dev/null | wc -l)" -lt "${2:-1}" ] || return 0
		sleep 0.1
	done
	echo "the terminal does not show \"$1\":"
	cat "$tmp/typescript"
	return 1
}
at_terminal() {
	mkfifo "$tmp/keys"
	script -qefc "stty rows 33 cols 101; stty -a >'$tmp/before'
		sh $vm shell; echo left with \$?
		stty -a >'$tmp/after'" "$tmp/typescript" <"$tmp/keys" >/dev/null 2>&1 &
	exec 5>"$tmp/keys"
	await 'vm:code#' && printf 'stty size; ./test_maps\n' >&5 &&
		await 'round 2' && printf '\003' >&5 &&
		await ' drained' && await 'vm:code#' 2 && printf 'echo status $?; exit 7\n' >&5 &&
		await 'left with 7'
	got=$?
	exec 5>&-
	wait
	return "$got"
}
ok 'at a terminal, Ctrl+C ends the program and not the shell' at_terminal
ok '  whose status is that of the program' grep -q '^status 0' "$tmp/typescript"
ok '  the size of the terminal is passed on' grep -q '^33 101' "$tmp/typescript"
ok '  the terminal is left as it was' cmp "$tmp/before" "$tmp/after"

# --- the exercises ---

exercise=02a_first_writer_wins
ok 'a stub fails there' ends 2 make -s vm-check-02a
ok '  at its first check' grep -q "^not ok - $(sed -n '/^title /!{s/.* //p;q}' \
	code/exercises/$exercise/points)" "$tmp/out"
cp code/exercises/$exercise/solution.c code/exercises/$exercise/exercise.c
ok 'a solution passes there' ends 0 make -s vm-check-02a
ok '  and is done' grep -qx 'Done.' "$tmp/out"
ok 'make check IN=vm keeps the score' ends 0 make -s check IN=vm
ok '  of one exercise' grep -q '^Score: 1 of ' "$tmp/out"

# --- the grader ---

# hand_in STUDENT FILE: FILE becomes a submission of STUDENT
hand_in() {
	as_user mkdir -p "$home/class/$1" && cp "$2" "$home/class/$1/$exercise.c"
}
hand_in good code/exercises/$exercise/solution.c
for file in code/exercises/$exercise/wrong/looks_first.c \
	code/tests/hostile/exits.c code/tests/hostile/prints_a_pass.c \
	code/tests/hostile/loops.c code/tests/hostile/bombs.c \
	code/tests/hostile/eats_memory.c code/tests/hostile/does_not_compile.c \
	code/tests/hostile/reads_the_password_file.c \
	code/tests/hostile/sandboxed/looks_around.c code/tests/hostile/sandboxed/hoards_maps.c; do
	name=${file##*/}
	hand_in "${name%.c}" "$file"
done
# All exercises at once, as a class hands them in.
for file in code/exercises/*_*/solution.c; do
	name=${file%/solution.c}
	as_user mkdir -p "$home/class/all" && cp "$file" "$home/class/all/${name##*/}.c"
done

ok 'an ordinary user grades a class there' \
	ends 0 make -s grade SUBMISSIONS="$home/class" OUT="$home/out" IN=vm

has_points() {
	got=$(awk -F, -v s="\"$1\"" '$1 == s { print $2 }' "$home/out/grades.csv")
	[ "$got" = "$2" ] || {
		echo "expected $2 points for $1, got \"$got\""
		cat "$home/out/feedback/$1.md"
		return 1
	}
}
ok 'a solution gets its points' has_points good 10
ok '  and no others' not has_points good 9
ok 'a solution of every exercise gets all points' has_points all \
	"$(awk '$1 != "title" { n += $1 } END { print n }' code/exercises/*_*/points)"
ok 'a job that loses a race gets some' has_points looks_first 7
for name in exits prints_a_pass loops bombs eats_memory does_not_compile \
	reads_the_password_file looks_around hoards_maps; do
	ok "nothing for $name" has_points $name 0
done
ok 'the sandbox in the guest refuses what a stranger may not do' \
	not grep -q ALLOWED "$home/out/feedback/looks_around.md" "$home/out/feedback/hoards_maps.md"
ok '  and it was tried' grep -q 'network: refused' "$home/out/feedback/looks_around.md"

if [ "$(id -u)" -eq 0 ] && "$code/01_create" >/dev/null 2>&1; then
	ok 'the same class is graded here' \
		flock "$code/exercises/classroom/grade.sh" sh code/exercises/classroom/grade.sh batch "$home/class" "$tmp/here"
	ok 'the grades are the same there and here' diff "$tmp/here/grades.csv" "$home/out/grades.csv"
else
	skip 'the grades are the same there and here' 'the grader here needs root: run sudo make test-kernels'
fi

mkdir -p "$home/broken" && printf 'no kernel' >"$home/broken/vmlinuz"
chmod -R a+rX "$home/broken"
ok 'a virtual machine that does not start is no fault of a student' says 'cannot be started' \
	env KERNEL="$home/broken/vmlinuz" make -s grade SUBMISSIONS="$home/class" OUT="$home/none" IN=vm
ok '  and nobody gets a grade' [ ! -e "$home/none/grades.csv" ]

done_testing
