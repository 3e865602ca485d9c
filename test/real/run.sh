#!/usr/bin/env bash
# Installs what the real tests need and is missing, runs them, leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v chromium >/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo 'test:real needs Chromium: as root on Debian it installs it; elsewhere put it at /usr/bin/chromium.' >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation
fi

exec npx vitest run --project real "$@"
