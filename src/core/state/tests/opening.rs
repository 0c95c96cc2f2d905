//! Entry 0.

use crate::core::fault::Code::{self, *};
use crate::core::state::{Placed, State};
use crate::core::time::Millis;

use super::say::{Say, by, key};
use super::scene::{OPENED, Row};

fn attempt(say: &Say, nth: u64) -> Result<(), Code> {
    let recorded_at = Millis::from_unix_ms(OPENED).unwrap();
    let signers: Vec<_> = say.signers().iter().map(|name| key(name)).collect();
    let statement = say.statement(nth, recorded_at);
    let placed = Placed { index: 0, recorded_at, statement: &statement, signers: &signers };
    State::open(&placed).map(drop).map_err(|fault| fault.code)
}

fn opens(authorities: &[&str], threshold: u64) -> Say {
    by("operator").with(authorities).opens(authorities, threshold)
}

pub(super) fn rows() -> Vec<Row> {
    vec![
        ("one authority", opens(&["ofcom"], 1), Ok(())),
        ("two of three", opens(&["ofcom", "arcom", "bnetza"], 2), Ok(())),
        ("three of three", opens(&["ofcom", "arcom", "bnetza"], 3), Ok(())),
        ("four of three", opens(&["ofcom", "arcom", "bnetza"], 4), Err(ThresholdInvalid)),
        ("another event", by("operator").discloses("operator/d1"), Err(LedgerNotOpened)),
        ("another author", by("ofcom").with(&["operator"]).opens(&["ofcom"], 1), Err(AuthorMismatch)),
        ("a stranger's key", opens(&["ofcom"], 1).signed("stranger"), Err(AuthorMismatch)),
        ("an authority's key first", by("operator").signed("ofcom").opens(&["ofcom"], 1), Err(AuthorMismatch)),
        (
            "an authority did not sign",
            by("operator").with(&["ofcom"]).opens(&["ofcom", "arcom"], 1),
            Err(PossessionMissing),
        ),
        ("nobody but the operator signed", by("operator").opens(&["ofcom"], 1), Err(PossessionMissing)),
        ("a stranger signed too", opens(&["ofcom"], 1).with(&["stranger"]), Err(CosignerNotAllowed)),
        ("author before threshold", by("ofcom").opens(&["ofcom"], 2), Err(AuthorMismatch)),
        ("threshold before possession", by("operator").opens(&["ofcom"], 2), Err(ThresholdInvalid)),
        (
            "possession before strangers",
            by("operator").with(&["stranger"]).opens(&["ofcom"], 1),
            Err(PossessionMissing),
        ),
    ]
}

#[test]
fn every_row() {
    for (says, say, expected) in rows() {
        assert_eq!(attempt(&say, 0), expected, "{says}");
    }
    assert_eq!(attempt(&opens(&["ofcom"], 1), 1), Err(NthGap));
    assert_eq!(attempt(&opens(&["ofcom"], 2), 1), Err(NthGap), "nth before threshold");
}

#[test]
fn what_an_opening_makes() {
    let scene = super::scene::Scene::opened(&["ofcom", "arcom", "bnetza"], 2);
    let registry = scene.state.registry();
    let counters: Vec<_> = ["operator", "ofcom", "arcom", "bnetza"].map(|name| registry.keys()[&key(name)].next).into();
    assert_eq!(counters, [1, 0, 0, 0]);
    let actors: Vec<_> =
        registry.actors().iter().map(|(id, it)| (id.as_str(), it.role.as_str(), it.authority)).collect();
    let regulator = |id| (id, "regulator", true);
    assert_eq!(actors, [regulator("arcom"), regulator("bnetza"), regulator("ofcom"), ("operator", "operator", false)]);
    assert_eq!((registry.threshold(), registry.operator_keys().len()), (2, 1));
}
