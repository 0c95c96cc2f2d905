//! The limits on what travels and on what is kept.

use std::fs::File;

use candour::core::chain::Chain;
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::entry::Entry;
use candour::core::event::table;
use candour::core::evidence;
use candour::core::fault::{Code, Fault};
use candour::core::hash::Hash;
use candour::core::key::{SecretKey, ml_dsa};
use candour::core::note::{Note, VerifierKey};
use candour::core::policy::Policy;
use candour::core::receipt::Receipt;
use candour::core::row_proof::RowProof;
use candour::core::statement::{Envelope, PAYLOAD_TYPE, Rule};
use candour::core::tile;
use candour::core::time::Millis;
use candour::shell::verify::{Options, verify};
use candour::storage::bundle::{Bundle as _, Trouble};
use candour::storage::folder_bundle::FolderBundle;
use serde_json::{Value, json};

use crate::vectors::statements::{disclosure, opening, statement};

/// Whether something else than its length is what is wrong with it.
fn not_too_long<T>(read: Result<T, Fault>) -> bool {
    let fault = read.err().unwrap();
    !(fault.expected.starts_with("at most ") && fault.expected.ends_with(" bytes"))
}

/// So many bytes of nothing.
fn nothing(bytes: u64) -> Vec<u8> {
    vec![b' '; bytes as usize]
}

fn public(seed: u64) -> candour::core::key::PublicKey {
    SecretKey::from_seed(&[seed as u8; 32]).public().unwrap()
}

pub fn entry(bytes: u64) -> bool {
    let (recorded_at, previous) = (Millis::from_unix_ms(1_000).unwrap(), Hash::ZERO);
    let mut entry = Entry { index: 0, recorded_at, previous, payload: Vec::new(), signatures: Vec::new() };
    let bare = entry.encode().unwrap().len();
    entry.payload = nothing(bytes - bare as u64);
    let Ok(encoded) = entry.encode() else { return false };
    assert_eq!((encoded.len() as u64, Entry::parse(&encoded)), (bytes, Ok(entry)));
    true
}

/// An envelope with so many signatures.
fn signed(signatures: u64) -> String {
    let signature = format!(r#"{{"keyid":"{}","sig":"{}=="}}"#, "0".repeat(64), "A".repeat(86));
    let signatures = vec![signature; signatures as usize].join(",");
    format!(r#"{{"payload":"e30=","payloadType":"{PAYLOAD_TYPE}","signatures":[{signatures}]}}"#)
}

pub fn envelope_signatures(count: u64) -> bool {
    Envelope::parse(signed(count).as_bytes()).is_ok()
}

pub fn envelope(bytes: u64) -> bool {
    let mut envelope = signed(1).into_bytes();
    envelope.resize(bytes as usize, b' ');
    Envelope::parse(&envelope).is_ok()
}

pub fn seconds_ahead(seconds: u64) -> bool {
    let statement = statement("operator", 0, opening());
    let keys = ["operator", "regulator"].map(crate::vectors::key);
    let recorded = Millis::from_unix_ms((statement.issued_at.unix() - seconds) * 1000).unwrap();
    match Chain::new().seal(Envelope::sign(&statement, &keys).unwrap(), recorded) {
        Ok(_) => true,
        Err(fault) => {
            assert_eq!(fault.code, Code::IssuedInFuture);
            false
        }
    }
}

/// Whether a ledger may hold so many statements that name one table.
pub fn table_namings(count: u64) -> bool {
    let (mut chain, at) = (Chain::new(), Millis::from_unix_ms(1_767_614_400_000).unwrap());
    let keys = ["operator", "regulator"].map(crate::vectors::key);
    chain.seal(Envelope::sign(&statement("operator", 0, opening()), &keys).unwrap(), at).unwrap();
    let mut names = |number: u64| {
        let mut event = disclosure();
        event["disclosure"] = json!(format!("regulator/{number}"));
        event["attachments"] = json!([{"holds": "observations", "length": 7, "media_type": "text/csv",
            "name": "figures.csv", "sha256": Hash::of(b"figures")}]);
        let said = statement("regulator", number as i64, event);
        chain.seal(Envelope::sign(&said, &keys[1..]).unwrap(), at)
    };
    (0..count - 1).for_each(|number| drop(names(number).unwrap()));
    match names(count - 1) {
        Ok(_) => true,
        Err(fault) => {
            assert_eq!(fault.code, Code::TableOverused);
            false
        }
    }
}

/// Whether an actor may take the place of so many.
pub fn predecessors(count: u64) -> bool {
    let (mut chain, at) = (Chain::new(), Millis::from_unix_ms(1_767_614_400_000).unwrap());
    let keys = ["operator", "regulator"].map(crate::vectors::key);
    chain.seal(Envelope::sign(&statement("operator", 0, opening()), &keys).unwrap(), at).unwrap();
    let mut nth = 0;
    let mut says = |event: Value, signers: &[&str]| {
        let signers: Vec<_> = signers.iter().map(|name| crate::vectors::key(name)).collect();
        let said = statement("regulator", nth, event);
        nth += 1;
        chain.seal(Envelope::sign(&said, &signers).unwrap(), at)
    };
    for number in 0..=count {
        let actor = format!("p{number}");
        let key = crate::vectors::key(&actor).public().unwrap().to_string();
        let enrols =
            json!({"kind": "actor_enrolled", "actor": actor, "key": key, "name": "A platform", "role": "platform"});
        says(enrols, &["regulator", &actor]).unwrap();
    }
    let mut succeeds = |number: u64| {
        let predecessor = format!("p{number}");
        let succeeds = json!({"kind": "provider_succeeded", "effective": "2026-01-01", "predecessor": predecessor,
            "reason": "Bought.", "successor": "p0"});
        says(succeeds, &["regulator"])
    };
    (1..count).for_each(|number| drop(succeeds(number).unwrap()));
    match succeeds(count) {
        Ok(_) => true,
        Err(fault) => {
            assert_eq!(fault.code, Code::SuccessorInvalid);
            false
        }
    }
}

pub fn file(bytes: u64) -> bool {
    let root = tempfile::tempdir().unwrap();
    // A hole: nothing is written.
    File::create(root.path().join("file")).unwrap().set_len(bytes).unwrap();
    match FolderBundle::open(root.path()).unwrap().open("file") {
        Ok(reader) => reader.is_some(),
        Err(Trouble::Faults(faults)) => {
            assert_eq!(faults[0].code, Code::BundleTooLarge);
            false
        }
        Err(error) => panic!("{error}"),
    }
}

/// Whether a ledger's file is read that holds so many bytes, in entries as long as any.
pub fn of_ledger(name: &str, bytes: u64) -> bool {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let entry = [vec![0xff; 2], vec![0; tile::MAX_ENTRY_BYTES]].concat();
    let content: Vec<u8> = entry.iter().copied().cycle().take(bytes as usize).collect();
    std::fs::write(path, content).unwrap();
    let (bundle, nobody) = (FolderBundle::open(root.path()).unwrap(), Policy::parse(b"quorum none\n").unwrap());
    let (pins, progress) = (Vec::new(), &mut |_, _| {});
    let options = Options { pins, rule: Rule::Cofactored, progress, as_of: None, watch: &mut () };
    let faults = verify(&bundle, &nobody, options).unwrap().faults;
    !faults.iter().any(|fault| fault.code == Code::BundleTooLarge && fault.file.as_deref() == Some(name))
}

const SIGNATURE: &str = "— a AAAAAAA=\n";

pub fn note(bytes: u64) -> bool {
    let text = "t".repeat(bytes as usize - SIGNATURE.len() - 2);
    Note::parse(format!("{text}\n\n{SIGNATURE}").as_bytes()).is_ok()
}

pub fn note_signatures(count: u64) -> bool {
    Note::parse(format!("t\n\n{}", SIGNATURE.repeat(count as usize)).as_bytes()).is_ok()
}

pub fn policy(bytes: u64) -> bool {
    let end = "\nquorum none\n";
    Policy::parse(format!("#{}{end}", " ".repeat(bytes as usize - end.len() - 1)).as_bytes()).is_ok()
}

pub fn logs(count: u64) -> bool {
    let line = |n| format!("log {}\n", VerifierKey::ed25519("l", public(n)).unwrap());
    Policy::parse(((0..count).map(line).collect::<String>() + "quorum none\n").as_bytes()).is_ok()
}

/// The lines of so many witnesses.
fn witness_lines(count: u64) -> String {
    let line = |n| format!("witness w{n} {}\n", VerifierKey::cosignature(&format!("w{n}"), public(n)).unwrap());
    (1..=count).map(line).collect()
}

pub fn witnesses(count: u64) -> bool {
    Policy::parse((witness_lines(count) + "quorum none\n").as_bytes()).is_ok()
}

pub fn groups(count: u64) -> bool {
    let line = |n| format!("group g{n} any {}\n", if n == 1 { "w1".to_owned() } else { format!("g{}", n - 1) });
    let groups: String = (1..=count).map(line).collect();
    Policy::parse(format!("{}{groups}quorum g{count}\n", witness_lines(1)).as_bytes()).is_ok()
}

pub fn cosigned_name(bytes: u64) -> bool {
    let key = CosigningKey::MlDsa44(ml_dsa::SecretKey::from_seed(&[1; 32]));
    Cosigner::new(&"n".repeat(bytes as usize), key).is_ok()
}

pub fn verifier_key(bytes: u64) -> bool {
    let short = VerifierKey::ed25519("n", public(1)).unwrap().to_string();
    let name = "n".repeat(bytes as usize + 1 - short.len());
    let key = VerifierKey::ed25519(&name, public(1)).unwrap().to_string();
    assert_eq!(key.len() as u64, bytes);
    VerifierKey::parse(&key).is_ok()
}

/// The receipt of `fixtures/vectors/receipt.json`.
fn pinned() -> Receipt {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/receipt.json");
    let vector: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    Receipt::parse(vector["receipt"].as_str().unwrap().as_bytes()).unwrap()
}

pub fn proof(hashes: u64) -> bool {
    let receipt = Receipt { proof: vec![Hash::ZERO; hashes as usize], ..pinned() };
    Receipt::parse(receipt.to_string().as_bytes()).is_ok()
}

pub fn receipt(bytes: u64) -> bool {
    not_too_long(Receipt::parse(&nothing(bytes)))
}

pub fn row(bytes: u64) -> bool {
    let line = [vec![b'x'; bytes as usize - 1], b"\n".to_vec()].concat();
    let whole = table::Lines::default().push(&line, |_, _| Ok::<_, Fault>(())).is_ok();
    let mut parts = table::Lines::default();
    let parts = line.chunks(1000).all(|part| parts.push(part, |_, _| Ok::<_, Fault>(())).is_ok());
    assert_eq!(whole, parts, "{bytes}");
    whole
}

pub fn row_proof(bytes: u64) -> bool {
    not_too_long(RowProof::parse(&nothing(bytes)))
}

pub fn evidence(bytes: u64) -> bool {
    not_too_long(evidence::check(&nothing(bytes)))
}

pub fn convicted(count: u64) -> bool {
    let checkpoint = pinned().checkpoint;
    let keys: Vec<_> = (0..count).map(|n| VerifierKey::ed25519("n", public(n)).unwrap()).collect();
    // They signed nothing; it is asked only whether that many may be named.
    let fault = evidence::of_checkpoints([&checkpoint, &checkpoint], &keys, None).unwrap_err();
    !fault.expected.ends_with(" different keys")
}
