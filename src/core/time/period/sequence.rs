//! Periods one after the other.

use std::ops::RangeInclusive;

use jiff::civil;

use super::{Form, Period};
use crate::core::time::Date;

impl Period {
    /// The period of so many months of a calendar year (12, 6, 3 or 1) that holds a day.
    pub fn around(day: Date, months: u8) -> Option<Self> {
        let form = match months {
            12 => Form::Year,
            6 => Form::Half,
            3 => Form::Quarter,
            1 => Form::Month,
            _ => return None,
        };
        Self::of_form(form, day.as_civil())
    }

    /// The next period that is written in the same way. None after an interval, whose length says nothing of the next.
    pub fn following(self) -> Option<Self> {
        Self::of_form(self.form, self.end.next()?.as_civil())
    }

    /// The period before that is written in the same way, likewise.
    pub fn previous(self) -> Option<Self> {
        Self::of_form(self.form, self.start.as_civil().yesterday().ok()?)
    }

    /// Whether two periods are written in the same way.
    pub fn is_alike(self, other: Self) -> bool {
        self.form == other.form
    }

    /// All periods of the same days, and no other, lie between these two.
    pub fn in_any_words(self) -> RangeInclusive<Self> {
        Self { form: Form::Year, ..self }..=Self { form: Form::Interval, ..self }
    }

    /// Whether all days of another period lie in this one.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether two periods share a day.
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }

    /// Whether a period begins on the day after this one ends, or earlier.
    pub fn reaches(self, later: Self) -> bool {
        self.end.next().is_none_or(|next| later.start <= next)
    }

    fn of_form(form: Form, day: civil::Date) -> Option<Self> {
        let month = i16::from(day.month());
        match form {
            Form::Year => Self::months(form, day.year(), 1, 12),
            Form::Half => Self::months(form, day.year(), (month + 5) / 6, 6),
            Form::Quarter => Self::months(form, day.year(), (month + 2) / 3, 3),
            Form::Month => Self::months(form, day.year(), month, 1),
            Form::Week => {
                let week = day.iso_week_date();
                Self::week(week.year(), week.week().into())
            }
            Form::Day => Date::within(day).map(|day| Self { start: day, end: day, form }),
            Form::Interval => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        Period::parse(text).unwrap()
    }

    #[test]
    fn periods_follow_one_another() {
        // (a period, the one after it in the same form)
        let table = [
            ("2021", Some("2022")),
            ("2021-S1", Some("2021-S2")),
            ("2021-S2", Some("2022-S1")),
            ("2021-Q2", Some("2021-Q3")),
            ("2021-Q4", Some("2022-Q1")),
            ("2024-01", Some("2024-02")),
            ("2024-12", Some("2025-01")),
            ("2020-W53", Some("2021-W01")),
            ("2021-W52", Some("2022-W01")),
            ("2024-02-28", Some("2024-02-29")),
            ("2023-12-31", Some("2024-01-01")),
            ("2021-01-01/2021-03-31", None),
            ("9999", None),
            ("9999-12-31", None),
        ];
        for (one, next) in table {
            assert_eq!(period(one).following(), next.map(period), "{one}");
            if let Some(next) = next {
                assert_eq!(period(next).previous(), Some(period(one)), "{next}");
            }
        }
        assert_eq!(period("1970-Q1").previous(), None);
    }

    #[test]
    fn periods_share_days() {
        // (one, other, one contains other, they overlap, one reaches other)
        let table = [
            ("2021", "2021-Q2", true, true, true),
            ("2021-Q2", "2021", false, true, true),
            ("2021-Q2", "2021-04-01/2021-06-30", true, true, true),
            ("2021-Q1", "2021-Q2", false, false, true),
            ("2021-Q1", "2021-Q3", false, false, false),
            ("2021-01-01/2021-04-15", "2021-Q2", false, true, true),
        ];
        for (one, other, contains, overlaps, reaches) in table {
            let (a, b) = (period(one), period(other));
            assert_eq!((a.contains(b), a.overlaps(b), a.reaches(b)), (contains, overlaps, reaches), "{one} {other}");
            assert_eq!(b.overlaps(a), overlaps);
        }
    }

    #[test]
    fn the_period_around_a_day() {
        let day = Date::parse("2024-07-01").unwrap();
        let table = [(12, Some("2024")), (6, Some("2024-S2")), (3, Some("2024-Q3")), (1, Some("2024-07")), (2, None)];
        for (months, expected) in table {
            assert_eq!(Period::around(day, months), expected.map(period), "{months} months");
        }
    }
}
