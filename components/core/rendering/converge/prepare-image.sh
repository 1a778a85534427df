#!/bin/bash
# Makes this machine what an image is taken from: Debian's packages of a host of Sourcegraph, and the container images of one
# release in a registry on the loopback address, which Docker asks by digest like any other mirror.
# Runs once, as root, on a machine of which nothing is kept but its root disk.
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

# {{image}}

home=/var/lib/docker-registry settings=/etc/sourcegraph/image-store.yml
say() { echo "sourcegraph: $*"; }
serve() { # serve READONLY: the registry, once it answers
  cat > $settings << END
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: $home }
  maintenance: { readonly: { enabled: $1 } }
http: { addr: "$store" }
END
  systemctl restart sourcegraph-images.service
  curl -fsS -o /dev/null --noproxy '*' --retry 30 --retry-delay 1 --retry-connrefused "http://$store/v2/"
}

say "installing packages"
mkdir -p /etc/sourcegraph
apt-get -qq -o DPkg::Lock::Timeout=300 update
apt-get -qq -o DPkg::Lock::Timeout=300 -y --no-install-recommends install "${packages[@]}" docker-registry skopeo
# The package starts a registry of its own, open to everybody.
systemctl disable --now docker-registry.service
cat > /etc/systemd/system/sourcegraph-images.service << END
[Unit]
Description=Container images of Sourcegraph $release on this machine
Before=docker.service
[Service]
User=docker-registry
ExecStart=/usr/bin/docker-registry serve $settings
Restart=always
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=$home
PrivateTmp=yes
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl -q enable sourcegraph-images.service

serve false
for image in "${images[@]}"; do # REPOSITORY:TAG@DIGEST
  name=${image%@*} digest=${image#*@}
  say "copying $name"
  skopeo copy --quiet --all --preserve-digests --retry-times 5 --src-tls-verify=$secure --dest-tls-verify=false \
    "docker://$from/${name%%:*}@$digest" "docker://$store/$prefix/$name"
done
serve true
for image in "${images[@]}"; do
  name=${image%@*} digest=${image#*@}
  skopeo inspect --raw --tls-verify=false "docker://$store/$prefix/${name%%:*}@$digest" |
    sha256sum --status -c <(echo "${digest#sha256:}  -") || { say "failed: $name is not here as $digest" >&2; exit 1; }
done
echo "{\"schema\": 1, \"release\": \"$release\", \"store\": \"http://$store\"}" > /etc/sourcegraph/machine-image.json

# --- what must not be the same on two machines, or is needed no more
systemctl stop docker.socket docker.service
apt-get -qq -y purge skopeo
apt-get -qq -y --purge autoremove
apt-get clean
rm -rf /var/lib/apt/lists/* /var/lib/docker/* /etc/ssh/ssh_host_*
# Who could log in where this was prepared cannot on every machine made of it; the cloud gives each its own keys.
rm -f /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys
if command -v cloud-init > /dev/null; then cloud-init clean --logs; fi
: > /etc/machine-id
sync
say "this disk holds $release and ${#images[@]} container images"
