//! Snapshots that are not the ledger's, each of which is refused for its own reason.

use super::*;
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::hash::Hash;
use crate::core::key::SecretKey;
use crate::core::note::Note;
use crate::storage::index::{Kept, LAYOUT};

/// Puts another snapshot in the place of the one there.
fn replace(folder: &Path, change: impl FnOnce(Kept) -> Kept) {
    let mut index = Index::open_as_it_is(folder).unwrap();
    let kept = index.kept().unwrap();
    index.keep(&change(kept)).unwrap();
}

/// The snapshot with other bytes, or lines of its note changed, signed anew by a key.
fn signed(kept: &Kept, key: &SecretKey, edit: impl Fn(&mut Vec<u8>, &mut Vec<String>)) -> Kept {
    let (mut bytes, note) = (kept.bytes.clone(), Note::parse(kept.note.as_bytes()).unwrap());
    let mut lines: Vec<String> = note.text().lines().map(str::to_owned).collect();
    edit(&mut bytes, &mut lines);
    lines[5] = Hash::of(&bytes).to_base64();
    let note = Note::sign(format!("{}\n", lines.join("\n")), &lines[2], key).unwrap();
    Kept { note: note.to_string(), bytes }
}

fn substitute(bytes: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(std::mem::take(bytes)).unwrap();
    assert!(text.contains(from), "no {from} to replace");
    *bytes = text.replace(from, to).into_bytes();
}

#[test]
fn a_forged_snapshot_is_refused() {
    let sample = sample::Ledger::with(1, ENTRIES);
    let (operator, stranger) = (sample.operator_key(), sample.key(9));
    let renamed = |bytes: &mut Vec<u8>| substitute(bytes, "\"Platform\"", "\"Platfarm\"");
    let usurped = |bytes: &mut Vec<u8>| {
        let keys = [&operator, &stranger].map(|key| key.public().unwrap().to_string());
        substitute(bytes, &keys[0], &keys[1]);
    };
    type Change<'a> = Box<dyn Fn(Kept) -> Kept + 'a>;
    let table: Vec<(&str, Change<'_>, Option<Rejected>)> = vec![
        ("unaltered", Box::new(|kept| kept), None),
        ("signed again", Box::new(|kept| signed(&kept, &operator, |_, _| {})), None),
        (
            "a state edited",
            Box::new(|mut kept| {
                renamed(&mut kept.bytes);
                kept
            }),
            Some(Rejected::Altered),
        ),
        (
            "a state edited, and signed by a stranger",
            Box::new(|kept| signed(&kept, &stranger, |bytes, _| renamed(bytes))),
            Some(Rejected::NotTheOperators),
        ),
        (
            "a state in which a stranger is the operator",
            Box::new(|kept| signed(&kept, &stranger, |bytes, _| usurped(bytes))),
            Some(Rejected::OtherState),
        ),
        (
            "the root of an earlier checkpoint forged by the operator",
            Box::new(|kept| {
                let root = sample.tree(EARLIER).root().to_string();
                signed(&kept, &operator, |bytes, _| substitute(bytes, &root, &Hash::ZERO.to_string()))
            }),
            Some(Rejected::OtherState),
        ),
        (
            "a checkpoint that was never published, remembered by the operator alone",
            Box::new(|kept| {
                let (earlier, other) = (format!("\"{EARLIER}\":"), format!("\"5\":\"{}\",\"{EARLIER}\":", Hash::ZERO));
                signed(&kept, &operator, |bytes, _| substitute(bytes, &earlier, &other))
            }),
            Some(Rejected::OtherState),
        ),
        (
            "the digest changed under the operator's signature",
            Box::new(|mut kept| {
                renamed(&mut kept.bytes);
                let note = signed(&kept, &stranger, |_, _| {}).note;
                let line = |note: &str| note.lines().nth(5).unwrap().to_owned();
                kept.note = kept.note.replace(&line(&kept.note), &line(&note));
                kept
            }),
            Some(Rejected::NotTheOperators),
        ),
        (
            "a note that names another size",
            Box::new(|kept| signed(&kept, &operator, |_, lines| lines[3] = EARLIER.to_string())),
            Some(Rejected::OtherState),
        ),
        (
            "by another version",
            Box::new(|kept| signed(&kept, &operator, |_, lines| lines[1] = "0.0.1".to_owned())),
            Some(Rejected::OtherVersion),
        ),
        (
            "in another format",
            Box::new(|kept| signed(&kept, &operator, |_, lines| lines[0] = "candour state snapshot v0".to_owned())),
            Some(Rejected::OtherVersion),
        ),
        (
            "a checkpoint in its place",
            Box::new(|kept| Kept { note: sample.checkpoint(SEALED).to_string(), ..kept }),
            Some(Rejected::Malformed),
        ),
        (
            "bytes that are no state",
            Box::new(|kept| signed(&kept, &operator, |bytes, _| substitute(bytes, "\"chain\"", "\"chains\""))),
            Some(Rejected::OtherState),
        ),
    ];
    for (what, change, expected) in table {
        let folder = tempfile::tempdir().unwrap();
        let store = filed(folder.path(), &sample, ENTRIES, &[EARLIER, SEALED]);
        replace(folder.path(), change);
        let (basis, _) = open_and_compare(folder.path(), store);
        let expected = expected.map_or(Basis::Snapshot(SEALED), |rejected| Basis::Replay(Why::Rejected(rejected)));
        assert_eq!(basis, expected, "{what}");
    }
}

#[test]
fn a_snapshot_of_another_history_is_refused() {
    let (sample, other) = (sample::Ledger::with(1, ENTRIES), sample::Ledger::with(2, ENTRIES));
    let mut fork = sample::Ledger::with(1, EARLIER);
    drop(fork.disclose(vec![crate::core::event::Attachment {
        holds: None,
        length: Count::new(7).unwrap(),
        media_type: "text/plain".parse().unwrap(),
        name: "figures".parse().unwrap(),
        rows: None,
        sha256: Hash::of(b"figures"),
    }]));
    (EARLIER + 1..ENTRIES).for_each(|_| drop(fork.next()));
    let rejected = |rejected| Basis::Replay(Why::Rejected(rejected));
    let table = [
        ("another ledger", stored(&other, ENTRIES, &[EARLIER, SEALED]), Basis::Replay(Why::OtherHistory)),
        ("a fork", stored(&fork, ENTRIES, &[EARLIER, SEALED]), Basis::Replay(Why::OtherHistory)),
        ("fewer entries", stored(&sample, EARLIER, &[EARLIER]), Basis::Replay(Why::OtherHistory)),
        ("no checkpoint there", stored(&sample, ENTRIES, &[EARLIER]), rejected(Rejected::OtherCheckpoints)),
        ("a checkpoint more", stored(&sample, ENTRIES, &[5, EARLIER, SEALED]), rejected(Rejected::OtherCheckpoints)),
        ("a checkpoint less", stored(&sample, ENTRIES, &[SEALED]), rejected(Rejected::OtherCheckpoints)),
        ("a checkpoint after it", stored(&sample, ENTRIES, &[EARLIER, SEALED, 21]), Basis::Snapshot(SEALED)),
        ("the checkpoint by a stranger", by_a_stranger(&sample), rejected(Rejected::NotTheOperators)),
    ];
    for (what, store, expected) in table {
        let folder = tempfile::tempdir().unwrap();
        filed(folder.path(), &sample, ENTRIES, &[EARLIER, SEALED]);
        let (basis, _) = open_and_compare(folder.path(), store);
        assert_eq!(basis, expected, "{what}");
    }
}

fn by_a_stranger(sample: &sample::Ledger) -> MemoryStore {
    let mut store = stored(sample, ENTRIES, &[EARLIER]);
    let Checkpoint { origin, size, root } = sample.checkpoint(SEALED).checkpoint().clone();
    store.publish(&SignedCheckpoint::sign(Checkpoint { origin, size, root }, &sample.key(9)).unwrap()).unwrap();
    store
}

#[test]
fn a_snapshot_put_into_another_ledgers_index_is_refused() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let samples = [sample::Ledger::with(1, ENTRIES), sample::Ledger::with(2, ENTRIES)];
    let store = filed(folders[0].path(), &samples[0], ENTRIES, &[EARLIER, SEALED]);
    filed(folders[1].path(), &samples[1], ENTRIES, &[EARLIER, SEALED]);
    let foreign = Index::open_as_it_is(folders[1].path()).unwrap().kept().unwrap();
    replace(folders[0].path(), |_| foreign);
    let [of, from] = [0, 1].map(|ledger| folders[ledger].path().join(INDEX).join("runs"));
    for item in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(item.path(), of.join(item.file_name())).unwrap();
    }
    let (basis, _) = open_and_compare(folders[0].path(), store);
    assert_eq!(basis, Basis::Replay(Why::Rejected(Rejected::OtherEntries)));
}

#[test]
fn an_index_of_another_layout_is_begun_anew() {
    let sample = sample::Ledger::with(1, ENTRIES);
    let folder = tempfile::tempdir().unwrap();
    let store = filed(folder.path(), &sample, ENTRIES, &[EARLIER, SEALED]);
    let database = database(folder.path());
    let extent = String::from_utf8(database.get("extent").unwrap().unwrap().to_vec()).unwrap();
    let layout = format!("\"layout\":{LAYOUT}");
    assert!(extent.contains(&layout));
    database.insert("extent", extent.replace(&layout, "\"layout\":0").as_bytes()).unwrap();
    drop(database);
    let (basis, _) = open_and_compare(folder.path(), store);
    assert_eq!(basis, Basis::Replay(Why::OtherLayout));
}
