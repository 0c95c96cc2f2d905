//! What is kept from one run to the next: damaged, foreign, of another version, and in use.

use std::fs;

use candour::core::hash::Hash;
use candour::storage::progress_folder::ProgressFolder;

use super::{NEVER_QUIET, NO_FINDING, Scene};
use crate::corpus::story;

/// Changes something, and says with which words the monitor is run then.
type Change<'a> = dyn Fn(&Scene) -> String + 'a;

/// A folder that was followed up to entry 14.
fn followed() -> Scene {
    let scene = Scene::new();
    let said = scene.show(&story::until(14).files()).run(&format!("{NEVER_QUIET} {NO_FINDING}"));
    assert_eq!(said.code, Some(0), "{}", said.error);
    scene.show(&story::honest().files());
    scene
}

/// With the text of what every version reads changed, and the checksum right.
fn rewritten(progress: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(progress.to_vec()).unwrap();
    let mut lines = text.splitn(3, '\n');
    let (first, body) = (lines.next().unwrap(), lines.nth(1).unwrap());
    assert!(body.contains(from), "{from}");
    let body = body.replacen(from, to, 1);
    format!("{first}\n{}\n{body}", Hash::of(body.as_bytes())).into_bytes()
}

#[test]
fn what_was_not_written_by_a_monitor_is_refused_with_a_reason() {
    let sound = followed().progress();
    let mut flipped = sound.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let later = String::from_utf8(sound.clone()).unwrap().replacen(" v1\n", " v2\n", 1).into_bytes();
    let table = [
        ("a byte changed", flipped, "SHA-256"),
        ("cut short", sound[..sound.len() - 9].to_vec(), "SHA-256"),
        ("empty", Vec::new(), "candour monitor v1"),
        ("something else", b"hello\n".to_vec(), "candour monitor v1"),
        ("a later version's", later, "candour monitor v1"),
        ("another checkpoint's", rewritten(&sound, "corpus\\n14\\n", "corpus\\n13\\n"), "expected a checkpoint"),
        ("a field too many", rewritten(&sound, "{\"made_by\"", "{\"x\":1,\"made_by\""), "expected a checkpoint"),
        ("an unknown field within", rewritten(&sound, "{\"chain\"", "{\"x\":1,\"chain\""), "expected a checkpoint"),
    ];
    for (name, bytes, reason) in table {
        let scene = followed();
        fs::write(scene.path("state/progress"), &bytes).unwrap();
        let said = scene.run(NEVER_QUIET);
        assert_eq!((said.code, said.events.len()), (Some(2), 0), "{name}: {:?}", said.events);
        assert!(said.error.contains(reason), "{name}: {}", said.error);
        assert!(scene.progress() == bytes, "{name}: it was written over");
    }
}

#[test]
fn after_a_change_of_version_or_policy_all_is_verified_anew_against_what_was_verified() {
    let words = format!("{NEVER_QUIET} {NO_FINDING}");
    let version = format!("\"made_by\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let changes: [(&str, &Change<'_>); 3] = [
        ("another version", &|scene| {
            fs::write(scene.path("state/progress"), rewritten(&scene.progress(), &version, "\"made_by\":\"0.0.9\""))
                .unwrap();
            words.clone()
        }),
        ("another layout", &|scene| {
            fs::write(scene.path("state/progress"), rewritten(&scene.progress(), "\"layout\":", "\"layout\":9"))
                .unwrap();
            words.clone()
        }),
        ("another policy", &|scene| {
            let policy = fs::read_to_string(crate::corpus::disk::root().join("policy")).unwrap();
            fs::write(scene.path("policy"), format!("# mine\n{policy}")).unwrap();
            format!("{words} --policy policy")
        }),
    ];
    for (name, change) in changes {
        let scene = followed();
        let words = change(&scene);
        let said = scene.run(&words);
        let event = &said.events[0];
        assert_eq!(
            (said.words().as_str(), said.code),
            ("verified", Some(0)),
            "{name}: {:?} {}",
            said.events,
            said.error
        );
        assert_eq!((event["from"].as_u64(), event["read"].as_u64()), (Some(14), Some(25)), "{name}");
        assert!(said.error.contains("anew"), "{name}: {}", said.error);
        assert_eq!(scene.run(&words).events[0]["read"], 0, "{name}");
        // What was verified before still counts.
        let scene = followed();
        let words = change(&scene);
        let mut fork = story::until(9);
        let rules =
            serde_json::json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": 8, "max_seconds": 86_400}});
        for _ in 0..9 {
            fork.say("regulator", "regulator commission", rules.clone());
        }
        let said = scene.show(&fork.seal().files()).run(&words);
        assert_eq!((said.words().as_str(), said.code), ("forked", Some(1)), "{name}: {:?}", said.events);
    }
}

#[test]
fn one_monitor_at_a_time_uses_a_folder() {
    let scene = followed();
    let open = ProgressFolder::open(&scene.path("state")).unwrap();
    let said = scene.run(NEVER_QUIET);
    assert_eq!(said.code, Some(2));
    assert!(said.error.contains("locked by"), "{}", said.error);
    drop(open);
    assert_eq!(scene.run(&format!("{NEVER_QUIET} {NO_FINDING}")).code, Some(0));
}
