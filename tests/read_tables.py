"""Reads tables with the usual readers: `read_tables.py FOLDER TABLE...`.

For each table, FOLDER holds TABLE.csv, TABLE.json, TABLE.parquet and TABLE.columns (`candour table TABLE --columns
--json`). Prints one line of JSON for each table and format: the rows, with every cell as the JSON of Candour has it.
"""

import csv
import json
import sys
from datetime import timezone

import pyarrow
import pyarrow.parquet

GUARD = "'"
BOOLEANS = {"true": True, "false": False}
ARROW = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "boolean": pyarrow.bool_(),
    "date": pyarrow.date32(),
    "timestamp": pyarrow.timestamp("ms", tz="UTC"),
}


def of_csv(cell, kind):
    if cell == "":
        return None
    if kind == "integer":
        return int(cell)
    if kind == "boolean":
        return BOOLEANS[cell]
    return cell.removeprefix(GUARD) if kind == "text" else cell


def of_arrow(cell, kind):
    if cell is None or kind in ("text", "integer", "boolean"):
        return cell
    if kind == "date":
        return cell.isoformat()
    return cell.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (cell.microsecond // 1000)


def read(path, columns):
    kinds = {column["column"]: column["type"] for column in columns}
    with open(path + ".csv", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        assert reader.fieldnames == list(kinds), reader.fieldnames
        yield [{name: of_csv(cell, kinds[name]) for name, cell in row.items()} for row in reader]
    with open(path + ".json", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
        assert all(list(row) == list(kinds) for row in rows)
        yield rows
    table = pyarrow.parquet.read_table(path + ".parquet")
    for column in columns:
        field = table.schema.field(column["column"])
        assert (field.type, field.nullable) == (ARROW[column["type"]], column["nullable"]), field
    assert table.schema.names == list(kinds), table.schema.names
    yield [{name: of_arrow(cell, kinds[name]) for name, cell in row.items()} for row in table.to_pylist()]


def main(folder, *tables):
    for table in tables:
        with open(f"{folder}/{table}.columns", encoding="utf-8") as file:
            columns = [json.loads(line) for line in file]
        for rows in read(f"{folder}/{table}", columns):
            print(json.dumps(rows))


main(*sys.argv[1:])
