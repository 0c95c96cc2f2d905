//! How each platform has done over time.

use std::process::ExitCode;

use candour::core::time::Time;
use candour::shell::scorecard::{Score, Scorecards};
use candour::shell::tables::AsOf;
use clap::ValueEnum;
use serde_json::json;

use super::Status;
use super::obligations::span;
use crate::bundle::{Point, relied_on, state};
use crate::failure::Failure;
use crate::output::Output;

/// Stretches of time.
#[derive(Clone, Copy, ValueEnum)]
pub enum Stretch {
    Year,
    HalfYear,
    Quarter,
    Month,
}

impl Stretch {
    fn months(self) -> u8 {
        match self {
            Self::Year => 12,
            Self::HalfYear => 6,
            Self::Quarter => 3,
            Self::Month => 1,
        }
    }
}

/// Shows a scorecard for each platform that is asked about.
pub fn run(status: &Status, now: Time, output: &Output) -> Result<ExitCode, Failure> {
    let bundle = status.ledger.bundle();
    let as_of = match status.as_of {
        None => AsOf::Now(now),
        Some(Point::Time(time)) => AsOf::Past(time),
        Some(Point::Index(_)) => return Err(Failure::unjudged("a scorecard is as of a time, not of an entry")),
    };
    let mut gathered = Scorecards::new(status.by.months(), as_of);
    bundle.verified(output, Some(as_of.time()), &mut gathered)?;
    if let Some(time) = as_of.past() {
        let chain = bundle.replay(candour::shell::replay::Until::Time(time), &mut |_, _| {})?;
        if chain.size() > 0 {
            gathered.settle(state(&chain)?);
            relied_on(&chain)?;
        }
    }
    let lineage = status.platform.clone().map(|platform| bundle.lineage(platform)).transpose()?;
    let scores = gathered.finish().into_iter();
    let scores = scores.filter(|((platform, _), _)| lineage.as_ref().is_none_or(|known| known.contains(platform)));
    if output.json {
        for ((platform, period), score) in scores {
            output.json(&json!({ "platform": platform, "period": period, "score": score }));
        }
        return Ok(ExitCode::SUCCESS);
    }
    output.line(format!("as of {}; by when each answer was due, and each figure filed", as_of.time()));
    let header = [
        "platform",
        "period",
        "asked",
        "answered",
        "in part",
        "nil",
        "refused",
        "withdrawn",
        "overdue",
        "silent",
        "awaited",
        "late",
        "silent restatements",
        "other findings",
        "corrections",
    ];
    output.table(
        header,
        scores.map(|((platform, period), score)| row(&platform.to_string(), &period.to_string(), &score)),
    );
    Ok(ExitCode::SUCCESS)
}

fn row(platform: &str, period: &str, score: &Score) -> [String; 15] {
    let refused = match score.outside_basis {
        0 => score.refused.to_string(),
        outside => format!("{} ({outside} outside the basis)", score.refused),
    };
    let late = match score.late {
        0 => "0".to_owned(),
        late => format!("{late} (up to {})", span(score.longest_late_seconds)),
    };
    [
        platform.to_owned(),
        period.to_owned(),
        score.asked.to_string(),
        score.answered.to_string(),
        score.in_part.to_string(),
        score.nil.to_string(),
        refused,
        score.withdrawn.to_string(),
        score.overdue.to_string(),
        score.silent.to_string(),
        score.awaited.to_string(),
        late,
        score.silent_restatements.to_string(),
        score.other_findings.to_string(),
        score.corrections.to_string(),
    ]
}
