# Reads NAME=value lines and prints "NAME host port" for every address that a value is or holds.
{
  at = index($0, "=")
  values[substr($0, 1, at - 1)] = substr($0, at + 1)
}
END {
  for (name in values) {
    if (name ~ /PASSWORD|SECRET|TOKEN|NO_PROXY|SITE_ADDRESS|EMAIL/) continue
    value = values[name]
    gsub(/\/\/[^@\/ ]*@/, "//", value)
    if (name ~ /HOST$/ && value ~ /^[a-z][a-z0-9.-]*$/) {
      sibling = name
      sub(/HOST$/, "PORT", sibling)
      port = values[sibling]
      if (port == "" && name ~ /PGHOST$/) port = 5432
      if (port == "" && name == "JAEGER_HOST") port = values["JAEGER_OTLP_GRPC_PORT"]
      if (port != "") print name, value, port
      continue
    }
    while (match(value, /[a-z][a-z0-9.-]*:[0-9]+|https?:\/\/[a-z][a-z0-9.-]*/)) {
      address = substr(value, RSTART, RLENGTH)
      value = substr(value, RSTART + RLENGTH)
      if (address ~ /^https?:/) {
        # With a port it is an address of its own, right behind.
        rest = address
        sub(/^https?:\/\//, "", rest)
        if (value ~ /^:[0-9]/) value = rest value
        else print name, rest, (address ~ /^https/ ? 443 : 80)
        continue
      }
      split(address, parts, ":")
      print name, parts[1], parts[2]
    }
  }
}
