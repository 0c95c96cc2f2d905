//! What evidence is made of: checkpoints, receipts, envelopes and copies, told apart by what they hold.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use candour::core::checkpoint::SignedCheckpoint;
use candour::core::entry::Entry;
use candour::core::fault::Fault;
use candour::core::receipt::{HEADER, Receipt};
use candour::core::statement::Envelope;
use candour::shell::evidence::{Side, entry_at};
use candour::storage::bundle::Bundle;
use candour::storage::open_bundle;

use crate::bundle::read_file;
use crate::failure::Failure;

/// How every zip archive begins that has a member.
const ZIP: &[u8] = b"PK";

/// Something that has a checkpoint.
pub enum Exhibit {
    /// The checkpoint alone, or a receipt's.
    Checkpoint(Box<SignedCheckpoint>),
    /// A copy of the ledger.
    Copy(Box<dyn Bundle>),
}

impl Exhibit {
    /// Reads whatever it is.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        if path.is_dir() || begins(path, ZIP)? {
            return Ok(Self::Copy(open_bundle(path)?));
        }
        let bytes = read_file(path)?;
        let checkpoint = if bytes.starts_with(HEADER.as_bytes()) {
            Receipt::parse(&bytes).map(|receipt| receipt.checkpoint)
        } else {
            SignedCheckpoint::parse(&bytes)
        };
        Ok(Self::Checkpoint(Box::new(checkpoint.map_err(named(path))?)))
    }

    /// Opens a copy.
    pub fn read_copy(path: &Path) -> Result<Box<dyn Bundle>, Failure> {
        Ok(open_bundle(path)?)
    }

    /// What it says, under its path.
    pub fn side(&self, path: &Path) -> Result<Side<'_>, Failure> {
        let name = path.display().to_string();
        Ok(match self {
            Self::Checkpoint(checkpoint) => Side { name, checkpoint: (**checkpoint).clone(), copy: None },
            Self::Copy(copy) => Side::of_copy(name, copy.as_ref())?,
        })
    }
}

/// Reads a receipt.
pub fn read_receipt(path: &Path) -> Result<Receipt, Failure> {
    Ok(Receipt::parse(&read_file(path)?).map_err(named(path))?)
}

/// Reads a statement with its signatures: an envelope, a receipt's entry, or `LEDGER#INDEX`.
pub fn envelope(path: &Path) -> Result<Envelope, Failure> {
    let text = path.to_string_lossy();
    if !path.exists()
        && let Some((copy, index)) = text.rsplit_once('#')
        && let Ok(index) = index.parse()
    {
        return of_entry(&entry_at(open_bundle(Path::new(copy))?.as_ref(), index)?, path);
    }
    let bytes = read_file(path)?;
    if bytes.starts_with(HEADER.as_bytes()) {
        return of_entry(&Receipt::parse(&bytes).map_err(named(path))?.entry, path);
    }
    Ok(Envelope::parse(&bytes).map_err(named(path))?)
}

fn of_entry(entry: &[u8], path: &Path) -> Result<Envelope, Failure> {
    let Entry { payload, signatures, .. } = Entry::parse(entry).map_err(named(path))?;
    Ok(Envelope { payload, signatures })
}

fn named(path: &Path) -> impl Fn(Fault) -> Fault {
    move |fault| fault.in_file(path.display().to_string())
}

fn begins(path: &Path, with: &[u8]) -> Result<bool, Failure> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(|error| Failure::io(path, error))?;
    file.take(with.len() as u64).read_to_end(&mut start).map_err(|error| Failure::io(path, error))?;
    Ok(start == with)
}
