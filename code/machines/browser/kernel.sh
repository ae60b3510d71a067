#!/bin/sh
# SPDX-License-Identifier: MIT
#   kernel.sh TARBALL ROOT BUILD IMAGE
#
# builds the kernel of the machine in the page, with ROOT in it, from the
# sources in TARBALL, in the folder BUILD, which takes 2 GB: at its end
# the kernel is IMAGE. Started again, it compiles what has changed.
set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
tarball=$1 root=$(cd "$2" && pwd) build=$3 image=$4

if [ ! -e "$build/Makefile" ]; then
	echo "  UNPACK ${tarball##*/}"
	rm -rf "$build.new"
	mkdir -p "$build.new"
	tar -C "$build.new" --strip-components=1 -xf "$tarball"
	mv "$build.new" "$build"
fi
log=$build/log
# The same kernel from the same sources.
export KBUILD_BUILD_USER=reader KBUILD_BUILD_HOST=workbook
KBUILD_BUILD_TIMESTAMP=$(date -u -r "$build/Makefile")
export KBUILD_BUILD_TIMESTAMP

run() {
	nice make -C "$build" ARCH=i386 -j"$(nproc)" "$@" >>"$log" 2>&1 || {
		grep -m 5 -A 5 -i 'error\|\*\*\*' "$log" >&2 || tail "$log" >&2
		echo "The kernel could not be built: $log has all that was said." >&2
		exit 1
	}
}
: >"$log"
run tinyconfig
cat "$here/kernel.config" - >>"$build/.config" <<END
CONFIG_INITRAMFS_SOURCE="$root $here/devices"
CONFIG_INITRAMFS_ROOT_UID=$(id -u)
CONFIG_INITRAMFS_ROOT_GID=$(id -g)
END
run olddefconfig
if grep '^CONFIG' "$here/kernel.config" | grep -vxFf "$build/.config" >&2; then
	echo 'This kernel does not know these lines of kernel.config, or wants others for them.' >&2
	exit 1
fi
echo '  KERNEL (takes some minutes the first time)'
run bzImage
cp "$build/arch/x86/boot/bzImage" "$image.new"
mv "$image.new" "$image"
