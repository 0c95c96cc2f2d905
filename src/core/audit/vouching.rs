//! Who besides the operator vouches for which part of a ledger's history: for each stretch, the parties who would all
//! have to say otherwise before it could be rewritten.
//!
//! A witness vouches by its cosignature of a checkpoint, an author by the `seen` of a later statement, the reader by a
//! pin: each for all entries below the size that it names. Whoever vouches for more entries vouches for the first ones
//! too, so stretches are nested.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::core::cosignature::shown_time;
use crate::core::policy::Cosignature;
use crate::core::text::Slug;

/// Stretches that are told apart, at most: the first ones are otherwise told as one, by those who vouch for all of it.
pub const MAX_STRETCHES: usize = 64;
/// Authors that are named for one stretch, at most; the others are counted.
pub const MAX_AUTHORS_NAMED: usize = 64;

/// Consecutive entries for which the same parties vouch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// The policy's witnesses that cosigned a checkpoint over all of them, by name.
    pub witnesses: Vec<Vouched>,
    /// The authors of later statements whose `seen` covers all of them, by name, the first [`MAX_AUTHORS_NAMED`]; never
    /// the operator.
    pub authors: Vec<Author>,
    /// How many further authors do so.
    pub further_authors: usize,
    /// Whether a pin of the reader's covers all of them.
    pub pinned: bool,
}

/// A witness's word for a stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The name of the witness's key. Keys of one name are one party.
    pub name: String,
    /// The earliest and the latest time, in seconds since 1970, at which the witness cosigned a checkpoint over all of the
    /// stretch: the stretch existed by the first, if the witness's clock was right. None if it never named a time.
    pub times: Option<(u64, u64)>,
}

/// An author's word for a stretch.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Author {
    /// The actor.
    pub actor: Slug,
    /// The first entry by that actor whose `seen` covers all of the stretch.
    pub entry: u64,
}

impl Stretch {
    /// How many parties besides the operator vouch for it, the reader included.
    pub fn parties(&self) -> usize {
        self.witnesses.len() + self.authors.len() + self.further_authors + usize::from(self.pinned)
    }

    /// The earliest time by which a witness says that all of it existed, with the witness's name.
    pub fn existed_by(&self) -> Option<(u64, &str)> {
        self.witnesses.iter().filter_map(|witness| Some((witness.times?.0, witness.name.as_str()))).min()
    }
}

/// As in `candour verify --json`: entries are indices, times are RFC 3339 where they have a four-digit year.
impl Serialize for Stretch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let witnesses: Vec<_> = self.witnesses.iter().map(Shown).collect();
        let mut object = serializer.serialize_struct("Stretch", 7)?;
        object.serialize_field("first", &self.first)?;
        object.serialize_field("last", &self.last)?;
        object.serialize_field("parties", &self.parties())?;
        object.serialize_field("witnesses", &witnesses)?;
        object.serialize_field("authors", &self.authors)?;
        object.serialize_field("pinned", &self.pinned)?;
        object.serialize_field("existed_by", &self.existed_by().map(|(time, _)| shown_time(time)))?;
        object.end()
    }
}

struct Shown<'a>(&'a Vouched);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Vouched", 3)?;
        object.serialize_field("name", &self.0.name)?;
        object.serialize_field("from", &self.0.times.map(|(from, _)| shown_time(from)))?;
        object.serialize_field("to", &self.0.times.map(|(_, to)| shown_time(to)))?;
        object.end()
    }
}

/// An earliest and a latest time, if there is any.
type Times = Option<(u64, u64)>;

fn both(a: Times, b: Times) -> Times {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (one, other) => one.or(other),
    }
}

/// What was gathered so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Vouching {
    /// For each witness, the sizes that it cosigned, with the earliest and the latest time.
    witnesses: BTreeMap<String, BTreeMap<u64, Times>>,
    /// For each author, the sizes seen, each larger than those before, with the entry that says so.
    authors: BTreeMap<Slug, Vec<(u64, u64)>>,
    pinned: u64,
}

impl Vouching {
    /// Takes a valid cosignature of a valid checkpoint.
    pub(super) fn witness(&mut self, size: u64, cosignature: Cosignature) {
        let Cosignature { name, timestamp } = cosignature;
        // At 0 it says that the tree is one history with what the witness saw, and not when (tlog-cosignature).
        let time = (timestamp > 0).then_some((timestamp, timestamp));
        let times = self.witnesses.entry(name).or_default().entry(size).or_default();
        *times = both(*times, time);
    }

    /// Takes the `seen` of a faultless entry.
    pub(super) fn author(&mut self, actor: &Slug, size: u64, entry: u64) {
        match self.authors.get_mut(actor) {
            Some(seen) if seen.last().is_some_and(|(last, _)| *last >= size) => {}
            Some(seen) => seen.push((size, entry)),
            None => drop(self.authors.insert(actor.clone(), vec![(size, entry)])),
        }
    }

    /// Takes a pin that the ledger extends.
    pub(super) fn pin(&mut self, size: u64) {
        self.pinned = self.pinned.max(size);
    }

    /// The stretches of a ledger of that size, in order. All of its entries are in one.
    pub(super) fn stretches(&self, size: u64) -> Vec<Stretch> {
        let largest = |sizes: &BTreeMap<u64, Times>| sizes.last_key_value().map_or(0, |(size, _)| *size);
        let mut ends: Vec<u64> = self.witnesses.values().map(largest).collect();
        ends.extend(self.authors.values().filter_map(|seen| seen.last()).map(|(size, _)| *size));
        ends.extend([self.pinned, size]);
        ends.retain(|end| (1..=size).contains(end));
        ends.sort_unstable();
        ends.dedup();
        ends.drain(..ends.len().saturating_sub(MAX_STRETCHES));
        let starts = [0].into_iter().chain(ends.iter().copied());
        starts.zip(ends.iter().copied()).map(|(start, end)| self.stretch(start, end)).collect()
    }

    /// The entries from `start` up to `end`.
    fn stretch(&self, start: u64, end: u64) -> Stretch {
        let witnesses = self.witnesses.iter().filter_map(|(name, sizes)| {
            let times = sizes.range(end..).map(|(_, times)| *times);
            Some(Vouched { name: name.clone(), times: times.reduce(both)? })
        });
        let authors = self.authors.iter().filter_map(|(actor, seen)| {
            let (_, entry) = seen.get(seen.partition_point(|(size, _)| *size < end))?;
            Some(Author { actor: actor.clone(), entry: *entry })
        });
        let mut authors: Vec<_> = authors.collect();
        let further_authors = authors.len().saturating_sub(MAX_AUTHORS_NAMED);
        authors.truncate(MAX_AUTHORS_NAMED);
        Stretch {
            first: start,
            last: end.saturating_sub(1),
            witnesses: witnesses.collect(),
            authors,
            further_authors,
            pinned: self.pinned >= end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(name: &str) -> Slug {
        name.parse().unwrap()
    }

    /// The stretches in short: first to last, the parties, and by when it existed.
    fn told(vouching: &Vouching, size: u64) -> Vec<String> {
        let stretches = vouching.stretches(size).into_iter().map(|stretch| {
            let witnesses = stretch.witnesses.iter().map(|w| {
                let (from, to) = w.times.unwrap_or_default();
                format!("{}@{from}-{to}", w.name)
            });
            let authors = stretch.authors.iter().map(|author| format!("{}#{}", author.actor, author.entry));
            let pin = stretch.pinned.then(|| "pin".to_owned());
            let parties: Vec<_> = witnesses.chain(authors).chain(pin).collect();
            assert_eq!(stretch.parties(), parties.len());
            let by = stretch.existed_by().map_or_else(String::new, |(time, who)| format!(" by {time} {who}"));
            format!("{}-{} {}{by}", stretch.first, stretch.last, parties.join(" "))
        });
        stretches.collect()
    }

    #[test]
    fn stretches_are_nested_and_name_all_who_vouch() {
        let mut vouching = Vouching::default();
        assert_eq!(told(&vouching, 0), [""; 0]);
        assert_eq!(told(&vouching, 3), ["0-2 "]);
        let cosigned = |name: &str, timestamp| Cosignature { name: name.to_owned(), timestamp };
        vouching.witness(4, cosigned("w1", 100));
        vouching.witness(9, cosigned("w1", 300));
        vouching.witness(9, cosigned("w1", 250));
        vouching.witness(4, cosigned("w2", 90));
        vouching.author(&slug("charity"), 4, 5);
        vouching.author(&slug("charity"), 4, 6);
        vouching.author(&slug("charity"), 7, 8);
        vouching.author(&slug("charity"), 4, 10);
        vouching.pin(2);
        assert_eq!(
            told(&vouching, 12),
            [
                "0-1 w1@100-300 w2@90-90 charity#5 pin by 90 w2",
                "2-3 w1@100-300 w2@90-90 charity#5 by 90 w2",
                "4-6 w1@250-300 charity#8 by 250 w1",
                "7-8 w1@250-300 by 250 w1",
                "9-11 ",
            ]
        );
    }

    #[test]
    fn many_authors_make_neither_many_stretches_nor_long_ones() {
        let mut vouching = Vouching::default();
        let many = 2 * MAX_STRETCHES as u64;
        (1..=many).for_each(|size| vouching.author(&slug(&format!("author-{size:03}")), size, many + size));
        let stretches = vouching.stretches(many);
        assert_eq!(stretches.len(), MAX_STRETCHES);
        let told: Vec<_> = stretches.iter().map(|s| (s.first, s.last, s.authors.len(), s.parties())).collect();
        // The first stretch is told by those who vouch for all of it, which is fewer than vouch for its first entry.
        assert_eq!(told[0], (0, 64, 64, 64));
        assert_eq!(told[1], (65, 65, 63, 63));
        let mut vouching = Vouching::default();
        (0..70).for_each(|number| vouching.author(&slug(&format!("author-{number}")), 1, 2));
        let [stretch] = vouching.stretches(1).try_into().unwrap();
        assert_eq!((stretch.authors.len(), stretch.further_authors, stretch.parties()), (MAX_AUTHORS_NAMED, 6, 70));
    }

    #[test]
    fn what_is_beyond_the_ledger_does_not_stretch_it() {
        let mut vouching = Vouching::default();
        vouching.witness(u64::MAX, Cosignature { name: "w".into(), timestamp: 1 });
        vouching.pin(2);
        assert_eq!(told(&vouching, 2), ["0-1 w@1-1 pin by 1 w"]);
        vouching.witness(2, Cosignature { name: "timeless".into(), timestamp: 0 });
        assert_eq!(told(&vouching, 2), ["0-1 timeless@0-0 w@1-1 pin by 1 w"], "no time is not the first time");
        assert_eq!(shown_time(1), "1970-01-01T00:00:01Z");
        assert_eq!(shown_time(u64::MAX), format!("{} seconds after 1970", u64::MAX));
    }
}
