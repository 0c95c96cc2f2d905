//! What the ledger's own entries say of a snapshot: their hashes, and who the operator is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::core::chain::{Chain, Mark};
use crate::core::entry::Entry;
use crate::core::event::{Event, KeyRotated};
use crate::core::hash::Hash;
use crate::core::key::PublicKey;
use crate::core::statement::{Rule, Statement, check_signatures};
use crate::core::text::{Origin, Slug};
use crate::core::tile::Tiler;

use super::Rejected;

/// What the bytes of an entry contain if it replaces a key: in canonical JSON a kind is written in no other way, and in
/// a text a quote is escaped.
const ROTATION: &[u8] = b"\"kind\":\"key_rotated\"";

static ROTATIONS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(ROTATION));

/// What the walk needs to know of an entry, which can be told of each alone, on any core.
#[derive(Clone, Debug)]
pub struct Glance {
    leaf: Hash,
    /// Its bytes, if it may say what the operator's key is.
    told: Option<Vec<u8>>,
}

impl Glance {
    /// Of the entry at that index.
    pub fn of(index: u64, bytes: &[u8]) -> Self {
        let tells = index == 0 || ROTATIONS.find(bytes).is_some();
        Self { leaf: Hash::leaf(bytes), told: tells.then(|| bytes.to_vec()) }
    }

    /// The entry's leaf hash.
    pub fn leaf(&self) -> Hash {
        self.leaf
    }
}

/// Walks the entries from the first on. Every one was hashed; looks into those that say what the operator's key is, which
/// are the opening and, each signed by the key before, its replacements.
#[derive(Debug, Default)]
pub struct Walk {
    tree: Tiler,
    head: Hash,
    opening: Option<Opening>,
    /// The sizes of which the ledger published checkpoints, and what the entries say of those that were reached.
    published: BTreeSet<u64>,
    marks: BTreeMap<u64, Mark>,
}

#[derive(Debug)]
struct Opening {
    origin: Origin,
    operator: Slug,
    key: PublicKey,
}

impl Walk {
    /// Before the first entry of a ledger that published checkpoints of these sizes.
    pub fn new(published: &BTreeSet<u64>) -> Self {
        Self { published: published.clone(), ..Self::default() }
    }

    /// Takes in the next entry.
    ///
    /// # Errors
    /// [`Rejected::OtherEntries`]: an opening or a change of the operator's key that no ledger has.
    pub fn push(&mut self, glance: &Glance) -> Result<(), Rejected> {
        match (&mut self.opening, &glance.told) {
            (None, told) => {
                let opening = told.as_deref().and_then(Opening::read);
                self.opening = Some(opening.ok_or(Rejected::OtherEntries)?);
            }
            (Some(opening), Some(told)) => opening.follow(told).ok_or(Rejected::OtherEntries)?,
            (Some(_), None) => {}
        }
        self.head = glance.leaf;
        let _full = self.tree.push(self.head);
        if self.published.contains(&self.size()) {
            let mark = Mark { root: self.tree.root(), operator: self.operator().copied() };
            self.marks.insert(self.size(), mark);
        }
        Ok(())
    }

    /// How many entries were taken in.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn tree(&self) -> &Tiler {
        &self.tree
    }

    pub(super) fn head(&self) -> Hash {
        self.head
    }

    /// The ledger's origin, after the first entry.
    pub fn origin(&self) -> Option<&Origin> {
        self.opening.as_ref().map(|opening| &opening.origin)
    }

    /// What the entries say of the sizes at which checkpoints were published.
    pub fn marks(&self) -> impl Iterator<Item = (u64, Mark)> {
        self.marks.iter().map(|(size, mark)| (*size, *mark))
    }

    /// The operator's key in force after the last entry.
    pub fn operator(&self) -> Option<&PublicKey> {
        self.opening.as_ref().map(|opening| &opening.key)
    }
}

impl Opening {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (mut chain, mut faults) = (Chain::new(), Vec::new());
        let _link = chain.extend(bytes, Rule::Cofactored, &mut faults);
        let state = chain.state().filter(|_| faults.is_empty())?;
        let registry = state.registry();
        let key = *registry.operator_keys().last()?;
        Some(Self { origin: state.origin().clone(), operator: registry.operator().clone(), key })
    }

    /// Follows the operator to its next key, if that is what the entry is about.
    fn follow(&mut self, bytes: &[u8]) -> Option<()> {
        let entry = Entry::parse(bytes).ok()?;
        let statement = Statement::parse(&entry.payload).ok()?;
        let Event::KeyRotated(KeyRotated { actor, old, new, .. }) = statement.event else { return Some(()) };
        if actor != self.operator {
            return Some(());
        }
        let mut faults = Vec::new();
        check_signatures(&entry.payload, &entry.signatures, Rule::Cofactored, &mut faults);
        let by_the_key_before = entry.signatures.first().is_some_and(|first| first.key == self.key.id());
        let lawful = faults.is_empty() && by_the_key_before && old == self.key && statement.author == self.operator;
        lawful.then(|| self.key = new)
    }
}
