import contextlib
import io

import keras
import numpy
from common import pixels_of, report, root, splits


def samples():
    for split in splits:
        with contextlib.redirect_stdout(io.StringIO()):
            dataset = keras.utils.image_dataset_from_directory(f"{root}/{split}", image_size=(48, 48), shuffle=False)
        for images, labels in dataset:
            for image, label in zip(images, labels):
                yield split, dataset.class_names[int(label)], pixels_of(numpy.asarray(image).astype("uint8"))


report("keras", samples())
