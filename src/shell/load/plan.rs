//! What is said once everybody is there: mostly one figure, and seldom all that makes a ledger worth keeping.

use super::cast::{Cast, METRICS, MetricKind, ONE_IN_LARGE, Pen, Platform, SERVICES, Words};
use super::chance::Chance;
use super::opening::Said;
use super::{LoadError, positive};
use crate::core::event::observation::{DurationUnit, Observation, Status, Value};
use crate::core::event::{
    Answer, CorrectionFiled, CorrectionReason, Deadline, DisclosureFiled, DocumentRetracted, Event, Extent, Ground,
    Item, KeyRotated, LegalBasis, Outcome, Question, RequestIssued, ResponseFiled,
};
use crate::core::json::{Count, List, Set, Signed};
use crate::core::text::{DocumentId, Slug};
use crate::core::time::{Date, Millis};

/// Of how many statements [`Plan::next`] says which are no new figure.
const SHARES: u64 = 10_000;
/// Requests that wait for an answer, at most; where there are more, one is never answered.
const MAX_OPEN: usize = 4096;
/// Days that a platform has to answer, at most; most have fewer.
const MAX_DAYS: u64 = 28;

/// What is said next follows from what was asked and not answered.
#[derive(Debug)]
pub(super) struct Plan {
    words: Words,
    /// By request and the platform that is asked.
    open: Vec<(DocumentId, usize)>,
    only_figures: bool,
}

impl Plan {
    pub fn new(only_figures: bool) -> Result<Self, LoadError> {
        Ok(Self { words: Words::new()?, open: Vec::new(), only_figures })
    }

    /// What is said next, at that time.
    pub fn next(&mut self, cast: &mut Cast, chance: &mut Chance, now: Millis) -> Result<Said, LoadError> {
        let number = pick(chance, cast.platforms.len());
        let draw = if self.only_figures { SHARES } else { chance.below(SHARES) };
        match draw {
            0..=7 => return self.request(cast, chance, now),
            8..=23 if !self.open.is_empty() => {
                if let Some(said) = self.respond(cast, chance)? {
                    return Ok(said);
                }
            }
            24..=26 => return rotate(cast, chance, number),
            _ => {}
        }
        let platform = cast.platforms.get_mut(number).ok_or(LoadError::Unfit("a platform"))?;
        let event = match draw {
            30..=39 => retract(platform)?,
            40..=99 => correct(platform, chance)?,
            100..=149 => self.restate(platform, chance, number)?,
            _ => None,
        };
        let event = match event {
            Some(event) => event,
            None => self.disclose(platform, chance, number)?,
        };
        let pen = chance.below(platform.actor.pens.len() as u64) as usize;
        platform.actor.say(pen, event, Vec::new())
    }

    /// A figure that was not given before. A service has some 276,000 of them; then it gives the first again.
    fn disclose(&self, platform: &mut Platform, chance: &mut Chance, number: usize) -> Result<Event, LoadError> {
        let service = chance.below(SERVICES.len() as u64) as usize;
        let filed = platform.filed.get_mut(service).ok_or(LoadError::Unfit("a service"))?;
        *filed = filed.saturating_add(1);
        let which = (*filed).saturating_sub(1);
        let drawn = chance.of("figure", [number as u64, service as u64, which]);
        let observation = self.observation(service, which, drawn)?;
        self.file(platform, observation)
    }

    /// A figure that was given before, as another number, without a word.
    fn restate(&self, platform: &mut Platform, chance: &mut Chance, number: usize) -> Result<Option<Event>, LoadError> {
        let service = chance.below(SERVICES.len() as u64) as usize;
        let filed = platform.filed.get(service).copied().unwrap_or(0);
        if filed == 0 {
            return Ok(None);
        }
        let which = chance.below(filed);
        let drawn = chance.of("restated", [number as u64, service as u64, which]);
        let observation = self.observation(service, which, drawn)?;
        self.file(platform, observation).map(Some)
    }

    fn file(&self, platform: &mut Platform, observation: Observation) -> Result<Event, LoadError> {
        let disclosure = platform.actor.name('d')?;
        platform.last = Some((disclosure.clone(), observation.clone()));
        Ok(Event::DisclosureFiled(DisclosureFiled {
            attachments: None,
            confidential_until: None,
            disclosure,
            period: observation.period,
            service: observation.service.clone(),
            observations: List::new(vec![observation]),
            subject: self.words.subject.clone(),
        }))
    }

    /// The figure of that number: quarter after quarter, then the next metric, country, harm, and way of detection.
    fn observation(&self, service: usize, which: u64, drawn: u64) -> Result<Observation, LoadError> {
        let words = &self.words;
        let mut rest = which;
        let period = *turn(&words.periods, &mut rest)?;
        let (metric, kind) = turn(&words.metrics, &mut rest)?;
        let country = turn(&words.countries, &mut rest)?;
        let harm = turn(&words.harms, &mut rest)?;
        let detection = turn(&words.detections, &mut rest)?;
        let status = match drawn % 100 {
            0..=2 => Status::NotCollected,
            3..=4 => Status::Estimated,
            _ => Status::Given,
        };
        let value = if status.carries_value() { Some(value(*kind, drawn / 100)?) } else { None };
        Ok(Observation {
            age_band: None,
            detection: detection.clone(),
            harm: Some(harm.clone()),
            jurisdiction: Some(country.clone()),
            metric: metric.clone(),
            outcome: None,
            period,
            precision: None,
            service: words.services.get(service).cloned().ok_or(LoadError::Unfit("a service"))?,
            status,
            value,
        })
    }

    /// A regulator or a charity asks up to three platforms, by the end of a day in London.
    fn request(&mut self, cast: &mut Cast, chance: &mut Chance, now: Millis) -> Result<Said, LoadError> {
        let compulsory = chance.below(2) == 0;
        let askers = if compulsory { &mut cast.authorities } else { &mut cast.charities };
        let number = chance.below(askers.len() as u64) as usize;
        let asker = askers.get_mut(number).ok_or(LoadError::Unfit("an asker"))?;
        let request = asker.name('r')?;
        let first = chance.below(cast.platforms.len() as u64) as usize;
        let asked: Vec<usize> = (first..cast.platforms.len()).take(1 + chance.below(3) as usize).collect();
        let addressees: Vec<Slug> =
            asked.iter().filter_map(|number| Some(cast.platforms.get(*number)?.actor.id.clone())).collect();
        for number in asked {
            if self.open.len() >= MAX_OPEN {
                self.open.swap_remove(chance.below(MAX_OPEN as u64) as usize);
            }
            self.open.push((request.clone(), number));
        }
        let item = |item: &str, about, question: &str| -> Result<Item, LoadError> {
            Ok(Item { about: Some(about), item: item.parse()?, question: question.parse()? })
        };
        let items = vec![
            item("a", Question::ReportsReceived, "How many reports of child abuse did you receive?")?,
            item("b", Question::TakenDown, "How much content did you take down?")?,
        ];
        let basis = LegalBasis { instrument: "uk-osa-2023".parse()?, provision: Some("section 100".parse()?) };
        let event = Event::RequestIssued(RequestIssued {
            addressees: Set::new(addressees).ok_or(LoadError::Unfit("addressees"))?,
            attachments: None,
            compulsory,
            deadline: Some(deadline(now, chance.below(MAX_DAYS + 1) >> chance.below(6))?),
            draft: None,
            items: List::new(items).ok_or(LoadError::Unfit("items"))?,
            legal_basis: compulsory.then_some(basis),
            request,
            title: "Reports and removals".parse()?,
        });
        let askers = if compulsory { &mut cast.authorities } else { &mut cast.charities };
        askers.get_mut(number).ok_or(LoadError::Unfit("an asker"))?.say(0, event, Vec::new())
    }

    /// One of those who were asked answers what it can, refuses the rest, or never says anything.
    fn respond(&mut self, cast: &mut Cast, chance: &mut Chance) -> Result<Option<Said>, LoadError> {
        let (request, number) = self.open.swap_remove(chance.below(self.open.len() as u64) as usize);
        if chance.below(6) == 0 {
            return Ok(None);
        }
        let platform = cast.platforms.get_mut(number).ok_or(LoadError::Unfit("a platform"))?;
        let refused = Outcome::Refused { detail: None, ground: Ground::NotCollected, until: None };
        let answered = platform.last.as_ref().map(|(disclosure, _)| Outcome::Answered {
            disclosures: Set::new(vec![disclosure.clone()]),
            extent: Extent::Partial,
        });
        let items = vec![
            Answer { item: "a".parse()?, outcome: answered.unwrap_or_else(|| refused.clone()) },
            Answer { item: "b".parse()?, outcome: refused },
        ];
        let event = Event::ResponseFiled(ResponseFiled {
            items: List::new(items).ok_or(LoadError::Unfit("items"))?,
            note: None,
            request,
            response: platform.actor.name('a')?,
            supersedes: None,
            version: positive(1)?,
        });
        platform.actor.say(0, event, Vec::new()).map(Some)
    }
}

/// One of the platforms: every other time one of the large ones.
fn pick(chance: &mut Chance, platforms: usize) -> usize {
    let among = if chance.below(2) == 0 { (platforms / ONE_IN_LARGE).max(1) } else { platforms };
    chance.below(among as u64) as usize
}

/// The element of that number, the rest of the number being what is left for the next list.
fn turn<'a, T>(list: &'a [T], rest: &mut u64) -> Result<&'a T, LoadError> {
    let length = (list.len() as u64).max(1);
    let at = *rest % length;
    *rest /= length;
    list.get(at as usize).ok_or(LoadError::Unfit("words"))
}

/// Numbers of very different size, hours that are not, and shares of a thousand.
fn value(kind: MetricKind, drawn: u64) -> Result<Value, LoadError> {
    let count = |number: u64| Count::new(number as i64).ok_or(LoadError::Unfit("a count"));
    Ok(match kind {
        MetricKind::Number => {
            let number = (drawn / 32 % (1 << 25)) >> (drawn % 16);
            Value::Integer(Signed::new(number as i64).ok_or(LoadError::Unfit("an integer"))?)
        }
        MetricKind::Duration => Value::Duration { amount: count(1 + drawn % 20)?, unit: DurationUnit::Hour },
        MetricKind::Ratio => Value::Ratio { denominator: positive(1000)?, numerator: count(drawn % 1001)? },
    })
}

/// The last disclosure's figure as it should have been.
fn correct(platform: &mut Platform, chance: &mut Chance) -> Result<Option<Event>, LoadError> {
    let Some((supersedes, mut observation)) = platform.last.take() else { return Ok(None) };
    let metric = METRICS.iter().find(|(metric, _)| *metric == observation.metric.as_str());
    let kind = metric.map_or(MetricKind::Number, |(_, kind)| *kind);
    (observation.status, observation.value) = (Status::Given, Some(value(kind, chance.below(u64::MAX))?));
    Ok(Some(Event::CorrectionFiled(CorrectionFiled {
        attachments: None,
        correction: platform.actor.name('c')?,
        material: false,
        note: "Late data came in.".parse()?,
        observations: List::new(vec![observation]),
        reason: CorrectionReason::LateData,
        supersedes,
    })))
}

/// The last disclosure is taken back.
fn retract(platform: &mut Platform) -> Result<Option<Event>, LoadError> {
    let Some((document, _)) = platform.last.take() else { return Ok(None) };
    Ok(Some(Event::DocumentRetracted(DocumentRetracted { document, reason: "Filed in error.".parse()? })))
}

/// A platform replaces one of its keys, and signs with the new one from then on.
fn rotate(cast: &mut Cast, chance: &mut Chance, number: usize) -> Result<Said, LoadError> {
    let new = cast.key(chance)?;
    let actor = &mut cast.platforms.get_mut(number).ok_or(LoadError::Unfit("a platform"))?.actor;
    let number = chance.below(actor.pens.len() as u64) as usize;
    let old = actor.pens.get(number).ok_or(LoadError::Unfit("a key"))?.key.public;
    let event = Event::KeyRotated(KeyRotated { actor: actor.id.clone(), new: new.public, old });
    let said = actor.say(number, event, vec![new.clone()])?;
    if let Some(pen) = actor.pens.get_mut(number) {
        *pen = Pen { key: new, nth: Count::ZERO };
    }
    Ok(said)
}

/// So many days from then on, to the end of the day in London by winter time.
fn deadline(now: Millis, days: u64) -> Result<Deadline, LoadError> {
    let unfit = LoadError::Unfit("a deadline");
    let moment = jiff::Timestamp::from_second(now.time().unix() as i64).ok();
    let today = moment.and_then(|moment| Date::from_civil(jiff::tz::Offset::UTC.to_datetime(moment).date()));
    let date = (0..days).try_fold(today, |day, _| day?.next().map(Some)).flatten();
    let end = date.and_then(Date::next).map(Date::start);
    let (Some(date), Some(ends_at)) = (date, end) else { return Err(unfit) };
    Ok(Deadline { calendar: "Europe/London".parse()?, counted: None, date, ends_at })
}
