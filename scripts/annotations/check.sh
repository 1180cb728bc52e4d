#!/usr/bin/env bash
# Compares how annotations are moved (boxes, YOLO boxes, polygons, run lengths, masks, under every fit) with albumentations
# and pycocotools. Needs Python 3 with venv and a package index for pip; says so and exits with 0 where there is none.
# Prints the number of comparisons of each kind and the largest distance of a box as JSON. Exits with 1 if one differs by
# more than a pixel.
# Usage: scripts/annotations/check.sh [number of cases, default 300]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="albumentations==2.0.8 pycocotools==2.0.11"
python3 -m venv "$work/venv" 2>/dev/null &&
  NO_ALBUMENTATIONS_UPDATE=1 "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check $packages 2>"$work/pip.log" || {
  echo "Skipped: $packages cannot be installed here."
  exit 0
}
node "$root/dist/scripts/annotations/cases.js" "${1:-300}" >"$work/cases.jsonl"
NO_ALBUMENTATIONS_UPDATE=1 "$work/venv/bin/python" "$root/scripts/annotations/compare.py" <"$work/cases.jsonl"
