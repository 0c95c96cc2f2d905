"""Holds `fixtures/verify.py` against the vectors: `read_vectors.py FIXTURES`.

Prints a line for each vector of which it says something else, and last how many it read.
"""

import hashlib
import json
import pathlib
import sys

sys.dont_write_bytecode = True
FIXTURES = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(FIXTURES))

import verify  # noqa: E402


def code(judge, data):
    try:
        judge(data)
    except verify.Fault as fault:
        return fault.code
    return "ok"


def vectors(name):
    return json.loads((FIXTURES / "vectors" / name).read_text(encoding="utf-8"))


def pairs():
    """What is held against what, and the name of the vector."""
    refused = vectors("refused.json")
    for one in refused["statements"]:
        yield one["what"], code(verify.parse_statement, one["statement"].encode("utf-8")), one["code"]
    for one in refused["entries"]:
        yield one["what"], code(verify.decode_entry, bytes.fromhex(one["entry"])), one["code"]
    for one in vectors("statements.json")["statements"]:
        payload = one["statement"].encode("utf-8")
        signed = verify.pre_authentication_encoding(payload)
        yield one["statement"], code(verify.parse_statement, payload), "ok"
        yield one["statement"], hashlib.sha256(signed).hexdigest(), one["pae_sha256"]
    table = vectors("observations.json")
    yield "the table", code(verify.check_table, table["table"].encode("utf-8")), "ok"
    rows = [verify.table_observation(line) for line in table["table"].splitlines()[1:]]
    yield "its rows", rows, table["observations"]
    entries = vectors("entries.json")
    for one in entries["entries"]:
        yield one["leaf"], verify.leaf_hash(bytes.fromhex(one["entry"])).hex(), one["leaf"]


READ = list(pairs())
for what, said, expected in READ:
    if said != expected:
        print("%s: expected %s, said %s" % (what, expected, said))
print(len(READ))
