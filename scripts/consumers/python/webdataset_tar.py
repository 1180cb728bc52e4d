import json

import webdataset
from common import classes, exports, pixels_of, report

with open(f"{exports}/webdataset/index.json") as file:
    index = json.load(file)


def samples():
    for shard in index["shards"]:
        dataset = webdataset.WebDataset(f"{exports}/webdataset/{shard['file']}", shardshuffle=False)
        rows = list(dataset.decode("pil"))
        assert len(rows) == shard["images"]
        for row in rows:
            assert row["json"]["label"] == classes[row["cls"]] and row["json"]["id"] == row["__key__"]
            yield shard["split"], classes[row["cls"]], pixels_of(row["png"])


report("webdataset", samples())
