//! A bundle held in memory.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use super::bundle::{Bundle, FaultList, Trouble, is_private};
use super::name;

/// A bundle held in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryBundle(BTreeMap<String, Vec<u8>>);

impl MemoryBundle {
    /// Adds a file, or replaces it.
    pub fn insert(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(name.into(), bytes.into());
    }

    /// Takes a file out.
    pub fn remove(&mut self, name: &str) -> Option<Vec<u8>> {
        self.0.remove(name)
    }

    /// Every file there is, to be changed in place.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Vec<u8>)> {
        self.0.iter_mut().map(|(name, bytes)| (name.as_str(), bytes))
    }
}

impl<N: Into<String>, B: Into<Vec<u8>>> FromIterator<(N, B)> for MemoryBundle {
    fn from_iter<I: IntoIterator<Item = (N, B)>>(files: I) -> Self {
        Self(files.into_iter().map(|(name, bytes)| (name.into(), bytes.into())).collect())
    }
}

impl Bundle for MemoryBundle {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        let names: Vec<&str> = self.0.keys().map(String::as_str).filter(|name| !is_private(name)).collect();
        let mut faults = FaultList::default();
        names.iter().filter_map(|name| name::check(name).err()).for_each(|fault| faults.push(fault));
        faults.push_clashes(names.iter().copied().filter(|name| name::check(name).is_ok()));
        faults.finish()?;
        Ok(names.into_iter().map(String::from).collect())
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        name::check(name)?;
        let file = self.0.get(name).filter(|_| !is_private(name));
        Ok(file.map(|bytes| Box::new(bytes.as_slice()) as Box<dyn Read + Send>))
    }

    fn locate(&self, name: &str) -> PathBuf {
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::fault::Code;

    #[test]
    fn names_are_sorted_and_files_limited() {
        let bundle: MemoryBundle =
            [("tile/0/000", "hashes"), ("checkpoint", "note"), ("index/db", ""), ("lock", "")].into_iter().collect();
        assert_eq!(bundle.names().unwrap(), ["checkpoint", "tile/0/000"]);
        assert_eq!(bundle.read("checkpoint", 4).unwrap().unwrap(), b"note");
        assert!(bundle.read("tile", 4).unwrap().is_none());
        assert!(bundle.read("lock", 4).unwrap().is_none());
        for (name, limit, code) in [("checkpoint", 3, Code::BundleTooLarge), ("../x", 9, Code::BundlePathUnsafe)] {
            let Err(Trouble::Faults(faults)) = bundle.read(name, limit) else { panic!("{name} was read") };
            let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.file.as_deref())).collect();
            assert_eq!(found, [(code, Some(name))]);
        }
    }

    #[test]
    fn every_bad_name_is_told() {
        let bundle: MemoryBundle = [("/a", ""), ("/A", ""), ("b", ""), ("B", ""), ("b/c", "")].into_iter().collect();
        let Err(Trouble::Faults(faults)) = bundle.names() else { panic!("the names were accepted") };
        let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.file.as_deref().unwrap())).collect();
        let duplicate = Code::BundleNameDuplicate;
        let path_unsafe = Code::BundlePathUnsafe;
        assert_eq!(found, [(path_unsafe, "/A"), (path_unsafe, "/a"), (duplicate, "b"), (duplicate, "b/c")]);
    }
}
