#!/usr/bin/env bash
# Packs what a bare Linux x64 machine without a network needs to run the GPU proof, in files of at most 60 MB:
#   pack.sh FOLDER
#   base.tar.xz  Node.js, the installed packages, the built project
#   cuda.tar.xz  ONNX Runtime with CUDA, from the package onnxruntime-gpu of the same version (skipped if pip lacks it)
# On the other machine, in a folder of its own: unpack, then ./prove.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$(mkdir -p "$1" && cd "$1" && pwd)
rm -f "$target"/*.tar.xz*
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm run --silent build
cp package.json package-lock.json "$work/"
(cd "$work" && npm ci --omit=dev --ignore-scripts --silent)
cp "$(command -v node)" "$work/node"
mkdir "$work/project"
cp -r dist scripts weights package.json "$work/project/"
mv "$work/node_modules" "$work/project/"
(cd "$work" && tar -c \
  --exclude='*.map' --exclude='*.d.ts' --exclude='*/@tensorflow/*.min.js*' --exclude='*es2017*' --exclude='*fesm*' \
  --exclude='*/bin/napi-v*/darwin' --exclude='*/bin/napi-v*/win32' --exclude='*/bin/napi-v*/linux/arm64' \
  node project) | xz -T0 -6 >"$target/base.tar.xz"

version=$(node -p "require('./node_modules/onnxruntime-node/package.json').version")
if pip download --quiet --no-deps --only-binary=:all: --python-version 3.12 --implementation cp \
  --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 -d "$work" "onnxruntime-gpu==$version"; then
  mkdir "$work/cuda"
  unzip -q -j "$work"/onnxruntime_gpu-*.whl 'onnxruntime/capi/libonnxruntime*.so*' -d "$work/cuda"
  rm -f "$work"/cuda/*tensorrt*
  mv "$work"/cuda/libonnxruntime.so.* "$work/cuda/libonnxruntime.so.1"
  python3 scripts/gpu-proof/keep_architecture.py "$work/cuda/libonnxruntime_providers_cuda.so" "${ARCHITECTURE:-90}"
  tar -C "$work" -c cuda | xz -T0 -6 >"$target/cuda.tar.xz"
else
  echo "onnxruntime-gpu $version was not found: the proof runs without CUDA." >&2
fi
# Pieces of at most 60 MB, for places that take no larger files.
for archive in "$target"/*.tar.xz; do
  [ "$(stat -c %s "$archive")" -le 60000000 ] && continue
  split -b 60000000 -d -a 2 "$archive" "$archive."
  rm "$archive"
done
cp scripts/gpu-proof/prove.sh "$target/"
ls -l "$target"
