import tensorflow_datasets as tfds
from common import classes, exports, pixels_of, report, splits

builder = tfds.builder_from_directory(f"{exports}/tfrecord")
assert builder.info.features["label"].names == classes
assert sorted(builder.info.splits) == splits


def samples():
    for split in splits:
        for image, label in tfds.as_numpy(builder.as_dataset(split=split, as_supervised=True)):
            yield split, classes[int(label)], pixels_of(image)


report("tensorflow-datasets", samples())
