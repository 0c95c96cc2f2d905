//! The table of requests: what is owed, item by item.

use std::collections::BTreeMap;

use super::columns::columns;
use crate::core::event::{Deadline, Event, Ground, Item};
use crate::core::obligation::{Obligation, Standing};
use crate::core::state::State;
use crate::core::state::requests::Request;
use crate::core::time::{Millis, Time};
use crate::shell::verify::Seen;

/// When each request was recorded, by its entry.
#[derive(Default)]
pub(super) struct Issued(BTreeMap<u64, Millis>);

impl Issued {
    /// Takes an entry, of whatever kind.
    pub fn entry(&mut self, seen: &Seen<'_>) {
        if matches!(seen.statement.event, Event::RequestIssued(_)) {
            self.0.insert(seen.link.index, seen.entry.recorded_at);
        }
    }
}

/// An obligation with the request and item that it comes from.
pub(super) struct Owed<'a> {
    owed: &'a Obligation,
    request: &'a Request,
    issued_at: Millis,
    item: &'a Item,
    deadline: Option<&'a Deadline>,
    as_of: Time,
}

impl<'a> Owed<'a> {
    /// None for an obligation that is not of this state.
    pub fn of(state: &'a State, issued: &Issued, as_of: Time, owed: &'a Obligation) -> Option<Self> {
        let request = state.requests().find(&owed.request)?;
        let item = request.items().iter().find(|item| item.item == owed.item)?;
        let deadline = request.addressees.get(&owed.addressee)?.deadline.as_ref();
        Some(Self { owed, request, issued_at: *issued.0.get(&owed.issued)?, item, deadline, as_of })
    }
}

columns! { of row: Owed<'_> {
    request: Text, "name of the request", &row.owed.request;
    entry: Integer, "index of the entry that issued it", row.owed.issued;
    recorded_at: Timestamp, "when the ledger recorded that entry", row.issued_at;
    issuer: Text, "the actor who issued it", &row.request.issuer;
    title: Text, "what it is about", &row.request.title;
    compulsory: Boolean, "whether the addressees are bound by law to answer", row.request.compulsory;
    instrument: Text or missing, "the instrument of its legal basis",
        row.request.legal_basis.as_ref().map(|basis| &basis.instrument);
    provision: Text or missing, "the provision of its legal basis",
        row.request.legal_basis.as_ref().and_then(|basis| basis.provision.as_ref());
    addressee: Text, "the actor who is asked", &row.owed.addressee;
    version: Integer, "current version of the request", row.request.version();
    item: Text, "name of the item", &row.owed.item;
    question: Text, "the question in full", &row.item.question;
    deadline: Timestamp or missing, "the first instant that is too late, extensions included", row.owed.deadline;
    deadline_date: Date or missing, "the last day that is not", row.deadline.map(|deadline| deadline.date);
    calendar: Text or missing, "the time zone of that day", row.deadline.map(|deadline| &deadline.calendar);
    as_of: Timestamp, "the moment at which the standing was judged", row.as_of;
    standing: Text, "`answered`, `refused`, `withdrawn`, `overdue`, `silent`, `due` or `open`", row.standing();
    standing_entry: Integer or missing, "index of the entry that answered, refused or withdrew", row.standing_entry();
    extent: Text or missing, "of an answer: `complete`, `partial` or `nil`", row.extent();
    late_by_seconds: Integer or missing,
        "how long after the deadline it was answered or refused; missing if it was in time",
        row.owed.standing.late_by();
    overdue_by_seconds: Integer or missing, "how long it has been overdue", row.overdue_by();
    due_within_seconds: Integer or missing, "how long is left", row.due_within();
    ground: Text or missing, "of a refusal: the ground (section 3)", row.ground().map(Ground::as_str);
    known_ground: Boolean or missing,
        "whether the legal basis knows that ground; missing where this software does not know the instrument",
        row.known_ground();
} }

impl Owed<'_> {
    fn standing(&self) -> &'static str {
        match self.owed.standing {
            Standing::Answered { .. } => "answered",
            Standing::Refused { .. } => "refused",
            Standing::Withdrawn { .. } => "withdrawn",
            Standing::Overdue { .. } => "overdue",
            Standing::Silent { .. } => "silent",
            Standing::Due { .. } => "due",
            Standing::Open => "open",
        }
    }

    fn standing_entry(&self) -> Option<u64> {
        match self.owed.standing {
            Standing::Answered { index, .. } | Standing::Refused { index, .. } | Standing::Withdrawn { index } => {
                Some(index)
            }
            _ => None,
        }
    }

    fn extent(&self) -> Option<&'static str> {
        match self.owed.standing {
            Standing::Answered { extent, .. } => Some(extent.as_str()),
            _ => None,
        }
    }

    fn overdue_by(&self) -> Option<u64> {
        match self.owed.standing {
            Standing::Overdue { by, .. } | Standing::Silent { by } => Some(by),
            _ => None,
        }
    }

    fn due_within(&self) -> Option<u64> {
        if let Standing::Due { within } = self.owed.standing { Some(within) } else { None }
    }

    fn ground(&self) -> Option<Ground> {
        if let Standing::Refused { ground, .. } = self.owed.standing { Some(ground) } else { None }
    }

    fn known_ground(&self) -> Option<bool> {
        if let Standing::Refused { known_ground, .. } = self.owed.standing { known_ground } else { None }
    }
}
