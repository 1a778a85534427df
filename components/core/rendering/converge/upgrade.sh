# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# What converge.sh does for a new release: the steps of hop.json one after the other, each written into a journal before it
# begins and after it ends, so that whoever comes next, after a crash, a kill or a reboot, goes on where it ended.
#
# In the journal: kind of the change; from and to {release, digest}; state "running", or "stopped" when somebody has to look;
# changed, whether the databases may be others than before; steps {ID: {state, tries, at}}. One that came to its end lies in
# last-upgrade.json, which says whether a rollback is possible; one that did not in last-attempt.json.

note() { # note FILTER [JQ-ARGUMENT...]: changes the journal in one step
  local filter=$1
  shift
  written "$journal" jq "$@" "$filter" "$journal"
}
journaled() { jq -r "$@" "$journal"; }
close() { # close upgrade|attempt
  mv "$journal" "$state/last-$1.json"
}

begin() { # begin: a journal of the hop from what is in place to this bundle
  written "$journal" jq -n --arg release "$release" --arg digest "$digest" --slurpfile status "$state/status.json" \
    --slurpfile hop hop.json \
    '{schema: 1, kind: $hop[0].kind, from: $status[0].installed, to: {$release, $digest}, state: "running", changed: false, steps: {}}'
}

put() { # put BUNDLE-FOLDER: its files become those of the deployment
  (cd "$1" && deploy)
  ln -sfn "bundles/$(basename "$1")" "$root/current.new"
  mv -T "$root/current.new" "$root/current"
}

back() { # back WHY: the release before is started again, on databases as they were
  local from to
  from=$(journaled .from.digest)
  to=$(journaled .from.release)
  say "failed: $1; going back to $to" >&2
  put "$root/bundles/$from"
  up || stop "$1, and $to did not become healthy again"
  close attempt
  next="mend the cause, then: sudo bash $bundle/converge.sh"
  status failed "$1; $to runs again, its data are as they were"
  exit 3
}

stop() { # stop WHY: nothing more is done until somebody says so
  say "stopped: $1" >&2
  note '.state = "stopped" | .message = $message' --arg message "$1"
  next="mend the cause, then: sudo SOURCEGRAPH_RETRY=1 bash $bundle/converge.sh"$'\n'"or $(jq -r .wayBack "$bundle/hop.json")"
  status stopped "$1"
  exit 3
}

project() { # project: the name that the deployment's containers are labelled with
  (cd "$place" && docker compose config --format json | jq -r .name)
}

containers() { # containers of|except SERVICE...: ids of the deployment's containers that are instances of these services, or of the others
  local which=$1 is project service id
  shift
  project=$(project) || return
  docker ps --all --filter "label=com.docker.compose.project=$project" \
    --format '{{.Label "com.docker.compose.service"}} {{.ID}}' | while read -r service id; do
    case " $* " in *" $service "* | *" ${service%-[0-9]*} "*) is=of ;; *) is=except ;; esac
    if [ $is = "$which" ]; then echo "$id"; fi
  done
}

ailing() { # ailing: a line for each container that is not well, then the last words of each that ended
  # An engine may well not answer for such a container: nothing waits for that for long.
  local project id service
  project=$(project) || return 0
  timeout 30 docker ps --all --quiet --filter "label=com.docker.compose.project=$project" |
    { xargs -r timeout 30 docker inspect || true; } | jq -r '.[]
      | .State as $state | ($state.Health.Status // "") as $health | ($state.Health.Log // [] | last) as $check
      # Whoever is asked for his health is not to end, not even with 0; an engine then calls him unhealthy.
      | ($state.Status == "restarting" or $state.ExitCode != 0 or ($state.Status == "exited" and $health != "")) as $ended
      | select($ended or $health == "unhealthy" or $health == "starting")
      | [if $ended then .Id else "-" end, .Config.Labels["com.docker.compose.service"], (
          if $ended then "ended with \($state.ExitCode)" + (if $state.OOMKilled then ", for lack of memory" else "" end)
          elif $check == null then "is not healthy: it was not asked yet"
          else "is not healthy: " + ($check.Output // "" | split("\n") | map(select(. != "")) | last // "its check ended with \($check.ExitCode)") end
        ) + (if .RestartCount > 0 then "; started again, \(.RestartCount) in all" else "" end)] | join(" ")' > "$work/unwell" || return 0
  cut -d ' ' -f 2- "$work/unwell"
  while read -r id service _; do
    [ "$id" = - ] || { timeout 30 docker logs --tail 3 "$id" 2>&1 || true; } | sed -e "s/^/$service: /" -e "\$a\\"
  done < "$work/unwell"
}

within() { # within COMMAND...: what is left of the step's time is what it may take
  local left=$((deadline - SECONDS))
  timeout --kill-after 30 $((left > 1 ? left : 1)) "$@"
}

removed() { # removed of|except SERVICE...: these services, or all the others, are stopped and gone; volumes stay
  local ids
  ids=$(containers "$@") || return
  mapfile -t ids < <(grep . <<< "$ids")
  [ ${#ids[@]} -eq 0 ] || { within docker stop "${ids[@]}" && within docker rm --force "${ids[@]}"; }
}

swept() { # swept: nothing that an interrupted run left half made or half started is in the way of the next one
  # Left by an exchange under a name of its own; never started; ended, and not to run for good. An engine that was killed
  # may know nothing of what it had begun of these: they cannot be started any more, and their first process waits for
  # ever on an address that another container is given.
  local project format id ids
  format='{{.Id}} {{if or .State.Error (eq .State.Status "created" "dead") (and (eq .State.Status "exited") '
  format+='(eq .HostConfig.RestartPolicy.Name "" "no"))}}left{{else}}{{.Name}}{{end}}'
  project=$(project) || return
  # One that ends by itself meanwhile is not found any more, and that is well.
  ids=$(docker ps --all --quiet --filter "label=com.docker.compose.project=$project" |
    { xargs -r docker inspect --format "$format" || true; } |
    { grep -E ' (left|/[0-9a-f]{12}_.*)$' || true; } | cut -d' ' -f1) || return
  for id in $ids; do
    if [[ $id =~ ^[0-9a-f]{64}$ ]]; then
      { grep -ls "$id" /proc/[0-9]*/cgroup || true; } | cut -d/ -f3 | xargs -r kill -9 2> /dev/null || true
    fi
    docker rm --force "$id" > /dev/null || return
  done
  unplugged
}

unplugged() { # unplugged: no network is left of a container that a killed engine had only begun to start
  # The next engine does not know it, gives its address to another container, and both answer. Whatever was there before
  # this program began, and belongs to no container, is of an engine before; what runs may be older, for it outlives engines.
  local known folder left
  known=$(docker ps --all --quiet | xargs -r docker inspect \
    --format '{{.NetworkSettings.SandboxKey}} ') || return 0
  folder=$(sed -n 's|/[0-9a-f]\{12\} .*||p' <<< "$known" | sort -u)
  find "${folder:-/run/docker/netns}" -maxdepth 1 -type f -regextype posix-extended -regex '.*/[0-9a-f]{12}' \
    ! -newer "$work/begun" 2> /dev/null | while read -r left; do
    if ! grep -qF "/${left##*/} " <<< "$known"; then umount "$left" && rm -f "$left"; fi
  done || true
}

settled() { # settled: no migrator is at work that an interrupted run left behind; it may not be cut short, nor have company
  local project ids
  swept || return
  project=$(project) || return
  ids=$(docker ps --all --quiet --filter "label=com.docker.compose.project=$project" --filter label=com.docker.compose.oneoff=True) || return
  mapfile -t ids < <(grep . <<< "$ids")
  [ ${#ids[@]} -gt 0 ] || return 0
  say "waiting for what an interrupted run left at work"
  # What has ended by itself is gone, and neither can be told of it.
  within docker wait "${ids[@]}" > /dev/null 2>&1 || [ $? != 124 ] || return 124
  docker rm --force "${ids[@]}" > /dev/null 2>&1 || true
}

commanded() { # commanded STEP KEY: the commands of that key, each until it ends with another code than 0
  local step=$1 key=$2 command words commands
  commands=$(jq -c --arg key "$key" '.[$key][]' <<< "$step") || return
  mapfile -t commands < <(grep . <<< "$commands")
  for command in "${commands[@]}"; do
    mapfile -d '' -t words < <(jq -j 'if has("instancesOf") then "removed", "of", .instancesOf[]
      elif has("allServicesExcept") then "removed", "except", .allServicesExcept[] else "within", .program, .args[] end
      | ., "\u0000"' <<< "$command")
    [ ${#words[@]} -gt 0 ] || return
    case $command in *'"stdin":'*) jq -j .stdin <<< "$command" > "$work/input" ;; *) : > "$work/input" ;; esac
    (cd "$place" && "${words[@]}" < "$work/input") || return
  done
}

room() { # room SERVICE...: whether the disk has as much free as these keep in volumes
  local kept=0 service id sources source bytes free
  for service; do
    id=$(cd "$place" && docker compose ps --all --quiet "$service") || return
    sources=$(docker inspect --format '{{range .Mounts}}{{if eq .Type "volume"}}{{println .Source}}{{end}}{{end}}' "$id") || return
    while read -r source; do
      bytes=$(within du -sb "$source" | cut -f1) || return
      kept=$((kept + bytes))
    done < <(grep . <<< "$sources")
  done
  free=$(df --output=avail -B1 "$root" | tail -n 1)
  [ "$free" -ge "$kept" ] || { echo "the databases keep $((kept >> 20)) MiB, and only $((free >> 20)) MiB are free beside them"; return 1; }
}

answers() { # answers RELEASE: whether the frontend says, within the step's time, that it is of that release
  local said=
  while :; do
    said=$(cd "$place" && timeout 30 docker compose exec -T "$(jq -r .frontend "$bundle/hop.json")" wget -qO- http://127.0.0.1:3080/__version) || said=
    case $said in *"$1"*) return ;; esac
    [ $SECONDS -lt "$deadline" ] || { echo "the frontend says '$said', not $1"; return 1; }
    sleep 5
  done
}

checked() { # checked STEP: the check that a step has besides its commands
  local step=$1
  case $(jq -r '.check.kind // ""' <<< "$step") in
    free-disk)
      local services
      mapfile -t services < <(jq -r '.check.asMuchAgainAs[]' <<< "$step")
      room "${services[@]}" ;;
    release) answers "$(jq -r .check.release <<< "$step")" ;;
  esac
}

taken() { # taken STEP: one step, from the journal's word that it begins to the word that it is done
  local step=$1 facts id title was phase failure minutes files key=commands code=0 deadline changed
  # Nothing answers meanwhile: what can be asked at once is asked at once.
  mapfile -d '' -t facts < <(jq -j '.id, .title, .phase, .onFailure, .timeoutMinutes,
    any((.commands + (.retryCommands // []))[]; .bundle == "to") | ., "\u0000"' <<< "$step")
  id=${facts[0]} title=${facts[1]} phase=${facts[2]} failure=${facts[3]} minutes=${facts[4]} files=${facts[5]}
  read -r was changed < <(journaled --arg id "$id" '"\(.steps[$id].state // "open") \(.changed)"')
  if [ "$was" = "done" ]; then
    # What was stopped may have been started by a boot, as long as nothing newer was.
    [ "$id" = stop ] && [ "$(journaled '.steps | has("start")')" = false ] || return 0
  elif [ "$was" = running ] && [ "$(jq .safeToRepeat <<< "$step")" = false ]; then
    stop "'$title' was interrupted: $(jq -r '.pointOfNoReturn // "it cannot be repeated"' <<< "$step")"
  elif [ "$was" != open ] && [ "$(jq 'has("retryCommands")' <<< "$step")" = true ]; then
    key=retryCommands
  fi
  say "$title"
  deadline=$((SECONDS + minutes * 60))
  # The new files are put in place where the first step that needs them begins; from then on they are what a boot starts.
  if [ "$files" = true ] && [ "$(readlink "$root/current")" != "bundles/$digest" ]; then put "$bundle"; fi
  [ "$phase$failure" != duringstop ] || changed=true
  note '.steps[$id] |= {state: "running", tries: ((.tries // 0) + 1), at: (now | todate)} | .changed = $changed' \
    --arg id "$id" --argjson changed "$changed"
  if [ "$changed" = true ]; then status converging "$title" "$digest"; else status converging "$title"; fi
  { { { [ "$was" = open ] || settled; } && commanded "$step" "$key" && checked "$step"; } 2>&1 | tee "$work/log"; } || code=$?
  if [ $code = 0 ]; then
    note '.steps[$id] |= . + {state: "done", at: (now | todate)}' --arg id "$id"
    return
  fi
  if ! docker version > /dev/null 2>&1; then
    # That says nothing about the step; it is taken up again as after a crash.
    say "failed: Docker does not answer in the midst of '$title'" >&2
    status converging "waiting for Docker, to go on with '$title'"
    exit 1
  fi
  case $id in databases | start | verify) ailing | tee "$work/ailing" ;; esac
  [ $code != 124 ] || echo "it took longer than $minutes minutes" | tee -a "$work/log"
  note '.steps[$id] |= . + {state: "failed", at: (now | todate)}' --arg id "$id"
  case $phase$failure in
    *report)
      say "'$title' failed; the instance goes on, please look" >&2
      reported="; '$title' failed, please look"
      note '.steps[$id].state = "done"' --arg id "$id" ;;
    before*)
      close attempt
      lack "'$title' failed" ;;
    *go-back) back "'$title' failed" ;;
    *) stop "'$title' failed" ;;
  esac
}

upgrade() { # upgrade: every step of the hop that is not done
  local step steps reported=
  mapfile -t steps < <(jq -c '.steps[]' "$bundle/hop.json")
  # Settled no more, if it was: whoever looks next takes it up again.
  rm -f "$state/pointer.json"
  note '.state = "running" | .to.digest = $digest | del(.message)' --arg digest "$digest"
  for step in "${steps[@]}"; do taken "$step"; done
  close upgrade
  told=$reported
}
