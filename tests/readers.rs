//! What readers show is what the ledger promises: a copy with entries cut out, or with another checkpoint than its entries
//! come to, is never shown as if it were whole.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use candour::core::hash::Hash;
use serde_json::Value;

use crate::corpus::disk;
use crate::corpus::forge::{Files, Forger};
use crate::corpus::story;
use crate::tools::candour;

/// Two full entry bundles, and some entries after them; of those, the first few are sealed.
const ENTRIES: u64 = 540;
const SEALED: u64 = 530;
const LAST_SEAL: &str = "checkpoints/530";

/// What each command reads: every entry, the first few, or every entry to make a ledger of it.
const WHOLE: [&str; 7] = [
    "log copy",
    "log copy --replay",
    "status copy",
    "replay copy",
    "show copy 535",
    "diff copy copy",
    "export copy out",
];
const EARLY: [&str; 3] = ["show copy 3", "replay copy --at 5", "status copy --as-of 5"];
const PUBLISH: &str = "publish copy out";
const RESTORE: &str = "restore copy out";

/// The entries, hash tiles and tail of a ledger, and whatever it promises.
fn ledger() -> Forger {
    let mut ledger = story::long(ENTRIES);
    ledger.seals = vec![300, SEALED];
    ledger
}

fn lay(folder: &Path, files: &Files) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn run(folder: &Path, words: &str) -> Output {
    let _ = fs::remove_dir_all(folder.join("out"));
    Command::new(candour()).args(words.split_whitespace()).current_dir(folder).output().unwrap()
}

/// Runs a command that must say that fault, and nothing else but what `verify` would add; or, without one, succeed.
fn expect(folder: &Path, words: &str, code: &str, what: &str) {
    let output = run(folder, words);
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let said = format!("{what}: candour {words}\n{out}\n{error}");
    if code.is_empty() {
        assert_eq!(output.status.code(), Some(0), "{said}");
        return;
    }
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(error.lines().next().unwrap_or_default().contains(&format!(" {code}")), "expected {code}; {said}");
    assert!(out.is_empty() && !folder.join("out").exists(), "{said}");
}

type Change<'a> = &'a dyn Fn(&mut Files);

#[test]
fn nobody_is_shown_fewer_entries_than_are_promised_or_others() {
    let ledger = ledger();
    let sound = ledger.files();
    let without = |names: &'static [&'static str]| {
        move |files: &mut Files| files.retain(|name, _| !names.iter().any(|gone| name.starts_with(gone)))
    };
    let put = |name: &'static str, note: String| {
        move |files: &mut Files| drop(files.insert(name.into(), note.clone().into()))
    };
    let root = ledger.tree(SEALED).root();
    let (stranger, other) = (ledger.signed(SEALED, root, "regulator"), ledger.signed(SEALED, Hash::ZERO, "operator"));
    let more = ledger.signed(ENTRIES + 1, root, "operator").to_string();
    let cut = |files: &mut Files| {
        without(&["tail", "tile/entries/002"])(files);
        files.insert("checkpoint".into(), ledger.checkpoint(300).to_string().into());
    };
    let flip = |files: &mut Files| files.get_mut("tile/0/000").unwrap()[40] ^= 1;
    let (opened, beyond, unsigned) = ("ledger-not-opened", "checkpoint-beyond-entries", "checkpoint-unsigned");
    // What is done to the copy, and what is said by those who read it whole, who stop early, by publish and by restore.
    let table: [(&str, Change<'_>, [&str; 4]); 14] = [
        ("sound", &|_| {}, [""; 4]),
        ("empty", &|files| files.clear(), [opened, opened, "checkpoint-missing", "checkpoint-missing"]),
        ("no entry", &without(&["tail", "tile/entries/"]), [opened, opened, beyond, opened]),
        ("no file but the checkpoint", &without(&["tail", "tile/", "checkpoints/"]), [opened, opened, beyond, opened]),
        ("a gap", &without(&["tile/entries/000"]), ["tile-missing"; 4]),
        ("the end cut off", &without(&["tail", "tile/entries/002"]), [beyond, "", beyond, beyond]),
        ("the same, with an older checkpoint", &cut, [beyond, "", "", beyond]),
        ("no checkpoint", &without(&["checkpoint"]), ["checkpoint-missing"; 4]),
        ("no checkpoint at the top", &|files| drop(files.remove("checkpoint")), ["checkpoint-missing"; 4]),
        ("a checkpoint by another key", &put("checkpoint", stranger.to_string()), [unsigned; 4]),
        ("a checkpoint of another root", &put("checkpoint", other.to_string()), ["checkpoint-root-mismatch"; 4]),
        ("a promise of more", &put("checkpoint", more), [beyond; 4]),
        ("no other checkpoint", &without(&["checkpoints/"]), [""; 4]),
        // Nothing is shown of it, and publish and restore make it anew.
        ("a hash tile altered", &flip, [""; 4]),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (what, change, [whole, early, publish, restore]) in table {
        let mut files = sound.clone();
        change(&mut files);
        lay(&folder.path().join("copy"), &files);
        WHOLE.iter().for_each(|words| expect(folder.path(), words, whole, what));
        EARLY.iter().for_each(|words| expect(folder.path(), words, early, what));
        expect(folder.path(), PUBLISH, publish, what);
        expect(folder.path(), RESTORE, restore, what);
    }
    assert!(sound.contains_key(LAST_SEAL) && sound.contains_key("tail"));
}

#[test]
fn the_operator_s_key_is_the_one_that_the_ledger_says_is_in_force() {
    let ledger = story::honest();
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["operator", "operator-2"].map(|key| {
        let mut files = ledger.files();
        let signed = ledger.signed(story::SIZE, ledger.tree(story::SIZE).root(), key);
        files.insert("checkpoint".into(), signed.to_string().into());
        files
    });
    // Who reads to the end sees that the first key was replaced; who stops before that cannot.
    for (files, whole) in [(second, ""), (first, "checkpoint-unsigned")] {
        lay(&folder.path().join("copy"), &files);
        for words in ["log copy", "replay copy", "status copy", "export copy out"] {
            expect(folder.path(), words, whole, "an operator with a second key");
        }
        for words in ["show copy 3", "replay copy --at 3", "prove copy 3"] {
            expect(folder.path(), words, "", "an operator with a second key");
        }
    }
}

#[test]
fn a_ledger_of_its_own_may_await_its_first_checkpoint() {
    let mut files = ledger().files();
    files.retain(|name, _| !name.starts_with("checkpoint"));
    let folder = tempfile::tempdir().unwrap();
    lay(&folder.path().join("copy"), &files);
    fs::write(folder.path().join("copy/lock"), "").unwrap();
    for words in WHOLE.iter().chain(&EARLY) {
        let output = run(folder.path(), words);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "candour {words}\n{error}");
        assert!(error.contains("note: no checkpoint was published yet"), "candour {words}\n{error}");
    }
    expect(folder.path(), PUBLISH, "checkpoint-missing", "no checkpoint yet");
    let [tail, aside] = ["copy/tail", "tail"].map(|name| folder.path().join(name));
    fs::rename(&tail, &aside).unwrap();
    expect(folder.path(), "log copy", "checkpoint-missing", "a folder that is published into has a lock too");
    fs::rename(&aside, &tail).unwrap();
    fs::create_dir(folder.path().join("copy/checkpoints")).unwrap();
    fs::write(folder.path().join("copy").join(LAST_SEAL), ledger().checkpoint(SEALED).to_string()).unwrap();
    expect(folder.path(), "log copy", "checkpoint-missing", "a checkpoint was published");
}

/// A writer's own folder has entries after its latest checkpoint.
#[test]
fn what_no_checkpoint_promises_is_shown_as_that() {
    let folder = tempfile::tempdir().unwrap();
    let mut rolled_back = ledger().files();
    rolled_back.insert("checkpoint".into(), ledger().checkpoint(300).to_string().into());
    for files in [ledger().files(), rolled_back] {
        lay(&folder.path().join("copy"), &files);
        for (words, noted) in [("show copy 529", false), ("show copy 530", true), ("log copy", true)] {
            for replay in ["", " --replay"] {
                let output = run(folder.path(), &format!("{words}{replay}"));
                let error = String::from_utf8_lossy(&output.stderr);
                let note = "note: entries from 530 on are not yet promised by any checkpoint";
                assert_eq!((output.status.code(), error.contains(note)), (Some(0), noted), "{words}: {error}");
            }
        }
        let json = |words: &str| -> Vec<Value> {
            let lines = String::from_utf8(run(folder.path(), words).stdout).unwrap();
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let log = json("log copy --json");
        assert!(run(folder.path(), "log copy --json").stderr.is_empty(), "each line says it");
        let promised = log.iter().map(|line| line["promised"].as_bool().unwrap());
        assert!(promised.eq((0..ENTRIES).map(|index| index < SEALED)));
        for (index, promised) in [(3, true), (SEALED - 1, true), (SEALED, false)] {
            assert_eq!(json(&format!("show copy {index} --json"))[0]["promised"], promised, "{index}");
        }
    }
    let none = run(folder.path(), "log copy --kind ledger_opened");
    assert_eq!(String::from_utf8_lossy(&none.stderr), "", "what is listed is promised");
}

/// Codes of what `log` does not look at: trust, attachments, hash tiles, and entry bundles that hold no entry that is not
/// elsewhere too. So are earlier checkpoints, and what the reader kept.
const OTHERS: [&str; 12] = [
    "attachment-malformed",
    "attachment-mismatch",
    "attachment-missing",
    "attachment-rows-mismatch",
    "bundle-malformed",
    "checkpoint-untrusted",
    "cosignature-invalid",
    "entry-bundle-malformed",
    "entry-bundle-mismatch",
    "file-unexpected",
    "quorum-not-met",
    "tile-mismatch",
];

#[test]
fn a_falsified_ledger_is_shown_only_where_what_is_shown_is_not_at_fault() {
    let folder = tempfile::tempdir().unwrap();
    let (mut shown, mut refused) = (0, 0);
    for case in disk::found().into_iter().filter(|case| case.expected["verdict"] == "falsified") {
        fs::copy(&case.bundle, folder.path().join("copy.zip")).unwrap();
        let output = run(folder.path(), "log copy.zip");
        if output.status.code() == Some(1) {
            refused += 1;
            continue;
        }
        assert_eq!(output.status.code(), Some(0), "{}", case.name);
        for fault in case.expected["faults"].as_array().unwrap() {
            let (code, file) = (fault["code"].as_str().unwrap(), fault["file"].as_str().unwrap_or(""));
            let derived = code == "tile-missing" && (file.starts_with("tile/0/") || file.contains(".p/"));
            // In the archive of one case, an earlier checkpoint that somebody saw cannot be read.
            let earlier = file.starts_with("checkpoints/") || code == "seen-not-published";
            let other = OTHERS.contains(&code) || derived || earlier || ["pin", "receipt"].contains(&file);
            assert!(other, "{} was shown: {fault}", case.name);
        }
        shown += 1;
    }
    assert!(shown > 20 && refused > 60, "{shown} shown, {refused} refused");
}

#[test]
fn what_cannot_be_asked_of_a_copy_is_no_fault_of_it() {
    let (ledger, folder) = (ledger(), tempfile::tempdir().unwrap());
    let fails = |words: &str, code: i32, says: &str| {
        let output = run(folder.path(), words);
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "candour {words}\n{out}\n{error}");
        let all = format!("{out}{error}");
        assert!(all.contains(says), "candour {words}\n{out}\n{error}");
        out.into_owned()
    };
    let copy = folder.path().join("copy");
    lay(&copy, &ledger.files());
    fails(&format!("prove copy {SEALED}"), 2, "no entry 530 is promised: the checkpoint is of 530 entries");
    fails(&format!("show copy {ENTRIES}"), 2, "no entry 540: the ledger has 540");
    // No receipt is made that nobody could check.
    let stranger = ledger.signed(SEALED, ledger.tree(SEALED).root(), "regulator").to_string();
    fs::write(copy.join("checkpoint"), stranger).unwrap();
    fails("prove copy 3", 1, "checkpoint-unsigned");
    // A verdict names the ledger only where something says which.
    lay(&copy, &Files::new());
    fs::write(folder.path().join("policy"), "quorum none\n").unwrap();
    let said = fails("verify copy --policy policy", 1, "ledger-not-opened");
    assert!(said.starts_with("falsified  2 faults"), "{said}");
    // All is reckoned before anything is shown.
    fs::copy(disk::root().join("honest-dealings/bundle.zip"), folder.path().join("copy.zip")).unwrap();
    let said = fails("status copy.zip --as-of 9999-12-31T23:59:59Z", 2, "the years 1970 to 9999");
    assert_eq!(said, "");
}
