//! The ways back: a ledger made anew from a copy, and one that is mended.

use std::fs;
use std::path::Path;

use candour::core::fault::Code;
use candour::core::hash::Hash;
use candour::shell::repair::{How, repair as mend};
use candour::shell::restore::{RestoreError, restore};
use candour::storage::bundle::{Bundle, Trouble};
use candour::storage::http_bundle::HttpBundle;
use candour::storage::memory_bundle::MemoryBundle;
use candour::storage::open_bundle;
use serde_json::{Value, json};

use super::world::{entries, files, open};
use crate::command_line::Scene;
use crate::corpus::disk::root;
use crate::corpus::forge::Files;
use crate::corpus::story::{self, SIZE};
use crate::http::server::{Odd, Server};

fn bundle(files: &Files) -> MemoryBundle {
    MemoryBundle::from_iter(files.clone())
}

/// The code with which a copy is refused; nothing is left where it was to go, nor beside it.
fn refusal(copy: &dyn Bundle) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error = restore(copy, &folder.path().join("ledger"), None, &mut |_, _| {}).unwrap_err();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{error}");
    error.code().to_owned()
}

#[test]
fn a_ledger_comes_back_from_a_folder_a_zip_and_a_mirror() {
    let folder = tempfile::tempdir().unwrap();
    let story = story::honest();
    let zip = folder.path().join("story.zip");
    let writer = candour::storage::zip_writer::ZipWriter::create(&zip, candour::storage::zip_writer::Packing::Stored);
    candour::storage::bundle_writer::copy(&bundle(&story.files()), writer.unwrap()).unwrap();
    let exported = folder.path().join("exported");
    let writer = candour::storage::folder_writer::FolderWriter::create(&exported).unwrap();
    candour::storage::bundle_writer::copy(&bundle(&story.files()), writer).unwrap();
    let server = Server::of(story.files());
    let mirror = HttpBundle::open(&server.url()).unwrap();
    let copies = [open_bundle(&zip).unwrap(), open_bundle(&exported).unwrap(), Box::new(mirror)];
    let policy = fs::read(root().join("policy")).unwrap();
    for (copy, name) in copies.iter().zip(["zip", "folder", "mirror"]) {
        let target = folder.path().join(name);
        // An empty folder will do.
        fs::create_dir(&target).unwrap();
        let restored = restore(copy.as_ref(), &target, Some(&policy), &mut |_, _| {}).unwrap();
        assert_eq!((restored.size, restored.sealed, restored.root), (SIZE, SIZE, story.tree(SIZE).root()), "{name}");
        assert_eq!((restored.missing, restored.left), (Vec::new(), Vec::<String>::new()), "{name}");
        assert_eq!(entries(&open(&target).unwrap()), story.entries, "{name}");
        let (made, evidence) = (files(&target), |name: &str| !name.starts_with("index/") && !name.starts_with("tmp/"));
        for (file, bytes) in story.files() {
            // A mirror lists the checkpoints that it serves, or those that entries name.
            assert!(
                made.get(&file) == Some(&bytes) || name == "mirror" && file.starts_with("checkpoints/"),
                "{name}: {file}"
            );
        }
        let more: Vec<_> = made.keys().filter(|file| evidence(file) && !story.files().contains_key(*file)).collect();
        assert_eq!(more, ["tail"], "{name}");
        let error = restore(copy.as_ref(), &target, None, &mut |_, _| {}).unwrap_err();
        assert_eq!(error.code(), "ledger-exists", "{name}");
    }
}

#[test]
fn of_an_attachment_no_more_is_taken_than_its_entry_says() {
    let story = story::honest();
    let files = story.files();
    let attachment = files.keys().find(|name| name.starts_with("attachments/")).unwrap().clone();
    let refused_as = |files: &Files, odd: Odd| {
        let server = Server::with(files.clone(), &attachment, odd);
        refusal(&HttpBundle::open(&server.url()).unwrap())
    };
    assert_eq!(refused_as(&files, Odd::Endless), "attachment-mismatch");
    // Whoever copies what a server has takes no more of it either.
    let server = Server::with(files.clone(), &attachment, Odd::Endless);
    let copy = HttpBundle::open(&server.url()).unwrap().with_attachments().unwrap();
    let error = std::io::copy(&mut copy.open(&attachment).unwrap().unwrap(), &mut std::io::sink()).unwrap_err();
    assert!(error.to_string().contains(&format!("at most {} bytes", files[&attachment].len())), "{error}");
    // What no lawful entry names is not asked for: the first entry opens no ledger, as its payload has another length.
    let mut spoilt = files.clone();
    spoilt.get_mut(&format!("tile/entries/000.p/{SIZE}")).unwrap()[2 + 48] ^= 1;
    assert_eq!(refused_as(&spoilt, Odd::Status(403)), "entry-malformed");
}

#[test]
fn what_a_copy_does_not_have_is_told_and_what_follows_is_made() {
    let story = story::honest();
    let mut partial = story.files();
    let attachment = partial.keys().find(|name| name.starts_with("attachments/")).unwrap().clone();
    partial.remove(&attachment);
    // What a ledger does not need a copy for.
    partial.retain(|name, _| name.starts_with("tile/entries/") || !name.starts_with("tile/"));
    partial.remove(&format!("checkpoints/{SIZE}"));
    partial.insert("README".into(), "hello".into());
    partial.insert("tile/0/notes".into(), "hello".into());
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("ledger");
    let restored = restore(&bundle(&partial), &target, None, &mut |_, _| {}).unwrap();
    assert_eq!(restored.left, ["README", "tile/0/notes"]);
    let missing: Vec<_> = restored.missing.iter().map(|fault| (fault.code, fault.file.clone().unwrap())).collect();
    assert_eq!(missing, [(Code::AttachmentMissing, attachment.clone())]);
    let made = files(&target);
    let whole = |file: &&String| **file != attachment;
    for file in story.files().keys().filter(whole) {
        assert_eq!(made.get(file), story.files().get(file), "{file}");
    }
    // From a copy that has it, the attachment comes back too.
    let whole = bundle(&story.files());
    let how = How { copy: Some(&whole), policy: None, apply: true, drop: false, progress: &mut |_, _| {} };
    let repaired = mend(&target, how).unwrap();
    assert_eq!((repaired.applied, repaired.left, repaired.aside), (true, Vec::new(), None));
    assert_eq!(files(&target).get(&attachment), story.files().get(&attachment));
}

#[test]
fn a_copy_that_is_falsified_is_refused_and_nothing_is_left() {
    let sound = story::honest().files();
    let changed = |name: &str, change: fn(&mut Vec<u8>)| {
        let mut files = sound.clone();
        let name = files.keys().find(|file| file.starts_with(name)).unwrap().clone();
        change(files.get_mut(&name).unwrap());
        refusal(&bundle(&files))
    };
    assert_eq!(changed("tile/entries/", |bytes| *bytes.last_mut().unwrap() ^= 1), "signature-invalid");
    assert_eq!(changed("tile/entries/", |bytes| bytes.truncate(900)), "entry-bundle-malformed");
    assert_eq!(changed("attachments/", |bytes| bytes[0] ^= 1), "attachment-mismatch");
    assert_eq!(changed("checkpoint", |bytes| bytes[0] ^= 1), "checkpoint-origin-mismatch");
    assert_eq!(changed("checkpoints/9", |bytes| bytes.clear()), "note-malformed");
    let mut files = sound.clone();
    files.remove("checkpoint");
    assert_eq!(refusal(&bundle(&files)), "checkpoint-missing");
    // Of another policy's ledger.
    let folder = tempfile::tempdir().unwrap();
    match restore(&bundle(&sound), &folder.path().join("ledger"), Some(b"quorum none\n"), &mut |_, _| {}).unwrap_err() {
        RestoreError::Trouble(Trouble::Faults(faults)) => assert_eq!(faults[0].code, Code::CheckpointUntrusted),
        error => panic!("{error}"),
    }
}

fn repair(scene: &Scene, words: &str, code: i32) -> Value {
    let output = scene.run(&format!("repair ledger --json {words}"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{words}: {error}");
    serde_json::from_slice(&output.stdout).expect(&error)
}

/// Changes a byte in the n-th to last hundred of a file.
fn spoil(path: &Path, hundred: usize) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.len() - 100 * hundred;
    bytes[at] ^= 4;
    fs::write(path, bytes).unwrap();
}

#[test]
fn the_command_says_what_it_would_do_and_gives_up_only_what_it_is_told_to() {
    let scene = Scene::new();
    scene.ok("export ledger sealed.zip");
    let figures = scene.figures(7);
    for name in ["q1", "q2", "q3"] {
        scene.ok(&format!("disclose ledger {name} --key platform.pem {figures}"));
    }
    scene.ok("export ledger whole.zip");
    assert_eq!(repair(&scene, "", 0)["steps"], serde_json::json!([]));
    let tail = scene.path("ledger/tail");
    // In the second of the three that no checkpoint promises.
    let sound = fs::read(&tail).unwrap();
    let entry = candour::core::tile::split(&sound).nth(5).unwrap().unwrap().len();
    spoil(&tail, (entry + 150) / 100);
    let damaged = fs::read(&tail).unwrap();
    for words in [
        "log ledger",
        "findings ledger",
        "export ledger out.zip",
        "publish ledger site",
        "checkpoint ledger --key operator.pem",
    ] {
        let said = scene.fails(words, 2);
        assert!(said.contains("ledger/tail: expected entry 5") && said.contains("candour repair"), "{words}: {said}");
    }
    let said = repair(&scene, "", 1);
    assert_eq!(said["steps"], serde_json::json!([{"file": "tail", "done": "cut"}]));
    assert_eq!(
        (&said["cut"]["from"], &said["cut"]["acknowledged"], &said["cut"]["whole"]),
        (&5.into(), &7.into(), &1.into())
    );
    for words in ["--apply", "--apply --from sealed.zip"] {
        assert_eq!(repair(&scene, words, 1)["applied"], false, "{words}");
        assert_eq!(fs::read(&tail).unwrap(), damaged, "{words}");
    }
    let said = repair(&scene, "--apply --from whole.zip", 0);
    assert_eq!((&said["steps"][0]["done"], &said["size"]), (&"filled".into(), &7.into()));
    assert_eq!(fs::read(&tail).unwrap(), sound);
    // Nobody has a copy.
    fs::write(&tail, &damaged).unwrap();
    let said = repair(&scene, "--apply --drop", 0);
    assert_eq!((&said["applied"], &said["size"]), (&true.into(), &5.into()));
    let aside = said["aside"].as_str().unwrap();
    assert_eq!(fs::read(Path::new(aside).join("tail")).unwrap(), damaged);
    scene.ok("checkpoint ledger --key operator.pem");
    assert_eq!(scene.verdict("ledger --policy policy")["sealed"], 5);
    // What a checkpoint promises is not given up, where it stands nowhere else.
    spoil(&tail, 1);
    fs::remove_file(scene.path("ledger/tile/entries/000.p/5")).unwrap();
    let before = fs::read(&tail).unwrap();
    let said = repair(&scene, "--apply --drop", 1);
    let codes: Vec<_> = said["left"].as_array().unwrap().iter().map(|fault| fault["code"].as_str().unwrap()).collect();
    assert!(said["applied"] == false && codes.contains(&"checkpoint-beyond-entries"), "{said}");
    assert_eq!(fs::read(&tail).unwrap(), before);
}

#[test]
fn a_copy_of_a_ledger_is_no_table_to_import() {
    let scene = Scene::new();
    scene.ok("export ledger copy.zip");
    scene.ok("export ledger copy");
    for copy in ["copy", "copy.zip"] {
        let said = scene.fails(&format!("import ledger {copy} --map meta-cser --key platform.pem"), 2);
        assert!(said.contains("hint: candour restore BUNDLE LEDGER"), "{said}");
    }
    scene.ok("restore copy.zip ledger-again --policy policy");
    scene.ok("checkpoint ledger-again --key operator.pem");
    let said = scene.fails("restore copy.zip ledger-again", 2);
    assert!(said.contains("ledger-again: expected nothing, or an empty folder"), "{said}");
    let verdicts =
        ["ledger", "ledger-again"].map(|name| scene.verdict(&format!("{name} --policy policy"))["root"].clone());
    assert_eq!(verdicts[0], verdicts[1]);
}

/// A list of faults has an end, and what comes after that may be worse than what is in it.
#[test]
fn a_copy_that_lacks_more_attachments_than_faults_are_listed_is_refused() {
    for (statements, restored) in [(31, true), (32, false)] {
        let mut ledger = story::honest();
        ledger.operators = vec![(0, "operator"), (19, "operator-2")];
        for statement in 0..statements {
            let attachment = |n: u32| {
                let sha256 = Hash::of(format!("{statement}/{n}").as_bytes());
                json!({"length": 1, "media_type": "text/plain", "name": format!("{n}"), "sha256": sha256.to_string()})
            };
            let mut event = story::disclosure(&format!("bolt/report-{statement}"));
            let mut attachments: Vec<_> = (0..32).map(attachment).collect();
            attachments.sort_by_key(|attachment| attachment["sha256"].to_string());
            event["attachments"] = json!(attachments);
            ledger.say("bolt", "bolt-2", event);
        }
        ledger.seal();
        let files: Files = ledger.files().into_iter().filter(|(name, _)| !name.starts_with("attachments/")).collect();
        let folder = tempfile::tempdir().unwrap();
        let done = restore(&bundle(&files), &folder.path().join("ledger"), None, &mut |_, _| {});
        let missing = done.as_ref().map(|done| done.missing.len());
        assert_eq!(missing.is_ok(), restored, "{statements} statements: {missing:?}");
        assert!(missing.is_err() || missing.is_ok_and(|missing| missing >= 32 * statements));
    }
}
