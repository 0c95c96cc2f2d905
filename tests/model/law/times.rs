//! Days, deadlines and how they are counted. Days are numbered from 1970-01-01, a Thursday.

use candour::core::days::{CountKind, Weekday};
use candour::core::event::{Counted, Deadline};
use candour::core::fault::Code;
use candour::core::time::Date;

use super::{Ruling, Speech, holds};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// The number of 9999-12-31.
const LAST_DAY: u64 = 253_402_300_799 / DAY;
const WEEK: [Weekday; 7] = [
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
];

fn day(date: Date) -> u64 {
    date.start().unix() / DAY
}

impl Speech<'_> {
    /// *day come*.
    pub fn day_come(self, date: Date) -> Ruling {
        holds(day(date) * DAY * 1000 <= self.now + 14 * HOUR * 1000, Code::DateInFuture)
    }

    /// *deadline*.
    pub fn deadline(self, deadline: &Deadline) -> Ruling {
        let (midnight, ends_at) = ((day(deadline.date) + 1) * DAY, deadline.ends_at.unix());
        holds(ends_at + 14 * HOUR >= midnight, Code::DeadlineInvalid)?;
        holds(ends_at <= midnight + 12 * HOUR, Code::DeadlineInvalid)?;
        let counted = deadline.counted.as_ref();
        holds(counted.is_none_or(|counted| counts_to(counted, day(deadline.date))), Code::DeadlineInvalid)
    }

    /// *ahead*.
    pub fn ahead(self, deadline: &Deadline) -> Ruling {
        holds(self.is_ahead(deadline), Code::DeadlinePassed)
    }

    /// The same, as a question.
    pub fn is_ahead(self, deadline: &Deadline) -> bool {
        self.now < deadline.ends_at.unix() * 1000
    }
}

/// *count*: whether it ends on that day, and passes over the holidays that it says.
fn counts_to(counted: &Counted, date: u64) -> bool {
    let (days, from) = (counted.days.unsigned(), day(counted.from));
    let weekend = counted.weekend.as_deref().unwrap_or(&[Weekday::Saturday, Weekday::Sunday]);
    let holidays: Vec<u64> = counted.holidays.iter().flat_map(|dates| dates.iter()).map(|date| day(*date)).collect();
    let in_week = |day: u64| !weekend.contains(&WEEK[(day % 7) as usize]);
    let works = |day: u64| in_week(day) && !holidays.contains(&day);
    if days > 3_660 {
        return false;
    }
    let (end, passed) = match counted.kind {
        CountKind::Calendar => (from + days, 0..0),
        CountKind::CalendarRolling => {
            let mut end = from + days;
            while !works(end) {
                end += 1;
            }
            (end, from + days..end)
        }
        CountKind::Working => {
            let (mut end, mut left) = (from, days);
            while left > 0 {
                end += 1;
                left -= u64::from(works(end));
            }
            (end, from + 1..end)
        }
    };
    let over: Vec<u64> = passed.filter(|day| in_week(*day) && holidays.contains(day)).collect();
    let plain = counted.kind != CountKind::Calendar || counted.weekend.is_none();
    end <= LAST_DAY && end == date && holidays == over && plain
}
