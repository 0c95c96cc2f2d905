//! What is written, in which order.

use crate::core::audit::{CHECKPOINT, CHECKPOINTS, attachment_name};
use crate::core::event::Attachment;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, push_entry};
use crate::shell::attachment;
use crate::shell::replay::Entries;
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::layout::SIZES;
use crate::storage::site::Site;
use crate::storage::store::StoreError;

use super::judge::{self, Judged, Latest};
use super::{PublishError, note};

/// One publication, of what was judged.
pub(super) struct Round<'a> {
    pub site: Site,
    /// What is in the site.
    pub folder: FolderBundle,
    pub entries: Entries<'a>,
    pub latest: Latest,
    pub judged: Judged,
    /// How many files were written.
    pub files: u64,
}

impl Round<'_> {
    /// The stages, each durable before the next.
    pub fn run(&mut self) -> Result<(), PublishError> {
        self.attachments()?;
        self.tiles()?;
        self.checkpoints()?;
        self.prune()
    }

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
            let found = attachment::read(file, named.holds.is_some(), |_, _| {});
            found.map_err(|error| Trouble::reading(&path, error))?.check(named)?;
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
    ///
    /// Where the folder is served already, whoever reads it as files finds entries after its `checkpoint` meanwhile. They may
    /// say that they saw a checkpoint that is new too, so each of those gets there first, with the partial tiles that it
    /// promises.
    fn tiles(&mut self) -> Result<(), PublishError> {
        let (mut tree, size) = (self.judged.tree.clone(), self.latest.checkpoint().size);
        let (from, width) = (tree.size(), u64::from(TILE_WIDTH));
        let (mut count, mut bundle) = (from - from % width, Vec::new());
        let (site, folder, files) = (&mut self.site, &self.folder, &mut self.files);
        let (ledger, chain, latest) = (self.entries.bundle(), &self.judged.chain, &self.latest);
        let served = folder.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?.is_some();
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
                written =
                    written_so_far(&mut written).and_then(|()| put_tile(site, folder, files, of_entries, &bundle));
                bundle.clear();
            } else if self.judged.sizes.contains(&count) {
                let partial = Tile { width: (count % width) as u16, ..of_entries };
                if served || !outgrown(&partial, size) {
                    written =
                        written_so_far(&mut written).and_then(|()| put_tile(site, folder, files, partial, &bundle));
                }
            }
            let promised = self.judged.sizes.contains(&count);
            let partial = promised.then(|| tree.partial().collect::<Vec<_>>());
            let partial = partial.into_iter().flatten().filter(|(tile, _)| served || !outgrown(tile, size));
            for (tile, bytes) in full.into_iter().chain(partial) {
                written = written_so_far(&mut written).and_then(|()| put_tile(site, folder, files, tile, &bytes));
            }
            if promised && served && written.is_ok() {
                written = site.settle().map_err(PublishError::from).and_then(|()| {
                    let bytes = judge::sized(ledger, chain, latest, count)?;
                    put_note(site, folder, files, &format!("{CHECKPOINTS}{count}"), &bytes)
                });
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
            put_note(&mut self.site, &self.folder, &mut self.files, &format!("{CHECKPOINTS}{size}"), &bytes)?;
        }
        self.site.settle()?;
        let listing: String = self.judged.published.iter().map(|size| format!("{size}\n")).collect();
        if self.folder.read(SIZES, listing.len() as u64 + 1).ok().flatten().as_deref() != Some(listing.as_bytes()) {
            self.site.put(SIZES, listing.as_bytes())?;
            self.files += 1;
        } else {
            // Beside it are the checkpoints, which a kill may have left not durable too.
            self.site.touch(SIZES);
        }
        self.site.settle()?;
        put_note(&mut self.site, &self.folder, &mut self.files, CHECKPOINT, &self.latest.bytes)?;
        Ok(self.site.settle()?)
    }

    /// Removes partial tiles that have grown full, and keeps the history for next time: this is the end.
    fn prune(&mut self) -> Result<(), PublishError> {
        let size = self.latest.checkpoint().size;
        for earlier in self.judged.published.range(self.judged.kept_size..size) {
            self.site.prune(*earlier, size)?;
        }
        if self.judged.kept_size != size {
            judge::keep(&mut self.site, &mut self.judged.chain)?;
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

/// Puts a note in place of one with the same text and fewer signatures.
fn put_note(
    site: &mut Site,
    folder: &FolderBundle,
    files: &mut u64,
    name: &str,
    bytes: &[u8],
) -> Result<(), PublishError> {
    let there = folder.read(name, MAX_NOTE_BYTES as u64)?;
    let gained = match &there {
        Some(there) if name != CHECKPOINT => note::gains(there, bytes).map_err(|fault| fault.in_file(name))?,
        // That it may follow was judged; an older one is replaced, the same one only where it gained something.
        Some(there) => note::gains(there, bytes).unwrap_or(true),
        None => true,
    };
    if gained {
        site.put(name, bytes)?;
        *files += 1;
    } else {
        site.touch(name);
    }
    Ok(())
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
