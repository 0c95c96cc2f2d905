//! Receipts tampered with, line by line.

use std::path::Path;
use std::process::Command;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::entry::Entry;
use candour::core::fault::{Code, Fault};
use candour::core::hash::Hash;
use candour::core::merkle::Frontier;
use candour::core::policy::Policy;
use candour::core::receipt::Receipt;
use candour::core::row_proof::RowProof;
use candour::core::statement::KeyedSignature;
use candour::shell::receipts;
use candour::storage::memory_bundle::MemoryBundle;
use serde_json::json;

use super::case::{policy, policy_with};
use super::forge::{Forger, canonical, sign};
use super::story::{self, SIZE, TABLE, withdrawn};
use crate::tools::is_missing;

/// The entry of the receipt: the charity's last word.
const INDEX: usize = 23;

fn receipt(ledger: &Forger) -> Receipt {
    let bundle: MemoryBundle = ledger.files().into_iter().collect();
    receipts::make(&bundle, INDEX as u64).unwrap()
}

fn check(text: &str, policy: &str) -> Result<(), Fault> {
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    receipts::check(&Receipt::parse(text.as_bytes())?, &policy).map(drop)
}

#[test]
fn every_line_of_a_receipt_counts() {
    let ledger = story::honest();
    let sound = receipt(&ledger).to_string();
    let lines: Vec<&str> = sound.lines().collect();
    let [header, extra, index, proof @ .., _, origin, size, root, _, signature] = lines.as_slice() else {
        panic!("a receipt: {sound}")
    };
    assert_eq!((*index, *size, proof.len()), ("index 23", "25", 5));
    let other_root = Hash::ZERO.to_base64();
    let foreign = ledger.signed(SIZE, ledger.tree(SIZE).root(), "mallory").to_string();
    let foreign = foreign.lines().last().unwrap();
    let (first, second) = (proof[0], proof[1]);
    // (what is replaced, once, by what, and what that gives)
    let table: &[(&str, &str, Code)] = &[
        (header, "c2sp.org/tlog-proof@v2", Code::ReceiptMalformed),
        (extra, "extra", Code::ReceiptMalformed),
        (&format!("{extra}\n"), "", Code::ReceiptMalformed),
        (extra, &format!("{extra}="), Code::ReceiptMalformed),
        (index, "index 22", Code::IndexMismatch),
        (index, "index 24", Code::IndexMismatch),
        (index, "index 023", Code::ReceiptMalformed),
        (index, "index 25", Code::IndexMismatch),
        (&format!("{index}\n"), "", Code::ReceiptMalformed),
        (first, &other_root, Code::ProofInvalid),
        (&format!("{first}\n"), "", Code::ProofInvalid),
        (first, &format!("{first}\n{first}"), Code::ProofInvalid),
        (first, &format!("{second}\n{first}"), Code::ProofInvalid),
        (first, &first[..40], Code::ReceiptMalformed),
        (&format!("\n\n{origin}"), &format!("\n{origin}"), Code::ReceiptMalformed),
        (&format!("\n\n{origin}"), "\n\ncandour.example/another", Code::LedgerMismatch),
        ("\n25\n", "\n24\n", Code::ProofInvalid),
        // Entry 23 has a path of the same form among 26, so that only the signature tells.
        ("\n25\n", "\n26\n", Code::CheckpointSignatureInvalid),
        ("\n25\n", "\n23\n", Code::ProofInvalid),
        (root, &other_root, Code::ProofInvalid),
        (signature, foreign, Code::CheckpointUntrusted),
        (signature, &signature.replace("candour", "scandal"), Code::CheckpointUntrusted),
        (&format!("{signature}\n"), "", Code::ReceiptMalformed),
    ];
    let trusted = policy("operator-2");
    assert_eq!(check(&sound, &trusted), Ok(()));
    for (from, to, expected) in table {
        let text = sound.replacen(from, to, 1);
        assert_ne!(text, sound, "{from:?} is there to be replaced");
        let fault = check(&text, &trusted).expect_err(to);
        assert_eq!(fault.code, *expected, "{from:?} to {to:?}: {fault}");
    }
}

#[test]
fn every_bit_of_its_signature_counts() {
    let ledger = story::honest();
    let sound = receipt(&ledger).to_string();
    let line = sound.lines().last().unwrap();
    let (start, base64) = line.rsplit_once(' ').unwrap();
    for byte in 0..68 {
        let mut bytes = BASE64_STANDARD.decode(base64).unwrap();
        bytes[byte] ^= 1 << (byte % 8);
        let text = sound.replace(line, &format!("{start} {}", BASE64_STANDARD.encode(bytes)));
        // The first four bytes are the key's id.
        let expected = if byte < 4 { Code::CheckpointUntrusted } else { Code::CheckpointSignatureInvalid };
        assert_eq!(check(&text, &policy("operator-2")).unwrap_err().code, expected, "byte {byte}");
    }
}

#[test]
fn the_entry_of_a_receipt_counts() {
    let ledger = story::honest();
    let entry = |change: &dyn Fn(&mut Entry)| {
        let mut entry = Entry::parse(&ledger.entries[INDEX]).unwrap();
        change(&mut entry);
        entry.encode().unwrap()
    };
    let says = |payload: &str| {
        entry(&|entry| {
            (entry.payload, entry.signatures) = (payload.into(), sign(payload.as_bytes(), "charity"));
        })
    };
    let said = ledger.clone().statement("charity", "charity", withdrawn("charity/letter-1"));
    let mut elsewhere = said.clone();
    elsewhere["ledger"] = "candour.example/another".into();
    let text = |statement| String::from_utf8(canonical(statement)).unwrap();
    let table: [(&str, Code, Vec<u8>); 11] = [
        ("another entry", Code::IndexMismatch, ledger.entries[22].clone()),
        ("another entry under this index", Code::ProofInvalid, {
            let mut other = Entry::parse(&ledger.entries[22]).unwrap();
            other.index = INDEX as u64;
            other.encode().unwrap()
        }),
        ("another time", Code::ProofInvalid, {
            let time = Entry::parse(&ledger.entries[22]).unwrap().recorded_at;
            entry(&|entry| entry.recorded_at = time)
        }),
        ("one letter", Code::SignatureInvalid, entry(&|entry| entry.payload[40] ^= 1)),
        ("a byte more", Code::EntryMalformed, [&ledger.entries[INDEX][..], &[0]].concat()),
        ("a byte less", Code::EntryMalformed, ledger.entries[INDEX][1..].to_vec()),
        ("no signature", Code::SignatureMissing, entry(&|entry| entry.signatures.clear())),
        ("one signature twice", Code::SignatureDuplicate, { entry(&|entry| entry.signatures.extend_from_within(..)) }),
        ("another's signature", Code::SignatureInvalid, {
            let other = sign(b"another", "acme-2")[0].signature;
            entry(&|entry| entry.signatures[0] = KeyedSignature { signature: other, ..entry.signatures[0] })
        }),
        ("another ledger's statement", Code::LedgerMismatch, says(&text(&elsewhere))),
        ("a space", Code::StatementNotCanonical, says(&text(&said).replacen(':', ": ", 1))),
    ];
    for (what, expected, entry) in table {
        let mut receipt = receipt(&ledger);
        receipt.entry = entry;
        let fault = check(&receipt.to_string(), &policy("operator-2")).expect_err(what);
        assert_eq!((fault.code, fault.index), (expected, Some(INDEX as u64)), "{what}: {fault}");
    }
}

#[test]
fn a_receipt_is_held_against_the_readers_policy() {
    let ledger = story::honest();
    let sound = receipt(&ledger).to_string();
    let another = policy_with("operator-2", "quorum none\n");
    let log = another.lines().next().unwrap();
    let another_origin = candour::core::note::VerifierKey::ed25519(
        "candour.example/another",
        super::forge::key("operator-2").public().unwrap(),
    );
    let witness =
        candour::core::note::VerifierKey::cosignature("w.example", super::forge::key("w").public().unwrap()).unwrap();
    let table = [
        (policy("operator operator-2"), None),
        (policy("operator"), Some(Code::CheckpointUntrusted)),
        (policy(""), Some(Code::CheckpointUntrusted)),
        (format!("log {}\nquorum none\n", another_origin.unwrap()), Some(Code::CheckpointUntrusted)),
        (format!("{log}\nwitness w {witness}\nquorum none\n"), None),
        (format!("{log}\nwitness w {witness}\nquorum w\n"), Some(Code::QuorumNotMet)),
    ];
    for (policy, expected) in table {
        assert_eq!(check(&sound, &policy).err().map(|fault| fault.code), expected, "{policy}");
    }
    let mut older = receipt(&ledger);
    older.checkpoint = ledger.checkpoint(19);
    assert_eq!(check(&older.to_string(), &policy("operator-2")).unwrap_err().code, Code::ProofInvalid);
}

#[test]
fn one_row_is_proven_without_its_table() {
    let mut ledger = story::honest();
    let rows = TABLE.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty()).map(Hash::leaf);
    let tree: Frontier = rows.collect();
    let mut report = story::disclosure("acme/report-9");
    report["attachments"] = json!([story::attachment("figures.csv", "text/csv", TABLE)]);
    report["attachments"][0]["holds"] = json!("observations");
    report["attachments"][0]["rows"] = json!({"count": 2, "root": tree.root()});
    ledger.say("acme", "acme-2", report).seal();
    let bundle: MemoryBundle = ledger.files().into_iter().collect();
    let receipt = receipts::make(&bundle, SIZE).unwrap();
    let proof = receipts::prove_row(receipt.clone(), TABLE, 2).unwrap();
    let figure = receipts::check_row(&proof, &Policy::parse(policy("operator-2").as_bytes()).unwrap()).unwrap().2;
    assert_eq!(figure.value.unwrap().to_string(), "1200");
    for (line, table) in [(1, TABLE), (4, TABLE), (2, &TABLE[..TABLE.len() - 1]), (2, b"")] {
        assert!(receipts::prove_row(receipt.clone(), table, line).is_err(), "line {line} of {} bytes", table.len());
    }
    if is_missing("python3") {
        return;
    }
    let sound = proof.to_string();
    let folder = tempfile::tempdir().unwrap();
    let [kept, trusted] = ["row", "policy"].map(|name| folder.path().join(name));
    std::fs::write(&trusted, policy("operator-2")).unwrap();
    let cases = [
        (sound.clone(), ""),
        (sound.replacen(",1200,", ",1201,", 1), "proof-invalid"),
        (sound.replacen("line 2", "line 3", 1), "proof-invalid"),
        (sound.replacen("line 2", "line 1", 1), "row-proof-malformed"),
        (sound.replacen("service,metric", "metric,service", 1), "row-proof-malformed"),
        (sound.replacen("index 25", "index 24", 1), "index-mismatch"),
    ];
    for (text, code) in cases {
        std::fs::write(&kept, &text).unwrap();
        let ours = RowProof::parse(text.as_bytes())
            .and_then(|proof| receipts::check_row(&proof, &Policy::parse(policy("operator-2").as_bytes())?));
        assert_eq!(ours.map_or_else(|fault| fault.code.as_str(), |_| ""), code);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/verify.py");
        let mut python = Command::new("python3");
        python.arg(script).arg("--receipt").arg(&kept).arg("--policy").arg(&trusted).arg("--json");
        let verdict: serde_json::Value = serde_json::from_slice(&python.output().unwrap().stdout).unwrap();
        assert_eq!(verdict["faults"][0]["code"].as_str().unwrap_or_default(), code, "{verdict}");
    }
}
