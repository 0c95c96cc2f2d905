//! Faults: evidence of tampering, or a broken rule.
//!
//! Every refusal of the core, whether at admission or in an audit, is a [`Fault`]: a stable [`Code`], where it is, what
//! was expected and what was found. The codes are those of FORMAT.md, of the JSON and of the fixtures.

mod faults;

use std::fmt;

use super::text::OneLine;

pub use faults::Faults;

/// Evidence of tampering, or a broken rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The index of the entry it concerns, where it concerns one.
    pub index: Option<u64>,
    /// The file it was found in, by its name in the bundle, where it was found in one.
    pub file: Option<String>,
    /// What is wrong.
    pub code: Code,
    /// What the rule asks for.
    pub expected: String,
    /// What was there instead.
    pub found: String,
}

impl Fault {
    /// A fault that does not yet know its place.
    pub fn new(code: Code, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { index: None, file: None, code, expected: expected.into(), found: found.into() }
    }

    /// The same fault, at an entry, unless it already names one.
    #[must_use]
    pub fn at(mut self, index: u64) -> Self {
        self.index.get_or_insert(index);
        self
    }

    /// The same fault, in a file, unless it already names one.
    #[must_use]
    pub fn in_file(mut self, name: impl Into<String>) -> Self {
        self.file.get_or_insert_with(|| name.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if let Some(index) = self.index {
            write!(f, "entry {index}: ")?;
        }
        write!(f, "{}: expected {}, found {}", self.code.as_str(), OneLine(&self.expected), OneLine(&self.found))
    }
}

impl std::error::Error for Fault {}

macro_rules! codes {
    ($($variant:ident $code:literal $meaning:literal)+) => {
        /// The stable name of what is wrong. See FORMAT.md, "Fault codes".
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)+
        }

        impl Code {
            /// Every code, in the order of FORMAT.md.
            pub const ALL: &[Code] = &[$(Code::$variant),+];

            /// The code as it is written everywhere: lower case, words joined by hyphens.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)+ }
            }

            /// What the code says, in a line.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)+ }
            }
        }
    };
}

codes! {
    // The bundle as a container.
    BundleMalformed "bundle-malformed" "the archive cannot be read"
    BundlePathUnsafe "bundle-path-unsafe" "a file's name leads outside the bundle"
    BundleNameDuplicate "bundle-name-duplicate" "two files of one name"
    BundleSymlink "bundle-symlink" "a link where a file belongs"
    BundleTooLarge "bundle-too-large" "a file, or the whole, unpacks to more than its limit"
    FileUnexpected "file-unexpected" "a file in the layout's own folders that the ledger does not have"

    // Checkpoints and whom the reader trusts.
    NoteMalformed "note-malformed" "not a signed note (C2SP signed-note)"
    PolicyMalformed "policy-malformed" "not a policy (C2SP tlog-policy)"
    CheckpointMissing "checkpoint-missing" "the bundle has no checkpoint"
    CheckpointMalformed "checkpoint-malformed" "not a checkpoint (C2SP tlog-checkpoint)"
    CheckpointOriginMismatch "checkpoint-origin-mismatch" "a checkpoint of another ledger"
    CheckpointUnsigned "checkpoint-unsigned" "no signature by the operator's key of that size"
    CheckpointSignatureInvalid "checkpoint-signature-invalid" "a signature by a known key that does not verify"
    CheckpointUntrusted "checkpoint-untrusted" "the operator's keys are not in the reader's policy"
    CheckpointSizeMismatch "checkpoint-size-mismatch" "a checkpoint under the name of another size"
    CheckpointBeyondEntries "checkpoint-beyond-entries" "a checkpoint promises entries that are not there"
    CheckpointRootMismatch "checkpoint-root-mismatch" "the entries do not have the root that a checkpoint promises"
    CheckpointStale "checkpoint-stale" "a checkpoint of fewer entries than the latest one"
    CosignatureInvalid "cosignature-invalid" "a known witness's cosignature that does not verify"
    QuorumNotMet "quorum-not-met" "too few witnesses of the policy cosigned the checkpoint"
    PinMismatch "pin-mismatch" "the ledger does not extend the pinned checkpoint"

    // Tiles and entry bundles.
    EntryBundleMalformed "entry-bundle-malformed" "not a sequence of length-prefixed entries of the right number"
    EntryBundleMismatch "entry-bundle-mismatch" "two files disagree on the same entries"
    TileMissing "tile-missing" "a hash tile or entry bundle of the latest checkpoint is not there"
    TileMismatch "tile-mismatch" "a hash tile that the entries do not hash to"

    // Entries: the ledger's work.
    EntryTooLarge "entry-too-large" "an entry over the limit"
    EntryMalformed "entry-malformed" "not the encoding of an entry"
    IndexMismatch "index-mismatch" "an entry out of its place"
    PreviousMismatch "previous-mismatch" "an entry that does not link to the one before"
    TimeReversed "time-reversed" "an entry recorded before the one before it"

    // Statements: the author's work.
    EnvelopeMalformed "envelope-malformed" "not a DSSE envelope of a statement"
    StatementNotCanonical "statement-not-canonical" "a payload that is not canonical JSON (RFC 8785)"
    StatementMalformed "statement-malformed" "a payload that is not a statement"
    LedgerMismatch "ledger-mismatch" "a statement meant for another ledger"
    IssuedInFuture "issued-in-future" "a statement issued after it was recorded"
    SignatureMissing "signature-missing" "a statement that nobody signed"
    SignatureDuplicate "signature-duplicate" "one key signed twice"
    KeyInvalid "key-invalid" "bytes that are no key: not canonical, small, or of mixed order"
    SignatureInvalid "signature-invalid" "a signature that does not verify"
    SignatureNotStrict "signature-not-strict" "a signature on which libraries disagree"
    SeenNotPublished "seen-not-published" "a seen checkpoint that the ledger never published"
    SeenMismatch "seen-mismatch" "the author saw another history"

    // The law: who may speak.
    LedgerNotOpened "ledger-not-opened" "the first entry does not open the ledger"
    LedgerAlreadyOpened "ledger-already-opened" "a ledger opened twice"
    ActorUnknown "actor-unknown" "an actor that was never enrolled"
    ActorExists "actor-exists" "an actor enrolled twice"
    ActorSuspended "actor-suspended" "a suspended actor"
    ActorNotSuspended "actor-not-suspended" "an actor reinstated that was not suspended"
    ActorRetired "actor-retired" "a retired actor"
    KeyUnknown "key-unknown" "a key that was never enrolled"
    KeyRevoked "key-revoked" "a key that was revoked or replaced"
    KeyInUse "key-in-use" "a key that the ledger already knows"
    AuthorMismatch "author-mismatch" "a key of another actor"
    NthReused "nth-reused" "a second statement under one number of one key"
    NthGap "nth-gap" "a statement of this key is missing before this one"
    StatementReplayed "statement-replayed" "co-signed words used a second time"
    RoleNotAllowed "role-not-allowed" "a role that may not say this"
    NotAnAuthority "not-an-authority" "an actor that is not one of the authorities"
    ThresholdInvalid "threshold-invalid" "a threshold that the authorities cannot meet"
    ThresholdNotMet "threshold-not-met" "too few authorities signed"
    PossessionMissing "possession-missing" "a new key that did not sign"
    CosignerNotAllowed "cosigner-not-allowed" "a co-signer that this kind of event does not take"

    // The law: documents, requests and responses.
    DocumentForeign "document-foreign" "a document's name that is not the author's"
    DocumentExists "document-exists" "a document's name used twice"
    DocumentUnknown "document-unknown" "a document that is not on the ledger"
    DocumentNotOwn "document-not-own" "a document of another actor"
    DocumentSuperseded "document-superseded" "a document that was already superseded"
    DocumentRetracted "document-retracted" "a document that its author took back"
    SeriesMismatch "series-mismatch" "a document that supersedes one about something else"
    SuccessorInvalid "successor-invalid" "a provider succeeded twice, or by itself, or by one that takes too many places"
    TaxonomyExists "taxonomy-exists" "a version of a taxonomy registered twice"
    MetricExists "metric-exists" "a metric defined twice"
    MetricInvalid "metric-invalid" "a definition that contradicts itself"
    DateInFuture "date-in-future" "a day that had not come when it was recorded"
    MatterSettled "matter-settled" "something settled that was settled before"
    NotAParty "not-a-party" "an actor to whom the matter is not addressed"
    RepresentationsPending "representations-pending" "a decision before its addressee could answer the notice"
    BreachMissing "breach-missing" "a penalty without a breach: none was found, or none can be yet"
    OpinionMissing "opinion-missing" "a report on an audit whose opinion was not given yet"
    EntryUnknown "entry-unknown" "an entry that is not there yet"
    RequestUnknown "request-unknown" "a request that is not on the ledger"
    RequestWithdrawn "request-withdrawn" "a request that was withdrawn"
    NotIssuer "not-issuer" "an actor that did not issue the request"
    NotAddressee "not-addressee" "an actor to whom the request is not addressed"
    CompulsionNotAllowed "compulsion-not-allowed" "a compulsory request by an actor that cannot compel"
    VersionMismatch "version-mismatch" "another version of the request than the current one"
    ItemUnknown "item-unknown" "an item that the request does not have"
    ItemDuplicate "item-duplicate" "one item twice"
    DeadlineInvalid "deadline-invalid" "a deadline whose instant is not on its date, or its date not where its count ends"
    DeadlineNotLater "deadline-not-later" "an extension that does not lengthen"
    DeadlinePassed "deadline-passed" "an extension after the deadline"
    ResponseNotSuperseding "response-not-superseding" "a second response that does not supersede the first"

    // The law: observations and attachments.
    ValueStatusMismatch "value-status-mismatch" "a number where the status allows none, or none where it needs one"
    ValueOutOfRange "value-out-of-range" "a rate outside 0 to 1, or a range upside down"
    AttachmentLengthMismatch "attachment-length-mismatch" "an attachment of another length than was said before"
    TableOverused "table-overused" "a table of observations named once too often"
    AttachmentMissing "attachment-missing" "an attachment that is not there"
    AttachmentMismatch "attachment-mismatch" "an attachment altered"
    AttachmentMalformed "attachment-malformed" "an attachment that is not the table that it says it is"
    AttachmentRowsMismatch "attachment-rows-mismatch" "a table of other rows than the statement says"

    // Receipts.
    ReceiptMalformed "receipt-malformed" "not a receipt (C2SP tlog-proof)"
    RowProofMalformed "row-proof-malformed" "not the proof of a row of section 12"
    ProofInvalid "proof-invalid" "a proof that does not lead to the root"

    // What a witness is asked.
    AddCheckpointMalformed "add-checkpoint-malformed" "not what a witness is asked (C2SP tlog-witness)"

    // Evidence.
    EvidenceMalformed "evidence-malformed" "not evidence of the form of section 11"
    EvidenceInconclusive "evidence-inconclusive" "sound signatures and proofs that convict nobody"
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_one_line() {
        let fault = Fault::new(Code::StatementMalformed, "a field", "unknown field `x\n  verified\u{1b}[2J`").at(3);
        let line = r"entry 3: statement-malformed: expected a field, found unknown field `x\n  verified\u{1b}[2J`";
        assert_eq!(fault.to_string(), line);
        let fault = Fault::new(Code::StatementMalformed, "a field", "unknown field `\u{202e}deifirev`");
        assert!(fault.to_string().ends_with(r"unknown field `\u{202e}deifirev`"), "{fault}");
    }
}
