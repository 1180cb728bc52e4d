import contextlib
import io
import os

import cv2
from boxes import boxes_text
from common import exports, pixels_of, report, splits

with contextlib.redirect_stdout(io.StringIO()):
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset

names = {"validation": "val"}


def samples():
    with contextlib.redirect_stdout(io.StringIO()):
        data = check_det_dataset(f"{exports}/yoloBoxes/data.yaml", autodownload=False)
    for split in splits:
        # Splits that YOLO does not know are left relative.
        folder = os.path.join(data["path"], data[names.get(split, split)])
        with contextlib.redirect_stdout(io.StringIO()):
            dataset = YOLODataset(folder, data=data, task="segment", augment=False)
        for label in dataset.labels:
            height, width = label["shape"]
            assert label["normalized"] and label["bbox_format"] == "xywh"
            boxes = [
                (data["names"][int(number)], ((x - w / 2) * width, (y - h / 2) * height, w * width, h * height))
                for [number], (x, y, w, h) in zip(label["cls"], label["bboxes"], strict=True)
            ]
            yield split, boxes_text(boxes), pixels_of(cv2.imread(label["im_file"])[..., ::-1])


report("ultralytics", samples())
