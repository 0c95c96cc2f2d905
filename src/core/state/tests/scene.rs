//! A small cast, and what the law says to each attempt.

use crate::core::fault::{Code, Fault};
use crate::core::state::{Placed, State};
use crate::core::time::Millis;

use super::say::{Say, by, key};

/// 2026-01-05T12:00:00Z, when entry 0 is recorded, in milliseconds; every later one a second after the one before.
pub(crate) const OPENED: u64 = 1_767_614_400_000;
/// 2026-03-31T23:00:00Z, when the deadline of [`Say::asks`] passes.
pub(crate) const END: u64 = 1_774_998_000_000;

/// What a row says of itself, the statement attempted, and what it must get.
pub(crate) type Row = (&'static str, Say, Result<(), Code>);

/// Rows, each attempted on its own at the end of the same story.
pub(crate) struct Table {
    pub scene: Scene,
    pub rows: Vec<Row>,
}

/// A story so far.
#[derive(Clone)]
pub(crate) struct Scene {
    pub state: State,
    pub size: u64,
    pub now: u64,
}

impl Scene {
    /// A ledger just opened.
    pub fn opened(authorities: &[&str], threshold: u64) -> Self {
        let opening = by("operator").with(authorities).opens(authorities, threshold);
        let signers: Vec<_> = opening.signers().iter().map(|name| key(name)).collect();
        let statement = opening.statement(0, Millis::from_unix_ms(OPENED).unwrap());
        let recorded_at = Millis::from_unix_ms(OPENED).unwrap();
        let placed = Placed { index: 0, recorded_at, statement: &statement, signers: &signers };
        Self { state: State::open(&placed).unwrap(), size: 1, now: OPENED }
    }

    /// Three authorities of which two must sign, and one actor of every other role, or two.
    pub fn cast() -> Self {
        let others = [
            ("esafety", "regulator"),
            ("alpha", "platform"),
            ("beta", "platform"),
            ("nspcc", "civil_society"),
            ("iwf", "civil_society"),
            ("auditor", "auditor"),
            ("tribunal", "tribunal"),
        ];
        others.into_iter().fold(Self::opened(&["ofcom", "arcom", "bnetza"], 2), |scene, (actor, role)| {
            scene.and(by("ofcom").enrols(actor, role).with(&["arcom", actor]))
        })
    }

    /// And then that was said, lawfully.
    pub fn and(mut self, say: Say) -> Self {
        self.place(&say, |state, placed| state.apply(placed)).unwrap_or_else(|fault| panic!("{say:?}: {fault}"));
        self
    }

    /// And then that was said, lawfully or not, and stands in the ledger. Hands over the breaches.
    pub fn replay(&mut self, say: &Say) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.place(say, |state, placed| state.replay(placed, &mut faults));
        faults
    }

    fn place<T>(&mut self, say: &Say, act: impl FnOnce(&mut State, &Placed<'_>) -> T) -> T {
        let signers: Vec<_> = say.signers().iter().map(|name| key(name)).collect();
        let next = signers.first().and_then(|key| self.state.registry().keys().get(key)).map_or(0, |key| key.next);
        self.now = say.at.unwrap_or(self.now + 1000);
        let recorded_at = Millis::from_unix_ms(self.now).unwrap();
        let statement = say.statement(say.nth.unwrap_or(next), recorded_at);
        let index = self.size;
        self.size += 1;
        act(&mut self.state, &Placed { index, recorded_at, statement: &statement, signers: &signers })
    }

    /// What the law says to that, with what holds of every refusal: it changes nothing, and nothing but the key's counter
    /// where it stands in a ledger.
    pub fn attempt(&self, say: &Say) -> Result<(), Fault> {
        let (mut admitted, mut replayed, mut counted) = (self.clone(), self.clone(), self.clone());
        let result = admitted.place(say, |state, placed| state.apply(placed));
        let faults = replayed.replay(say);
        counted.place(say, |state, placed| {
            if state.check_speaker(placed).is_ok() {
                state.registry.count(placed);
            }
        });
        match &result {
            Ok(()) => assert!(faults.is_empty() && admitted.state == replayed.state, "{say:?}: {faults:?}"),
            Err(fault) => {
                use Code::{NthGap, NthReused};
                assert_eq!(faults.first(), Some(fault), "{say:?}");
                assert_eq!(admitted.state, self.state, "{say:?}: refused, and changed something");
                match fault.code {
                    NthGap => {}
                    NthReused => assert_eq!(replayed.state, self.state, "{say:?}"),
                    _ => assert_eq!((faults.len(), &replayed.state), (1, &counted.state), "{say:?}: {faults:?}"),
                }
            }
        }
        result
    }
}
