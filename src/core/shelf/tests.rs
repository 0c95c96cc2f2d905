//! A shelf held against a map in memory, with so small a table that runs are written and merged all the time; and a scratch
//! that fails.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::run::{Reader, Writer};
use super::*;
use crate::core::hash::Hash;
use crate::core::text::{DocumentId, Slug};

/// A scratch in memory, which fails from one call on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    calls: Arc<AtomicU64>,
    /// The call that fails first, from 1; 0 for none.
    fails: u64,
    /// Whether it gives back other bytes.
    lies: bool,
}

#[derive(Debug)]
struct Page(Memory, Mutex<Vec<u8>>);

impl Memory {
    pub fn failing(fails: u64) -> Self {
        Self { fails, ..Self::default() }
    }

    /// How often it was asked for something.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    fn call(&self) -> io::Result<()> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if self.fails > 0 && call >= self.fails { Err(io::Error::other("no more space")) } else { Ok(()) }
    }
}

impl Space for Memory {
    fn sheet(&self) -> io::Result<Box<dyn Sheet>> {
        self.call()?;
        Ok(Box::new(Page(self.clone(), Mutex::default())))
    }
}

impl Sheet for Page {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.call()?;
        self.1.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.call()?;
        let bytes = self.1.lock().unwrap();
        let found = bytes.get(offset as usize..).and_then(|rest| rest.get(..into.len()));
        into.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        if self.0.lies {
            into.iter_mut().for_each(|byte| *byte = byte.wrapping_mul(31).wrapping_add(7));
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u16, u32),
    Remove(u16),
    Change(u16),
    Find(u16),
    From(u16),
    Compare,
    /// Goes on with a clone, and holds the original, which must not change, against a copy of the map.
    Clone,
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0..400_u16;
    prop_oneof![
        8 => (key.clone(), any::<u32>()).prop_map(|(key, value)| Step::Insert(key, value)),
        2 => key.clone().prop_map(Step::Remove),
        2 => key.clone().prop_map(Step::Change),
        4 => key.clone().prop_map(Step::Find),
        1 => key.prop_map(Step::From),
        1 => Just(Step::Compare),
        1 => Just(Step::Clone),
    ]
}

/// Keys of several lengths, of which some begin others.
fn id(key: u16) -> DocumentId {
    format!("actor-{}/d{}", key % 3, "-x".repeat(usize::from(key % 5)) + &key.to_string()).parse().unwrap()
}

impl Stored for u32 {
    fn put(&self, bytes: &mut Vec<u8>) {
        put_number(bytes, u64::from(*self));
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        let number = fields.number()?;
        fields.end(number.try_into().ok()?)
    }
}

/// Does the same to a shelf and a map.
fn follow<K: Key + std::fmt::Debug>(steps: &[Step], key: impl Fn(u16) -> K, table_bytes: usize) {
    let scratch = Scratch::with_tables(Memory::default(), table_bytes);
    let mut shelf: Shelf<K, u32> = Shelf::kept_in(&scratch);
    let mut map: BTreeMap<K, u32> = BTreeMap::new();
    let mut earlier = Vec::new();
    for step in steps {
        match step {
            Step::Insert(of, value) => {
                shelf.insert(key(*of), *value);
                map.insert(key(*of), *value);
            }
            Step::Remove(of) => {
                shelf.remove(&key(*of));
                map.remove(&key(*of));
            }
            Step::Change(of) => {
                shelf.change(&key(*of), |value| *value = value.wrapping_add(1));
                map.entry(key(*of)).and_modify(|value| *value = value.wrapping_add(1));
            }
            Step::Find(of) => assert_eq!(shelf.find(&key(*of)), map.get(&key(*of)).copied()),
            Step::From(of) => {
                let expected = map.range(key(*of)..).map(|(key, value)| (key.clone(), *value));
                assert!(shelf.range_from(&key(*of)).eq(expected));
            }
            Step::Compare => assert_eq!(shelf, map.clone().into_iter().collect()),
            Step::Clone => {
                let clone = shelf.clone();
                earlier.push((std::mem::replace(&mut shelf, clone), map.clone()));
            }
        }
    }
    earlier.push((shelf, map));
    for (shelf, map) in earlier {
        assert!(shelf.iter().eq(map.into_iter()));
    }
    assert!(scratch.failure().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_shelf_is_a_map(steps in prop::collection::vec(step(), 0..600), table_bytes in 0..2_000_usize) {
        follow(&steps, id, table_bytes);
        follow(&steps, u64::from, table_bytes);
        follow(&steps, |of| (u64::from(of / 7), u64::from(of % 7)), table_bytes);
    }

    #[test]
    fn bytes_that_are_no_record_are_none(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut fields = Fields::of(&bytes);
        let _ = fields.number();
        let _ = (DocumentId::take(&bytes), u64::take(&bytes), <(u64, u64)>::take(&bytes), Slug::take(&bytes));
    }
}

/// Many keys in no order, a removal now and then, and what is found of all of them.
fn story(scratch: &Scratch) -> (Vec<Option<u32>>, Vec<(DocumentId, u32)>) {
    let mut shelf = Shelf::kept_in(scratch);
    for n in 0..1_200_u32 {
        shelf.insert(id((n.wrapping_mul(7_919) % 400) as u16), n);
        if n % 13 == 0 {
            shelf.remove(&id((n % 400) as u16));
        }
    }
    ((0..450).map(|key| shelf.find(&id(key))).collect(), shelf.iter().collect())
}

#[test]
fn runs_are_few_and_have_several_blocks() {
    let mut shelf: Shelf<DocumentId, u32> = Shelf::kept_in(&Scratch::with_tables(Memory::default(), 30_000));
    let mut most = 0;
    (0..20_000_u32).for_each(|n| {
        shelf.insert(id((n.wrapping_mul(7_919) % 60_000) as u16), n);
        most = most.max(shelf.runs.len());
    });
    assert!(most <= 3 * FAN_IN, "{most}");
    assert!(shelf.runs.iter().any(|run| run.level >= 2), "{:?}", shelf.runs.len());
    assert_eq!(shelf.iter().count(), 20_000);
}

#[test]
fn a_block_is_found_by_as_little_of_its_first_key_as_tells_it_from_the_key_before() {
    let hashes: BTreeSet<Vec<u8>> = (0..4_000_u32).map(|n| Hash::leaf(&n.to_be_bytes()).0.to_vec()).collect();
    let alike = (0..4_000).map(|n| format!("{}/{:08}", "platform".repeat(5), n * 2).into_bytes());
    let nested = (0..4_000).map(|n| vec![7; n % 400]).collect::<BTreeSet<_>>();
    for (keys, fence) in [(hashes, 3), (alike.collect(), 49), (nested, 400)] {
        let mut writer = Writer::new(Memory::default().sheet().unwrap(), None);
        keys.iter().for_each(|key| writer.push(key, Some(key)).unwrap());
        let run = Arc::new(writer.finish(0).unwrap());
        let (blocks, bytes) = run.fences.size();
        assert!(blocks > 10 && bytes <= blocks * fence, "{bytes} of {blocks} blocks");
        for key in &keys {
            let mut after = key.clone();
            after.push(0);
            assert_eq!(run.find(key, 0).unwrap().flatten().as_ref(), Some(key));
            let next = keys.range(after.clone()..).next();
            let reader = Reader::new(&run, Some(&after)).unwrap();
            assert_eq!(reader.map(|reader| reader.key).as_ref(), next, "after {key:?}");
            assert!(keys.contains(&after) || run.find(&after, 0).unwrap().is_none());
        }
    }
}

#[test]
fn a_scratch_that_fails_stays_failed_and_what_it_said_before_is_right() {
    let sound = Memory::default();
    let expected = story(&Scratch::default());
    assert_eq!(story(&Scratch::with_tables(sound.clone(), 4_000)), expected);
    // The calls of reading all at the end are many and alike.
    let calls = sound.calls();
    assert!(calls > 300, "{calls}");
    for fails in (1..150).chain((150..calls).step_by(37)) {
        let scratch = Scratch::with_tables(Memory::failing(fails), 4_000);
        let told = story(&scratch);
        assert!(scratch.failure().is_some() || told == expected, "the {fails}th call fails");
        assert!(scratch.failure().is_some() || fails > calls, "the {fails}th call of {calls} fails");
        assert!(scratch.failure().is_none_or(|error| error.to_string() == "no more space"));
    }
}

#[test]
fn a_scratch_that_gives_back_other_bytes_fails() {
    let scratch = Scratch::with_tables(Memory { lies: true, ..Memory::default() }, 4_000);
    let _ = story(&scratch);
    assert_eq!(scratch.failure().map(|error| error.kind()), Some(io::ErrorKind::InvalidData));
}

#[test]
fn what_is_written_down_is_the_map_and_nothing_after_a_failure() {
    let map: BTreeMap<u64, u32> = (0..500).map(|n| (n * 3, n as u32)).collect();
    let memory = Memory::default();
    let mut shelf: Shelf<u64, u32> = map.clone().into_iter().collect();
    shelf.keep_in(&Scratch::with_tables(memory.clone(), 100));
    assert_eq!(shelf.runs.len(), 1);
    let json = serde_json::to_string(&map).unwrap();
    let written = memory.calls();
    assert_eq!(serde_json::to_string(&shelf).unwrap(), json);
    assert_eq!(serde_json::from_str::<Shelf<u64, u32>>(&json).unwrap(), shelf);
    let mut failing: Shelf<u64, u32> = map.into_iter().collect();
    failing.keep_in(&Scratch::with_tables(Memory::failing(written + 1), 100));
    let said = serde_json::to_string(&failing).map_err(|error| error.to_string());
    assert_eq!(said, Err("no more space".to_owned()));
}
