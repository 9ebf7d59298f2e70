#!/usr/bin/env bash
# Makes a Docker image in which systemd is PID 1, from Debian's own packages. What was fetched is kept in a cache folder, so that the next time
# takes seconds. Ends with 3 and a reason where it can't be made here.
# usage: make-image.sh IMAGE [CACHE-FOLDER]
set -euo pipefail
image=${1:?image}
cache=${2:-${XDG_CACHE_HOME:-$HOME/.cache}/upgrademodule-tests}
suite=bookworm
packages=systemd,systemd-sysv,dbus,procps,libicu72,libssl3,zlib1g,ca-certificates
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

cannot() { printf '%s\n' "$*" >&2; exit 3; }

docker image inspect "$image" >/dev/null 2>&1 && exit 0
mkdir -p "$cache"
tarball=$cache/systemd-$suite-$(dpkg --print-architecture 2>/dev/null || uname -m).tar
exec 9>"$tarball.lock"
flock 9
if [[ ! -e $tarball ]]; then
    [[ $(id -u) == 0 ]] || cannot "Only root can unpack a Debian system for it."
    if ! command -v debootstrap >/dev/null; then
        command -v apt-get >/dev/null || cannot "There is neither debootstrap nor apt-get, which could install it."
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap; } >/dev/null 2>&1 || cannot "debootstrap is missing and could not be installed."
    fi
    root=$(mktemp -d "$cache/root.XXXXXX")
    trap 'rm -rf --one-file-system "$root"' EXIT
    debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror" >"$cache/debootstrap.log" 2>&1 || cannot "debootstrap failed, see $cache/debootstrap.log; is the mirror $mirror reachable?"
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
    # A container has no consoles to log in at, and fetches no updates.
    for unit in getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
    tar -C "$root" --one-file-system -cf "$tarball.partial" .
    mv "$tarball.partial" "$tarball"
fi
docker import -c 'CMD ["/sbin/init"]' -c 'ENV container=docker' "$tarball" "$image" >/dev/null
