//! How many it takes, and what is published then.

use candour::core::checkpoint::SignedCheckpoint;
use candour::core::fault::Code;
use candour::shell::ledger::{Ledger, LedgerError, Why};
use candour::shell::witnessing::ask;
use candour::storage::memory_store::MemoryStore;

use super::fake::{Fake, NOW, Say, cosigns, honest};
use super::world::{PATIENT, World, came_to, operator, policy};

const NAMES: [&str; 3] = ["A", "B", "C"];

fn three() -> [Fake; 3] {
    NAMES.map(|name| Fake::new(honest(name, None, NOW)))
}

fn of(fakes: &[Fake; 3]) -> Vec<(&'static str, &Fake)> {
    NAMES.into_iter().zip(fakes).collect()
}

#[test]
fn a_checkpoint_is_published_when_its_quorum_is_met() {
    let nested = "group x any A B\ngroup q all x C\nquorum q\n";
    // (the quorum, who is down, whether it is published)
    let table = [
        ("quorum none\n", "ABC", true),
        ("quorum A\n", "BC", true),
        ("quorum A\n", "A", false),
        ("group q 2 A B C\nquorum q\n", "", true),
        ("group q 2 A B C\nquorum q\n", "C", true),
        ("group q 2 A B C\nquorum q\n", "AC", false),
        ("group q all A B C\nquorum q\n", "B", false),
        (nested, "A", true),
        (nested, "B", true),
        (nested, "AB", false),
        (nested, "C", false),
    ];
    for (quorum, down, published) in table {
        let says = format!("{quorum:?} without {down:?}");
        let fakes = three();
        for (name, fake) in of(&fakes).into_iter().filter(|(name, _)| down.contains(name)) {
            fake.follow(|_| Say::Close);
            assert!(NAMES.contains(&name));
        }
        let mut world = World::new(4, "a");
        let policy = policy(&of(&fakes), quorum);
        let outcome = world.publish(&policy, PATIENT);
        let replies = outcome.as_ref().map_or_else(|not| &not.replies, |done| &done.replies);
        let expected = NAMES.map(|name| if down.contains(name) { "witness-unanswered" } else { "ok" });
        assert_eq!(came_to(replies), expected, "{says}");
        assert_eq!(outcome.is_ok(), published, "{says}");
        assert_eq!(world.published().is_some(), published, "{says}");
        if let Some(checkpoint) = world.published() {
            assert_eq!(policy.check(&checkpoint).unwrap().len(), 3 - down.len(), "{says}");
        }
        // Once they are back, what waited is completed.
        of(&fakes).into_iter().for_each(|(name, fake)| fake.follow(cosigns(NAMES_OF[place(name)], NOW + 9)));
        let checkpoint = world.publish(&policy, PATIENT).unwrap().checkpoint;
        assert_eq!(policy.check(&checkpoint).unwrap().len(), 3, "{says}");
        assert_eq!(world.published(), Some(checkpoint), "{says}");
    }
}

const NAMES_OF: [&[&str]; 3] = [&["A"], &["B"], &["C"]];

fn place(name: &str) -> usize {
    NAMES.iter().position(|known| *known == name).unwrap()
}

#[test]
fn signing_the_same_entries_again_is_signing_the_same() {
    let world = World::new(3, "a");
    let sign = || world.ledger.promise(&operator(), policy(&[], "quorum none\n")).unwrap();
    assert_eq!(sign(), sign());
    assert_eq!(sign().signed().to_string(), sign().signed().to_string());
}

#[test]
fn an_earlier_cosignature_is_kept_and_only_who_is_missing_is_asked() {
    let fakes = three();
    let policy = policy(&of(&fakes), "group q 2 A B C\nquorum q\n");
    let mut world = World::new(3, "a");
    fakes[2].follow(|_| Say::Close);
    let first = world.publish(&policy, PATIENT).unwrap().checkpoint;
    let _ = fakes.each_ref().map(Fake::times);
    // Nothing gained, nothing written.
    assert_eq!(came_to(&world.publish(&policy, PATIENT).unwrap().replies), ["kept", "kept", "witness-unanswered"]);
    assert_eq!(world.published().as_ref(), Some(&first));
    assert_eq!([0, 1, 2].map(|place| fakes[place].times()), [0, 0, 1]);
    world.clock.advance(50_000);
    fakes[0].follow(cosigns(&["A"], NOW + 50));
    fakes[2].follow(honest("C", None, NOW + 50));
    let second = world.publish(&policy, PATIENT).unwrap();
    assert_eq!(came_to(&second.replies), ["kept", "kept", "ok"]);
    assert!(second.checkpoint.to_string().starts_with(&first.to_string()), "lines are added, none replaced");
    // The next one is asked for from where each stood.
    let _ = fakes.each_ref().map(Fake::times);
    world.grow();
    world.grow();
    fakes[0].follow(cosigns(&["A"], NOW + 50));
    world.publish(&policy, PATIENT).unwrap();
    assert_eq!([0, 1, 2].map(|place| fakes[place].asked.try_recv().unwrap().old()), [3, 3, 3]);
}

/// What a witness has that saw so much of the history of a branch.
fn seen(entries: u64, branch: &'static str) -> SignedCheckpoint {
    World::new(entries, branch).ledger.promise(&operator(), policy(&[], "quorum none\n")).unwrap().signed().clone()
}

#[test]
fn nothing_is_published_over_what_a_witness_can_prove() {
    // (what the witness saw, how much there is now, what its answer comes to)
    let table = [
        (seen(6, "a"), 4, "witness-ahead"),
        (seen(6, "b"), 4, "witness-ahead"),
        (seen(4, "b"), 6, "witness-inconsistent"),
        (seen(4, "b"), 4, "witness-inconsistent"),
    ];
    for (theirs, entries, expected) in table {
        let (prover, other) = (Fake::new(honest("P", Some(theirs.clone()), NOW)), Fake::new(cosigns(&["O"], NOW)));
        let mut world = World::new(entries, "a");
        let policy = policy(&[("P", &prover), ("O", &other)], "quorum O\n");
        let unwitnessed = world.publish(&policy, PATIENT).unwrap_err();
        assert_eq!(came_to(&unwitnessed.replies), [expected, "ok"]);
        let Why::Contradicted { witness, theirs: shown } = &unwitnessed.why else { panic!("{unwitnessed}") };
        assert_eq!((witness.as_str(), shown.as_ref()), ("P", &theirs));
        assert!(unwitnessed.to_string().contains("restored from an older copy, or forked"), "{unwitnessed}");
        assert_eq!(world.published(), None);
        // Its mere word is worth no more than its cosignature: a liar does not stop the others.
        prover.follow(|_| Say::Answer(422, "text/plain", Vec::new()));
        assert!(world.publish(&policy, PATIENT).is_ok());
    }
}

#[test]
fn a_signature_that_is_not_the_operators_proves_nothing() {
    let stranger = SignedCheckpoint::sign(seen(6, "b").checkpoint().clone(), &crate::corpus::forge::key("x")).unwrap();
    let (prover, other) = (Fake::new(honest("P", Some(stranger), NOW)), Fake::new(cosigns(&["O"], NOW)));
    let mut world = World::new(4, "a");
    let witnessed = world.publish(&policy(&[("P", &prover), ("O", &other)], "quorum O\n"), PATIENT).unwrap();
    assert_eq!(came_to(&witnessed.replies), ["witness-ahead", "ok"]);
}

#[test]
fn others_file_and_publish_while_the_witnesses_are_asked() {
    let fake = Fake::new(honest("A", None, NOW));
    let policy = policy(&[("A", &fake)], "quorum A\n");
    let mut world = World::new(3, "a");
    let pending = world.ledger.promise(&operator(), policy.clone()).unwrap();
    let replies = ask(&pending, world.ledger.store(), PATIENT, &world.clock).unwrap();
    world.grow();
    let witnessed = world.ledger.publish_witnessed(&pending, &operator(), replies.clone()).unwrap();
    assert_eq!(witnessed.checkpoint.checkpoint().size, 3);
    let mark = world.ledger.chain().mark_at(3).unwrap();
    assert_eq!(mark.root, pending.signed().checkpoint().root);
    // Opened anew, it is the same ledger.
    let chain = world.ledger.chain().clone();
    let mut world = world.opened_anew();
    assert_eq!(*world.ledger.chain(), chain);
    // A later one was published meanwhile: it covers these entries too, and the witness that saw it is no contradiction.
    let later = world.publish(&policy, PATIENT).unwrap().checkpoint;
    let overtaken = ask(&pending, world.ledger.store(), PATIENT, &world.clock).unwrap();
    assert_eq!(came_to(&overtaken), ["witness-ahead"]);
    let witnessed = world.ledger.publish_witnessed(&pending, &operator(), overtaken).unwrap();
    assert_eq!(came_to(&witnessed.replies), ["witness-overtaken"]);
    assert_eq!((Some(&witnessed.checkpoint), Some(&later)), (world.published().as_ref(), Some(&witnessed.checkpoint)));
}

#[test]
fn a_ledger_with_witnesses_publishes_nothing_without_them() {
    let mut world = World::new(3, "a");
    world.ledger.publish(&operator()).unwrap();
    let mut store = world.ledger.into_store();
    store.keep_witnesses(b"quorum none\n");
    let mut ledger = Ledger::open(store).unwrap();
    assert!(matches!(ledger.publish(&operator()), Err(LedgerError::WitnessesNotAsked)));
    let mut store: MemoryStore = ledger.into_store();
    store.keep_witnesses(b"quorum\n");
    let ledger = Ledger::open(store).unwrap();
    let Err(LedgerError::WitnessesMalformed(fault)) = ledger.witnesses() else { panic!("a policy") };
    assert_eq!(fault.code, Code::PolicyMalformed);
    // Nor where it forgot that it has any.
    let fake = Fake::new(honest("W", None, NOW));
    let mut world = World::new(3, "a");
    world.publish(&policy(&[("W", &fake)], "quorum W\n"), PATIENT).unwrap();
    let error = world.ledger.publish(&operator()).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("is cosigned by W,")), ("witnesses-missing", true));
}
