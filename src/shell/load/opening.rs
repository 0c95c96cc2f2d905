//! The first statements of a generated ledger: who keeps it, who is on it, and what is counted.

use std::sync::Arc;

use super::cast::{Actor, CATEGORIES, Cast, Key, METRICS, MetricKind, ONE_IN_LARGE, Pen, SERVICES, TAXONOMY};
use super::chance::Chance;
use super::{LoadError, positive};
use crate::core::event::{
    ActorEnrolled, CheckpointRules, Event, KeyAdded, LedgerOpened, MetricDefined, Party, Question, Role,
    ServiceRegistered, TaxonomyRegistered, Unit,
};
use crate::core::json::{Count, Set};
use crate::core::text::Slug;

/// What the ledger promises: a checkpoint after so many entries, or seconds.
const PROMISE: (i64, i64) = (65_536, 7 * 86_400);
/// How many authorities admit an actor.
const THRESHOLD: i64 = 2;

/// What is to be said, by whom, with which key, and who signs beside the author.
#[derive(Debug)]
pub(super) struct Said {
    pub author: Slug,
    /// The author's key, with the counter of this statement.
    pub pen: Pen,
    pub event: Event,
    pub cosigners: Vec<Arc<Key>>,
}

impl Actor {
    /// Says it with the key of that number.
    pub fn say(&mut self, pen: usize, event: Event, cosigners: Vec<Arc<Key>>) -> Result<Said, LoadError> {
        let pen = self.pens.get_mut(pen).ok_or(LoadError::Unfit("a key"))?;
        let used = pen.clone();
        pen.nth = Count::new(pen.nth.value().saturating_add(1)).ok_or(LoadError::Unfit("a counter"))?;
        Ok(Said { author: self.id.clone(), pen: used, event, cosigners })
    }
}

/// The opening, in order. Where keys stay as they are, nobody gets a second one.
pub(super) fn opening(cast: &mut Cast, chance: &Chance, keys_change: bool) -> Result<Vec<Said>, LoadError> {
    let mut said = vec![open(cast)?];
    let admitted = admissions(cast)?;
    let second = first_key(cast.authorities.get(1))?;
    let [first, ..] = cast.authorities.as_mut_slice() else { return Err(LoadError::Unfit("authorities")) };
    for (event, key) in admitted {
        said.push(first.say(0, event, vec![second.clone(), key])?);
    }
    let event = taxonomy(first)?;
    said.push(first.say(0, event, Vec::new())?);
    for (metric, kind) in METRICS {
        let event = define(first, metric, kind)?;
        said.push(first.say(0, event, Vec::new())?);
    }
    let large = if keys_change { cast.platforms.len() / ONE_IN_LARGE } else { 0 };
    let keys = (0..large).map(|_| cast.key(chance)).collect::<Result<Vec<_>, _>>()?;
    for (number, platform) in cast.platforms.iter_mut().enumerate() {
        let actor = &mut platform.actor;
        for service in SERVICES {
            let (name, service) = (service.parse()?, format!("{}/{service}", actor.id).parse()?);
            let event = Event::ServiceRegistered(ServiceRegistered { name, part_of: None, service });
            said.push(actor.say(0, event, Vec::new())?);
        }
        if let Some(key) = keys.get(number) {
            let event = Event::KeyAdded(KeyAdded { actor: actor.id.clone(), key: key.public });
            said.push(actor.say(0, event, vec![key.clone()])?);
            actor.pens.push(Pen { key: key.clone(), nth: Count::ZERO });
        }
    }
    Ok(said)
}

/// Whom the authorities admit, and with which key.
fn admissions(cast: &Cast) -> Result<Vec<(Event, Arc<Key>)>, LoadError> {
    let charities = cast.charities.iter().map(|charity| (charity, Role::CivilSociety));
    let platforms = cast.platforms.iter().map(|platform| (&platform.actor, Role::Platform));
    let admit = |(actor, role): (&Actor, Role)| {
        let (key, name) = (first_key(Some(actor))?, actor.id.as_str().parse()?);
        let actor = actor.id.clone();
        Ok((Event::ActorEnrolled(ActorEnrolled { actor, authority: None, key: key.public, name, role }), key))
    };
    charities.chain(platforms).map(admit).collect()
}

fn open(cast: &mut Cast) -> Result<Said, LoadError> {
    let party = |actor: &Actor| -> Result<Party, LoadError> {
        Ok(Party { id: actor.id.clone(), key: first_key(Some(actor))?.public, name: actor.id.as_str().parse()? })
    };
    let authorities = cast.authorities.iter().map(party).collect::<Result<_, _>>()?;
    let event = Event::LedgerOpened(LedgerOpened {
        authorities: Set::new(authorities).ok_or(LoadError::Unfit("authorities"))?,
        operator: party(&cast.operator)?,
        rules: CheckpointRules { max_entries: positive(PROMISE.0)?, max_seconds: positive(PROMISE.1)? },
        threshold: positive(THRESHOLD)?,
    });
    let cosigners = cast.authorities.iter().map(|actor| first_key(Some(actor))).collect::<Result<_, _>>()?;
    cast.operator.say(0, event, cosigners)
}

fn taxonomy(author: &mut Actor) -> Result<Event, LoadError> {
    let categories = CATEGORIES.iter().map(|category| category.parse()).collect::<Result<_, _>>()?;
    Ok(Event::TaxonomyRegistered(TaxonomyRegistered {
        attachments: None,
        categories: Set::new(categories).ok_or(LoadError::Unfit("categories"))?,
        registration: author.name('t')?,
        taxonomy: TAXONOMY.0.parse()?,
        version: TAXONOMY.1.parse()?,
    }))
}

fn define(author: &mut Actor, metric: &str, kind: MetricKind) -> Result<Event, LoadError> {
    let question = match metric {
        "reports" => Some(Question::ReportsReceived),
        "median time to act" => Some(Question::Speed),
        "removed" => Some(Question::TakenDown),
        _ => None,
    };
    Ok(Event::MetricDefined(MetricDefined {
        additive: false,
        counting_unit: "item".parse()?,
        definition: author.name('m')?,
        meaning: format!("Items in the period: {metric}.").parse()?,
        metric: metric.parse()?,
        question,
        subset_of: None,
        unit: match kind {
            MetricKind::Number => Unit::Number,
            MetricKind::Duration => Unit::Duration,
            MetricKind::Ratio => Unit::Ratio,
        },
    }))
}

fn first_key(actor: Option<&Actor>) -> Result<Arc<Key>, LoadError> {
    let pen = actor.and_then(|actor| actor.pens.first()).ok_or(LoadError::Unfit("an actor with a key"))?;
    Ok(pen.key.clone())
}
