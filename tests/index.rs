//! The index beside a live ledger: whatever becomes of it, commands say the same, and say nothing of it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::command_line::Scene;

const COMMANDS: [&str; 6] = [
    "log ledger --json",
    "log ledger --json --actor example",
    "log ledger --json --request charity/letter --kind response_filed",
    "show ledger 2 --json",
    "show ledger 5",
    "status ledger --json --as-of 6",
];

const SEED: u64 = 0x5eed_0f5e_ed00;
/// How often a file of the index is damaged.
const ROUNDS: usize = 48;

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).expect("a folder").map(|item| item.expect("an item").path());
    let mut found: Vec<_> = paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    found.sort();
    found
}

/// What the commands print, with nothing on standard error.
fn said(scene: &Scene, more: &str) -> Vec<String> {
    let said = COMMANDS.map(|words| {
        let output = scene.command(&format!("{words}{more}")).output().expect("the command runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), error.as_ref()), (Some(0), ""), "candour {words}{more}");
        String::from_utf8(output.stdout).expect("utf-8")
    });
    said.to_vec()
}

#[test]
fn commands_say_the_same_whatever_becomes_of_the_index() {
    let scene = Scene::new();
    let figures = scene.figures(7);
    scene.ok(&format!("disclose ledger q2 --key platform.pem {figures}"));
    scene.ok("refuse ledger r1 --key platform.pem --to charity/letter --item a --ground not_collected \
              --operator-key operator.pem");
    let figures = scene.figures(8);
    scene.ok(&format!("disclose ledger q2-again --key platform.pem {figures}"));
    let expected = said(&scene, " --replay");
    assert_eq!(said(&scene, ""), expected);

    let index = scene.path("ledger/index");
    let lock = File::options().write(true).open(index.join("lock")).expect("the index's lock");
    lock.lock().expect("the lock");
    assert_eq!(said(&scene, ""), expected, "while another process has the index open");
    scene.ok("checkpoint ledger --key operator.pem");
    drop(lock);

    eprintln!("seed {SEED:#x}");
    let mut random = SEED;
    for round in 0..ROUNDS {
        // Which files the database has, and how many, changes with every rebuild.
        let all = files(&index);
        let path = &all[round % all.len()];
        let mut bytes = fs::read(path).expect("a file of the index");
        for _ in 0..=round % 20 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (random >> 33) as usize % bytes.len().max(1);
            match bytes.get_mut(at) {
                Some(byte) => *byte = (random >> 25) as u8,
                None => bytes.push(7),
            }
            if round % 4 == 0 {
                bytes.truncate(at);
            }
        }
        fs::write(path, bytes).expect("a damaged file");
        let words = COMMANDS[round % COMMANDS.len()];
        let output = scene.command(words).output().expect("the command runs");
        let found = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(found, (expected[round % COMMANDS.len()].as_str().into(), "".into()), "round {round}: {words}");
        // Whoever writes puts it right, and says nothing of it either.
        let output = scene.command("checkpoint ledger --key operator.pem").output().expect("the command runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), error.as_ref()), (Some(0), ""), "round {round}");
    }
    assert_eq!(said(&scene, ""), expected, "put right");
    fs::remove_dir_all(&index).expect("the index goes");
    assert_eq!(said(&scene, ""), expected, "without an index");
}
