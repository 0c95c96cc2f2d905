//! Cosignatures with ML-DSA-44, and the published cases that its verification is held against.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::hash::Hash;
use candour::core::key::ml_dsa;
use candour::core::note::{NoteSignature, VerifierKey};
use serde_json::{Value, json};

use super::ledger::checkpoint;
use super::{key, path, pin};

const NAME: &str = "witness.example/pq";
const TIME: u64 = 1_767_614_700;

fn secret(name: &str) -> ml_dsa::SecretKey {
    ml_dsa::SecretKey::from_seed(&Hash::of(name.as_bytes()).0)
}

fn cosigner(name: &str, seed: &str) -> Cosigner {
    Cosigner::new(name, CosigningKey::MlDsa44(secret(seed))).unwrap()
}

/// The line of these bytes under that key's name and id.
fn line(key: &VerifierKey, bytes: &[u8]) -> NoteSignature {
    let bytes = [&key.id().to_be_bytes(), bytes].concat();
    NoteSignature::parse(&format!("— {} {}", key.name(), BASE64_STANDARD.encode(bytes))).unwrap()
}

/// The message of tlog-cosignature, field by field.
fn message(name: &str, time: u64, origin: &str, start: u64, end: u64, root: &Hash) -> Vec<u8> {
    let short = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    let (start, end) = (start.to_be_bytes(), end.to_be_bytes());
    [&b"subtree/v1\n\0"[..], &short(name), &time.to_be_bytes(), &short(origin), &start, &end, &root.0].concat()
}

#[test]
fn published_signatures() {
    let text = std::fs::read_to_string(path("ml-dsa-44.json")).unwrap();
    let published: Value = serde_json::from_str(&text).unwrap();
    let bytes = |value: &Value| BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap();
    let keys: Vec<_> = published["keys"].as_array().unwrap().iter().map(bytes).collect();
    let mut valid = 0;
    for case in published["signatures"].as_array().unwrap() {
        let key = ml_dsa::PublicKey::parse(&keys[case["key"].as_u64().unwrap() as usize]).unwrap();
        let message = hex::decode(case["message"].as_str().unwrap()).unwrap();
        let verifies = key.verify(&message, &bytes(&case["signature"]));
        assert_eq!(verifies, case["verdict"] == "valid", "{} {}", case["number"], case["what"]);
        valid += u32::from(verifies);
    }
    assert_eq!((valid, published["signatures"].as_array().unwrap().len()), (5, 22));
}

/// What it is, the line, and what a reader who knows the key says: the time, `none`, or the code.
type Line = (&'static str, NoteSignature, String);

fn lines(signed: &SignedCheckpoint, witness: &Cosigner) -> Vec<Line> {
    let key = witness.verifier();
    let says = signed.checkpoint();
    let sign = |time: u64, message: &[u8]| {
        line(key, &[&time.to_be_bytes()[..], &secret("witness-pq").sign(message).unwrap()].concat())
    };
    let with = |time: u64, name: &str, origin: &str, start: u64, end: u64, root: &Hash| {
        sign(time, &message(name, time, origin, start, end, root))
    };
    let sound = |time: u64| with(time, NAME, &says.origin, 0, says.size, &says.root);
    let good = witness.cosign(signed, TIME).unwrap();
    assert_eq!(sound(TIME), good, "signing is deterministic, and of the message that the specification spells");
    let bytes = good.bytes();
    let flipped = |at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        line(key, &bytes)
    };
    let other = Checkpoint { size: 4, ..says.clone() };
    let other = SignedCheckpoint::sign(other, &super::key("operator")).unwrap();
    let ed25519 = Cosigner::new(NAME, CosigningKey::Ed25519(super::key("witness-pq"))).unwrap();
    let text = format!("cosignature/v1\ntime {TIME}\n{}", signed.note().text());
    let bad = || "cosignature-invalid".to_owned();
    let late = 1 << 63;
    vec![
        ("as the witness cosigns", good.clone(), TIME.to_string()),
        ("without a time", sound(0), "0".to_owned()),
        ("at the latest time", sound(late - 1), (late - 1).to_string()),
        ("after the latest time", sound(late), bad()),
        ("a byte of the time changed", flipped(7), bad()),
        ("the first byte of the signature changed", flipped(8), bad()),
        ("a byte of the response changed", flipped(1000), bad()),
        ("the last byte changed", flipped(bytes.len() - 1), bad()),
        ("without its last byte", line(key, &bytes[..bytes.len() - 1]), bad()),
        ("with a byte more", line(key, &[bytes, &[0]].concat()), bad()),
        ("the time alone", line(key, &bytes[..8]), bad()),
        ("of another size", line(key, witness.cosign(&other, TIME).unwrap().bytes()), bad()),
        ("of another root", with(TIME, NAME, &says.origin, 0, says.size, &Hash::ZERO), bad()),
        ("of another origin", with(TIME, NAME, "candour.example/other", 0, says.size, &says.root), bad()),
        ("by another name", with(TIME, "witness.example/other", &says.origin, 0, says.size, &says.root), bad()),
        ("of a tree that does not begin at 0", with(TIME, NAME, &says.origin, 1, says.size, &says.root), bad()),
        ("over the text, as Ed25519 keys sign", sign(TIME, text.as_bytes()), bad()),
        ("by another key", line(key, cosigner(NAME, "witness-pq-2").cosign(signed, TIME).unwrap().bytes()), bad()),
        ("an Ed25519 cosignature under this id", line(key, ed25519.cosign(signed, TIME).unwrap().bytes()), bad()),
        ("an Ed25519 cosignature under its own id", ed25519.cosign(signed, TIME).unwrap(), "none".to_owned()),
        (
            "another name's line, by the same key",
            cosigner("witness.example/other", "witness-pq").cosign(signed, TIME).unwrap(),
            "none".to_owned(),
        ),
    ]
}

#[test]
fn an_ml_dsa_witness() {
    let (signed, witness) = (checkpoint(), cosigner(NAME, "witness-pq"));
    let vkey = witness.verifier();
    assert_eq!(&VerifierKey::parse(&vkey.to_string()).unwrap(), vkey);
    let judged: Vec<_> = lines(&signed, &witness)
        .into_iter()
        .map(|(what, line, verdict)| {
            // Read as a stranger sends it: the witness's known Ed25519 line stands beside it.
            let read = SignedCheckpoint::parse(format!("{signed}{line}\n").as_bytes()).unwrap();
            let said = match read.cosigned_by(vkey) {
                Ok(None) => "none".to_owned(),
                Ok(Some(time)) => time.to_string(),
                Err(fault) => fault.code.as_str().to_owned(),
            };
            assert_eq!(said, verdict, "{what}");
            json!({"line": line.to_string(), "verdict": verdict, "what": what})
        })
        .collect();
    // The reverse: its line under the id of an Ed25519 key of that name.
    let ed25519 = VerifierKey::cosignature(NAME, key("witness-pq").public().unwrap()).unwrap();
    let crossed = line(&ed25519, witness.cosign(&signed, TIME).unwrap().bytes());
    let read = SignedCheckpoint::parse(format!("{signed}{crossed}\n").as_bytes()).unwrap();
    assert_eq!(read.cosigned_by(&ed25519).unwrap_err().code.as_str(), "cosignature-invalid");
    let says = signed.checkpoint();
    pin(
        "cosignatures.json",
        &json!({
            "says": "A witness with an ML-DSA-44 key, and lines under the checkpoint of checkpoint.json: the time at \
                     which it cosigned, none, or the code. The seed is the SHA-256 of \"witness-pq\"; the message is what \
                     the first line signs.",
            "key_id": format!("{:08x}", vkey.id()),
            "lines": judged,
            "message": hex::encode(message(NAME, TIME, &says.origin, 0, says.size, &says.root)),
            "note": signed.to_string(),
            "public_key": hex::encode(secret("witness-pq").public().to_bytes()),
            "seed": Hash::of(b"witness-pq").to_string(),
            "witness": vkey.to_string(),
        }),
    );
}
