//! What a repair must not give up, forget or pass over.

use std::fs;

use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::fault::Code;
use candour::core::policy::Policy;
use candour::core::tile::split;
use candour::shell::repair::Done;
use candour::storage::frozen::MAX_TAIL_BYTES;
use candour::storage::memory_bundle::MemoryBundle;

use super::place::{Place, codes, sealed, spoil_entry, spoil_note, steps, whole};
use crate::corpus::forge::key;

#[test]
fn acknowledged_entries_come_from_the_copy_however_many_they_are() {
    let ledger = sealed(561, &[1]);
    for noted in [true, false] {
        let place = Place::of(&ledger);
        place.remove(&["tile/entries/001", "tail"]);
        if !noted {
            place.remove(&["tmp/acknowledged"]);
        }
        let done = place.mend(Some(&ledger), None, true, true);
        let taken = [("tail", Done::Filled), ("tile/entries/001", Done::TakenFromCopy)];
        assert_eq!((&done.cut, done.size, done.left.len()), (&None, 561, 0), "{done:?}");
        assert!(taken.iter().all(|step| steps(&done).contains(step)), "{done:?}");
        assert_eq!(place.entries(), ledger.entries);
    }
    // Where nobody has them, they are given up when asked, and what was noted of them is kept.
    let place = Place::of(&ledger);
    place.remove(&["tile/entries/001", "tail"]);
    let noted = fs::read(place.at("tmp/acknowledged")).unwrap();
    let done = place.mend(None, None, true, false);
    let cut = done.cut.unwrap();
    assert_eq!((cut.from, cut.acknowledged, done.applied), (256, Some(561), false));
    let done = place.mend(None, None, true, true);
    assert_eq!((done.applied, done.size), (true, 256));
    assert_eq!(fs::read(done.aside.unwrap().join("tmp/acknowledged")).unwrap(), noted);
    assert_eq!(place.entries(), ledger.entries[..256]);
}

#[test]
fn an_entry_that_says_another_time_is_no_end_of_what_follows() {
    let ledger = sealed(7, &[2]);
    let place = Place::of(&ledger);
    let mut tail = fs::read(place.at("tail")).unwrap();
    let before: usize = split(&tail).take(4).map(|entry| entry.unwrap().len() + 2).sum();
    tail[before + 2 + 8] ^= 1;
    fs::write(place.at("tail"), tail).unwrap();
    let done = place.mend(Some(&ledger), None, true, false);
    assert_eq!((steps(&done), &done.cut, done.left.len()), (vec![("tail", Done::Filled)], &None, 0));
    assert_eq!(place.entries(), ledger.entries);
}

#[test]
fn entries_in_a_partial_entry_bundle_are_used() {
    let ledger = sealed(5, &[5]);
    // Promised: the tail is damaged in the midst.
    let place = Place::of(&ledger);
    spoil_entry(&place.at("tail"), 3);
    let done = place.mend(None, None, true, false);
    assert_eq!((steps(&done), &done.cut, done.left.len()), (vec![("tail", Done::Filled)], &None, 0));
    assert_eq!(place.entries(), ledger.entries);
    // Neither noted nor promised any more: it is cut short in the midst.
    let place = Place::of(&ledger);
    place.remove(&["checkpoint", "checkpoints/5", "tmp/acknowledged"]);
    let tail = fs::read(place.at("tail")).unwrap();
    let end: usize = split(&tail).take(3).map(|entry| entry.unwrap().len() + 2).sum();
    fs::write(place.at("tail"), &tail[..end + 13]).unwrap();
    let done = place.mend(None, None, true, false);
    assert!(steps(&done).contains(&("tail", Done::Filled)) && done.cut.is_none(), "{done:?}");
    assert_eq!(fs::read(place.at("tail")).unwrap(), tail);
    // Where one of them is damaged too, those after it are not given up unasked.
    let place = Place::of(&ledger);
    place.remove(&["checkpoint", "checkpoints/5", "tmp/acknowledged"]);
    fs::write(place.at("tail"), &tail[..end + 13]).unwrap();
    spoil_entry(&place.at("tile/entries/000.p/5"), 3);
    let done = place.mend(None, None, true, false);
    assert_eq!((done.cut.map(|cut| (cut.from, cut.whole)), done.applied), (Some((3, 1)), false));
    // Nor is what stood after them.
    let ledger = sealed(7, &[5]);
    let place = Place::of(&ledger);
    place.remove(&["tmp/acknowledged"]);
    spoil_entry(&place.at("tail"), 3);
    spoil_entry(&place.at("tail"), 6);
    let done = place.mend(None, None, true, false);
    assert_eq!((done.cut.map(|cut| cut.from), done.applied), (Some(6), false));
}

#[test]
fn what_the_operator_signed_in_the_copy_is_promised() {
    let (old, new) = (sealed(3, &[2]), sealed(5, &[2, 5]));
    let place = Place::of(&old);
    let done = place.mend(Some(&new), None, true, false);
    assert_eq!((done.applied, done.size, done.sealed, done.left.len()), (true, 5, 5, 0), "{done:?}");
    assert_eq!(place.entries(), new.entries);
    assert_eq!(fs::read(place.at("checkpoint")).unwrap(), new.files()["checkpoint"]);
    // The copy lost those entries.
    let place = Place::of(&old);
    let mut lost = whole(&new);
    lost.retain(|name, _| !name.starts_with("tile/"));
    let done = place.mend_from(Some(&MemoryBundle::from_iter(lost)), None, true, true);
    assert!(!done.is_possible() && codes(&done).contains(&Code::CheckpointBeyondEntries), "{done:?}");
    // It went on otherwise than this ledger did.
    let mut other = sealed(3, &[2]);
    for number in 0..2 {
        let rules = serde_json::json!({"max_entries": 900 + number, "max_seconds": 60});
        let event = serde_json::json!({"kind": "checkpoint_rules_set", "rules": rules});
        other.say("regulator", "regulator", event);
    }
    other.seal();
    let place = Place::of(&other);
    for drop in [false, true] {
        let done = place.mend(Some(&new), None, true, drop);
        assert!(!done.is_possible() && codes(&done).contains(&Code::CheckpointRootMismatch), "{done:?}");
    }
    assert!(place.mend(None, None, false, false).is_sound());
    // So it is where nobody signed the one or the other: what is there stays.
    other.seals = vec![2];
    other.entries.truncate(4);
    let place = Place::of(&other);
    place.remove(&["tmp/acknowledged"]);
    assert!(place.mend(Some(&sealed(9, &[2])), None, false, false).is_sound());
}

#[test]
fn the_newest_checkpoint_is_not_forgotten_for_an_older_one_unless_asked() {
    let place = Place::of(&sealed(5, &[1, 3]));
    place.remove(&["checkpoints/3"]);
    spoil_note(&place.at("checkpoint"));
    let spoilt = fs::read(place.at("checkpoint")).unwrap();
    let done = place.mend(None, None, true, false);
    assert!(!done.applied && !done.left.is_empty(), "{done:?}");
    let copied = MemoryBundle::from_iter(whole(&sealed(5, &[1, 3])));
    assert_eq!(place.mend_from(Some(&copied), None, false, false).sealed, 3);
    let done = place.mend(None, None, true, true);
    assert_eq!((done.applied, done.sealed, done.size), (true, 1, 5), "{done:?}");
    assert_eq!(fs::read(done.aside.unwrap().join("checkpoint")).unwrap(), spoilt);
    assert!(place.mend(None, None, false, false).is_sound());
}

#[test]
fn only_a_checkpoint_that_the_operator_signed_promises_entries() {
    let ledger = sealed(5, &[3]);
    for noted in [true, false] {
        let place = Place::of(&ledger);
        fs::write(place.at("checkpoints/99"), "junk").unwrap();
        if !noted {
            place.remove(&["tmp/acknowledged"]);
            // Who knows what it was.
            let done = place.mend(None, None, true, false);
            assert!(!done.applied && done.left[0].file.as_deref() == Some("checkpoints/99"), "{done:?}");
        }
        let done = place.mend(None, None, true, !noted);
        assert_eq!(steps(&done), [("checkpoints/99", Done::TakenAway)]);
        assert_eq!((done.applied, done.left.len()), (true, 0), "{done:?}");
        assert_eq!(fs::read(done.aside.unwrap().join("checkpoints/99")).unwrap(), b"junk");
        assert_eq!(place.entries(), ledger.entries);
    }
    let place = Place::of(&ledger);
    fs::write(place.at("checkpoints/9"), &sealed(9, &[9]).files()["checkpoint"]).unwrap();
    let done = place.mend(None, None, true, true);
    assert!(!done.is_possible() && codes(&done).contains(&Code::CheckpointBeyondEntries), "{done:?}");
}

#[test]
fn a_cosignature_is_mended_from_the_twin_and_the_copy() {
    let ledger = sealed(5, &[5]);
    let witness = Cosigner::new("W", CosigningKey::Ed25519(key("W"))).unwrap();
    let mut cosigned = ledger.checkpoint(5);
    cosigned.add_signature(witness.cosign(&cosigned, 1_800_000_000).unwrap()).unwrap();
    let (cosigned, notes) = (cosigned.to_string().into_bytes(), ["checkpoint", "checkpoints/5"]);
    let text = format!("witness W {}\nquorum W\n", witness.verifier());
    let policy = Policy::parse(text.as_bytes()).unwrap();
    let mut copy = whole(&ledger);
    copy.extend(notes.map(|name| (name.to_owned(), cosigned.clone())));
    let copy = MemoryBundle::from_iter(copy);
    let place = Place::of(&ledger);
    // One that no witness cosigned may be older than the policy.
    fs::write(place.at("witnesses"), &text).unwrap();
    assert!(place.mend(None, None, false, false).is_sound());
    for name in notes {
        for (spoilt, kept) in [(&[name][..], true), (&[name][..], false), (&notes[..], true)] {
            notes.iter().for_each(|name| fs::write(place.at(name), &cosigned).unwrap());
            spoilt.iter().for_each(|name| spoil_note(&place.at(name)));
            fs::remove_file(place.at("witnesses")).ok();
            if kept {
                fs::write(place.at("witnesses"), &text).unwrap();
            } else {
                // Nobody knows that key, nor which of the two is whole; but what a copy has, too, is.
                let done = place.mend(None, None, true, false);
                assert_eq!((done.applied, codes(&done)), (false, vec![Code::CosignatureInvalid]));
                assert_eq!(done.unasked, ["W"]);
                assert_eq!(steps(&place.mend_from(Some(&copy), None, false, false)), [(name, Done::TakenFromTwin)]);
                assert!(place.mend(None, None, false, true).is_possible());
            }
            let given = Some(&policy).filter(|_| !kept);
            if spoilt.len() == 1 {
                let done = place.mend(None, given, true, false);
                assert_eq!(steps(&done), [(name, Done::TakenFromTwin)]);
            } else {
                let done = place.mend(None, given, true, false);
                assert!(!done.applied && codes(&done).contains(&Code::CosignatureInvalid), "{done:?}");
                let done = place.mend_from(Some(&copy), given, true, false);
                assert!(done.applied && done.left.is_empty(), "{done:?}");
            }
            assert!(notes.iter().all(|name| fs::read(place.at(name)).unwrap() == cosigned));
        }
    }
}

#[test]
fn two_notes_of_one_checkpoint_become_one() {
    let ledger = sealed(5, &[5]);
    let mut notes = [ledger.checkpoint(5), ledger.checkpoint(5), ledger.checkpoint(5)];
    for (note, name) in notes.iter_mut().zip(["V", "W"]) {
        let witness = Cosigner::new(name, CosigningKey::Ed25519(key(name))).unwrap();
        note.add_signature(witness.cosign(note, 1_800_000_000).unwrap()).unwrap();
    }
    let [by_v, by_w, by_none] = notes.map(|note| note.to_string());
    // (checkpoint, checkpoints/5, what both become without a policy, unless that is asked for)
    let table = [(&by_none, &by_v, Some(&by_v)), (&by_v, &by_none, Some(&by_v)), (&by_v, &by_w, None)];
    for (shown, kept, both) in table {
        let place = Place::of(&ledger);
        let write = || {
            fs::write(place.at("checkpoint"), shown).unwrap();
            fs::write(place.at("checkpoints/5"), kept).unwrap();
        };
        let read = || ["checkpoint", "checkpoints/5"].map(|name| fs::read_to_string(place.at(name)).unwrap());
        write();
        assert_eq!(place.mend(None, None, true, false).applied, both.is_some());
        assert_eq!(read(), both.map_or([shown, kept], |both| [both; 2]).map(String::clone));
        write();
        assert!(place.mend(None, None, true, true).left.is_empty());
        assert_eq!(read(), [both.unwrap_or(kept); 2].map(String::clone));
    }
}

#[test]
fn what_a_killed_repair_left_is_removed_and_nobody_elses() {
    let place = Place::of(&sealed(5, &[5]));
    let left =
        [".candour-repair-ledger-abc123.partial", ".candour-abc123.partial", ".candour-repair-ledger-b-abc123.partial"];
    for name in left {
        fs::create_dir(place.0.path().join(name)).unwrap();
        fs::write(place.0.path().join(name).join("tail"), "half").unwrap();
    }
    assert!(place.mend(None, None, false, false).is_sound());
    assert_eq!(left.map(|name| place.0.path().join(name).exists()), [false, true, true]);
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 3);
}

#[test]
fn a_narrower_partial_entry_bundle_is_used_where_the_widest_is_damaged() {
    let ledger = sealed(5, &[5]);
    let place = Place::of(&ledger);
    let tail = fs::read(place.at("tail")).unwrap();
    let four: usize = split(&tail).take(4).map(|entry| entry.unwrap().len() + 2).sum();
    fs::write(place.at("tile/entries/000.p/4"), &tail[..four]).unwrap();
    for file in ["tail", "tile/entries/000.p/5"] {
        spoil_entry(&place.at(file), 3);
    }
    let done = place.mend(None, None, true, false);
    assert_eq!((done.applied, &done.cut, done.left.len()), (true, &None, 0), "{done:?}");
    assert_eq!(place.entries(), ledger.entries);
}

#[test]
fn a_tail_longer_than_any_is_cut_after_its_last_intact_entry() {
    let ledger = sealed(7, &[5]);
    let place = Place::of(&ledger);
    let [tail, noted] = ["tail", "tmp/acknowledged"].map(|name| fs::read(place.at(name)).unwrap());
    let mut long = tail.clone();
    // Of one that is shorter, this could be a write that was cut short.
    long.resize(MAX_TAIL_BYTES as usize + 9, 0);
    fs::write(place.at("tail"), &long).unwrap();
    let done = place.mend(None, None, true, true);
    let cut = done.cut.as_ref().unwrap();
    assert_eq!((steps(&done), cut.from, done.applied), (vec![("tail", Done::Cut)], 7, true));
    assert_eq!((cut.bytes, done.left.len()), ((long.len() - tail.len()) as u64, 0), "{done:?}");
    assert!(fs::read(done.aside.unwrap().join("tail")).unwrap() == long);
    assert_eq!(["tail", "tmp/acknowledged"].map(|name| fs::read(place.at(name)).unwrap()), [tail, noted]);
    assert_eq!(place.entries(), ledger.entries);
}

#[test]
fn a_ledger_that_awaits_its_first_checkpoint_is_whole() {
    let unsealed = sealed(5, &[]);
    let place = Place::of(&unsealed);
    for copy in [None, Some(&unsealed)] {
        assert!(place.mend(copy, None, true, false).is_sound());
    }
    place.remove(&["tmp/acknowledged"]);
    assert!(place.mend(None, None, false, false).is_sound());
    // There was one, by the copy.
    let done = place.mend(Some(&sealed(5, &[5])), None, false, false);
    assert_eq!((done.sealed, done.is_sound()), (5, false));
    let mut copy = whole(&unsealed);
    copy.insert("checkpoint".into(), b"junk".to_vec());
    let done = place.mend_from(Some(&MemoryBundle::from_iter(copy)), None, false, false);
    assert_eq!(codes(&done), [Code::CheckpointMissing]);
    // Or by the note.
    let place = Place::of(&sealed(5, &[5]));
    place.remove(&["checkpoint", "checkpoints/5"]);
    assert!(codes(&place.mend(None, None, false, false)).contains(&Code::CheckpointMissing));
}

/// After a power cut, more may have been acknowledged than is noted.
#[test]
fn damaged_entries_after_those_noted_are_not_given_up_for_a_copy_with_fewer() {
    let place = Place::of(&sealed(25, &[22]));
    let noted = fs::read(Place::of(&sealed(22, &[22])).at("tmp/acknowledged")).unwrap();
    fs::write(place.at("tmp/acknowledged"), noted).unwrap();
    [23, 24].iter().for_each(|n| spoil_entry(&place.at("tail"), *n));
    let copy = sealed(24, &[22]);
    let done = place.mend(Some(&copy), None, true, false);
    assert_eq!((done.applied, done.cut.as_ref().map(|cut| cut.from)), (false, Some(24)), "{done:?}");
    let done = place.mend(Some(&copy), None, true, true);
    assert_eq!((done.applied, done.size), (true, 24), "{done:?}");
}
