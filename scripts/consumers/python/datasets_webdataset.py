from common import classes, exports, pixels_of, report, splits
from datasets import load_dataset


def samples():
    for split in splits:
        dataset = load_dataset(f"{exports}/webdataset", split=split)
        assert dataset.features["cls"].names == classes
        for row in dataset:
            assert row["json"]["label"] == classes[row["cls"]]
            yield split, row["json"]["label"], pixels_of(row["png"])


report("datasets", samples())
