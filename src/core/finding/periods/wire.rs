//! How the disclosures by period are written down: by author and service, each period with its entries, and again by entry.

use std::collections::BTreeMap;

use serde::ser::{SerializeStruct as _, Serializer};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Periods, Place, Reports};
use crate::core::text::{DocumentId, Slug};
use crate::core::time::{Millis, Period};

impl Serialize for Periods {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Periods", 3)?;
        object.serialize_field("reports", &ByAuthor(self))?;
        object.serialize_field("places", &ByEntry(self))?;
        object.serialize_field("ended", &self.ended)?;
        let written = object.end()?;
        self.entries.whole(written)
    }
}

/// The entries of each period.
type Told = BTreeMap<Period, BTreeMap<u64, Millis>>;

struct ByAuthor<'a>(&'a Periods);

impl Serialize for ByAuthor<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let each = self.0.each();
        serializer.collect_seq(each.map(|(author, service, reports)| ((author, service), ByPeriod(self.0, reports))))
    }
}

struct ByPeriod<'a>(&'a Periods, &'a Reports);

impl Serialize for ByPeriod<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.1.iter().map(|(period, place)| (period, Entries(self.0, place))))
    }
}

struct Entries<'a>(&'a Periods, &'a Place);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let from = self.0.entries.range_from(&(self.1.number, 0));
        let own = from.take_while(|((number, _), _)| *number == self.1.number);
        serializer.collect_map(own.map(|((_, entry), at)| (entry, at)))
    }
}

struct ByEntry<'a>(&'a Periods);

impl Serialize for ByEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = &self.0.names;
        serializer.collect_map(self.0.places.iter().filter_map(|(entry, number)| Some((entry, names.get(&number)?))))
    }
}

impl<'de> Deserialize<'de> for Periods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            reports: Vec<((Slug, Slug), Told)>,
            places: BTreeMap<u64, (Slug, Slug, Period)>,
            ended: BTreeMap<DocumentId, Millis>,
        }
        let Wire { reports, places, ended } = Wire::deserialize(deserializer)?;
        let mut periods = Self { ended, ..Self::default() };
        let reports: BTreeMap<_, _> = reports.into_iter().collect();
        for (author, service) in reports.keys() {
            periods.reports.entry(author.clone()).or_default().insert(service.clone(), Reports::new());
        }
        for (entry, (author, service, period)) in places {
            let at =
                reports.get(&(author.clone(), service.clone())).and_then(|reports| reports.get(&period)?.get(&entry));
            let at = at.ok_or_else(|| serde::de::Error::custom(format!("entry {entry} in one list alone")))?;
            periods.keep((&author, &service, period), entry, *at);
        }
        Ok(periods)
    }
}
