import tensorflow as tf
from common import classes, exports, pixels_of, report, splits

features = {"image": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.int64)}


def samples():
    for split in splits:
        files = tf.io.gfile.glob(f"{exports}/tfrecord/wildstyle-{split}.tfrecord-*")
        for record in tf.data.TFRecordDataset(files):
            example = tf.io.parse_single_example(record, features)
            yield split, classes[int(example["label"])], pixels_of(tf.io.decode_image(example["image"]).numpy())


report("tensorflow-cpu", samples())
