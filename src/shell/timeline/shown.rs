//! What the obligations of a story show at its end.

use std::collections::BTreeMap;

use crate::core::finding::{Finding, FindingCode, Noticing};
use crate::core::obligation::{Obligation, Standing};
use crate::core::state::State;
use crate::core::time::Time;

/// The findings about these obligations, of all that the state shows.
pub(super) fn shown(state: &State, as_of: Time, owed: &[Obligation]) -> Vec<Finding> {
    let owed: BTreeMap<_, _> = owed.iter().map(|owed| ((&owed.request, &owed.item, &owed.addressee), owed)).collect();
    let about = |finding: &Finding| {
        let ((request, item), actor) = (finding.item.as_deref()?, finding.actor.as_ref()?);
        owed.get(&(request, item, actor)).copied()
    };
    let mut shown = Vec::new();
    Noticing::default().finish(Some(state), Some(as_of), &mut |finding| {
        let is_shown = about(&finding).is_some_and(|owed| shows(owed, &finding));
        shown.extend(is_shown.then_some(finding));
    });
    shown
}

/// Whether a finding about an obligation is what its standing shows.
fn shows(owed: &Obligation, finding: &Finding) -> bool {
    match &owed.standing {
        Standing::Answered { index, .. } | Standing::Refused { index, .. } => finding.entries.contains(index),
        Standing::Silent { .. } | Standing::Overdue { .. } => finding.code == FindingCode::NoResponseByDeadline,
        Standing::Withdrawn { .. } | Standing::Due { .. } | Standing::Open => false,
    }
}
