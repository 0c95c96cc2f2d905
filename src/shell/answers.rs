//! The three questions of the letter of 17 May 2018: how many reports were received, how quickly they were acted on, how
//! much content was taken down and with what outcome. What the ledger has to say to each, figure by figure; and where it
//! has no figure, which kind of "no figure" it is.

mod gap;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};

use serde::Serialize;

use crate::core::chain::Chain;
use crate::core::event::observation::{Observation, Status, Value, says_the_same};
use crate::core::event::{Event, Question};
use crate::core::finding::Figure;
use crate::core::hash::Hash;
use crate::core::json;
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
    /// By the SHA-256 of the author and the series.
    told: BTreeMap<Hash, Told>,
    /// Figures that would answer, if they were broken down: by author, service and metric, the last entry that has one.
    wider: Wider,
    answers: Vec<Answer>,
    gaps: Vec<Gap>,
}

/// An answer in the making: a figure as it was last said, and what was said of it before.
struct Told {
    author: Slug,
    figure: Figure,
    status: Status,
    value: Option<Value>,
    first: Said,
    later: Vec<Said>,
    last: u64,
}

impl Answers {
    /// Of a ledger that is about to be verified.
    pub fn new(wanted: Wanted, as_of: AsOf) -> Self {
        let (told, wider) = (BTreeMap::new(), BTreeMap::new());
        Self { wanted, as_of, told, wider, answers: Vec::new(), gaps: Vec::new() }
    }

    /// Takes the state that is asked about: the one at the end of the ledger comes by itself, an earlier one from whoever
    /// replays to it.
    pub fn settle(&mut self, state: &State) {
        for told in std::mem::take(&mut self.told).into_values() {
            let metric = state.measures().metric(&told.author, &told.figure.metric);
            let said = told.later.last().unwrap_or(&told.first);
            let retracted = state.documents().find(&said.document).is_some_and(|it| it.retracted_by.is_some());
            let history = if told.later.is_empty() { Vec::new() } else { [vec![told.first], told.later].concat() };
            self.answers.push(Answer {
                question: metric.and_then(|metric| metric.question),
                platform: told.author,
                figure: told.figure,
                status: told.status,
                entry: told.last,
                retracted,
                history,
            });
        }
        let question = |answer: &Answer| answer.question.map_or(usize::MAX, |question| question as usize);
        self.answers.sort_by(|one, other| {
            let order = question(one).cmp(&question(other)).then_with(|| one.platform.cmp(&other.platform));
            order.then_with(|| one.figure.cmp(&other.figure))
        });
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
                let Ok(series) = json::encode(&(author, observation.series())) else { return };
                let figure = Figure::of(observation, None);
                let said = Said { entry, document: document.clone(), corrected, said: figure.now.clone() };
                let (status, value) = (observation.status, observation.value);
                match self.told.entry(Hash::of(&series)) {
                    Vacant(place) => {
                        let (author, first, later) = (author.clone(), said, Vec::new());
                        place.insert(Told { author, figure, status, value, first, later, last: entry });
                    }
                    Occupied(mut place) => {
                        let told = place.get_mut();
                        if !says_the_same((told.value, told.status), (value, status)) {
                            told.later.push(said);
                        }
                        told.figure.now = figure.now;
                        (told.status, told.value, told.last) = (status, value, entry);
                    }
                }
            }
        }
    }

    fn end(&mut self, chain: &Chain) {
        if let (Some(state), AsOf::Now(_)) = (chain.state(), self.as_of) {
            self.settle(state);
        }
    }
}
