//! `candour status`: what is due, answered, late, refused, overdue or met with silence; what is open besides; what
//! penalties have come to; and how each platform has done over time.

mod obligations;
mod scorecard;

use std::process::ExitCode;

use candour::core::penalty::{accrued, money};
use candour::core::state::State;
use candour::core::state::compliance::Penalty;
use candour::core::text::{DocumentId, Slug};
use candour::core::time::{Date, Millis, Time};
use candour::shell::calendar;
use candour::shell::clock::{Clock as _, SystemClock};
use candour::shell::reading::Ask;
use candour::shell::replay::Until;
use clap::Args;
use serde_json::json;

use crate::bundle::{Point, ReadingArguments, relied_on, state};
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
    /// Only what this platform owes, itself or for those whose place it took
    #[arg(long)]
    platform: Option<Slug>,
    /// Only this request
    #[arg(long)]
    request: Option<DocumentId>,
    /// Only what somebody has raised and nobody has settled: questions, requests for more time, notices, discrepancies
    #[arg(long, group = "only")]
    matters: bool,
    /// Only penalties, and what they have come to
    #[arg(long, group = "only")]
    penalties: bool,
    /// Instead, each platform's scorecard over time
    #[arg(long, group = "only", conflicts_with = "request")]
    scorecard: bool,
    /// The stretch of time of a scorecard
    #[arg(long, value_enum, default_value = "quarter", requires = "scorecard")]
    by: scorecard::Stretch,
}

impl Status {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let now = Millis::from_unix_ms(SystemClock.now_ms()).map_or(Time::MAX, Millis::time);
        if self.scorecard {
            return scorecard::run(&self, now, output);
        }
        let until = self.as_of.map_or(Until::End, Point::until);
        let chain = self.ledger.read(Ask::State(until), &mut |_, _| None::<()>)?.chain;
        let as_of = match self.as_of {
            None => now,
            Some(Point::Time(time)) => time,
            Some(Point::Index(_)) => chain.recorded_at().map_or(now, Millis::time),
        };
        match self.as_of {
            Some(Point::Index(index)) if index >= chain.size() => {
                return Err(Failure::unjudged(format!("no entry {index}: the ledger has {}", chain.size())));
            }
            Some(Point::Time(time)) if chain.size() == 0 => {
                return Err(Failure::unjudged(format!("no entry had been recorded by {time}")));
            }
            _ => {}
        }
        let state = state(&chain)?;
        let all = !self.matters && !self.penalties;
        // Before anything is shown: a day may be beyond the calendar.
        let with_penalties = self.penalties || (all && !output.json);
        let penalties = if with_penalties { self.penalties_by(state, as_of)? } else { Vec::new() };
        if all {
            if !output.json {
                output.line(format!("as of {as_of}, after {} entries", chain.size()));
            }
            obligations::show(&self, state, as_of, output);
        }
        // A program that asks for obligations gets nothing else.
        if self.matters || (all && !output.json) {
            self.show_matters(state, output);
        }
        show_penalties(penalties, output);
        relied_on(&chain)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Whether an actor is the one that is asked about, or one whose place it took.
    fn means(&self, state: &State, actor: &Slug) -> bool {
        self.platform.as_ref().is_none_or(|platform| state.registry().speaks_for(platform, actor.as_str()))
    }

    fn show_matters(&self, state: &State, output: &Output) {
        let open = state.matters().iter().filter(|(_, matter)| matter.settled.is_none());
        let open: Vec<_> = open
            .filter(|(_, matter)| {
                let involved = matter.parties.iter().chain([&matter.raised_by]).any(|actor| self.means(state, actor));
                involved && self.request.as_ref().is_none_or(|request| matter.about.as_ref() == Some(request))
            })
            .collect();
        if output.json {
            for (document, matter) in open {
                output.json(&json!({
                    "document": document, "is": matter.kind, "raised_by": matter.raised_by, "entry": matter.index,
                    "about": matter.about, "parties": matter.parties, "until": matter.until,
                }));
            }
            return;
        }
        if open.is_empty() {
            return;
        }
        output.line("\nraised, and not settled");
        output.table(
            ["document", "is a", "raised by", "entry", "about", "to be settled or answered by", "until"],
            open.into_iter().map(|(document, matter)| {
                let parties: Vec<&str> = matter.parties.iter().map(Slug::as_str).collect();
                [
                    document.to_string(),
                    matter.kind.as_str().to_owned(),
                    matter.raised_by.to_string(),
                    matter.index.to_string(),
                    matter.about.as_ref().map_or_else(String::new, ToString::to_string),
                    parties.join(", "),
                    matter.until.map_or_else(String::new, |until| until.to_string()),
                ]
            }),
        );
    }

    /// The penalties that are asked about, and what each has come to by a day.
    fn penalties_by<'s>(&self, state: &'s State, as_of: Time) -> Result<Vec<ComeTo<'s>>, Failure> {
        let wanted = state.compliance().penalties().filter(|(_, penalty)| {
            self.means(state, &penalty.addressee) && self.request.as_ref().is_none_or(|it| penalty.under == *it)
        });
        let come_to = |(document, penalty): (&'s DocumentId, &'s Penalty)| {
            let zone = penalty.daily.as_ref().map_or("UTC", |daily| daily.calendar.as_str());
            let by = calendar::date_at(as_of, zone).map_err(Failure::unjudged)?;
            Ok(ComeTo { document, penalty, by })
        };
        wanted.map(come_to).collect()
    }
}

/// A penalty, and the day up to which it is reckoned.
struct ComeTo<'s> {
    document: &'s DocumentId,
    penalty: &'s Penalty,
    by: Date,
}

fn show_penalties(penalties: Vec<ComeTo<'_>>, output: &Output) {
    let mut rows = Vec::new();
    for ComeTo { document, penalty, by } in penalties {
        let come_to = accrued(penalty, by);
        if output.json {
            output.json(&json!({
                "penalty": document, "addressee": penalty.addressee, "regulator": penalty.regulator,
                "entry": penalty.index, "under": penalty.under, "currency": penalty.currency, "by": by,
                "come_to": come_to, "set_aside": penalty.set_aside,
                "complied_on": penalty.complied.map(|(day, _)| day),
            }));
            continue;
        }
        let stands = match (penalty.set_aside, penalty.complied) {
            (Some(index), _) => format!("set aside by entry {index}"),
            (None, Some((day, index))) => format!("complied on {day} (entry {index})"),
            (None, None) if come_to.running => "each day adds to it".to_owned(),
            (None, None) => String::new(),
        };
        rows.push([
            document.to_string(),
            penalty.addressee.to_string(),
            penalty.index.to_string(),
            penalty.under.to_string(),
            money(&penalty.currency, come_to.fixed),
            format!("{} for {} days", money(&penalty.currency, come_to.daily), come_to.days),
            money(&penalty.currency, come_to.total),
            stands,
        ]);
    }
    if !rows.is_empty() {
        output.line("\npenalties, and what they have come to");
        output.table(["penalty", "of", "entry", "under", "fixed", "daily", "total", ""], rows);
    }
}
