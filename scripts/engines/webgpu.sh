#!/usr/bin/env bash
# Checks WebGPU on this machine without a GPU: on SwiftShader, the Vulkan driver that comes with Chromium and Chrome.
# Installs what is missing if it may; says so and succeeds if it cannot. Needs a build.
set -euo pipefail
cd "$(dirname "$0")/../.."

driver() {
  local folder
  for folder in /usr/lib/chromium /opt/google/chrome /usr/lib/chromium-browser; do
    if [ -f "$folder/vk_swiftshader_icd.json" ]; then
      echo "$folder/vk_swiftshader_icd.json"
      return
    fi
  done
}
loader() { ldconfig -p 2>/dev/null | grep -q 'libvulkan\.so\.1'; }
install() {
  local root=()
  [ "$(id -u)" = 0 ] || root=(sudo -n)
  command -v apt-get >/dev/null && "${root[@]}" apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "$@"
}

if [ "$(uname -sm)" != "Linux x86_64" ]; then
  echo "skipped: SwiftShader is used only on Linux x86_64."
  exit 0
fi
loader || install libvulkan1 >/dev/null 2>&1 || true
[ -n "$(driver)" ] || install chromium >/dev/null 2>&1 || true
if ! loader || [ -z "$(driver)" ]; then
  echo "skipped: libvulkan1 or SwiftShader (package chromium) is missing and cannot be installed here."
  exit 0
fi
VK_ICD_FILENAMES="$(driver)" exec node dist/scripts/engines/check.js onnx webgpu
