//! What this package is built from. deny.toml holds licences, sources and versions; this, what no tool was found for.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::process::Command;

use serde_json::Value;

/// What cargo says of the packages that are built here.
fn packages() -> Vec<Value> {
    let version = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", host]);
    let said = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let mut said: Value = serde_json::from_slice(&said.stdout).unwrap();
    serde_json::from_value(said["packages"].take()).unwrap()
}

/// A version of Rust, as a manifest gives it.
fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn no_dependency_says_that_it_needs_a_newer_compiler() {
    let promised = version(env!("CARGO_PKG_RUST_VERSION"));
    let packages = packages();
    assert!(packages.len() > 100, "{}", packages.len());
    let newer =
        packages.iter().filter(|package| package["rust_version"].as_str().is_some_and(|it| version(it) > promised));
    assert_eq!(newer.map(|package| &package["id"]).collect::<Vec<_>>(), Vec::<&Value>::new());
}
