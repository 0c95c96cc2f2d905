//! Two histories of one ledger, under one key: checkpoints that contradict each other, and receipts that a later
//! checkpoint breaks.

use serde::{Deserialize, Serialize};

use super::super::checkpoint::{Checkpoint, SignedCheckpoint};
use super::super::fault::{Code, Fault};
use super::super::hash::Hash;
use super::super::merkle::{self, MAX_PROOF};
use super::super::note::{KeyKind, VerifierKey, quote};
use super::super::receipt::Receipt;
use super::{Breach, Convicted, Fork, Format, Keys, Proven, Replaced, Role, inconclusive, malformed};

/// Two checkpoints, each with the signatures of all the keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Checkpoints {
    checkpoints: [String; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fork: Option<Fork>,
    format: Format,
    keys: Keys,
}

/// A receipt, and a checkpoint that does not keep its promise, each with the signatures of all the keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Promise {
    checkpoint: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fork: Option<Fork>,
    format: Format,
    keys: Keys,
    receipt: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced: Option<Replaced>,
}

impl Checkpoints {
    pub(super) fn new(checkpoints: [&SignedCheckpoint; 2], keys: Keys, fork: Option<Fork>) -> Self {
        Self { checkpoints: checkpoints.map(ToString::to_string), fork, format: Format::V1, keys }
    }

    pub(super) fn check(&self) -> Result<Proven, Fault> {
        check_length(self.fork.as_ref().map(|fork| fork.proof.as_slice()))?;
        let [a, b] = &self.checkpoints;
        let (a, b) = (parse(a)?, parse(b)?);
        let convicted = signers(&self.keys, [&a, &b])?;
        let (a, b) = (a.checkpoint(), b.checkpoint());
        check_contradiction(a, b, self.fork.as_ref())?;
        let keys = subject(&convicted);
        let says = if a.size == b.size {
            format!("two checkpoints of {} entries with different roots", a.size)
        } else {
            let (small, large) = (a.size.min(b.size), a.size.max(b.size));
            format!(
                "a checkpoint of {small} entries and one of {large} entries, though the first {small} entries of the \
                 larger tree are not the smaller tree"
            )
        };
        let proves = format!(
            "{keys} for the ledger {} {says}: two histories of one ledger, of which at most one can be true.",
            quote(&a.origin)
        );
        Ok(proven("conflicting_checkpoints", &a.origin, convicted, proves))
    }
}

impl Promise {
    pub(super) fn new(receipt: &Receipt, checkpoint: &SignedCheckpoint, keys: Keys, breach: Breach) -> Self {
        let (fork, replaced) = match breach {
            Breach::Roots => (None, None),
            Breach::Fork(fork) => (Some(fork), None),
            Breach::Replaced(replaced) => (None, Some(replaced)),
        };
        let (checkpoint, receipt) = (checkpoint.to_string(), receipt.to_string());
        Self { checkpoint, fork, format: Format::V1, keys, receipt, replaced }
    }

    pub(super) fn check(&self) -> Result<Proven, Fault> {
        check_length(self.fork.as_ref().map(|fork| fork.proof.as_slice()))?;
        check_length(self.replaced.as_ref().map(|replaced| replaced.proof.as_slice()))?;
        let receipt = Receipt::parse(self.receipt.as_bytes())?;
        check_size(&receipt.checkpoint, Code::ReceiptMalformed)?;
        let other = parse(&self.checkpoint)?;
        let (entry, statement) = receipt.content()?;
        receipt.check_inclusion()?;
        let convicted = signers(&self.keys, [&receipt.checkpoint, &other])?;
        let (promised, other) = (receipt.checkpoint.checkpoint(), other.checkpoint());
        let breach = match (&self.replaced, &self.fork) {
            (None, fork) => {
                check_contradiction(promised, other, fork.as_ref())?;
                "whose history is another"
            }
            (Some(replaced), None) => {
                check_replaced(&receipt, other, replaced)?;
                "in which another entry stands in that place"
            }
            (Some(_), Some(_)) => return Err(malformed("a fork or what replaced the entry", "both")),
        };
        let proves = format!(
            "{} for the ledger {} a checkpoint of {} entries in which entry {} is a {} by {}, recorded {}, and a \
             checkpoint of {} entries {breach}: it does not honour the receipt of that entry.",
            subject(&convicted),
            quote(&promised.origin),
            promised.size,
            receipt.index,
            statement.event.kind(),
            statement.author,
            entry.recorded_at.time(),
            other.size
        );
        Ok(proven("dishonoured_receipt", &promised.origin, convicted, proves))
    }
}

fn parse(note: &str) -> Result<SignedCheckpoint, Fault> {
    let checkpoint = SignedCheckpoint::parse(note.as_bytes())?;
    check_size(&checkpoint, Code::CheckpointMalformed)?;
    Ok(checkpoint)
}

/// A ledger without entries has no checkpoint.
fn check_size(checkpoint: &SignedCheckpoint, code: Code) -> Result<(), Fault> {
    match checkpoint.checkpoint().size {
        0 => Err(Fault::new(code, "a checkpoint's size from 1", "0")),
        _ => Ok(()),
    }
}

/// Who signed both: every key, or a fault.
fn signers(keys: &Keys, checkpoints: [&SignedCheckpoint; 2]) -> Result<Vec<Convicted>, Fault> {
    let parse = |key: &String| {
        let key = VerifierKey::parse(key).map_err(|fault| malformed(fault.expected, fault.found))?;
        match key.kind() {
            KeyKind::Other { kind, .. } => Err(malformed("a type of key that can be verified", format!("{kind:#04x}"))),
            _ => Ok(key),
        }
    };
    let parsed: Vec<VerifierKey> = keys.iter().map(parse).collect::<Result<_, _>>()?;
    for (i, key) in parsed.iter().enumerate() {
        // Under several names too: an Ed25519 cosignature does not say by which.
        if parsed.iter().take(i).any(|other| other.kind().key_bytes() == key.kind().key_bytes()) {
            return Err(malformed("each key once", format!("{} again", quote(key.name()))));
        }
    }
    for key in &parsed {
        checkpoints.iter().try_for_each(|checkpoint| check_signed(checkpoint, key))?;
    }
    let [a, b] = checkpoints.map(|checkpoint| &checkpoint.checkpoint().origin);
    if a != b {
        return Err(inconclusive("two checkpoints of one ledger", format!("{} and {}", quote(a), quote(b))));
    }
    let convicted = |key: &VerifierKey| {
        let role = if is_operator(key) { Role::Operator } else { Role::Witness };
        if role == Role::Operator && key.name() != a {
            return Err(malformed(format!("an operator's key called {}", quote(a)), quote(key.name())));
        }
        Ok(Convicted { role, name: key.name().to_owned(), key: key.to_string() })
    };
    parsed.iter().map(convicted).collect()
}

/// Whether the key is of the type that signs checkpoints. All others that verify cosign them.
fn is_operator(key: &VerifierKey) -> bool {
    key.ed25519_key().is_some()
}

fn check_signed(checkpoint: &SignedCheckpoint, key: &VerifierKey) -> Result<(), Fault> {
    let signed = if is_operator(key) { checkpoint.signed_by(key)? } else { checkpoint.cosigned_by(key)?.is_some() };
    if signed {
        return Ok(());
    }
    let expected = format!("a signature by {} with key id {:08x}", quote(key.name()), key.id());
    Err(Fault::new(Code::CheckpointUnsigned, expected, "none"))
}

/// That no one history has both checkpoints, which are of one ledger.
fn check_contradiction(a: &Checkpoint, b: &Checkpoint, fork: Option<&Fork>) -> Result<(), Fault> {
    let (small, large) = if a.size <= b.size { (a, b) } else { (b, a) };
    let theirs = match fork {
        None if small.size == large.size => large.root,
        None => return Err(malformed("a fork, as the sizes differ", "none")),
        Some(_) if small.size == large.size => return Err(malformed("no fork, as the sizes are equal", "one")),
        Some(fork) => {
            merkle::verify_consistency(small.size, fork.root, large.size, large.root, &fork.proof)?;
            fork.root
        }
    };
    if theirs != small.root {
        return Ok(());
    }
    Err(inconclusive(format!("two roots of the first {} entries", small.size), format!("one, {theirs}")))
}

/// That the other tree has another entry in the receipt's place.
fn check_replaced(receipt: &Receipt, other: &Checkpoint, replaced: &Replaced) -> Result<(), Fault> {
    merkle::verify_inclusion(replaced.leaf, receipt.index, other.size, &replaced.proof, other.root)?;
    if replaced.leaf != Hash::leaf(&receipt.entry) {
        return Ok(());
    }
    Err(inconclusive(format!("another entry in place {}", receipt.index), "the entry of the receipt"))
}

fn check_length(proof: Option<&[Hash]>) -> Result<(), Fault> {
    match proof {
        Some(proof) if proof.len() > MAX_PROOF => {
            Err(malformed(format!("a proof of at most {MAX_PROOF} hashes"), format!("{} hashes", proof.len())))
        }
        _ => Ok(()),
    }
}

/// The beginning of the sentence, up to its verb.
fn subject(convicted: &[Convicted]) -> String {
    let words = |convicted: &Convicted| format!("the {}'s key {}", convicted.role.as_str(), quote(&convicted.key));
    let all: Vec<String> = convicted.iter().map(words).collect();
    match all.as_slice() {
        [one] => format!("Whoever holds {one} signed"),
        several => format!("Whoever holds {} each signed", several.join(", and whoever holds ")),
    }
}

fn proven(kind: &'static str, ledger: &str, convicted: Vec<Convicted>, proves: String) -> Proven {
    let mut not_proven = vec![
        "whose a key is: anybody can make one; hold it against a policy that you trust",
        "that its owner signed: whoever stole it can sign as well",
        "which of the two histories is the true one, who was shown which, or why",
        "that any statement in either history is true or false",
    ];
    if convicted.iter().any(|one| one.role == Role::Witness) {
        not_proven.push("that a witness meant it: one that lost its memory signs the same");
    }
    let nameless = |one: &Convicted| {
        VerifierKey::parse(&one.key).is_ok_and(|key| matches!(key.kind(), KeyKind::CosignatureEd25519(_)))
    };
    if convicted.iter().any(nameless) {
        not_proven.push("a witness's name: an Ed25519 cosignature covers the key alone");
    }
    if convicted.iter().all(|one| one.role == Role::Witness) {
        not_proven.push("that any operator signed either checkpoint");
    }
    Proven { kind, ledger: ledger.to_owned(), convicted, proves, provided: None, not_proven }
}
