#!/bin/sh
# SPDX-License-Identifier: MIT
#   root.sh PACKAGES ROOT    gathers in ROOT, from the packages unpacked in
#                            PACKAGES, what the machine in the page has:
#                            busybox, tcc, bpftool, libbpf, and of the
#                            headers those that a program can reach
set -eu
packages=$(cd "$1" && pwd)
root=$2
cd "$(dirname "$0")"
libraries=usr/lib/i386-linux-gnu

rm -rf "$root"
mkdir -p "$root/code" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" \
	"$root/usr/bin" "$root/usr/sbin" "$root/usr/include" "$root/$libraries/tcc"
for name in bin sbin lib; do
	ln -s "usr/$name" "$root/$name"
done
cp init jobs "$root"
mv "$root/jobs" "$root/usr/bin"
chmod 755 "$root/init" "$root/usr/bin/jobs"

# needs FILE...: the libraries that these files are linked with
needs() {
	objdump -p "$@" | sed -n 's/^ *NEEDED *//p' | sort -u
}

cp "$packages/usr/bin/busybox" "$packages/usr/bin/tcc" "$root/usr/bin"
cp "$packages/usr/sbin/bpftool" "$root/usr/sbin"
cp -L "$packages/$libraries/libbpf.so.1" "$root/$libraries"
more=yes
while [ -n "$more" ]; do
	more=
	for name in $(needs "$root"/usr/*bin/busybox "$root"/usr/*bin/tcc \
		"$root"/usr/*bin/bpftool "$root/$libraries"/*.so.*); do
		[ ! -e "$root/$libraries/$name" ] || continue
		cp -L "$packages/$libraries/$name" "$root/$libraries"
		more=yes
	done
done
ln -s i386-linux-gnu/ld-linux.so.2 "$root/lib/ld-linux.so.2"
for name in libbpf.so:1 libelf.so:1 libz.so:1; do
	ln -s "${name%:*}.${name#*:}" "$root/$libraries/${name%:*}"
done

# What tcc links with.
cp -R "$packages/$libraries/tcc/." "$root/$libraries/tcc"
for name in crt1.o crti.o crtn.o libc.so libc_nonshared.a; do
	cp "$packages/$libraries/$name" "$root/$libraries"
done

# Those headers that the programs include, and others that a reader might.
{
	sed -n 's/^# *include *\(<.*>\).*/\1/p' ../../*.[ch] ../../exercises/*/*.[ch]
	for name in arpa/inet assert ctype dirent endian limits math net/if netinet/in \
		pthread sys/epoll sys/eventfd sys/random sys/stat sys/sysinfo \
		sys/time sys/timerfd sys/types sys/un sys/uio termios \
		linux/btf linux/perf_event bpf/btf; do
		echo "<$name.h>"
	done
} | grep -v '^<bpf/bpf_' | sort -u | sed 's/^/#include /' |
	cc -m32 -nostdinc -D_GNU_SOURCE -D_GCC_LIMITS_H_ -M -x c - \
		-isystem "$packages/$libraries/tcc/include" \
		-isystem "$packages/usr/include/i386-linux-gnu" -isystem "$packages/usr/include" |
	tr -d '\\\n' | tr ' ' '\n' | grep "^$packages/usr/include/" | sort -u |
	while read -r header; do
		copy=$root/usr/include/${header#"$packages"/usr/include/}
		mkdir -p "${copy%/*}"
		cp -L "$header" "$copy"
	done

# tcc takes a bit-field without a name, of a type with one, for a label;
# and glibc takes the attributes away from any compiler but gcc, of which
# the kernel's structures need "aligned".
find "$root/usr/include/linux" "$root/usr/include/bpf" -name '*.h' -exec sed -i \
	-e 's/__u64 *:\([0-9]\)/unsigned long long :\1/; s/__u32 *:\([0-9]\)/unsigned int :\1/' \
	-e 's/__u16 *:\([0-9]\)/unsigned short :\1/; s/__u8 *:\([0-9]\)/unsigned char :\1/' \
	-e 's/size_t *:0/unsigned int :0/' {} +
sed -i 's/^# *define __attribute__(xyz).*/# define __attributes_are_kept 1/' \
	"$root/usr/include/i386-linux-gnu/sys/cdefs.h"
