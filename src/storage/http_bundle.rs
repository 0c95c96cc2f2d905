//! A bundle that a web server serves: a ledger as of the checkpoint that was there when it was opened.
//!
//! A web server lists nothing. Which files there are follows from the checkpoint's size, and which checkpoints were
//! published from the file `checkpoints/sizes`; where there is none, from a first pass over the entries, which name those
//! that somebody saw. Either is a hint: what it leads to is judged like any file.
//!
//! What a server does not hand over is no evidence: it may be there a moment later, or for somebody else. Every failure
//! to hand over a file is [`Trouble::Io`]; bytes that are wrong are for the audit to judge.
//!
//! In memory are the names, of at most [`MAX_HTTP_FILES`] files, and one file of at most
//! [`MAX_ENTRY_BUNDLE_BYTES`]; attachments are read as they come.

mod page;
mod survey;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::PathBuf;

use super::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, MAX_FILE_BYTES, Trouble};
use super::http::{Answer, Client, HttpError, Patience};
use super::layout::{ATTACHMENTS, SIZES};
use super::name;
use crate::core::audit::{CHECKPOINT, CHECKPOINTS, attachment_name, checkpoint_size};
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};

use page::{Page, is_html};
use survey::Survey;

/// Most files of a ledger that is read over HTTP, its attachments aside: enough for 130 million entries.
pub const MAX_HTTP_FILES: u64 = 1 << 20;
/// Most checkpoints of a ledger that is read over HTTP.
pub const MAX_HTTP_CHECKPOINTS: usize = 1 << 17;
/// Bytes of a line of the listing, at most: 19 digits and the line feed.
pub const MAX_LISTING_LINE: u64 = 20;

/// Whether that is a URL that a bundle can be read from.
pub fn is_url(path: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| path.starts_with(scheme))
}

/// A bundle that a web server serves.
#[derive(Debug)]
pub struct HttpBundle {
    client: Client,
    /// Without a slash at its end.
    base: String,
    checkpoint: Vec<u8>,
    size: u64,
    sizes: BTreeSet<u64>,
    /// Whether the sizes are those of the server's listing.
    listed: bool,
    /// With the longest length that an entry gives each.
    attachments: BTreeMap<Hash, u64>,
}

impl HttpBundle {
    /// Opens the ledger at a URL: reads its checkpoint, and finds out which others there are.
    ///
    /// # Errors
    /// [`Trouble::Io`] where the server does not answer, has no ledger there, or one of more files than
    /// [`MAX_HTTP_FILES`]; `note-malformed`, `checkpoint-malformed`: what it serves as `checkpoint` is none.
    pub fn open(url: &str) -> Result<Self, Trouble> {
        Self::open_with(url, Client::new(Patience::default()))
    }

    /// As [`HttpBundle::open`], with a client of one's own.
    ///
    /// # Errors
    /// Those of [`HttpBundle::open`].
    pub fn open_with(url: &str, client: Client) -> Result<Self, Trouble> {
        let base = url.trim_end_matches('/');
        if !is_url(url)
            || base.contains(['?', '#', '@'])
            || base.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(trouble(url, "expected http:// or https://, a host and a path, and nothing else"));
        }
        let (checkpoint, sizes, attachments) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        let mut bundle = Self { client, base: base.to_owned(), checkpoint, size: 0, sizes, listed: false, attachments };
        bundle.checkpoint = bundle.must(CHECKPOINT, MAX_NOTE_BYTES as u64)?;
        let parsed = SignedCheckpoint::parse(&bundle.checkpoint).map_err(|fault| fault.in_file(CHECKPOINT))?;
        bundle.size = parsed.checkpoint().size;
        let files = file_count(bundle.size);
        if files > MAX_HTTP_FILES {
            let words = format!("expected a ledger of at most {MAX_HTTP_FILES} files, found one of {files}");
            return Err(trouble(&bundle.url(CHECKPOINT), &words));
        }
        match bundle.listing()? {
            Some(sizes) => (bundle.sizes, bundle.listed) = (sizes, true),
            None => {
                let found = Survey::of(&bundle)?;
                bundle.sizes = bundle.there(found.sizes)?;
            }
        }
        Ok(bundle)
    }

    /// With the attachments that its entries name among its names, which takes a pass over the entries.
    ///
    /// # Errors
    /// What the server or its files say.
    pub fn with_attachments(mut self) -> Result<Self, Trouble> {
        self.attachments = Survey::of(&self)?.attachments;
        Ok(self)
    }

    fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.base)
    }

    /// A file, if the server has it.
    fn fetch(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Trouble> {
        let url = self.url(name);
        match self.client.get(&url, limit)? {
            answer if answer.status == 200 && is_page(&answer) => Err(trouble(&url, page::FOUND)),
            Answer { status: 200, body, .. } => Ok(Some(body)),
            Answer { status: 404 | 410, .. } => Ok(None),
            Answer { status, .. } => Err(HttpError::Status { url, status }.into()),
        }
    }

    /// A file that the checkpoint says the server has.
    fn must(&self, name: &str, limit: u64) -> Result<Vec<u8>, Trouble> {
        self.fetch(name, limit)?.ok_or_else(|| self.absent(name))
    }

    fn absent(&self, name: &str) -> Trouble {
        let words = "expected a file that the ledger has, found none (status 404)";
        Trouble::Io { path: self.url(name).into(), source: io::Error::new(io::ErrorKind::NotFound, words) }
    }

    /// A hash tile or an entry bundle; where the partial one has gone, what the full one has of it.
    fn tile(&self, tile: &Tile) -> Result<Vec<u8>, Trouble> {
        let name = tile.path();
        let mut found = self.fetch(&name, MAX_ENTRY_BUNDLE_BYTES)?;
        if found.as_ref().is_some_and(|bytes| !is_whole(tile, bytes)) {
            // It may have been cut short on the way; what comes the second time is what the server has.
            found = self.fetch(&name, MAX_ENTRY_BUNDLE_BYTES)?;
        }
        match found {
            Some(bytes) => Ok(bytes),
            None if tile.width < TILE_WIDTH => {
                let full = Tile { width: TILE_WIDTH, ..*tile };
                let bytes = self.fetch(&full.path(), MAX_ENTRY_BUNDLE_BYTES)?;
                bytes.map(|bytes| tile.cut(bytes)).ok_or_else(|| self.absent(&name))
            }
            None => Err(self.absent(&name)),
        }
    }

    /// The entries of an entry bundle, in which nobody may have seen a checkpoint that is not known here: whether the ledger
    /// published it could not be judged.
    fn entries(&self, tile: &Tile) -> Result<Vec<u8>, Trouble> {
        let bytes = self.tile(tile)?;
        let mut seen = Survey::default();
        seen.take(tile, &bytes);
        match seen.sizes.iter().find(|size| !self.sizes.contains(size)) {
            None => Ok(bytes),
            Some(size) => {
                let url = self.url(&format!("{CHECKPOINTS}{size}"));
                let by = if self.listed { "the server's listing does not name" } else { "the server does not have" };
                Err(trouble(&url, &format!("an entry of {} has seen this checkpoint, which {by}", tile.path())))
            }
        }
    }

    /// An attachment, read as it comes: one of more than `most` bytes cannot be had, and `limit` of them are handed over at
    /// most, for which no more are read unless it comes as a page.
    fn attachment(&self, name: &str, sha256: Hash, most: u64, limit: u64) -> Result<Box<dyn Read + Send>, Trouble> {
        let stream = self.client.stream(&self.url(name), most)?.ok_or_else(|| self.absent(name))?;
        Ok(match stream.content_type().is_some_and(is_html) {
            true => Box::new(Page::new(stream, sha256, limit)),
            false => Box::new(stream.take(limit)),
        })
    }

    /// The sizes that the server lists, up to that of the checkpoint; none if it has no such list.
    fn listing(&self) -> Result<Option<BTreeSet<u64>>, Trouble> {
        let limit = MAX_HTTP_CHECKPOINTS as u64 * MAX_LISTING_LINE;
        let url = self.url(SIZES);
        let answer = self.client.get(&url, limit)?;
        if answer.status != 200 {
            // Servers refuse in many ways what is not there.
            return Ok(None);
        }
        let Ok(text) = String::from_utf8(answer.body) else { return Ok(None) };
        let mut sizes = BTreeSet::new();
        for line in text.split_inclusive('\n') {
            match line.strip_suffix('\n').and_then(checkpoint_size) {
                Some(size) if sizes.last().is_none_or(|last| *last < size) => drop(sizes.insert(size)),
                _ => return Ok(None),
            }
            if sizes.len() > MAX_HTTP_CHECKPOINTS {
                let words = format!("expected a list of at most {MAX_HTTP_CHECKPOINTS} checkpoints, found more");
                return Err(trouble(&url, &words));
            }
        }
        // What is newer was published since the checkpoint was read.
        sizes.retain(|size| *size <= self.size);
        Ok(Some(sizes))
    }

    /// Those of the sizes of which the server has checkpoints.
    fn there(&self, seen: BTreeSet<u64>) -> Result<BTreeSet<u64>, Trouble> {
        let mut sizes = BTreeSet::new();
        for size in seen.into_iter().chain([self.size]).filter(|size| (1..=self.size).contains(size)) {
            if self.fetch(&format!("{CHECKPOINTS}{size}"), MAX_NOTE_BYTES as u64)?.is_some() {
                sizes.insert(size);
            }
        }
        Ok(sizes)
    }
}

impl Bundle for HttpBundle {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        let checkpoints = self.sizes.iter().map(|size| format!("{CHECKPOINTS}{size}"));
        let mut names: Vec<String> = tile::tiles(self.size).map(|tile| tile.path()).collect();
        names.extend(checkpoints.chain([CHECKPOINT.to_owned()]));
        names.extend(self.attachments.keys().map(attachment_name));
        names.sort_unstable();
        Ok(names)
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        name::check(name)?;
        if name == CHECKPOINT {
            return Ok(Some(Box::new(self.checkpoint.as_slice())));
        }
        if let Some(sha256) = name.strip_prefix(ATTACHMENTS).and_then(Hash::from_hex) {
            let limit = self.attachments.get(&sha256).copied().unwrap_or(MAX_FILE_BYTES).min(MAX_FILE_BYTES);
            return self.attachment(name, sha256, limit, u64::MAX).map(Some);
        }
        let sized = name.strip_prefix(CHECKPOINTS).and_then(checkpoint_size);
        let bytes = if sized.is_some_and(|size| self.sizes.contains(&size)) {
            self.must(name, MAX_NOTE_BYTES as u64)?
        } else {
            match Tile::parse(name).filter(|tile| is_of(tile, self.size)) {
                Some(tile) if tile.kind == TileKind::Entries => self.entries(&tile)?,
                Some(tile) => self.tile(&tile)?,
                None => return Ok(None),
            }
        };
        Ok(Some(Box::new(io::Cursor::new(bytes))))
    }

    fn open_up_to(&self, name: &str, limit: u64) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        match name.strip_prefix(ATTACHMENTS).and_then(Hash::from_hex) {
            Some(sha256) => self.attachment(name, sha256, MAX_FILE_BYTES, limit).map(Some),
            None => self.open(name),
        }
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.url(name).into()
    }

    fn unseen(&self) -> Vec<String> {
        let mut unseen =
            vec!["files that the checkpoint's size does not need: a web server does not list them".to_owned()];
        unseen.push(if self.listed {
            format!("checkpoints that {SIZES} does not name, and whether they came in time: it is the server's word")
        } else {
            format!("checkpoints that no entry names, and whether they came in time: the server has no {SIZES}")
        });
        unseen
    }

    /// Never: a list is the server's word, and nobody is to be found late on that.
    fn lists_checkpoints(&self) -> bool {
        false
    }
}

fn trouble(url: &str, words: &str) -> Trouble {
    Trouble::Io { path: url.into(), source: io::Error::other(words.to_owned()) }
}

/// Whether the server answered with a page for people, whatever its status says.
fn is_page(answer: &Answer) -> bool {
    answer.content_type.as_deref().is_some_and(is_html)
}

/// How many hash tiles and entry bundles a tree of that size has.
fn file_count(size: u64) -> u64 {
    let levels = (0..8).map(|level| size >> (8 * level));
    levels.chain([size]).map(|hashes| hashes.div_ceil(TILE_WIDTH.into())).fold(0, u64::saturating_add)
}

/// Whether a tree of that size has that tile, in that width.
fn is_of(tile: &Tile, size: u64) -> bool {
    let hashes = match tile.kind {
        TileKind::Hashes(level) if level < 8 => size >> (8 * level),
        TileKind::Hashes(_) => 0,
        TileKind::Entries => size,
    };
    let before = tile.index.saturating_mul(TILE_WIDTH.into());
    hashes.saturating_sub(before).min(TILE_WIDTH.into()) == u64::from(tile.width)
}

/// Whether the bytes are as many, or as many entries, as the tile has.
fn is_whole(tile: &Tile, bytes: &[u8]) -> bool {
    match tile.kind {
        TileKind::Hashes(_) => bytes.len() == usize::from(tile.width) * Hash::LENGTH,
        TileKind::Entries => tile.entries(bytes).is_ok(),
    }
}

#[cfg(test)]
mod tests;
