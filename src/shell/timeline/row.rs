//! One line of a story.

use serde::{Serialize, Serializer};

use super::sentence::{Sentence, sentence};
use crate::core::event::{Event, Outcome};
use crate::core::finding::{FindingCode, Reply};
use crate::core::hash::Hash;
use crate::core::key::KeyId;
use crate::core::state::State;
use crate::core::text::{DocumentId, Slug};
use crate::core::time::Millis;
use crate::shell::findings::Noted;
use crate::shell::verify::Seen;

/// The time to answer was over.
pub(super) const DEADLINE_PASSED: &str = "deadline_passed";

/// One line of a story: something that was said, or something that came to pass without being said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// When the ledger recorded it; or when it came to pass.
    #[serde(serialize_with = "in_words")]
    pub at: Millis,
    /// The index of its entry; none of what is derived.
    pub entry: Option<u64>,
    /// The kind of its event, the code of a finding, or a word for what came to pass.
    pub kind: &'static str,
    /// Who says it; or whom it is about.
    pub who: Option<Slug>,
    /// The document that it brings onto the ledger; or the one that it is about.
    pub document: Option<DocumentId>,
    /// What, in one line of neutral words.
    pub what: String,
    /// What the author says of it in its own words, which may be several lines.
    pub words: Option<String>,
    /// The other entries that it refers to or rests on, in order.
    pub refers_to: Vec<u64>,
    /// Of an entry: its leaf hash.
    pub leaf: Option<Hash>,
    /// Of an entry: the key that its author signed with.
    pub key: Option<KeyId>,
    /// Of an entry: how many others signed it.
    pub cosigners: Option<u64>,
    /// Of a finding: the replies to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Reply>,
}

/// The row of an entry, among rows of entries in order.
pub(super) fn of_entry(rows: &[Row], entry: u64) -> Option<&Row> {
    rows.binary_search_by_key(&Some(entry), |row| row.entry).ok().and_then(|place| rows.get(place))
}

impl Row {
    /// Of a lawful entry, with the state after it.
    pub(super) fn of_entry(seen: &Seen<'_>, state: &State) -> Self {
        let (event, Sentence { what, words }) = (&seen.statement.event, sentence(&seen.statement.event));
        let index = seen.link.index;
        let mut refers_to: Vec<u64> = cited(event)
            .into_iter()
            .filter_map(|document| state.documents().find(document))
            .map(|document| document.index)
            .chain(entries(event))
            .filter(|entry| *entry != index)
            .collect();
        refers_to.sort_unstable();
        refers_to.dedup();
        Self {
            at: seen.entry.recorded_at,
            entry: Some(index),
            kind: event.kind(),
            who: Some(seen.statement.author.clone()),
            document: event.names().or(event.about()).cloned(),
            what,
            words: words.map(ToString::to_string),
            refers_to,
            leaf: Some(seen.link.leaf),
            key: seen.entry.signatures.first().map(|signature| signature.key),
            cosigners: Some(seen.entry.signatures.len().saturating_sub(1) as u64),
            replies: Vec::new(),
        }
    }

    /// Of a finding. None of one that the story tells by a row of its own: that a deadline passed.
    pub(super) fn of_finding(at: Millis, noted: &Noted) -> Option<Self> {
        let Noted { finding, replies, .. } = noted;
        if finding.code == FindingCode::NoResponseByDeadline {
            return None;
        }
        let mut row = Self::derived(at, finding.code.as_str(), finding.says.clone());
        row.who.clone_from(&finding.actor);
        row.document = finding.item.as_deref().map(|(request, _)| request.clone());
        row.refers_to.clone_from(&finding.entries);
        row.replies.clone_from(replies);
        Some(row)
    }

    /// Of what came to pass without being said.
    pub(super) fn derived(at: Millis, kind: &'static str, what: String) -> Self {
        Self {
            at,
            entry: None,
            kind,
            who: None,
            document: None,
            what,
            words: None,
            refers_to: Vec::new(),
            leaf: None,
            key: None,
            cosigners: None,
            replies: Vec::new(),
        }
    }

    /// Whether it is of a finding.
    pub fn is_finding(&self) -> bool {
        FindingCode::ALL.iter().any(|code| code.as_str() == self.kind)
    }

    /// Its place among the others: by time; a deadline before what was recorded at that instant, which is late; what was
    /// noticed after it.
    pub(super) fn place(&self) -> (Millis, u8, Option<u64>) {
        let rank = match self.entry {
            None if self.kind == DEADLINE_PASSED => 0,
            Some(_) => 1,
            None => 2,
        };
        (self.at, rank, self.entry)
    }
}

/// The documents that an event refers to.
fn cited(event: &Event) -> Vec<&DocumentId> {
    let mut cited: Vec<&DocumentId> = event.about().into_iter().collect();
    match event {
        Event::ResponseFiled(event) => {
            cited.extend(&event.supersedes);
            for answer in event.items.iter() {
                if let Outcome::Answered { disclosures: Some(disclosures), .. } = &answer.outcome {
                    cited.extend(disclosures.iter());
                }
            }
        }
        Event::RequestExtended(event) => cited.extend(&event.extension),
        Event::RequestAmended(event) => cited.extend(&event.amendment),
        Event::InvestigationOpened(event) => cited.extend(event.concerns.iter().flat_map(|concerns| concerns.iter())),
        Event::DiscrepancyRaised(event) => cited.extend(&event.audit),
        Event::ProductChangeRecorded(event) => cited.extend(event.risk.iter().map(|risk| &risk.assessment)),
        _ => {}
    }
    cited
}

/// The entries that an event names by their indices.
fn entries(event: &Event) -> Vec<u64> {
    match event {
        Event::FindingAnswered(event) => event.entries.iter().map(|entry| entry.unsigned()).collect(),
        _ => Vec::new(),
    }
}

fn in_words<S: Serializer>(at: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}
