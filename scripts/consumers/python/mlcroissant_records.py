import mlcroissant
from common import exports, pixels_of, report, splits

# Raises if the description is not valid, and when a digest differs.
dataset = mlcroissant.Dataset(f"{exports}/croissant/croissant.json")
assert not dataset.metadata.ctx.issues.errors


def samples():
    for split in splits:
        for record in dataset.records(split):
            yield split, record[f"{split}/label"].decode(), pixels_of(record[f"{split}/image"])


report("mlcroissant", samples())
