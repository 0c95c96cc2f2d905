//! Claims that figures are confidential until a day.

use serde::{Deserialize, Serialize};

use super::figures::{Cell, Figures, Key};
use super::filed::Filed;
use super::periods::has_ended;
use super::{Finding, FindingCode};
use crate::core::event::observation::Status;
use crate::core::shelf::{Scratch, Shelf, Stored};
use crate::core::text::Slug;
use crate::core::time::{Date, Time};

/// The last claim made of each figure.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    /// By entry: who claims, and until when.
    claims: Shelf<u64, (Slug, Date)>,
    figures: Shelf<Key, u64>,
    #[serde(skip)]
    scratch: Scratch,
}

/// The day, then the actor.
impl Stored for (Slug, Date) {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.1.to_string().as_bytes());
        self.0.put(bytes);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let (day, actor) = bytes.split_at_checked("YYYY-MM-DD".len())?;
        Some((Slug::take(actor)?, Date::parse(std::str::from_utf8(day).ok()?).ok()?))
    }

    fn heap_bytes(&self) -> usize {
        self.0.heap_bytes()
    }
}

impl Claims {
    /// Gives them a scratch.
    pub fn keep_in(&mut self, scratch: &Scratch) {
        self.claims.keep_in(scratch);
        self.figures.keep_in(scratch);
        self.scratch = scratch.clone();
    }

    /// Takes a figure that a document withholds, and until when.
    pub fn add(&mut self, index: u64, author: &Slug, until: Date, key: Key) {
        // All claims of one entry are the same.
        self.claims.insert(index, (author.clone(), until));
        self.figures.insert(key, index);
    }

    /// Hands over the claims that have run out, of figures that are withheld still.
    pub fn settle(&self, (figures, filed): (&Figures, &Filed), as_of: Time, each: &mut dyn FnMut(Finding)) {
        let mut withheld = Shelf::<u64, u64>::kept_in(&self.scratch);
        for (key, index) in self.figures.iter() {
            if figures.find(key).is_some_and(|cell| is_withheld(&cell)) {
                withheld.insert(index, withheld.find(&index).map_or(1, |count| count.saturating_add(1)));
            }
        }
        for (index, (author, until)) in self.claims.iter() {
            let Some(count) = withheld.find(&index) else { continue };
            if has_ended(until, as_of) && !filed.is_retracted(index) {
                let figures = if count == 1 { "1 figure".to_owned() } else { format!("{count} figures") };
                let says = format!("{author}: {figures} claimed to be confidential until {until}, and withheld still");
                each(Finding::new(FindingCode::ConfidentialityExpired, &author, [index], says));
            }
        }
    }
}

/// Whether a figure is kept from the public.
pub(super) fn is_withheld(cell: &Cell) -> bool {
    matches!(cell.status, Status::Sealed | Status::Suppressed)
}
