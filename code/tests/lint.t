# SPDX-License-Identifier: MIT
# What linters say of every script, C, Lua and JavaScript file. "make lint"
# runs this, and so does CI; "make test" does not, because their opinions
# change from version to version, and are not about your machine.
# shellcheck disable=SC2046,SC2086 # lists of files and options
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
cd "$top" || exit 1

# files PATTERN...: the files of the tree that are ours
files() {
	find . \( -name .git -o -name node_modules -o -name cache -o -name 'build*' \
		-o -name skeletons -o -name exercise.c \) -prune -o -type f \( -false $(printf ' -o -name %s' "$@") \) -print | sort
}
set -f
scripts=$(files '*.sh' '*.t')
c=$(files '*.c' '*.h')
lua=$(files '*.lua')
js=$(files '*.js')
# The wrong solutions and the hostile programs are wrong on purpose.
sound=$(echo "$c" | grep '\.c$' | grep -v -e /wrong/ -e /hostile/)
set +f

# linter TOOL DESCRIPTION COMMAND...: a check, if TOOL is there
linter() {
	if command -v "$1" >/dev/null 2>&1; then
		shift
		ok "$@"
	else
		skip "$2" "$1 is not installed: make lint"
	fi
}

# Not asked: whether a function is called (2317: "ok" calls it), and
# whether a $ in single quotes should stand in double ones (2016: sh, awk
# or make reads it).
shellchecked() {
	shellcheck -x -P code/tests -e SC2016,SC2317 "$@"
}
linter shellcheck 'the scripts pass shellcheck' shellchecked -s sh $scripts
linter shellcheck '.ci/run does' shellchecked .ci/run
echo 'rm -rf $1/' >"$tmp/script"
linter shellcheck '  and one with a fault does not' not shellchecked -s sh "$tmp/script"

# Not asked: whether a local name hides an outer one (42x, 43x), and whether a branch
# is empty (542: it says that nothing is to do there). What pandoc
# gives is read, what it calls is set.
luachecked() {
	luacheck -q --std lua53 --ignore '4[23].' 542 --read-globals pandoc PANDOC_STATE re \
		--globals Pandoc Meta -- "$@"
}
linter luacheck 'the Lua files pass luacheck' luachecked $lua
echo 'local unused = nothing' >"$tmp/fault.lua"
linter luacheck '  and one with a fault does not' not luachecked "$tmp/fault.lua"

# Not asked: what is not set (cppcheck does not know what a system call
# fills in; valgrind does), and what compares pointers (to the two ends of
# a section, which the linker gives).
cppchecked() {
	cppcheck -q --std=c11 --enable=warning,performance,portability --max-configs=1 --error-exitcode=1 \
		--suppress=toomanyconfigs --suppress=uninitvar --suppress=ctuuninitvar --suppress=comparePointers \
		--suppress=arrayIndexOutOfBoundsCond --inline-suppr -D__x86_64__ \
		-D'LIBBPF_OPTS(type,name,...)=struct type name = { __VA_ARGS__ }' -D'SEC(name)=' "$@"
}
linter cppcheck 'the C files pass cppcheck' cppchecked $sound
printf 'int main(void)\n{\n\tint a[2];\n\n\treturn a[2] = 0;\n}\n' >"$tmp/fault.c"
linter cppcheck '  and one with a fault does not' not cppchecked "$tmp/fault.c"

formatted() {
	clang-format --style="file:$code/.clang-format" --dry-run -Werror "$@"
}
linter clang-format 'the C files are in kernel style' formatted $c
printf 'int main(void) {\n    return 0;\n}\n' >"$tmp/style.c"
linter clang-format '  and another style is seen' not formatted "$tmp/style.c"

# narrow FILE...: no line is longer than 72 columns
narrow() {
	for file; do
		expand -t 8 "$file" | awk -v file="$file" \
			'length > 72 { print file ":" NR ": " $0; bad = 1 } END { exit bad }' || return 1
	done
}
ok 'the C files have at most 72 columns' narrow $c
printf '/* %073d */\n' 0 >"$tmp/wide.c"
ok '  and a line of 79 does not pass' not narrow "$tmp/wide.c"

# licensed FILE...: says in its first two lines how it may be used
licensed() {
	for file; do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || { echo "$file"; return 1; }
	done
}
ok 'every file starts with its licence' licensed $scripts $c $lua $js .ci/run
ok '  and one without is seen' not licensed "$tmp/wide.c"

parsed() {
	for file; do
		node --check "$file" || return 1
	done
}
linter node 'the JavaScript files are JavaScript' parsed $js
echo 'let = ;' >"$tmp/fault.js"
linter node '  and another one is not' not parsed "$tmp/fault.js"

done_testing
