//! How the disclosures by period are written down: by author and service, each period with its place and its entries.

use std::collections::BTreeMap;

use serde::ser::{SerializeStruct as _, Serializer};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Periods, Place, Reports};
use crate::core::text::{DocumentId, Slug};
use crate::core::time::{Millis, Period};

impl Serialize for Periods {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Periods", 2)?;
        object.serialize_field("reports", &ByAuthor(self))?;
        object.serialize_field("ended", &self.ended)?;
        let written = object.end()?;
        self.entries.whole(written)
    }
}

/// The place of each period, and its entries.
type Told = BTreeMap<Period, (u64, BTreeMap<u64, Millis>)>;

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
        serializer.collect_map(self.1.iter().map(|(period, place)| (period, (place.number, Entries(self.0, place)))))
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

impl<'de> Deserialize<'de> for Periods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            reports: Vec<((Slug, Slug), Told)>,
            ended: BTreeMap<DocumentId, Millis>,
        }
        let Wire { reports, ended } = Wire::deserialize(deserializer)?;
        let mut periods = Self { ended, ..Self::default() };
        for ((author, service), told) in reports {
            let mut places = Reports::new();
            for (period, (number, entries)) in told {
                let first = entries.first_key_value().map(|(entry, at)| (*entry, *at));
                let first =
                    first.ok_or_else(|| serde::de::Error::custom(format!("place {number} without an entry")))?;
                places.insert(period, Place { number, first, standing: entries.len() as u64 });
                periods.names.insert(number, (author.clone(), service.clone(), period));
                entries.into_iter().for_each(|(entry, at)| periods.entries.insert((number, entry), at));
            }
            periods.reports.entry(author).or_default().insert(service, places);
        }
        Ok(periods)
    }
}
