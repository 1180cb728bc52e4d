#!/usr/bin/env bash
# Unpacks the files of pack.sh that lie beside it and runs the proof. Arguments go to run.js.
#   [DEVICES=cuda,webgpu] [OUT=FOLDER] prove.sh [--minutes 8]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
place=${PROOF_FOLDER:-/tmp/wildstyle-proof}
mkdir -p "$place"
for archive in base cuda; do
  [ -f "$here/$archive.tar.xz" ] && [ ! -f "$place/$archive.done" ] &&
    tar -C "$place" -xJf "$here/$archive.tar.xz" && touch "$place/$archive.done"
done
runtime="$place/project/node_modules/onnxruntime-node/bin/napi-v6/linux/x64"
if [ -d "$place/cuda" ] && [ ! -f "$place/bundled.so" ]; then
  # The package's own library has WebGPU; the one from onnxruntime-gpu belongs to the CUDA provider.
  cp "$runtime/libonnxruntime.so.1" "$place/bundled.so"
  cp "$place"/cuda/*providers* "$runtime/"
fi
# CUDA's libraries: those of the machine, or those that came with PyTorch.
libraries=$(python3 - <<'P' 2>/dev/null || true
import glob, site, sys
places = site.getsitepackages() + sys.path
print(":".join(sorted({f for p in places for f in glob.glob(p + "/nvidia/*/lib") + glob.glob(p + "/nvidia/cu1*/lib")})))
P
)
export LD_LIBRARY_PATH="$libraries:$runtime:${LD_LIBRARY_PATH:-}"
use() { cp "$1" "$runtime/libonnxruntime.so.1"; }
cd "$place/project"
status=0
devices=${DEVICES:-cuda,webgpu}
if [ -d "$place/cuda" ] && [[ $devices == *cuda* ]]; then
  use "$place/cuda/libonnxruntime.so.1"
  "$place/node" dist/scripts/gpu-proof/run.js --devices cuda --out "${OUT:-.}/gpu-proof-cuda.json" "$@" || status=1
  use "$place/bundled.so"
fi
if [[ $devices == *webgpu* ]]; then
  "$place/node" dist/scripts/gpu-proof/run.js --devices webgpu --only conformance,throughput \
    --out "${OUT:-.}/gpu-proof-webgpu.json" "$@" || status=1
fi
exit $status
