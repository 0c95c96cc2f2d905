//! What became of each item of each request.

use candour::core::obligation::{Obligation, Standing, obligations};
use candour::core::state::State;
use candour::core::time::Time;

use super::Status;
use crate::output::Output;

/// Shows the obligations that are asked about.
pub fn show(status: &Status, state: &State, as_of: Time, output: &Output) {
    let wanted = |owed: &Obligation| {
        status.means(state, &owed.addressee) && status.request.as_ref().is_none_or(|request| *request == owed.request)
    };
    let owed = obligations(state, as_of).filter(wanted);
    if output.json {
        return owed.for_each(|owed| output.json(&owed));
    }
    let header = ["request", "item", "addressee", "basis", "deadline", "standing", "entry", "detail"];
    output.table(
        header,
        owed.map(|owed| {
            let (entry, detail) = detail(&owed.standing);
            [
                owed.request.to_string(),
                owed.item.to_string(),
                match &owed.successor {
                    None => owed.addressee.to_string(),
                    Some(successor) => format!("{} (now {successor})", owed.addressee),
                },
                basis(&owed),
                deadline(&owed),
                owed.standing.as_str().to_owned(),
                entry.map_or_else(String::new, |entry| entry.to_string()),
                detail,
            ]
        }),
    );
}

fn basis(owed: &Obligation) -> String {
    let bound = if owed.compulsory { ", compulsory" } else { "" };
    match &owed.legal_basis {
        None => "none".to_owned(),
        Some(basis) => {
            let provision = basis.provision.as_ref().map_or_else(String::new, |provision| format!(" {provision}"));
            format!("{}{provision}{bound}", basis.instrument)
        }
    }
}

fn deadline(owed: &Obligation) -> String {
    let Some(deadline) = owed.deadline else { return "none".to_owned() };
    match owed.extended {
        None => deadline.to_string(),
        Some((first, index)) => format!("{deadline} (by entry {index}; at first {first})"),
    }
}

fn detail(standing: &Standing) -> (Option<u64>, String) {
    let late = |late: &Option<u64>| late.map(|late| format!("{} late", span(late)));
    match standing {
        Standing::Answered { index, late_by, .. } => (Some(*index), late(late_by).unwrap_or_default()),
        Standing::Refused { index, ground, known_ground, until, late_by } => {
            let mut words = vec![ground.as_str().replace('_', " ")];
            if *known_ground == Some(false) {
                words.push("not a ground of its legal basis".to_owned());
            }
            words.extend(until.map(|until| format!("until {until}")));
            words.extend(late(late_by));
            (Some(*index), words.join("; "))
        }
        Standing::Withdrawn { index } => (Some(*index), String::new()),
        Standing::Overdue { heard, by } => {
            (Some(*heard), format!("no response to it recorded, {} past the deadline", span(*by)))
        }
        Standing::Silent { by } => (None, format!("nothing recorded, {} past the deadline", span(*by))),
        Standing::Due { within } => (None, format!("{} left", span(*within))),
        Standing::Open => (None, "no response recorded".to_owned()),
    }
}

/// A length of time in its largest whole unit.
pub fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
