//! The tamper matrix: every class of tampering, at every place of a ledger or a sample of them, and what finds it.
//!
//! README's table is what is printed here; `CANDOUR_BLESS=1 cargo test the_tamper_matrix` writes it anew. `CANDOUR_ROUNDS`
//! says at how many places each class is tried, and `CANDOUR_SEED` which. `CANDOUR_BUNDLE` and `CANDOUR_POLICY` name a
//! ledger of one's own, to which all is done that takes no key.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot be made is a test that fails")]

mod both;
mod bundles;
mod class;
mod containers;
mod files;
mod ledger;
mod nobody;
mod operator;
mod proofs;
mod rewritten;
mod wild;
mod world;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::rc::Rc;

use candour::core::fault::Code;
use candour::storage::open_bundle;

use crate::corpus::forge::Files;
use crate::corpus::property::Random;
use class::{Class, Found, Sample};
use world::World;

/// At how many places each class is tried, unless `CANDOUR_ROUNDS` says otherwise.
const PLACES: usize = 4;

/// More places than any class has. Where so many are tried, each code that the matrix names must be met.
const EVERY: usize = 300;

/// Where README's table begins and ends.
const MARKS: [&str; 2] = ["<!-- the tamper matrix -->\n", "<!-- its end -->\n"];

fn classes() -> Vec<Class> {
    let groups = [nobody::classes(), files::classes(), operator::classes(), rewritten::classes(), proofs::classes()];
    groups.into_iter().flatten().collect()
}

/// `CANDOUR_ROUNDS`, or that many.
fn rounds(unless: usize) -> usize {
    std::env::var("CANDOUR_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(unless)
}

/// So many of the samples of a class, by chance.
fn some(class: &Class, world: &World, random: &mut Random, most: usize) -> Vec<Sample> {
    let mut samples = (class.make)(world, random);
    while samples.len() > most {
        let surplus = random.below(samples.len());
        samples.swap_remove(surplus);
    }
    samples
}

/// A class as messages call it.
fn title(class: &Class) -> String {
    format!("{} / {} / {}", class.what, class.who, class.holds)
}

/// Tries a class, and tells by which codes it was found.
fn try_out(class: &Class, world: &World, samples: &[Sample]) -> Result<BTreeSet<Option<Code>>, String> {
    let found = |sample: &Sample| sample.judge(&class.found, &sample.report(world));
    let told: Result<BTreeSet<_>, String> = samples.iter().map(found).collect();
    told.map_err(|error| format!("{}: {error}", title(class)))
}

#[test]
fn the_tamper_matrix_is_what_the_readme_says() {
    let (mut random, world) = (Random::new(), World::of_the_story());
    let honest = class::audit(
        &world.files,
        &candour::core::policy::Policy::parse(world.witnessed.as_bytes()).unwrap(),
        Vec::new(),
    );
    assert_eq!((honest.faults, honest.sealed), (Vec::new(), world.ledger.size()));
    let most = rounds(PLACES);
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for class in classes() {
        let samples = some(&class, &world, &mut random, most);
        tried += samples.len();
        match try_out(&class, &world, &samples) {
            Ok(_) if samples.is_empty() => wrong.push(format!("{}: nowhere to do it", title(&class))),
            Ok(told) if most >= EVERY && told.len() < class.found.codes().len() => {
                wrong.push(format!("{}: found by {told:?} alone", title(&class)));
            }
            Ok(told) => println!("{}: {} places, {told:?}", title(&class), samples.len()),
            Err(error) => wrong.push(error),
        }
    }
    println!("{tried} tampered ledgers");
    assert!(wrong.is_empty(), "{} classes\n{}", wrong.len(), wrong.join("\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(MARKS[0]).expect("the matrix has its place");
    let (table, after) = rest.split_once(MARKS[1]).expect("the matrix has an end");
    if std::env::var_os("CANDOUR_BLESS").is_some() {
        let [start, end] = MARKS;
        std::fs::write(path, format!("{before}{start}{}{end}{after}", matrix())).unwrap();
    } else {
        assert!(table == matrix(), "README's matrix is another:\n{}", matrix());
    }
}

/// The matrix as Markdown.
fn matrix() -> String {
    let mut table = String::from(
        "| what is done | whose keys it takes | the reader holds | found by | it names; or why it is not found |\n\
         |---|---|---|---|---|\n",
    );
    for class in classes() {
        let found = match class.found {
            Found::Never => "**not found**".to_owned(),
            Found::By(codes) => codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", "),
        };
        writeln!(table, "| {} | {} | {} | {found} | {} |", class.what, class.who, class.holds, class.names).unwrap();
    }
    table
}

/// Does to a ledger of one's own all that takes no key.
#[test]
fn a_ledger_of_ones_own_withstands_what_takes_no_key() {
    let [Some(bundle), Some(policy)] = ["CANDOUR_BUNDLE", "CANDOUR_POLICY"].map(std::env::var_os) else { return };
    let bundle = open_bundle(bundle.as_ref()).unwrap();
    let names = bundle.names().unwrap();
    let files: Files =
        names.iter().filter_map(|name| Some((name.clone(), bundle.read(name, u32::MAX.into()).unwrap()?))).collect();
    let mut world = World::of(&files, Rc::default()).expect("a sealed ledger of at most 255 entries");
    world.policy = std::fs::read_to_string(policy).unwrap();
    let mut random = Random::new();
    let classes = classes();
    for class in classes.iter().filter(|class| (class.who, class.holds) == ("nobody", "—")) {
        let samples = some(class, &world, &mut random, rounds(PLACES));
        let told = try_out(class, &world, &samples).unwrap_or_else(|error| panic!("{error}"));
        println!("{}: {} places, {told:?}", class.what, samples.len());
    }
}
