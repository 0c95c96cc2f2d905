//! What there is to speak of, by the model.

use candour::core::days::{self, CountKind};
use candour::core::time::{Date, Time};
use serde_json::{Value, json};

use super::{DAY, Thrower};
use crate::model::cast::everybody;
use crate::model::law::{Actor, new_document};

/// The moment of that time.
pub fn unix(time: &str) -> Option<u64> {
    Some(Time::parse(time).ok()?.unix())
}

impl Thrower {
    /// All who can speak, of those roles.
    pub fn all_active(&self, roles: &[&str], also: impl Fn(&Actor) -> bool) -> Vec<String> {
        let speaks = |actor: &Actor| !actor.retired && !actor.suspended && roles.contains(&actor.role.as_str());
        self.law.actors().into_iter().filter(|actor| speaks(actor) && also(actor)).map(|actor| actor.id).collect()
    }

    /// One of them; anybody where there is none, and once in a while.
    pub fn active(&mut self, roles: &[&str], also: impl Fn(&Actor) -> bool) -> String {
        let mut all = self.all_active(roles, also);
        if all.is_empty() || self.chance(2) {
            return self.anybody();
        }
        all.swap_remove(self.below(all.len()))
    }

    pub fn anybody(&mut self) -> String {
        let all = everybody();
        self.pick(&all).to_owned()
    }

    /// One of those roles.
    pub fn one(&mut self, roles: &[&str]) -> String {
        self.active(roles, |_| true)
    }

    /// A name for a document of that author's, most often a new one.
    pub fn name(&mut self, author: &str) -> String {
        let names: Vec<String> = (0..40).map(|number| format!("{author}/d{number}")).collect();
        let new = names.iter().find(|name| self.law.document(name).is_none()).cloned();
        if self.chance(3) { names[self.below(4)].clone() } else { new.unwrap_or_default() }
    }

    /// The documents of those kinds, with their makers.
    pub fn all(&self, kinds: &[&str]) -> Vec<(String, String)> {
        let of_kind = self.said().filter(|said| kinds.is_empty() || kinds.contains(&said.event.kind()));
        of_kind.filter_map(|said| Some((new_document(&said.event)?, said.by.clone()))).collect()
    }

    /// One of them, the later the likelier.
    pub fn any(&mut self, kinds: &[&str]) -> Option<(String, String)> {
        let all = self.all(kinds);
        if all.is_empty() {
            return None;
        }
        let at = self.below(all.len()).max(self.below(all.len()));
        Some(all[at].clone())
    }

    /// One of them that is still open.
    pub fn open_matter(&mut self, kind: &str) -> Option<(String, String)> {
        let mut all = self.all(&[kind]);
        if self.chance(85) {
            all.retain(|(name, _)| !self.law.is_settled(name));
        }
        if all.is_empty() { None } else { Some(all[self.below(all.len())].clone()) }
    }

    /// One of them, of that author's.
    pub fn own(&mut self, author: &str, kinds: &[&str]) -> Option<String> {
        let mut all = self.all(kinds);
        if self.chance(90) {
            all.retain(|(name, _)| name.split('/').next().is_some_and(|it| self.law.speaks_for(author, it)));
        }
        if self.chance(65) {
            all.retain(|(name, _)| !self.law.is_superseded(name) && !self.law.is_retracted(name));
        }
        if all.is_empty() { None } else { Some(all[self.below(all.len())].0.clone()) }
    }

    /// Who speaks for that actor, if not that actor.
    pub fn voice(&mut self, of: &str) -> String {
        let mut all = self.all_active(&["platform"], |actor| self.law.speaks_for(&actor.id, of));
        if all.is_empty() || self.chance(10) { of.to_owned() } else { all.swap_remove(self.below(all.len())) }
    }

    pub fn today(&self) -> u64 {
        self.now / 1000 / DAY * DAY
    }

    /// A day so many days from now.
    pub fn date(&self, days: i64) -> String {
        let time = Time::from_unix(self.today().saturating_add_signed(days * DAY as i64)).unwrap().to_string();
        time[..10].to_owned()
    }

    /// A day that has come, most often.
    pub fn day_come(&mut self) -> String {
        let days = if self.chance(10) { self.below(3) as i64 } else { -(self.below(20) as i64) };
        self.date(days)
    }

    /// A deadline, most often one that is ahead.
    pub fn deadline(&mut self, least: usize, most: usize) -> Value {
        let days = if self.chance(5) { -(self.below(5) as i64) } else { (least + self.below(most - least)) as i64 };
        if self.chance(25)
            && let Some(counted) = self.counted()
        {
            return counted;
        }
        // From 14 hours before the day's end in UTC to 12 hours after it, and a little beyond.
        let hours = [24, 24, 10, 36, self.below(26) as i64 + 10][self.below(5)];
        let beyond = if self.chance(15) { [-1, 1][self.below(2)] } else { 0 };
        let ends = self.today() as i64 + days * DAY as i64 + hours * 3_600 + beyond;
        json!({"calendar": "Europe/London", "date": self.date(days), "ends_at": Time::from_unix(ends as u64).unwrap().to_string()})
    }

    /// A deadline that was counted.
    fn counted(&mut self) -> Option<Value> {
        let (kind, word) = match self.below(3) {
            0 => (CountKind::Calendar, "calendar"),
            1 => (CountKind::CalendarRolling, "calendar_rolling"),
            _ => (CountKind::Working, "working"),
        };
        let (count, back) = (1 + self.below(20), self.below(3) as i64);
        let from = self.date(-back);
        let weekends: [(&[&str], &[days::Weekday]); 2] =
            [(&[], &days::WEEKEND), (&["friday"], &[days::Weekday::Friday])];
        let (words, weekend) = weekends[if kind == CountKind::Calendar { 0 } else { self.below(2) }];
        let ahead: Vec<i64> = (0..self.below(4)).map(|_| self.below(20) as i64).collect();
        let free: Vec<String> = ahead.into_iter().map(|days| self.date(days)).collect();
        let is_free = |date: Date| free.contains(&date.to_string());
        let last = days::last_day(kind, count as u64, Date::parse(&from).ok()?, weekend, is_free).ok()?;
        let mut counted = json!({"days": count, "from": from, "kind": word});
        if !last.holidays.is_empty() {
            counted["holidays"] = json!(last.holidays.iter().map(ToString::to_string).collect::<Vec<_>>());
        }
        if !words.is_empty() {
            counted["weekend"] = json!(words);
        }
        let ends = last.date.start().unix() + DAY;
        Some(json!({"calendar": "Europe/Dublin", "counted": counted, "date": last.date.to_string(),
            "ends_at": Time::from_unix(ends)?.to_string()}))
    }

    /// Some of the platforms.
    pub fn some_platforms(&mut self) -> Vec<String> {
        let mut all = self.all_active(&["platform"], |_| true);
        let count = 1 + self.below(3);
        let mut some = Vec::new();
        while some.len() < count && !all.is_empty() {
            some.push(all.swap_remove(self.below(all.len())));
        }
        if some.is_empty() || self.chance(2) {
            some = vec![self.anybody()];
        }
        some
    }
}
