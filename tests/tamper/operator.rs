//! What takes the operator's key, or one that was the operator's or an author's: everything is linked, hashed and sealed
//! as it should be, and still does not fit.

use candour::core::checkpoint::Checkpoint;
use candour::core::fault::Code;
use candour::core::hash::Hash;
use candour::core::statement::{KeyedSignature, pre_authentication_encoding};
use serde_json::{Value, json};

use super::class::{Class, Sample};
use super::ledger::Ledger;
use super::nobody;
use super::world::{WITNESSES, World};
use crate::corpus::forge::{canonical, key};

/// Classes that the law, or what authors signed, gives away.
pub fn classes() -> Vec<Class> {
    let mut classes = entries();
    classes.extend(order());
    classes.extend(voices());
    classes.extend(promises());
    classes
}

fn class(
    what: &'static str,
    codes: &'static [Code],
    names: &'static str,
    make: impl Fn(&World) -> Vec<Sample> + 'static,
) -> Class {
    Class { who: "the operator", ..nobody::class(what, codes, names, move |world, _| make(world)) }
}

/// Links, hashes and seals a ledger anew, and says where a fault must be.
pub fn sealed(mut ledger: Ledger, index: usize) -> Option<Sample> {
    ledger.relink();
    ledger.promise(ledger.size());
    Some(Sample::of(index, ledger.files()?).at(index))
}

/// Does that at every place from one on, where it can be done.
fn each(world: &World, from: usize, change: impl Fn(&mut Ledger, usize) -> Option<usize>) -> Vec<Sample> {
    let changed = |index: usize| {
        let mut ledger = world.ledger.clone();
        let place = change(&mut ledger, index)?;
        Some(sealed(ledger, place)?.from(index))
    };
    (from..world.ledger.entries.len()).filter_map(changed).collect()
}

fn kind(ledger: &Ledger, index: usize) -> String {
    ledger.statement(index)["event"]["kind"].as_str().unwrap_or_default().to_owned()
}

/// The seconds since 1970 of an entry's statement.
fn issued(ledger: &Ledger, index: usize) -> u64 {
    let text = ledger.statement(index)["issued_at"].as_str().unwrap().to_owned();
    candour::core::time::Time::parse(&text).unwrap().unix()
}

fn entries() -> Vec<Class> {
    vec![
        class("a statement altered, not signed again", &[Code::SignatureInvalid], "the entry", |world| {
            each(world, 0, |ledger, index| {
                let mut statement = ledger.statement(index);
                statement["issued_at"] = "2025-12-31T00:00:00Z".into();
                ledger.edit(index, |entry| entry.payload = canonical(&statement));
                Some(index)
            })
        }),
        class("the signatures of a statement taken away", &[Code::SignatureMissing], "the entry", |world| {
            each(world, 0, |ledger, index| {
                ledger.edit(index, |entry| entry.signatures.clear());
                Some(index)
            })
        }),
        class("an entry recorded before the one before it", &[Code::TimeReversed], "the entry", |world| {
            each(world, 1, |ledger, index| {
                ledger.record(index, ledger.entry(index - 1).recorded_at.unix_ms() - 1);
                Some(index)
            })
        }),
        class("an entry back-dated to long before its author signed", &[Code::IssuedInFuture], "the entry", |world| {
            each(world, 1, |ledger, index| {
                let earliest = ledger.entry(index - 1).recorded_at.unix_ms();
                let limit = (issued(ledger, index) - 301) * 1000;
                ledger.record(index, earliest);
                (earliest < limit).then_some(index)
            })
        }),
        class("an entry of another ledger in its place", &[Code::LedgerMismatch], "the entry", |world| {
            let Some(other) = &world.other else { return Vec::new() };
            each(world, 1, |ledger, index| {
                ledger.entries[index].clone_from(&other.entries[index]);
                Some(index)
            })
        }),
        class(
            "an authority's signature left out, where the law asks for it",
            &[Code::ThresholdNotMet],
            "the entry",
            |world| {
                each(world, 1, |ledger, index| {
                    let is_asked = kind(ledger, index) == "actor_enrolled" && ledger.entry(index).signatures.len() > 2;
                    ledger.edit(index, |entry| entry.signatures.truncate(entry.signatures.len().saturating_sub(1)));
                    is_asked.then_some(index)
                })
            },
        ),
    ]
}

fn order() -> Vec<Class> {
    vec![
        class(
            "a statement left out, whose author's key signs a later one",
            &[Code::NthGap],
            "the later one",
            |world| {
                each(world, 1, |ledger, index| {
                    let later = world.speaks_again(index)?;
                    ledger.entries.remove(index);
                    Some(later - 1)
                })
            },
        ),
        class("a statement placed twice", &[Code::NthReused], "the second", |world| {
            each(world, 1, |ledger, index| {
                ledger.entries.insert(index + 1, ledger.entries[index].clone());
                (kind(ledger, index) != "key_rotated").then_some(index + 1)
            })
        }),
        class("two statements of one key swapped", &[Code::NthGap], "the first place", |world| {
            each(world, 1, |ledger, index| {
                let next = world.speaks_again(index)?;
                swap(ledger, index, next)?;
                (next == index + 1).then_some(index)
            })
        }),
    ]
}

/// Swaps two neighbours, both recorded when the later one was.
pub fn swap(ledger: &mut Ledger, index: usize, next: usize) -> Option<()> {
    let time = ledger.entry(next).recorded_at.unix_ms();
    ledger.record(index, time);
    ledger.entries.swap(index, next);
    Some(())
}

/// A statement with that key's signature alone, after all others.
fn append(ledger: &mut Ledger, statement: &Value, by: &[u8; 32]) -> Option<usize> {
    let (payload, last) = (canonical(statement), ledger.entries.len());
    let key = candour::core::key::KeyId(*by);
    let signature = ledger.secret(by)?.sign(&pre_authentication_encoding(&payload));
    ledger.entries.push(ledger.entries.last()?.clone());
    let signatures = vec![KeyedSignature { key, signature }];
    ledger.edit(last, |entry| (entry.payload, entry.signatures) = (payload, signatures));
    Some(last)
}

/// How many statements that key signed as their author.
fn nth(ledger: &Ledger, key: &[u8; 32]) -> usize {
    (0..ledger.entries.len()).filter(|index| ledger.author(*index) == *key).count()
}

fn voices() -> Vec<Class> {
    vec![
        class("a statement in another's name, signed by the operator", &[Code::AuthorMismatch], "the entry", |world| {
            each(world, 1, |ledger, index| {
                let operator = ledger.operator(index as u64)?;
                let payload = ledger.entry(index).payload;
                let signature = ledger.secret(&operator)?.sign(&pre_authentication_encoding(&payload));
                let keyed = KeyedSignature { key: candour::core::key::KeyId(operator), signature };
                ledger.edit(index, |entry| entry.signatures = vec![keyed]);
                (world.ledger.author(index) != operator).then_some(index)
            })
        }),
        class("a request in the operator's own name", &[Code::RoleNotAllowed], "the entry", |world| {
            each(world, 1, |ledger, index| {
                let by = ledger.operator(ledger.size())?;
                let mut statement = ledger.statement(index);
                statement["author"] = ledger.statement(0)["author"].clone();
                statement["nth"] = nth(ledger, &by).into();
                statement.as_object_mut()?.remove("seen");
                let is_request = kind(ledger, index) == "request_issued";
                let last = append(ledger, &statement, &by)?;
                is_request.then_some(last)
            })
            .into_iter()
            .collect()
        }),
        Class {
            who: "the operator, the thief of a key that was replaced or revoked",
            ..class("a statement signed with that key", &[Code::KeyRevoked], "the entry", |world| {
                each(world, 1, |ledger, index| {
                    let event = ledger.statement(index)["event"].clone();
                    let ended =
                        event["old"].as_str().or(event["key"].as_str().filter(|_| event["kind"] == "key_revoked"));
                    let ended: [u8; 32] = hex::decode(ended?).ok()?.try_into().ok()?;
                    let said = (1..index).rfind(|before| ledger.author(*before) == ended)?;
                    let mut statement = ledger.statement(said);
                    statement["nth"] = nth(ledger, &ended).into();
                    append(ledger, &statement, &ended)
                })
            })
        },
    ]
}

fn promises() -> Vec<Class> {
    let signed = |world: &World, size: u64, root: Hash, label: Option<[u8; 32]>, file: String| {
        let operator = label.or_else(|| world.ledger.operator(size))?;
        let text = Checkpoint { origin: world.ledger.origin.clone(), size, root };
        let checkpoint = world.ledger.signed(text, world.ledger.secret(&operator)?)?;
        let mut files = world.files.clone();
        files.insert(file.clone(), checkpoint.to_string().into());
        Some(Sample::of(&file, files).in_file(file))
    };
    vec![
        class("a checkpoint of another root", &[Code::CheckpointRootMismatch], "the file", move |world| {
            let sizes = world.ledger.sizes.iter();
            let other = |size: &u64| signed(world, *size, Hash::ZERO, None, format!("checkpoints/{size}"));
            sizes.filter_map(other).collect()
        }),
        class("a promise of more entries than there are", &[Code::CheckpointBeyondEntries], "the file", move |world| {
            signed(world, world.ledger.size() + 1, Hash::ZERO, None, "checkpoint".into()).into_iter().collect()
        }),
        Class {
            who: "the thief of a key that the operator replaced",
            ..class("a checkpoint signed with that key", &[Code::CheckpointUnsigned], "the file", move |world| {
                let (size, (_, old)) = (world.ledger.size(), world.ledger.operators()[0]);
                let replaced = world.ledger.operator(size) != Some(old);
                let root = world.ledger.root(size);
                let sample = signed(world, size, root, Some(old), "checkpoint".into()).filter(|_| replaced);
                sample.into_iter().collect()
            })
        },
        Class {
            who: "every witness",
            holds: "witnesses in the policy",
            ..class("a checkpoint without the operator's signature", &[Code::CheckpointUnsigned], "the file", |world| {
                let mut ledger = world.ledger.clone();
                ledger.accomplices = WITNESSES.to_vec();
                let text = Checkpoint { origin: ledger.origin.clone(), size: ledger.size(), root: ledger.root(1) };
                let mut files = world.files.clone();
                let checkpoint = ledger.signed(text, &key("mallory")).unwrap();
                files.insert("checkpoint".into(), checkpoint.to_string().into());
                vec![Sample::of("checkpoint", files).in_file("checkpoint").witnessed()]
            })
        },
    ]
}

/// An event of that kind, for a statement of an author's own, unlike any before.
pub fn another(ledger: &Ledger, index: usize) -> Option<(Value, [u8; 32])> {
    let mut statement = ledger.statement(index);
    let by = ledger.author(index);
    let name = format!("{}-again", statement["event"]["disclosure"].as_str()?);
    statement["event"]["disclosure"] = json!(name);
    statement["nth"] = nth(ledger, &by).into();
    statement.as_object_mut()?.remove("seen");
    Some((statement, by))
}

/// Files that statement after all others.
pub fn filed(ledger: &mut Ledger, statement: &Value, by: &[u8; 32]) -> Option<usize> {
    append(ledger, statement, by)
}
