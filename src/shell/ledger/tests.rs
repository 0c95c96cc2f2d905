use super::*;
use crate::core::event::disclosure::Holds;
use crate::core::json::Count;
use crate::core::sample::{Ledger as Sample, shared};
use crate::core::statement::KeyedSignature;
use crate::storage::bundle::MAX_FILE_BYTES;
use crate::storage::memory_store::MemoryStore;
use crate::storage::store::StoreError;

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
    fn attach(&mut self, sha256: &Hash, length: u64, content: &mut dyn Read) -> Result<(), StoreError> {
        self.entries.attach(sha256, length, content)
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
