import json
import os

import numpy
from boxes import COLORS, boxes_text, has_color
from common import exports, pixels_of, report, root, splits
from PIL import Image

with open(f"{exports}/masks/categories.json") as file:
    categories = json.load(file)


def samples():
    for split in splits:
        for folder, _, files in sorted(os.walk(f"{root}/{split}")):
            for name in sorted(name for name in files if name.endswith(".png")):
                path = os.path.relpath(os.path.join(folder, name), root)
                with Image.open(f"{root}/{path}") as picture, Image.open(f"{exports}/masks/{path}") as mask:
                    assert mask.mode == "L" and mask.size == picture.size
                    values = numpy.asarray(mask)
                    assert {str(value) for value in numpy.unique(values)} == {"0", *categories}
                    boxes = []
                    for value, category in categories.items():
                        own = values == int(value)
                        assert (own == has_color(picture, category)).all() and category in COLORS
                        rows, columns = numpy.flatnonzero(own.any(axis=1)), numpy.flatnonzero(own.any(axis=0))
                        left, top = columns[0], rows[0]
                        boxes.append((category, (left, top, columns[-1] + 1 - left, rows[-1] + 1 - top)))
                    yield split, boxes_text(boxes), pixels_of(picture)


report("pillow", samples())
