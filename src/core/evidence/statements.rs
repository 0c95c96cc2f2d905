//! Two statements under one number of one key.

use serde::{Deserialize, Serialize};

use super::super::event::Event;
use super::super::fault::Fault;
use super::super::key::KeyId;
use super::super::statement::{Envelope, KeyedSignature, Rule, Statement, check_signatures};
use super::{Convicted, Format, Proven, Role, inconclusive, malformed};

/// Two envelopes with one signature each, the author's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Statements {
    format: Format,
    statements: [Envelope; 2],
}

/// As what a key can have signed a statement. The order of an envelope's signatures is itself signed by nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand {
    /// As its author: this kind takes no co-signer that the key could be.
    Author,
    /// As its author or a co-signer.
    Either,
    /// As a co-signer: the statement itself brings the key onto the ledger.
    Cosigner,
}

impl Statements {
    pub(super) fn new(statements: [&Envelope; 2]) -> Self {
        let by_author = |envelope: &Envelope| Envelope {
            payload: envelope.payload.clone(),
            signatures: envelope.signatures.iter().take(1).copied().collect(),
        };
        Self { format: Format::V1, statements: statements.map(by_author) }
    }

    pub(super) fn check(&self) -> Result<Proven, Fault> {
        let [one, two] = &self.statements;
        if let Some(other) = self.statements.iter().find(|envelope| envelope.signatures.len() != 1) {
            return Err(malformed("one signature, the author's", other.signatures.len().to_string()));
        }
        let ((key, a), (other, b)) = (signed(one)?, signed(two)?);
        let same = |what: &str, a: &dyn ToString, b: &dyn ToString| {
            let (a, b) = (a.to_string(), b.to_string());
            if a == b { Ok(()) } else { Err(inconclusive(format!("one {what}"), format!("{a} and {b}"))) }
        };
        same("key", &key, &other)?;
        same("ledger", &a.ledger, &b.ledger)?;
        same("author", &a.author, &b.author)?;
        same("number of the key's statements", &a.nth, &b.nth)?;
        if one.payload == two.payload {
            return Err(inconclusive("two different statements", "one statement twice"));
        }
        let hands = [&a, &b].map(|statement| hand(statement, key));
        if hands.contains(&Hand::Cosigner) {
            return Err(inconclusive("statements that the key signed as their author", "one that it can only co-sign"));
        }
        let provided = hands.contains(&Hand::Either).then(|| condition(&a, key));
        let proves = format!(
            "Whoever holds the key {key} signed two different statements, each as number {} of that key's statements \
             on the ledger {} and by the author {}: a {} issued {} and a {} issued {}.",
            a.nth,
            a.ledger,
            a.author,
            a.event.kind(),
            a.issued_at,
            b.event.kind(),
            b.issued_at
        );
        let convicted = Convicted { role: Role::Author, name: a.author.to_string(), key: key.to_string() };
        let not_proven = vec![
            "whose the key is: the ledger's own entries say to whom it belongs; it convicts nobody else",
            "that its owner signed: whoever stole it can sign as well",
            "which of the two was meant, or why there are two: one that was signed, thrown away and replaced convicts too",
            "that either was filed, or that the ledger's operator did anything wrong",
            "that what either says is true or false",
        ];
        let (kind, ledger) = ("conflicting_statements", a.ledger.to_string());
        Ok(Proven { kind, ledger, convicted: vec![convicted], proves, provided, not_proven })
    }
}

/// Who signed what, verified.
fn signed(envelope: &Envelope) -> Result<(KeyId, Statement), Fault> {
    let [KeyedSignature { key, .. }] = envelope.signatures.as_slice() else {
        return Err(malformed("one signature, the author's", envelope.signatures.len().to_string()));
    };
    let mut faults = Vec::new();
    check_signatures(&envelope.payload, &envelope.signatures, Rule::Cofactored, &mut faults);
    match faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok((*key, Statement::parse(&envelope.payload)?)),
    }
}

/// Whether the kind of statement takes that key's signature beside its author's. Where it does not, signing it is signing as
/// its author, and two such statements convict.
pub fn takes_cosigner(statement: &Statement, key: KeyId) -> bool {
    hand(statement, key) != Hand::Author
}

fn hand(statement: &Statement, key: KeyId) -> Hand {
    let either_unless = |author: bool| if author { Hand::Author } else { Hand::Either };
    match &statement.event {
        Event::LedgerOpened(event) if event.operator.key.id() != key => Hand::Cosigner,
        Event::ActorEnrolled(event) if event.key.id() == key => Hand::Cosigner,
        Event::KeyAdded(event) if event.key.id() == key => Hand::Cosigner,
        Event::KeyRotated(event) if event.new.id() == key => Hand::Cosigner,
        // Of an actor's own keys the authorities have no say, but where it is the operator that rotates one.
        Event::KeyAdded(event) => either_unless(event.actor == statement.author),
        Event::KeyRevoked(event) => either_unless(event.actor == statement.author),
        Event::KeyRotated(event) => either_unless(event.old.id() == key),
        Event::ActorEnrolled(_)
        | Event::ActorSuspended(_)
        | Event::ActorReinstated(_)
        | Event::ActorRetired(_)
        | Event::CheckpointRulesSet(_)
        | Event::ProviderSucceeded(_)
        | Event::RequestIssued(_)
        | Event::RequestExtended(_)
        | Event::RequestAmended(_)
        | Event::RequestWithdrawn(_) => Hand::Either,
        _ => Hand::Author,
    }
}

fn condition(statement: &Statement, key: KeyId) -> String {
    format!(
        "It convicts only if, by the ledger's own entries, the key {key} is one of {}'s, and no other key of {} signed \
         either statement: others may co-sign what is said here, and a signature does not say whether it is the author's.",
        statement.author, statement.author
    )
}
