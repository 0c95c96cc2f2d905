//! What is taken from a copy, how much of it, and how it is judged.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use candour::core::fault::Code;
use candour::core::hash::Hash;
use candour::core::note::MAX_NOTE_BYTES;
use candour::shell::repair::Done;
use candour::shell::restore::restore;
use candour::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use candour::storage::frozen::MAX_TAIL_BYTES;
use candour::storage::http_bundle::HttpBundle;
use candour::storage::memory_bundle::MemoryBundle;
use serde_json::json;

use super::place::{Place, codes, sealed, steps, whole};
use crate::corpus::forge::Forger;
use crate::corpus::story::{self, DOCUMENT, SIZE};
use crate::http::server::{Odd, Server};
use crate::tools::candour;

fn name_of(content: &[u8]) -> String {
    format!("attachments/sha256/{}", Hash::of(content))
}

#[test]
fn an_attachment_that_no_entry_names_stays_in_the_copy() {
    let folder = tempfile::tempdir().unwrap();
    let (target, unnamed) = (folder.path().join("ledger"), name_of(b"unnamed"));
    let mut copy = story::honest().files();
    copy.insert(unnamed.clone(), b"anything".to_vec());
    let restored = restore(&MemoryBundle::from_iter(copy), &target, None, &mut |_, _| {}).unwrap();
    assert_eq!((restored.left, restored.missing), (vec![unnamed.clone()], Vec::new()));
    assert!(!target.join(unnamed).exists() && target.join(name_of(DOCUMENT)).exists());
}

#[test]
fn of_a_mirrors_attachment_a_repair_takes_no_more_than_its_entry_says() {
    let (ledger, name) = (story::honest(), name_of(DOCUMENT));
    let place = Place::of(&ledger);
    for (damaged, code) in [(None, Code::AttachmentMissing), (Some("rotten"), Code::AttachmentMismatch)] {
        place.remove(&[&name]);
        damaged.iter().for_each(|bytes| fs::write(place.at(&name), bytes).unwrap());
        for odd in [Odd::Endless, Odd::Bytes(b"another".to_vec()), Odd::Status(404)] {
            let server = Server::with(whole(&ledger), &name, odd);
            let done = place.mend_from(Some(&HttpBundle::open(&server.url()).unwrap()), None, true, false);
            assert_eq!((codes(&done), done.applied), (vec![code], false));
        }
        let server = Server::of(whole(&ledger));
        let done = place.mend_from(Some(&HttpBundle::open(&server.url()).unwrap()), None, true, false);
        assert_eq!((steps(&done), codes(&done)), (vec![(name.as_str(), Done::TakenFromCopy)], Vec::new()));
        assert_eq!(fs::read(place.at(&name)).unwrap(), DOCUMENT);
        assert_eq!(done.aside.is_some(), damaged.is_some());
    }
}

/// The first five entries of the story, and what the charity asks, with an attachment of which these things are said.
fn asking(content: &[u8], lengths: &[usize]) -> Forger {
    let mut ledger = story::until(5);
    ledger.attachments.push(content.to_vec());
    for (length, nth) in lengths.iter().zip(1..) {
        let mut event = story::request(&format!("charity/letter-{nth}"), &["acme"], "2026-03-01");
        let mut named = story::attachment("notice.txt", "text/plain", content);
        named["length"] = json!(length);
        event["attachments"] = json!([named]);
        ledger.say("charity", "charity", event);
    }
    ledger.seal();
    ledger
}

#[test]
fn an_attachment_is_taken_by_its_hash_and_no_more_of_it_read_than_is_said() {
    let right = DOCUMENT.len();
    let rows = [
        (right, vec![Done::TakenFromCopy], vec![]),
        (right + 1, vec![Done::TakenFromCopy], vec![Code::AttachmentMismatch]),
        (5, vec![], vec![Code::AttachmentMissing]),
    ];
    for (length, taken, left) in rows {
        let ledger = asking(DOCUMENT, &[length; 2]);
        let (place, name) = (Place::of(&ledger), name_of(DOCUMENT));
        place.remove(&[&name]);
        let done = place.mend(Some(&ledger), None, true, false);
        let taken: Vec<_> = taken.into_iter().map(|done| (name.as_str(), done)).collect();
        assert_eq!((steps(&done), codes(&done)), (taken, left), "{length}");
        let whole = fs::read(place.at(&name)).is_ok_and(|bytes| bytes == DOCUMENT);
        assert_eq!(whole, length >= right, "{length}");
    }
}

#[test]
fn what_is_taken_is_judged_as_a_table_where_it_is_said_to_be_one() {
    let content = b"no table\n";
    let mut ledger = story::until(9);
    ledger.attachments.push(content.to_vec());
    let (mut report, mut table) =
        (story::disclosure("acme/report-2"), story::attachment("figures.csv", "text/csv", content));
    table["holds"] = json!("observations");
    report["attachments"] = json!([table]);
    report.as_object_mut().unwrap().remove("observations");
    ledger.say("acme", "acme", report).seal();
    let (place, name) = (Place::of(&ledger), name_of(content));
    place.remove(&[&name]);
    let done = place.mend(Some(&ledger), None, true, false);
    assert_eq!(
        (steps(&done), codes(&done)),
        (vec![(name.as_str(), Done::TakenFromCopy)], vec![Code::AttachmentMalformed])
    );
}

#[test]
fn what_a_mirror_lists_and_does_not_have_keeps_nobody_from_repairing() {
    let ledger = sealed(5, &[2, 5]);
    let place = Place::of(&ledger);
    for missing in ["checkpoints/2", "tile/entries/000.p/5"] {
        let mut served = whole(&ledger);
        served.insert("checkpoints/sizes".into(), b"2\n5\n".to_vec());
        assert!(served.remove(missing).is_some(), "{missing}");
        let server = Server::of(served);
        let mirror = HttpBundle::open(&server.url()).unwrap();
        assert!(place.mend_from(Some(&mirror), None, false, false).is_sound(), "{missing}");
    }
}

#[test]
fn the_entries_of_a_mirror_are_asked_for_once() {
    let ledger = story::honest();
    let mut served = ledger.files();
    served.insert(
        "checkpoints/sizes".into(),
        ledger.seals.iter().map(|size| format!("{size}\n")).collect::<String>().into(),
    );
    let server = Server::of(served);
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(candour()).args(["restore", &server.url(), "ledger"]).current_dir(folder.path()).output();
    assert!(done.unwrap().status.success());
    assert!(folder.path().join("ledger").join(name_of(DOCUMENT)).exists());
    assert_eq!(server.asked_for(&format!("tile/entries/000.p/{SIZE}")), 1);
}

/// A copy that counts how many bytes are asked of a file at a time, at most.
struct Counted {
    files: MemoryBundle,
    most: Mutex<BTreeMap<String, u64>>,
}

struct Counting<'a> {
    content: Box<dyn Read + Send + 'a>,
    name: String,
    read: u64,
    of: &'a Counted,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.read += read as u64;
        let mut most = self.of.most.lock().unwrap();
        let most = most.entry(self.name.clone()).or_default();
        *most = self.read.max(*most);
        Ok(read)
    }
}

impl Bundle for Counted {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        self.files.names()
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        let content = self.files.open(name)?;
        Ok(content.map(|content| Box::new(Counting { content, name: name.to_owned(), read: 0, of: self }) as _))
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.files.locate(name)
    }
}

/// A small archive may unpack to any length: what a file may not have is not taken, whatever is said of it then.
#[test]
fn of_a_file_of_a_copy_no_more_is_unpacked_than_it_may_have() {
    let folder = tempfile::tempdir().unwrap();
    let document = name_of(DOCUMENT);
    let table = [
        (document.as_str(), DOCUMENT.len() as u64, "attachment-mismatch"),
        ("tail", MAX_TAIL_BYTES, "bundle-too-large"),
        ("tile/entries/000.p/3", MAX_ENTRY_BUNDLE_BYTES, "bundle-too-large"),
        ("checkpoint", MAX_NOTE_BYTES as u64, "bundle-too-large"),
        ("checkpoints/5", MAX_NOTE_BYTES as u64, "bundle-too-large"),
    ];
    for (name, limit, code) in table {
        let mut files = story::honest().files();
        let mut content = files.remove(name).unwrap_or_default();
        content.resize(limit as usize + (1 << 20), 0);
        files.insert(name.to_owned(), content);
        let copy = Counted { files: MemoryBundle::from_iter(files), most: Mutex::default() };
        let error = restore(&copy, &folder.path().join("ledger"), None, &mut |_, _| {}).unwrap_err();
        let most = copy.most.into_inner().unwrap()[name];
        // One more tells that there is more.
        assert_eq!((error.code(), most.min(limit + 2)), (code, limit + 1), "{name}");
    }
}

/// As many would take minutes if each were looked for among all others.
#[test]
fn many_files_that_are_no_part_of_a_ledger_cost_no_more_than_each_of_them() {
    const MANY: usize = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let mut files = story::honest().files();
    files.extend((0..MANY).map(|n| (format!("{}/{n}", ["notes", "tile/notes"][n % 2]), Vec::new())));
    let copy = MemoryBundle::from_iter(files);
    let restored = restore(&copy, &folder.path().join("ledger"), None, &mut |_, _| {}).unwrap();
    assert_eq!((restored.size, restored.left.len()), (SIZE, MANY));
}
