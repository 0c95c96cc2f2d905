//! The folder of an index: how it is opened, begun anew and locked.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sled::Batch;

use super::database::Database;
use super::{LAYOUT, Why, bounds};
use crate::core::hash::Hash;
use crate::storage::lock;
use crate::storage::plain;
use crate::storage::run_files::RunFiles;

/// Where in it sled's own files are.
pub(super) const DATABASE: &str = "sled";
/// The file in it that is locked by whoever has it open.
const LOCK: &str = "lock";
/// The key under which the [`Extent`] is.
pub(super) const EXTENT: &[u8] = b"extent";

/// How far the index goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extent {
    pub(super) layout: u32,
    /// How many entries are in the index.
    pub size: u64,
    /// The leaf hash of the last one; zeros if there is none.
    pub head: Hash,
}

/// Opens the database of a ledger's locked index, and changes nothing that is not sled's own.
pub(super) fn open(ledger: &Path, folder: &Path) -> Result<(Database, Extent), Why> {
    let path = folder.join(DATABASE);
    if !path.is_dir() {
        return Err(Why::Missing);
    }
    bounds::check(ledger, folder)?;
    let database = Database::open(&path)?;
    let extent = database.value(EXTENT)?.ok_or_else(unbounded)?;
    let extent: serde_json::Value = serde_json::from_slice(&extent).map_err(|_| unbounded())?;
    if extent.get("layout").and_then(serde_json::Value::as_u64) != Some(LAYOUT.into()) {
        return Err(Why::OtherLayout);
    }
    Ok((database, serde_json::from_value(extent).map_err(|_| unbounded())?))
}

/// Removes the database and the runs, and makes a database without entries.
pub(super) fn begin(folder: &Path) -> Result<(Database, Extent), Why> {
    let path = folder.join(DATABASE);
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Why::Unusable(error.to_string())),
        _ => {}
    }
    RunFiles::within(folder).clear().map_err(|error| Why::Unusable(error.to_string()))?;
    let extent = Extent { layout: LAYOUT, size: 0, head: Hash::ZERO };
    let (database, mut batch) = (Database::open(&path)?, Batch::default());
    batch.insert(EXTENT, encode(&extent)?);
    database.write(batch)?;
    Ok((database, extent))
}

/// Makes sure that nobody else has the database open, or removes it, until the file is dropped.
pub(super) fn lock(folder: &Path) -> Result<File, Why> {
    let unusable = |error: io::Error| Why::Unusable(error.to_string());
    plain::check_folder(folder).map_err(unusable)?;
    let options = &mut OpenOptions::new();
    let options = options.write(true).create(true).truncate(false);
    let file = plain::open_as(options, &folder.join(LOCK)).map_err(unusable)?;
    match lock::try_for_a_moment(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Why::Busy),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

pub(super) fn encode(extent: &Extent) -> Result<Vec<u8>, Why> {
    serde_json::to_vec(extent).map_err(|error| Why::Damaged(error.to_string()))
}

fn unbounded() -> Why {
    Why::Damaged("it does not say how far it goes".to_owned())
}
