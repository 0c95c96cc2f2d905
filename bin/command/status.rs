//! `candour status`: what is due, answered, late, refused, overdue or silent.

use std::process::ExitCode;

use candour::core::obligation::{Obligation, Standing, obligations};
use candour::core::text::{DocumentId, Slug};
use candour::core::time::{Millis, Time};
use candour::shell::clock::{Clock as _, SystemClock};
use candour::shell::reading::Ask;
use candour::shell::replay::Until;
use clap::Args;

use crate::bundle::{Point, ReadingArguments, state};
use crate::failure::Failure;
use crate::output::Output;

/// Show what is owed.
#[derive(Args)]
pub struct Status {
    #[command(flatten)]
    ledger: ReadingArguments,
    /// As of this entry, or this time; now if left out
    #[arg(long, value_name = "INDEX|TIME")]
    as_of: Option<Point>,
    /// Only what this platform owes
    #[arg(long)]
    platform: Option<Slug>,
    /// Only this request
    #[arg(long)]
    request: Option<DocumentId>,
}

impl Status {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let until = self.as_of.map_or(Until::End, Point::until);
        let chain = self.ledger.read(Ask::State(until), &mut |_, _| None::<()>)?.chain;
        let now = Millis::from_unix_ms(SystemClock.now_ms()).map_or(Time::MAX, Millis::time);
        let as_of = match self.as_of {
            None => now,
            Some(Point::Time(time)) => time,
            Some(Point::Index(_)) => chain.recorded_at().map_or(now, Millis::time),
        };
        let wanted = |owed: &Obligation| {
            self.platform.as_ref().is_none_or(|platform| *platform == owed.addressee)
                && self.request.as_ref().is_none_or(|request| *request == owed.request)
        };
        let owed = obligations(state(&chain)?, as_of).filter(wanted);
        if output.json {
            owed.for_each(|owed| output.json(&owed));
            return Ok(ExitCode::SUCCESS);
        }
        output.line(format!("as of {as_of}, after {} entries", chain.size()));
        output.table(
            ["request", "item", "addressee", "deadline", "standing", "entry", "detail"],
            owed.map(|owed| {
                let deadline = owed.deadline.map_or_else(|| "none".to_owned(), |deadline| deadline.to_string());
                let (entry, detail) = detail(&owed.standing);
                [
                    owed.request.to_string(),
                    owed.item.to_string(),
                    owed.addressee.to_string(),
                    deadline,
                    owed.standing.as_str().to_owned(),
                    entry.map_or_else(String::new, |entry| entry.to_string()),
                    detail,
                ]
            }),
        );
        Ok(ExitCode::SUCCESS)
    }
}

fn detail(standing: &Standing) -> (Option<u64>, String) {
    let late = |late: &Option<u64>| late.map(|late| format!("{} late", span(late)));
    match standing {
        Standing::Answered { index, late_by, .. } => (Some(*index), late(late_by).unwrap_or_default()),
        Standing::Refused { index, ground, known_ground, until, late_by } => {
            let mut words = vec![ground.as_str().replace('_', " ")];
            if *known_ground == Some(false) {
                words.push("not a ground of its legal basis".to_owned());
            }
            words.extend(until.map(|until| format!("until {until}")));
            words.extend(late(late_by));
            (Some(*index), words.join("; "))
        }
        Standing::Withdrawn { index } => (Some(*index), String::new()),
        Standing::Overdue { heard, by } => {
            (Some(*heard), format!("no response to it recorded, {} past the deadline", span(*by)))
        }
        Standing::Silent { by } => (None, format!("nothing recorded, {} past the deadline", span(*by))),
        Standing::Due { within } => (None, format!("{} left", span(*within))),
        Standing::Open => (None, "no response recorded".to_owned()),
    }
}

/// A length of time in its largest whole unit.
fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
