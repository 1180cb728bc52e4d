from common import pixels_of, report, root, splits
from datasets import load_dataset

def samples():
    for split in splits:
        dataset = load_dataset(root, split=split)
        for row in dataset:

            yield split, dataset.features["label"].int2str(row["label"]), pixels_of(row["image"])

report("datasets", samples())
