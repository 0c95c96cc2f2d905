//! Where there is no figure: why not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Answer, Wanted};
use crate::core::event::{Ground, Question, Role};
use crate::core::obligation::{Obligation, Standing, obligations};
use crate::core::state::State;
use crate::core::text::{DocumentId, Label, Slug};
use crate::core::time::Time;

/// A question to which a platform's service has no number on this ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Which of the three.
    pub question: Question,
    /// Whose.
    pub platform: Slug,
    /// Of which service; none where the platform has none on this ledger.
    pub service: Option<Slug>,
    /// Which kind of "no figure" it is.
    #[serde(flatten)]
    pub reason: Reason,
    /// The entry that shows it, if one does.
    pub entry: Option<u64>,
    /// The request in which it was asked, if one asked it.
    pub request: Option<DocumentId>,
}

/// The kinds of "no figure". Those that an observation's status says stand with the figures; these are the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// Refused in a response.
    Refused {
        /// On this ground.
        ground: Ground,
    },
    /// Asked; the deadline has passed; the platform has said something about the request, and not this.
    Overdue,
    /// Asked; the deadline has passed; the platform has said nothing at all.
    Silent,
    /// Asked; the deadline lies ahead.
    Awaited,
    /// Asked without a deadline, and no answer recorded.
    Open,
    /// Asked, and the request was withdrawn.
    Withdrawn,
    /// Asked, and answered by something other than such a figure.
    AnsweredWithoutFigure,
    /// There is a figure, but not for this place.
    NotBrokenDown,
    /// Nobody asked on this ledger.
    NotAsked,
}

impl Reason {
    /// The reason in words.
    pub fn in_words(self) -> String {
        match self {
            Self::Refused { ground } => format!("refused ({})", ground.as_str().replace('_', " ")),
            Self::Overdue => "asked, overdue".to_owned(),
            Self::Silent => "asked, silent".to_owned(),
            Self::Awaited => "asked, not yet due".to_owned(),
            Self::Open => "asked without a deadline, no answer recorded".to_owned(),
            Self::Withdrawn => "asked, withdrawn".to_owned(),
            Self::AnsweredWithoutFigure => "answered without such a figure".to_owned(),
            Self::NotBrokenDown => "not broken down by place".to_owned(),
            Self::NotAsked => "not asked on this ledger".to_owned(),
        }
    }

    fn of(standing: &Standing) -> (Self, Option<u64>) {
        match standing {
            Standing::Answered { index, .. } => (Self::AnsweredWithoutFigure, Some(*index)),
            Standing::Refused { index, ground, .. } => (Self::Refused { ground: *ground }, Some(*index)),
            Standing::Withdrawn { index } => (Self::Withdrawn, Some(*index)),
            Standing::Overdue { heard, .. } => (Self::Overdue, Some(*heard)),
            Standing::Silent { .. } => (Self::Silent, None),
            Standing::Due { .. } => (Self::Awaited, None),
            Standing::Open => (Self::Open, None),
        }
    }
}

/// The last entry with a figure that is wider than what is wanted, by author, service and metric.
pub(super) type Wider = BTreeMap<(Slug, Slug, Label), u64>;

/// Every platform, service and question of what is wanted without a single observation that answers it.
pub(super) fn gaps(state: &State, wanted: &Wanted, as_of: Time, answers: &[Answer], wider: &Wider) -> Vec<Gap> {
    let answered: BTreeSet<_> = answers.iter().map(|it| (it.question, &it.platform, &it.figure.service)).collect();
    let (asked, unbroken, services) = (asked(state, as_of), unbroken(state, wider), services(state, answers, wider));
    let mut gaps = Vec::new();
    for platform in platforms(state, wanted) {
        let services = services.get(platform).into_iter().flatten();
        let chosen: Vec<Option<&Slug>> =
            services.filter(|it| wanted.service.as_ref().is_none_or(|service| service == *it)).map(Some).collect();
        // Of a platform without any there is one gap, of none.
        let services = if chosen.is_empty() { vec![wanted.service.as_ref()] } else { chosen };
        for question in Question::ALL {
            let last = asked.get(&(platform.clone(), question));
            for of in &services {
                if of.is_some_and(|service| answered.contains(&(Some(question), platform, service))) {
                    continue;
                }
                let without = of.and_then(|service| unbroken.get(&(platform, service, question)).copied());
                let (reason, entry) = match (last, without) {
                    (_, Some(entry)) => (Reason::NotBrokenDown, Some(entry)),
                    (Some(owed), None) => Reason::of(&owed.standing),
                    (None, None) => (Reason::NotAsked, None),
                };
                let request = last.map(|owed| owed.request.clone());
                let entry = entry.or(last.map(|owed| owed.issued));
                gaps.push(Gap { question, platform: platform.clone(), service: of.cloned(), reason, entry, request });
            }
        }
    }
    gaps
}

/// What was asked last, by who was asked and the question.
fn asked(state: &State, as_of: Time) -> BTreeMap<(Slug, Question), Obligation> {
    let mut asked: BTreeMap<(Slug, Question), Obligation> = BTreeMap::new();
    for owed in obligations(state, as_of) {
        let Some(question) = owed.about else { continue };
        let key = (owed.addressee.clone(), question);
        if asked.get(&key).is_none_or(|known| known.issued <= owed.issued) {
            asked.insert(key, owed);
        }
    }
    asked
}

/// The last entry with a figure that answers a question, but is wider than what is wanted, by platform, service and question.
fn unbroken<'a>(state: &State, wider: &'a Wider) -> BTreeMap<(&'a Slug, &'a Slug, Question), u64> {
    let mut unbroken = BTreeMap::new();
    for ((platform, service, metric), entry) in wider {
        let Some(question) = state.measures().metric(platform, metric).and_then(|metric| metric.question) else {
            continue;
        };
        let last = unbroken.entry((platform, service, question)).or_insert(*entry);
        *last = (*last).max(*entry);
    }
    unbroken
}

fn platforms<'a>(state: &'a State, wanted: &'a Wanted) -> impl Iterator<Item = &'a Slug> {
    let actors = state.registry().actors().iter();
    actors.filter(|(_, actor)| actor.role == Role::Platform).map(|(id, _)| id).filter(|id| {
        // What was asked of a predecessor stays a question to it.
        wanted.platforms.is_empty() || wanted.platforms.contains(id)
    })
}

/// The services of each platform: those registered, and those of which there are figures.
fn services(state: &State, answers: &[Answer], wider: &Wider) -> BTreeMap<Slug, BTreeSet<Slug>> {
    let registered =
        state.services().iter().filter_map(|(id, _)| Some((id.author().parse().ok()?, id.name().parse().ok()?)));
    let told = answers.iter().map(|it| (it.platform.clone(), it.figure.service.clone()));
    let wide = wider.keys().map(|(author, service, _)| (author.clone(), service.clone()));
    let mut services: BTreeMap<Slug, BTreeSet<Slug>> = BTreeMap::new();
    for (platform, service) in registered.chain(told).chain(wide) {
        services.entry(platform).or_default().insert(service);
    }
    services
}

#[cfg(test)]
mod tests;
