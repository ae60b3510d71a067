#!/bin/sh
# SPDX-License-Identifier: MIT
# The learner's loop:
#
#   check.sh all            every exercise: its state, the score, what is
#                           next
#   check.sh one NAME       check one exercise and report; NAME may be
#                           short, as in 02a
#   check.sh hint NAME      the next hint
#   check.sh reset NAME     put the stub back, after asking; your file is
#                           kept
#   check.sh watch          check again what you save, until Ctrl+C
#
# Status of "one": 0 done, 1 to do or failing, 77 this kernel cannot do
# the exercise, 2 a fault that is not yours. SEED=N repeats a run with
# the same values, CC=clang uses another compiler. With IN=vm your code
# runs in a virtual machine.
set -u
check=check patience=1
if [ "${IN-}" = vm ]; then
	check=vm-check patience=5 # its processor is emulated
fi
cd "$(dirname "$0")/.." || exit 2
build=build${CC:+-$(basename "$CC")}

names() {
	for file in *_*/points; do
		echo "${file%/points}"
	done
}

# full NAME: the folder that NAME stands for
full() {
	for folder in "$1" "$1"_*; do
		[ -e "$folder/points" ] && echo "$folder" && return
	done
	{
		echo "There is no exercise \"$1\". There is:"
		names | grep "^$1" || names
	} >&2
	exit 2
}

title() {
	sed -n 's/^title //p' "$1/points"
}

fill() {
	awk '/^    [|]/ { print; next } # the words of a compiler
	{
		indent = /^    [a-z]+ / ? 14 : 0
		while (length($0) > 76) {
			for (at = 77; at > indent + 1 && substr($0, at, 1) != " "; at--)
				;
			if (at <= indent + 1)
				break
			print substr($0, 1, at - 1)
			$0 = sprintf("%*s", indent, "") substr($0, at + 1)
		}
		print
	}'
}

# compile NAME: build the player of an exercise from exercise.c, of which
# only the functions of the exercise are seen from outside, as by a grader
compile() {
	# shellcheck disable=SC2046 # words
	{
		${CC:-cc} $(cat "$build/flags") -I "$1" -c -o "$build/$1/exercise.o" "$1/exercise.c" &&
			objcopy --keep-global-symbols="$build/$1/functions" "$build/$1/exercise.o" &&
			${CC:-cc} $(cat "$build/flags") -o "$build/$1/player" "$build/$1/exercise.o" \
				"$build/$1/call.o" "$build/player.o" -lbpf
	} 2>"$build/$1/compiler"
}

# play SEED NAME...: compile and run each, and write $build/NAME/report,
# fault and status; in a virtual machine, all of them in one boot. What
# fails here is not the learner's.
play() {
	number=$1
	shift
	: >"$build/cases" || return 2
	for name; do
		folder=$build/$name
		rm -f "$folder/state" "$folder/status"
		set -- "$folder/check" --seed "$number" --patience "$patience" -- "$folder/player"
		if ! compile "$name"; then
			{
				echo 'not ok - compiles'
				echo "    tried     to compile code/exercises/$name/exercise.c"
				echo '    expected  a program'
				echo '    came      what the compiler says below; begin with its first error'
				head -n 30 "$folder/compiler" | sed 's/^/    | /'
			} >"$folder/report"
			echo 1 >"$folder/status"
		elif [ "${IN-}" = vm ]; then
			echo "$name $*" >>"$build/cases"
		else
			sh ../tools/with_capabilities.sh "$@" >"$folder/report" 2>"$folder/fault"
			echo $? >"$folder/status"
		fi
	done
	[ -s "$build/cases" ] || return 0
	sh ../machines/qemu/vm.sh cases "$build/cases" "$build/played" || return 2
	while read -r name _; do
		for file in out:report err:fault status:status; do
			cp "$build/played/$name.${file%:*}" "$build/$name/${file#*:}" || return 2
		done
	done <"$build/cases"
}

# judge NAME: what its status means, in $build/NAME/state
judge() {
	folder=$build/$1
	status=$(cat "$folder/status")
	case $status in
	0) echo 'done' ;;
	1)
		if cmp -s "$1/exercise.c" "$1/stub.c"; then
			echo 'to do'
		else
			sed -n 's/^not ok - /failing /p' "$folder/report"
		fi
		;;
	77) sed -n 's/^skip - /skipped /p' "$folder/report" ;;
	*)
		cat "$folder/fault" >&2
		[ "$status" -ne 137 ] || echo "The check of $1 took too long and was ended." >&2
		return 2
		;;
	esac >"$folder/state.new"
	mv "$folder/state.new" "$folder/state"
	return "$status"
}

# tools [NAME]: build what checks every exercise, or NAME
tools() {
	sh ../tools/requirements.sh check build || exit 2
	[ "${IN-}" = vm ] || sh ../tools/with_capabilities.sh true || exit 2
	for each in $(names); do
		[ -e "$each/exercise.c" ] || cp "$each/stub.c" "$each/exercise.c" || exit 2
	done
	make --no-print-directory -s -f classroom/Makefile BUILD="$build" ${CC:+CC="$CC"} ${1:+exercises="$1"} tools || exit 2
}

seed() {
	echo "${SEED:-$(($(date +%s) % 1000000))}"
}

one() {
	number=$(seed)
	play "$number" "$1" || return 2
	judge "$1"
	status=$?
	[ $status -ne 2 ] || return 2
	printf '%s: %s (SEED=%s)\n' "$1" "$(title "$1")" "$number"
	if [ -s "$build/$1/compiler" ] && ! grep -q '^not ok - compiles' "$build/$1/report"; then
		echo 'The compiler warns:'
		sed 's/^/    | /' "$build/$1/compiler"
	fi
	sed "s/^    again     SEED/    again     make $check-${1%%_*} SEED/" "$build/$1/report" | fill
	case $status in
	0) echo 'Done.' ;;
	1) echo "Your file is code/exercises/$1/exercise.c. For a hint: make hint-${1%%_*}" ;;
	esac
	return $status
}

# Every exercise that changed since its last check is checked again.
all() {
	changed=
	for name in $(names); do
		if cmp -s "$name/exercise.c" "$name/stub.c"; then
			echo "to do" >"$build/$name/state"
		elif [ -z "$(find "$build/$name/state" -newer "$name/exercise.c" -newer "$build/$name/check" -newer "$build/flags" 2>/dev/null)" ]; then
			changed="$changed $name"
		fi
	done
	# shellcheck disable=SC2086 # words
	play "$(seed)" $changed || exit 2
	for name in $changed; do
		judge "$name"
		[ $? -ne 2 ] || exit 2
	done
	summary
}

summary() {
	ready=0 count=0 points=0 most=0 next=
	for name in $(names); do
		state=$(cat "$build/$name/state")
		count=$((count + 1))
		worth=$(awk '$1 != "title" { n += $1 } END { print n }' "$name/points")
		most=$((most + worth))
		case $state in
		done)
			ready=$((ready + 1))
			points=$((points + worth))
			;;
		skipped*) ;;
		*) [ -n "$next" ] || next=$name ;;
		esac
		printf '  %-26s %-8.7s %s\n' "$name" "$state" "$(title "$name")"
		case $state in
		'failing '* | 'skipped '*) printf '  %-26s %s\n' '' "         (${state#* })" ;;
		esac
	done
	echo
	echo "Score: $ready of $count exercises, $points of $most points."
	if [ -n "$next" ]; then
		echo "Next:  $next: edit code/exercises/$next/exercise.c,"
		echo "       then make $check-${next%%_*}"
	else
		echo 'Every exercise is done.'
	fi
}

hint() {
	mkdir -p "$build/$1"
	shown=$(cat "$build/$1/hints" 2>/dev/null || echo 0)
	last=$(grep -c '^## Hint ' "$1/hints.md")
	if [ "$shown" -ge "$last" ]; then
		shown=0
		echo "You have seen all $last hints of $1; here they are from the first."
	fi
	shown=$((shown + 1))
	echo "Hint $shown of $last for $1:"
	awk -v n="$shown" '/^## Hint / { at++; next } at == n' "$1/hints.md" | fmt -w 72
	echo "$shown" >"$build/$1/hints"
}

reset() {
	if cmp -s "$1/stub.c" "$1/exercise.c"; then
		echo "code/exercises/$1/exercise.c is the stub already."
		return
	fi
	number=1
	while [ -e "$1/exercise.c.$number" ]; do
		number=$((number + 1))
	done
	echo "This puts the stub back in code/exercises/$1/exercise.c."
	printf 'Your file is kept as exercise.c.%s beside it. Go on? [y/N] ' "$number"
	answer=
	read -r answer
	case $answer in
	y | Y | yes)
		[ ! -e "$1/exercise.c" ] || cp -p "$1/exercise.c" "$1/exercise.c.$number" || exit 2
		cp "$1/stub.c" "$1/exercise.c.new" && mv "$1/exercise.c.new" "$1/exercise.c" || exit 2
		echo 'The stub is back.'
		;;
	*) echo 'Nothing was changed.' ;;
	esac
}

# No tool is needed to see a save: a file newer than the last look.
watch() {
	echo "Watching code/exercises/*/exercise.c. Save one, and it is checked. Ctrl+C ends this."
	trap 'rm -f "$build/look"; echo; exit 0' INT TERM
	touch "$build/look"
	while :; do
		changed=$(find . -name exercise.c -newer "$build/look" -path './*_*/*' | sed 's|^\./||; s|/.*||' | sort)
		if [ -n "$changed" ]; then
			touch "$build/look"
			for name in $changed; do
				echo
				one "$name"
			done
		fi
		sleep 0.5
	done
}

case ${1-}${2+ NAME} in
all) tools && all ;;
'one NAME')
	name=$(full "$2") || exit
	tools "$name"
	one "$name"
	;;
'hint NAME')
	name=$(full "$2") && hint "$name"
	;;
'reset NAME')
	name=$(full "$2") && reset "$name"
	;;
watch) tools && watch ;;
*)
	sed -n '3,/^set -u/s/^# \{0,1\}//p' classroom/check.sh >&2
	exit 2
	;;
esac
