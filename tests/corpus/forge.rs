//! A ledger made by hand: the operator who seals whatever it likes, with the operator's keys.
//!
//! Nothing here asks the law or the chain. Statements are JSON values, entries are bytes; only encodings and hashes are
//! the library's.

use std::collections::BTreeMap;

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::entry::Entry;
use candour::core::hash::Hash;
use candour::core::key::SecretKey;
use candour::core::statement::{KeyedSignature, pre_authentication_encoding};
use candour::core::tile::{TILE_WIDTH, Tile, TileKind, Tiler, push_entry};
use candour::core::time::{Millis, Time};
use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::{EdwardsPoint, Scalar};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

/// The files of a bundle by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The ledger's origin.
pub const ORIGIN: &str = "candour.example/corpus";
/// When entry 0 is issued, in seconds since 1970: 2026-01-01T00:00:00Z. Every later one an hour after the one before.
pub const START: u64 = 1_767_225_600;
/// Seconds from one entry to the next.
pub const STEP: u64 = 3_600;
/// Milliseconds that the ledger takes to record a statement.
pub const LAG_MS: u64 = 250;

/// The secret key of that label. Labels are names for people; the bytes follow from them.
pub fn key(label: &str) -> SecretKey {
    SecretKey::from_seed(&Hash::of(label.as_bytes()).0)
}

/// A signature by that key which the cofactored rule takes and the strict one does not: its point is off by one of order 8.
pub fn disputed(label: &str, message: &[u8]) -> [u8; 64] {
    let (secret, once) = (key(label).as_dalek().to_scalar(), Scalar::from(7_u64));
    let point = (EdwardsPoint::mul_base(&once) + EIGHT_TORSION[1]).compress().0;
    let public = key(label).public().unwrap().to_bytes();
    let challenge = Sha512::new().chain_update(point).chain_update(public).chain_update(message).finalize();
    let response = once + Scalar::from_bytes_mod_order_wide(&challenge.into()) * secret;
    [point, response.to_bytes()].concat().try_into().unwrap()
}

/// Its public half, in hex.
pub fn public(label: &str) -> String {
    key(label).public().unwrap().to_string()
}

/// The signatures on a payload by the keys of those labels, in that order.
pub fn sign(payload: &[u8], keys: &str) -> Vec<KeyedSignature> {
    let message = pre_authentication_encoding(payload);
    let signature = |label: &str| {
        let key = key(label);
        KeyedSignature { key: key.public().unwrap().id(), signature: key.sign(&message) }
    };
    keys.split_whitespace().map(signature).collect()
}

/// The canonical bytes of a statement.
pub fn canonical(statement: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(statement).unwrap()
}

/// The time so many seconds after 1970, as statements write it.
pub fn time(unix: u64) -> String {
    Time::from_unix(unix).unwrap().to_string()
}

/// A ledger in the making.
#[derive(Clone)]
pub struct Forger {
    /// Whose ledger.
    pub origin: &'static str,
    /// The entries, each as its bytes.
    pub entries: Vec<Vec<u8>>,
    /// The sizes at which checkpoints are published.
    pub seals: Vec<u64>,
    /// The labels of the operator's keys, each with the size from which on it signs checkpoints.
    pub operators: Vec<(u64, &'static str)>,
    /// The contents of attachments.
    pub attachments: Vec<Vec<u8>>,
    /// The next `nth` of each key, by label.
    nth: BTreeMap<String, u64>,
}

impl Forger {
    /// A ledger without entries, whose operator has the key of that label.
    pub fn new(origin: &'static str, operator: &'static str) -> Self {
        let (entries, seals, attachments) = Default::default();
        Self { origin, entries, seals, operators: vec![(0, operator)], attachments, nth: BTreeMap::new() }
    }

    /// How many entries there are.
    pub fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    /// When the next statement is issued, in seconds since 1970.
    pub fn now(&self) -> u64 {
        START + self.size() * STEP
    }

    /// The author says something, signed by the keys of those labels: the author's first, then co-signers'.
    pub fn say(&mut self, author: &str, keys: &str, event: Value) -> &mut Self {
        let statement = self.statement(author, keys, event);
        self.file(&statement, keys)
    }

    /// As [`Self::say`], by somebody who had verified the checkpoint of that size.
    pub fn say_having_seen(&mut self, size: u64, author: &str, keys: &str, event: Value) -> &mut Self {
        let root = self.tree(size).root();
        self.change_and_say(author, keys, event, |statement| statement["seen"] = json!({"root": root, "size": size}))
    }

    /// As [`Self::say`], with the statement changed before it is signed.
    pub fn change_and_say(
        &mut self,
        author: &str,
        keys: &str,
        event: Value,
        change: impl FnOnce(&mut Value),
    ) -> &mut Self {
        let mut statement = self.statement(author, keys, event);
        change(&mut statement);
        self.file(&statement, keys)
    }

    /// The next statement of that author, counted under the first of the keys.
    pub fn statement(&mut self, author: &str, keys: &str, event: Value) -> Value {
        let first = keys.split_whitespace().next().unwrap_or_default();
        let issued_at = time(self.now());
        let nth = self.nth.entry(first.to_owned()).or_default();
        *nth += 1;
        json!({"author": author, "event": event, "issued_at": issued_at, "ledger": self.origin, "nth": *nth - 1})
    }

    /// Appends a statement with signatures by those keys.
    pub fn file(&mut self, statement: &Value, keys: &str) -> &mut Self {
        let payload = canonical(statement);
        let signatures = sign(&payload, keys);
        self.place(payload, signatures)
    }

    /// Appends whatever bytes were signed.
    pub fn place(&mut self, payload: Vec<u8>, signatures: Vec<KeyedSignature>) -> &mut Self {
        let recorded_at = Millis::from_unix_ms(self.now() * 1000 + LAG_MS).unwrap();
        let previous = self.entries.last().map_or(Hash::ZERO, |last| Hash::leaf(last));
        let entry = Entry { index: self.size(), recorded_at, previous, payload, signatures };
        self.entries.push(entry.encode().unwrap());
        self
    }

    /// Changes an entry, as it stands; what follows it no longer links to it.
    pub fn edit(&mut self, index: usize, change: impl FnOnce(&mut Entry)) -> &mut Self {
        let mut entry = Entry::parse(&self.entries[index]).unwrap();
        change(&mut entry);
        self.entries[index] = entry.encode().unwrap();
        self
    }

    /// Numbers and links every entry anew.
    pub fn relink(&mut self) -> &mut Self {
        for index in 0..self.entries.len() {
            let previous = index.checked_sub(1).map_or(Hash::ZERO, |last| Hash::leaf(&self.entries[last]));
            self.edit(index, |entry| (entry.index, entry.previous) = (index as u64, previous));
        }
        self
    }

    /// Publishes a checkpoint of all entries.
    pub fn seal(&mut self) -> &mut Self {
        self.seals.push(self.size());
        self
    }

    /// The tree of the first `size` entries.
    pub fn tree(&self, size: u64) -> Tiler {
        let mut tree = Tiler::new();
        self.entries.iter().take(size as usize).for_each(|entry| drop(tree.push(Hash::leaf(entry))));
        tree
    }

    /// The label of the operator's key at that size.
    pub fn operator(&self, size: u64) -> &'static str {
        let (_, label) = self.operators.iter().rfind(|(from, _)| *from <= size).unwrap();
        label
    }

    /// The checkpoint of the first `size` entries.
    pub fn checkpoint(&self, size: u64) -> SignedCheckpoint {
        self.signed(size, self.tree(size).root(), self.operator(size))
    }

    /// A checkpoint that says what it is told to say.
    pub fn signed(&self, size: u64, root: Hash, label: &str) -> SignedCheckpoint {
        SignedCheckpoint::sign(Checkpoint { origin: self.origin.to_owned(), size, root }, &key(label)).unwrap()
    }

    /// The bundle: the checkpoints, the tiles and entry bundles of the latest, a `tail` if there are entries beyond it,
    /// and the attachments.
    pub fn files(&self) -> Files {
        let attachments = self.attachments.iter();
        let mut files: Files =
            attachments.map(|bytes| (format!("attachments/sha256/{}", Hash::of(bytes)), bytes.clone())).collect();
        for size in &self.seals {
            files.insert(format!("checkpoints/{size}"), self.checkpoint(*size).to_string().into());
        }
        let latest = self.seals.last().copied().unwrap_or(0);
        if latest > 0 {
            files.insert("checkpoint".into(), self.checkpoint(latest).to_string().into());
            self.add_tiles(&mut files, latest);
        }
        if self.size() > latest {
            self.add_tail(&mut files);
        }
        files
    }

    /// Adds the tiles and entry bundles of that size.
    pub fn add_tiles(&self, files: &mut Files, size: u64) {
        files.extend(tiles(self.entries.get(..size as usize).unwrap()));
    }

    /// Adds `tail`: the entries after the last full entry bundle.
    pub fn add_tail(&self, files: &mut Files) {
        let full = self.entries.len() - self.entries.len() % usize::from(TILE_WIDTH);
        files.insert("tail".into(), bundle(&self.entries[full..]));
    }
}

/// The tiles and entry bundles of those entries.
pub fn tiles(entries: &[Vec<u8>]) -> Files {
    let (mut files, mut tree) = (Files::new(), Tiler::new());
    for entry in entries {
        files.extend(tree.push(Hash::leaf(entry)).into_iter().map(|(tile, bytes)| (tile.path(), bytes)));
    }
    files.extend(tree.partial().map(|(tile, bytes)| (tile.path(), bytes)));
    for (index, entries) in (0..).zip(entries.chunks(TILE_WIDTH.into())) {
        let tile = Tile { kind: TileKind::Entries, index, width: entries.len() as u16 };
        files.insert(tile.path(), bundle(entries));
    }
    files
}

/// Entries as an entry bundle.
pub fn bundle(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bundle = Vec::new();
    entries.iter().for_each(|entry| push_entry(&mut bundle, entry).unwrap());
    bundle
}

/// The entries of an entry bundle.
pub fn unbundle(bundle: &[u8]) -> Vec<Vec<u8>> {
    candour::core::tile::split(bundle).map(|entry| entry.unwrap().to_vec()).collect()
}
