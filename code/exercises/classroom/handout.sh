#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the archive for students:
#
#   handout.sh [FILE]   FILE is bpf-map-workbook.tar.gz if not given
#
# It is the tree without what gives an exercise away: no solution, no
# wrong solution, no answer, nothing of the grader, and nobody's work.
# The same tree makes the same bytes, whenever and by whomever.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd) || exit 2
top=$(cd "$here/../../.." && pwd) || exit 2
file=${1:-bpf-map-workbook.tar.gz}
case $file in
/*) ;;
*) file=$PWD/$file ;;
esac
name=bpf-map-workbook

new=$(mktemp -d) || exit 2
trap 'rm -rf "$new" "$file.new"' EXIT
trap 'exit 130' INT TERM

cd "$top" || exit 2
set --
for part in .gitignore .clang-format Makefile README.md LICENSE lessons code docs; do
	[ ! -e "$part" ] || set -- "$@" "$part"
done
find "$@" \
	\( -path docs/build -o -path code/skeletons -o -path code/machines/qemu/cache -o -path code/tests -o -path 'code/exercises/build*' -o -path '*/node_modules' \
	-o -path 'code/exercises/*/wrong' -o -path 'code/exercises/*/right' \) -prune -o \
	\( -type f -o -type l \) \
	! -path 'code/exercises/*/solution.c' ! -path 'code/exercises/*/answer.md' \
	! -path 'code/exercises/*/exercise.c*' ! -path 'code/exercises/classroom/grade.sh' \
	! -path 'code/exercises/classroom/sandbox.sh' ! -path 'code/exercises/classroom/handout.sh' ! -path 'code/exercises/classroom/bench.sh' \
	! -path code/exercises/classroom/secret ! -path code/develop.mk \
	! -path 'lessons/*-for-teachers.md' -print >"$new/all" || exit 2
# Built programs have no dot in their names; sources and scripts do.
grep -v -e '^code/[^/.]*$' -e '^code/atlas/[^.]*$' -e '^code/skeletons/' "$new/all" >"$new/list"
grep -x 'code/Makefile' "$new/all" >>"$new/list"
# A program that no lesson shows is somebody's own.
sh code/tools/transcript.sh shown | sed 's|.*|code/&.c\ncode/&.bpf.c|' >"$new/shown"
awk 'NR == FNR { shown[$0]; next } !/^code\/[^\/]*\.c$/ || $0 in shown' "$new/shown" "$new/list" >"$new/kept" &&
	mv "$new/kept" "$new/list" || exit 2

mkdir "$new/$name" && tar --create --no-recursion --files-from "$new/list" |
	tar -C "$new/$name" -xf - || exit 2
cd "$new/$name" || exit 2

# The front page without the doors that are not there.
awk -v RS= -v ORS='\n\n' '
	/make test\n/ || /^proves all of it/ { next }
	{ sub(/ And$/, ""); sub(/\n- To teach with it:.*/, "") } 1' "$top/README.md" >README.md || exit 2

# One date, one owner, one order, and the permissions that git keeps.
sort -u "$new/list" | tar --create --file "$new/tar" --no-recursion --files-from - \
	--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode='a+rX,u+w,go-w' \
	--transform "s|^|$name/|" --format=ustar || exit 2
gzip -9 -n <"$new/tar" >"$file.new" && mv "$file.new" "$file" || exit 2
echo "$file"
