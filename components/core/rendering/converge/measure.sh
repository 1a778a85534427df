#!/bin/bash
# Tells the cloud how full the data disk is, for the alarms; the machine's poll runs it every minute.
#
#   bash bundles/DIGEST/measure.sh
#
# Its failure is of no consequence: an alarm is raised when the measurements stay away.
set -euo pipefail
source='' region='' name=''
# shellcheck source=/dev/null
. /etc/sourcegraph/machine.conf
used=$(df --output=pcent /mnt/sourcegraph | tail -n 1 | tr -dc 0-9)
tell() { /usr/local/sbin/sourcegraph-fetch request "$@" > /dev/null; }

case $source in
  s3)
    tell monitoring "https://monitoring.$region.amazonaws.com/" \
      -d Action=PutMetricData -d Version=2010-08-01 -d Namespace=Sourcegraph \
      -d MetricData.member.1.MetricName=DataDiskUsedPercent \
      -d MetricData.member.1.Unit=Percent \
      -d "MetricData.member.1.Value=$used" \
      -d MetricData.member.1.Dimensions.member.1.Name=Name \
      --data-urlencode "MetricData.member.1.Dimensions.member.1.Value=$name" ;;
  gcs)
    about() { curl -fsS --noproxy '*' --max-time 15 -H 'Metadata-Flavor: Google' "http://metadata.google.internal/computeMetadata/v1/$1"; }
    project=$(about project/project-id)
    id=$(about instance/id)
    zone=$(about instance/zone)
    # In a file: by stdin come the credentials.
    body=$(mktemp)
    trap 'rm -f "$body"' EXIT
    jq -n --arg project "$project" --arg id "$id" --arg zone "${zone##*/}" --arg used "$used" --arg at "$(date -u +%FT%TZ)" '
      {timeSeries: [{
        metric: {type: "custom.googleapis.com/sourcegraph/data_disk_used_percent"},
        resource: {type: "gce_instance", labels: {project_id: $project, instance_id: $id, zone: $zone}},
        points: [{interval: {endTime: $at}, value: {doubleValue: ($used | tonumber)}}]}]}' > "$body"
    tell monitoring -H 'Content-Type: application/json' -d "@$body" \
      "https://monitoring.googleapis.com/v3/projects/$project/timeSeries" ;;
esac
