#!/usr/bin/env bash
# Loads a small dataset with common training libraries, as shown on the dataset card, and compares image counts and
# classes with dataset.json. Requires Python 3 with venv and a package index for pip. Prints one line per loader. Skips
# loaders that cannot be installed, except Hugging Face. Set TORCH_INDEX to an index with CPU builds of torch. Exits with
# 1 if a loader disagrees.
# Usage: scripts/check-loaders.sh [path of the built main.js]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
main=$(realpath "${1:-$root/dist/src/cli/main.js}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME="$work/cache" HF_HOME="$work/hf" HF_HUB_OFFLINE=1 HF_DATASETS_DISABLE_PROGRESS_BARS=1
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=-1

# Numeric class names, because loaders sort 10 before 9.
cp -r "$root/datasets/demo/content" "$work/content"
mv "$work/content/animal" "$work/content/9"
mv "$work/content/city" "$work/content/10"
node "$main" run "$root/configs/demo.yaml" --out "$work/dataset" --limit 9 --set content.root="$work/content" \
  --set recipe.network=random --set recipe.size=48 --set recipe.steps=2 >"$work/run.log" 2>&1 ||
  { cat "$work/run.log"; exit 1; }

python3 -m venv "$work/venv"
pip() { "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }

# The counts and classes that every loader must report.
cat >"$work/expected.py" <<'PYTHON'
import json, sys
root = sys.argv[1]
with open(f"{root}/dataset.json") as file:
    counts = json.load(file)["counts"]
classes = sorted(counts["classes"])
per_class = {name: c["stylized"] + c["originals"] for name, c in counts["classes"].items()}
assert counts["complete"] == sum(per_class.values()) > 0

def compare(loader, found_classes, labels):
    assert list(found_classes) == classes, (loader, found_classes, classes)
    found = {name: list(labels).count(index) for index, name in enumerate(classes)}
    assert found == per_class, (loader, found, per_class)
    print(f"{loader}: {len(labels)} images in {len(classes)} classes, as recorded", flush=True)
PYTHON

cat >"$work/hugging_face.py" <<'PYTHON'
from expected import classes, compare, root
import datasets
datasets.disable_progress_bars()
dataset = datasets.load_dataset(root, split="train")
for row in dataset:
    assert max(row["image"].size) == 48, row["image"].size
    assert row["content_path"].startswith(classes[row["label"]] + "/")
    assert row["steps"] == (None if row["style_path"] is None else 2), row
compare(f"Hugging Face datasets {datasets.__version__}", dataset.features["label"].names, dataset["label"][:])
PYTHON

cat >"$work/torch_vision.py" <<'PYTHON'
from expected import compare, root
import torchvision
from torchvision.datasets import ImageFolder
dataset = ImageFolder(f"{root}/train")
assert all(max(image.size) == 48 and image.mode == "RGB" for image, _ in dataset)
compare(f"torchvision {torchvision.__version__}", dataset.classes, dataset.targets)
PYTHON

cat >"$work/keras_folder.py" <<'PYTHON'
from expected import compare, root
import contextlib, io, keras
with contextlib.redirect_stdout(io.StringIO()):
    dataset = keras.utils.image_dataset_from_directory(f"{root}/train", image_size=(48, 48), shuffle=False)
labels = [int(label) for _, batch in dataset for label in batch]
compare(f"Keras {keras.__version__}", dataset.class_names, labels)
PYTHON

failed=0
check() { "$1" "$work/$2.py" "$work/dataset" 2>"$work/errors" || { failed=1; echo "$2: FAILED"; tail -5 "$work/errors"; }; }

pip datasets pillow
check "$work/venv/bin/python" hugging_face

# The default wheels contain gigabytes of GPU libraries, so use the system's package or an index with CPU builds.
system_python=$(command -v /usr/bin/python3 python3 | head -1)
if "$system_python" -c 'import torchvision' 2>/dev/null; then
  check "$system_python" torch_vision
elif [ -n "${TORCH_INDEX:-}" ] && pip torch torchvision --index-url "$TORCH_INDEX" 2>/dev/null; then
  check "$work/venv/bin/python" torch_vision
else
  echo "torchvision: skipped: python3-torchvision is not installed and TORCH_INDEX is not set"
fi

if pip tensorflow-cpu 2>/dev/null; then
  check "$work/venv/bin/python" keras_folder
else
  echo "Keras: skipped: it cannot be installed"
fi
exit "$failed"
