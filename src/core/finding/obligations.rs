//! What the state shows of requests at the end: silence, lateness, grounds outside the law, claims that have run out.

use super::filed::Filed;
use super::periods::has_ended;
use super::{Finding, FindingCode};
use crate::core::event::{Extent, Outcome, ResponseFiled};
use crate::core::obligation::{Obligation, Standing, obligations};
use crate::core::state::State;
use crate::core::text::Slug;
use crate::core::time::Time;

/// What obligations show as of a time, but for those that a tribunal set aside.
pub(super) fn of_obligations(state: &State, as_of: Time) -> impl Iterator<Item = Finding> {
    let set_aside = |owed: &Obligation| {
        let addressee =
            state.requests().find(&owed.request).and_then(|request| request.addressees.get(&owed.addressee));
        addressee.is_some_and(|addressee| addressee.set_aside.is_some())
    };
    obligations(state, as_of).filter(move |owed| !set_aside(owed)).flat_map(move |owed| of_obligation(&owed, as_of))
}

/// What an obligation's standing shows: a refusal may be both late and on a ground of its own.
fn of_obligation(owed: &Obligation, as_of: Time) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut notice = |code, entries: Vec<u64>, says: String| {
        let says = format!("{}, item {}, {}: {says}", owed.request, owed.item, owed.addressee);
        let item = Some(Box::new((owed.request.clone(), owed.item.clone())));
        findings.push(Finding { item, ..Finding::new(code, &owed.addressee, entries, says) });
    };
    let deadline = owed.deadline.map_or_else(String::new, |deadline| {
        let late = if owed.issued_at >= deadline { ", which had passed when the request was recorded" } else { "" };
        format!(" by {deadline}{late}")
    });
    match &owed.standing {
        Standing::Silent { .. } => {
            let says = format!("no response recorded on this ledger{deadline}");
            notice(FindingCode::NoResponseByDeadline, vec![owed.issued], says);
        }
        Standing::Overdue { heard, .. } => {
            let says = format!("no response to it recorded on this ledger{deadline}; last heard of in entry {heard}");
            notice(FindingCode::NoResponseByDeadline, vec![owed.issued], says);
        }
        Standing::Answered { index, late_by: Some(late), .. }
        | Standing::Refused { index, late_by: Some(late), .. } => {
            let says = format!("a response recorded {late} seconds after the deadline");
            notice(FindingCode::AnsweredLate, vec![owed.issued, *index], says);
        }
        _ => {}
    }
    if let Standing::Refused { index, ground, known_ground: Some(false), .. } = &owed.standing {
        let says = format!("refused on a ground that the request's legal basis does not list: {}", ground.as_str());
        notice(FindingCode::GroundOutsideBasis, vec![owed.issued, *index], says);
    }
    if let Standing::Refused { index, ground, until: Some(until), .. } = &owed.standing
        && has_ended(*until, as_of)
    {
        let says = format!("refused until {until} ({}), and not answered since", ground.as_str());
        notice(FindingCode::ConfidentialityExpired, vec![owed.issued, *index], says);
    }
    findings
}

/// Answers called complete by disclosures of which none has a number, nor a file in which there may be one.
pub(super) fn of_response(
    state: &State,
    (index, author): (u64, &Slug),
    response: &ResponseFiled,
    filed: &Filed,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for answer in response.items.iter() {
        let Outcome::Answered { disclosures: Some(cited), extent: Extent::Complete } = &answer.outcome else {
            continue;
        };
        let mut entries: Vec<u64> =
            cited.iter().filter_map(|id| state.documents().find(id)).map(|document| document.index).collect();
        if entries.iter().any(|entry| !filed.has_no_number(*entry)) {
            continue;
        }
        entries.push(index);
        entries.sort_unstable();
        let says = format!(
            "{}, item {}, {author}: answered as complete by disclosures without a number",
            response.request, answer.item
        );
        let item = Some(Box::new((response.request.clone(), answer.item.clone())));
        findings.push(Finding { item, ..Finding::new(FindingCode::AnswerWithoutFigure, author, entries, says) });
    }
    findings
}
