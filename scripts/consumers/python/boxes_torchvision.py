from boxes import boxes_text
from common import exports, pixels_of, report, root, splits
from torchvision.datasets import CocoDetection, wrap_dataset_for_transforms_v2


def samples():
    for split in splits:
        found = CocoDetection(root, f"{exports}/coco/{split}.json")
        names = {category["id"]: category["name"] for category in found.coco.loadCats(found.coco.getCatIds())}
        wrapped = wrap_dataset_for_transforms_v2(found, target_keys=["boxes", "labels"])
        for image, target in wrapped:
            boxes = [
                (names[label], (x0, y0, x1 - x0, y1 - y0))
                for label, (x0, y0, x1, y1) in zip(target["labels"].tolist(), target["boxes"].tolist(), strict=True)
            ]
            yield split, boxes_text(boxes), pixels_of(image)


report("torchvision", samples())
