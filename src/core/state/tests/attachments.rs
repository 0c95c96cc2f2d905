//! What the law says of attachments: one length each, and no table of observations named without end.

use serde_json::{Value, json};

use crate::core::fault::Code::*;
use crate::core::hash::Hash;
use crate::core::state::attachments::MAX_TABLE_NAMINGS;

use super::say::{Say, by};
use super::scene::{Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![lengths(), namings()]
}

fn file(content: &str, length: u64) -> Value {
    json!({
        "length": length, "media_type": "text/csv", "name": format!("{content}.csv"),
        "sha256": Hash::of(content.as_bytes()).to_string(),
    })
}

fn table(content: &str) -> Value {
    let mut table = file(content, 7);
    table["holds"] = "observations".into();
    table
}

fn discloses(document: &str, attachments: &[Value]) -> Say {
    by("alpha").discloses(document).set("/attachments", attachments)
}

fn lengths() -> Table {
    let mut renamed = file("one", 8);
    renamed["name"] = "again.csv".into();
    let scene = Scene::cast()
        .and(discloses("alpha/d1", &[file("one", 7), file("two", 7)]))
        .and(by("alpha").corrects("alpha/c1", "alpha/d1").set("/attachments", json!([table("three")])));
    let by_beta = |content, length| by("beta").discloses("beta/d1").set("/attachments", json!([file(content, length)]));
    let rows = vec![
        ("a file again", discloses("alpha/d2", &[file("two", 7)]), Ok(())),
        ("as a table now", discloses("alpha/d2", &[table("one")]), Ok(())),
        ("longer by one", discloses("alpha/d2", &[file("one", 8)]), Err(AttachmentLengthMismatch)),
        ("shorter by one", discloses("alpha/d2", &[file("one", 6)]), Err(AttachmentLengthMismatch)),
        ("a table, longer", by_beta("three", 8), Err(AttachmentLengthMismatch)),
        ("another file with that length", by_beta("four", 8), Ok(())),
        ("twice in one statement", discloses("alpha/d2", &[file("four", 7), table("four")]), Ok(())),
        (
            "two lengths in one statement",
            discloses("alpha/d2", &[file("four", 7), file("four", 8)]),
            Err(AttachmentLengthMismatch),
        ),
        ("one of two", discloses("alpha/d2", &[file("four", 7), renamed]), Err(AttachmentLengthMismatch)),
        (
            "before the kind's own rules",
            by("beta").discloses("alpha/d1").set("/attachments", json!([file("one", 8)])),
            Err(AttachmentLengthMismatch),
        ),
        ("after the number", discloses("alpha/d2", &[file("one", 8)]).nth(9), Err(NthGap)),
    ];
    Table { scene, rows }
}

fn namings() -> Table {
    let named = |scene: Scene, number: u64| {
        // A file that is named twice in one statement is named once; what is refused names nothing.
        let twice = [file("full", 7), table("full"), table("last"), table("plain")];
        let mut refused = scene.clone();
        assert_eq!(refused.replay(&discloses("beta/d1", &twice)).len(), 1);
        let all = if number == 1 { &twice[..2] } else { &twice };
        refused.and(discloses(&format!("alpha/d{number}"), all))
    };
    let scene = (1..=MAX_TABLE_NAMINGS).fold(Scene::cast(), named);
    let again = |attachments: &[Value]| by("beta").discloses("beta/d1").set("/attachments", attachments);
    let rows = vec![
        ("the last time that is allowed", again(&[table("last")]), Ok(())),
        ("once too often", again(&[table("full")]), Err(TableOverused)),
        ("after another", again(&[table("full"), table("last")]), Err(TableOverused)),
        ("as a file of which nothing is read", again(&[file("full", 7)]), Ok(())),
        ("beside itself as a file", again(&[file("full", 7), table("full")]), Err(TableOverused)),
        (
            "the length first",
            again(&[{
                let mut longer = table("full");
                longer["length"] = 8.into();
                longer
            }]),
            Err(AttachmentLengthMismatch),
        ),
        (
            "in another kind of event",
            by("alpha").corrects("alpha/c1", "alpha/d1").set("/attachments", json!([table("full")])),
            Err(TableOverused),
        ),
    ];
    Table { scene, rows }
}
