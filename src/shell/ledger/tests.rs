use std::fs;

use super::*;
use crate::core::cosignature::{Cosigner, CosigningKey};
use crate::core::event::disclosure::Holds;
use crate::core::json::Count;
use crate::core::sample::{Ledger as Sample, shared};
use crate::core::statement::KeyedSignature;
use crate::storage::bundle::MAX_FILE_BYTES;
use crate::storage::folder_store::FolderStore;
use crate::storage::memory_store::MemoryStore;
use crate::storage::store::{Staged, StoreError};

fn envelope(ledger: &Sample, index: usize) -> Envelope {
    let Entry { payload, signatures, .. } = Entry::parse(ledger.entries()[index].bytes()).unwrap();
    Envelope { payload, signatures }
}

fn now(seconds: u64) -> Millis {
    Millis::from_unix_ms((crate::core::sample::OPENED_AT + seconds) * 1000).unwrap()
}

/// A ledger of the first `size` statements of the shared one, each recorded so many seconds after its own time.
fn filed(size: u64, late: u64) -> Ledger<MemoryStore> {
    let mut ledger = Ledger::open(MemoryStore::new()).unwrap();
    for index in 0..size {
        ledger.file(envelope(shared(), index as usize), now(index + late), &mut |_| None).unwrap();
    }
    ledger
}

/// A store whose files somebody changed without having the operator's key.
struct Changed {
    entries: MemoryStore,
    checkpoints: MemoryStore,
}

impl Log for Changed {
    fn size(&self) -> u64 {
        self.entries.size()
    }
    fn read(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.entries.read(from, each)
    }
    fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.entries.entry(index)
    }
    fn node(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        self.entries.node(level, index)
    }
    fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.checkpoints.checkpoint()
    }
    fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        self.checkpoints.checkpoints()
    }
    fn checkpoint_at(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.checkpoints.checkpoint_at(size)
    }
    fn attachment(&self, sha256: &Hash) -> Result<Option<Box<dyn Read + Send + '_>>, StoreError> {
        self.entries.attachment(sha256)
    }
}

impl Store for Changed {
    fn append(&mut self, after: u64, entries: &[crate::core::chain::Sealed]) -> Result<(), StoreError> {
        self.entries.append(after, entries)
    }
    fn publish(&mut self, checkpoint: &SignedCheckpoint) -> Result<(), StoreError> {
        self.entries.publish(checkpoint)
    }
    fn witnesses(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.entries.witnesses()
    }
    fn settle(&mut self, staged: Staged) -> Result<(), StoreError> {
        self.entries.settle(staged)
    }
}

#[test]
fn a_ledger_whose_entries_are_not_the_promised_ones_is_not_opened() {
    let promised = |late| {
        let mut ledger = filed(5, late);
        ledger.publish(&shared().operator_key()).unwrap();
        ledger.into_store()
    };
    // Every signature and link is sound in both: only the times differ, which are the ledger's word.
    let open = |entries, checkpoints| Ledger::open(Changed { entries, checkpoints });
    assert!(open(filed(9, 0).into_store(), promised(0)).is_ok());
    let Err(LedgerError::Falsified(fault)) = open(filed(9, 1).into_store(), promised(0)) else { panic!("it opened") };
    assert_eq!(fault.code, Code::CheckpointRootMismatch);
}

#[test]
fn a_statement_filed_again_with_other_signatures_is_not_the_same() {
    let mut ledger = filed(3, 0);
    let again = envelope(shared(), 2);
    let filed = ledger.file(again.clone(), now(9), &mut |_| None).unwrap();
    assert_eq!(filed, Filed { index: 2, again: true });
    let mut other = again;
    let cosigner = other.signatures[0];
    other.signatures.push(KeyedSignature { key: shared().key(9).public().unwrap().id(), ..cosigner });
    let Err(LedgerError::Refused(fault)) = ledger.file(other, now(9), &mut |_| None) else { panic!("it was filed") };
    assert_eq!(fault.code, Code::SignatureInvalid);
    assert_eq!(ledger.chain().size(), 3);
}

/// Files a disclosure with one attachment, whose file is what `content` gives each time that it is opened.
fn attach(attachment: Attachment, mut content: impl FnMut(u32) -> &'static str) -> Result<Filed, LedgerError> {
    let mut sample = Sample::with(9, 2);
    sample.disclose(vec![attachment]);
    let mut ledger = Ledger::open(MemoryStore::new()).unwrap();
    let mut opened = 0;
    let mut last = None;
    for index in 0..3 {
        let envelope = envelope(&sample, index);
        last = Some(ledger.file(envelope, now(index as u64), &mut |_| {
            opened += 1;
            Some(Box::new(content(opened).as_bytes()))
        })?);
    }
    Ok(last.unwrap())
}

#[test]
fn what_an_audit_could_not_read_is_not_attached() {
    let no_table = "a table that is none";
    let attachment = |length, holds| Attachment {
        holds,
        length: Count::new(length).unwrap(),
        media_type: "text/csv".parse().unwrap(),
        name: "figures".parse().unwrap(),
        rows: None,
        sha256: Hash::of(no_table.as_bytes()),
    };
    let (length, table) = (no_table.len() as i64, Some(Holds::Observations));
    let sound = "service,metric,jurisdiction,age_band,harm_taxonomy,harm_version,harm_category,detection,outcome,period,\
                 status,value_type,value,value_to,unit,rounded_to\nvideo,reports,,,,,,,,2021,given,integer,7,,,\n";
    // (attachment, which opening of its file gives a sound table instead, the refusal)
    let table = [
        (attachment(length, None), 0, None),
        (attachment(length, table), 0, Some(Code::AttachmentMalformed)),
        (attachment(length, table), 1, Some(Code::AttachmentMismatch)),
        (attachment(length, table), 2, Some(Code::AttachmentMalformed)),
        (attachment(MAX_FILE_BYTES as i64 + 1, None), 0, Some(Code::BundleTooLarge)),
    ];
    for (row, (attachment, swapped, expected)) in table.into_iter().enumerate() {
        let filed = attach(attachment, |opened| if opened == swapped { sound } else { no_table });
        let refusal = match filed {
            Err(LedgerError::Refused(fault)) => Some(fault.code),
            filed => filed.map(|_| None).unwrap(),
        };
        assert_eq!(refusal, expected, "row {row}");
    }
}

#[test]
fn a_checkpoint_that_was_not_shown_yet_is_shown_only_if_its_signatures_stand() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FolderStore::create(folder.path()).unwrap();
    store.append(0, &shared().entries()[..5]).unwrap();
    store.publish(&shared().checkpoint(3)).unwrap();
    store.keep_witnesses(cosigners().1.as_bytes()).unwrap();
    drop(store);
    let path = |name: &str| folder.path().join(name);
    let shown = fs::read(path("checkpoint")).unwrap();
    let sound = cosigners().0;
    let by_another = SignedCheckpoint::sign(shared().checkpoint(5).checkpoint().clone(), &shared().key(9)).unwrap();
    let rotten = |line: usize| {
        let text = sound.to_string();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        let at = lines[line].len() - 6;
        let other = if lines[line].as_bytes()[at] == b'A' { "B" } else { "A" };
        lines[line].replace_range(at..=at, other);
        lines.join("\n") + "\n"
    };
    let cases = [
        ("by another", by_another.to_string(), Some(Code::CheckpointUnsigned)),
        ("the operator's signature spoilt", rotten(4), Some(Code::CheckpointSignatureInvalid)),
        ("a witness's signature spoilt", rotten(5), Some(Code::CosignatureInvalid)),
        ("sound", sound.to_string(), None),
    ];
    for (what, note, expected) in cases {
        fs::write(path("checkpoints/5"), &note).unwrap();
        let opened = Ledger::open(FolderStore::open(folder.path()).unwrap().0);
        let found = match opened {
            Err(LedgerError::Falsified(fault)) => {
                assert_eq!(fault.file.as_deref(), Some("checkpoints/5"), "{what}");
                Some(fault.code)
            }
            opened => opened.map(|_| None).unwrap(),
        };
        assert_eq!(found, expected, "{what}");
        let now = fs::read(path("checkpoint")).unwrap();
        assert_eq!(now, if expected.is_some() { shown.clone() } else { note.into_bytes() }, "{what}");
    }
}

/// A checkpoint of five entries that a witness cosigned, and the policy that names it.
fn cosigners() -> (SignedCheckpoint, String) {
    let witness = Cosigner::new("witness.example/w", CosigningKey::Ed25519(shared().key(20))).unwrap();
    let mut checkpoint = shared().checkpoint(5);
    checkpoint.add_signature(witness.cosign(&checkpoint, 1_700_000_000).unwrap()).unwrap();
    let policy = format!("witness W {}\nquorum W\n", witness.verifier());
    (checkpoint, policy)
}
