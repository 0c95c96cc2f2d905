//! Every command that writes, what a reader sees of what it wrote, and what must hold of it whatever interrupted it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::place::{Place, Ran};
use super::world::World;

/// A command that writes.
pub(super) struct WritePath {
    pub(super) name: &'static str,
    /// Where it runs.
    pub(super) place: fn(&World) -> &Place,
    pub(super) words: &'static str,
    /// What a reader finds afterwards, piece by piece, in a process of its own. Each piece must be as it was or as it is to
    /// be, whatever happened, and the pieces get there in this order or in none.
    pub(super) show: fn(&Place) -> Shown,
    /// What the command prints where the first piece is as it is to be, whatever comes after.
    pub(super) told: &'static str,
    /// What refuses to do again what was done already.
    pub(super) refused: &'static str,
    /// What finishes it then.
    pub(super) finish: &'static str,
    /// With which note it is done though nothing of it is there: it was of no more use than that.
    pub(super) unless: &'static str,
}

/// What a reader finds, or what is wrong with it.
pub(super) type Shown = Result<Vec<String>, String>;

/// What is said only where everything was done.
const NOTHING: &str = "\0";

const PLAIN: WritePath = WritePath {
    name: "",
    place: |world| &world.small,
    words: "",
    show: |place| audited(place, "ledger"),
    told: NOTHING,
    refused: NOTHING,
    finish: "",
    unless: NOTHING,
};

/// All of them.
pub(super) const PATHS: &[WritePath] = &[
    WritePath {
        name: "init",
        words: "init new --origin candour.example/new --policy new-policy --operator office=Office --key operator.pem \
                --authority regulator=Regulator --authority-key regulator.pem",
        show: opened,
        refused: "expected nothing, or an empty folder",
        finish: "checkpoint new --key operator.pem",
        ..PLAIN
    },
    WritePath {
        name: "append",
        words: "request ledger more --key regulator.pem --to platform --title T --item a=b --deadline 2026-02-01 \
                --issued-at 2026-01-01T00:00:00Z",
        told: "recorded",
        refused: "document-exists",
        ..PLAIN
    },
    WritePath {
        name: "append with attachments, and seal",
        words: "submit ledger envelope.json --attach page.txt --attach figures.csv --operator-key operator.pem \
                --receipt receipt",
        show: |place| Ok([audited(place, "ledger")?, receipt(place, "receipt")?].concat()),
        told: "recorded",
        ..PLAIN
    },
    WritePath {
        name: "append that fills a bundle",
        place: |world| &world.full,
        words: "submit ledger last.json",
        told: "recorded",
        ..PLAIN
    },
    WritePath { name: "checkpoint", words: "checkpoint ledger --key operator.pem", ..PLAIN },
    WritePath {
        name: "checkpoint of a full bundle",
        place: |world| &world.full,
        words: "checkpoint filled --key operator.pem",
        show: |place| audited(place, "filled"),
        ..PLAIN
    },
    WritePath {
        name: "checkpoint before a witness",
        place: |world| &world.witnessed,
        words: "checkpoint ledger --key operator.pem",
        ..PLAIN
    },
    WritePath {
        name: "publish",
        place: |world| &world.full,
        words: "publish ledger site",
        show: |place| published(place, "site"),
        ..PLAIN
    },
    WritePath {
        name: "publish what is new",
        words: "publish newer.zip site",
        show: |place| published(place, "site"),
        ..PLAIN
    },
    WritePath {
        name: "monitor",
        words: "monitor newer.zip --policy policy --state state --max-age 3650d",
        show: |place| followed(place, "state"),
        ..PLAIN
    },
    WritePath {
        name: "monitor for the first time",
        place: |world| &world.full,
        words: "monitor ledger --policy policy --state state --max-age 3650d",
        show: |place| followed(place, "state"),
        ..PLAIN
    },
    WritePath {
        name: "verify with a memory",
        words: "verify newer.zip --policy policy --memory memory",
        unless: "note: not remembered",
        show: |place| followed(place, "memory"),
        ..PLAIN
    },
    WritePath {
        name: "export a zip",
        words: "export ledger copy.zip",
        show: |place| copied(place, "copy.zip"),
        refused: "exists",
        ..PLAIN
    },
    WritePath {
        name: "export a folder",
        place: |world| &world.full,
        words: "export filled copy",
        show: |place| copied(place, "copy"),
        refused: "exists",
        ..PLAIN
    },
    WritePath {
        name: "restore",
        words: "restore newer.zip restored --policy policy",
        show: |place| copied(place, "restored"),
        refused: "expected nothing, or an empty folder",
        ..PLAIN
    },
    WritePath {
        name: "repair",
        words: "repair damaged --from newer.zip --policy policy --apply",
        show: |place| mended(place, "damaged"),
        ..PLAIN
    },
    WritePath {
        name: "key creation",
        words: "key new fresh.pem",
        show: |place| key(place, "fresh.pem"),
        refused: "the file exists",
        ..PLAIN
    },
    WritePath {
        name: "evidence",
        words: "evidence statements one.json other.json --out proof",
        show: |place| file(place, "proof"),
        refused: "the file exists",
        ..PLAIN
    },
    WritePath {
        name: "sign for others to file",
        words: "request ledger more --key regulator.pem --key stranger.pem --to platform --title T --item a=b \
                --issued-at 2026-01-01T00:00:00Z --out more.json",
        show: |place| file(place, "more.json"),
        ..PLAIN
    },
    WritePath {
        name: "co-sign in place",
        words: "sign one.json --key stranger.pem",
        show: |place| file(place, "one.json"),
        refused: "signature-duplicate",
        ..PLAIN
    },
    WritePath {
        name: "receipt",
        words: "prove ledger 2 --out receipt",
        show: |place| receipt(place, "receipt"),
        ..PLAIN
    },
    WritePath {
        name: "table",
        words: "table actors ledger --output table.csv",
        show: |place| file(place, "table.csv"),
        ..PLAIN
    },
    WritePath {
        name: "report",
        words: "timeline ledger --platform platform --html report.html",
        show: |place| present(place, "report.html"),
        ..PLAIN
    },
];

/// A full audit, which holds the ledger to its checkpoint of before: how many entries there are, and up to where a
/// checkpoint promises them.
fn audited(place: &Place, ledger: &str) -> Shown {
    let said = verdict(place, ledger)?;
    if said["verdict"] != "verified" {
        return Err(format!("{ledger}: {said}"));
    }
    Ok(shown(&said["size"].to_string(), &said["sealed"].to_string()))
}

fn verdict(place: &Place, ledger: &str) -> Result<Value, String> {
    let Ran { out, error, .. } = place.run(&format!("verify {ledger} --policy policy --pin {ledger}.pin --json"));
    serde_json::from_str(&out).map_err(|_| error)
}

/// As [`audited`], of a ledger that need not have been opened yet, and its policy.
fn opened(place: &Place) -> Shown {
    let key = place.run("key policy operator.pem --origin candour.example/new").out;
    let policy = fs::read_to_string(place.path("new-policy")).unwrap_or_default();
    if !policy.is_empty() && policy.trim_end() != key.trim_end() {
        return Err(format!("half a policy: {policy}"));
    }
    fs::write(place.path("wanted-policy"), key).unwrap();
    let ran = place.run("verify new --policy wanted-policy --json");
    let Ok(said) = serde_json::from_str::<Value>(&ran.out) else {
        return Ok(shown("0", "nothing"));
    };
    let missing = ["ledger-not-opened", "checkpoint-missing"].map(Value::from);
    let faults = said["faults"].as_array().unwrap();
    if faults.iter().any(|fault| !missing.contains(&fault["code"])) {
        return Err(said.to_string());
    }
    let sealed = if said["verdict"] == "verified" { said["sealed"].to_string() } else { "nothing".to_owned() };
    Ok(shown(&said["size"].to_string(), &sealed))
}

fn shown(size: &str, sealed: &str) -> Vec<String> {
    vec![format!("{size} entries"), format!("sealed to {sealed}")]
}

/// A folder that is served, up to its checkpoint: what comes after it is not shown yet. It verifies as files, too.
fn published(place: &Place, site: &str) -> Shown {
    if !place.path(site).join("checkpoint").exists() {
        return Ok(vec!["nothing".to_owned()]);
    }
    audited(place, site).map(|shown| shown[1..].to_vec())
}

/// What is remembered of a ledger that was followed.
fn followed(place: &Place, folder: &str) -> Shown {
    let Ok(text) = fs::read(place.path(folder).join("progress")) else { return Ok(vec!["nothing".to_owned()]) };
    // That it is whole is what the next run says; where it is to be, the file does.
    Ok(vec![candour::core::hash::Hash::of(&text).to_string()])
}

/// A copy: not there, or whole.
fn copied(place: &Place, copy: &str) -> Shown {
    if !place.path(copy).exists() {
        return Ok(vec!["nothing".to_owned()]);
    }
    audited(place, copy).map(|shown| vec![shown.concat()])
}

/// A damaged ledger, in whatever state, or a whole one.
fn mended(place: &Place, ledger: &str) -> Shown {
    let whole = audited(place, ledger).map(|shown| vec![shown.concat()]);
    whole.or_else(|_| Ok(vec!["damage".to_owned()]))
}

fn key(place: &Place, name: &str) -> Shown {
    let Ok(metadata) = place.path(name).metadata() else { return Ok(vec!["nothing".to_owned()]) };
    let ran = place.run(&format!("key public {name}"));
    if metadata.permissions().mode() & 0o777 != 0o600 || ran.code != Some(0) {
        return Err(format!("a key file of {} bytes: {}", metadata.len(), ran.error));
    }
    Ok(vec!["a key".to_owned()])
}

fn receipt(place: &Place, name: &str) -> Shown {
    if !place.path(name).exists() {
        return Ok(vec!["nothing".to_owned()]);
    }
    let ran = place.run(&format!("check {name} --policy policy"));
    if ran.code == Some(0) { Ok(vec!["a receipt".to_owned()]) } else { Err(ran.error + &ran.out) }
}

/// A file that is the same whenever it is written.
fn file(place: &Place, name: &str) -> Shown {
    let Ok(bytes) = fs::read(place.path(name)) else { return Ok(vec!["nothing".to_owned()]) };
    Ok(vec![format!("{} bytes {}", bytes.len(), candour::core::hash::Hash::of(&bytes))])
}

/// A file that says when it was written, whose end is that of a whole one.
fn present(place: &Place, name: &str) -> Shown {
    let Ok(text) = fs::read_to_string(place.path(name)) else { return Ok(vec!["nothing".to_owned()]) };
    if text.trim_end().ends_with("</html>") {
        Ok(vec!["a report".to_owned()])
    } else {
        Err(format!("half a report: {text}"))
    }
}
