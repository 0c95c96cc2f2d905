//! Links in folders that are written to: what they lead to stays as it is.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;
use std::fs;
use std::iter;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use candour::core::hash::Hash;
use candour::core::shelf::Space as _;
use candour::storage::index::Index;
use candour::storage::progress_folder::ProgressFolder;
use candour::storage::site::Site;
use candour::storage::witness_store::WitnessStore;

/// Writes whatever is written to a folder. That it fails is as good as that it makes something of its own.
type Write = fn(&Path);

fn site(root: &Path) {
    let Ok(mut site) = Site::open(root) else { return };
    let _ = site.put("a", b"b");
    site.runs().remove_others(iter::empty());
    let _ = site.runs().sheet().map(|mut sheet| sheet.append(b"run"));
    let _ = site.runs().clear();
}

fn witness(root: &Path) {
    let Ok(store) = WitnessStore::open(root) else { return };
    let _ = store.replace(&Hash::ZERO, b"one");
}

fn progress(root: &Path) {
    let Ok(folder) = ProgressFolder::open(root) else { return };
    let _ = folder.replace(b"one");
    let _ = folder.keep_evidence("x", &[("first", b"1")]);
}

fn index(root: &Path) {
    let _ = Index::open(root).map(|(index, _)| index.cleared().map(drop));
}

#[test]
fn what_links_lead_to_stays_as_it_is() {
    let cases: [(&str, &[&str], Write); 4] = [
        ("site", &["lock", "tmp", "tmp/file", "tmp/runs"], site),
        ("witness", &["lock", "tmp", "tmp/evidence", "logs", "evidence"], witness),
        ("progress", &["lock", "tmp", "evidence", "evidence-tmp"], progress),
        ("index", &["index", "index/lock", "index/sled", "index/sled/db", "index/runs"], index),
    ];
    for (what, names, write) in cases {
        for name in names {
            for (leads_to, inside) in [("a folder", ""), ("a file", "precious")] {
                let place = tempfile::tempdir().unwrap();
                let (root, victim) = (place.path().join("root"), place.path().join("victim"));
                fs::create_dir_all(victim.join("deep")).unwrap();
                for name in ["precious", "deep/precious"] {
                    fs::write(victim.join(name), "precious").unwrap();
                }
                let before = content(&victim);
                let link = root.join(name);
                fs::create_dir_all(link.parent().unwrap()).unwrap();
                symlink(if inside.is_empty() { victim.clone() } else { victim.join(inside) }, &link).unwrap();
                write(&root);
                write(&root);
                assert_eq!(content(&victim), before, "{what}: {name} leads to {leads_to}");
            }
        }
    }
}

/// The files below a folder, with their bytes.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = fs::read_dir(folder).unwrap().map(|item| item.unwrap().path());
    paths
        .flat_map(|path| if path.is_dir() { content(&path) } else { [(path.clone(), fs::read(path).unwrap())].into() })
        .collect()
}
