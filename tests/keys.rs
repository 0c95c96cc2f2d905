//! Keys of witnesses, as the command makes and shows them.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::process::Command;

use candour::core::cosignature::Cosigner;
use candour::core::note::{KeyKind, VerifierKey};
use candour::core::policy::Policy;
use candour::shell::keyfile::{self, Passphrase};

use crate::command_line::Scene;
use crate::tools::is_missing;

#[test]
fn a_witness_makes_a_key_and_hands_out_its_verifier_key() {
    let scene = Scene::new();
    fs::write(scene.path("passphrase"), "correct horse\n").unwrap();
    // (arguments of `key new`, of the commands that read it, digits, the type's byte)
    let sealed = "--passphrase-file passphrase";
    let table = [
        ("ed.pem", String::new(), "", 64, 0x04),
        ("pq.pem", "--type ml-dsa-44".to_owned(), "", 2624, 0x06),
        ("sealed.pem", format!("--type ml-dsa-44 --encrypt {sealed}"), sealed, 2624, 0x06),
    ];
    let mut lines = String::new();
    for (file, made, read, digits, kind) in table {
        let printed = scene.ok(&format!("key new {file} {made}"));
        assert_eq!(printed.trim_end().len(), digits, "{file}");
        assert_eq!(scene.ok(&format!("key public {file} {read}")), printed);
        assert_eq!(scene.ok(&format!("key show {file} {read}")), printed);
        let pem = scene.ok(&format!("key public {file} --pem {read}"));
        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\n") && pem.ends_with("-----END PUBLIC KEY-----\n"));
        let vkey = scene.ok(&format!("key public {file} --witness w.example/{file} {read}"));
        let key = VerifierKey::parse(vkey.trim_end()).unwrap();
        assert_eq!((key.name(), key.kind().byte()), (format!("w.example/{file}").as_str(), kind));
        assert_eq!(hex::encode(key.kind().key_bytes()), printed.trim_end());
        // What the file holds cosigns under that key.
        let secret =
            keyfile::read_cosigning(&scene.path(file), || Passphrase::new("correct horse".to_owned())).unwrap();
        assert_eq!(Cosigner::new(key.name(), secret).unwrap().verifier(), &key);
        assert!(!matches!(key.kind(), KeyKind::Other { .. }));
        lines += &format!("witness {file} {vkey}");
    }
    assert_eq!(Policy::parse(format!("{lines}quorum pq.pem\n").as_bytes()).unwrap().witnesses().len(), 3);
}

#[test]
fn what_a_witness_key_is_not_for() {
    let scene = Scene::new();
    scene.ok("key new pq.pem --type ml-dsa-44");
    let long = "n".repeat(256);
    // (command, what it says)
    let refused = [
        (
            "request ledger r2 --key pq.pem --to example --title T --item a=What?".to_owned(),
            "error: pq.pem: expected an Ed25519 key (1.3.101.112), found an ML-DSA-44 key, with which only a witness signs",
        ),
        ("key policy pq.pem --origin candour.example/test".to_owned(), "expected an Ed25519 key"),
        ("key public pq.pem --witness a+b".to_owned(), "a key's name, without spaces or plus"),
        (format!("key public pq.pem --witness {long}"), "a witness's name of at most 255 bytes"),
        ("key public pq.pem --witness a --pem".to_owned(), "cannot be used with"),
        ("key new pq.pem --type ml-dsa-44".to_owned(), "the file exists"),
        ("key new other.pem --type ml-dsa-65".to_owned(), "ml-dsa-44"),
    ];
    for (command, says) in refused {
        let error = scene.fails(&command, 2);
        assert!(error.contains(says), "candour {command}\n{error}");
    }
    assert!(!scene.path("other.pem").exists());
}

/// A slip while a passphrase is made up would lock the key for good.
#[test]
fn a_new_passphrase_is_asked_for_twice_and_never_shown() {
    if is_missing("python3") {
        return;
    }
    let scene = Scene::new();
    let at_terminal = |answers: &[&str], command: &str| {
        let mut python = Command::new("python3");
        python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/at_terminal.py")).args(answers);
        python.args(["--", env!("CARGO_BIN_EXE_candour")]).args(command.split(' ')).current_dir(scene.path("."));
        let output = python.output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(!shown.contains("horse"), "{shown}");
        (output.status.code(), shown)
    };
    let (code, shown) = at_terminal(&["a horse", "a horses"], "key new k.pem --encrypt");
    assert!(code == Some(2) && shown.contains("the two passphrases differ"), "{code:?} {shown}");
    assert!(!scene.path("k.pem").exists());
    let (code, made) = at_terminal(&["a horse", "a horse"], "key new k.pem --encrypt");
    assert!(code == Some(0) && made.contains("new passphrase of k.pem: "), "{code:?} {made}");
    let digits = made.lines().last().unwrap().trim();
    let (code, shown) = at_terminal(&["a horse"], "key public k.pem");
    assert_eq!((code, shown.lines().last().map(str::trim)), (Some(0), Some(digits)));
    assert_eq!(digits.len(), 64);
}
