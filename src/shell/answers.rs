//! The three questions of the letter of 17 May 2018: how many reports were received, how quickly they were acted on, how
//! much content was taken down and with what outcome. What the ledger has to say to each, figure by figure; and where it
//! has no figure, which kind of "no figure" it is.

mod gap;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::core::chain::Chain;
use crate::core::event::observation::{Observation, Status};
use crate::core::event::{Event, Question};
use crate::core::finding::Figure;
use crate::core::state::State;
use crate::core::text::{DocumentId, Jurisdiction, Slug};
use crate::core::time::Period;

use super::tables::AsOf;
use super::verify::{Place, Seen, Watch};

use gap::Wider;
pub use gap::{Gap, Reason};

/// Which answers are wanted; what is left out is not asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Those of this platform, and of those whose place it took.
    pub platforms: Vec<Slug>,
    /// Figures for this place alone.
    pub jurisdiction: Option<Jurisdiction>,
    /// Figures for exactly these days.
    pub period: Option<Period>,
    /// Figures of this service.
    pub service: Option<Slug>,
}

/// A figure, and how it came to be what it is.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The question that its metric is defined to answer; none where no definition says so.
    pub question: Option<Question>,
    /// Who publishes it.
    pub platform: Slug,
    /// The figure as it was last said.
    #[serde(flatten)]
    pub figure: Figure,
    /// Whether there is a number, and if not, why not.
    pub status: Status,
    /// The entry that says it, the last one.
    pub entry: u64,
    /// Whether the document that says it was retracted.
    pub retracted: bool,
    /// All that was ever said of it, where that changed: the first first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Said>,
}

/// What was said of a figure at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The entry.
    pub entry: u64,
    /// The document.
    pub document: DocumentId,
    /// Whether it corrects what was said before, on the record.
    pub corrected: bool,
    /// The value, or the reason why there is none.
    pub said: String,
}

/// Gathers answers while a copy is verified. It grows with the figures wanted.
pub struct Answers {
    wanted: Wanted,
    as_of: AsOf,
    cells: BTreeMap<(Slug, String), Told>,
    /// Figures that would answer, if they were broken down: by author, service and metric, the last entry that has one.
    wider: Wider,
    answers: Vec<Answer>,
    gaps: Vec<Gap>,
}

struct Told {
    observation: Observation,
    history: Vec<Said>,
    last: u64,
}

impl Answers {
    /// Of a ledger that is about to be verified.
    pub fn new(wanted: Wanted, as_of: AsOf) -> Self {
        let (cells, wider) = (BTreeMap::new(), BTreeMap::new());
        Self { wanted, as_of, cells, wider, answers: Vec::new(), gaps: Vec::new() }
    }

    /// Takes the state that is asked about: the one at the end of the ledger comes by itself, an earlier one from whoever
    /// replays to it.
    pub fn settle(&mut self, state: &State) {
        for ((author, _), told) in std::mem::take(&mut self.cells) {
            let Told { observation, history, last } = told;
            let metric = state.measures().metric(&author, &observation.metric);
            let retracted = history.last().and_then(|said| state.documents().find(&said.document));
            self.answers.push(Answer {
                question: metric.and_then(|metric| metric.question),
                platform: author,
                figure: Figure::of(&observation, None),
                status: observation.status,
                entry: last,
                retracted: retracted.is_some_and(|document| document.retracted_by.is_some()),
                history: if history.len() > 1 { history } else { Vec::new() },
            });
        }
        let order = |answer: &Answer| {
            let question = answer.question.map_or(usize::MAX, |question| question as usize);
            (question, answer.platform.clone(), answer.figure.clone())
        };
        self.answers.sort_by_cached_key(order);
        self.gaps = gap::gaps(state, &self.wanted, self.as_of.time(), &self.answers, &self.wider);
    }

    /// The figures by question, platform, service and the rest; and what there is no figure for. To be asked once the copy
    /// was verified.
    pub fn finish(self) -> (Vec<Answer>, Vec<Gap>) {
        (self.answers, self.gaps)
    }

    /// Whether an observation is wanted: in all but the place and the days, or wholly.
    fn wants(&self, author: &Slug, observation: &Observation) -> Option<bool> {
        let wanted = &self.wanted;
        let of_platform = wanted.platforms.is_empty() || wanted.platforms.contains(author);
        let of_service = wanted.service.as_ref().is_none_or(|service| *service == observation.service);
        let same_days = |period: &Period| period.contains(observation.period) && observation.period.contains(*period);
        let of_period = wanted.period.as_ref().is_none_or(same_days);
        let here = wanted.jurisdiction.as_ref().is_none_or(|place| Some(place) == observation.jurisdiction.as_ref());
        let wider = observation.jurisdiction.as_ref().is_none_or(|place| place.as_str() == "001");
        (of_platform && of_service && of_period && (here || wider)).then_some(here)
    }
}

impl Watch for Answers {
    fn observation(&mut self, seen: &Seen<'_>, _place: Place, observation: &Observation) {
        let author = &seen.statement.author;
        if !self.as_of.includes(seen) {
            return;
        }
        let entry = seen.link.index;
        match self.wants(author, observation) {
            None => {}
            Some(false) => {
                let key = (author.clone(), observation.service.clone(), observation.metric.clone());
                self.wider.insert(key, entry);
            }
            Some(true) => {
                let (document, corrected) = match &seen.statement.event {
                    Event::DisclosureFiled(event) => (&event.disclosure, false),
                    Event::CorrectionFiled(event) => (&event.correction, true),
                    _ => return,
                };
                let figure = Figure::of(observation, None);
                let said = || Said { entry, document: document.clone(), corrected, said: figure.now.clone() };
                let told = self.cells.entry((author.clone(), figure.to_string()));
                let told =
                    told.or_insert_with(|| Told { observation: observation.clone(), history: vec![], last: entry });
                if told.history.is_empty() || !same(&told.observation, observation) {
                    told.history.push(said());
                }
                (told.observation, told.last) = (observation.clone(), entry);
            }
        }
    }

    fn end(&mut self, chain: &Chain) {
        if let (Some(state), AsOf::Now(_)) = (chain.state(), self.as_of) {
            self.settle(state);
        }
    }
}

/// Whether two observations of one figure say the same.
fn same(one: &Observation, other: &Observation) -> bool {
    match (one.value, other.value) {
        (Some(one), Some(other)) => one.same_figure(&other),
        (None, None) => one.status == other.status,
        _ => false,
    }
}
