//! Checkpoints that are missing, forged, or of something else.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::hash::Hash;

use super::super::case::{Case, policy};
use super::super::forge::{Files, key};
use super::super::story;
use super::super::story::SIZE;

/// How many entries the ledger has of which only the latest checkpoint is spoilt.
const SMALL: u64 = 9;

/// Cases of checkpoints and of the policy.
pub fn cases() -> Vec<Case> {
    let mut cases = contents();
    cases.extend(files());
    cases.extend(signers());
    cases.extend(policies());
    cases
}

/// The honest ledger with another `checkpoint`. The same in `checkpoints/9` is sound, and seals it, if only the other can
/// be read.
fn latest(name: &'static str, says: &'static str, faults: &str, checkpoint: impl ToString) -> Case {
    let mut files = story::until(SMALL).files();
    files.insert("checkpoint".into(), checkpoint.to_string().into());
    Case::new(name, says, &files, faults).sizes(SMALL, if faults.contains("malformed") { 0 } else { SMALL })
}

fn honest() -> SignedCheckpoint {
    story::until(SMALL).checkpoint(SMALL)
}

fn contents() -> Vec<Case> {
    let ledger = story::until(SMALL);
    let text = honest().to_string();
    let signature = text.lines().last().unwrap();
    let unsigned = text.replace(&format!("{signature}\n"), "");
    let mut flipped = BASE64_STANDARD.decode(signature.rsplit(' ').next().unwrap()).unwrap();
    *flipped.last_mut().unwrap() ^= 1;
    let (start, _) = signature.rsplit_once(' ').unwrap();
    let flipped = text.replace(signature, &format!("{start} {}", BASE64_STANDARD.encode(flipped)));
    let other = Checkpoint { origin: "candour.example/another".into(), size: SMALL, root: ledger.tree(SMALL).root() };
    let other = SignedCheckpoint::sign(other, &key("operator")).unwrap();
    let root = ledger.tree(SMALL).root().to_base64();
    vec![
        latest(
            "checkpoint-without-signature",
            "a text with no signature under it",
            "note-malformed@checkpoint",
            unsigned,
        ),
        latest("checkpoint-empty", "an empty file", "note-malformed@checkpoint", ""),
        latest(
            "checkpoint-signature-flipped",
            "one bit of the signature",
            "checkpoint-signature-invalid@checkpoint",
            flipped,
        ),
        latest(
            "checkpoint-signature-not-canonical-base64",
            "stray bits after the signature",
            "note-malformed@checkpoint",
            text.replace(signature, &stray(signature)),
        ),
        latest(
            "checkpoint-root-not-canonical-base64",
            "stray bits after the root, signed so",
            "checkpoint-malformed@checkpoint",
            signed_text(&format!("{}\n{SMALL}\n{}\n", ledger.origin, stray(&root))),
        ),
        latest(
            "checkpoint-size-with-leading-zero",
            "09 for 9, signed so",
            "checkpoint-malformed@checkpoint",
            signed_text(&format!("{}\n09\n{root}\n", ledger.origin)),
        ),
        latest(
            "checkpoint-of-another-ledger",
            "a checkpoint of another ledger of this operator",
            "checkpoint-origin-mismatch@checkpoint checkpoint-unsigned@checkpoint",
            other,
        ),
        latest(
            "checkpoint-root-wrong",
            "the operator signed another root",
            "checkpoint-root-mismatch@checkpoint",
            ledger.signed(SMALL, Hash::ZERO, "operator"),
        ),
        latest("honest-checkpoint-with-extension", "an extension line is let pass", "", {
            signed_text(&format!("{}\n{SMALL}\n{root}\nextension\n", ledger.origin))
        }),
    ]
}

/// The same base64 but for the bits that its padding leaves over.
fn stray(base64: &str) -> String {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = base64.strip_suffix('=').unwrap();
    let last = DIGITS.find(text.chars().last().unwrap()).unwrap();
    let next = DIGITS.chars().nth(last + 1).unwrap();
    format!("{}{next}=", &text[..text.len() - 1])
}

/// A note of that text, signed as the ledger by the operator's present key.
fn signed_text(text: &str) -> String {
    let origin = story::honest().origin;
    candour::core::note::Note::sign(text.into(), origin, &key("operator")).unwrap().to_string()
}

fn files() -> Vec<Case> {
    let ledger = story::honest();
    let files = |change: &dyn Fn(&mut Files)| {
        let mut files = ledger.files();
        change(&mut files);
        files
    };
    let put = |name: &'static str, from: &'static str| {
        files(&|files| {
            let copy = files[from].clone();
            files.insert(name.into(), copy);
        })
    };
    let stale = files(&|files| {
        ledger.add_tiles(files, 19);
        files.insert("checkpoint".into(), ledger.checkpoint(19).to_string().into());
    });
    let beyond = files(&|files| {
        let promise = ledger.signed(30, Hash::ZERO, "operator-2").to_string();
        files.insert("checkpoint".into(), promise.clone().into());
        files.insert("checkpoints/30".into(), promise.into());
    });
    let without = files(&|files| drop(files.remove("checkpoint")));
    vec![
        Case::new("checkpoint-missing", "no latest checkpoint", &without, "checkpoint-missing@checkpoint")
            .sizes(SIZE, 0),
        Case::new("honest-older-checkpoint", "the latest is older than another: a kill can leave that", &stale, "")
            .sizes(SIZE, 19),
        Case::new(
            "checkpoint-beyond-entries",
            "a checkpoint of 30 entries where there are 25",
            &beyond,
            "checkpoint-beyond-entries@checkpoint checkpoint-beyond-entries@checkpoints/30",
        ),
        Case::new(
            "checkpoint-under-another-size",
            "the checkpoint of 19 entries under the name of 18",
            &put("checkpoints/18", "checkpoints/19"),
            "checkpoint-size-mismatch@checkpoints/18",
        ),
        Case::new(
            "checkpoint-under-no-size",
            "a name in checkpoints/ that is no size",
            &put("checkpoints/019", "checkpoints/19"),
            "file-unexpected@checkpoints/019",
        ),
    ]
}

fn signers() -> Vec<Case> {
    let ledger = story::honest();
    let with = |size: u64, label: &str| {
        let mut files = ledger.files();
        let forged = ledger.signed(size, ledger.tree(size).root(), label);
        files.insert(format!("checkpoints/{size}"), forged.to_string().into());
        files
    };
    vec![
        latest(
            "checkpoint-by-a-foreign-key",
            "signed as the ledger by somebody else",
            "checkpoint-unsigned@checkpoint",
            {
                let ledger = story::until(SMALL);
                ledger.signed(SMALL, ledger.tree(SMALL).root(), "mallory")
            },
        ),
        Case::new(
            "checkpoint-by-the-replaced-key",
            "signed by the operator's first key after it was replaced",
            &with(19, "operator"),
            "checkpoint-unsigned@checkpoints/19",
        ),
        Case::new(
            "checkpoint-by-the-coming-key",
            "signed by the operator's second key before it was there",
            &with(14, "operator-2"),
            "checkpoint-unsigned@checkpoints/14",
        ),
    ]
}

fn policies() -> Vec<Case> {
    let honest = |name, says, faults, policy| Case::new(name, says, &story::honest().files(), faults).policy(policy);
    let broken = policy("operator-2").replace("candour.example/corpus", "candour.example/another");
    let early = story::until(14).files();
    let mut older = story::honest().files();
    older.insert("checkpoint".into(), early["checkpoint"].clone());
    story::honest().add_tiles(&mut older, 14);
    vec![
        Case::new(
            "policy-of-a-later-key",
            "the policy lists the operator's second key, and the latest checkpoint is older",
            &older,
            "checkpoint-untrusted@checkpoint",
        )
        .sizes(SIZE, 14)
        .policy(policy("operator-2")),
        Case::new(
            "policy-of-the-coming-key",
            "the policy lists the operator's second key, and the ledger has not come to it",
            &early,
            "checkpoint-untrusted@checkpoint",
        )
        .sizes(14, 14)
        .policy(policy("operator-2")),
        honest(
            "checkpoint-untrusted",
            "the policy lists another key for the ledger",
            "checkpoint-untrusted@checkpoint",
            policy("mallory"),
        ),
        honest(
            "policy-of-no-log",
            "the policy lists no log",
            "checkpoint-untrusted@checkpoint",
            "quorum none\n".into(),
        ),
        honest("policy-malformed", "a key id in the policy that is not its key's", "policy-malformed@policy", broken)
            .unjudged(),
    ]
}
