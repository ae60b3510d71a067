#!/bin/sh
# SPDX-License-Identifier: MIT
# What vm.sh adds to QEMU, as a ratio: a step on the newest kernel beside
# the same kernel with an init that does nothing but end. Then the time
# of several kernels, two at a time, beyond what their programs take.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
image=$(sh kernel.sh image newest)
eval "$(grep '^arguments=' vm.sh)" # sets $arguments

mkdir -p "$tmp/root/bin"
cp "$(command -v busybox)" "$tmp/root/bin/busybox"
printf '#!/bin/busybox sh\nexec /bin/busybox reboot -f\n' >"$tmp/root/init"
mkdir "$tmp/root/dev"
chmod 755 "$tmp/root/init"
(cd "$tmp/root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$tmp/bare"

cat >"$tmp/bare.sh" <<END
exec qemu-system-x86_64 -M pc -accel tcg,thread=single -cpu max -smp 2 -m 512 \
	-nodefaults -no-user-config -display none -no-reboot \
	-serial null -serial null -kernel '$image' -initrd '$tmp/bare' \
	-append '${arguments:?}' </dev/null
END
hyperfine --style none --warmup 1 --runs 5 --export-csv "$tmp/times.csv" \
	"sh '$tmp/bare.sh'" 'KERNEL=newest sh vm.sh run ./03_lookup' >/dev/null
awk -F, 'NR > 1 { fastest[NR - 1] = $7 }
	END { printf "boot, a step and exit: %.2f times a boot with an empty init (%.2f s, %.2f s)\n",
		fastest[2] / fastest[1], fastest[2], fastest[1] }' "$tmp/times.csv"

series="5.10 6.1 6.12 7.0 newest"
for name in $series; do
	sh kernel.sh image "$name" >/dev/null
done
begin=$(date +%s%N)
# shellcheck disable=SC2016,SC2086 # for sh; words
printf '%s\n' $series | xargs -P 2 -n 1 sh -c 'KERNEL=$1 sh vm.sh run true' sh
end=$(date +%s%N)
# shellcheck disable=SC2086 # words
set -- $series
echo "$# kernels, two at a time, with nothing to do: $(((end - begin) / 100000000))" |
	sed 's/\(.\)$/.\1 s/'
