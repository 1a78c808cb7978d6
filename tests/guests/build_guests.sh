#!/bin/sh
# build_guests.sh ARCH FOLDER
# Builds the kernel and initial RAM disk of one architecture into FOLDER by the recipes, and lists
# their sums in FOLDER/SHA256SUMS. Work files are in FOLDER/work; they go when all went well.
#   ARCH: ppc32 | sparc32
set -eu
arch=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
case $arch in
ppc32) userland=build-userland.sh ;;
sparc32) userland=build-klibc.sh ;; # Debian's own C libraries want a V9
*) echo "no recipe for $arch" >&2; exit 2 ;;
esac
files="vmlinux-$arch initramfs-$arch.cpio.gz"

"$here/../../scripts/install-packages"
"$here/../../scripts/install-packages" "$here/packages.txt"
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$out/work
# Never work inside Meson's or Ninja's surroundings.
unset MAKEFLAGS MAKELEVEL CC CXX CFLAGS CXXFLAGS LDFLAGS ARCH CROSS_COMPILE 2>/dev/null || true

# The recipes fetch Debian's sources with apt-get; its own configuration may have no deb-src entry.
apt=$work/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$work/src"
cat >"$apt/sources.list" <<X
deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main
deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm-updates main
deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian-security bookworm-security main
X
cat >"$apt/apt.conf" <<X
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "-";
Dir::State::Lists "$apt/lists";
Dir::Cache::Archives "$apt/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "";
X
export APT_CONFIG=$apt/apt.conf
apt-get -q update

"$here/recipes/build-linux.sh" "$arch" "$out" "$work"
"$here/recipes/$userland" "$arch" "$out" "$work"
if [ "$(id -u)" = 0 ]; then as_root=; else as_root=fakeroot; fi
$as_root "$here/recipes/build-initramfs.sh" "$arch" "$out"

cd "$out"
{
    [ ! -f SHA256SUMS ] || grep -vF "$(printf '  %s\n' $files)" SHA256SUMS || true
    sha256sum $files
} >SHA256SUMS.new
mv SHA256SUMS.new SHA256SUMS
rm -rf "$work" "root-$arch" "tree-$arch"
