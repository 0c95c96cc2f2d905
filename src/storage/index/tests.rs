//! What the index does alone. How a ledger uses it is tested there.

use super::*;
use crate::core::sample;

fn filled(folder: &Path, entries: u64) -> Index {
    let sample = sample::Ledger::with(1, entries);
    let (mut index, begun) = Index::open(folder).unwrap();
    assert_eq!(begun, Some(Why::Missing));
    sample.entries().iter().for_each(|sealed| index.push(sealed.bytes(), sealed.link()).unwrap());
    index.commit().unwrap();
    index
}

/// The files below a folder, with their bytes.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found.sort();
    found
}

#[test]
fn it_remembers_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let sample = sample::Ledger::with(1, 12);
    let filled = filled(folder.path(), 12);
    let (extent, lists) = (filled.extent().clone(), filled.lists().clone());
    drop(filled);
    let (mut index, begun) = Index::open(folder.path()).unwrap();
    assert_eq!((begun, index.extent()), (None, &extent));
    assert_eq!((extent.size, extent.head), (12, sample.chain().head()));
    let (platform, regulator) = ("platform".parse().unwrap(), "regulator".parse().unwrap());
    let table = [
        (List::Actor(&platform), (2..12).collect()),
        (List::Actor(&regulator), vec![1]),
        (List::Kind("ledger_opened"), vec![0]),
        (List::Kind("disclosure"), vec![]),
    ];
    for (list, expected) in table {
        assert_eq!(index.list(&list, &lists).unwrap(), Some(expected), "{list:?}");
    }
    index.resume(lists, extent.size, extent.head);
    let key = sample.platform_key().public().unwrap().id();
    assert_eq!([0, 9, 10].map(|nth| index.statement(&key, nth).unwrap()), [Some(2), Some(11), None]);
}

#[test]
fn lists_of_many_chunks_go_on_where_they_were_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (mut index, _) = Index::open(folder.path()).unwrap();
    let wanted = |size: u64| (0..size).map(|number| number * 3).collect::<Vec<_>>();
    let (mut whole, size) = (Lists::default(), 2 * CHUNK_ENTRIES + 7);
    for kept in [1, CHUNK_ENTRIES - 1, CHUNK_ENTRIES, CHUNK_ENTRIES + 1, 2 * CHUNK_ENTRIES, size] {
        let from = index.lists().digest("k/some").count;
        (from..kept).for_each(|number| index.add("k/some".to_owned(), number * 3).unwrap());
        index.commit().unwrap();
        assert!(index.holds().unwrap());
        whole = index.lists().clone();
        assert_eq!(index.list(&List::Kind("some"), &whole).unwrap(), Some(wanted(kept)));
        // What comes after is written in part, and is none of what was kept.
        (kept..kept + CHUNK_ENTRIES).for_each(|number| index.add("k/some".to_owned(), number * 3).unwrap());
        assert_eq!(index.list(&List::Kind("some"), &whole).unwrap(), Some(wanted(kept)));
        drop(index);
        index = Index::open(folder.path()).unwrap().0;
        index.resume(whole.clone(), kept, Hash::ZERO);
    }
    let mut at_once = Index::open(tempfile::tempdir().unwrap().path()).unwrap().0;
    (0..size).for_each(|number| at_once.add("k/some".to_owned(), number * 3).unwrap());
    at_once.commit().unwrap();
    assert_eq!(at_once.lists(), &whole, "however often it was opened anew");
}

#[test]
fn a_list_must_be_whole() {
    let of = |indices: &[u64]| {
        let folder = tempfile::tempdir().unwrap();
        let (mut index, _) = Index::open(folder.path()).unwrap();
        indices.iter().for_each(|number| index.add("k/some".to_owned(), *number).unwrap());
        index.commit().unwrap();
        (index, folder)
    };
    let long: Vec<u64> = (0..CHUNK_ENTRIES + 4).collect();
    let but = |left_out: usize| [&long[..left_out], &long[left_out + 1..]].concat();
    let table = [
        (vec![2, 3, 4, 5], vec![vec![], vec![2, 3, 5], vec![1, 2, 3, 4, 5], vec![2, 3, 4, 6], vec![2, 3, 4]]),
        (long.clone(), vec![but(0), but(500), but(CHUNK_ENTRIES as usize), long[..CHUNK_ENTRIES as usize].to_vec()]),
    ];
    for (sound, others) in table {
        let (index, _folder) = of(&sound);
        let lists = index.lists();
        assert_eq!(index.list(&List::Kind("some"), lists).unwrap(), Some(sound.clone()));
        assert_eq!(index.list(&List::Kind("other"), lists).unwrap(), Some(vec![]));
        for other in others {
            let found = of(&other).0.list(&List::Kind("some"), lists).unwrap();
            assert_eq!(found, None, "{} entries for {}", other.len(), sound.len());
        }
    }
}

#[test]
fn a_snapshot_comes_back_whatever_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = filled(folder.path(), 3);
    assert_eq!(index.kept(), Err(Why::NoSnapshot));
    for length in [500_000, 0, 1, 32 << 10, (32 << 10) + 1, 100_000] {
        let kept = Kept { note: format!("{length}\n"), bytes: (0..length).map(|byte: u32| byte as u8).collect() };
        index.keep(&kept).unwrap();
        assert_eq!(index.kept().as_ref(), Ok(&kept));
    }
    assert_eq!(index.cleared().unwrap().kept(), Err(Why::NoSnapshot));
}

#[test]
fn one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Index::open_as_it_is(folder.path()).err(), Some(Why::Missing));
    let index = filled(folder.path(), 2);
    assert_eq!(Index::open_as_it_is(folder.path()).err(), Some(Why::Busy));
    assert_eq!(Index::open(folder.path()).err(), Some(Why::Busy));
    drop(index);
    assert!(Index::open_as_it_is(folder.path()).is_ok());
}

#[test]
fn damage_to_a_large_database_is_an_error_like_any_other() {
    const SEED: u64 = 0x1d_e4_5e_ed;
    eprintln!("seed {SEED:#x}");
    let folder = tempfile::tempdir().unwrap();
    let (mut index, _) = Index::open(folder.path()).unwrap();
    for (sealed, number) in sample::shared().entries().iter().zip(0_usize..) {
        index.push(sealed.bytes(), sealed.link()).unwrap();
        // As many records as a ledger of many authors has.
        (0..4).for_each(|list| index.add(format!("a/author-{list}-{number}"), number as u64).unwrap());
        if number % 100 == 0 {
            index.keep(&Kept { note: "note\n".to_owned(), bytes: vec![number as u8; 200_000] }).unwrap();
        }
    }
    drop(index);
    let database = folder.path().join(INDEX).join(DATABASE);
    let sound = files(&database);
    let put_back = || {
        fs::remove_dir_all(&database).unwrap();
        for (path, bytes) in &sound {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    };
    let (file, bytes) = sound.iter().find(|(path, _)| path.ends_with("db")).unwrap();
    let open = || Index::open_as_it_is(folder.path()).and_then(|index| index.kept().map(drop));
    let (mut random, mut panics) = (SEED, 0);
    for round in 0..60 {
        put_back();
        let mut damaged = bytes.clone();
        for _ in 0..=round {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            damaged[(random >> 33) as usize % bytes.len()] = (random >> 25) as u8;
        }
        fs::write(file, damaged).unwrap();
        let opened = open();
        panics += usize::from(opened == Err(Why::Damaged("the database panicked".to_owned())));
        let (mut index, _) = Index::open(folder.path()).unwrap();
        for sealed in &sample::shared().entries()[..3] {
            if index.push(sealed.bytes(), sealed.link()).and_then(|()| index.commit()).is_err() {
                index = index.cleared().unwrap();
            }
        }
        index.cleared().unwrap().commit().unwrap();
        eprintln!("round {round}: {opened:?}");
    }
    assert!(panics > 0, "the database never panicked: the guard was not needed");
    put_back();
    assert_eq!(open(), Ok(()), "what is sound opens as before");
}

#[test]
fn a_panic_becomes_a_value_and_nothing_is_printed() {
    // What is printed is seen from outside: this runs the test below in a process of its own.
    let mut test = std::process::Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "storage::index::tests::panics_here_and_there", "--ignored", "--nocapture"]);
    let output = test.env("RUST_BACKTRACE", "0").output().unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("as anybody does"), "{printed}");
    assert!(!printed.contains("as sled does"), "{printed}");
}

#[test]
#[ignore = "run by the test above"]
fn panics_here_and_there() {
    let panicked = guard::guarded(|| -> sled::Result<()> { panic!("as sled does") });
    assert!(matches!(panicked, Err(Why::Damaged(_))));
    assert_eq!(guard::guarded(|| Ok(7)), Ok(7));
    let thread = std::thread::Builder::new().name("sled-io-7".to_owned());
    assert!(thread.spawn(|| panic!("as sled does")).unwrap().join().is_err());
    assert!(std::panic::catch_unwind(|| panic!("as anybody does")).is_err());
}
