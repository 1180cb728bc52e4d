import json

import numpy
from boxes import COLORS, boxes_text, has_color
from common import exports, pixels_of, report, splits
from datasets import load_dataset


def check_mask(mask, picture):
    """The column has one value for each category, where the picture shows its color."""
    values = numpy.asarray(mask)
    assert mask.mode == "L" and mask.size == picture.size
    with open(f"{exports}/masks/categories.json") as file:
        categories = json.load(file)
    assert set(categories.values()) == set(COLORS)
    for value, category in categories.items():
        assert ((values == int(value)) == has_color(picture, category)).all()


def samples():
    for split in splits:
        for row in load_dataset(f"{exports}/parquet", split=split):
            objects = json.loads(row["objects"])
            check_mask(row["mask"], row["image"])
            yield split, boxes_text(zip(objects["category"], objects["bbox"], strict=True)), pixels_of(row["image"])


report("datasets", samples())
