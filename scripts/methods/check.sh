#!/usr/bin/env bash
# Compares the methods fda, histogram and colorTransfer with NumPy and scikit-image. Needs Python 3 with venv and a package
# index for pip; says so and exits with 0 where there is none. Prints the largest difference of a value as JSON. Exits with
# 1 if one is too large.
# Usage: scripts/methods/check.sh [number of cases, default 40]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="numpy==2.4.6 scikit-image"
python3 -m venv "$work/venv" 2>/dev/null &&
  "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check $packages 2>"$work/pip.log" || {
  echo "Skipped: $packages cannot be installed here."
  exit 0
}
node "$root/dist/scripts/methods/cases.js" "${1:-40}" >"$work/cases.jsonl"
"$work/venv/bin/python" "$root/scripts/methods/compare.py" <"$work/cases.jsonl"
