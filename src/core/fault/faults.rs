//! Faults that are told together.

use std::fmt;
use std::ops::Deref;

use super::Fault;

/// The faults of one thing: a list that has an end, and how many more there are. It is read as the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    listed: Vec<Fault>,
    unlisted: u64,
}

impl Faults {
    /// These, and so many more.
    pub fn and_more(listed: Vec<Fault>, unlisted: u64) -> Self {
        Self { listed, unlisted }
    }

    /// How many there are that are not listed.
    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }

    /// The list, and how many more there are.
    pub fn into_parts(self) -> (Vec<Fault>, u64) {
        (self.listed, self.unlisted)
    }

    /// What people are told of those that are not listed, if there are any.
    pub fn further(unlisted: u64) -> Option<String> {
        (unlisted > 0).then(|| format!("{unlisted} further faults are not listed"))
    }
}

impl Deref for Faults {
    type Target = [Fault];

    fn deref(&self) -> &[Fault] {
        &self.listed
    }
}

impl From<Vec<Fault>> for Faults {
    fn from(listed: Vec<Fault>) -> Self {
        Self { listed, unlisted: 0 }
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Vec::from_iter(faults).into()
    }
}

/// Those that are listed.
impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.listed.into_iter()
    }
}

/// One a line.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.listed.iter().map(Fault::to_string).chain(Self::further(self.unlisted));
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}
