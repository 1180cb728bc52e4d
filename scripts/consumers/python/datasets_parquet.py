from common import classes, exports, pixels_of, report, splits
from datasets import load_dataset


def samples():
    for split in splits:
        # The files alone, so that the types come from the files and not from the card.
        dataset = load_dataset("parquet", data_files=f"{exports}/parquet/data/{split}-*.parquet", split="train")
        assert dataset.features["label"].names == classes
        assert load_dataset(f"{exports}/parquet", split=split).features == dataset.features
        for row in dataset:
            yield split, classes[row["label"]], pixels_of(row["image"])


report("datasets", samples())
