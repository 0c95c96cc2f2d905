//! What happens to files on a disk that rots.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::corpus::forge::Files;
use crate::corpus::property::Random;

/// A kind of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Bits,
    Bytes,
    Cut,
    Sector,
    Page,
    Swapped,
    Removed,
    Older,
    Garbage,
}

impl Kind {
    pub(super) const ALL: [Self; 9] = [
        Self::Bits,
        Self::Bytes,
        Self::Cut,
        Self::Sector,
        Self::Page,
        Self::Swapped,
        Self::Removed,
        Self::Older,
        Self::Garbage,
    ];
}

/// What was done to a ledger's folder.
#[derive(Debug)]
pub(super) struct Damage {
    pub(super) kind: Kind,
    /// The files that are not what they were, with what they are now; none where there is none any more.
    pub(super) files: BTreeMap<String, Option<Vec<u8>>>,
}

/// Damages a file of a folder, of which all files are given, and those that an older one had. `None` if it would be as before.
pub(super) fn damage(
    random: &mut Random,
    folder: &Path,
    (files, older): (&Files, &Files),
    name: &str,
    kind: Kind,
) -> Option<Damage> {
    let mut bytes = files[name].clone();
    let mut changed = BTreeMap::new();
    match kind {
        Kind::Bits => {
            for _ in 0..1 + random.below(3) {
                let at = random.below(bytes.len().max(1));
                *bytes.get_mut(at)? ^= random.bit();
            }
        }
        Kind::Bytes => {
            let at = random.below(bytes.len().max(1));
            let end = bytes.len().min(at + 1 + random.below(40));
            bytes.get_mut(at..end)?.fill_with(|| random.below(256) as u8);
        }
        Kind::Cut => bytes.truncate(random.below(bytes.len().max(1))),
        Kind::Sector | Kind::Page => {
            let width = if kind == Kind::Sector { 512 } else { 4096 };
            let start = random.below(bytes.len().div_ceil(width).max(1)) * width;
            let end = bytes.len().min(start + width);
            bytes.get_mut(start..end)?.fill(0);
        }
        Kind::Swapped => {
            // Of the evidence with the evidence, of the index with the index.
            let alike = |other: &&String| *other != name && other.starts_with("index/") == name.starts_with("index/");
            let others: Vec<&String> = files.keys().filter(alike).collect();
            let other = others[random.below(others.len())];
            changed.insert(other.clone(), Some(bytes));
            bytes = files[other].clone();
        }
        Kind::Removed => {}
        Kind::Older => bytes = older.get(name)?.clone(),
        Kind::Garbage => bytes.extend((0..1 + random.below(700)).map(|_| random.below(256) as u8)),
    }
    changed.insert(name.to_owned(), (kind != Kind::Removed).then_some(bytes));
    changed.retain(|name, bytes| bytes.as_ref() != files.get(name));
    for (name, bytes) in &changed {
        match bytes {
            Some(bytes) => fs::write(folder.join(name), bytes).unwrap(),
            None => fs::remove_file(folder.join(name)).unwrap(),
        }
    }
    (!changed.is_empty()).then_some(Damage { kind, files: changed })
}
