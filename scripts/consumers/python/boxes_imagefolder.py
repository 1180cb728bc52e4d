import json

from boxes import boxes_text
from common import pixels_of, report, root, splits
from datasets import load_dataset


def samples():
    for split in splits:
        # Every split is a configuration, of which the training set is the default.
        name = [] if split == "train" or len(splits) == 1 else [split]
        for row in load_dataset(root, *name, split=split):
            objects = json.loads(row["objects"])
            yield split, boxes_text(zip(objects["category"], objects["bbox"], strict=True)), pixels_of(row["image"])


report("datasets", samples())
