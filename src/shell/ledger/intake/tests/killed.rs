//! Killed while many file, a ledger has all that it acknowledged.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

const FOLDER: &str = "CANDOUR_INTAKE_FOLDER";
const ROUNDS: u64 = 5;

#[test]
#[ignore = "it is the process that the next test kills"]
fn files_until_it_is_killed() {
    let Ok(path) = env::var(FOLDER) else { return };
    let (store, _) = FolderStore::open(Path::new(&path)).unwrap();
    let (intake, _writer) = Intake::start(Ledger::open(store).unwrap(), clock()).unwrap();
    let file = &|filer| {
        for nth in 0.. {
            let filed = intake.file(sound(filer, nth), &mut figures).unwrap();
            println!("\nfiled {} {filer} {nth}", filed.index);
        }
    };
    thread::scope(|scope| {
        for filer in 0..FILERS {
            scope.spawn(move || file(filer));
        }
    });
}

#[test]
fn a_killed_intake_loses_nothing_that_was_acknowledged() {
    let mut random = seed() | 1;
    for round in 0..ROUNDS {
        // xorshift64: any spread will do.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        drop(ledger(FolderStore::create(&path).unwrap()));
        let test = "shell::ledger::intake::tests::killed::files_until_it_is_killed";
        let mut child = Command::new(env::current_exe().unwrap())
            .args([test, "--exact", "--ignored", "--nocapture"])
            .env(FOLDER, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut next = || {
            said.find_map(|line| {
                let numbers = line.strip_prefix("filed ")?.split(' ').map(|number| number.parse::<u64>().ok());
                <[u64; 3]>::try_from(numbers.collect::<Option<Vec<_>>>()?).ok()
            })
        };
        // A bundle fills after 247.
        let before = 1 + (random % 500) as usize;
        let mut acknowledged: Vec<_> = std::iter::from_fn(&mut next).take(before).collect();
        assert_eq!(acknowledged.len(), before, "round {round}: it ended by itself");
        child.kill().unwrap();
        acknowledged.extend(std::iter::from_fn(&mut next));
        child.wait().unwrap();
        let (store, _) = FolderStore::open(&path).unwrap();
        let store = Ledger::open(store).unwrap().into_store();
        for [index, filer, nth] in acknowledged {
            let entry = Entry::parse(&store.entry(index).unwrap().unwrap()).unwrap();
            assert_eq!(entry.payload, sound(filer as u8, nth as i64).payload, "round {round}, entry {index}");
        }
    }
}
