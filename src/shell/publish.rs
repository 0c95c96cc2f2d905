//! Static publishing: a folder in the tlog-tiles layout (FORMAT.md, section 5) that any web server, mirror or bucket can
//! serve, kept up to date with a ledger.
//!
//! What holds at every moment, whatever is interrupted:
//!
//! - Whoever reads the folder finds a whole ledger for its `checkpoint`, the old one or the new one.
//! - Nothing is written before all that is new was judged: by the chain and its law, as in an audit, and against the root
//!   and the operator's signature of every checkpoint that is new.
//! - Each stage is durable before the next: attachments, then entries and tiles, then the checkpoints by their sizes, then
//!   their listing, then `checkpoint`. Partial tiles go when the full one has been there for that long.
//! - No file is replaced by one that says something else.

mod judge;
mod note;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::core::audit::{CHECKPOINT, CHECKPOINTS, attachment_name};
use crate::core::chain::Chain;
use crate::core::event::Attachment;
use crate::core::fault::{Code, Fault};
use crate::core::hash::{Hash, HashingReader};
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, Tiler, push_entry};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::layout::{SIZES, TAIL};
use crate::storage::site::{self, Site};
use crate::storage::store::StoreError;

use super::replay::Entries;
use judge::{Judged, Latest};

/// Why nothing, or not everything, was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The ledger, or what the folder holds, is bad or could not be read.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// The folder could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder is where a ledger lives.
    #[error("{}: expected a folder to publish into, found a ledger that is written to", .0.display())]
    LiveLedger(PathBuf),
    /// Somebody else published there at the same time.
    #[error("{}: another checkpoint was put there meanwhile; try again", .0.display())]
    Changed(PathBuf),
}

impl PublishError {
    /// The stable name of what went wrong; of evidence that is bad, that of its first fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trouble(Trouble::Faults(faults)) => faults.first().map_or("bundle-malformed", |it| it.code.as_str()),
            Self::Trouble(Trouble::Io { .. }) => "bundle-unreadable",
            Self::Store(error) => error.code(),
            Self::LiveLedger(_) => "publish-live-ledger",
            Self::Changed(_) => "publish-changed",
        }
    }
}

impl From<Fault> for PublishError {
    fn from(fault: Fault) -> Self {
        Self::Trouble(fault.into())
    }
}

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// Which ledger it is of.
    pub origin: String,
    /// The size of the checkpoint that was there before; 0 if there was none.
    pub before: u64,
    /// The size of the checkpoint that is there now.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// How many files were written; 0 if all was up to date.
    pub files: u64,
}

/// Keeps a folder up to date. The first publication of a process starts from what the last one kept in the folder, or, if
/// that is lost, by replaying the ledger; every later one costs as much as is new.
#[derive(Debug)]
pub struct Publisher {
    root: PathBuf,
    /// The folder, once something had to be written.
    site: Option<Site>,
    /// The history up to what is in the folder.
    chain: Option<Chain>,
    /// After how many steps the process is to end.
    #[cfg(test)]
    fuse: Option<u64>,
}

impl Publisher {
    /// Into that folder, which is made when there is something to publish. Nothing is read yet.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.into(),
            site: None,
            chain: None,
            #[cfg(test)]
            fuse: None,
        }
    }

    /// Publishes what the ledger's latest checkpoint promises and the folder does not have.
    ///
    /// # Errors
    /// [`PublishError::Trouble`] with faults: the ledger does not verify, or it is not the one that the folder holds
    /// (`checkpoint-origin-mismatch`), has another history (`checkpoint-root-mismatch`) or is older (`checkpoint-stale`);
    /// then nothing was written. Also where a file in the folder is other than what is to be published. Else the folder
    /// or the ledger could not be read or written; running it again goes on from there.
    pub fn publish(&mut self, ledger: &dyn Bundle) -> Result<Publication, PublishError> {
        let entries = Entries::of(ledger)?;
        let latest = Latest::of(entries.bundle())?;
        let there = self.there()?;
        if let Some(there) = &there {
            there.check_followed_by(&latest)?;
        }
        let known = self.chain.take().or_else(|| judge::kept(&self.root));
        let judged = judge::judge(&entries, &latest, there.as_ref(), known, &site::published(&self.root)?)?;
        let site = match self.site.take() {
            Some(site) => site,
            None => Site::open(&self.root)?,
        };
        #[cfg(test)]
        let site = site.ending_after(self.fuse);
        if self.there()?.map(|now| now.bytes) != there.as_ref().map(|there| there.bytes.clone()) {
            return Err(PublishError::Changed(self.root.clone()));
        }
        let folder = FolderBundle::open(&self.root)?;
        let mut round = Round { site, folder, entries, latest, judged, files: 0 };
        round.attachments()?;
        round.tiles()?;
        round.checkpoints()?;
        round.prune()?;
        let Round { site, latest, judged, files, .. } = round;
        (self.site, self.chain) = (Some(site), Some(judged.chain));
        let before = there.map_or(0, |there| there.checkpoint().size);
        let says = latest.checkpoint();
        Ok(Publication { origin: says.origin.clone(), before, size: says.size, root: says.root, files })
    }

    /// The checkpoint in the folder.
    fn there(&self) -> Result<Option<Latest>, PublishError> {
        if self.root.join(TAIL).exists() {
            return Err(PublishError::LiveLedger(self.root.clone()));
        }
        if !self.root.exists() {
            return Ok(None);
        }
        let bytes = FolderBundle::open(&self.root)?.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?;
        bytes.map(|bytes| Latest::parse(bytes).map_err(PublishError::from)).transpose()
    }
}

/// One publication, of what was judged.
struct Round<'a> {
    site: Site,
    folder: FolderBundle,
    entries: Entries<'a>,
    latest: Latest,
    judged: Judged,
    files: u64,
}

impl Round<'_> {
    fn attachments(&mut self) -> Result<(), PublishError> {
        for (index, named) in std::mem::take(&mut self.judged.attachments) {
            self.attachment(&named).map_err(|error| match error {
                PublishError::Trouble(Trouble::Faults(faults)) => {
                    let at = |fault: Fault| fault.at(index).in_file(attachment_name(&named.sha256));
                    Trouble::Faults(faults.into_iter().map(at).collect()).into()
                }
                other => other,
            })?;
        }
        Ok(self.site.settle()?)
    }

    fn attachment(&mut self, named: &Attachment) -> Result<(), PublishError> {
        let (name, length) = (attachment_name(&named.sha256), named.length.unsigned());
        if let Some(file) = self.folder.open(&name)? {
            let path = self.folder.locate(&name);
            let found = HashingReader::new(file).finish().map_err(|error| Trouble::reading(&path, error))?;
            if found != (length, named.sha256) {
                let (expected, found) = (format!("{length} bytes of that hash"), format!("{} bytes others", found.0));
                return Err(Fault::new(Code::AttachmentMismatch, expected, found).into());
            }
            self.site.touch(&name);
            return Ok(());
        }
        let bundle = self.entries.bundle();
        judge::check_table(bundle, named)?;
        let missing = || Fault::new(Code::AttachmentMissing, format!("{length} bytes"), "no such file");
        let mut content = bundle.open(&name)?.ok_or_else(missing)?;
        self.site.attach(&named.sha256, length, &mut content).map_err(|error| match error {
            StoreError::Fault(fault) => PublishError::from(*fault),
            StoreError::Content(error) => Trouble::reading(&bundle.locate(&name), error).into(),
            other => other.into(),
        })?;
        self.files += 1;
        Ok(())
    }

    /// Entry bundles and hash tiles: the full ones, and the partial ones that each checkpoint promises and no full one
    /// stands in for.
    fn tiles(&mut self) -> Result<(), PublishError> {
        let (mut tree, size) = (self.judged.tree.clone(), self.latest.checkpoint().size);
        let (from, width) = (tree.size(), u64::from(TILE_WIDTH));
        let (mut count, mut bundle) = (from - from % width, Vec::new());
        let (site, folder, files) = (&mut self.site, &self.folder, &mut self.files);
        let mut put = |tile: Tile, bytes: &[u8]| put_tile(site, folder, files, tile, bytes);
        let mut written = Ok(());
        self.entries.read(count, &mut |entry| {
            if count < size {
                count += 1;
                push_entry(&mut bundle, entry)?;
            }
            if count <= from {
                return Ok(count < size);
            }
            let full = tree.push(Hash::leaf(entry));
            let of_entries = Tile { kind: TileKind::Entries, index: (count - 1) / width, width: TILE_WIDTH };
            // Entries first: no tile may be of more than there are.
            if count % width == 0 {
                written = written_so_far(&mut written).and_then(|()| put(of_entries, &bundle));
                bundle.clear();
            } else if self.judged.sizes.contains(&count) {
                let partial = Tile { width: (count % width) as u16, ..of_entries };
                if !outgrown(&partial, size) {
                    written = written_so_far(&mut written).and_then(|()| put(partial, &bundle));
                }
            }
            let partial = self.judged.sizes.contains(&count).then(|| tree.partial().collect::<Vec<_>>());
            let partial = partial.into_iter().flatten().filter(|(tile, _)| !outgrown(tile, size));
            for (tile, bytes) in full.into_iter().chain(partial) {
                written = written_so_far(&mut written).and_then(|()| put(tile, &bytes));
            }
            Ok(count < size && written.is_ok())
        })?;
        written?;
        if tree.root() != self.latest.checkpoint().root {
            let expected = format!("root {} at size {size}", tree.root());
            let found = self.latest.checkpoint().root.to_string();
            return Err(Fault::new(Code::CheckpointRootMismatch, expected, found).in_file(CHECKPOINT).into());
        }
        Ok(self.site.settle()?)
    }

    fn checkpoints(&mut self) -> Result<(), PublishError> {
        for size in std::mem::take(&mut self.judged.sizes) {
            let bytes = judge::sized(self.entries.bundle(), &self.judged.chain, &self.latest, size)?;
            self.put_note(&format!("{CHECKPOINTS}{size}"), &bytes)?;
        }
        self.site.settle()?;
        let listing: String = self.judged.published.iter().map(|size| format!("{size}\n")).collect();
        if self.folder.read(SIZES, listing.len() as u64 + 1).ok().flatten().as_deref() != Some(listing.as_bytes()) {
            self.site.put(SIZES, listing.as_bytes())?;
            self.files += 1;
        }
        self.site.settle()?;
        self.put_note(CHECKPOINT, &self.latest.bytes.clone())?;
        Ok(self.site.settle()?)
    }

    /// Puts a note in place of one with the same text and fewer signatures.
    fn put_note(&mut self, name: &str, bytes: &[u8]) -> Result<(), PublishError> {
        let there = self.folder.read(name, MAX_NOTE_BYTES as u64)?;
        let gained = match &there {
            Some(there) if name != CHECKPOINT => note::gains(there, bytes).map_err(|fault| fault.in_file(name))?,
            // That it may follow was judged; an older one is replaced, the same one only where it gained something.
            Some(there) => note::gains(there, bytes).unwrap_or(true),
            None => true,
        };
        if gained {
            self.site.put(name, bytes)?;
            self.files += 1;
        } else {
            self.site.touch(name);
        }
        Ok(())
    }

    /// Removes partial tiles that have grown full, and keeps the history for next time: this is the end.
    fn prune(&mut self) -> Result<(), PublishError> {
        let size = self.latest.checkpoint().size;
        for earlier in self.judged.published.range(self.judged.kept_size..size) {
            self.site.prune(*earlier, size)?;
        }
        if self.judged.kept_size != size {
            judge::keep(&mut self.site, &self.judged.chain)?;
        }
        Ok(self.site.settle()?)
    }
}

fn written_so_far(written: &mut Result<(), PublishError>) -> Result<(), PublishError> {
    std::mem::replace(written, Ok(()))
}

/// Whether a tree of that size has the tile in full.
fn outgrown(tile: &Tile, size: u64) -> bool {
    let hashes = match tile.kind {
        TileKind::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
        TileKind::Entries => size,
    };
    hashes / u64::from(TILE_WIDTH) > tile.index
}

/// Puts a tile in its place, unless it is there.
fn put_tile(
    site: &mut Site,
    folder: &FolderBundle,
    files: &mut u64,
    tile: Tile,
    bytes: &[u8],
) -> Result<(), PublishError> {
    let name = tile.path();
    match folder.read(&name, MAX_ENTRY_BUNDLE_BYTES)? {
        None => {
            site.put(&name, bytes)?;
            *files += 1;
        }
        Some(there) if there == bytes => site.touch(&name),
        Some(_) => {
            let code = if tile.kind == TileKind::Entries { Code::EntryBundleMismatch } else { Code::TileMismatch };
            return Err(Fault::new(code, "what the ledger has", "others, published before").in_file(name).into());
        }
    }
    Ok(())
}

/// The sizes that are to be published of the checkpoints of a ledger: those that the folder does not have, and those whose
/// notes may have gained cosignatures since.
fn wanted(all: &BTreeSet<u64>, there: &BTreeSet<u64>, before: u64, size: u64) -> BTreeSet<u64> {
    let new = |wanted: &u64| *wanted >= before || !there.contains(wanted);
    all.range(..=size).copied().filter(new).chain([size]).collect()
}

/// What the folder's tree grows from.
fn nothing_yet() -> Tiler {
    Tiler::new()
}

#[cfg(test)]
mod tests;
