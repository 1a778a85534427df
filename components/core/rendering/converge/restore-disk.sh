# shellcheck shell=bash disable=SC2015,SC2016,SC2154
# What restore.sh does with a copy of the data disk, such as a volume made from a snapshot; read by it, not run.

copy=/run/sourcegraph-copy
attached() { # attached: the copy is mounted, for reading
  [ -b "$device" ] || return 1
  mkdir -p "$copy"
  mountpoint -q "$copy" || mount -t xfs -o ro,nouuid "$device" "$copy"
}
detached() { ! mountpoint -q "$copy" || umount "$copy"; }

fits() { # fits: whether the device is a copy of this instance's data disk, of a release that may run here
  local of name may used
  [ -z "$prefix" ] || refuse "a disk is restored on a machine only"
  [ -b "$device" ] || refuse "there is no disk '$device'"
  [ "$(readlink -f "$device")" != "$(findmnt -no SOURCE --target "$root" || true)" ] || refuse "$device is the data disk itself"
  [ "$(blkid -p -o value -s TYPE "$device" || true)" = xfs ] || refuse "$device holds no file system of a data disk"
  trap detached EXIT
  attached || lack "$device cannot be mounted"
  name=$(jq -r .name "$copy/current/databases.json" 2> /dev/null) && of=$(jq -r '.installed.release' "$copy/state/status.json" 2> /dev/null) ||
    refuse "$device is not a data disk of this kind of machine"
  [ "$name" = "$(planned .name)" ] || refuse "$device is a data disk of '$name', and this is '$(planned .name)'"
  may=$({ cat "$state/status.json" "$state/journal.json" /run/sourcegraph/pointer.json 2> /dev/null || true; } |
    jq -rs '[.[] | .installed.release, .from.release, (select(has("secrets")) | .release)] | map(select(. != null)) | unique | join(" ")') || lack "what is in place cannot be read"
  case " $may " in
    *" $of "*) ;;
    *) refuse "$device is of $of, and what may run here is ${may// /, }" ;;
  esac
  used=$(($(df --output=used -BM "$copy" | tail -n 1 | tr -dc 0-9) + leeway))
  [ -n "$over" ] || [ "$(free)" -ge $used ] ||
    lack "only $(free) MiB are free on the disk, and $used are needed for both; enlarge it, or give --over, which removes what is there first"
  detached
  # Two disks of one label: a boot would not know which of them is meant.
  xfs_admin -L sgbox-copy "$device" > /dev/null || lack "the label of $device cannot be changed"
  say "$device holds the disk of $name with $of"
}

copied_back() { # copied_back: the machine's data are those of the copy; what was not done is done again
  local entry
  device=$(marked .device)
  over=$(marked .over)
  trap detached EXIT
  attached || stuck "$device is not there; attach the copy of the data disk again"
  told converging "restoring the data disk from $device"
  say "stopping Docker"
  systemctl stop docker.socket docker || stuck "Docker could not be stopped"
  if [ "$(marked '.docker // ""')" != "done" ]; then
    if [ ! -e "$root/docker.old" ] && [ "$(marked '.docker // ""')" = "" ]; then
      mark '.docker = "gone"'
      if [ -n "$over" ]; then rm -rf "$root/docker"; else mv "$root/docker" "$root/docker.old"; fi
    fi
    say "copying the containers and volumes"
    # Docker may have been started meanwhile, with nothing.
    rm -rf "$root/docker" "$root/docker.new"
    cp -a "$copy/docker" "$root/docker.new" || stuck "the data could not be copied from $device"
    sync -f "$root"
    mv -T "$root/docker.new" "$root/docker"
    mark '.docker = "done"'
  fi
  cp -a --remove-destination "$copy/bundles/." "$root/bundles/" || stuck "the bundles could not be copied from $device"
  rm -rf "$root/deployment.new"
  cp -a "$copy/deployment" "$root/deployment.new" || stuck "the deployment could not be copied from $device"
  rm -rf "$root/deployment"
  mv -T "$root/deployment.new" "$root/deployment"
  cp -aT "$copy/current" "$root/current.new"
  mv -T "$root/current.new" "$root/current"
  # What this machine was told and did stays known: an order is carried out once.
  rm -f "$state/journal.json" "$state/last-upgrade.json" "$state/pointer.json"
  for entry in status.json journal.json last-upgrade.json pointer.json; do
    if [ -e "$copy/state/$entry" ]; then cp -a "$copy/state/$entry" "$state/$entry"; fi
  done
  sync -f "$root"
  mark '.phase = "starting"'
  rm -rf "$root/docker.old"
  detached
  systemctl start docker || stuck "Docker could not be started"
}
