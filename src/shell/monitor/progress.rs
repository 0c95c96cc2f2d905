//! How far a ledger was followed, as it is kept.
//!
//! ```text
//! candour monitor v1
//! <SHA-256 of what follows this line, in hex>
//! <what every version reads, as JSON on one line>
//! <what only the version reads that wrote it, as JSON on one line>
//! ```
//!
//! The checksum is against damage; whoever can write there can make the monitor believe anything.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::core::audit::Carried;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::hash::Hash;
use crate::core::key::PublicKey;
use crate::core::note::VerifierKey;
use crate::core::policy::Policy;

/// What the file begins with.
pub const FIRST_LINE: &str = "candour monitor v1";
/// The version of what an audit carries. Raised whenever the state that entries lead to, what is noticed of them, or how
/// either is written changes.
const LAYOUT: u32 = 1;
/// Who wrote it. Another version may come to another state by the same entries.
const MADE_BY: &str = env!("CARGO_PKG_VERSION");

/// How far a ledger was followed.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub header: Header,
    /// The checkpoint up to which everything is verified.
    pub checkpoint: SignedCheckpoint,
    /// What to go on with; nothing where another version left it. Then all is verified anew, against the checkpoint.
    pub carried: Option<Carried>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// Who wrote the last line.
    made_by: String,
    layout: u32,
    /// The policy by which it was verified: the SHA-256 of its bytes.
    pub policy: Hash,
    /// The signed note.
    checkpoint: String,
    /// The keys that the operator had until then.
    operators: Vec<PublicKey>,
    /// The findings at the end of the ledger that were current then, and so were reported or not asked for: their ids.
    pub current: BTreeSet<Hash>,
    /// The last sign of life, in seconds since 1970, at which the ledger was reported to be quiet.
    pub quiet: Option<u64>,
}

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Not a file of this kind and version.
    #[error("expected a file that begins with {FIRST_LINE:?}, found another")]
    Other,
    /// Not the bytes that were written.
    #[error("expected the bytes that its second line is the SHA-256 of, found others")]
    Damaged,
    /// The bytes that were written, and not what they should say.
    #[error("expected a checkpoint and the state that it promises, found something else")]
    Inconsistent,
}

impl Progress {
    /// After a verified audit.
    pub fn new(
        checkpoint: SignedCheckpoint,
        carried: Carried,
        policy: Hash,
        (current, quiet): (BTreeSet<Hash>, Option<u64>),
    ) -> Self {
        let state = carried.chain().state();
        let operators = state.map_or_else(Vec::new, |state| state.registry().operator_keys().to_vec());
        let (made_by, layout) = (MADE_BY.to_owned(), LAYOUT);
        let header = Header { made_by, layout, policy, checkpoint: checkpoint.to_string(), operators, current, quiet };
        Self { header, checkpoint, carried: Some(carried) }
    }

    /// Whether the ledger signed a checkpoint, as far as its keys were known then.
    pub fn signed(&self, checkpoint: &SignedCheckpoint, policy: &Policy) -> bool {
        let origin = &self.checkpoint.checkpoint().origin;
        let own = self.header.operators.iter().filter_map(|key| VerifierKey::ed25519(origin, *key).ok());
        let trusted = policy.logs().iter().map(|log| log.key.clone()).filter(|key| key.name() == origin);
        own.chain(trusted).any(|key| checkpoint.signed_by(&key) == Ok(true))
    }

    /// As it is kept.
    ///
    /// # Errors
    /// That of JSON.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut body = serde_json::to_vec(&self.header)?;
        body.push(b'\n');
        serde_json::to_writer(&mut body, &self.carried)?;
        body.push(b'\n');
        let mut bytes = format!("{FIRST_LINE}\n{}\n", Hash::of(&body)).into_bytes();
        bytes.append(&mut body);
        Ok(bytes)
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Unread> {
        let body = bytes.strip_prefix(FIRST_LINE.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"));
        let (digest, body) = body.and_then(|body| body.split_at_checked(2 * Hash::LENGTH)).ok_or(Unread::Other)?;
        let body = body.strip_prefix(b"\n").ok_or(Unread::Damaged)?;
        if digest != Hash::of(body).to_string().as_bytes() {
            return Err(Unread::Damaged);
        }
        let inconsistent = |_| Unread::Inconsistent;
        let at = body.iter().position(|byte| *byte == b'\n').ok_or(Unread::Inconsistent)?;
        let (header, carried) = body.split_at(at);
        let header: Header = serde_json::from_slice(header).map_err(inconsistent)?;
        let checkpoint = SignedCheckpoint::parse(header.checkpoint.as_bytes()).map_err(|_| Unread::Inconsistent)?;
        let carried: Option<Carried> = if (header.made_by.as_str(), header.layout) == (MADE_BY, LAYOUT) {
            serde_json::from_slice(carried).map_err(inconsistent)?
        } else {
            None
        };
        let says = checkpoint.checkpoint();
        if let Some(chain) = carried.as_ref().map(Carried::chain) {
            let origin = chain.origin().map(|origin| origin.as_str());
            if (origin, chain.size(), chain.root()) != (Some(says.origin.as_str()), says.size, says.root) {
                return Err(Unread::Inconsistent);
            }
        }
        Ok(Self { header, checkpoint, carried })
    }
}
