//! What stands of a disclosure: the last word on it.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::core::state::State;
use crate::core::state::documents::Document;

/// Whether the last word on a document stands, by the entry of each that superseded another. They are looked for among all
/// documents, once, and only if one that was superseded is asked about.
pub(super) struct Figures<'a> {
    state: &'a State,
    last_words: OnceCell<BTreeMap<u64, bool>>,
}

impl<'a> Figures<'a> {
    pub fn of(state: &'a State) -> Self {
        Self { state, last_words: OnceCell::new() }
    }

    /// Whether the last word on a document was not taken back.
    pub fn stand(&self, document: Document) -> bool {
        let later = document.superseded_by.and_then(|by| self.last_words().get(&by));
        later.copied().unwrap_or(document.retracted_by.is_none())
    }

    fn last_words(&self) -> &BTreeMap<u64, bool> {
        self.last_words.get_or_init(|| {
            let superseding = self.state.documents().iter().filter(|(_, document)| document.supersedes.is_some());
            last_words(&superseding.map(|(_, document)| (document.index, document)).collect())
        })
    }
}

/// Each is gone through once, the latest first: what superseded it comes before it. Of a ledger whose entries count wrongly,
/// that need not be so, and a way is followed to what is known.
fn last_words(superseding: &BTreeMap<u64, Document>) -> BTreeMap<u64, bool> {
    let mut known = BTreeMap::new();
    for mut document in superseding.values().rev() {
        let mut way = Vec::new();
        let stands = loop {
            if let Some(stands) = known.get(&document.index) {
                break *stands;
            }
            let stands = document.retracted_by.is_none();
            // Where the way leads back to itself, it ends.
            known.insert(document.index, stands);
            way.push(document.index);
            match document.superseded_by.and_then(|by| superseding.get(&by)) {
                Some(later) => document = later,
                None => break stands,
            }
        };
        known.extend(way.into_iter().map(|entry| (entry, stands)));
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::state::documents::Kind;

    #[test]
    fn the_last_word_is_found_whatever_the_order() {
        // (by entry, what superseded it and whether it was taken back; the entries that do not stand)
        type Row<'a> = (&'a [(u64, Option<u64>, bool)], &'a [u64]);
        let table: &[Row<'_>] = &[
            (&[(1, Some(2), false), (2, Some(3), false), (3, Some(4), false), (4, None, false)], &[]),
            (&[(1, Some(2), false), (2, Some(3), false), (3, Some(4), false), (4, None, true)], &[1, 2, 3, 4]),
            (&[(1, Some(3), false), (2, Some(4), false), (3, None, true), (4, None, false)], &[1, 3]),
            (&[(1, None, true), (2, Some(1), false), (3, Some(2), false), (4, Some(3), false)], &[1, 2, 3, 4]),
            (&[(1, Some(4), false), (2, None, true), (3, Some(1), false), (4, Some(2), false)], &[1, 2, 3, 4]),
            // Of what never ends there is no last word, and it is found at once.
            (&[(1, Some(2), false), (2, Some(1), false), (3, Some(3), false)], &[]),
            (&[(1, Some(7), false), (2, Some(7), true)], &[2]),
        ];
        for (documents, expected) in table {
            let document = |(index, superseded_by, retracted): &(u64, Option<u64>, bool)| Document {
                kind: Kind::Correction,
                index: *index,
                superseded_by: *superseded_by,
                supersedes: Some(0),
                retracted_by: retracted.then_some(9),
            };
            let superseding = documents.iter().map(|it| (it.0, document(it))).collect();
            let fallen: Vec<u64> =
                last_words(&superseding).into_iter().filter(|(_, it)| !it).map(|(it, _)| it).collect();
            assert_eq!(fallen, *expected, "{documents:?}");
        }
    }
}
