#!/bin/sh
# SPDX-License-Identifier: MIT
# What the workbook needs, and how this machine gets it.
#
#   requirements.sh check GROUP...    name what is missing, all at once,
#                                     and the command that installs it;
#                                     status 1 if anything is missing
#   requirements.sh install GROUP...  install what is missing
#   requirements.sh list GROUP...     the packages that are missing
#
# A group is a word from the first column below.
set -u

# group | needed | apt | dnf | pacman | zypper
#
# "needed" is a command, a pkg-config module with a version, a file, or
# a font's or a library's file without its folder.
table='
build | cc                    | gcc            | gcc                     | gcc        | gcc
build | make                  | make           | make                    | make       | make
build | pkg-config            | pkg-config     | pkgconf-pkg-config      | pkgconf    | pkg-config
build | libbpf >= 1.0         | libbpf-dev     | libbpf-devel            | libbpf     | libbpf-devel
build | libelf >= 0           | libelf-dev     | elfutils-libelf-devel   | libelf     | libelf-devel
build | zlib >= 0             | zlib1g-dev     | zlib-devel              | zlib       | zlib-devel
build | /usr/include/linux/bpf.h | linux-libc-dev | kernel-headers       | linux-api-headers | linux-glibc-devel
build | /usr/include/stdio.h  | libc6-dev      | glibc-devel             | glibc      | glibc-devel
bpf   | clang                 | clang          | clang                   | clang      | clang
bpf   | bpftool               | bpftool        | bpftool                 | bpf        | bpftool
docs  | pandoc                | pandoc         | pandoc                  | pandoc-cli | pandoc
pdf   | weasyprint            | weasyprint     | weasyprint              | python-weasyprint | python3-weasyprint
pdf   | pdfinfo               | poppler-utils  | poppler-utils           | poppler    | poppler-tools
pdf   | OpenSans-Regular.ttf  | fonts-open-sans | open-sans-fonts        | ttf-opensans | google-opensans-fonts
pdf   | JetBrainsMono-Regular.ttf | fonts-jetbrains-mono | jetbrains-mono-fonts | ttf-jetbrains-mono | jetbrains-mono-fonts
epub  | zip                   | zip            | zip                     | zip        | zip
test  | prove                 | perl           | perl-Test-Harness       | perl       | perl
test  | strace                | strace         | strace                  | strace     | strace
test  | valgrind              | valgrind       | valgrind                | valgrind   | valgrind
test  | ps                    | procps         | procps-ng               | procps-ng  | procps
test  | setpriv               | util-linux     | util-linux              | util-linux | util-linux
test  | objdump               | binutils       | binutils                | binutils   | binutils
test  | git                   | git            | git                     | git        | git
test  | ip                    | iproute2       | iproute                 | iproute2   | iproute2
test  | ping                  | iputils-ping   | iputils                 | iputils    | iputils
test  | /usr/share/i18n/locales/de_DE | locales | glibc-locale-source   | glibc      | glibc-i18ndata
grade | bwrap                 | bubblewrap     | bubblewrap              | bubblewrap | bubblewrap
grade | parallel              | parallel       | parallel                | parallel   | gnu_parallel
grade | setpriv               | util-linux     | util-linux              | util-linux | util-linux
grade | flock                 | util-linux     | util-linux-core         | util-linux | util-linux
large | clang                 | clang          | clang                   | clang      | clang
large | libclang_rt.asan*     | libclang-rt-dev | compiler-rt            | compiler-rt | clang
large | clang-format          | clang-format   | clang-tools-extra       | clang      | clang-tools
large | bpftool               | bpftool        | bpftool                 | bpf        | bpftool
large | shellcheck            | shellcheck     | ShellCheck              | shellcheck | ShellCheck
large | chromium              | chromium       | chromium                | chromium   | chromium
large | node                  | nodejs         | nodejs                  | nodejs     | nodejs
large | npm                   | npm            | nodejs-npm              | npm        | npm
large | java                  | default-jre-headless | java-latest-openjdk-headless | jre-openjdk-headless | java-17-openjdk-headless
large | qpdf                  | qpdf           | qpdf                    | qpdf       | qpdf
large | epubcheck             | epubcheck      | epubcheck               | epubcheck  | epubcheck
large | unzip                 | unzip          | unzip                   | unzip      | unzip
large | hunspell              | hunspell       | hunspell                | hunspell   | hunspell
large | codespell             | codespell      | codespell               | codespell  | codespell
firefox | firefox-esr          | firefox-esr    | firefox                 | firefox    | MozillaFirefox
distributions | debootstrap    | debootstrap    | debootstrap             | debootstrap | debootstrap
lint  | shellcheck            | shellcheck     | ShellCheck              | shellcheck | ShellCheck
lint  | luacheck              | lua-check      | luacheck                | luacheck   | lua54-luacheck
lint  | cppcheck              | cppcheck       | cppcheck                | cppcheck   | cppcheck
lint  | clang-format          | clang-format   | clang-tools-extra       | clang      | clang-tools
lint  | node                  | nodejs         | nodejs                  | nodejs     | nodejs
ssh   | sshd                  | openssh-server | openssh-server          | openssh    | openssh-server
bench | hyperfine             | hyperfine      | hyperfine               | hyperfine  | hyperfine
vm    | qemu-system-x86_64   | qemu-system-x86 | qemu-system-x86     | qemu-system-x86 | qemu-x86
vm    | busybox              | busybox-static | busybox                 | busybox    | busybox-static
vm    | zstd                 | zstd           | zstd                    | zstd       | zstd
vm    | lz4                  | lz4            | lz4                     | lz4        | lz4
vm    | strace               | strace         | strace                  | strace     | strace
gate  | ip                   | iproute2       | iproute                 | iproute2   | iproute2
gate  | ping                 | iputils-ping   | iputils                 | iputils    | iputils
gate  | unshare              | util-linux     | util-linux              | util-linux | util-linux
gate  | nsenter              | util-linux     | util-linux              | util-linux | util-linux
guest | bpftool              | bpftool        | bpftool                 | bpf        | bpftool
machine | flex               | flex           | flex                    | flex       | flex
machine | bison              | bison          | bison                   | bison      | bison
machine | bc                 | bc             | bc                      | bc         | bc
machine | xz                 | xz-utils       | xz                      | xz         | xz
machine | objdump            | binutils       | binutils                | binutils   | binutils
machine | /usr/include/openssl/ssl.h | libssl-dev | openssl-devel       | openssl    | libopenssl-devel
machine | node               | nodejs         | nodejs                  | nodejs     | nodejs
machine | npm                | npm            | nodejs-npm              | npm        | npm
machine | zstd               | zstd           | zstd                    | zstd       | zstd
'

usage() {
	sed -n '3,/^set -u/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

# manager: the package manager of this machine, or nothing
manager() {
	for m in apt-get dnf pacman zypper; do
		command -v $m >/dev/null 2>&1 && echo $m && return
	done
}

# is_there NEEDED: status 0 if this machine has it
is_there() {
	case $1 in
	/*) [ -e "$1" ] || find /usr/include -path "*${1#/usr/include}" 2>/dev/null | grep -q . ;;
	*.ttf) find /usr/share/fonts /usr/local/share/fonts -name "$1" 2>/dev/null | grep -q . ;;
	*'>='*) command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "$1" ;;
	lib*) find /usr/lib /usr/lib64 -name "$1" 2>/dev/null | grep -q . ;;
	*) command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] ;;
	esac
}

# missing GROUP...: a line "needed|package" for each thing missing
missing() {
	case $(manager) in
	dnf) column=4 ;;
	pacman) column=5 ;;
	zypper) column=6 ;;
	*) column=3 ;;
	esac
	for group; do
		printf '%s\n' "$table" | awk -F ' *[|] *' -v g="$group" -v c=$column \
			'$1 == g { sub(/ +$/, "", $c); sub(/ >= 0$/, " >= 0", $2); print $2 "|" $c }'
	done | while IFS='|' read -r needed package; do
		is_there "$needed" || printf '%s|%s\n' "$needed" "$package"
	done
}

# install_command PACKAGE...: the command that installs them here
install_command() {
	case $(manager) in
	apt-get) echo "apt-get install -y --no-install-recommends $*" ;;
	dnf) echo "dnf install -y $*" ;;
	pacman) echo "pacman -S --needed --noconfirm $*" ;;
	zypper) echo "zypper --non-interactive install $*" ;;
	*) return 1 ;;
	esac
}

[ $# -ge 2 ] || usage
action=$1
shift
for group; do
	printf '%s\n' "$table" | grep -q "^$group " || usage
done

list=$(missing "$@")
[ -n "$list" ] || exit 0
packages=$(printf '%s\n' "$list" | cut -d'|' -f2 | sort -u | tr '\n' ' ' | sed 's/ $//')
sudo=
[ "$(id -u)" -eq 0 ] || sudo='sudo '

[ "$action" = list ] || {
	echo 'Missing on this machine:'
	printf '%s\n' "$list" | sed 's/^\(.*\)|.*/  \1/'
} >&2
# shellcheck disable=SC2086 # a list of packages
if ! command=$(install_command $packages); then
	echo 'No apt-get, dnf, pacman or zypper here: install them your own way.' >&2
	exit 1
fi

case $action in
list) printf '%s\n' "$packages" ;;
check)
	if version=$(pkg-config --modversion libbpf 2>/dev/null) &&
		printf '%s\n' "$list" | grep -q libbpf; then
		echo "libbpf $version is too old: before 1.0 its calls do not return -errno." >&2
		echo 'If the command below brings no newer one, use Debian 12, Ubuntu 24.04 or later.' >&2
	fi
	printf 'Install them with:\n  %s%s\n' "$sudo" "$command" >&2
	exit 1
	;;
install)
	if [ -n "$sudo" ] && ! { command -v sudo >/dev/null 2>&1 && sudo true; }; then
		printf 'Only root can install this, and there is no sudo for you here. As root, run:\n  %s\n' "$command" >&2
		echo 'If you cannot be root: make vm-start takes no rights at all.' >&2
		exit 1
	fi
	printf 'Installing:\n  %s%s\n' "$sudo" "$command"
	if [ "$(manager)" = apt-get ]; then
		# A broken third-party source must not stop the rest.
		$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq || true
		command="env DEBIAN_FRONTEND=noninteractive $command -qq"
	fi
	log=$(mktemp) || exit 1
	trap 'rm -f "$log"' EXIT
	# shellcheck disable=SC2086 # the command's words
	if ! $sudo $command >"$log" 2>&1; then
		tail -n 15 "$log" >&2
		echo 'The packages could not be installed: is this machine online?' >&2
		exit 1
	fi
	list=$(missing "$@")
	if [ -n "$list" ]; then
		echo 'Installed, but this machine offers too old a version of:' >&2
		printf '%s\n' "$list" | sed 's/^\(.*\)|.*/  \1/' >&2
		echo 'Use Debian 12, Ubuntu 24.04 or later.' >&2
		exit 1
	fi
	;;
*) usage ;;
esac
