//! What may lie in an index's folder before anything there is opened. A ledger's folder may come from anybody, and its index
//! with it; sled follows links, waits at pipes, and reads a file as far as it goes.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::Why;
use super::folder::DATABASE;
use crate::storage::bundle::MAX_ENTRY_BUNDLE_BYTES;
use crate::storage::layout::TAIL;
use crate::storage::run_files::RUNS;

/// Where in a ledger's folder its entry bundles are.
const ENTRIES: &str = "tile/entries";
/// Files and folders in an index, at most. It has few: of its runs, some for each doubling.
const MAX_ITEMS: usize = 1 << 14;
/// Bytes that the index of any ledger may have: sled makes its files large at once.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of index for each byte of entries that the index of a large one may have. It has a tenth, and more for a moment.
const MAX_SHARE: u64 = 4;

/// Checks that what is in the database and the runs of a ledger's index are real folders and regular files, and not more than
/// an index has. No link is followed, and nothing but folders is opened. What else lies there is never opened.
///
/// # Errors
/// [`Why::Unusable`].
pub(super) fn check(ledger: &Path, index: &Path) -> Result<(), Why> {
    let (mut files, mut bytes) = (0, 0_u64);
    walk([DATABASE, RUNS].map(|name| index.join(name)).into(), &mut |path, length| {
        files += 1;
        bytes = bytes.saturating_add(length.ok_or_else(|| no_file(path))?);
        if files > MAX_ITEMS { Err(Why::Unusable(format!("more than {MAX_ITEMS} files"))) } else { Ok(()) }
    })?;
    if bytes > MAX_BYTES && bytes > entry_bytes(ledger)?.saturating_mul(MAX_SHARE) {
        return Err(Why::Unusable(format!("{bytes} bytes, far more than of the entries")));
    }
    Ok(())
}

/// How many bytes of entries a ledger has, by the lengths of its files.
fn entry_bytes(ledger: &Path) -> Result<u64, Why> {
    let mut bytes = 0_u64;
    let mut add = |_: &Path, length: Option<u64>| {
        bytes = bytes.saturating_add(length.unwrap_or(0).min(MAX_ENTRY_BUNDLE_BYTES));
        Ok(())
    };
    walk(vec![ledger.join(ENTRIES)], &mut add)?;
    let tail = ledger.join(TAIL);
    let length = tail.symlink_metadata().ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
    add(&tail, length)?;
    Ok(bytes)
}

/// Takes what is no folder, with its length if it is a regular file.
type Each<'a> = dyn FnMut(&Path, Option<u64>) -> Result<(), Why> + 'a;

/// Goes through folders and those in it, and hands over whatever is no folder. What goes meanwhile is passed over: its
/// owner may be at work there.
fn walk(mut folders: Vec<PathBuf>, each: &mut Each<'_>) -> Result<(), Why> {
    while let Some(folder) = folders.pop() {
        match there(folder.symlink_metadata())? {
            None => continue,
            Some(metadata) if metadata.is_dir() => {}
            Some(_) => return Err(no_file(&folder)),
        }
        let Some(items) = there(folder.read_dir())? else { continue };
        for item in items {
            let Some(item) = there(item)? else { continue };
            // Of a link, this is what it says of the link.
            let Some(metadata) = there(item.metadata())? else { continue };
            let path = item.path();
            if metadata.is_dir() {
                folders.push(path);
            } else {
                each(&path, metadata.is_file().then_some(metadata.len()))?;
            }
            if folders.len() > MAX_ITEMS {
                return Err(Why::Unusable(format!("more than {MAX_ITEMS} folders")));
            }
        }
    }
    Ok(())
}

fn there<T>(found: io::Result<T>) -> Result<Option<T>, Why> {
    match found {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        found => found.map(Some).map_err(|error| Why::Unusable(error.to_string())),
    }
}

fn no_file(path: &Path) -> Why {
    Why::Unusable(format!("{}: expected a folder or a regular file, found neither", path.display()))
}
