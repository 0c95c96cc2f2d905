//! A ledger taken apart, to be written anew by whoever holds which of its keys.

use std::collections::BTreeMap;
use std::rc::Rc;

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::entry::Entry;
use candour::core::hash::Hash;
use candour::core::key::{KeyId, SecretKey};
use candour::core::merkle::Frontier;
use candour::core::receipt::Receipt;
use candour::core::statement::{KeyedSignature, pre_authentication_encoding};
use candour::core::time::Millis;
use candour::shell::receipts;
use candour::storage::memory_bundle::MemoryBundle;
use serde_json::Value;

use crate::corpus::forge::{Files, bundle, canonical, key, tiles, unbundle};

/// Secret keys, by their public halves.
pub type Ring = BTreeMap<[u8; 32], SecretKey>;

/// A ledger in the hands of somebody.
#[derive(Clone)]
pub struct Ledger {
    /// Whose.
    pub origin: String,
    /// Its entries, each as its bytes.
    pub entries: Vec<Vec<u8>>,
    /// The sizes of its checkpoints.
    pub sizes: Vec<u64>,
    /// Its attachments, by the names of their files.
    pub attachments: Files,
    /// The labels of the witnesses who cosign whatever they are asked to.
    pub accomplices: Vec<&'static str>,
    /// The checkpoints that were published, as they were signed: what is not rewritten keeps them.
    published: BTreeMap<u64, SignedCheckpoint>,
    ring: Rc<Ring>,
}

impl Ledger {
    /// Takes a bundle apart. `None` where that is no ledger with a checkpoint, all of it sealed and in one entry bundle.
    pub fn of(files: &Files, ring: Rc<Ring>) -> Option<Self> {
        let published = files.iter().filter_map(|(name, bytes)| {
            let size = name.strip_prefix("checkpoints/")?.parse().ok()?;
            Some((size, SignedCheckpoint::parse(bytes).ok()?))
        });
        let published: BTreeMap<u64, SignedCheckpoint> = published.collect();
        let (size, latest) = published.last_key_value()?;
        let entries = unbundle(files.get(&format!("tile/entries/000.p/{size}"))?);
        let attachments = files.iter().filter(|(name, _)| name.starts_with("attachments/"));
        let attachments = attachments.map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
        let origin = latest.checkpoint().origin.clone();
        let sizes = published.keys().copied().collect();
        Some(Self { origin, entries, sizes, attachments, accomplices: Vec::new(), published, ring })
    }

    /// The same, as if no checkpoint of it had been published.
    pub fn forgetting(self) -> Self {
        Self { published: BTreeMap::new(), ..self }
    }

    /// How many entries there are.
    pub fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    /// An entry, as it can be changed.
    pub fn entry(&self, index: usize) -> Entry {
        Entry::parse(&self.entries[index]).unwrap()
    }

    /// What its author says.
    pub fn statement(&self, index: usize) -> Value {
        serde_json::from_slice(&self.entry(index).payload).unwrap()
    }

    /// The key of its author.
    pub fn author(&self, index: usize) -> [u8; 32] {
        self.entry(index).signatures[0].key.0
    }

    /// The secret half of a key.
    pub fn secret(&self, key: &[u8; 32]) -> Option<&SecretKey> {
        self.ring.get(key)
    }

    /// The keys of the operator, each with the size from which on it signs.
    pub fn operators(&self) -> Vec<(u64, [u8; 32])> {
        let mut operators = Vec::new();
        let mut operator = Value::Null;
        for bytes in &self.entries {
            let Ok(entry) = Entry::parse(bytes) else { continue };
            let Ok(statement) = serde_json::from_slice::<Value>(&entry.payload) else { continue };
            let event = &statement["event"];
            let new = match event["kind"].as_str() {
                Some("ledger_opened") if operators.is_empty() => {
                    operator = event["operator"]["id"].clone();
                    (0, &event["operator"]["key"])
                }
                Some("key_rotated") if event["actor"] == operator => (entry.index + 1, &event["new"]),
                _ => continue,
            };
            let Some(Ok(key)) = new.1.as_str().map(hex::decode) else { continue };
            operators.extend(key.try_into().map(|key| (new.0, key)));
        }
        operators
    }

    /// The operator's key that signs a checkpoint of that size.
    pub fn operator(&self, size: u64) -> Option<[u8; 32]> {
        self.operators().into_iter().rfind(|(from, _)| *from <= size).map(|(_, key)| key)
    }

    /// Changes an entry as it stands; what follows no longer links to it.
    pub fn edit(&mut self, index: usize, change: impl FnOnce(&mut Entry)) {
        let mut entry = self.entry(index);
        change(&mut entry);
        self.entries[index] = entry.encode().unwrap();
    }

    /// Has an entry recorded at another time.
    pub fn record(&mut self, index: usize, unix_ms: u64) {
        self.edit(index, |entry| entry.recorded_at = Millis::from_unix_ms(unix_ms).unwrap());
    }

    /// Has an author say something else, signed again by all who had signed. `None` where a key of theirs is not there.
    pub fn say_again(&mut self, index: usize, change: impl FnOnce(&mut Value)) -> Option<()> {
        let mut statement = self.statement(index);
        change(&mut statement);
        let payload = canonical(&statement);
        let message = pre_authentication_encoding(&payload);
        let old = self.entry(index).signatures;
        let again = |keyed: &KeyedSignature| {
            Some(KeyedSignature { key: keyed.key, signature: self.secret(&keyed.key.0)?.sign(&message) })
        };
        let signatures = old.iter().map(again).collect::<Option<Vec<_>>>()?;
        self.edit(index, |entry| (entry.payload, entry.signatures) = (payload, signatures));
        Some(())
    }

    /// Numbers and links every entry anew. It takes no key.
    pub fn relink(&mut self) {
        for index in 0..self.entries.len() {
            self.link(index);
        }
    }

    fn link(&mut self, index: usize) {
        let previous = index.checked_sub(1).map_or(Hash::ZERO, |last| Hash::leaf(&self.entries[last]));
        self.edit(index, |entry| (entry.index, entry.previous) = (index as u64, previous));
    }

    /// Links everything anew, and has every author who had seen something have seen this history instead.
    pub fn see_again(&mut self) -> Option<()> {
        for index in 0..self.entries.len() {
            if let Some(size) = self.statement(index)["seen"]["size"].as_u64() {
                let root = self.root(size);
                self.say_again(index, |statement| statement["seen"]["root"] = root.to_string().into())?;
            }
            self.link(index);
        }
        Some(())
    }

    /// The root of the first `size` entries.
    pub fn root(&self, size: u64) -> Hash {
        self.entries.iter().take(size as usize).map(|entry| Hash::leaf(entry)).collect::<Frontier>().root()
    }

    /// Says that so many entries are promised, and no more; older promises stay, of whatever stands there now.
    pub fn promise(&mut self, size: u64) {
        self.sizes.retain(|older| *older < size);
        self.sizes.push(size);
    }

    /// The checkpoint of the first `size` entries: the one published if it is still true, else a new one, which takes the
    /// operator's key and is cosigned by the accomplices.
    pub fn checkpoint(&self, size: u64) -> Option<SignedCheckpoint> {
        let (origin, root) = (self.origin.clone(), self.root(size));
        let text = Checkpoint { origin, size, root };
        if let Some(published) = self.published.get(&size).filter(|published| *published.checkpoint() == text) {
            return Some(published.clone());
        }
        self.signed(text, self.secret(&self.operator(size)?)?)
    }

    /// A checkpoint that says what it is told to, by that key, and cosigned by the accomplices.
    pub fn signed(&self, text: Checkpoint, operator: &SecretKey) -> Option<SignedCheckpoint> {
        let mut checkpoint = SignedCheckpoint::sign(text, operator).ok()?;
        for witness in &self.accomplices {
            let line = cosigner(witness).cosign(&checkpoint, TIME + checkpoint.checkpoint().size).ok()?;
            checkpoint.add_signature(line).ok()?;
        }
        Some(checkpoint)
    }

    /// The bundle, written anew. `None` where it takes a key that is not there.
    pub fn files(&self) -> Option<Files> {
        let mut files = self.unsealed();
        let latest = self.sizes.last().copied()?;
        for size in &self.sizes {
            files.insert(format!("checkpoints/{size}"), self.checkpoint(*size)?.to_string().into());
        }
        files.insert("checkpoint".into(), files.get(&format!("checkpoints/{latest}"))?.clone());
        Some(files)
    }

    /// The bundle without its checkpoints. It takes no key.
    pub fn unsealed(&self) -> Files {
        let latest = self.sizes.last().map_or(0, |size| *size.min(&self.size()) as usize);
        let mut files = self.attachments.clone();
        files.extend(tiles(&self.entries[..latest]));
        if latest < self.entries.len() {
            files.insert("tail".into(), bundle(&self.entries));
        }
        files
    }

    /// The receipt of an entry.
    pub fn receipt(&self, index: u64) -> Option<Receipt> {
        let bundle: MemoryBundle = self.files()?.into_iter().collect();
        receipts::make(&bundle, index).ok()
    }
}

/// When checkpoints are cosigned, in seconds since 1970, and as many seconds later as they have entries.
const TIME: u64 = 1_767_400_000;

/// The witness of that label.
pub fn cosigner(label: &str) -> Cosigner {
    Cosigner::new(label, CosigningKey::Ed25519(key(label))).unwrap()
}

/// The keys of those labels.
pub fn ring(labels: &str) -> Rc<Ring> {
    Rc::new(labels.split_whitespace().map(|label| (id(label), key(label))).collect())
}

/// The public key of that label.
pub fn id(label: &str) -> [u8; 32] {
    let KeyId(id) = key(label).id();
    id
}
