//! Which codes a history can meet, and why it cannot meet the others.

use candour::core::fault::Code;

/// Codes that no sequence of events has, by construction of the sequences here, and why.
pub const OUT_OF_REACH: &[(&str, &[Code])] = &[
    (
        "of the files of a bundle: its container, its tiles and its entry bundles",
        &[
            Code::BundleMalformed,
            Code::BundlePathUnsafe,
            Code::BundleNameDuplicate,
            Code::BundleSymlink,
            Code::BundleTooLarge,
            Code::FileUnexpected,
            Code::EntryBundleMalformed,
            Code::EntryBundleMismatch,
            Code::TileMissing,
            Code::TileMismatch,
        ],
    ),
    (
        "of checkpoints, and of what the reader holds and trusts",
        &[
            Code::NoteMalformed,
            Code::PolicyMalformed,
            Code::CheckpointMissing,
            Code::CheckpointMalformed,
            Code::CheckpointOriginMismatch,
            Code::CheckpointUnsigned,
            Code::CheckpointSignatureInvalid,
            Code::CheckpointUntrusted,
            Code::CheckpointSizeMismatch,
            Code::CheckpointBeyondEntries,
            Code::CheckpointRootMismatch,
            Code::CheckpointStale,
            Code::CosignatureInvalid,
            Code::QuorumNotMet,
            Code::PinMismatch,
        ],
    ),
    (
        "of an entry's encoding, number and link: every entry here is encoded, numbered and linked as it should be",
        &[Code::EntryTooLarge, Code::EntryMalformed, Code::IndexMismatch, Code::PreviousMismatch],
    ),
    (
        "of bytes that are no statement: every event here is one of the vocabulary",
        &[Code::EnvelopeMalformed, Code::StatementNotCanonical, Code::StatementMalformed],
    ),
    (
        "of keys and signatures that only somebody who computes them so can have",
        &[Code::KeyInvalid, Code::SignatureNotStrict],
    ),
    (
        "of what is in attachments, which the law does not read",
        &[Code::AttachmentMissing, Code::AttachmentMismatch, Code::AttachmentMalformed, Code::AttachmentRowsMismatch],
    ),
    (
        "of receipts, proofs and evidence, and of what a witness is asked: no part of a ledger",
        &[
            Code::ReceiptMalformed,
            Code::RowProofMalformed,
            Code::ProofInvalid,
            Code::AddCheckpointMalformed,
            Code::EvidenceMalformed,
            Code::EvidenceInconclusive,
        ],
    ),
];

/// What only an audit finds: the ledger's writer does not let its clock go back.
pub const ONLY_IN_AN_AUDIT: &[Code] = &[Code::TimeReversed];

/// The codes that histories can meet.
pub fn within_reach() -> Vec<Code> {
    let out = |code: &Code| OUT_OF_REACH.iter().any(|(_, codes)| codes.contains(code));
    Code::ALL.iter().copied().filter(|code| !out(code)).collect()
}
