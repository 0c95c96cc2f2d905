use tempfile::TempDir;

use super::*;
use crate::core::sample::shared;
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::folder_store::FolderStore;
use crate::storage::store::Store as _;
use crate::storage::store::tests::append;

/// What each file of a bundle holds, but for those that are not there.
fn files(bundle: &dyn Bundle) -> BTreeMap<String, Vec<u8>> {
    let names = bundle.names().unwrap().into_iter();
    names.filter_map(|name| bundle.read(&name, MAX_TAIL_BYTES).unwrap().map(|bytes| (name, bytes))).collect()
}

#[test]
fn it_holds_still_while_its_ledger_grows() {
    // Without and with a checkpoint; the next one needs the full tiles, and the partial ones go.
    for sealed in [None, Some(100)] {
        let folder = TempDir::new().unwrap();
        let mut store = FolderStore::create(&folder.path().join("ledger")).unwrap();
        append(&mut store, 100, 100);
        if let Some(size) = sealed {
            store.publish(&shared().checkpoint(size)).unwrap();
        }
        let bundle = FolderBundle::open(&folder.path().join("ledger")).unwrap();
        let (frozen, before) = (Frozen::of(&bundle).unwrap(), files(&bundle));
        append(&mut store, 600, 500);
        store.publish(&shared().checkpoint(600)).unwrap();
        let gone = before.keys().filter(|name| bundle.read(name, MAX_TAIL_BYTES).unwrap().is_none()).count();
        assert_eq!(gone, if sealed.is_some() { 2 } else { 0 }, "its hash tile and its entry bundle");
        assert_eq!(files(&frozen), before, "{sealed:?}");
        assert_eq!(frozen.read(CHECKPOINT, MAX_TAIL_BYTES).unwrap().is_some(), sealed.is_some(), "{sealed:?}");
        // What never was there has nothing to stand in for it.
        assert!(frozen.read("tile/0/000.p/7", MAX_TAIL_BYTES).unwrap().is_none());
    }
}
