//! The walk: entries and observations in, findings out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::blocks::Blocks;
use super::claims::{Claims, is_withheld};
use super::document::{Open, Said};
use super::figures::{Cell, Figures, Key, Stem};
use super::filed::Filed;
use super::obligations::{of_obligations, of_response};
use super::peers::Peers;
use super::periods::Periods;
use super::punctuality::Punctuality;
use super::{Figure, Finding, FindingCode, said};
use crate::core::event::observation::{Observation, Status, Value};
use crate::core::event::{Attachment, CheckpointRules, Event};
use crate::core::shelf::Scratch;
use crate::core::state::State;
use crate::core::statement::Statement;
use crate::core::text::Slug;
use crate::core::time::{Millis, Period, Time};

/// Notices things, entry by entry and observation by observation. What is written down of it is what it remembers between
/// two documents.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noticing {
    figures: Figures,
    peers: Peers,
    periods: Periods,
    punctuality: Punctuality,
    filed: Filed,
    claims: Claims,
    /// Blocks named already.
    blocks: BTreeSet<(Slug, Slug, Period)>,
    #[serde(skip)]
    pub(super) open: Option<Open>,
    #[serde(skip)]
    findings: Vec<Finding>,
}

impl Noticing {
    /// Gives what grows with every entry a scratch.
    pub(in crate::core) fn keep_in(&mut self, scratch: &Scratch) {
        self.figures.keep_in(scratch);
        self.periods.keep_in(scratch);
        self.filed.keep_in(scratch);
        self.claims.keep_in(scratch);
    }

    /// Takes a lawful entry, before its observations, with the state after it.
    pub fn entry(&mut self, state: &State, index: u64, recorded_at: Millis, statement: &Statement) {
        self.close();
        let author = &statement.author;
        let others = |files: &[Attachment]| files.iter().any(|file| file.holds.is_none());
        match &statement.event {
            Event::DisclosureFiled(event) => {
                let (place, overlapping) = self.periods.add((index, recorded_at, author), event);
                self.findings.extend(overlapping);
                let document = self.filed.disclose(index, place, others(statement.event.attachments()));
                let mut open = Open::new(state, index, author, document, event.confidential_until);
                open.alone = says_one_thing(&statement.event);
                self.open = Some(open);
            }
            Event::CorrectionFiled(event) => {
                let corrected = state.documents().find(&event.supersedes).map_or(index, |document| document.index);
                let document = self.filed.correct(index, corrected, others(statement.event.attachments()));
                let mut open = Open::new(state, index, author, document, None);
                (open.correction, open.alone) = (true, says_one_thing(&statement.event));
                self.open = Some(open);
            }
            Event::DocumentRetracted(event) => {
                if let Some(document) = state.documents().find(&event.document)
                    && let Some(place) = self.filed.retract(document.index)
                {
                    self.periods.retract(place, document.index);
                }
            }
            Event::DesignationEnded(event) => self.periods.end(&event.designation, recorded_at),
            Event::ResponseFiled(event) => {
                self.findings.extend(of_response(state, (index, author), event, &self.filed));
            }
            _ => {}
        }
    }

    /// The last entry has been read, with its attachments: what it says as a whole is noticed now, not with the next one.
    pub fn entry_read(&mut self) {
        self.close();
    }

    /// Takes whether a checkpoint was published after an entry, and what the ledger promises.
    pub fn checkpoint(&mut self, index: u64, recorded_at: Millis, rules: CheckpointRules, published: bool) {
        self.findings.extend(self.punctuality.entry(index, recorded_at, rules, published));
    }

    /// Takes an observation of the last entry, inline or in an attachment.
    pub fn observe(&mut self, state: &State, observation: &Observation) {
        let Some(mut open) = self.open.take() else { return };
        let stem = Stem::of(&open.author, &observation.series());
        let key = stem.on(&observation.period);
        let now = Cell::of(open.index, open.document, observation);
        // What is sealed is there, and opened later.
        if now.value.is_some() || now.status == Status::Sealed {
            self.filed.number(open.index);
        }
        open.hold_to_definitions(state, observation);
        match self.figures.find(key) {
            Some(said) if said.last == open.index => self.again(state, &mut open, observation, key, &said, now),
            before => {
                let before = before.or_else(|| self.of_predecessor(&open, observation));
                self.once(state, &mut open, observation, (&stem, key), before, now);
            }
        }
        self.open = Some(open);
    }

    /// Hands over, one by one, what was noticed since it was last asked, and what is at the end of the ledger: of its last
    /// document, of requests, of reports, as of a time. A few bytes of a request, or of a designation, may make thousands
    /// of findings: whoever only counts them need not keep them.
    pub fn finish(&mut self, state: Option<&State>, as_of: Option<Time>, each: &mut dyn FnMut(Finding)) {
        self.close();
        self.take().into_iter().for_each(&mut *each);
        let (Some(state), Some(as_of)) = (state, as_of) else { return };
        of_obligations(state, as_of).for_each(&mut *each);
        self.periods.settle(state, as_of, each);
        self.claims.settle((&self.figures, &self.filed), as_of, each);
    }

    /// Takes findings to be handed over when it is asked next.
    pub(in crate::core) fn keep(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
    }

    /// Hands over what was noticed since it was last asked.
    pub fn take(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// What is remembered after the last entry, without the findings that were not taken yet, and those.
    pub(in crate::core) fn carried(&mut self) -> (Self, &[Finding]) {
        self.close();
        let carried = Self { findings: Vec::new(), ..self.clone() };
        (carried, &self.findings)
    }

    /// The document says something of a figure for the first time.
    fn once(
        &mut self,
        state: &State,
        open: &mut Open,
        observation: &Observation,
        (stem, key): (&Stem, Key),
        before: Option<Cell>,
        now: Cell,
    ) {
        let same = before.is_some_and(|before| before.says_the_same(&now));
        let documents = before.map_or(0, |before| before.documents) | now.documents;
        let kept = match before {
            Some(before) if same => Cell { before: before.last, documents, ..now },
            Some(before) => {
                self.changed(open, observation, &before);
                open.prior.insert(key, Cell { documents, ..before });
                Cell { documents, ..now }
            }
            None => now,
        };
        self.figures.keep(key, kept);
        if let Some(until) = open.until.filter(|_| is_withheld(&now)) {
            self.claims.add(open.index, &open.author, until, key);
        }
        // Most documents of a large ledger say one thing, and need not be prepared to be held against more.
        if !open.alone {
            open.hold_to_others(state, observation, (key, &now), &self.figures);
            open.blocks.add(observation, stem, key);
        }
        if !same {
            let found = self.peers.add(observation, key, open);
            self.findings.extend(found);
        }
    }

    /// The document says something of a figure again.
    fn again(&mut self, state: &State, open: &mut Open, observation: &Observation, key: Key, said: &Cell, now: Cell) {
        let disputed = open.disputed.get(&key);
        if disputed.is_none() && said.says_the_same(&now) {
            return;
        }
        if disputed.is_none() {
            let unchanged = (said.before < open.index).then_some(Cell { last: said.before, ..*said });
            let prior = open.prior.get(&key).copied().or(unchanged);
            open.agreement.dispute(state, &open.speakers, observation);
            open.disputed.insert(key, Said::new(observation, prior, *said));
        }
        let Some(disputed) = open.disputed.get_mut(&key) else { return };
        let prior = disputed.prior;
        if disputed.add(now)
            && let Some(before) = prior.filter(|before| !before.says_the_same(&now))
        {
            self.changed(open, observation, &before);
        }
    }

    /// The document being read has ended. Of a figure of which it says two things, nothing that it says stands.
    fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        for (key, said) in &open.disputed {
            match said.prior {
                Some(prior) => self.figures.keep(*key, prior),
                None => self.figures.forget(*key),
            }
        }
        self.findings.extend(open.conflicts());
        let (author, index) = (&open.author, open.index);
        self.findings.extend(std::mem::take(&mut open.agreement).settle(&self.figures, author, index));
        let blocks: Blocks = std::mem::take(&mut open.blocks);
        self.findings.extend(blocks.settle(&self.figures, author, index, &mut self.blocks));
        self.findings.extend(self.peers.settle(&open));
    }

    /// What those whose place the author took said of the same figure.
    fn of_predecessor(&self, open: &Open, observation: &Observation) -> Option<Cell> {
        let others = open.speakers.iter().skip(1);
        let cells = others.filter_map(|before| self.figures.find(Key::of(before, &observation.series())));
        cells.max_by_key(|cell| cell.last)
    }

    /// A figure is said to be something else than an entry before said.
    fn changed(&mut self, open: &Open, observation: &Observation, before: &Cell) {
        let (author, index) = (&open.author, open.index);
        let gave = before.documents & open.document != 0;
        if self.filed.has_taken_back(before) || (open.correction && gave) || opens(before, observation) {
            return;
        }
        let (then, now) = (before.said(), said(observation));
        let figure = Figure::of(observation, Some(then.clone()));
        let entry = before.last;
        let mut notice = |code, says: &str| {
            let says = format!("{author}: {figure}: {says}");
            self.findings.push(Finding::new(code, author, [entry, index], says).of(figure.clone()));
        };
        if open.correction {
            let says = format!(
                "{then} in entry {entry}, {now} in entry {index}, a correction of a document that did not give this figure"
            );
            return notice(FindingCode::CorrectionElsewhere, &says);
        }
        let says = format!("{then} in entry {entry}, {now} in entry {index}");
        if contradicts(before.value, observation.status) || contradicts(observation.value, before.status) {
            notice(FindingCode::StatusContradictsValue, &says);
        }
        if before.status == Status::Provisional && observation.value.is_some() {
            return notice(FindingCode::ProvisionalRevised, &says);
        }
        notice(FindingCode::SilentRestatement, &format!("{says}, with no correction recorded"));
    }
}

/// Whether there is one observation in a document, and so no other to hold it against.
fn says_one_thing(event: &Event) -> bool {
    event.observations().len() == 1 && event.attachments().iter().all(|file| file.holds.is_none())
}

/// Whether a figure is given where none was asked for, or where one was withheld: nothing that was published changes.
fn opens(before: &Cell, observation: &Observation) -> bool {
    match before.status {
        Status::NotAsked => true,
        Status::Refused | Status::Suppressed | Status::Sealed => observation.value.is_some(),
        _ => false,
    }
}

/// Whether there is a number where it is said that there can be none.
fn contradicts(number: Option<Value>, status: Status) -> bool {
    number.is_some() && matches!(status, Status::NotCollected | Status::CannotBeCollated | Status::NotAsked)
}
