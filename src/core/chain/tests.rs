use super::*;
use crate::core::json::{Count, Positive};
use crate::core::key::{KeyId, Signature};
use crate::core::sample::{Ledger, OPENED_AT};
use crate::core::statement::{KeyedSignature, Seen};
use crate::core::time::Time;

type Change<'a> = (&'a str, &'a dyn Fn(&mut Entry), &'a [Code]);

/// The codes of an entry after those of a ledger of three, of which checkpoints of 1 and 3 were published.
fn codes(ledger: &Ledger, entry: &Entry, rule: Rule) -> Vec<Code> {
    let (mut chain, mut faults) = (Chain::new(), Vec::new());
    for size in [1, 3] {
        chain.checkpoint_published(size);
    }
    for sealed in ledger.entries().iter().take(3) {
        chain.extend(sealed.bytes(), Rule::Strict, &mut faults);
    }
    assert_eq!(faults, []);
    let link = chain.extend(&entry.encode().unwrap(), rule, &mut faults);
    let place = faults.iter().map(|fault| (fault.code, fault.index));
    let expected = |code| if code == Code::IndexMismatch { 3 } else { link.index };
    assert!(place.clone().all(|(code, index)| index == Some(expected(code))), "{faults:?}");
    place.map(|(code, _)| code).collect()
}

/// Puts another statement into an entry, signed as the one before.
fn say(ledger: &Ledger, entry: &mut Entry, change: impl FnOnce(&mut Statement)) {
    let mut statement = Statement::parse(&entry.payload).unwrap();
    change(&mut statement);
    let envelope = Envelope::sign(&statement, &[ledger.platform_key()]).unwrap();
    (entry.payload, entry.signatures) = (envelope.payload, envelope.signatures);
}

#[test]
fn each_step_finds_its_fault() {
    let ledger = Ledger::with(9, 4);
    let sound = Entry::parse(ledger.entries()[3].bytes()).unwrap();
    let root = |size| ledger.tree(size).root();
    let seen = |size, root| Some(Seen { root, size: Positive::new(size).unwrap() });
    let says = |change: fn(&mut Statement)| move |entry: &mut Entry| say(&Ledger::with(9, 0), entry, change);
    let vouches =
        |size, root| move |entry: &mut Entry| say(&Ledger::with(9, 0), entry, |it| it.seen = seen(size, root));
    let ahead = |seconds: u64| {
        move |entry: &mut Entry| {
            let at = Time::from_unix(OPENED_AT + 3 + seconds).unwrap();
            say(&Ledger::with(9, 0), entry, |it| it.issued_at = at);
        }
    };
    let recorded =
        |milliseconds: u64| move |entry: &mut Entry| entry.recorded_at = Millis::from_unix_ms(milliseconds).unwrap();
    let before = (OPENED_AT + 2) * 1000;
    let twice = |entry: &mut Entry| entry.signatures.extend(entry.signatures.clone());
    let table: [Change<'_>; 23] = [
        ("as it is", &|_| {}, &[]),
        ("out of its place", &|entry| entry.index = 5, &[Code::IndexMismatch]),
        ("linked to another", &|entry| entry.previous = Hash::ZERO, &[Code::PreviousMismatch]),
        ("recorded with the one before", &recorded(before), &[]),
        ("recorded before it", &recorded(before - 1), &[Code::TimeReversed]),
        ("signed by nobody", &|entry| entry.signatures.clear(), &[Code::SignatureMissing]),
        ("signed twice", &twice, &[Code::SignatureDuplicate, Code::CosignerNotAllowed]),
        ("another signature", &|entry| entry.signatures[0].signature = Signature([1; 64]), &[Code::SignatureInvalid]),
        ("no key", &|entry| entry.signatures[0].key = KeyId([0; 32]), &[Code::KeyInvalid, Code::KeyUnknown]),
        ("not canonical", &|entry| entry.payload.push(b'\n'), &[Code::SignatureInvalid, Code::StatementNotCanonical]),
        ("no statement", &|entry| entry.payload = b"{}".to_vec(), &[Code::SignatureInvalid, Code::StatementMalformed]),
        ("for another ledger", &says(|it| it.ledger = "elsewhere".parse().unwrap()), &[Code::LedgerMismatch]),
        ("issued just within reason", &ahead(MAX_CLOCK_AHEAD_SECONDS), &[]),
        ("issued too far ahead", &ahead(MAX_CLOCK_AHEAD_SECONDS + 1), &[Code::IssuedInFuture]),
        ("having seen the first checkpoint", &vouches(1, root(1)), &[]),
        ("having seen the last", &vouches(3, root(3)), &[]),
        ("having seen another", &vouches(3, root(2)), &[Code::SeenMismatch]),
        ("having seen what was not published", &vouches(2, root(2)), &[Code::SeenNotPublished]),
        ("having seen what is to come", &vouches(4, root(4)), &[Code::SeenNotPublished]),
        ("out of turn", &says(|it| it.nth = Count::new(7).unwrap()), &[Code::NthGap]),
        ("a number used before", &says(|it| it.nth = Count::ZERO), &[Code::NthReused]),
        ("by another author", &says(|it| it.author = "regulator".parse().unwrap()), &[Code::AuthorMismatch]),
        (
            "all at once",
            &|entry| (entry.index, entry.previous, entry.signatures) = (9, Hash::ZERO, Vec::new()),
            &[Code::IndexMismatch, Code::PreviousMismatch, Code::SignatureMissing],
        ),
    ];
    for (what, change, expected) in table {
        let mut entry = sound.clone();
        change(&mut entry);
        assert_eq!(codes(&ledger, &entry, Rule::Cofactored), expected, "{what}");
        assert_eq!(codes(&ledger, &entry, Rule::Strict), expected, "{what}, strictly");
    }
}

#[test]
fn the_writer_refuses_what_an_audit_would_find() {
    let ledger = Ledger::with(9, 4);
    let sound = Entry::parse(ledger.entries()[3].bytes()).unwrap();
    let mut chain = Chain::new();
    for sealed in ledger.entries().iter().take(3) {
        chain.extend(sealed.bytes(), Rule::Strict, &mut Vec::new());
    }
    let envelope = |signatures: Vec<KeyedSignature>| Envelope { payload: sound.payload.clone(), signatures };
    let forged = KeyedSignature { signature: Signature([1; 64]), ..sound.signatures[0] };
    let cases = [
        (envelope(Vec::new()), Code::SignatureMissing),
        (envelope(vec![forged]), Code::SignatureInvalid),
        (envelope(vec![sound.signatures[0]; 2]), Code::SignatureDuplicate),
        (Envelope { payload: vec![b' '; 70_000], ..envelope(sound.signatures.clone()) }, Code::EntryTooLarge),
    ];
    let now = Millis::from_unix_ms((OPENED_AT + 3) * 1000).unwrap();
    for (envelope, expected) in cases {
        let before = chain.clone();
        assert_eq!(chain.seal(envelope, now).unwrap_err().code, expected);
        assert_eq!(chain, before, "{expected}: refused, and changed something");
    }
    // A clock that stands behind the entry before does not turn time back.
    let early = Millis::from_unix_ms(0).unwrap();
    assert_eq!(chain.seal(envelope(sound.signatures.clone()), early).unwrap().link().recorded_at, chain.recorded_at());
    assert_eq!(chain.recorded_at().unwrap().time().unix(), OPENED_AT + 2);
}

#[test]
fn a_ledger_that_was_never_opened_is_judged_no_further() {
    let ledger = Ledger::with(9, 4);
    let bytes = |index: usize| ledger.entries()[index].bytes();
    let all = |entries: &[&[u8]]| {
        let (mut chain, mut faults) = (Chain::new(), Vec::new());
        for entry in entries {
            assert!(!chain.extend(entry, Rule::Cofactored, &mut faults).lawful);
        }
        assert!(chain.state().is_none());
        faults.into_iter().map(|fault| (fault.index.unwrap(), fault.code)).collect::<Vec<_>>()
    };
    let mut unreadable = Entry::parse(bytes(0)).unwrap();
    unreadable.payload = b"{}".to_vec();
    let unreadable = unreadable.encode().unwrap();
    let mut alone = Entry::parse(bytes(0)).unwrap();
    alone.signatures.truncate(1);
    let alone = alone.encode().unwrap();
    use Code::{
        EntryMalformed, IndexMismatch, LedgerNotOpened, PossessionMissing, PreviousMismatch, SignatureInvalid,
        StatementMalformed,
    };
    let starts_later = [(0, IndexMismatch), (1, PreviousMismatch), (1, LedgerNotOpened)];
    assert_eq!(all(&[bytes(1), bytes(2)]), starts_later);
    assert_eq!(all(&[b"", bytes(1)])[..2], [(0, EntryMalformed), (0, LedgerNotOpened)]);
    let of_unreadable = [(0, SignatureInvalid), (0, SignatureInvalid), (0, StatementMalformed), (0, LedgerNotOpened)];
    assert_eq!(all(&[&unreadable])[..], of_unreadable);
    assert_eq!(all(&[&alone]), [(0, PossessionMissing), (0, LedgerNotOpened)]);
}
