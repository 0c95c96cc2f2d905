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

    // Each entry is said to be promised now.
    let expected = said(&scene, " --replay");
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

/// A change of the index in a ledger's folder, which may lead to what is aside.
#[cfg(unix)]
type Change<'a> = &'a dyn Fn(&Path, &Path);

#[cfg(unix)]
#[test]
fn an_index_is_opened_only_where_it_is_plain_files_and_no_larger_than_one() {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    let scene = Scene::new();
    let (ledger, sound, aside) = (scene.path("ledger"), scene.path("sound"), scene.path("aside"));
    let copy = |from: &Path, to: &Path| {
        let _ = fs::remove_dir_all(to);
        assert!(Command::new("cp").arg("-R").args([from, to]).status().expect("cp runs").success());
    };
    let pipe = |path: &Path| {
        fs::remove_file(path).expect("a file of the index");
        assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
    };
    let link = |to: &Path, path: &Path| {
        let _ = fs::remove_file(path);
        symlink(to, path).expect("a link");
    };
    let moved = |folder: &Path, aside: &Path| {
        copy(folder, &aside.join("moved"));
        fs::remove_dir_all(folder).expect("a folder of the index");
        symlink(aside.join("moved"), folder).expect("a link");
    };
    // What is done to it, and whether whoever writes to the ledger then has an index again.
    let table: [(&str, bool, Change<'_>); 7] = [
        ("a pipe for a lock", false, &|index, _| pipe(&index.join("lock"))),
        ("a pipe in the database", true, &|index, _| pipe(&index.join("sled/conf"))),
        ("a link to a file that is not there", true, &|index, aside| {
            link(&aside.join("made"), &index.join("sled/conf"))
        }),
        ("a link to what has no end", true, &|index, _| link(Path::new("/dev/zero"), &index.join("sled/snap.000"))),
        ("a database elsewhere", true, &|index, aside| moved(&index.join("sled"), aside)),
        ("an index elsewhere", false, &|index, aside| moved(index, aside)),
        ("a file of 3 TiB, of which nothing is on the disk", true, &|index, _| {
            let file = File::options().write(true).open(index.join("sled/db")).expect("the database");
            file.set_len(3 << 40).expect("a sparse file");
        }),
    ];
    copy(&ledger, &sound);
    let words = "status ledger --json --as-of 3";
    let expected = scene.ok(&format!("{words} --replay"));
    for (what, mended, change) in table {
        copy(&sound, &ledger);
        fs::create_dir_all(&aside).expect("a folder");
        change(&ledger.join("index"), &aside);
        let there: Vec<_> = files(&aside).iter().map(|path| (path.clone(), fs::read(path).expect("a file"))).collect();
        assert_eq!(scene.ok(words), expected, "{what}");
        scene.ok("checkpoint ledger --key operator.pem");
        let now: Vec<_> = files(&aside).iter().map(|path| (path.clone(), fs::read(path).expect("a file"))).collect();
        assert!(there == now, "{what}: something was written aside");
        let plain = |path: &PathBuf| path.symlink_metadata().is_ok_and(|file| file.is_file() && file.len() < 1 << 30);
        let index = ledger.join("index");
        let real = !index.is_symlink() && !index.join("sled").is_symlink();
        assert_eq!(real && files(&index).iter().all(plain), mended, "{what}: the index was begun anew");
        fs::remove_dir_all(&aside).expect("the folder goes");
    }
}
