import contextlib
import io

from boxes import boxes_text, has_color
from common import exports, pixels_of, report, root, splits
from PIL import Image
from pycocotools.coco import COCO


def samples():
    for split in splits:
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(f"{exports}/coco/{split}.json")
        names = {category["id"]: category["name"] for category in coco.loadCats(coco.getCatIds())}
        for image in coco.loadImgs(coco.getImgIds()):
            annotations = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
            with Image.open(f"{root}/{image['file_name']}") as picture:
                for annotation in annotations:
                    name = names[annotation["category_id"]]
                    if name == "box":
                        assert annotation["segmentation"] == []
                    else:
                        # Polygons and run lengths cover exactly what has the color.
                        assert (coco.annToMask(annotation) == has_color(picture, name)).all(), name
                boxes = [(names[each["category_id"]], each["bbox"]) for each in annotations]
                yield split, boxes_text(boxes), pixels_of(picture)


report("pycocotools", samples())
