//! Claims that figures are confidential until a day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::figures::{Cell, Figures, Key};
use super::filed::Filed;
use super::periods::has_ended;
use super::{Finding, FindingCode};
use crate::core::event::observation::Status;
use crate::core::text::Slug;
use crate::core::time::{Date, Time};

/// The last claim made of each figure.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    /// By entry: who claims, and until when.
    claims: BTreeMap<u64, (Slug, Date)>,
    figures: BTreeMap<Key, u64>,
}

impl Claims {
    /// Takes a figure that a document withholds, and until when.
    pub fn add(&mut self, index: u64, author: &Slug, until: Date, key: Key) {
        self.claims.entry(index).or_insert_with(|| (author.clone(), until));
        self.figures.insert(key, index);
    }

    /// The claims that have run out, of figures that are withheld still.
    pub fn settle(&self, figures: &Figures, filed: &Filed, as_of: Time) -> Vec<Finding> {
        let mut withheld = BTreeMap::<u64, u64>::new();
        for (key, index) in &self.figures {
            if figures.find(*key).is_some_and(is_withheld) {
                *withheld.entry(*index).or_default() += 1;
            }
        }
        let mut findings = Vec::new();
        for (index, (author, until)) in &self.claims {
            let Some(count) = withheld.get(index) else { continue };
            if has_ended(*until, as_of) && !filed.is_retracted(*index) {
                let figures = if *count == 1 { "1 figure".to_owned() } else { format!("{count} figures") };
                let says = format!("{author}: {figures} claimed to be confidential until {until}, and withheld still");
                findings.push(Finding::new(FindingCode::ConfidentialityExpired, author, [*index], says));
            }
        }
        findings
    }
}

/// Whether a figure is kept from the public.
pub(super) fn is_withheld(cell: &Cell) -> bool {
    matches!(cell.status, Status::Sealed | Status::Suppressed)
}
