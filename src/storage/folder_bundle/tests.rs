use std::fs;

use tempfile::TempDir;

use super::*;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let root = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    root
}

fn faults<T>(result: Result<T, Trouble>) -> Vec<(Code, String)> {
    let Err(Trouble::Faults(faults)) = result else { panic!("no fault was found") };
    let mut found: Vec<_> = faults.into_iter().map(|fault| (fault.code, fault.file.unwrap_or_default())).collect();
    found.sort();
    found
}

#[test]
fn a_folder_lists_its_files_and_reads_them() {
    let root = folder(&[("checkpoint", b"note"), ("tile/0/000", b"h"), ("tile-x", b""), ("lock", b""), ("tail", b"t")]);
    fs::create_dir_all(root.path().join("empty/deep")).unwrap();
    let bundle = FolderBundle::open(root.path()).unwrap();
    assert_eq!(bundle.names().unwrap(), ["checkpoint", "tail", "tile-x", "tile/0/000"]);
    assert_eq!(bundle.read("tile/0/000", 1).unwrap().unwrap(), b"h");
    for absent in ["tile", "tile/0", "tile/1/000", "nothing", "checkpoint/x", "lock", "index/db"] {
        assert!(bundle.read(absent, 9).unwrap().is_none(), "{absent}");
    }
    assert_eq!(faults(bundle.read("checkpoint", 3)), [(Code::BundleTooLarge, "checkpoint".into())]);
    assert_eq!(faults(bundle.read("tile/../checkpoint", 9)), [(Code::BundlePathUnsafe, "tile/../checkpoint".into())]);
}

#[test]
fn a_folder_that_is_not_there_could_not_be_judged() {
    let root = folder(&[("file", b"")]);
    for name in ["missing", "file"] {
        assert!(matches!(FolderBundle::open(&root.path().join(name)), Err(Trouble::Io { .. })), "{name}");
    }
}

#[test]
fn unsafe_names_are_all_told_and_private_parts_are_not_looked_into() {
    let root =
        folder(&[("a b", b""), ("ok/c\\d", b""), ("bad folder/x", b""), ("index/any name", b""), ("ok/index/x", b"")]);
    let bundle = FolderBundle::open(root.path()).unwrap();
    let expected = ["a b", "bad folder", r"ok/c\\d"].map(|name| (Code::BundlePathUnsafe, name.to_string()));
    assert_eq!(faults(bundle.names()), expected);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_only_a_file_system_with_cases_tells_apart() {
    let root = folder(&[("a/x", b""), ("A/y", b""), ("b", b""), ("B", b""), ("C", b"")]);
    std::os::unix::fs::symlink("nowhere", root.path().join("c")).unwrap();
    let bundle = FolderBundle::open(root.path()).unwrap();
    let duplicate = Code::BundleNameDuplicate;
    let expected = [(duplicate, "a/x"), (duplicate, "b"), (duplicate, "c"), (Code::BundleSymlink, "c")];
    assert_eq!(faults(bundle.names()), expected.map(|(code, name)| (code, name.to_string())));
}

#[cfg(unix)]
#[test]
fn nothing_but_regular_files_is_opened() {
    use std::os::unix::{fs::symlink, net::UnixListener};

    let outside = folder(&[("secret", b"s")]);
    let root = folder(&[("checkpoint", b"note"), ("d/file", b"")]);
    let at = |name: &str| root.path().join(name);
    symlink(outside.path().join("secret"), at("file-link")).unwrap();
    symlink(outside.path(), at("d/folder-link")).unwrap();
    symlink("checkpoint", at("d/inner-link")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    let _listener = UnixListener::bind(at("socket")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());

    let bundle = FolderBundle::open(root.path()).unwrap();
    let expected = ["d/folder-link", "d/inner-link", "dangling", "file-link", "pipe", "socket"];
    assert_eq!(faults(bundle.names()), expected.map(|name| (Code::BundleSymlink, name.to_string())));
    for name in expected {
        assert_eq!(faults(bundle.read(name, 9)), [(Code::BundleSymlink, name.to_string())]);
    }
    let through = faults(bundle.read("d/folder-link/secret", 9));
    assert_eq!(through, [(Code::BundleSymlink, "d/folder-link".to_string())]);
}

#[cfg(unix)]
#[test]
fn the_root_may_be_a_link() {
    let (root, other) = (folder(&[("checkpoint", b"note")]), folder(&[]));
    let link = other.path().join("link");
    std::os::unix::fs::symlink(root.path(), &link).unwrap();
    assert_eq!(FolderBundle::open(&link).unwrap().names().unwrap(), ["checkpoint"]);
}

#[test]
fn a_sparse_giant_is_refused_unread() {
    let root = folder(&[]);
    File::create(root.path().join("giant")).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    let bundle = FolderBundle::open(root.path()).unwrap();
    assert_eq!(faults(bundle.open("giant").map(|_| ())), [(Code::BundleTooLarge, "giant".into())]);
}
