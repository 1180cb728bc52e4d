import contextlib
import io

from common import exports, pixels_of, report, root, splits
from PIL import Image
from pycocotools.coco import COCO


def samples():
    for split in splits:
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(f"{exports}/coco/{split}.json")
        for image in coco.loadImgs(coco.getImgIds()):
            annotations = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
            assert len(annotations) == 1
            assert annotations[0]["bbox"] == [0, 0, image["width"], image["height"]]
            [category] = coco.loadCats([annotations[0]["category_id"]])
            with Image.open(f"{root}/{image['file_name']}") as picture:
                assert picture.size == (image["width"], image["height"])
                yield split, category["name"], pixels_of(picture)


report("pycocotools", samples())
