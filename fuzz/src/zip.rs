//! A zip archive: what is read of it, another reader sees as well; and it is judged as a bundle.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::sync::LazyLock;

use candour::storage::bundle::{Bundle, PRIVATE};
use candour::storage::zip_bundle::ZipBundle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::{bundle, fixtures};

/// Deflate makes up to 1032 bytes of one.
pub const BYTES: usize = 4096;

/// Bytes that all files of an archive have together, at most, for each of its own.
const MAX_RATIO: u64 = 1100;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(crate::temporary);

pub fn run(data: &[u8]) {
    let path = FOLDER.path().join("bundle.zip");
    fs::write(&path, data).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let bundle = match ZipBundle::open(&path) {
        Ok(bundle) => bundle,
        Err(trouble) => return crate::bounded_message(trouble.to_string().lines().next().unwrap_or_default()),
    };
    let names = bundle.names().expect("it was opened");
    assert!(names.is_sorted() && !names.iter().any(|name| is_private(name)));
    let mut other = ZipArchive::new(Cursor::new(data)).expect("any reader opens what the strict one does");
    let listed = other.file_names().filter_map(Result::ok);
    let files = listed.filter(|name| !name.ends_with('/') && !is_private(name)).count();
    assert_eq!(files, names.len(), "every reader sees as many files");
    let mut total = 0;
    for name in &names {
        let mut file = bundle.open(name).expect("a name").expect("a file");
        let mut bytes = Vec::new();
        let read = file.read_to_end(&mut bytes).is_ok();
        total += bytes.len() as u64;
        assert!(total <= MAX_RATIO * data.len() as u64, "an archive that unpacks beyond what deflate can");
        if read {
            let mut theirs = Vec::new();
            let found = other.by_name(name).map(|mut file| file.read_to_end(&mut theirs).is_ok());
            assert!(found.is_ok_and(|read| read) && theirs == bytes, "{name} is the same to every reader");
        }
    }
    if names.iter().any(|name| name == "checkpoint") {
        bundle::ledgers()[0].hold(&bundle);
    }
}

/// What a ledger's folder may hold, and a bundle does not.
fn is_private(name: &str) -> bool {
    name.split('/').next().is_some_and(|first| PRIVATE.contains(&first))
}

pub fn seeds() -> Vec<Vec<u8>> {
    let honest = fixtures::path("ledgers/honest/bundle.zip");
    assert!(bundle::ledgers()[0].hold(&ZipBundle::open(&honest).expect("an honest ledger")));
    let names = ["honest-without-tail"].map(str::to_owned).into_iter().chain(fixtures::ledgers("zip-"));
    let archives = names.map(|name| fixtures::read(&fixtures::path(&format!("ledgers/{name}/bundle.zip"))));
    let mut seeds: Vec<Vec<u8>> = archives.filter(|archive| archive.len() < 40_000).collect();
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        for large in [false, true] {
            seeds.push(packed(SimpleFileOptions::default().compression_method(method).large_file(large), false));
            seeds.push(packed(SimpleFileOptions::default().compression_method(method).large_file(large), true));
        }
    }
    seeds
}

/// A small archive: in order, or as one that was written to a pipe.
fn packed(options: SimpleFileOptions, streamed: bool) -> Vec<u8> {
    fn fill<W: std::io::Write + std::io::Seek>(mut zip: ZipWriter<W>, options: SimpleFileOptions) -> W {
        for (name, bytes) in [("checkpoint", &b"a\n1\n\n"[..]), ("tile/0/000.p/1", &[0; 300]), ("tail", b""), ("tmp/x", b"x")] {
            zip.start_file(name, options).expect("an archive");
            zip.write_all(bytes).expect("an archive");
        }
        zip.add_directory("tile/", SimpleFileOptions::default()).expect("an archive");
        zip.finish().expect("an archive")
    }
    if streamed {
        let mut bytes = Vec::new();
        fill_stream(&mut bytes, options);
        return bytes;
    }
    fill(ZipWriter::new(Cursor::new(Vec::new())), options).into_inner()
}

fn fill_stream(bytes: &mut Vec<u8>, options: SimpleFileOptions) {
    let mut zip = ZipWriter::new_stream(bytes);
    for (name, bytes) in [("checkpoint", &b"a\n1\n\n"[..]), ("tile/0/000.p/1", &[0; 300])] {
        zip.start_file(name, options).expect("an archive");
        zip.write_all(bytes).expect("an archive");
    }
    let _ = zip.finish().expect("an archive");
}
