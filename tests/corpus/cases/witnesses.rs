//! Checkpoints that witnesses cosigned, or are said to have cosigned.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::checkpoint::SignedCheckpoint;
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::hash::Hash;
use candour::core::key::ml_dsa;
use candour::core::note::VerifierKey;

use super::super::case::{Case, policy_with};
use super::super::forge::{Files, Forger, key};
use super::super::story::{self, SIZE};

/// When the first witness of a checkpoint cosigned it; each later one a second after.
const TIME: u64 = 1_767_400_000;

/// Cases with witnesses.
pub fn cases() -> Vec<Case> {
    let ledger = story::honest();
    let mut cases = witnessed(&ledger);
    cases.extend(post_quantum(&ledger));
    cases
}

/// The honest ledger with that latest checkpoint.
fn with(ledger: &Forger, checkpoint: &impl ToString) -> Files {
    let mut files = ledger.files();
    files.insert("checkpoint".into(), checkpoint.to_string().into());
    files
}

/// With Ed25519 keys.
fn witnessed(ledger: &Forger) -> Vec<Case> {
    let witness = |label: &str| VerifierKey::cosignature(label, key(label).public().unwrap()).unwrap();
    let quorum = || {
        let witnesses = ["witness.example/a", "witness.example/b", "witness.example/c"];
        let lines = witnesses.iter().zip('A'..).map(|(label, name)| format!("witness {name} {}\n", witness(label)));
        policy_with("operator-2", &format!("{}group two 2 A B C\nquorum two\n", lines.collect::<String>()))
    };
    let cosigner = |label: &str| Cosigner::new(label, CosigningKey::Ed25519(key(label))).unwrap();
    let cosigned = |size, labels: &[&str], spoil: bool| {
        let mut checkpoint = ledger.checkpoint(size);
        for (time, label) in (TIME..).zip(labels) {
            let line = cosigner(label).cosign(&checkpoint, time).unwrap();
            checkpoint.add_signature(line).unwrap();
        }
        let mut text = checkpoint.to_string();
        if spoil {
            // The last cosignature is given the bytes of another.
            let other = cosigner(labels[labels.len() - 1]).cosign(&ledger.checkpoint(18), 1);
            let lines: Vec<&str> = text.lines().collect();
            text = format!("{}\n{}\n", lines[..lines.len() - 1].join("\n"), other.unwrap());
        }
        text
    };
    let latest = |labels: &[&str], spoil: bool| with(ledger, &cosigned(SIZE, labels, spoil));
    let (a, b) = ("witness.example/a", "witness.example/b");
    let earlier = |spoil: bool| {
        let mut files = latest(&[a, b], false);
        files.insert("checkpoints/19".into(), cosigned(19, &["witness.example/c"], spoil).into());
        files
    };
    vec![
        Case::new(
            "honest-with-cosignatures-and-quorum",
            "two of three witnesses cosigned",
            &latest(&[a, b], false),
            "",
        )
        .policy(quorum()),
        Case::new(
            "quorum-not-met",
            "one of three witnesses cosigned, of the two that the policy asks for",
            &latest(&[a], false),
            "quorum-not-met@checkpoint",
        )
        .policy(quorum()),
        Case::new(
            "cosignature-forged",
            "a witness's cosignature is one of another checkpoint",
            &latest(&[a, b], true),
            "cosignature-invalid@checkpoint",
        )
        .policy(quorum()),
        Case::new(
            "honest-with-an-earlier-cosignature",
            "a witness that is not asked any more cosigned an earlier checkpoint",
            &earlier(false),
            "",
        )
        .policy(quorum()),
        Case::new(
            "cosignature-forged-earlier",
            "a witness's cosignature of an earlier checkpoint is one of another, and the quorum is met without it",
            &earlier(true),
            "cosignature-invalid@checkpoints/19",
        )
        .policy(quorum()),
        Case::new(
            "cosignature-by-unknown-witness",
            "two cosignatures, but one by a witness that the policy does not know",
            &latest(&[a, "witness.example/d"], false),
            "quorum-not-met@checkpoint",
        )
        .policy(quorum()),
    ]
}

/// With ML-DSA-44 keys, alone and beside an Ed25519 one.
fn post_quantum(ledger: &Forger) -> Vec<Case> {
    let old = || Cosigner::new("witness.example/a", CosigningKey::Ed25519(key("witness.example/a"))).unwrap();
    let named = |name: &str, label: &str| {
        let secret = ml_dsa::SecretKey::from_seed(&Hash::of(label.as_bytes()).0);
        Cosigner::new(name, CosigningKey::MlDsa44(secret)).unwrap()
    };
    let new = |label: &str| named(label, label);
    let [q, r] = ["witness.example/q", "witness.example/r"];
    let quorum = |lines: &str| {
        let witnesses = [("A", old()), ("Q", new(q)), ("R", new(r))];
        let witnesses = witnesses.map(|(name, witness)| format!("witness {name} {}\n", witness.verifier()));
        policy_with("operator-2", &format!("{}{lines}", witnesses.concat()))
    };
    let cosigned = |by: &[Cosigner]| {
        let mut checkpoint = ledger.checkpoint(SIZE);
        for (time, witness) in (TIME..).zip(by) {
            let line = witness.cosign(&checkpoint, time).unwrap();
            checkpoint.add_signature(line).unwrap();
        }
        checkpoint
    };
    let spoilt = |checkpoint: SignedCheckpoint, line: String| {
        let text = checkpoint.to_string();
        let (kept, _) = text.trim_end().rsplit_once('\n').unwrap();
        format!("{kept}\n{line}\n")
    };
    let mixed = "group two 2 A Q R\nquorum two\n";
    let case = |name, says, checkpoint: &dyn std::fmt::Display, faults, lines: &str| {
        let text = checkpoint.to_string();
        Case::new(name, says, &with(ledger, &text), faults).policy(quorum(lines))
    };
    // The Ed25519 witness's bytes under the other's name and id, and another checkpoint's line.
    let crossed = {
        let bytes = old().cosign(&ledger.checkpoint(SIZE), TIME).unwrap().bytes().to_vec();
        line(new(q).verifier(), &bytes)
    };
    let older = new(q).cosign(&ledger.checkpoint(19), TIME).unwrap().to_string();
    let invalid = "cosignature-invalid@checkpoint";
    let not_met = "quorum-not-met@checkpoint";
    vec![
        case(
            "honest-ml-dsa-quorum",
            "the one witness asked for cosigned with ML-DSA-44",
            &cosigned(&[new(q)]),
            "",
            "quorum Q\n",
        ),
        case(
            "honest-mixed-quorum",
            "two witnesses cosigned, one with Ed25519 and one with ML-DSA-44",
            &cosigned(&[old(), new(r)]),
            "",
            mixed,
        ),
        case(
            "ml-dsa-quorum-not-met",
            "one of two cosigned, and the policy's witness with ML-DSA-44 did not",
            &cosigned(&[old()]),
            not_met,
            mixed,
        ),
        case(
            "ml-dsa-cosignature-forged",
            "a witness's ML-DSA-44 cosignature is one of another checkpoint",
            &spoilt(cosigned(&[old(), new(q)]), older),
            invalid,
            mixed,
        ),
        case(
            "ml-dsa-cosignature-of-ed25519",
            "an Ed25519 cosignature stands under the name and id of an ML-DSA-44 key",
            &spoilt(cosigned(&[old(), new(q)]), crossed),
            invalid,
            mixed,
        ),
        case(
            "ml-dsa-witness-of-another-name",
            "the witness's ML-DSA-44 key cosigned, but under a name that the policy does not know",
            &cosigned(&[old(), named("witness.example/q2", q)]),
            not_met,
            mixed,
        ),
    ]
}

/// The line of these bytes under that key's name and id.
fn line(key: &VerifierKey, bytes: &[u8]) -> String {
    format!("— {} {}", key.name(), BASE64_STANDARD.encode([&key.id().to_be_bytes(), bytes].concat()))
}
