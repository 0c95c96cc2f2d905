//! Keys, checkpoints, cosignatures and policies.

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::hash::Hash;
use candour::core::key::SecretKey;
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::shell::keyfile;
use serde_json::json;

use super::ledger::{checkpoint, log_key, witness_key};
use super::{ORIGIN, key, pin};

#[test]
fn key_files() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<_> = [[0; 32], [7; 32], Hash::of(b"operator").0]
        .iter()
        .enumerate()
        .map(|(number, seed)| {
            let (secret, file) = (SecretKey::from_seed(seed), folder.path().join(number.to_string()));
            let public = secret.public().unwrap();
            keyfile::write(&file, &secret, None).unwrap();
            let read = keyfile::read(&file, || unreachable!("it has no passphrase")).unwrap();
            assert_eq!(read.public().unwrap(), public);
            json!({
                "private_pem": std::fs::read_to_string(&file).unwrap(), "public_key": public.to_string(),
                "public_pem": keyfile::public_pem(&public), "seed": hex::encode(seed),
            })
        })
        .collect();
    pin(
        "keys.json",
        &json!({
            "says": "Ed25519 keys by their seeds, as statements name them, and as openssl writes them (PKCS#8 version 1, \
                     and SubjectPublicKeyInfo).",
            "keys": keys,
        }),
    );
}

#[test]
fn a_checkpoint_and_its_cosignature() {
    let signed = checkpoint();
    let text = signed.to_string();
    assert_eq!(SignedCheckpoint::parse(text.as_bytes()).unwrap(), signed);
    assert!(signed.signed_by(&log_key()).unwrap());
    assert_eq!(signed.cosigned_by(&witness_key()).unwrap(), Some(1_767_614_500));
    let says = signed.checkpoint();
    assert_eq!(VerifierKey::parse(&witness_key().to_string()).unwrap(), witness_key());
    pin(
        "checkpoint.json",
        &json!({
            "says": "The checkpoint of entries.json, signed by the operator and cosigned by a witness, with their verifier \
                     keys. Each seed is the SHA-256 of the name given.",
            "log": log_key().to_string(),
            "log_seed": Hash::of(b"operator").to_string(),
            "note": text,
            "origin": says.origin,
            "root": says.root.to_string(),
            "size": says.size,
            "timestamp": 1_767_614_500,
            "witness": witness_key().to_string(),
            "witness_seed": Hash::of(b"witness").to_string(),
        }),
    );
}

#[test]
fn policies() {
    let mut note = checkpoint();
    let second = Cosigner::new("second.example", CosigningKey::Ed25519(key("second"))).unwrap();
    note.add_signature(second.cosign(&note, 1_767_614_600).unwrap()).unwrap();
    let vkey = |name: &str| VerifierKey::cosignature(&format!("{name}.example"), key(name).public().unwrap()).unwrap();
    let all = format!(
        "log {}\nwitness A {}\nwitness B {}\nwitness C {}\n",
        log_key(),
        vkey("witness"),
        vkey("second"),
        vkey("third")
    );
    let other = VerifierKey::ed25519(ORIGIN, key("regulator").public().unwrap()).unwrap();
    let bad = format!("log {}\nwitness A {}\nquorum none\n", log_key(), vkey("second"));
    let (all, bad) = (all.as_str(), bad.replace("second.example", "witness.example"));
    let with = |rest: &str| format!("{all}{rest}");
    // (what it is, the policy, what it says to the checkpoint)
    let table = [
        ("a log alone", Policy::text_for(&log_key()), "ok"),
        ("one witness", with("quorum A\n"), "ok"),
        ("two of three", with("group G 2 A B C\nquorum G\n"), "ok"),
        ("any of three", with("group G any A B C\nquorum G\n"), "ok"),
        ("groups within groups", with("group G any B C\ngroup H all A G\nquorum H\n"), "ok"),
        ("comments and empty lines", with("# who watches\n\nquorum A\n"), "ok"),
        ("the witness that did not sign", with("quorum C\n"), "quorum-not-met"),
        ("all of three", with("group G all A B C\nquorum G\n"), "quorum-not-met"),
        ("another key of the log", format!("log {other}\nquorum none\n"), "checkpoint-untrusted"),
        ("no log", "quorum none\n".to_owned(), "checkpoint-untrusted"),
        ("no quorum", all.to_owned(), "policy-malformed"),
        ("an unknown name", with("quorum D\n"), "policy-malformed"),
        ("a name twice", with("group A any B C\nquorum A\n"), "policy-malformed"),
        ("a group of itself", with("group G any A G\nquorum G\n"), "policy-malformed"),
        ("more than there are", with("group G 4 A B C\nquorum G\n"), "policy-malformed"),
        ("no line", String::new(), "policy-malformed"),
        ("a key id that is not the key's", bad, "policy-malformed"),
    ];
    let policies: Vec<_> = table
        .iter()
        .map(|(what, policy, expected)| {
            let judged = Policy::parse(policy.as_bytes()).and_then(|policy| policy.check(&note));
            let found = judged.map_or_else(|fault| fault.code.as_str(), |_| "ok");
            assert_eq!(found, *expected, "{what}:\n{policy}");
            json!({"policy": policy, "verdict": expected, "what": what})
        })
        .collect();
    // A checkpoint of size 0 is one as well, of the empty tree.
    let empty = Checkpoint { origin: ORIGIN.into(), size: 0, root: candour::core::merkle::empty_root() };
    assert_eq!(Checkpoint::parse(&empty.to_string()).unwrap(), empty);
    pin(
        "policies.json",
        &json!({
            "says": "A checkpoint cosigned by two witnesses, and what policies say to it: ok, or the code.",
            "checkpoint": note.to_string(),
            "policies": policies,
        }),
    );
}
