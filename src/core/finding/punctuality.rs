//! Whether checkpoints come as the ledger promised.

use serde::{Deserialize, Serialize};

use super::{Finding, FindingCode};
use crate::core::event::CheckpointRules;
use crate::core::time::Millis;

/// Notices whether checkpoints come as the ledger promised.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Punctuality {
    /// The first entry that no checkpoint covers yet, and when it was recorded.
    waiting: Option<(u64, Millis)>,
}

impl Punctuality {
    /// Takes the next entry, the rules in force, and whether a checkpoint was published right after it.
    pub fn entry(
        &mut self,
        index: u64,
        recorded_at: Millis,
        rules: CheckpointRules,
        published: bool,
    ) -> Option<Finding> {
        let mut finding = None;
        let (first, since) = *self.waiting.get_or_insert((index, recorded_at));
        let entries = index.saturating_sub(first);
        let seconds = recorded_at.unix_ms().saturating_sub(since.unix_ms()) / 1000;
        if entries >= rules.max_entries.unsigned() || seconds > rules.max_seconds.unsigned() {
            finding = Some(Finding {
                code: FindingCode::CheckpointOverdue,
                actor: None,
                entries: vec![first, index],
                figure: None,
                item: None,
                report: None,
                says: format!(
                    "no checkpoint recorded between entry {first} and entry {index}, {seconds} seconds later"
                ),
            });
            self.waiting = Some((index, recorded_at));
        }
        if published {
            self.waiting = None;
        }
        finding
    }
}
