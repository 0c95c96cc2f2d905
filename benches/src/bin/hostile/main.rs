//! What it costs to judge what was said to be slow: `cargo run --release -p candour-bench --bin hostile`. An argument says
//! how many statements, if not 20,000.
//!
//! Each line is a way for one who was admitted to make whoever judges look far. So many statements, and four times as
//! many, are held to the law and looked through for findings, the best of three; signatures and hashes are left out, for
//! their time is known. Four times as many should take some four times as long; where a look grows with all that was said
//! before, it is sixteen.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints figures, or stops")]

mod stories;

use std::collections::BTreeMap;
use std::time::Instant;

use candour::core::finding::Noticing;
use candour::core::json::Count;
use candour::core::key::{KeyId, SecretKey};
use candour::core::state::{Placed, State};
use candour::core::statement::Statement;
use candour::core::time::{Millis, Time};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc; // as in `candour`

/// 2026-01-05T12:00:00Z, when a ledger is opened, in milliseconds.
const OPENED: u64 = 1_767_614_400_000;
/// How many more in the second measurement.
const TIMES: u64 = 4;

/// What is said, by whom, and who signs with the author.
struct Said {
    statement: Statement,
    signers: Vec<KeyId>,
}

/// A story on a ledger of its own: one authority, a tribunal, and 64 platforms, of which `alpha` is the first.
struct Story {
    said: Vec<Said>,
    next: BTreeMap<String, i64>,
}

/// The secret key of that name.
fn secret(name: &str) -> SecretKey {
    let mut seed = [0; 32];
    seed.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    SecretKey::from_seed(&seed)
}

impl Story {
    fn new() -> Self {
        let mut story = Self { said: Vec::new(), next: BTreeMap::new() };
        let party = |id: &str| json!({"id": id, "key": secret(id).public().unwrap().to_string(), "name": id});
        story.signed(
            "operator",
            &["office"],
            json!({"kind": "ledger_opened", "authorities": [party("office")],
            "operator": party("operator"), "rules": {"max_entries": 1000, "max_seconds": 86_400}, "threshold": 1}),
        );
        let platforms = (1..64).map(|number| (format!("p{number}"), "platform"));
        for (actor, role) in
            [("alpha".to_owned(), "platform"), ("court".to_owned(), "tribunal")].into_iter().chain(platforms)
        {
            let key = secret(&actor).public().unwrap().to_string();
            story.signed(
                "office",
                &[&actor],
                json!({"kind": "actor_enrolled", "actor": actor, "key": key, "name": actor,
                "role": role}),
            );
        }
        story
    }

    /// The next statement.
    fn says(&mut self, author: &str, event: Value) {
        self.signed(author, &[], event);
    }

    fn signed(&mut self, author: &str, cosigners: &[&str], event: Value) {
        let next = self.next.entry(author.to_owned()).or_default();
        let statement = Statement {
            author: author.parse().unwrap(),
            event: serde_json::from_value(event).unwrap(),
            issued_at: Time::from_unix(OPENED / 1000).unwrap(),
            ledger: "candour.example/hostile".parse().unwrap(),
            nth: Count::new(*next).unwrap(),
            seen: None,
        };
        *next += 1;
        let signers = std::iter::once(&author).chain(cosigners).map(|name| secret(name).public().unwrap().id());
        self.said.push(Said { statement, signers: signers.collect() });
    }

    /// The index of the next entry.
    fn index(&self) -> u64 {
        self.said.len() as u64
    }

    /// Judges it, and returns the seconds and how many findings there are.
    fn judged(&self) -> (f64, u64) {
        let start = Instant::now();
        let (mut state, mut noticing, mut findings) = (None, Noticing::default(), 0);
        for (index, Said { statement, signers }) in (0..).zip(&self.said) {
            let recorded_at = Millis::from_unix_ms(OPENED + index * 1000).unwrap();
            let placed = Placed { index, recorded_at, statement, signers };
            match &mut state {
                None => state = Some(State::open(&placed).unwrap()),
                Some(state) => state.apply(&placed).unwrap(),
            }
            let Some(state) = &state else { continue };
            noticing.entry(state, index, recorded_at, statement);
            statement.event.observations().iter().for_each(|observation| noticing.observe(state, observation));
            findings += noticing.take().len() as u64;
        }
        let as_of = Time::from_unix(OPENED / 1000 + 100 * 24 * 60 * 60);
        noticing.finish(state.as_ref(), as_of, &mut |_| findings += 1);
        (start.elapsed().as_secs_f64(), findings)
    }
}

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(20_000);
    println!("{:44} {:>10} {:>9} {:>9} {:>6} {:>10}", "", "statements", "seconds", "us each", "ratio", "findings");
    for (name, tell) in stories::ALL {
        let measured = [count, count * TIMES].map(|count| {
            let story = tell(count);
            let best = (0..3).map(|_| story.judged()).reduce(|best, run| if run.0 < best.0 { run } else { best });
            (story.index(), best.unwrap())
        });
        let [(_, (few, _)), (statements, (many, findings))] = measured;
        let each = many * 1e6 / statements as f64;
        println!("{name:44} {statements:>10} {many:>9.3} {each:>9.2} {:>6.1} {findings:>10}", many / few);
    }
}
