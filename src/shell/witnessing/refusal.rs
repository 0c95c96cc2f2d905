//! Why there is no cosignature by a witness.

use crate::core::checkpoint::SignedCheckpoint;
use crate::core::text::excerpt;
use crate::storage::http::HttpError;

/// Characters of an error on the way that are shown, at most.
const MAX_SHOWN: usize = 200;

/// Why a witness did not cosign, or not so that it counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The policy does not say where it is.
    #[error("the policy has no URL for it")]
    NoUrl,
    /// The policy's URL is none over which anybody could be asked.
    #[error("expected a URL of http or https, found {0:?}")]
    UrlUnusable(String),
    /// It did not answer, or not whole, or more than anything that could be meant.
    #[error("{0}")]
    Unanswered(String),
    /// No answer had come when the wait was over.
    #[error("no answer in time")]
    Silent,
    /// It does not know the ledger: 404.
    #[error("it does not know this ledger; its operator adds the ledger's verifier key")]
    UnknownLedger,
    /// It does not trust the key, or finds the signature wrong: 403.
    #[error("it does not accept the operator's signature on this ledger")]
    UntrustedKey,
    /// It saw more of the ledger than there is: 409.
    #[error(
        "it saw {told} entries of this ledger, which has {size}: the ledger was restored from an older copy, or forked"
    )]
    Ahead {
        /// How many it saw.
        told: u64,
        /// How many the checkpoint is of.
        size: u64,
        /// The checkpoint that it has, if it shows one that the operator signed.
        theirs: Option<Box<SignedCheckpoint>>,
    },
    /// It was shown a later checkpoint of this ledger meanwhile: 409.
    #[error("it was shown {told} entries meanwhile")]
    Overtaken {
        /// How many it saw.
        told: u64,
        /// The checkpoint that it has, if it shows one that the operator signed.
        theirs: Option<Box<SignedCheckpoint>>,
    },
    /// What it saw of the ledger is no part of it: 422.
    #[error("what it saw of this ledger at {old} entries is no part of it: the ledger was forked")]
    Inconsistent {
        /// How many entries it saw.
        old: u64,
        /// The checkpoint that it has, if it shows one that the operator signed.
        theirs: Option<Box<SignedCheckpoint>>,
    },
    /// It keeps saying that it stands elsewhere: 409.
    #[error("asked {questions} times, it stands at {told} entries, elsewhere than it said before")]
    Unsettled {
        /// How often it was asked.
        questions: u32,
        /// Where it says that it stands.
        told: u64,
    },
    /// Any other status.
    #[error("it answered with status {0}")]
    Status(u16),
    /// An answer that is none.
    #[error("expected {expected}, found {found}")]
    Malformed {
        /// What its answer should have been.
        expected: &'static str,
        /// What it was.
        found: String,
    },
    /// It answered, without a cosignature by this key that can be verified.
    #[error("no cosignature by its key that can be verified")]
    NoCosignature,
    /// Its cosignature is of something else, or not by its key.
    #[error("a cosignature that does not verify")]
    CosignatureInvalid,
    /// Its cosignature is of no time, or of one that has not come.
    #[error("a cosignature of the time {timestamp}, expected one from 1 to now, in seconds since 1970")]
    CosignatureTime {
        /// The time.
        timestamp: u64,
    },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoUrl => "witness-without-url",
            Self::UrlUnusable(_) => "witness-url-unusable",
            Self::Unanswered(_) => "witness-unanswered",
            Self::Silent => "witness-silent",
            Self::UnknownLedger => "witness-ledger-unknown",
            Self::UntrustedKey => "witness-key-untrusted",
            Self::Ahead { .. } => "witness-ahead",
            Self::Overtaken { .. } => "witness-overtaken",
            Self::Inconsistent { .. } => "witness-inconsistent",
            Self::Unsettled { .. } => "witness-unsettled",
            Self::Status(_) => "witness-status",
            Self::Malformed { .. } => "witness-answer-malformed",
            Self::NoCosignature => "witness-cosignature-missing",
            Self::CosignatureInvalid => "witness-cosignature-invalid",
            Self::CosignatureTime { .. } => "witness-cosignature-time",
        }
    }

    /// The checkpoint that the witness has instead, signed by the operator.
    pub fn theirs(&self) -> Option<&SignedCheckpoint> {
        match self {
            Self::Ahead { theirs, .. } | Self::Overtaken { theirs, .. } | Self::Inconsistent { theirs, .. } => {
                theirs.as_deref()
            }
            _ => None,
        }
    }

    pub(super) fn malformed(expected: &'static str, found: &[u8]) -> Self {
        Self::Malformed { expected, found: format!("{:?}", excerpt(&String::from_utf8_lossy(found))) }
    }
}

impl From<HttpError> for Refusal {
    fn from(error: HttpError) -> Self {
        Self::Unanswered(error.to_string().chars().take(MAX_SHOWN).collect())
    }
}
