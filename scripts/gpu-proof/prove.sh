#!/usr/bin/env bash
# Unpacks the files of pack.sh that lie beside it and runs the proof. Arguments go to run.js.
#   [DEVICES=cuda,webgpu] [OUT=FOLDER] prove.sh [--minutes 8]
# What was unpacked stays in PROOF_FOLDER and is used again as long as the archives are the same.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${OUT:-.}" && cd "${OUT:-.}" && pwd)
place=${PROOF_FOLDER:-/tmp/wildstyle-proof}
mkdir -p "$place"
place=$(cd "$place" && pwd)
# unpack ARCHIVE PATH...: replaces the paths by the archive's content, unless they are from an archive of its digest.
unpack() {
  local archive=$1 digest
  shift
  [ -f "$here/$archive.tar.xz" ] || return 0
  digest=$(sha256sum <"$here/$archive.tar.xz")
  [ ! -f "$place/$archive.done" ] || [ "$(cat "$place/$archive.done")" != "$digest" ] || return 0
  rm -f "$place/$archive.done"
  (cd "$place" && rm -rf "$@")
  tar -C "$place" -xJf "$here/$archive.tar.xz"
  echo "$digest" >"$place/$archive.done"
}
unpack base node project bundled.so
unpack cuda cuda
runtime="$place/project/node_modules/onnxruntime-node/bin/napi-v6/linux/x64"
has_cuda=false
[ ! -f "$here/cuda.tar.xz" ] || has_cuda=true
if $has_cuda; then
  # The package's own library has WebGPU; the one from onnxruntime-gpu belongs to the CUDA provider.
  [ -f "$place/bundled.so" ] || cp "$runtime/libonnxruntime.so.1" "$place/bundled.so"
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
if $has_cuda && [[ $devices == *cuda* ]]; then
  use "$place/cuda/libonnxruntime.so.1"
  "$place/node" dist/scripts/gpu-proof/run.js --devices cuda --out "$out/gpu-proof-cuda.json" "$@" || status=1
  use "$place/bundled.so"
fi
if [[ $devices == *webgpu* ]]; then
  "$place/node" dist/scripts/gpu-proof/run.js --devices webgpu --only conformance,throughput \
    --out "$out/gpu-proof-webgpu.json" "$@" || status=1
fi
exit $status
