//! The command with witnesses.

use std::fs;
use std::process::{Output, Stdio};
use std::time::Duration;

use super::fake::{Fake, Say, honest, vkey};
use crate::command_line::Scene;

/// When these witnesses cosign: before the machine's own time, whatever that is.
const THEN: u64 = 1_000_000_000;

fn witnesses(fake: &Fake) -> String {
    format!("witness W {} {}\nquorum W\n", vkey("W"), fake.url)
}

fn event(scene: &Scene, number: u64) -> String {
    let name = format!("event{number}.toml");
    let text =
        format!("kind = \"error_notified\"\ndocument = \"example/q2\"\nerror = \"example/e{number}\"\nnote = \"N.\"\n");
    fs::write(scene.path(&name), text).unwrap();
    name
}

fn run(scene: &Scene, words: &str) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = scene.command(words).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A ledger with a disclosure, all of it sealed, that has a witness from now on; `strict` is the policy that asks for it.
fn scene(fake: &Fake) -> Scene {
    let scene = Scene::new();
    let figures = scene.figures(7);
    scene.ok(&format!("disclose ledger q2 --key platform.pem --operator-key operator.pem {figures}"));
    fs::write(scene.path("ledger/witnesses"), witnesses(fake)).unwrap();
    let log = fs::read_to_string(scene.path("policy")).unwrap().replace("quorum none\n", "");
    fs::write(scene.path("strict"), log + &witnesses(fake)).unwrap();
    scene
}

#[test]
fn filing_waits_for_no_witness_and_a_checkpoint_for_enough_of_them() {
    let fake = Fake::new(|_| Say::Close);
    let scene = scene(&fake);
    let (first, second) = (event(&scene, 1), event(&scene, 2));
    let words = format!("file ledger {first} --key platform.pem --operator-key operator.pem --receipt r");
    let (code, said, noted) = run(&scene, &words);
    assert_eq!(code, Some(0), "{noted}");
    assert!(said.starts_with("recorded") && said.contains("not yet sealed"), "{said}");
    assert!(noted.contains("note: the entry is kept, its checkpoint waits for witnesses"), "{noted}");
    assert!(noted.contains("W: http://127.0.0.1"), "{noted}");
    assert!(!scene.path("r").exists());
    let (code, said, noted) =
        run(&scene, &format!("file ledger {second} --key platform.pem --operator-key operator.pem --json"));
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (code, &said["sealed"], &said["unpublished"]),
        (Some(0), &serde_json::Value::Null, &"quorum-not-met".into())
    );
    assert_eq!(said["witnesses"][0]["code"], "witness-unanswered");
    assert!(noted.contains("is recorded; asking"), "{noted}");
    let (code, said, noted) = run(&scene, "checkpoint ledger --key operator.pem");
    assert_eq!((code, said.as_str()), (Some(2), ""), "{noted}");
    assert!(
        noted.contains("error: the checkpoint of") && noted.contains("\n  W: ") && noted.contains("hint: "),
        "{noted}"
    );
    let (code, said, _) = run(&scene, "checkpoint ledger --key operator.pem --json");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &said["published"], &said["witnesses"][0]["witness"]), (Some(2), &false.into(), &"W".into()));
    // What is published was published without it.
    assert_ne!(scene.verdict("ledger --policy strict")["verdict"], "verified");
    // It is back: all that waited is sealed at once.
    fake.follow(honest("W", None, THEN));
    assert!(scene.ok("checkpoint ledger --key operator.pem").contains("— W "));
    assert_eq!(scene.verdict("ledger --policy strict")["verdict"], "verified");
    let third = event(&scene, 3);
    let words = format!("file ledger {third} --key platform.pem --operator-key operator.pem --receipt r");
    assert!(scene.ok(&words).contains("sealed by"));
    scene.ok("check r --policy strict");
    // Neither the policy nor anything else that is private leaves the folder.
    scene.ok("export ledger out");
    assert!(!scene.path("out/witnesses").exists());
}

#[test]
fn a_ledger_restored_from_an_older_copy_is_not_published() {
    let fake = Fake::new(honest("W", None, THEN));
    let scene = scene(&fake);
    scene.ok("export ledger older");
    let first = event(&scene, 1);
    scene.ok(&format!("file ledger {first} --key platform.pem --operator-key operator.pem"));
    fs::remove_dir_all(scene.path("ledger")).unwrap();
    fs::rename(scene.path("older"), scene.path("ledger")).unwrap();
    fs::write(scene.path("ledger/witnesses"), witnesses(&fake)).unwrap();
    let (code, _, noted) = run(&scene, "checkpoint ledger --key operator.pem");
    assert_eq!(code, Some(1), "{noted}");
    assert!(noted.contains("witness W has the operator's signature on"), "{noted}");
    assert!(noted.contains("restored from an older copy, or forked"), "{noted}");
}

#[test]
fn a_ledger_that_forgot_its_witnesses_is_published_without_them_only_when_told_so() {
    let fake = Fake::new(honest("W", None, THEN));
    let scene = scene(&fake);
    scene.ok("checkpoint ledger --key operator.pem");
    scene.ok("export ledger copy");
    let (code, _, noted) = run(&scene, "restore copy again");
    assert!(code == Some(0) && noted.contains("is cosigned by W") && noted.contains("into again as"), "{noted}");
    let (code, said, noted) = run(&scene, "repair again");
    assert!(code == Some(0) && said.starts_with("sound") && noted.contains("is cosigned by W"), "{said}{noted}");
    let (_, said, _) = run(&scene, "restore copy third --json");
    assert!(said.contains("\"unasked\":[\"W\"]"), "{said}");
    let sealed = fs::read(scene.path("again/checkpoint")).unwrap();
    let words = format!("file again {} --key platform.pem --operator-key operator.pem", event(&scene, 1));
    for words in ["checkpoint again --key operator.pem", &words, "checkpoint again --key operator.pem"] {
        let (code, _, noted) = run(&scene, words);
        assert_eq!(code, Some(2), "{noted}");
        assert!(noted.contains("cosigned by W") && noted.contains("--without-witnesses"), "{noted}");
        assert_eq!(fs::read(scene.path("again/checkpoint")).unwrap(), sealed);
    }
    assert!(scene.ok("log again --json").contains("example/e1"));
    let without = scene.ok("checkpoint again --key operator.pem --without-witnesses");
    assert!(!without.contains("— W "), "{without}");
    // From then on the ledger has none.
    scene.ok("checkpoint again --key operator.pem");
    // A policy that names them is the ledger's from then on: they see that this is another history.
    scene.fails("checkpoint third --key operator.pem --without-witnesses --witnesses strict", 2);
    scene.ok(&format!("file ledger {} --key platform.pem --operator-key operator.pem", event(&scene, 2)));
    let (code, said, noted) = run(&scene, "restore copy fourth --policy strict --json");
    assert!(code == Some(0) && said.contains("\"unasked\":[]"), "{noted}");
    assert_eq!(fs::read(scene.path("fourth/witnesses")).unwrap(), fs::read(scene.path("strict")).unwrap());
    scene.ok("enrol fourth other --name Other --role platform --new-key stranger.pem --key regulator.pem");
    let (code, _, noted) = run(&scene, "checkpoint fourth --key operator.pem");
    assert!(code == Some(1) && noted.contains("witness W has the operator's signature on"), "{noted}");
}

#[test]
fn killed_while_witnesses_hang_nothing_is_lost_and_nothing_published() {
    let fake = Fake::new(|_| Say::Hang);
    let scene = scene(&fake);
    let before = fs::read(scene.path("ledger/checkpoint")).unwrap();
    let (first, second) = (event(&scene, 1), event(&scene, 2));
    let words = format!("file ledger {first} --key platform.pem --operator-key operator.pem --wait 600");
    let mut child = scene.command(&words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // Once the witness is asked, the entry is there, and others file.
    fake.asked.recv_timeout(Duration::from_secs(120)).unwrap();
    scene.ok(&format!("file ledger {second} --key platform.pem"));
    child.kill().unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(said.starts_with("recorded"), "{said}");
    assert_eq!(fs::read(scene.path("ledger/checkpoint")).unwrap(), before);
    let log = scene.ok("log ledger --json");
    assert!(log.contains("example/e1") && log.contains("example/e2"), "{log}");
    fake.follow(honest("W", None, THEN));
    scene.ok("checkpoint ledger --key operator.pem");
    let verdict = scene.verdict("ledger --policy strict");
    assert_eq!((&verdict["verdict"], &verdict["sealed"]), (&"verified".into(), &verdict["size"]), "{verdict}");
}

#[test]
fn a_ledger_is_opened_with_its_witnesses() {
    let fake = Fake::new(|_| Say::Answer(404, "text/plain", Vec::new()));
    let scene = scene(&fake);
    fs::write(scene.path("w"), witnesses(&fake)).unwrap();
    fs::write(scene.path("none"), "witness\n").unwrap();
    let opens = "--origin candour.example/new --operator office=Office --key operator.pem \
                 --authority regulator=Regulator --authority-key regulator.pem --policy new-policy";
    let (code, _, noted) = run(&scene, &format!("init new {opens} --witnesses none"));
    assert_eq!((code, scene.path("new").exists()), (Some(2), false), "{noted}");
    let (code, said, noted) = run(&scene, &format!("init new {opens} --witnesses w"));
    assert_eq!(code, Some(0), "{noted}");
    assert!(said.contains("verifier key") && noted.contains("W: it does not know this ledger"), "{said}{noted}");
    assert!(!scene.path("new/checkpoint").exists());
    // Nobody publishes without them by forgetting a flag; another policy takes saying so.
    assert_eq!(run(&scene, "checkpoint new --key operator.pem").0, Some(2));
    fake.follow(honest("W", None, THEN));
    scene.ok("checkpoint new --key operator.pem --json");
    assert_eq!(scene.verdict("new --policy new-policy")["verdict"], "verified");
    fs::write(scene.path("nobody"), "quorum none\n").unwrap();
    scene.ok("checkpoint new --key operator.pem --witnesses nobody");
}
