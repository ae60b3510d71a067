#!/bin/sh
# SPDX-License-Identifier: MIT
# Kernels from the distribution's own packages, for any user:
#
#   kernel.sh list            the kernels on offer, the oldest first, as
#                             "SERIES PACKAGE VERSION SUITE"
#   kernel.sh image SERIES    the path of that kernel's image, such as
#                             5.10, or "newest"; fetched if it must be
#   kernel.sh image           the path of an image that is fetched the
#                             soonest: of the kernel that runs here, or
#                             of the newest in this machine's own suite
#   kernel.sh packages SUITE FOLDER PACKAGE...
#                             unpacks these packages and all that they
#                             need into FOLDER, from SUITE, which can be
#                             "own": then without what is installed, and
#                             ready to be used from where it is
#   kernel.sh newest WORD     the newest package of this machine's own
#                             suite that is called WORD and a number
#
# With CACHE=FOLDER all of that is kept there, and with ARCHITECTURE=i386
# it is fetched for that one. What was unpacked, with its source and its
# checksum, is listed in FOLDER/.versions.
#
# apt works on lists and archives of its own under cache/, so none of
# this takes root or touches the packages of the system. Whatever ends
# it, a full disk or Ctrl+C, it can be started again: each file in the
# cache is put in place whole.

# shellcheck disable=SC2015 # "A && B || C" means what it says
set -u
umask 022
export LC_ALL=C # what apt says is searched
cache=${CACHE:-$(cd "$(dirname "$0")" && pwd)/cache}

# Releases of Debian that hold kernels, the oldest first. A suite that
# the mirror does not have is passed over.
releases='bullseye bookworm trixie forky sid'

die() {
	printf '%s\n' "$*" >&2
	exit 1
}

say() {
	printf '%s\n' "$*" >&2
}

# failed LOG WHAT OTHERWISE: say why WHAT failed, with the last words of
# LOG. Status 2 if trying again is no use.
failed() {
	tail -n 5 "$1" >&2
	if grep -qi 'no space left\|enough free space\|quota exceeded' "$1"; then
		say "$2: there is no room left in code/machines/qemu/cache. Make some, or empty it with: make vm-clean"
		return 2
	fi
	say "$2: $3"
	! grep -q 'Could not resolve\|Temporary failure\|[Cc]ould not connect\|[Uu]nable to connect' "$1" || return 2
	return 1
}

# lock: one at a time, because two would unpack over each other. What
# was left by one that was killed goes.
lock() {
	{ mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial" \
		"$cache/apt/none" && [ -w "$cache" ]; } ||
		die "What is needed is not in $cache, and may not be fetched: the folder cannot be written."
	exec 9>"$cache/lock"
	flock -n 9 || {
		say '  waiting for another that fetches'
		flock -w 1800 9 || die "Another has held $cache/lock for half an hour. End it, then try again."
	}
	rm -rf "$cache"/fetch.* "$cache/new" "$cache"/apt/*.new
	trap 'rm -rf "$cache"/fetch.* "$cache/new" "$cache"/apt/*.new' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# shown LOG COMMAND...: what COMMAND prints goes to LOG; at a terminal
# its errors alone, so that apt shows how far it is
quiet=-q
shown() {
	log=$1
	shift
	if [ -t 2 ]; then
		quiet=-q=0
		"$@" >&2 2>"$log"
	else
		"$@" >"$log" 2>&1
	fi
}

# apt LIST TOOL ARGUMENT...: apt with the sources of cache/apt/LIST
apt() {
	sources=$cache/apt/$1
	tool=$2
	shift 2
	# shellcheck disable=SC2086 # words
	"$tool" $quiet ${ARCHITECTURE:+-o APT::Architecture=$ARCHITECTURE -o APT::Architectures::=$ARCHITECTURE} \
		-o Dir::Etc::sourcelist="$sources" \
		-o Dir::Etc::sourceparts="$cache/apt/none" \
		-o Dir::State::lists="$cache/apt/lists" \
		-o Dir::Cache="$cache/apt" \
		-o Dir::Cache::archives="$cache/apt/archives" \
		-o Dir::Cache::pkgcache="${sources%.new}.bin" \
		-o Dir::Cache::srcpkgcache= \
		-o APT::Get::List-Cleanup=false -o Acquire::GzipIndexes=true \
		-o APT::Sandbox::User="$(id -un)" \
		-o Acquire::Languages=none -o Acquire::Retries=3 \
		-o Debug::NoLocking=true "$@"
}

# own_suites: "URI SUITE COMPONENT" of this machine's distribution, with
# every component that the machine itself uses: not all of what is needed
# is in main. (A third party may name a suite like the distribution's,
# but its archive has no main.)
own_suites() {
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
	# shellcheck disable=SC2016 # apt-get fills these in
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 2>/dev/null |
		awk -v c="$codename" '$2 ~ "^" c "(-|$)" ||
			$2 ~ /^(oldstable|stable|testing|unstable|sid)(-|$)/ {
				line[++n] = $0
				uri[n] = $1
				if ($3 == "main")
					has_main[$1]
			}
			END { for (i = 1; i <= n; i++) if (uri[i] in has_main) print line[i] }' | sort -u
}

# all_suites: the same of every release of Debian, at the addresses that
# this machine uses for its own
all_suites() {
	own_suites
	# shellcheck source=/dev/null
	[ "$(. /etc/os-release && echo "$ID")" = debian ] || return 0
	main=$(own_suites | awk '$2 !~ /-security$/ { print $1; exit }')
	security=$(own_suites | awk '$2 ~ /-security$/ { print $1; exit }')
	for release in $releases; do
		echo "$main $release main"
		[ "$release" != sid ] || continue
		echo "$main $release-backports main"
		[ -z "$security" ] || echo "$security $release-security main"
	done
}

# update LIST [now]: cache/apt/LIST and the package lists that it names,
# once a week; "now" once an hour, with status 1 if there is nothing new
# to read. LIST is "own", "all" or a suite. If it fails, the lists stay
# as they were.
update() {
	list=$cache/apt/$1
	if [ $# -eq 2 ]; then
		[ -z "$(find "$list" -mmin -60 2>/dev/null)" ] || return 1
	else
		[ -z "$(find "$list" -mtime -7 2>/dev/null)" ] || return 0
	fi
	command -v apt-get >/dev/null 2>&1 ||
		die 'There is no apt-get here, and kernels are fetched with it. Give the image of a kernel as KERNEL=/path/to/vmlinuz.'
	# shellcheck source=/dev/null
	key=/usr/share/keyrings/$(. /etc/os-release && echo "$ID")-archive-keyring.gpg
	[ -r "$key" ] && key="[signed-by=$key] " || key=
	case $1 in
	own) own_suites ;;
	all) all_suites ;;
	*) all_suites | awk -v r="${1%-backports}" '$2 ~ "^" r "(-|$)"' ;;
	esac | sort -u | sed "s|^|deb $key|" >"$list.new"
	[ -s "$list.new" ] ||
		die 'No source of packages of this distribution in /etc/apt: nowhere to fetch a kernel from.'
	say "  reading the package lists of $(sed 's/^deb \(\[[^]]*\] \)\{0,1\}[^ ]* //; s/ .*//' "$list.new" |
		sort -u | paste -s -d ' ' -)"
	# A suite that a mirror does not have is no error: what matters
	# is which kernels are found.
	if apt "$1.new" apt-get update >"$cache/apt/log" 2>&1 ||
		{ grep -qE '^(Get|Hit):' "$cache/apt/log" && ! grep -q 'No space left' "$cache/apt/log"; }; then
		mv "$list.new" "$list"
		return
	fi
	failed "$cache/apt/log" 'The package lists could not be fetched' 'is this machine online?'
}

# offers LIST: "SERIES PACKAGE VERSION SUITE", the newest of each series.
# From Linux 6.19 on the image is in linux-binary, and linux-image is
# a stub. A release candidate is not a kernel that readers have.
offers() {
	names=$(apt "$1" apt-cache pkgnames linux- |
		grep -E '^linux-(image|binary)-[0-9]+\.[0-9][^ ]*-(cloud-amd64|generic|kvm|virtual)$')
	[ -n "$names" ] || return 0
	# shellcheck disable=SC2086 # names of packages
	apt "$1" apt-cache madison $names | grep -v '~rc' |
		awk -F ' *[|] *' '{
			sub(/^ +/, "", $1)
			series = $1
			sub(/^linux-[a-z]+-/, "", series)
			if (!match(series, /^[0-9]+\.[0-9]+/))
				next
			series = substr(series, 1, RLENGTH)
			split($3, where, " ")
			sub(/\/.*/, "", where[2])
			print series, ($1 ~ /^linux-binary/), $2, $1, where[2]
		}' | sort -k1,1V -k3,3V -k2,2n | awk '
			# The version decides; of equal ones the binary.
			$1 != last && NR > 1 { print line }
			{ last = $1; line = $1 " " $4 " " $3 " " $5 }
			END { if (NR) print line }'
}

# keep IMAGE NAME: put IMAGE into the cache, unpacked if that can be done
# here, because a guest takes a second or two to unpack itself. QEMU
# starts an unpacked kernel if it has the note of a PVH entry point.
keep() {
	kept=$cache/$2 new=$cache/new
	# Documentation/arch/x86/boot.rst: setup_sects, payload_offset,
	# payload_length. The payload ends with 4 bytes of its size.
	start=$((($(od -An -tu1 -j497 -N1 "$1") + 1) * 512 +
		$(od -An -tu4 -j584 -N4 "$1")))
	length=$(($(od -An -tu4 -j588 -N4 "$1")))
	case $(od -An -tx1 -j"$start" -N4 "$1" | tr -d ' ') in
	28b52ffd) unpack=zstd ;;
	02214c18) unpack=lz4 ;;
	fd377a58) unpack=xz ;;
	*) unpack=gzip ;;
	esac
	tail -c +$((start + 1)) "$1" | head -c $((length - 4)) |
		$unpack -dcq >"$new" 2>/dev/null
	[ "$(wc -c <"$new")" -eq $(($(od -An -tu4 -j$((start + length - 4)) -N4 "$1"))) ] &&
		grep -qaP '^\x7fELF' "$new" &&
		grep -qaP '\x04\0\0\0[\x04\x08]\0\0\0\x12\0\0\0Xen\0' "$new" ||
		cp "$1" "$new" 2>"$cache/apt/log" || {
		failed "$cache/apt/log" 'The image of the kernel could not be kept' 'see above.'
		return
	}
	mv "$new" "$kept" || return 1
	for old in "$cache/${2%-*}"-*; do
		[ "$old" = "$kept" ] || rm -f "$old"
	done
	echo "$kept"
}

# fetch LIST SERIES PACKAGE VERSION SUITE: the image in PACKAGE
fetch() {
	name=$1-linux-$2-$(printf '%s\n' "$4" | tr - _)
	[ ! -s "$cache/$name" ] || { echo "$cache/$name"; return; }
	work=$(mktemp -d "$cache/fetch.XXXXXX") || return 2
	log=$work/log
	say "  fetching Linux $2 ($3 $4, $(apt "$1" apt-cache show "$3=$4" |
		awk '/^Size:/ { printf "%.0f MB", $2 / 1e6; exit }'))"
	(cd "$work" && shown log apt "$1" apt-get download "$3=$4") || {
		failed "$log" "$3 could not be fetched" 'is this machine online?'
		return
	}
	# One of the two places does not exist, and that is no error.
	dpkg-deb --fsys-tarfile "$work"/*.deb |
		tar -C "$work" --wildcards -xf - './boot/vmlinuz-*' \
			'./usr/lib/modules/*/vmlinuz' 2>"$log"
	found=$(find "$work" -name 'vmlinuz*' -type f)
	if [ ! -s "$found" ] || grep -v 'Not found in archive\|Exiting with failure' "$log" >&2; then
		failed "$log" "$3 could not be unpacked" 'it holds no image of a kernel.'
		return
	fi
	keep "$found" "$name"
}

# fetched LIST SERIES: the image that was fetched before, if one was
fetched() {
	[ "$2" = newest ] && series= || series=$2-
	find "$cache" -maxdepth 1 -name "$1-linux-$series*" 2>/dev/null | sort -V | tail -n 1 | grep .
}

# obtain LIST SERIES: print the path of that kernel's image, or of the newest
obtain() {
	if update "$1"; then
		for try in 1 2; do
			offer=$(offers "$1" | awk -v s="$2" '$1 == s || s == "newest" { line = $0 }
				END { if (line) print line }')
			full=0
			# shellcheck disable=SC2086 # the columns of the offer
			[ -z "$offer" ] || { fetch "$1" $offer && return; full=$?; }
			# Perhaps the package lists are out of date.
			[ $try -eq 1 ] && [ $full -ne 2 ] && update "$1" now || break
		done
		[ -n "$offer" ] ||
			die "No package of a kernel was found for Linux $2. Give the image of one as KERNEL=/path/to/vmlinuz, or see: make kernels"
	fi
	# Offline, an image that was fetched before will do.
	[ -z "${CI:-}" ] && image=$(fetched "$1" "$2") || exit 1
	say "  taking ${image##*/}, which was fetched before"
	echo "$image"
}

# running: the image of the kernel that runs here, if it can be read and
# is as new as the steps want it
running() {
	release=$(uname -r)
	printf '5.14\n%s\n' "$release" | sort -CV || return 1
	for image in "/boot/vmlinuz-$release" "/lib/modules/$release/vmlinuz"; do
		[ -r "$image" ] && echo "$image" && return
	done
	return 1
}

# make_usable FOLDER: what was unpacked there is used from there
make_usable() {
	# A library that is installed was not unpacked once more.
	find "$1/usr/lib" -xtype l | while read -r link; do
		name=$(readlink "$link")
		[ ! -e "/usr/lib/x86_64-linux-gnu/${name##*/}" ] ||
			ln -sf "/usr/lib/x86_64-linux-gnu/${name##*/}" "$link"
	done
	# pandoc finds its data by a path that was compiled in, unless it is
	# told; one that is installed must not be told.
	if [ -e "$1/usr/bin/pandoc" ]; then
		mv "$1/usr/bin/pandoc" "$1/usr/share/pandoc/" &&
			cat >"$1/usr/bin/pandoc" <<'END' && chmod 755 "$1/usr/bin/pandoc"
#!/bin/sh
pandoc_datadir=${0%/bin/*}/share/pandoc exec "${0%/bin/*}/share/pandoc/pandoc" "$@"
END
	fi
}

case ${1-}:$# in
list:1)
	lock
	update all || exit 1
	offers all
	;;
image:1)
	[ "$(uname -m)" = x86_64 ] || die 'make vm knows how to boot x86-64 only.'
	fetched own newest && exit
	lock
	fetched own newest && exit
	image=$(running) && { keep "$image" "own-linux-running-$(uname -r | tr - _)"; exit; }
	obtain own newest
	;;
image:2)
	[ ! -r "$2" ] || [ ! -f "$2" ] || { echo "$2"; exit; }
	[ -w "$cache" ] || [ ! -d "$cache" ] || ! fetched all "$2" || exit 0
	lock
	obtain all "$2"
	;;
newest:2)
	lock
	update own || exit 1
	apt own apt-cache pkgnames "$2" | grep -xE "$2[0-9.]+" | sort -V | tail -n 1 | grep . ||
		die "No package $2 and a number in the sources of this distribution."
	;;
packages:*)
	[ $# -ge 4 ] || die 'packages SUITE FOLDER PACKAGE...'
	suite=$2 folder=$3
	shift 3
	lock
	asked=$(printf '%s\n' "$@" | sort)
	[ "$(cat "$folder/.packages" 2>/dev/null)" != "$asked" ] || exit 0
	work=$(mktemp -d "$cache/fetch.XXXXXX") || exit 1
	mkdir -p "$work/archives/partial" "$work/root"
	if [ "$suite" = own ]; then
		which=own status=/var/lib/dpkg/status release=
		[ -z "${ARCHITECTURE-}" ] || { status=$work/status; : >"$status"; }
	else
		which=$suite status=$work/status release=$suite
		: >"$status"
	fi
	update "$which" || exit 1
	# What is not to be had may be no loss: whoever asked looks again.
	for package; do
		shift
		if apt "$which" apt-cache show "$package" >/dev/null 2>&1; then
			set -- "$@" "$package"
		else
			say "  there is no package $package in $suite"
		fi
	done
	say "  fetching $* of $suite"
	shown "$work/log" apt "$which" apt-get -y --no-install-recommends --download-only \
		-o Dir::Cache::archives="$work/archives" \
		-o Dir::State::status="$status" \
		${release:+-t "$release"} \
		install "$@" || {
		failed "$work/log" "$* of $suite could not be fetched" 'is this machine online?'
		exit 1
	}
	# Since Debian 12 these folders are one with their namesakes in usr.
	for name in bin sbin lib lib64; do
		mkdir -p "$work/root/usr/$name" && ln -s "usr/$name" "$work/root/$name"
	done
	for package in "$work"/archives/*.deb; do
		printf '%s %s\n' "$(dpkg-deb -W --showformat '${Package} ${Version} ${source:Package} ${source:Version}' "$package")" \
			"$(sha256sum <"$package" | cut -d" " -f1)" >>"$work/root/.versions"
		dpkg-deb --fsys-tarfile "$package" |
			tar -C "$work/root" --keep-directory-symlink -xf - 2>"$work/log" || {
			failed "$work/log" "${package##*/} could not be unpacked" 'see above.'
			exit 1
		}
	done
	[ "$suite" != own ] || [ -n "${ARCHITECTURE-}" ] || make_usable "$work/root" || exit 1
	printf '%s\n' "$asked" >"$work/root/.packages" && mkdir -p "$(dirname "$folder")" || exit 1
	[ ! -e "$folder" ] || mv "$folder" "$work/old" || exit 1
	mv "$work/root" "$folder"
	;;
*)
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
