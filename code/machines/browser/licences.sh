#!/bin/sh
# SPDX-License-Identifier: MIT
#   licences.sh I386 SOURCE V86
#
# prints what is in the machine in the page, where its source is, and the
# notices of those who made it.
set -eu
i386=$1 source=$2 v86=$3
cat <<'END'
The machine in the page
=======================

linux.js holds programs of others. Each is built from exactly this source,
without a change but in two headers of the C library's and the kernel's
(code/machines/browser/root.sh of the workbook says which):

END
# Only what was taken.
taken=' bpftool busybox libbpf1 libbpf-dev libc6 libc6-dev libcap2 libelf1 libelf1t64 libzstd1 linux-libc-dev seabios tcc zlib1g '
cat "$i386/.versions" "$source/.versions" |
	while read -r package version from from_version sum; do
		case $taken in
		*" $package "*) ;;
		*) case $package in linux-source-*) ;; *) continue ;; esac ;;
		esac
		printf '%s %s\n  source package %s %s\n  sha256 of the package %s\n' \
			"$package" "$version" "$from" "$from_version" "$sum"
	done
sed -n 's/^  "version": "\(.*\)".*/v86 \1\n  the npm package of this name and version, with its sources on GitHub/p' "$v86/package.json"
cat <<'END'

A source package is had with "apt-get source PACKAGE=VERSION" where its
distribution is known to apt, and every version that there was is in the
snapshot archive of Debian. The kernel is configured by
code/machines/browser/kernel.config and built by kernel.sh beside it.
"make machine" in the workbook does all of it again.

END
for name in bpftool busybox libbpf1 libc6 libcap2 libelf1 libelf1t64 libzstd1 \
	linux-libc-dev seabios tcc zlib1g; do
	file=$i386/usr/share/doc/$name/copyright
	[ -e "$file" ] || continue
	printf '\n%s\n%s\n\n' "$name" "$(echo "$name" | tr -c '\n' =)"
	cat "$file"
done
printf '\nv86\n===\n\n'
cat "$v86/LICENSE"
