//! A shelf that is kept and opened again, held against a map; and runs that are not what they were.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;
use crate::core::shelf::tests::Memory;

/// A space that keeps what was settled, by its SHA-256.
#[derive(Clone, Debug, Default)]
struct Cabinet(Arc<Mutex<BTreeMap<Hash, Vec<u8>>>>);

#[derive(Debug)]
struct Drawer(Cabinet, Vec<u8>, Option<Hash>);

impl Space for Cabinet {
    fn sheet(&self) -> io::Result<Box<dyn Sheet>> {
        Ok(Box::new(Drawer(self.clone(), Vec::new(), None)))
    }
}

impl Sheet for Drawer {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.1.extend_from_slice(bytes);
        Ok(())
    }

    fn settle(&mut self, sha256: &Hash) -> io::Result<()> {
        assert_eq!(Hash::of(&self.1), *sha256);
        self.2 = Some(*sha256);
        self.0.0.lock().unwrap().insert(*sha256, std::mem::take(&mut self.1));
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let settled = self.0.0.lock().unwrap();
        let bytes = settled.get(&self.2.unwrap()).ok_or(io::ErrorKind::NotFound)?;
        let found = bytes.get(offset as usize..).and_then(|rest| rest.get(..into.len()));
        into.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl Cabinet {
    fn opened(&self, runs: &[KeptRun]) -> Vec<OpenedRun> {
        let sheet = |run: &KeptRun| Box::new(Drawer(self.clone(), Vec::new(), Some(run.sha256))) as Box<dyn Sheet>;
        runs.iter().map(|run| (run.clone(), sheet(run))).collect()
    }

    fn change(&self, sha256: &Hash, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.0.lock().unwrap().get_mut(sha256).unwrap());
    }

    fn bytes(&self) -> usize {
        self.0.lock().unwrap().values().map(Vec::len).sum()
    }
}

fn key(n: u64) -> Hash {
    Hash::of(&n.to_le_bytes())
}

fn scratch() -> Scratch {
    Scratch::with_tables(Memory::default(), 4_000)
}

#[test]
fn what_is_kept_is_the_map_and_costs_little_more_than_what_is_new() {
    let (cabinet, scratch) = (Cabinet::default(), scratch());
    let (mut shelf, mut map) = (Shelf::kept_in(&scratch), BTreeMap::new());
    let mut most = 0;
    for round in 0..40_u64 {
        for n in round * 100..(round + 1) * 100 {
            shelf.insert(key(n), n as u32);
            map.insert(key(n), n as u32);
            let (gone, changed) = (key(n / 3), key(n / 2));
            if n % 11 == 0 {
                shelf.remove(&gone);
                map.remove(&gone);
            }
            shelf.change(&changed, |value| *value += 1);
            map.entry(changed).and_modify(|value| *value += 1);
        }
        // Sometimes twice, with nothing new in between.
        let runs = shelf.keep(&cabinet).unwrap();
        assert_eq!((shelf.bytes, runs.len()), (0, shelf.runs.len()));
        assert_eq!(shelf.keep(&cabinet).unwrap(), runs);
        let reopened = Shelf::of_kept(cabinet.opened(&runs), &scratch).unwrap();
        assert!(reopened.iter().eq(map.clone()), "round {round}");
        assert_eq!(reopened, shelf);
        assert!((0..4_000).all(|n| reopened.find(&key(n)) == map.get(&key(n)).copied()), "round {round}");
        most = most.max(runs.len());
        if round % 3 == 0 {
            shelf = reopened;
        }
    }
    assert!((2..=5).contains(&most), "{most} runs");
    let written = cabinet.bytes() as u64;
    let kept: u64 = shelf.keep(&cabinet).unwrap().iter().map(|run| run.bytes).sum();
    assert!(written < 12 * kept, "{written} bytes were written for {kept}");
    assert!(scratch.failure().is_none());
}

#[test]
fn keys_in_order_and_a_removal_of_all_can_be_kept() {
    let (cabinet, scratch) = (Cabinet::default(), scratch());
    let mut shelf: Shelf<u64, u32> = Shelf::kept_in(&scratch);
    assert_eq!(shelf.keep(&cabinet).unwrap(), []);
    (0..60_000).for_each(|n| shelf.insert(n, 7));
    let runs = shelf.keep(&cabinet).unwrap();
    // More than what is read at once.
    assert!(runs.iter().any(|run| run.bytes > PIECE_BYTES as u64), "{runs:?}");
    let mut shelf: Shelf<u64, u32> = Shelf::of_kept(cabinet.opened(&runs), &scratch).unwrap();
    assert_eq!(shelf.iter().count(), 60_000);
    assert!(shelf.range_from(&59_998).eq([(59_998, 7), (59_999, 7)]));
    (0..60_000).for_each(|n| shelf.remove(&n));
    let runs = shelf.keep(&cabinet).unwrap();
    assert_eq!(Shelf::<u64, u32>::of_kept(cabinet.opened(&runs), &scratch).unwrap().iter().count(), 0);
}

#[test]
fn a_run_that_is_another_is_not_opened() {
    let (cabinet, scratch) = (Cabinet::default(), scratch());
    let kept = |from: u64| {
        let mut shelf = Shelf::kept_in(&scratch);
        (from..from + 3_000).for_each(|n| shelf.insert(key(n), 1_u32));
        shelf.keep(&cabinet).unwrap().remove(0)
    };
    let (run, other) = (kept(0), kept(1));
    assert_eq!((run.records, other.records), (3_000, 3_000));
    let sound = cabinet.0.lock().unwrap()[&run.sha256].clone();
    let others = cabinet.0.lock().unwrap()[&other.sha256].clone();
    let open = |run: &KeptRun| Shelf::<Hash, u32>::of_kept(cabinet.opened(std::slice::from_ref(run)), &scratch);
    assert!(open(&run).is_ok());
    let flips = (0..sound.len()).step_by(997).chain([sound.len() - 1]);
    for at in flips {
        cabinet.change(&run.sha256, |bytes| bytes[at] ^= 1 << (at % 8));
        assert!(open(&run).is_err(), "byte {at}");
        cabinet.change(&run.sha256, |bytes| bytes.clone_from(&sound));
    }
    for length in [0, 1, BLOCK_BYTES, sound.len() - 1] {
        cabinet.change(&run.sha256, |bytes| bytes.truncate(length));
        assert!(open(&run).is_err(), "{length} bytes");
        cabinet.change(&run.sha256, |bytes| bytes.clone_from(&sound));
    }
    cabinet.change(&run.sha256, |bytes| bytes.clone_from(&others));
    assert!(open(&run).is_err(), "another run");
    cabinet.change(&run.sha256, |bytes| bytes.clone_from(&sound));
    for (records, bytes) in [(2_999, run.bytes), (u64::MAX, run.bytes), (3_000, run.bytes - 1), (3_000, 0)] {
        assert!(open(&KeptRun { records, bytes, ..run.clone() }).is_err(), "{records} records, {bytes} bytes");
    }
    let opened = Shelf::<Hash, u32>::of_kept(cabinet.opened(&[run]), &Scratch::default());
    assert_eq!(opened.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn a_run_that_is_changed_after_it_was_opened_or_written_is_noticed() {
    let cabinet = Cabinet::default();
    for reopen in [true, false] {
        let scratch = scratch();
        let mut shelf = Shelf::kept_in(&scratch);
        (0..3_000).for_each(|n| shelf.insert(key(n), 250_u32));
        let runs = shelf.keep(&cabinet).unwrap();
        if reopen {
            shelf = Shelf::of_kept(cabinet.opened(&runs), &scratch).unwrap();
        }
        assert_eq!(shelf.find(&key(7)), Some(250));
        assert!(scratch.failure().is_none());
        // Every value becomes another, which reads as well.
        cabinet.change(&runs[0].sha256, |bytes| {
            let at = |bytes: &[u8]| bytes.windows(3).position(|value| value == [3, 250, 1]);
            while let Some(at) = at(bytes) {
                bytes[at + 1] = 251;
            }
        });
        assert_eq!(shelf.find(&key(7)), None);
        assert_eq!(scratch.failure().map(|error| error.kind()), Some(io::ErrorKind::InvalidData));
    }
}
