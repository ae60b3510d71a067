# SPDX-License-Identifier: MIT
# Both commands of the README in a bare root of every suite of Debian from
# 12 on that the mirror of this machine has: nothing in it but git, make
# and what apt needs. SUITES="stable" chooses. "make test-distributions"
# runs this, as root; what it fetched and printed is in tests/cache.
#
# make test runs there as on a reader's machine: it installs the small
# tools, and what needs a large one is skipped.
# shellcheck disable=SC2086 # a status is a number
# shellcheck source=code/tests/tap.sh
. "$(dirname "$0")/tap.sh"
need apt-get debootstrap git setpriv unshare
[ "$(id -u)" -eq 0 ] || skip_all 'to make a root takes root: sudo make test-distributions'
need_bpf

cache=$code/tests/cache
mkdir -p "$cache" && exec 8>"$cache/lock" && flock 8 || exit 1
# One that was killed may have left its root behind.
rm -rf "$cache"/root.*
trap 'rm -rf "$tmp" "$cache"/root.*' EXIT

# alone COMMAND...: in namespaces of its own, so that its mounts and its
# processes go when it ends, or when this test does, whatever ends it
alone() {
	setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child "$@" 8>&-
}

# The mirror, and how apt gets there.
# shellcheck disable=SC2016 # apt-get fills these in
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
mirror=${mirror%/}
[ -n "$mirror" ] || skip_all 'apt knows no mirror of Debian here: add one, then apt-get update'
apt-config dump | grep -E '^Acquire::(https?::|Check-|Retries)' >"$tmp/apt.conf"

# codename SUITE: its name, such as bookworm for oldstable, if the mirror
# has it and it is Debian 12 or later
codename() {
	/usr/lib/apt/apt-helper download-file "$mirror/dists/$1/Release" "$tmp/Release" >"$tmp/log" 2>&1 || return 1
	awk '/^Codename:/ { name = $2 } /^Version:/ { version = $2 }
		END { if (version == "" || version >= 12) print name }' "$tmp/Release"
}

# bare SUITE: $cache/SUITE.tar, at most a week old. debootstrap has a
# script for each suite that it has heard of; that of sid does for all.
bare() {
	[ -z "$(find "$cache/$1.tar" -mtime -7 2>/dev/null)" ] || return 0
	root=$(mktemp -d "$cache/root.XXXXXX") &&
		alone debootstrap --variant=minbase --include=git,make,ca-certificates \
			"$1" "$root" "$mirror" /usr/share/debootstrap/scripts/sid &&
		rm -rf "$root"/var/cache/apt/archives/*.deb &&
		cp "$tmp/apt.conf" "$root/etc/apt/apt.conf.d/90machine" &&
		echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/90unsafe" &&
		tar -C "$root" -cf "$cache/$1.tar.new" . && mv "$cache/$1.tar.new" "$cache/$1.tar"
	status=$?
	rm -rf "$root" "$cache/$1.tar.new"
	return "$status"
}

# unpacked SUITE: $root, with a clone of the workbook in it
unpacked() {
	root=$(mktemp -d "$cache/root.XXXXXX") &&
		tar -C "$root" -xf "$cache/$1.tar" && chmod 755 "$root" &&
		cp /etc/resolv.conf "$root/etc/" &&
		git -c safe.directory='*' clone -q "$top" "$root/workbook"
}

# inside NAME COMMAND...: COMMAND as a newcomer's first on such a machine;
# what it prints is kept as NAME.log
inside() {
	log=$cache/$1.log
	shift
	# The root of the namespace is the folder: a mere chroot is a
	# place where no sandbox can be made.
	# shellcheck disable=SC2016 # for sh
	alone sh -c '
		mount --bind "$0" "$0" && cd "$0" &&
			mount -t proc proc proc && mount --rbind /sys sys && mount --rbind /dev dev &&
			pivot_root . . && umount -l . && cd /workbook &&
			exec env -i TERM=dumb HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
				${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
	' "$root" "$@" >"$log" 2>&1 </dev/null && return
	status=$?
	tail -n 40 "$log"
	return "$status"
}

for suite in ${SUITES:-oldoldstable oldstable stable testing}; do
	name=$(codename "$suite") || {
		# Whoever asks for a suite must get it.
		[ -z "${SUITES-}" ] || ok "$suite is on $mirror" not cat "$tmp/log"
		continue
	}
	[ -n "$name" ] || continue
	ok "$name: a bare root is made" bare "$name"
	unpacked "$name" || continue
	ok "$name: nothing that is needed is in it" not inside "$name" sh -c 'command -v cc || command -v pandoc || command -v strace'
	ok "$name: make start" inside "$name-start" make start
	ok '  and the book is there' test -s "$root/workbook/docs/build/index.html"
	ok "$name: make test" inside "$name-test" make test
	ok '  and all that it ran passed' grep -q '^All tests successful' "$cache/$name-test.log"
	rm -rf "$root"
done
[ "$checks" -gt 0 ] || ok 'some suite is tested' false
done_testing
