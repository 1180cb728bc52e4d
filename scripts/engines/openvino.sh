#!/usr/bin/env bash
# Checks the openvino engine on this machine: gets OpenVINO if it is not there, and says so and succeeds if it cannot.
# Needs a build.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${WILDSTYLE_OPENVINO:-}" ] && ! node scripts/setup-openvino.mjs; then
  echo "skipped: OpenVINO cannot be installed here."
  exit 0
fi
node dist/scripts/engines/check.js openvino cpu --steps 20
if grep -qw amx_bf16 /proc/cpuinfo; then
  node dist/scripts/engines/check.js openvino cpu --precision bf16 --steps 40
fi
