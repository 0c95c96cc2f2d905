//! An event as people write it: TOML, or JSON in any spelling.

use candour::core::event::Event;
use candour::core::json;
use serde_json::Value;

use crate::fixtures;

/// As [`crate::statement::BYTES`], twice: a table of TOML is more than a list of JSON.
pub const BYTES: usize = 2048;

pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    for value in [toml::from_str::<Value>(text).ok(), serde_json::from_str(text).ok()].into_iter().flatten() {
        let Ok(event) = serde_json::from_value::<Event>(value) else { continue };
        let Some(encoded) = crate::refused(json::encode(&event)) else { continue };
        assert!(Event::KINDS.contains(&event.kind()));
        // As it stands in a statement: with its kind among its fields, wherever that is.
        assert_eq!(serde_json::from_slice::<Event>(&encoded).ok().as_ref(), Some(&event));
        let kind_first = serde_json::to_vec(&event).expect("an event");
        assert_eq!(serde_json::from_slice::<Event>(&kind_first).ok().as_ref(), Some(&event));
    }
    // Read from the text, the kind may come last; from any JSON, fields come in their order.
    let (read, plain) = (serde_json::from_str::<Event>(text), serde_json::from_str::<Value>(text));
    if let Ok(event) = read {
        let plain = plain.map(serde_json::from_value::<Event>).expect("JSON").ok();
        assert_eq!(plain.as_ref(), Some(&event));
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = fixtures::files("examples", ".toml").iter().map(|file| fixtures::read(file)).collect();
    for statement in fixtures::field(&fixtures::vectors("statements"), "statements", "statement") {
        let statement: Value = serde_json::from_slice(&statement).expect("the vector");
        seeds.extend(serde_json::to_vec(&statement["event"]));
    }
    seeds
}
