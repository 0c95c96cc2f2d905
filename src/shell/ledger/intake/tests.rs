mod killed;

use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::mpsc::{Sender, channel};

use super::*;
use crate::core::chain::Sealed;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::entry::Entry;
use crate::core::event::observation::{Observation, Status};
use crate::core::event::registry::{ActorEnrolled, Role};
use crate::core::event::{Attachment, DisclosureFiled, Event};
use crate::core::fault::Code;
use crate::core::hash::Hash;
use crate::core::json::{Count, List, Set};
use crate::core::sample::{Ledger as Sample, OPENED_AT};
use crate::core::statement::Statement;
use crate::core::time::{Period, Time};
use crate::shell::clock::ManualClock;
use crate::storage::folder_store::FolderStore;
use crate::storage::memory_store::MemoryStore;
use crate::storage::store::{Log, Staged, StoreError};

const FILERS: u8 = 8;
/// Entries before the first filer speaks: the opening, and each of them enrolled.
const SETUP: u64 = 1 + FILERS as u64;
/// Of each filer; together more than an entry bundle.
const STATEMENTS: i64 = 40;

fn clock() -> ManualClock {
    ManualClock::at((OPENED_AT + 1000) * 1000)
}

/// A ledger on which the actors `filer-0` and so on are enrolled, each with a key.
fn ledger<S: Store>(store: S) -> Ledger<S> {
    let mut sample = Sample::new(3);
    let mut ledger = Ledger::open(store).unwrap();
    let mut file = |sealed: Sealed| {
        let Entry { payload, signatures, recorded_at, .. } = Entry::parse(sealed.bytes()).unwrap();
        ledger.file(Envelope { payload, signatures }, recorded_at, &mut |_| None).unwrap();
    };
    file(sample.next());
    for filer in 0..FILERS {
        let key = sample.key(3 + filer);
        let event = Event::ActorEnrolled(ActorEnrolled {
            actor: format!("filer-{filer}").parse().unwrap(),
            authority: None,
            key: key.public().unwrap(),
            name: "A filer".parse().unwrap(),
            role: Role::Platform,
        });
        file(sample.authority_says(event, Some(key)));
    }
    ledger
}

/// A filer's nth disclosure. No filer is enrolled beyond the eighth.
fn disclosure(filer: u8, nth: i64, attachments: Vec<Attachment>) -> Envelope {
    let period = Period::parse("2021-Q2").unwrap();
    let observation = Observation {
        age_band: None,
        detection: None,
        harm: None,
        jurisdiction: None,
        metric: "reports".parse().unwrap(),
        outcome: None,
        period,
        precision: None,
        service: "video".parse().unwrap(),
        status: Status::NotCollected,
        value: None,
    };
    let statement = Statement {
        author: format!("filer-{filer}").parse().unwrap(),
        event: Event::DisclosureFiled(DisclosureFiled {
            attachments: Set::new(attachments),
            confidential_until: None,
            disclosure: format!("filer-{filer}/disclosure-{nth}").parse().unwrap(),
            observations: List::new(vec![observation]),
            period,
            service: "video".parse().unwrap(),
            subject: "Reports".parse().unwrap(),
        }),
        issued_at: Time::from_unix(OPENED_AT).unwrap(),
        ledger: "candour.example/3".parse().unwrap(),
        nth: Count::new(nth).unwrap(),
        seen: None,
    };
    Envelope::sign(&statement, [&Sample::new(3).key(3 + filer)]).unwrap()
}

fn text(content: &str) -> Attachment {
    Attachment {
        holds: None,
        length: Count::new(content.len() as i64).unwrap(),
        media_type: "text/plain".parse().unwrap(),
        name: "figures".parse().unwrap(),
        rows: None,
        sha256: Hash::of(content.as_bytes()),
    }
}

/// A statement that is not refused. Every eighth has an attachment, which costs more than the rest together.
fn sound(filer: u8, nth: i64) -> Envelope {
    disclosure(filer, nth, if nth % 8 == 7 { vec![text("figures")] } else { Vec::new() })
}

fn figures(_: &Attachment) -> Option<Box<dyn Read>> {
    Some(Box::new(&b"figures"[..]))
}

/// A statement that is refused, and why.
fn refused(filer: u8, nth: i64, how: u64) -> (Envelope, Code) {
    let mut envelope = sound(filer, nth);
    match how % 3 {
        0 => envelope.signatures[0].signature.0[40] ^= 1,
        1 => return (sound(filer, nth + 5), Code::NthGap),
        _ => return (sound(FILERS + 1, 0), Code::ActorUnknown),
    }
    (envelope, Code::SignatureInvalid)
}

fn seed() -> u64 {
    let seed = std::env::var("CANDOUR_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026);
    println!("CANDOUR_SEED={seed}");
    seed
}

/// What one filer's statements came to: those acknowledged, with the index of each.
fn file_many<S: Store + Send + 'static>(intake: &Intake<S>, filer: u8, seed: u64) -> Vec<(u64, Envelope)> {
    let (mut acknowledged, mut random) = (Vec::new(), seed.wrapping_mul(u64::from(filer) * 2 + 1) | 1);
    for nth in 0..STATEMENTS {
        // xorshift64: any spread will do.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        if random % 4 == 0 {
            let (envelope, expected) = refused(filer, nth, random >> 8);
            match intake.file(envelope, &mut figures) {
                Err(LedgerError::Refused(fault)) => assert_eq!(fault.code, expected),
                Err(LedgerError::Stopped) => break,
                other => panic!("{other:?}"),
            }
        }
        let envelope = sound(filer, nth);
        match intake.file(envelope.clone(), &mut figures) {
            Ok(filed) => {
                assert!(!filed.again);
                acknowledged.push((filed.index, envelope));
            }
            Err(LedgerError::NotWritten(_) | LedgerError::Stopped) => break,
            Err(error) => panic!("{error}"),
        }
    }
    acknowledged
}

/// Has all filers file at once. Gives back the ledger and what was acknowledged, each filer's in the order in which it was.
fn file_at_once<S: Store + Send + 'static>(ledger: Ledger<S>, seed: u64) -> (Ledger<S>, Vec<(u64, Envelope)>) {
    let (intake, writer) = Intake::start(ledger, clock()).unwrap();
    let filers: Vec<_> = (0..FILERS).map(|filer| (intake.clone(), filer)).collect();
    let filers = filers.into_iter().map(|(intake, filer)| thread::spawn(move || file_many(&intake, filer, seed)));
    let filers: Vec<_> = filers.collect();
    drop(intake);
    let acknowledged: Vec<_> = filers.into_iter().map(|filer| filer.join().unwrap()).collect();
    for one in &acknowledged {
        assert!(one.is_sorted_by_key(|(index, _)| *index), "a filer's statements stand in the order filed");
    }
    (writer.join().unwrap(), acknowledged.concat())
}

/// Checks that a store holds each acknowledged statement at its index, and how many entries beside them.
fn check_holds(store: &impl Log, acknowledged: &[(u64, Envelope)], besides: u64) {
    for (index, envelope) in acknowledged {
        let entry = Entry::parse(&store.entry(*index).unwrap().unwrap()).unwrap();
        assert_eq!((&entry.payload, &entry.signatures), (&envelope.payload, &envelope.signatures), "entry {index}");
    }
    let mut indices: Vec<_> = acknowledged.iter().map(|(index, _)| index).collect();
    indices.sort_unstable();
    indices.dedup();
    assert_eq!(indices.len(), acknowledged.len(), "no two have one entry");
    assert_eq!(store.size(), acknowledged.len() as u64 + besides);
}

#[test]
fn what_is_acknowledged_is_there_once_and_what_is_refused_is_not() {
    let seed = seed();
    let (filed, acknowledged) = file_at_once(ledger(MemoryStore::new()), seed);
    assert_eq!(acknowledged.len() as i64, i64::from(FILERS) * STATEMENTS);
    let again = Ledger::open(filed.into_store()).unwrap();
    check_holds(again.store(), &acknowledged, SETUP);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let (filed, acknowledged) = file_at_once(ledger(FolderStore::create(&path).unwrap()), seed);
    drop(filed);
    let (store, recovery) = FolderStore::open(&path).unwrap();
    assert!(recovery.is_clean(), "{recovery:?}");
    check_holds(Ledger::open(store).unwrap().store(), &acknowledged, SETUP);
}

/// A store in memory that fails at its nth append from now, or waits there.
#[derive(Default)]
struct Trying {
    inner: MemoryStore,
    appends: usize,
    fails_at: Option<usize>,
    /// Where it says that it is asked to append, and what it waits for then.
    gate: Option<(Sender<()>, Receiver<()>)>,
}

impl Log for Trying {
    fn size(&self) -> u64 {
        self.inner.size()
    }
    fn read(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.inner.read(from, each)
    }
    fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.entry(index)
    }
    fn node(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        self.inner.node(level, index)
    }
    fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.checkpoint()
    }
    fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        self.inner.checkpoints()
    }
    fn checkpoint_at(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.checkpoint_at(size)
    }
    fn attachment(&self, sha256: &Hash) -> Result<Option<Box<dyn Read + Send + '_>>, StoreError> {
        self.inner.attachment(sha256)
    }
}

impl Store for Trying {
    fn append(&mut self, after: u64, entries: &[Sealed]) -> Result<(), StoreError> {
        self.appends += 1;
        if self.fails_at == Some(self.appends) {
            return Err(StoreError::Io { path: "tail".into(), source: io::Error::other("full") });
        }
        if let Some((asked, go)) = &self.gate {
            asked.send(()).ok();
            go.recv().ok();
        }
        self.inner.append(after, entries)
    }
    fn publish(&mut self, checkpoint: &SignedCheckpoint) -> Result<(), StoreError> {
        self.inner.publish(checkpoint)
    }
    fn witnesses(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.witnesses()
    }
    fn settle(&mut self, staged: Staged) -> Result<(), StoreError> {
        self.inner.settle(staged)
    }
}

fn trying(fails_at: Option<usize>, gate: Option<(Sender<()>, Receiver<()>)>) -> Ledger<Trying> {
    let set_up = ledger(MemoryStore::new()).into_store();
    Ledger::open(Trying { inner: set_up, appends: 0, fails_at, gate }).unwrap()
}

#[test]
fn a_store_that_fails_acknowledges_nothing_of_the_group_and_the_ledger_stops() {
    let seed = seed();
    for fails_at in 1..=5 {
        let (mut stopped, acknowledged) = file_at_once(trying(Some(fails_at), None), seed);
        assert!(acknowledged.len() < usize::from(FILERS) * STATEMENTS as usize);
        let error = stopped.file(sound(0, 0), Millis::from_unix_ms(clock().now_ms()).unwrap(), &mut figures);
        // One that was acknowledged still is where it was; nothing new is taken.
        assert!(matches!(error, Err(LedgerError::Stopped) | Ok(Filed { again: true, .. })), "{error:?}");
        check_holds(Ledger::open(stopped.into_store()).unwrap().store(), &acknowledged, SETUP);
    }
}

fn ready<S: Store>(ledger: &Ledger<S>, envelope: Envelope) -> Ready {
    Ready::make(envelope, &ledger.keys, &ledger.store.staging(), &mut figures).unwrap()
}

/// What was said to each of a group: its place among the entries after the setup and whether it was there, or a code.
fn said(answers: &[Result<Filed, LedgerError>]) -> Vec<Result<(u64, bool), &'static str>> {
    let said = |answer: &Result<Filed, LedgerError>| match answer {
        Ok(filed) => Ok((filed.index - SETUP, filed.again)),
        Err(error) => Err(error.code()),
    };
    answers.iter().map(said).collect()
}

#[test]
fn each_of_a_group_gets_its_own_answer() {
    // (which append fails, what is said of the group)
    let table = [
        (None, [Ok((0, false)), Err("nth-gap"), Ok((1, false)), Err("actor-unknown"), Ok((0, true)), Ok((2, false))]),
        (
            Some(2),
            [Err("store-io"), Err("nth-gap"), Err("store-io"), Err("actor-unknown"), Err("store-io"), Err("store-io")],
        ),
    ];
    for (fails_at, expected) in table {
        let mut ledger = trying(fails_at, None);
        let now = Millis::from_unix_ms(clock().now_ms()).unwrap();
        let before = ready(&ledger, sound(7, 0));
        // A group of one before it: it is there whatever becomes of the next.
        let first = ledger.file_group(vec![before], now);
        assert_eq!(said(&first.answers), [Ok((0, false))]);
        let group = [sound(0, 0), sound(1, 5), sound(1, 0), sound(FILERS + 1, 0), sound(0, 0), sound(0, 1)];
        let mut group: Vec<_> = group.into_iter().map(|envelope| ready(&ledger, envelope)).collect();
        group.push(ready(&ledger, sound(7, 0)));
        let done = ledger.file_group(group, now);
        let moved = expected.map(|said| said.map(|(place, again)| (place + 1, again)));
        assert_eq!(said(&done.answers), [&moved[..], &[Ok((0, true))]].concat());
        assert_eq!(ledger.store.size(), SETUP + if fails_at.is_none() { 4 } else { 1 });
        let next = ready(&ledger, sound(2, 0));
        let next = said(&ledger.file_group(vec![next], now).answers);
        assert_eq!(next, [if fails_at.is_none() { Ok((4, false)) } else { Err("ledger-stopped") }]);
    }
}

#[test]
fn one_statement_filed_by_many_at_once_is_one_entry() {
    let (intake, writer) = Intake::start(ledger(MemoryStore::new()), clock()).unwrap();
    let filers: Vec<_> = (0..FILERS).map(|_| intake.clone()).collect();
    let filers =
        filers.into_iter().map(|intake| thread::spawn(move || intake.file(sound(0, 0), &mut figures).unwrap()));
    let filers: Vec<_> = filers.collect();
    let filed: Vec<_> = filers.into_iter().map(|filer| filer.join().unwrap()).collect();
    assert!(filed.iter().all(|filed| filed.index == SETUP), "{filed:?}");
    assert_eq!(filed.iter().filter(|filed| !filed.again).count(), 1);
    drop(intake);
    assert_eq!(writer.join().unwrap().chain().size(), SETUP + 1);
}

#[test]
fn a_full_queue_is_busy_and_not_for_ever() {
    let ((asked, is_asked), (go, goes)) = (channel(), channel());
    let gated = trying(None, Some((asked, goes)));
    let (intake, writer) = Intake::start_with(gated, clock(), 2, Duration::ZERO).unwrap();
    let (keys, staging) = (Arc::clone(&intake.desk.keys), intake.desk.staging.clone());
    let queue = |filer| {
        let (answer, answered) = sync_channel(1);
        let ready = Ready::make(sound(filer, 0), &keys, &staging, &mut figures).unwrap();
        intake.queue(Turn::File(Box::new(ready), answer)).map(|()| answered)
    };
    let first = queue(0).unwrap();
    is_asked.recv().unwrap();
    // The writer waits for its disk, and has two places for those who wait for the writer.
    let waiting = [queue(1).unwrap(), queue(2).unwrap()];
    let busy = intake.file(sound(3, 0), &mut figures).unwrap_err();
    assert_eq!(busy.code(), "ledger-busy");
    assert_eq!(intake.run(|_| ()).unwrap_err().code(), "ledger-busy");
    // One of those who wait gives up; that is nobody else's trouble.
    let [gone, waits] = waiting;
    drop(gone);
    drop(go);
    assert_eq!(first.recv().unwrap().unwrap().index, SETUP);
    assert_eq!(waits.recv().unwrap().unwrap().index, SETUP + 2);
    assert_eq!(intake.file(sound(3, 0), &mut figures).unwrap().index, SETUP + 3);
    drop(intake);
    assert_eq!(writer.join().unwrap().store().appends, 3, "those who waited were written together");
}

#[test]
fn a_filer_waits_for_a_place() {
    let ((asked, is_asked), (go, goes)) = (channel(), channel());
    let gated = trying(None, Some((asked, goes)));
    let (intake, writer) = Intake::start_with(gated, clock(), 1, Duration::from_secs(3600)).unwrap();
    let filers: Vec<_> = (0..FILERS).map(|filer| (intake.clone(), filer)).collect();
    let file = |(intake, filer): (Intake<_>, u8)| thread::spawn(move || intake.file(sound(filer, 0), &mut figures));
    let filers: Vec<_> = filers.into_iter().map(file).collect();
    is_asked.recv().unwrap();
    drop(go);
    filers.into_iter().for_each(|filer| assert!(filer.join().unwrap().is_ok()));
    drop(intake);
    assert_eq!(writer.join().unwrap().chain().size(), SETUP + u64::from(FILERS));
}

#[test]
fn checkpoints_are_published_between_groups() {
    let (intake, writer) = Intake::start(ledger(MemoryStore::new()), clock()).unwrap();
    for nth in 0..3 {
        intake.file(sound(0, nth), &mut figures).unwrap();
        let key = Sample::new(3).operator_key();
        let signed = intake.run(move |ledger| ledger.publish(&key)).unwrap().unwrap();
        assert_eq!(signed.checkpoint().size, SETUP + nth as u64 + 1);
    }
    drop(intake);
    assert_eq!(writer.join().unwrap().store().checkpoints().unwrap().len(), 3);
}

#[test]
fn where_the_writer_panics_nobody_waits_for_ever() {
    let (intake, writer) = Intake::start(ledger(MemoryStore::new()), clock()).unwrap();
    let work = intake.run(|_| -> () { panic!("on purpose") });
    assert_eq!(work.unwrap_err().code(), "ledger-stopped");
    assert_eq!(intake.file(sound(0, 0), &mut figures).unwrap_err().code(), "ledger-stopped");
    assert_eq!(writer.join().err().map(|error| error.code()), Some("ledger-stopped"));
}

#[test]
fn an_attachment_is_kept_with_its_statement_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let (intake, writer) = Intake::start(ledger(FolderStore::create(&path).unwrap()), clock()).unwrap();
    let files = |name: &str| fs::read_dir(path.join(name)).map_or(0, Iterator::count);
    // (filer, nth, content handed over, code): a stranger leaves nothing on the disk.
    let table = [
        (FILERS + 1, 0, "figures", Some("actor-unknown")),
        (0, 5, "figures", Some("nth-gap")),
        (0, 0, "other", Some("attachment-mismatch")),
        (0, 0, "figures", None),
        (0, 1, "figures", None),
    ];
    for (filer, nth, content, code) in table {
        let envelope = disclosure(filer, nth, vec![text("figures")]);
        let filed = intake.file(envelope, &mut |_| Some(Box::new(content.as_bytes())));
        assert_eq!(filed.err().map(|error| error.code()), code, "filer {filer}, {nth}");
        assert_eq!(files("attachments/sha256"), usize::from(code.is_none()), "filer {filer}, {nth}");
        // Answered first, tidied after: the next turn of the writer finds it done.
        intake.run(|_| ()).unwrap();
        assert_eq!(files("tmp"), 1, "filer {filer}, {nth}: the note of how far was acknowledged, and nothing else");
    }
    drop(intake);
    writer.join().unwrap();
}
