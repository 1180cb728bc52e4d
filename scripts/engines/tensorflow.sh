#!/usr/bin/env bash
# Checks the tensorflow engine on this machine: gets TensorFlow if it is not there, and says so and succeeds if it cannot.
# Needs a build.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${WILDSTYLE_TENSORFLOW:-}" ] && ! node scripts/setup-tensorflow.mjs --from-wheel; then
  echo "skipped: TensorFlow cannot be installed here."
  exit 0
fi
node dist/scripts/engines/check.js tensorflow cpu --steps 20
npx --no-install ava dist/test/engine/tensorflow.test.js dist/test/engine/engine.test.js --match='tensorflow*'
