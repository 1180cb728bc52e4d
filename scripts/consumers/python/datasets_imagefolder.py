from common import pixels_of, report, root, splits
from datasets import load_dataset


def samples():
    for split in splits:
        # Every split is a configuration, of which the training set is the default.
        name = [] if split == "train" or len(splits) == 1 else [split]
        dataset = load_dataset(root, *name, split=split)
        for row in dataset:
            yield split, dataset.features["label"].int2str(row["label"]), pixels_of(row["image"])


report("datasets", samples())
