#!/usr/bin/env bash
# Installs what the real tests need and is missing, runs them, leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
# A program that shows that it is there, and the Debian packages that bring it.
needs() {
  local program=$1; shift
  compgen -G "$program" >/dev/null || missing+=("$@")
}
needs /usr/bin/chromium chromium fonts-liberation
needs '/usr/lib/postgresql/*/bin/initdb' postgresql
needs /usr/sbin/pgbouncer pgbouncer
needs /usr/bin/openssl openssl
needs /usr/bin/redis-server redis-server
needs '/usr/lib/python3*/ensurepip' python3-venv
command -v go >/dev/null || missing+=(golang-go ca-certificates)

# A server's package starts it on installation, or fails where there is no systemd: policy-rc.d says no.
install_missing() {
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap "rm -f $policy" EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

if [ "${#missing[@]}" != 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "test:real needs ${missing[*]}: as root on Debian it installs them; elsewhere put them where Debian does." >&2
    exit 1
  fi
  # In a shell of its own, so that its trap is over before the tests begin.
  (install_missing)
fi

# What Debian does not have, or not young enough, is kept beside other caches: the version is in the name.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll-real
celery='celery[redis]==5.6.3'
k6='go.k6.io/k6@v1.8.1'
go='go1.26.8'

install_celery() {
  rm -rf "$cache/celery"
  /usr/bin/python3 -m venv "$cache/celery"
  "$cache/celery/bin/python" -m pip install --quiet --disable-pip-version-check "$celery"
  echo "$celery" >"$cache/celery/holds"
}

# Debian's Go is too old to build k6, and young enough to bring one that is not, checked by Go's sums.
install_k6() (
  modules=$(mktemp -d)
  trap 'rm -rf "$modules"' EXIT
  export GOMODCACHE=$modules/mod GOCACHE=$modules/cache GOFLAGS='-modcacherw -buildvcs=false'
  toolchain=golang.org/toolchain@v0.0.1-$go.$(go env GOOS)-$(go env GOARCH)
  if [ "$(go env GOVERSION)" != "$go" ]; then
    (cd "$modules" && go mod download "$toolchain")
    chmod +x "$GOMODCACHE/$toolchain"/bin/* "$GOMODCACHE/$toolchain"/pkg/tool/*/*
    PATH=$GOMODCACHE/$toolchain/bin:$PATH
  fi
  cd "$modules"
  GOTOOLCHAIN=local GOBIN=$cache go install "$k6"
  echo "$k6" >"$cache/k6.holds"
)

mkdir -p "$cache"
if [ "$(cat "$cache/celery/holds" 2>/dev/null)" != "$celery" ]; then install_celery; fi
if [ "$(cat "$cache/k6.holds" 2>/dev/null)" != "$k6" ]; then install_k6; fi

exec npx vitest run --project real "$@"
