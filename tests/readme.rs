//! README's commands, run as they stand there.

use std::path::Path;
use std::process::Command;

use crate::tools::{is_missing, path_with_candour};

/// The shell blocks under a `<!-- tested -->` mark, in order; with what each needs beyond candour.
fn blocks() -> Vec<(bool, String)> {
    let readme = include_str!("../README.md");
    let marked = readme.split("<!-- tested").skip(1);
    marked
        .map(|block| {
            let (mark, rest) = block.split_once("-->").expect("a mark ends");
            let (_, script) = rest.split_once("```sh\n").expect("a block follows its mark");
            let (script, _) = script.split_once("\n```").expect("a block ends");
            (mark.contains("openssl"), script.to_owned())
        })
        .collect()
}

#[test]
fn every_recipe_of_the_readme_works() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let blocks = blocks();
    assert!(blocks.len() >= 4, "README has {} tested blocks", blocks.len());
    let mut so_far = String::from("set -eu\n");
    for (needs_openssl, script) in blocks {
        if needs_openssl && is_missing("openssl") {
            continue;
        }
        so_far.push_str(&script);
        so_far.push('\n');
    }
    run(folder.path(), &so_far);
}

fn run(folder: &Path, script: &str) {
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", path_with_candour())
        .env("XDG_STATE_HOME", folder)
        .output()
        .expect("a shell");
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{error}");
    assert!(out.contains("verified"), "{out}");
}
