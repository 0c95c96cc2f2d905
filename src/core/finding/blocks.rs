//! Blocks: all that a document says of one service and period, held against the period before.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::{Cell, Figures, Key, Stem};
use super::{Finding, FindingCode};
use crate::core::event::observation::Observation;
use crate::core::text::Slug;
use crate::core::time::Period;

/// Numbers in a block, at least, before their being the same says anything; so many of them must differ from each other
/// and from 0 as to leave chance little room.
pub const MIN_BLOCK: usize = 5;
/// Different numbers other than 0 in a block, at least.
pub const MIN_DIFFERENT: usize = 3;
/// Numbers of one document that are remembered until it is read; of blocks that have more nothing is noticed.
pub const MAX_NUMBERS: usize = 1 << 20;

/// The blocks of the document being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    blocks: BTreeMap<(Slug, Period), Block>,
    numbers: usize,
}

/// Each number's figure, and the same of the period before.
#[derive(Clone, Debug, Default)]
struct Block {
    figures: Vec<(Key, Key)>,
    /// Whether some number was not remembered.
    cut: bool,
}

impl Blocks {
    /// Takes a number, once: it will be held against the same figure of the period before.
    pub fn add(&mut self, observation: &Observation, stem: &Stem, key: Key) {
        let Some(previous) = observation.period.previous().filter(|_| observation.value.is_some()) else { return };
        let block = self.blocks.entry((observation.service.clone(), observation.period)).or_default();
        if self.numbers >= MAX_NUMBERS {
            block.cut = true;
            return;
        }
        self.numbers += 1;
        block.figures.push((key, stem.on(&previous)));
    }

    /// Names each block that says again what the period before did. `known` are those named before.
    pub fn settle(
        self,
        figures: &Figures,
        author: &Slug,
        index: u64,
        known: &mut BTreeSet<(Slug, Slug, Period)>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for ((service, period), block) in self.blocks {
            let Some(previous) = period.previous().filter(|_| !block.cut && block.figures.len() >= MIN_BLOCK) else {
                continue;
            };
            let same = |(now, before): &(Key, Key)| {
                let now = figures.find(*now).filter(|now| now.last == index)?;
                figures.find(*before).filter(|before| before.says_the_same(&now))
            };
            let Some(same) = block.figures.iter().map(same).collect::<Option<Vec<Cell>>>() else { continue };
            if !differ(&same) || !known.insert((author.clone(), service.clone(), period)) {
                continue;
            }
            let first = same.iter().map(|cell| if cell.last < index { cell.last } else { cell.before }).min();
            let says = format!("{author}: {service}: all {} numbers for {period} are those for {previous}", same.len());
            let mut entries = vec![first.unwrap_or(index), index];
            entries.dedup();
            findings.push(Finding::new(FindingCode::BlockRepeated, author, entries, says).on(&service, period));
        }
        findings
    }
}

#[cfg(test)]
impl Blocks {
    /// After so many numbers of other blocks.
    pub fn with_numbers(numbers: usize) -> Self {
        Self { numbers, ..Self::default() }
    }
}

/// Whether enough numbers differ from each other and from 0.
fn differ(cells: &[Cell]) -> bool {
    let mut different = BTreeSet::new();
    for cell in cells.iter().filter(|cell| cell.integer() != Some(0)) {
        different.insert(cell.said());
        if different.len() >= MIN_DIFFERENT {
            return true;
        }
    }
    false
}
