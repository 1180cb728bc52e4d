#!/usr/bin/env bash
# Unpacks the files of pack.sh that lie beside it and runs the proof. Arguments go to run.js.
#   [DEVICES=cuda,webgpu] [OUT=FOLDER] prove.sh [--minutes 8] [--weights vgg19.safetensors]
# Devices: cuda and tensorrt (with cuda.tar.xz), webgpu, cpu (a rehearsal). It writes one file, gpu-proof.json.
# What was unpacked stays in PROOF_FOLDER and is used again as long as the archives are the same.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${OUT:-.}" && cd "${OUT:-.}" && pwd)
place=${PROOF_FOLDER:-/tmp/wildstyle-proof}
mkdir -p "$place"
place=$(cd "$place" && pwd)
# An archive is one file or, above 60 MB, several whose names sort in their order.
pieces() { cat "$here/$1".tar.xz*; }
# unpack ARCHIVE PATH...: replaces the paths by the archive's content, unless they are from an archive of its digest.
unpack() {
  local archive=$1 digest
  shift
  ls "$here/$archive".tar.xz* >/dev/null 2>&1 || return 0
  digest=$(pieces "$archive" | sha256sum)
  [ ! -f "$place/$archive.done" ] || [ "$(cat "$place/$archive.done")" != "$digest" ] || return 0
  rm -f "$place/$archive.done"
  (cd "$place" && rm -rf "$@")
  pieces "$archive" | tar -C "$place" -xJ
  echo "$digest" >"$place/$archive.done"
}
unpack base node project bundled.so
unpack cuda cuda
runtime="$place/project/node_modules/onnxruntime-node/bin/napi-v6/linux/x64"
has_cuda=false
! ls "$here"/cuda.tar.xz* >/dev/null 2>&1 || has_cuda=true
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
file="$out/gpu-proof.json"
rm -f "$file"
for device in $(echo "${DEVICES:-cuda,webgpu}" | tr , ' '); do
  parts=conformance,job,throughput,optimization
  case $device in
    cuda* | tensorrt*)
      if ! $has_cuda; then
        echo "$device: the archive cuda.tar.xz is not here" >&2
        status=1
        continue
      fi
      use "$place/cuda/libonnxruntime.so.1"
      parts=$parts,torch
      ;;
    *) [ ! -f "$place/bundled.so" ] || use "$place/bundled.so" ;;
  esac
  "$place/node" dist/scripts/gpu-proof/run.js --devices "$device" --only "$parts" --out "$file" "$@" || status=1
done
[ ! -f "$place/bundled.so" ] || use "$place/bundled.so"
exit $status
