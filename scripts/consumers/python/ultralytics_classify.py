import contextlib
import io

import cv2
from common import exports, pixels_of, report, splits

with contextlib.redirect_stdout(io.StringIO()):
    from ultralytics.data.dataset import ClassificationDataset
    from ultralytics.data.utils import check_cls_dataset
    from ultralytics.utils import DEFAULT_CFG

names = {"validation": "val", "valid": "val"}


def samples():
    with contextlib.redirect_stdout(io.StringIO()):
        found = check_cls_dataset(f"{exports}/yolo")
    for split in splits:
        folder = found.get(names.get(split, split)) or f"{exports}/yolo/{split}"
        with contextlib.redirect_stdout(io.StringIO()):
            dataset = ClassificationDataset(str(folder), args=DEFAULT_CFG, augment=False)
        for path, label, *_ in dataset.samples:
            yield split, found["names"][label], pixels_of(cv2.imread(str(path))[..., ::-1])


report("ultralytics", samples())
