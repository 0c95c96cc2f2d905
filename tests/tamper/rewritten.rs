//! Histories that fit: written anew by the operator, alone or with authors and witnesses. Nothing in them gives them away,
//! but what somebody else has seen.

use candour::core::entry::Entry;
use candour::core::fault::Code;

use super::class::{Class, Found, Sample};
use super::ledger::Ledger;
use super::operator::{another, filed, swap};
use super::world::{WITNESSES, World};

/// A history written anew, by what it leaves of the honest one: the first entry that is another, and the ledger.
type Rewritten = (usize, Ledger);

/// A way to write history anew, at every place where it can be done.
struct Way {
    what: &'static str,
    who: &'static str,
    why: &'static str,
    make: fn(&World) -> Vec<Rewritten>,
}

/// Where only the operator's word is at stake.
const ALONE: &str = "the operator";
/// Where an author signs again, or somebody does with the author's key.
const WITH_SIGNERS: &str = "the operator, whoever has the keys that signed it";

const WAYS: [Way; 6] = [
    Way { what: "an entry said to be recorded later", who: ALONE, why: "the time is the operator's word", make: later },
    Way {
        what: "a statement left out, its author's last, on which nothing rests",
        who: ALONE,
        why: "nobody was told of it; its author has the receipt",
        make: left_out,
    },
    Way {
        what: "two statements swapped that do not depend on each other",
        who: ALONE,
        why: "their order is the operator's word",
        make: swapped,
    },
    Way {
        what: "a co-signature left out that the law does not need",
        who: ALONE,
        why: "signatures are over the statement alone",
        make: co_signature_left_out,
    },
    Way {
        what: "a statement altered and signed again",
        who: WITH_SIGNERS,
        why: "who signs it says so",
        make: signed_again,
    },
    Way {
        what: "the end cut off, and a promise of what is left",
        who: ALONE,
        why: "a shorter history is a history",
        make: cut,
    },
];

/// Classes of histories that fit.
pub fn classes() -> Vec<Class> {
    let mut classes = Vec::new();
    for Way { what, who, why, make } in WAYS {
        classes.push(Class {
            what,
            who,
            holds: "—",
            found: Found::Never,
            names: why,
            make: Box::new(move |world, _| samples(make(world), |place| world.seen_by(place).is_none())),
        });
        if what != WAYS[5].what {
            classes.push(seen(what, who, make));
        }
        classes.push(kept(what, who, make));
        classes.push(unwitnessed(what, who, make));
    }
    classes.extend(wholly());
    classes.extend(others());
    classes
}

fn samples(rewritten: Vec<Rewritten>, keep: impl Fn(usize) -> bool) -> Vec<Sample> {
    let meant = rewritten.into_iter().filter(|(place, _)| keep(*place));
    meant.filter_map(|(place, ledger)| Some(Sample::of(place, ledger.files()?).from(place))).collect()
}

/// The same, of an entry that a later author had seen.
fn seen(what: &'static str, who: &'static str, make: fn(&World) -> Vec<Rewritten>) -> Class {
    let covered = move |world: &World, (place, ledger): Rewritten| {
        let missing = world.ledger.entries.len() - ledger.entries.len();
        let later = world.seen_by(place)? - missing;
        let seen = ledger.statement(later)["seen"]["size"].as_u64()?;
        let there = ledger.sizes.contains(&seen) && seen <= later as u64;
        Some(Sample::of(place, ledger.files()?).at(later).from(place)).filter(|_| there)
    };
    Class {
        what,
        who,
        holds: "a later author's `seen`",
        found: Found::By(&[Code::SeenMismatch]),
        names: "that author's entry",
        make: Box::new(move |world, _| make(world).into_iter().filter_map(|one| covered(world, one)).collect()),
    }
}

/// The same, by a reader who kept the checkpoint of everything, or the receipt of what is another now.
fn kept(what: &'static str, who: &'static str, make: fn(&World) -> Vec<Rewritten>) -> Class {
    let both = |world: &World, (place, ledger): Rewritten| {
        let sample = || Some(Sample::of(place, ledger.files()?).in_file("pin").from(place));
        let checkpoint = world.ledger.checkpoint(world.ledger.size());
        let receipt = world.ledger.receipt(place as u64);
        let pinned = [checkpoint.map(|pin| pin.to_string()), receipt.map(|pin| pin.to_string())];
        pinned.into_iter().flatten().filter_map(|pin| Some(sample()?.pinned(&pin))).collect::<Vec<_>>()
    };
    Class {
        what,
        who,
        holds: "a checkpoint or a receipt",
        found: Found::By(&[Code::PinMismatch]),
        names: "`pin`",
        make: Box::new(move |world, _| make(world).into_iter().flat_map(|one| both(world, one)).collect()),
    }
}

/// The same, by a reader who asks for witnesses.
fn unwitnessed(what: &'static str, who: &'static str, make: fn(&World) -> Vec<Rewritten>) -> Class {
    let asked = |(place, ledger): Rewritten| {
        Some(Sample::of(place, ledger.files()?).in_file("checkpoint").witnessed().from(place))
    };
    Class {
        what,
        who,
        holds: "witnesses in the policy",
        found: Found::By(&[Code::QuorumNotMet]),
        names: "`checkpoint`",
        make: Box::new(move |world, _| make(world).into_iter().filter_map(asked).collect()),
    }
}

/// Links, and promises what is there.
fn sealed(mut ledger: Ledger) -> Ledger {
    ledger.relink();
    ledger.promise(ledger.size());
    ledger
}

fn each(world: &World, change: impl Fn(&mut Ledger, usize) -> Option<()>) -> Vec<Rewritten> {
    let changed = |index: usize| {
        let mut ledger = world.ledger.clone();
        change(&mut ledger, index)?;
        Some((index, sealed(ledger)))
    };
    (0..world.ledger.entries.len()).filter_map(changed).collect()
}

fn later(world: &World) -> Vec<Rewritten> {
    each(world, |ledger, index| {
        let time = ledger.entry(index).recorded_at.unix_ms() + 1;
        let next = (index + 1 < ledger.entries.len()).then(|| ledger.entry(index + 1).recorded_at.unix_ms());
        ledger.record(index, time);
        next.is_none_or(|next| next >= time).then_some(())
    })
}

fn left_out(world: &World) -> Vec<Rewritten> {
    each(world, |ledger, index| {
        ledger.entries.remove(index);
        (world.speaks_again(index).is_none() && !world.rests_on(index)).then_some(())
    })
}

fn swapped(world: &World) -> Vec<Rewritten> {
    each(world, |ledger, index| {
        let next = Some(index + 1).filter(|next| *next < ledger.entries.len())?;
        swap(ledger, index, next)?;
        let kinds = [index, next].map(|at| world.ledger.statement(at)["event"]["kind"].clone());
        let apart = ["request_issued", "disclosure_filed"];
        let apart = kinds[0] != kinds[1] && kinds.iter().all(|kind| apart.contains(&kind.as_str().unwrap_or_default()));
        (apart && world.ledger.author(index) != world.ledger.author(next)).then_some(())
    })
}

fn co_signature_left_out(world: &World) -> Vec<Rewritten> {
    each(world, |ledger, index| {
        let letter = ledger.statement(index)["event"]["kind"] == "request_issued";
        let cosigned = ledger.entry(index).signatures.len() > 1;
        ledger.edit(index, |entry: &mut Entry| entry.signatures.truncate(entry.signatures.len().saturating_sub(1)));
        (letter && cosigned).then_some(())
    })
}

fn signed_again(world: &World) -> Vec<Rewritten> {
    each(world, |ledger, index| {
        ledger.say_again(index, |statement| statement["issued_at"] = "2025-12-31T00:00:00Z".into())
    })
}

fn cut(world: &World) -> Vec<Rewritten> {
    let cut = |size: usize| {
        let mut ledger = world.ledger.clone();
        ledger.entries.truncate(size);
        ledger.promise(size as u64);
        (size, ledger)
    };
    let published = |size: &usize| world.ledger.sizes.contains(&(*size as u64));
    (1..world.ledger.entries.len()).filter(|size| !published(size)).map(cut).collect()
}

/// All of it, every author signing again what they had seen.
fn rewritten(world: &World, accomplices: &[&'static str]) -> Vec<Rewritten> {
    let anew = |index: usize| {
        let mut ledger = world.ledger.clone();
        ledger.accomplices = accomplices.to_vec();
        ledger.say_again(index, |statement| statement["issued_at"] = "2025-12-31T00:00:00Z".into())?;
        ledger.see_again()?;
        Some((index, ledger))
    };
    (0..world.ledger.entries.len()).filter_map(anew).collect()
}

fn wholly() -> Vec<Class> {
    const WHAT: &str = "history written anew from any entry on, whoever had seen it signing again";
    const WHO: &str = "the operator, every author";
    let never = |who, holds, names, accomplices: &'static [&'static str], witnessed: bool| Class {
        what: WHAT,
        who,
        holds,
        found: Found::Never,
        names,
        make: Box::new(move |world, _| {
            let samples = samples(rewritten(world, accomplices), |_| true).into_iter();
            samples.map(|sample| if witnessed { sample.witnessed() } else { sample }).collect()
        }),
    };
    let alone: fn(&World) -> Vec<Rewritten> = |world| rewritten(world, &[]);
    let with_one: fn(&World) -> Vec<Rewritten> = |world| rewritten(world, &WITNESSES[..1]);
    let with_two: fn(&World) -> Vec<Rewritten> = |world| rewritten(world, &WITNESSES[..2]);
    let mut classes = vec![never(WHO, "—", "everybody agrees", &[], false)];
    classes.push(kept(WHAT, WHO, alone));
    classes.push(unwitnessed(WHAT, WHO, alone));
    classes.push(unwitnessed(WHAT, "the operator, every author, a witness too few", with_one));
    let all = "the operator, every author, as many witnesses as the policy asks for";
    classes.push(never(all, "witnesses in the policy", "everybody agrees", &WITNESSES[..2], true));
    classes.push(kept(WHAT, all, with_two));
    classes
}

fn others() -> Vec<Class> {
    let older = |world: &World| {
        let older = |size: &u64| {
            let mut ledger = world.ledger.clone();
            ledger.entries.truncate(*size as usize);
            ledger.promise(*size);
            (*size as usize, ledger)
        };
        let sizes = &world.ledger.sizes;
        sizes[..sizes.len() - 1].iter().map(older).collect::<Vec<Rewritten>>()
    };
    let (what, who) = ("an older copy for the present one", "nobody");
    let mut classes = vec![Class {
        what,
        who,
        holds: "witnesses in the policy",
        found: Found::Never,
        names: "it was the ledger then; the times of its cosignatures show its age",
        make: Box::new(move |world, _| samples(older(world), |_| true).into_iter().map(Sample::witnessed).collect()),
    }];
    classes.push(kept(what, who, older));
    classes.push(Class {
        what: "a statement signed with an author's key, and filed like any other",
        who: "the thief of that key",
        holds: "—",
        found: Found::Never,
        names: "the key is the author's, whose own next statement is then refused (`nth-reused`), and the two are evidence",
        make: Box::new(|world, _| {
            let stolen = |index: usize| {
                let mut ledger = world.ledger.clone();
                let (statement, by) = another(&ledger, index)?;
                filed(&mut ledger, &statement, &by)?;
                world.speaks_again(index).is_none().then_some((index, sealed(ledger)))
            };
            samples((0..world.ledger.entries.len()).filter_map(stolen).collect(), |_| true)
        }),
    });
    classes
}
