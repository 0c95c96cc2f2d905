//! How far a ledger was verified, as somebody keeps it who comes again: a monitor, or an auditor with a memory.
//!
//! ```text
//! <who keeps it, and the version of the layout>
//! <SHA-256 of what follows this line, in hex>
//! <what every version reads, as JSON on one line>
//! <what only the version reads that wrote it, as JSON on one line>
//! ```
//!
//! The checksum is against damage; whoever can write there can make its keeper believe anything. The last line grows with
//! the ledger's documents and figures, by some hundreds of bytes for each, and is held in memory whole.

pub mod fork;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::core::audit::Carried;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::hash::Hash;
use crate::core::key::PublicKey;
use crate::core::note::VerifierKey;
use crate::core::policy::Policy;
use crate::core::statement::Rule;

/// The version of what an audit carries. Raised whenever the state that entries lead to, what is noticed of them, or how
/// either is written changes.
const LAYOUT: u32 = 3;
/// Who wrote it. Another version may come to another state by the same entries.
const MADE_BY: &str = env!("CARGO_PKG_VERSION");

/// How far a ledger is verified.
#[derive(Clone, Debug)]
pub struct Progress {
    /// What every version reads of it.
    pub basis: Basis,
    /// The checkpoint up to which everything is verified.
    pub checkpoint: SignedCheckpoint,
    /// What to go on with; nothing where another version left it. Then all is verified anew, against the checkpoint.
    pub carried: Option<Carried>,
}

/// By whom, by what and up to where a ledger is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Who wrote the last line.
    made_by: String,
    layout: u32,
    /// The policy by which it was verified: the SHA-256 of its bytes.
    pub policy: Hash,
    /// Whether signatures were refused on which libraries disagree.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// The signed note.
    checkpoint: String,
    /// The keys that the operator had until then.
    operators: Vec<PublicKey>,
}

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Not a file of this kind and version.
    #[error("expected a file that begins with {0:?}, found another")]
    Other(&'static str),
    /// Not the bytes that were written.
    #[error("expected the bytes that its second line is the SHA-256 of, found others")]
    Damaged,
    /// The bytes that were written, and not what they should say.
    #[error("expected a checkpoint and the state that it promises, found something else")]
    Inconsistent,
}

impl Progress {
    /// After a verified audit by a policy, of which this is the SHA-256, and a rule for signatures.
    pub fn new(checkpoint: SignedCheckpoint, carried: Carried, policy: Hash, rule: Rule) -> Self {
        let state = carried.chain().state();
        let operators = state.map_or_else(Vec::new, |state| state.registry().operator_keys().to_vec());
        let (made_by, layout, strict) = (MADE_BY.to_owned(), LAYOUT, rule == Rule::Strict);
        let basis = Basis { made_by, layout, policy, strict, checkpoint: checkpoint.to_string(), operators };
        Self { basis, checkpoint, carried: Some(carried) }
    }

    /// As it was kept: the basis, and the last line.
    ///
    /// # Errors
    /// [`Unread::Inconsistent`].
    pub fn restore(basis: Basis, carried: &[u8]) -> Result<Self, Unread> {
        let checkpoint = SignedCheckpoint::parse(basis.checkpoint.as_bytes()).map_err(|_| Unread::Inconsistent)?;
        let carried: Option<Carried> = if (basis.made_by.as_str(), basis.layout) == (MADE_BY, LAYOUT) {
            serde_json::from_slice(carried).map_err(|_| Unread::Inconsistent)?
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
        Ok(Self { basis, checkpoint, carried })
    }

    /// Whether the ledger signed a checkpoint, as far as its keys were known then.
    pub fn signed(&self, checkpoint: &SignedCheckpoint, policy: &Policy) -> bool {
        let origin = &self.checkpoint.checkpoint().origin;
        let own = self.basis.operators.iter().filter_map(|key| VerifierKey::ed25519(origin, *key).ok());
        let trusted = policy.logs().iter().map(|log| log.key.clone()).filter(|key| key.name() == origin);
        own.chain(trusted).any(|key| checkpoint.signed_by(&key) == Ok(true))
    }
}

/// The file, as it is kept under a first line: what every version reads, and what an audit goes on with.
///
/// # Errors
/// That of JSON, or of the scratch that holds a part of it.
pub fn encode(
    first_line: &str,
    header: &impl Serialize,
    carried: Option<&Carried>,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut body = serde_json::to_vec(header)?;
    body.push(b'\n');
    serde_json::to_writer(&mut body, &carried)?;
    body.push(b'\n');
    let mut bytes = format!("{first_line}\n{}\n", Hash::of(&body)).into_bytes();
    bytes.append(&mut body);
    Ok(bytes)
}

/// Reads what was kept under a first line: what every version reads, and the bytes of the last line, for
/// [`Progress::restore`].
///
/// # Errors
/// [`Unread`].
pub fn decode<'a, H: Serialize + DeserializeOwned>(
    first_line: &'static str,
    bytes: &'a [u8],
) -> Result<(H, &'a [u8]), Unread> {
    let body = bytes.strip_prefix(first_line.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"));
    let (digest, body) =
        body.and_then(|body| body.split_at_checked(2 * Hash::LENGTH)).ok_or(Unread::Other(first_line))?;
    let body = body.strip_prefix(b"\n").ok_or(Unread::Damaged)?;
    if digest != Hash::of(body).to_string().as_bytes() {
        return Err(Unread::Damaged);
    }
    let at = body.iter().position(|byte| *byte == b'\n').ok_or(Unread::Inconsistent)?;
    let (header, carried) = body.split_at(at);
    let parsed: H = serde_json::from_slice(header).map_err(|_| Unread::Inconsistent)?;
    // A field that is not known here would be lost, whatever it means.
    if serde_json::to_vec(&parsed).ok().as_deref() != Some(header) {
        return Err(Unread::Inconsistent);
    }
    Ok((parsed, carried))
}
