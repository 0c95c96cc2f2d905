use std::fs;

use tempfile::TempDir;

use super::*;
use crate::core::fault::{Code, Fault};
use crate::storage::bundle::carry;
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::folder_writer::FolderWriter;
use crate::storage::memory_bundle::MemoryBundle;
use crate::storage::zip_bundle::ZipBundle;
use crate::storage::zip_writer::{Packing, ZipWriter};

fn files() -> MemoryBundle {
    let files: [(&str, &[u8]); 5] = [
        ("checkpoint", b"note"),
        ("empty", b""),
        ("tile/0/000", &[7; 8192]),
        ("tile/0/x001/067", &[8; 8192]),
        ("tile/entries/000", b"entries"),
    ];
    files.into_iter().collect()
}

fn all(bundle: &dyn Bundle) -> MemoryBundle {
    let names = bundle.names().unwrap().into_iter();
    names.map(|name| (name.clone(), bundle.read(&name, 1 << 20).unwrap().unwrap())).collect()
}

fn left_in(folder: &TempDir) -> usize {
    fs::read_dir(folder.path()).unwrap().count()
}

#[test]
fn what_is_written_is_read_back() {
    let place = TempDir::new().unwrap();
    for (name, packing) in [("stored.zip", Packing::Stored), ("deflated.zip", Packing::Deflated)] {
        let target = place.path().join(name);
        copy(&files(), ZipWriter::create(&target, packing).unwrap()).unwrap();
        assert_eq!(all(&ZipBundle::open(&target).unwrap()), files());
    }
    let (new, empty) = (place.path().join("new"), place.path().join("empty"));
    fs::create_dir(&empty).unwrap();
    for target in [new, empty] {
        copy(&files(), FolderWriter::create(&target).unwrap()).unwrap();
        assert_eq!(all(&FolderBundle::open(&target).unwrap()), files());
    }
    assert_eq!(left_in(&place), 4);
}

#[test]
fn an_archive_is_the_same_bytes_each_time() {
    let place = TempDir::new().unwrap();
    let write = |name: &str| {
        let target = place.path().join(name);
        copy(&files(), ZipWriter::create(&target, Packing::Stored).unwrap()).unwrap();
        fs::read(target).unwrap()
    };
    let first = write("first.zip");
    assert_eq!(first, write("second.zip"));
    // 30 and 46 bytes of headers for each file, its name twice, its content, and the end record: nothing else.
    let content: usize = all(&files()).iter_mut().map(|(name, bytes)| 2 * name.len() + bytes.len()).sum();
    assert_eq!(first.len(), content + 5 * (30 + 46) + 22);
    // The one file of the smallest bundle, byte for byte: 1980-01-01, 00:00, Unix, mode 0644.
    let target = place.path().join("one.zip");
    let one: MemoryBundle = [("tail", "x")].into_iter().collect();
    copy(&one, ZipWriter::create(&target, Packing::Stored).unwrap()).unwrap();
    let expected = "504b03040a0000000000000021008316dc8c010000000100000004000000\
                    7461696c78504b01020a030a0000000000000021008316dc8c0100000001\
                    000000040000000000000000000000a48100000000\
                    7461696c504b0506000000000100010032000000230000000000";
    assert_eq!(hex::encode(fs::read(target).unwrap()), expected);
}

#[test]
fn what_is_there_is_never_overwritten() {
    let place = TempDir::new().unwrap();
    let (file, folder) = (place.path().join("file"), place.path().join("folder"));
    fs::write(&file, "precious").unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("file"), "precious").unwrap();
    let exists =
        |trouble| matches!(trouble, Some(Trouble::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists);
    for target in [&file, &folder] {
        assert!(exists(ZipWriter::create(target, Packing::Stored).err()));
        assert!(exists(FolderWriter::create(target).err()));
    }
    // Nor what comes to be there while writing.
    let late = place.path().join("late");
    let (zip, copied) = (ZipWriter::create(&late, Packing::Stored).unwrap(), FolderWriter::create(&late).unwrap());
    fs::write(&late, "precious").unwrap();
    assert!(matches!(copy(&files(), zip), Err(Trouble::Io { .. })));
    assert!(matches!(copy(&files(), copied), Err(Trouble::Io { .. })));
    assert_eq!(fs::read(&late).unwrap(), b"precious");
    assert_eq!(left_in(&place), 3);
}

#[test]
fn what_fails_leaves_nothing_and_what_would_be_refused_is_not_written() {
    struct Bad;
    impl Read for Bad {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(carry(Fault::new(Code::BundleMalformed, "a", "b").in_file("bad")))
        }
    }

    fn attempt<W: BundleWriter>(make: &dyn Fn() -> W) {
        let code = |result: Result<(), Trouble>| match result {
            Err(Trouble::Faults(faults)) => Some(faults[0].code),
            _ => None,
        };
        let mut writer = make();
        writer.add("a", &mut &b"x"[..]).unwrap();
        assert_eq!(code(writer.add("../b", &mut &b"x"[..])), Some(Code::BundlePathUnsafe));
        for name in ["B", "a"] {
            assert!(matches!(writer.add(name, &mut &b"x"[..]), Err(Trouble::Io { .. })), "{name} after a");
        }
        assert_eq!(code(writer.add("bad", &mut Bad)), Some(Code::BundleMalformed));
        assert!(matches!(writer.finish(), Err(Trouble::Io { .. })), "a file is cut short");
        let mut writer = make();
        writer.add("x", &mut &b"x"[..]).unwrap();
        drop(writer);
        let mut writer = make();
        writer.add("A", &mut &b"x"[..]).unwrap();
        writer.add("a", &mut &b"x"[..]).unwrap();
        assert_eq!(code(writer.finish()), Some(Code::BundleNameDuplicate));
    }

    let place = TempDir::new().unwrap();
    let target = place.path().join("target");
    attempt(&|| ZipWriter::create(&target, Packing::Deflated).unwrap());
    attempt(&|| FolderWriter::create(&target).unwrap());
    assert_eq!(left_in(&place), 0);
}

#[test]
fn more_files_than_two_bytes_count_are_written_and_read() {
    let count = 65_536;
    let place = TempDir::new().unwrap();
    let target = place.path().join("many.zip");
    let files: MemoryBundle = (0..count).map(|n| (format!("{n:05}"), "")).collect();
    copy(&files, ZipWriter::create(&target, Packing::Stored).unwrap()).unwrap();
    assert_eq!(ZipBundle::open(&target).unwrap().names().unwrap().len(), count);
}

#[test]
fn a_file_without_end_is_given_up() {
    struct Endless;
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            Ok(buffer.len())
        }
    }

    let at_most = |bytes| pump("x", &mut Endless.take(bytes), &mut io::sink(), Path::new("target"));
    assert!(at_most(MAX_FILE_BYTES).is_ok());
    for bytes in [MAX_FILE_BYTES + 1, u64::MAX] {
        let Err(Trouble::Faults(faults)) = at_most(bytes) else { panic!("{bytes} bytes were written") };
        assert_eq!((faults[0].code, faults[0].file.as_deref()), (Code::BundleTooLarge, Some("x")));
    }
}
