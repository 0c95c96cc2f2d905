//! A history taken apart, to be put together again otherwise: what an operator, or a thief of the files, can do.

use candour::core::audit::{CHECKPOINT, CHECKPOINTS};
use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::entry::Entry;
use candour::core::hash::Hash;
use candour::core::key::SecretKey;
use candour::core::tile::{TILE_WIDTH, Tile, TileKind, Tiler, push_entry};
use candour::shell::replay::{Until, replay};
use candour::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES};
use candour::storage::layout::TAIL;
use candour::storage::memory_bundle::MemoryBundle;

use crate::failure::Failure;

/// Entries and the sizes of the checkpoints over them. Of fewer entries than fill an entry bundle.
#[derive(Clone)]
pub struct History {
    pub origin: String,
    pub entries: Vec<Entry>,
    sizes: Vec<u64>,
}

impl History {
    /// The history of a sound bundle.
    pub fn of(bundle: &MemoryBundle) -> Result<Self, Failure> {
        let mut entries = Vec::new();
        let chain = replay(bundle, Until::End, &mut |_, entry| entries.push(entry.clone()))?;
        let origin = chain.origin().map(ToString::to_string).unwrap_or_default();
        if entries.is_empty() || entries.len() >= usize::from(TILE_WIDTH) {
            return Err(Failure::unjudged(format!("1 to {} entries can be taken apart", TILE_WIDTH - 1)));
        }
        Ok(Self { origin, entries, sizes: chain.published().iter().copied().collect() })
    }

    /// Numbers the entries anew, and links each to the one before.
    pub fn relinked(mut self) -> Result<Self, Failure> {
        let mut previous = Hash::ZERO;
        for (index, entry) in (0..).zip(&mut self.entries) {
            (entry.index, entry.previous) = (index, previous);
            previous = Hash::leaf(&entry.encode()?);
        }
        Ok(self)
    }

    /// Replaces a bundle's entries and tiles by this history's; and its checkpoints too, where there is a key to sign
    /// them with: at the same sizes, as far as there are entries, and of the whole.
    pub fn put(&self, bundle: &mut MemoryBundle, signer: Option<&SecretKey>) -> Result<(), Failure> {
        let meant = |name: &str| {
            name.starts_with("tile/") || name == TAIL || (signer.is_some() && name.starts_with(CHECKPOINTS))
        };
        for name in bundle.names()?.into_iter().filter(|name| meant(name)) {
            bundle.remove(&name);
        }
        let size = self.entries.len() as u64;
        let (mut tree, mut entries) = (Tiler::new(), Vec::new());
        for (index, entry) in (1..).zip(&self.entries) {
            let bytes = entry.encode()?;
            push_entry(&mut entries, &bytes)?;
            let _none_is_full = tree.push(Hash::leaf(&bytes));
            if let Some(signer) = signer.filter(|_| index == size || self.sizes.contains(&index)) {
                let checkpoint = Checkpoint { origin: self.origin.clone(), size: index, root: tree.root() };
                let signed = SignedCheckpoint::sign(checkpoint, signer)?.to_string();
                bundle.insert(format!("{CHECKPOINTS}{index}"), signed.clone());
                bundle.insert(CHECKPOINT, signed);
            }
        }
        for (tile, hashes) in tree.partial() {
            bundle.insert(tile.path(), hashes);
        }
        let tile = Tile { kind: TileKind::Entries, index: 0, width: size as u16 };
        bundle.insert(tile.path(), entries);
        Ok(())
    }
}

/// All files of a bundle, in memory.
pub fn in_memory(bundle: &dyn Bundle) -> Result<MemoryBundle, Failure> {
    let mut files = MemoryBundle::default();
    for name in bundle.names()? {
        if let Some(bytes) = bundle.read(&name, MAX_ENTRY_BUNDLE_BYTES)? {
            files.insert(name, bytes);
        }
    }
    Ok(files)
}
