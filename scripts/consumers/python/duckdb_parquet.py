import duckdb
from common import classes, exports, pixels_of_bytes, report, splits


def samples():
    for split in splits:
        files = f"{exports}/parquet/data/{split}-*.parquet"
        for label, encoded in duckdb.sql(f"SELECT label, image.bytes FROM '{files}'").fetchall():
            yield split, classes[label], pixels_of_bytes(encoded)


report("duckdb", samples())
