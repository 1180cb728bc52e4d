import json

from boxes import boxes_text
from common import exports, pixels_of, report, splits
from datasets import load_dataset


def samples():
    for split in splits:
        for row in load_dataset(f"{exports}/parquet", split=split):
            objects = json.loads(row["objects"])
            yield split, boxes_text(zip(objects["category"], objects["bbox"], strict=True)), pixels_of(row["image"])


report("datasets", samples())
