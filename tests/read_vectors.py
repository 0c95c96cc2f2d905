"""Holds `fixtures/verify.py` against the vectors: `read_vectors.py FIXTURES`.

Prints a line for each vector of which it says something else, and last how many it read.
"""

import base64
import hashlib
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
MAX_INTEGER = 2**53 - 1
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
    for row in re.findall(r"^\| `(MAX_\w+)` \| ([\d,^ −]+) \|", (FIXTURES.parent / "FORMAT.md").read_text("utf-8"), re.M):
        limit = MAX_INTEGER if "^" in row[1] else int(row[1].replace(",", ""))
        # It reads no envelope that is not in evidence, and has no limit for one.
        if row[0] != "MAX_ENVELOPE_BYTES":
            yield row[0], getattr(verify, row[0], None), limit
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


    published = vectors("ml-dsa-44.json")
    keys = [base64.b64decode(key) for key in published["keys"]]
    for one in published["signatures"]:
        message, signature = bytes.fromhex(one["message"]), base64.b64decode(one["signature"])
        said = verify.ml_dsa_verifies(keys[one["key"]], message, signature)
        yield one["what"], "valid" if said else "invalid", one["verdict"]
    cosignatures = vectors("cosignatures.json")
    key = verify.parse_vkey(cosignatures["witness"].encode("utf-8"))
    yield "the key", (key.id.hex(), key.key.hex()), (cosignatures["key_id"], cosignatures["public_key"])
    for one in cosignatures["lines"]:
        note = verify.parse_note((cosignatures["note"] + one["line"] + "\n").encode("utf-8"))
        said = [int.from_bytes(line[:8], "big") if key.verifies(note, line) else None for line in key.lines(note)]
        said = "cosignature-invalid" if None in said else str(said[0]) if said else "none"
        yield one["what"], said, one["verdict"]
    time = (1_767_614_700).to_bytes(8, "big")
    yield "the message", verify.cosigned_tree(key.name, time, note.text).hex(), cosignatures["message"]


READ = list(pairs())
for what, said, expected in READ:
    if said != expected:
        print("%s: expected %s, said %s" % (what, expected, said))
print(len(READ))
