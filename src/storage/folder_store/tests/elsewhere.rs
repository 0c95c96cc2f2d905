//! Names of a ledger's folder behind which something else is than the ledger's own files.

use std::os::unix::fs::symlink;
use std::process::Command;

use super::*;

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn no_link_is_followed_to_what_is_not_the_ledgers() {
    // Names that lead to a file, or to a folder, and whether the ledger opens all the same.
    let cases = [("lock", false), (TEMPORARY, false), ("tmp/acknowledged", true), ("tmp/tail", true), (TAIL, false)];
    for (name, opens) in cases {
        let (folder, path) = ledger_of(3);
        let victim = folder.path().join("victim");
        let target = if name == TEMPORARY { victim.clone() } else { victim.join("precious") };
        fs::create_dir(&victim).unwrap();
        // The note as it is, which would be written over in place.
        fs::copy(note(&path), victim.join("precious")).unwrap();
        let before = files(&victim);
        let link = path.join(name);
        if link.is_dir() {
            fs::remove_dir_all(&link).unwrap();
        }
        fs::remove_file(&link).ok();
        symlink(target, &link).unwrap();
        match FolderStore::open(&path) {
            Ok((mut store, _)) => append(&mut store, 4, 1),
            Err(error) => assert!(!opens && error.to_string().contains("a link"), "{name}: {error}"),
        }
        let mended = Mending::open(&path).is_ok();
        assert_eq!(mended, opens || name == TAIL, "{name}");
        assert_eq!(files(&victim), before, "{name}");
    }
    // Nor where a ledger is made.
    let (folder, path) = place();
    let victim = folder.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    fs::create_dir_all(path.join(TEMPORARY)).unwrap();
    symlink(&victim, path.join("tmp/tail")).unwrap();
    FolderStore::create(&path).unwrap_err();
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
}

#[test]
fn no_pipe_is_waited_for() {
    let attachment = format!("attachments/sha256/{}", Hash::ZERO);
    let names =
        [TAIL, "checkpoint", "checkpoints/3", "tile/entries/000", WITNESSES, LOCK, "tmp/acknowledged", &attachment];
    for name in names {
        let (_folder, path) = ledger_of(258);
        FolderStore::open(&path).unwrap().0.publish(&crate::core::sample::shared().checkpoint(3)).unwrap();
        fs::create_dir_all(path.join("attachments/sha256")).unwrap();
        fs::remove_file(path.join(name)).ok();
        make_pipe(&path.join(name));
        let read = FolderReader::open(&path).and_then(|reader| {
            reader.checkpoint_at(3)?;
            reader.attachment(&Hash::ZERO)?;
            reader.read(0, &mut |_, _| ControlFlow::Continue(()))
        });
        let written = FolderStore::open(&path).and_then(|(store, _)| store.witnesses());
        let [read, written] = [read.err(), written.err()].map(|error| error.map(|error| error.code()));
        let damaged = Some("store-damaged");
        let expected = match name {
            TAIL | "checkpoint" | "tile/entries/000" | "checkpoints/3" => [damaged; 2],
            WITNESSES => [None, damaged],
            LOCK => [None, Some("store-io")],
            name if name == attachment => [Some("store-io"), None],
            _ => [None; 2],
        };
        assert_eq!([read, written], expected, "{name}");
    }
}

#[test]
fn what_is_among_the_temporary_files_is_removed_but_for_what_a_publisher_keeps() {
    let (_folder, path) = ledger_of(3);
    let temporary = path.join(TEMPORARY);
    fs::create_dir_all(temporary.join("folder/in")).unwrap();
    fs::remove_file(note(&path)).unwrap();
    fs::create_dir(note(&path)).unwrap();
    make_pipe(&temporary.join("pipe"));
    let (store, recovery) = FolderStore::open(&path).unwrap();
    assert_eq!(recovery.unnoted, None);
    drop(store);
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 1, "the note");
    for (name, make) in [("history", fs::write as fn(_, _) -> _), ("runs", |path, _: &str| fs::create_dir(path))] {
        make(temporary.join(name), "").unwrap();
        for code in [FolderStore::open(&path).unwrap_err().code(), Mending::open(&path).err().unwrap().code()] {
            assert_eq!(code, "ledger-published-into");
        }
        assert!(temporary.join(name).exists());
        fs::remove_file(temporary.join(name)).ok();
    }
}
