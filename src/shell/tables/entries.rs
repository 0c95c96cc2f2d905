//! The table of entries.

use super::columns::columns;
use crate::shell::verify::Seen;

columns! { of seen: Seen<'_> {
    entry: Integer, "its index", seen.link.index;
    recorded_at: Timestamp, "when the ledger recorded it", seen.entry.recorded_at;
    issued_at: Timestamp, "when the author signed it, by the author's clock", seen.statement.issued_at;
    author: Text, "the actor who speaks", &seen.statement.author;
    key: Text or missing, "the key that the author signed with",
        seen.entry.signatures.first().map(|signature| signature.key.to_string());
    nth: Integer, "the statement's number among those of that key", seen.statement.nth;
    kind: Text, "kind of the event", seen.statement.event.kind();
    subject: Text or missing, "what it is about: an actor or a document", seen.statement.event.subject();
    cosigners: Integer, "how many others signed it", seen.entry.signatures.len().saturating_sub(1) as u64;
    leaf: Text, "its leaf hash (section 4)", seen.link.leaf.to_string();
} }
