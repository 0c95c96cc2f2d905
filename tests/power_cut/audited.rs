//! Audits of what a power cut left, each made once.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Mutex;

use candour::core::statement::Rule;
use candour::shell::verify::{Options, verify};
use candour::storage::bundle::Bundle;
use candour::storage::open_bundle;

use super::house::policy;

/// What was judged already: most states come to the same once they are opened.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<u64, Result<Audited, String>>>);

/// What an audit came to.
#[derive(Clone, Debug)]
pub(super) struct Audited {
    pub size: u64,
    /// The first entry that is accused; 0 too where it is no entry.
    pub accused: Option<u64>,
    #[expect(dead_code, reason = "shown with the rest, where something is wrong")]
    pub faults: String,
}

impl Known {
    /// Judges those files of a folder, unless the very same were judged before.
    pub(super) fn or(
        &self,
        what: &str,
        folder: &Path,
        judge: impl FnOnce() -> Result<Audited, String>,
    ) -> Result<Audited, String> {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        hash(folder, false, &mut hasher);
        let files = hasher.finish();
        let known = self.0.lock().expect("a map").get(&files).cloned();
        known.unwrap_or_else(|| {
            let judged = judge();
            self.0.lock().expect("a map").insert(files, judged.clone());
            judged
        })
    }

    pub(super) fn audit(&self, path: &Path) -> Result<Audited, String> {
        self.or("audit", path, || {
            audit(open_bundle(path).map_err(|error| format!("{}: {error}", path.display()))?.as_ref())
        })
    }
}

/// Hashes all files but those that are no evidence; of these, the ones that have a name among the others too.
fn hash(folder: &Path, private: bool, hasher: &mut DefaultHasher) {
    if let Some(there) = fs::metadata(folder).ok().filter(fs::Metadata::is_file) {
        let linked = there.nlink() > 1;
        if linked || !private {
            (linked, fs::read(folder).expect("a file")).hash(hasher);
        }
        return;
    }
    let items = fs::read_dir(folder).into_iter().flatten().map(|item| item.expect("an item").path());
    let mut items: Vec<_> = items.collect();
    items.sort_unstable();
    for path in items {
        let private = private || ["index", "lock", "tmp"].iter().any(|name| path.ends_with(name));
        path.file_name().filter(|_| !private).hash(hasher);
        hash(&path, private, hasher);
    }
}

/// Audits a bundle of that many entries or more.
pub(super) fn whole(path: &Path, size: u64, known: &Known) -> Result<(), String> {
    let found = known.audit(path)?;
    if found.accused.is_some() || found.size < size {
        return Err(format!("expected {size} entries and no fault, found {found:?}"));
    }
    Ok(())
}

pub(super) fn audit(bundle: &dyn Bundle) -> Result<Audited, String> {
    let mut nothing = |_, _| {};
    let options =
        Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut nothing, as_of: None, watch: &mut () };
    let report = verify(bundle, &policy(), options).map_err(|error| format!("auditing: {error}"))?;
    let accused = report.faults.iter().map(|fault| fault.index.unwrap_or(0)).min();
    Ok(Audited { size: report.size, accused, faults: format!("{:?}", report.faults) })
}
