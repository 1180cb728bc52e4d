#!/usr/bin/env bash
# Opens the live view and the report in Chromium: see main.ts. Installs Chromium if it may; says so and succeeds if it cannot.
# Needs a build. Usage: scripts/browser/check.sh [--pictures DIR]
set -euo pipefail
cd "$(dirname "$0")/../.."

browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
install() {
  local root=()
  [ "$(id -u)" = 0 ] || root=(sudo -n)
  command -v apt-get >/dev/null && "${root[@]}" apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends chromium
}

browser >/dev/null || install >/dev/null 2>&1 || true
if ! browser >/dev/null; then
  echo "skipped: Chromium is missing and cannot be installed here."
  exit 0
fi
exec node dist/scripts/browser/main.js --browser "$(browser)" "$@"
