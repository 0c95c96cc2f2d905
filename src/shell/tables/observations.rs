//! The table of observations.

use super::columns::columns;
use crate::core::event::{Event, Observation, Value};
use crate::core::text::DocumentId;
use crate::shell::verify::{Place, Seen};

/// An observation where it stands.
pub(super) struct Told<'a> {
    pub seen: &'a Seen<'a>,
    pub place: Place,
    pub observation: &'a Observation,
}

columns! { of told: Told<'_> {
    entry: Integer, "index of the entry that says it", told.seen.link.index;
    recorded_at: Timestamp, "when the ledger recorded that entry", told.seen.entry.recorded_at;
    author: Text, "the actor who says it", &told.seen.statement.author;
    kind: Text, "kind of the event that says it", told.seen.statement.event.kind();
    document: Text or missing, "name of the disclosure, correction or request that says it",
        document(&told.seen.statement.event);
    supersedes: Text or missing, "the document that a correction corrects", supersedes(&told.seen.statement.event);
    attachment: Text or missing, "SHA-256 of the attachment that holds it; missing where it stands in the statement",
        told.attachment();
    position: Integer, "line in the attachment, from 2; or place in the statement's list, from 1", told.position();
    service: Text, "the service", &told.observation.service;
    metric: Text, "what is counted", &told.observation.metric;
    jurisdiction: Text or missing, "where", told.observation.jurisdiction.as_ref();
    age_band: Text or missing, "for users of which age", told.observation.age_band.as_ref();
    harm_taxonomy: Text or missing, "the taxonomy of the harm",
        told.observation.harm.as_ref().map(|harm| &harm.taxonomy);
    harm_version: Text or missing, "its version", told.observation.harm.as_ref().map(|harm| &harm.version);
    harm_category: Text or missing, "the category of harm, in the taxonomy's words",
        told.observation.harm.as_ref().map(|harm| &harm.category);
    detection: Text or missing, "how the content was found", told.observation.detection.as_ref();
    outcome: Text or missing, "what became of it", told.observation.outcome.as_ref();
    period: Text, "the period, as it was written", told.observation.period.to_string();
    period_start: Date, "its first day", told.observation.period.start();
    period_end: Date, "its last day", told.observation.period.end();
    status: Text, "whether there is a figure, and if not, why not (section 3)", told.observation.status.as_str();
    value_type: Text or missing, "`integer`, `ratio`, `duration`, `range` or `ratio_range`; missing where there is no figure",
        told.figure().0;
    value: Integer or missing, "the integer, the numerator, the amount, or the lower bound", told.figure().1;
    value_to: Integer or missing, "the denominator of a ratio, or the upper bound", told.figure().2;
    unit: Text or missing, "the unit of a duration; the denominator of a `ratio_range`", told.figure().3;
    rounded_to: Integer or missing, "the value was rounded to a multiple of this",
        told.observation.precision.map(|precision| precision.rounded_to);
} }

type Figure = (Option<&'static str>, Option<i64>, Option<i64>, Option<String>);

impl Told<'_> {
    fn attachment(&self) -> Option<String> {
        match self.place {
            Place::Inline { .. } => None,
            Place::Attached { sha256, .. } => Some(sha256.to_string()),
        }
    }

    fn position(&self) -> u64 {
        match self.place {
            Place::Inline { position } => position,
            Place::Attached { line, .. } => line,
        }
    }

    /// The value as the attached tables spell it: type, value, value_to and unit.
    fn figure(&self) -> Figure {
        match self.observation.value {
            None => (None, None, None, None),
            Some(Value::Integer(integer)) => (Some("integer"), Some(integer.value()), None, None),
            Some(Value::Ratio { numerator, denominator }) => {
                (Some("ratio"), Some(numerator.value()), Some(denominator.value()), None)
            }
            Some(Value::Duration { amount, unit }) => {
                (Some("duration"), Some(amount.value()), None, Some(unit.as_str().to_owned()))
            }
            Some(Value::Range { lower, upper }) => (Some("range"), Some(lower.value()), Some(upper.value()), None),
            Some(Value::RatioRange { denominator, lower, upper }) => {
                (Some("ratio_range"), Some(lower.value()), Some(upper.value()), Some(denominator.to_string()))
            }
        }
    }
}

fn document(event: &Event) -> Option<&DocumentId> {
    match event {
        Event::DisclosureFiled(event) => Some(&event.disclosure),
        Event::CorrectionFiled(event) => Some(&event.correction),
        _ => event.request(),
    }
}

fn supersedes(event: &Event) -> Option<&DocumentId> {
    match event {
        Event::CorrectionFiled(event) => Some(&event.supersedes),
        _ => None,
    }
}
