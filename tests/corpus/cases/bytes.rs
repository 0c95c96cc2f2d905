//! Bytes changed on the way: by a disk, a mirror, or a forger without any key.

use candour::core::entry::Entry;

use super::super::case::Case;
use super::super::forge::{Files, bundle, unbundle};
use super::super::story::{self, SIZE};
use super::{ENTRIES, HASHES};

/// The entry that is changed: `request_withdrawn`, its author's last statement.
const CHANGED: usize = 23;

/// What follows from any change of it, whatever else is wrong.
const BROKEN: &str = "previous-mismatch@24 checkpoint-root-mismatch@checkpoint checkpoint-root-mismatch@checkpoints/25 \
                      tile-mismatch@tile/0/000.p/25";

/// Cases of changed bytes.
pub fn cases() -> Vec<Case> {
    let payload = Entry::parse(&story::honest().entries[CHANGED]).unwrap().payload;
    let text = 56 + payload.windows(8).position(|part| part == b"Answered").unwrap();
    let count = 56 + payload.len();
    let flipped = |name, says, faults, at: usize, bit: u8| changed(name, says, faults, |entry| entry[at] ^= bit);
    let mut cases = vec![
        flipped("flipped-index", "one bit of an entry's index", "index-mismatch@23 index-mismatch@32", 0, 8),
        flipped("flipped-recorded-at", "one bit of when an entry was recorded", "", 8, 1),
        flipped("flipped-previous", "one bit of an entry's link to the one before", "previous-mismatch@23", 16, 1),
        flipped("flipped-payload-length", "one bit of a statement's length", "entry-malformed@23", 48, 1),
        flipped("flipped-statement", "one letter of a statement", "signature-invalid@23", text, b'A' ^ b'a'),
        flipped("flipped-signature-count", "one bit of the number of signatures", "entry-malformed@23", count, 1),
        flipped("flipped-key", "one bit of an author's key", "key-invalid@23 key-unknown@23", count + 8, 1),
        flipped("flipped-signature", "one bit of a signature", "signature-invalid@23", count + 40, 1),
        changed("entry-trailing-byte", "one more byte after an entry", "entry-malformed@23", |entry| entry.push(0)),
        changed("entry-with-varints", "an entry in bincode's default encoding", "entry-malformed@23", varints),
        changed("entry-of-the-year-10000", "a time that has no date", "entry-malformed@23", |entry| {
            entry[8..16].copy_from_slice(&253_402_300_800_000_u64.to_le_bytes());
        }),
    ];
    cases.extend(cut());
    cases
}

/// The honest ledger with one entry changed where it lies.
fn changed(name: &'static str, says: &'static str, faults: &str, change: impl FnOnce(&mut Vec<u8>)) -> Case {
    let mut files = story::honest().files();
    let mut entries = unbundle(&files[ENTRIES]);
    change(&mut entries[CHANGED]);
    files.insert(ENTRIES.into(), bundle(&entries));
    Case::new(name, says, &files, &format!("{faults} {BROKEN}")).sizes(SIZE, 19)
}

/// The same entry as bincode writes it unless told otherwise: not the one encoding of FORMAT.md.
fn varints(entry: &mut Vec<u8>) {
    let Entry { index, recorded_at, previous, payload, signatures } = Entry::parse(entry).unwrap();
    let signatures: Vec<_> = signatures.iter().map(|keyed| (keyed.key.0, keyed.signature.0)).collect();
    let fields = (index, recorded_at.unix_ms(), previous.0, payload, signatures);
    *entry = bincode::encode_to_vec(fields, bincode::config::standard()).unwrap();
}

/// Entry bundles that do not hold whole entries, or not as many as they say.
fn cut() -> Vec<Case> {
    let case = |name, says, change: &dyn Fn(&mut Vec<u8>)| {
        let mut files: Files = story::honest().files();
        change(files.get_mut(ENTRIES).unwrap());
        let faults = format!(
            "entry-bundle-malformed@{ENTRIES} file-unexpected@{HASHES} checkpoint-beyond-entries@checkpoint \
             checkpoint-beyond-entries@checkpoints/25"
        );
        Case::new(name, says, &files, &faults).sizes(SIZE - 1, 19)
    };
    let last = story::honest().entries[24].len();
    vec![
        case("length-prefix-wrong", "the last entry's length is one too much", &|bytes| {
            let at = bytes.len() - last - 1;
            bytes[at] += 1;
        }),
        case("entry-bundle-short", "an entry bundle cut short", &|bytes| bytes.truncate(bytes.len() - 10)),
    ]
}
