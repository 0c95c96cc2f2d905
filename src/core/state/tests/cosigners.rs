//! Who may sign beside the author, and who must.

use crate::core::fault::Code::{self, *};

use super::say::{Say, by};
use super::scene::{Row, Scene, Table};

/// What each kind of event says to each co-signer. `ok`: takes it; `-`: takes no such; `?`: unknown key; `x`: key over;
/// `s`: suspended; `r`: retired.
const GRID: &str = "
              bnetza bnetza#1 esafety beta iwf nspcc#1 auditor tribunal operator stranger iwf#1 gone resting
threshold     ok     ok       -       -    -   -       -       -        -        ?        x     r    s
possession    -      -        -       -    -   -       -       -        -        ?        x     r    s
both          ok     ok       -       -    -   -       -       -        -        ?        x     r    s
supporters    ok     ok       ok      -    ok  ok      -       -        -        ?        x     r    s
nobody        -      -        -       -    -   -       -       -        -        ?        x     r    s
";

pub(super) fn tables() -> Vec<Table> {
    vec![grid(), two_of_three(), one_of_one(), three_of_three()]
}

fn story() -> Scene {
    Scene::cast()
        .and(by("ofcom").enrols("gone", "civil_society").with(&["arcom", "gone"]))
        .and(by("ofcom").retires("gone").with(&["arcom"]))
        .and(by("ofcom").enrols("resting", "civil_society").with(&["arcom", "resting"]))
        .and(by("ofcom").suspends("resting").with(&["arcom"]))
        .and(by("bnetza").adds("bnetza", "bnetza#1").with(&["bnetza#1"]))
        .and(by("ofcom").adds("ofcom", "ofcom#1").with(&["ofcom#1"]))
        .and(by("nspcc").adds("nspcc", "nspcc#1").with(&["nspcc#1"]))
        .and(by("iwf").adds("iwf", "iwf#1").with(&["iwf#1"]))
        .and(by("iwf").revokes("iwf", "iwf#1"))
}

fn grid() -> Table {
    let mut lines = GRID.trim().lines().map(str::split_whitespace);
    let cosigners: Vec<_> = lines.next().unwrap().collect();
    let mut rows: Vec<Row> = Vec::new();
    for mut line in lines {
        let takes = line.next().unwrap();
        let say = |cosigner: &str| -> Say {
            match takes {
                "threshold" => by("ofcom").promises(5).with(&["arcom", cosigner]),
                "possession" => by("alpha").adds("alpha", "new").with(&["new", cosigner]),
                "both" => by("ofcom").adds("alpha", "new").with(&["new", "arcom", cosigner]),
                "supporters" => by("nspcc").asks("nspcc/r1").with(&[cosigner]),
                _ => by("alpha").discloses("alpha/d1").with(&[cosigner]),
            }
        };
        let verdicts: Vec<_> = line.collect();
        assert_eq!(verdicts.len(), cosigners.len(), "{takes}");
        rows.extend(cosigners.iter().zip(verdicts).map(|(cosigner, verdict)| (takes, say(cosigner), meaning(verdict))));
    }
    Table { scene: story(), rows }
}

fn meaning(verdict: &str) -> Result<(), Code> {
    match verdict {
        "ok" => Ok(()),
        "-" => Err(CosignerNotAllowed),
        "?" => Err(KeyUnknown),
        "x" => Err(KeyRevoked),
        "r" => Err(ActorRetired),
        "s" => Err(ActorSuspended),
        other => panic!("{other}"),
    }
}

fn two_of_three() -> Table {
    let set = || by("ofcom").promises(5);
    let rows = vec![
        ("the author alone", set(), Err(ThresholdNotMet)),
        ("the author twice", set().with(&["ofcom#1"]), Err(ThresholdNotMet)),
        ("the author's other key, and the first", set().signed("ofcom#1").with(&["ofcom"]), Err(ThresholdNotMet)),
        ("the author twice and another", set().with(&["ofcom#1", "arcom"]), Ok(())),
        ("another authority", set().with(&["arcom"]), Ok(())),
        ("another with its second key", set().with(&["bnetza#1"]), Ok(())),
        ("another twice", set().with(&["bnetza", "bnetza#1"]), Ok(())),
        ("all of them", set().with(&["arcom", "bnetza"]), Ok(())),
        ("the first bad one counts", set().with(&["iwf#1", "stranger"]), Err(KeyRevoked)),
        ("in their order", set().with(&["stranger", "iwf#1"]), Err(KeyUnknown)),
        ("bad ones before too few", set().with(&["esafety"]), Err(CosignerNotAllowed)),
        ("bad ones after enough", set().with(&["arcom", "resting"]), Err(ActorSuspended)),
        // A kind of event whose author is no authority needs the whole threshold from others.
        (
            "the operator's turn",
            by("operator").rotates("operator", "operator", "new").with(&["new", "bnetza", "bnetza#1"]),
            Err(ThresholdNotMet),
        ),
    ];
    Table { scene: story(), rows }
}

fn one_of_one() -> Table {
    let scene = Scene::opened(&["ofcom"], 1).and(by("ofcom").enrols("alpha", "platform").with(&["alpha"]));
    let rows = vec![
        ("the author is enough", by("ofcom").promises(5), Ok(())),
        ("enrol", by("ofcom").enrols("new", "platform").with(&["new"]), Ok(())),
        ("the only authority suspends itself", by("ofcom").suspends("ofcom"), Err(ThresholdInvalid)),
        ("the only authority retires", by("ofcom").retires("ofcom"), Err(ThresholdInvalid)),
        ("the only authority ends its last key", by("ofcom").revokes("ofcom", "ofcom"), Err(ThresholdInvalid)),
        ("the only authority turns its key", by("ofcom").rotates("ofcom", "ofcom", "new").with(&["new"]), Ok(())),
        ("the operator's turn", by("operator").rotates("operator", "operator", "new").with(&["new", "ofcom"]), Ok(())),
        (
            "the operator's turn, alone",
            by("operator").rotates("operator", "operator", "new").with(&["new"]),
            Err(ThresholdNotMet),
        ),
    ];
    Table { scene, rows }
}

fn three_of_three() -> Table {
    let scene = Scene::opened(&["ofcom", "arcom", "bnetza"], 3);
    let rows = vec![
        ("two are too few", by("ofcom").promises(5).with(&["arcom"]), Err(ThresholdNotMet)),
        ("three are enough", by("ofcom").promises(5).with(&["bnetza", "arcom"]), Ok(())),
        ("none can be spared", by("ofcom").suspends("arcom").with(&["arcom", "bnetza"]), Err(ThresholdInvalid)),
    ];
    Table { scene, rows }
}
