#!/bin/bash
# Makes this machine a host of Sourcegraph. Runs at every boot and does only what is not done yet; nothing in here
# changes with the release, the size or the settings of Sourcegraph: those come with the bundle.
set -euo pipefail

say() { echo "sourcegraph: $*"; }
fail() { say "failed: $*" >&2; exit 1; }
changed=
put() { # put PATH [MODE]: standard input becomes that file, at once, and only if it differs
  mkdir -p "$(dirname "$1")"
  cat > "$1.new"
  chmod "${2:-644}" "$1.new"
  if cmp -s "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; changed=$1; fi
}
most() { # most NUMBER KEY: the larger one of NUMBER and what the kernel has
  local now
  now=$(sysctl -n "$2")
  echo $((now > $1 ? now : $1))
}

# {{machine}}

# --- packages of Debian; nothing is asked of the network when they are there
package() { # package NAME...
  local name absent=() end=$((SECONDS + 1200))
  for name; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2> /dev/null)" = installed ] || absent+=("$name")
  done
  [ ${#absent[@]} -gt 0 ] || return 0
  say "installing ${absent[*]}"
  export DEBIAN_FRONTEND=noninteractive
  until dpkg --configure -a && apt-get -qq -o DPkg::Lock::Timeout=300 update &&
    apt-get -qq -o DPkg::Lock::Timeout=300 -y --no-install-recommends install "${absent[@]}"; do
    [ $SECONDS -lt $end ] || fail "could not install ${absent[*]} within 20 minutes"
    sleep 15
  done
}
package ca-certificates curl jq xfsprogs

# --- the data disk: a file system only on a disk that is blank beyond doubt
root=/mnt/sourcegraph
if ! mountpoint -q $root; then
  for _ in {1..600}; do
    if [ -b "$device" ]; then break; fi
    sleep 1
  done
  [ -b "$device" ] || fail "the data disk $device did not appear within 10 minutes"
  code=0
  blkid -p "$device" || code=$?
  case $code in
    0)
      held="$(blkid -p -o value -s TYPE "$device" || true) $(blkid -p -o value -s LABEL "$device" || true)"
      [ "$held" = "xfs sourcegraph" ] || fail "the data disk $device holds something else (type and label: '$held'); it was left as it is" ;;
    2)
      cmp -sn 4194304 "$device" /dev/zero || fail "the data disk $device is not blank, though without a file system; it was left as it is"
      mkfs.xfs -q -L sourcegraph "$device"
      say "the data disk was blank and has a file system now" ;;
    *) fail "what the data disk $device holds cannot be told (blkid: $code); it was left as it is" ;;
  esac
  udevadm settle
  mkdir -p $root
fi
line="LABEL=sourcegraph $root xfs noatime,nofail,x-systemd.device-timeout=300 0 0"
put /etc/fstab <<< "$(grep -v " $root " /etc/fstab)"$'\n'"$line"

# --- units: Docker waits for the disk; converge at every boot, and look for a new bundle every minute
put /etc/systemd/system/docker.service.d/sourcegraph.conf << 'END'
[Unit]
RequiresMountsFor=/mnt/sourcegraph
END
put /etc/systemd/system/sourcegraph.service << 'END'
[Unit]
Description=Sourcegraph
Wants=docker.service network-online.target
After=docker.service network-online.target
RequiresMountsFor=/mnt/sourcegraph
StartLimitIntervalSec=0
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=/usr/sbin/xfs_growfs -d /mnt/sourcegraph
ExecStart=/usr/local/sbin/sourcegraph-fetch boot
ExecStop=/bin/bash -c "cd /mnt/sourcegraph/deployment && docker compose stop"
TimeoutStopSec=300
Restart=on-failure
RestartSec=30
RestartPreventExitStatus=3
[Install]
WantedBy=multi-user.target
END
put /etc/systemd/system/sourcegraph-poll.service << 'END'
[Unit]
Description=New bundles for Sourcegraph
After=docker.service sourcegraph.service
RequiresMountsFor=/mnt/sourcegraph
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/sourcegraph-fetch poll
END
put /etc/systemd/system/sourcegraph-poll.timer << 'END'
[Timer]
OnBootSec=60
OnUnitInactiveSec=60
AccuracySec=1
[Install]
WantedBy=timers.target
END
if [ -n "$changed" ]; then systemctl daemon-reload; fi
systemctl start mnt-sourcegraph.mount
[ "$(findmnt -no SOURCE $root)" = "$(readlink -f "$device")" ] || fail "another disk than $device has the label sourcegraph"

# --- Docker, with its data on that disk. It may be up already with its data elsewhere.
changed=
# --- a machine image made for this has the containers' images in a registry of its own
image=/etc/sourcegraph/machine-image.json
[ ! -e $image ] || daemon=$(jq -c --slurpfile image $image '. + {"registry-mirrors": [$image[0].store]}' <<< "$daemon")
put /etc/docker/daemon.json <<< "$daemon"
package apparmor docker.io docker-cli docker-compose
systemctl start docker
if [ -n "$changed" ] || [ "$(docker info --format '{{.DockerRootDir}}')" != $root/docker ]; then systemctl restart docker; fi

# --- limits of the host, never below what the kernel has by itself
put /etc/sysctl.d/60-sourcegraph.conf << END
vm.max_map_count = $(most 300000 vm.max_map_count)
fs.inotify.max_user_watches = $(most 128000 fs.inotify.max_user_watches)
END
sysctl -qp /etc/sysctl.d/60-sourcegraph.conf

systemctl -q enable sourcegraph.service sourcegraph-poll.timer
systemctl start --no-block sourcegraph.service
systemctl start sourcegraph-poll.timer
say "this machine is set up for $name"
