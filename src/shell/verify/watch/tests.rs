use super::*;
use crate::core::audit::{Report, attachment_name};
use crate::core::event::disclosure::Holds;
use crate::core::event::{Attachment, table};
use crate::core::fault::Code;
use crate::core::finding::{Finding, FindingCode};
use crate::core::json::Count;
use crate::core::policy::Policy;
use crate::core::sample::Ledger;
use crate::core::statement::{Envelope, Rule};
use crate::core::tile::push_entry;
use crate::shell::verify::tests::bundle;
use crate::shell::verify::{Options, verify};
use crate::storage::layout::TAIL;
use crate::storage::memory_bundle::MemoryBundle;

/// Writes down what it sees.
#[derive(Default)]
struct Log(Vec<String>, Vec<Finding>);

impl Watch for Log {
    fn entry(&mut self, seen: &Seen<'_>) {
        let (index, kind) = (seen.link.index, seen.statement.event.kind());
        assert_eq!((seen.entry.index, seen.chain.size()), (index, index + 1), "the chain after the entry");
        self.0.push(format!("{index} {kind}"));
    }

    fn observation(&mut self, seen: &Seen<'_>, place: Place, observation: &Observation) {
        let place = match place {
            Place::Inline { position } => format!("inline {position}"),
            Place::Attached { sha256, line } => format!("{} line {line}", &sha256.to_string()[..4]),
        };
        self.0.push(format!("{} {place}: {}", seen.link.index, observation.status.as_str()));
    }

    fn finding(&mut self, finding: Finding) {
        self.1.push(finding);
    }

    fn end(&mut self, chain: &Chain) {
        self.0.push(format!("end {}", chain.size()));
    }
}

fn watch(bundle: &MemoryBundle, watch: &mut dyn Watch) -> Report {
    let policy = Policy::parse(b"quorum none\n").unwrap();
    let options = Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch };
    verify(bundle, &policy, options).unwrap()
}

/// A table of one series, first refused, then sealed.
fn figures() -> Vec<u8> {
    let row = |status: &str| format!("video,reports,GB,,,,,,,2021-Q2,{status},,,,,\n");
    format!("{}\n{}{}", table::HEADER.join(","), row("refused"), row("sealed")).into_bytes()
}

fn attachment(name: &str, bytes: &[u8], holds: bool) -> Attachment {
    Attachment {
        holds: holds.then_some(Holds::Observations),
        length: Count::new(bytes.len() as i64).unwrap(),
        media_type: "text/csv".parse().unwrap(),
        name: name.parse().unwrap(),
        rows: None,
        sha256: Hash::of(bytes),
    }
}

#[test]
fn entries_and_observations_are_handed_over_in_order() {
    let (mut ledger, table) = (Ledger::with(3, 3), figures());
    ledger.disclose(vec![attachment("letter.csv", b"anything", false), attachment("a.csv", &table, true)]);
    // Under two names, and once more in another entry.
    ledger.disclose(vec![attachment("b.csv", &table, true), attachment("c.csv", &table, true)]);
    ledger.next();
    let mut bundle = bundle(&ledger, 6);
    bundle.insert(attachment_name(&Hash::of(&table)), table.clone());
    bundle.insert(attachment_name(&Hash::of(b"anything")), *b"anything");
    let mut log = Log::default();
    let report = watch(&bundle, &mut log);
    let sha = &Hash::of(&table).to_string()[..4];
    let expected = format!(
        "0 ledger_opened\n1 actor_enrolled\n2 disclosure_filed\n2 inline 1: not_collected\n\
         3 disclosure_filed\n3 {sha} line 2: refused\n3 {sha} line 3: sealed\n\
         4 disclosure_filed\n4 {sha} line 2: refused\n4 {sha} line 3: sealed\n\
         5 disclosure_filed\n5 inline 1: not_collected\nend 6"
    );
    assert_eq!(log.0.join("\n"), expected);
    // The figures see what the watcher does: both tables say two things of one figure, neither of which stands.
    let of = |code| log.1.iter().filter(move |it| it.code == code).map(|it| it.entries.clone()).collect::<Vec<_>>();
    assert_eq!(of(FindingCode::SilentRestatement), [[2, 3], [2, 3], [2, 4], [2, 4]]);
    assert_eq!(of(FindingCode::ConflictingFigures), [[3], [4]]);
    assert_eq!(report.findings[&FindingCode::SilentRestatement], 4);
}

#[test]
fn what_the_law_refused_is_not_handed_over() {
    let ledger = Ledger::with(4, 3);
    let mut bundle = bundle(&ledger, 3);
    // The same disclosure again, under the same name: sealed elsewhere, as no ledger would.
    let twice = ledger.entries()[2].link().statement.clone().unwrap();
    let again = Statement { nth: Count::new(1).unwrap(), ..*twice };
    let envelope = Envelope::sign(&again, &[ledger.platform_key()]).unwrap();
    let entry = Entry {
        index: 3,
        recorded_at: ledger.entries()[2].link().recorded_at.unwrap(),
        previous: ledger.chain().head(),
        payload: envelope.payload,
        signatures: envelope.signatures,
    };
    let mut tail: Vec<u8> = Vec::new();
    let sealed = ledger.entries().iter().map(|sealed| sealed.bytes().to_vec());
    for bytes in sealed.chain([entry.encode().unwrap(), b"no entry".to_vec()]) {
        push_entry(&mut tail, &bytes).unwrap();
    }
    bundle.insert(TAIL, tail);
    let mut log = Log::default();
    let report = watch(&bundle, &mut log);
    assert!(report.faults.iter().any(|fault| fault.code == Code::DocumentExists && fault.index == Some(3)));
    let expected = ["0 ledger_opened", "1 actor_enrolled", "2 disclosure_filed", "2 inline 1: not_collected", "end 5"];
    assert_eq!(log.0, expected);
}

#[test]
fn an_attachment_is_at_fault_once_and_at_its_first_naming() {
    let (table, broken) = (figures(), b"no table".to_vec());
    // (what, what the file is, which namings say that it holds observations, the fault)
    type Row<'a> = (&'a str, &'a [u8], Option<&'a [u8]>, [bool; 3], Option<Code>);
    let rows: [Row<'_>; 8] = [
        ("a table", &table, Some(&table), [true, true, true], None),
        ("no table, and nobody says so", &broken, Some(&broken), [false; 3], None),
        ("no table", &broken, Some(&broken), [true, true, true], Some(Code::AttachmentMalformed)),
        ("no table, as the second says", &broken, Some(&broken), [false, true, false], Some(Code::AttachmentMalformed)),
        ("no table, as the third says", &broken, Some(&broken), [false, false, true], Some(Code::AttachmentMalformed)),
        ("missing", &table, None, [true, true, true], Some(Code::AttachmentMissing)),
        ("altered", &table, Some(&broken), [true, false, true], Some(Code::AttachmentMismatch)),
        ("altered, and no table of anybody", &table, Some(&broken), [false; 3], Some(Code::AttachmentMismatch)),
    ];
    for (what, named, found, holds, code) in rows {
        let mut ledger = Ledger::with(5, 2);
        for holds in holds {
            ledger.disclose(vec![attachment("figures.csv", named, holds)]);
        }
        let mut bundle = bundle(&ledger, 5);
        if let Some(found) = found {
            bundle.insert(attachment_name(&Hash::of(named)), found);
        }
        let report = watch(&bundle, &mut ());
        let faults = report.faults.iter().filter(|fault| fault.code != Code::CheckpointUntrusted);
        let faults: Vec<_> = faults.map(|fault| (fault.code, fault.index, fault.file.clone())).collect();
        let expected = code.map(|code| (code, Some(2), Some(attachment_name(&Hash::of(named)))));
        assert_eq!(faults, Vec::from_iter(expected), "{what}");
    }
}
