//! Deadlines on the command line: a date, or so many days from one.

use candour::core::days::{CountKind, MAX_COUNTED_DAYS};
use candour::core::event::Deadline;
use candour::core::json::Positive;
use candour::core::text::Label;
use candour::core::time::Date;
use candour::shell::calendar;
use candour::shell::holidays::{self, Holidays, HolidaysError};
use clap::Args;

use crate::failure::Failure;
use crate::filing::now;

/// By when.
#[derive(Args)]
pub struct DeadlineArguments {
    /// The last day for an answer
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    #[arg(conflicts_with_all = ["within", "from", "holidays", "skipping"])]
    deadline: Option<Date>,
    /// The calendar in which that day ends: an IANA time zone
    #[arg(long, value_name = "ZONE", default_value = "Europe/London", conflicts_with = "holidays")]
    calendar: Label,
    /// Instead of a date, so many days for an answer; the day that they run from is not counted
    #[arg(long, value_name = "DAYS", value_parser = parse_days)]
    within: Option<Positive>,
    /// Count working days only
    #[arg(long, group = "skipping", requires = "within", requires = "holidays")]
    working_days: bool,
    /// Count all days, but let the last one be a working day
    #[arg(long, group = "skipping", requires = "within", requires = "holidays")]
    rolling: bool,
    /// The day that the days run from; today in the calendar if left out
    #[arg(long, value_name = "DATE", value_parser = parse_date, requires = "within")]
    from: Option<Date>,
    /// The calendar of holidays, with its time zone: `england-and-wales`, or a TOML file
    #[arg(long, value_name = "NAME|FILE", requires = "skipping")]
    holidays: Option<String>,
}

impl DeadlineArguments {
    /// The deadline, if one is asked for.
    pub fn deadline(self) -> Result<Option<Deadline>, Failure> {
        if let Some(date) = self.deadline {
            let ends_at = calendar::end_of(date, self.calendar.as_str()).map_err(Failure::unjudged)?;
            return Ok(Some(Deadline { calendar: self.calendar, counted: None, date, ends_at }));
        }
        let Some(days) = self.within else { return Ok(None) };
        let holidays = self.holidays.as_deref().map(Holidays::find).transpose()?;
        let time_zone = holidays.as_ref().map_or(&self.calendar, Holidays::time_zone);
        let from = match self.from {
            Some(from) => from,
            None => calendar::date_at(now().time(), time_zone.as_str()).map_err(Failure::unjudged)?,
        };
        let kind = if self.working_days { CountKind::Working } else { CountKind::CalendarRolling };
        let deadline = match &holidays {
            Some(holidays) => holidays.within(days, from, kind)?,
            None => holidays::within(days, from, time_zone)?,
        };
        Ok(Some(deadline))
    }
}

impl From<HolidaysError> for Failure {
    fn from(error: HolidaysError) -> Self {
        match &error {
            HolidaysError::NotCovered { .. } => {
                Self::unjudged(&error).hint("name a calendar that covers it with --holidays FILE, or set the date")
            }
            _ => Self::unjudged(&error),
        }
    }
}

fn parse_date(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|_| "a date is like 2021-11-30".to_owned())
}

fn parse_days(text: &str) -> Result<Positive, String> {
    let days = text.parse().ok().and_then(Positive::new).filter(|days| days.unsigned() <= MAX_COUNTED_DAYS);
    days.ok_or_else(|| format!("expected 1 to {MAX_COUNTED_DAYS} days"))
}
