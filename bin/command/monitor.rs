//! `candour monitor`: follows a ledger, and says what is new.

mod told;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use candour::core::finding::{FindingCode, Severity};
use candour::core::text::{DocumentId, Slug};
use candour::core::time::Time;
use candour::shell::findings::Selection;
use candour::shell::monitor::{Event, Monitor as Follower, MonitorError, Polled, Settings, Standing};
use clap::Args;
use serde::Serialize;

use super::findings::{parse_code, parse_severity};
use crate::bundle::{BundleArgument, read_file};
use crate::failure::{Failure, bad_evidence, could_not_judge, something_new};
use crate::filing::now;
use crate::output::{Output, say_error, to_json};
use crate::stop::Stop;

use told::told;

/// Follow a ledger: verify what is new, and report findings, silence and forks.
#[derive(Args)]
pub struct Monitor {
    #[command(flatten)]
    bundle: BundleArgument,
    /// Whom you trust: a C2SP tlog-policy file
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// The folder in which to keep how far the ledger was verified, and evidence; made if it is not there
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Only findings of this code; may be repeated
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    code: Vec<FindingCode>,
    /// Only findings about this platform, or about one whose place it took; may be repeated
    #[arg(long, value_name = "ACTOR")]
    platform: Vec<Slug>,
    /// Only findings about this request; may be repeated
    #[arg(long, value_name = "REQUEST")]
    request: Vec<DocumentId>,
    /// Only findings of at least this severity: note, concern or serious
    #[arg(long, value_name = "SEVERITY", value_parser = parse_severity)]
    at_least: Option<Severity>,
    /// On the first run, leave out the findings that are there already
    #[arg(long)]
    from_now: bool,
    /// After how long without a new entry or cosignature the ledger is quiet, like 7d, 36h or 30m
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = parse_duration)]
    max_age: u64,
    /// A program to run where there is something to report, which gets it as JSON lines on standard input
    #[arg(long, value_name = "PROGRAM")]
    run: Option<PathBuf>,
    /// An argument for that program; may be repeated
    #[arg(long, value_name = "ARGUMENT", requires = "run", allow_hyphen_values = true)]
    with: Vec<String>,
    /// Look again every so many seconds, until interrupted
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=MAX_EVERY))]
    every: Option<u64>,
}

/// Seconds between two looks, at most: a year.
const MAX_EVERY: u64 = 366 * 24 * 60 * 60;

/// What is reported, on a line.
#[derive(Serialize)]
struct Line<'a> {
    /// When, by this machine's clock.
    at: Time,
    /// Where the ledger was looked for.
    ledger: &'a str,
    #[serde(flatten)]
    event: &'a Event,
}

impl Monitor {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let selection = Selection {
            codes: self.code.clone(),
            about: self.platform.clone(),
            requests: self.request.clone(),
            at_least: self.at_least,
        };
        let settings = Settings { selection, max_age: self.max_age, from_now: self.from_now };
        let mut follower = Follower::open(&self.state, &read_file(&self.policy)?, settings)?;
        match follower.held() {
            None => say_error("note", "the first look verifies everything"),
            Some((size, false)) => {
                say_error(
                    "note",
                    &format!("another policy or version: everything is verified anew, against entry {size}"),
                );
            }
            Some(_) => {}
        }
        let Some(every) = self.every else {
            let polled = self.look(&follower, output)?;
            return self.report(&mut follower, polled, output, true);
        };
        let stop = Stop::listen().map_err(Failure::unjudged)?;
        let mut wrong = Vec::new();
        // What cannot be followed at all was a mistake to ask for; what could be for a while may be again.
        let mut first = Some(self.look(&follower, output)?);
        loop {
            let polled = first.take().map_or_else(|| self.look(&follower, output), Ok);
            let reported = polled.and_then(|polled| self.report_once(&mut follower, polled, &mut wrong, output));
            let exit = reported.unwrap_or_else(|failure| {
                // The look is taken again, and reported again whatever it comes to, so nothing is lost.
                wrong.clear();
                failure.report()
            });
            if stop.within(Duration::from_secs(every)) {
                return Ok(exit);
            }
        }
    }

    /// Reports what a look came to; what went wrong once, until something else happens.
    fn report_once(
        &self,
        follower: &mut Follower,
        polled: Polled,
        wrong: &mut Vec<Event>,
        output: &Output,
    ) -> Result<ExitCode, Failure> {
        let bad = polled.standing() >= Standing::Unjudged;
        let again = bad && *wrong == polled.events;
        let events = if bad { polled.events.clone() } else { Vec::new() };
        let exit = self.report(follower, polled, output, !again)?;
        *wrong = events;
        Ok(exit)
    }

    fn look(&self, follower: &Follower, output: &Output) -> Result<Polled, Failure> {
        match self.bundle.try_open() {
            Ok(bundle) => Ok(follower.poll(bundle.as_ref(), now().time(), &mut output.progress())?),
            Err(trouble) => Ok(Polled::unopened(trouble)),
        }
    }

    /// Reports what a look came to, and only then keeps how far the ledger is verified.
    fn report(
        &self,
        follower: &mut Follower,
        polled: Polled,
        output: &Output,
        aloud: bool,
    ) -> Result<ExitCode, Failure> {
        let ledger = self.bundle.path.to_string_lossy();
        let at = now().time();
        let standing = polled.standing();
        if aloud {
            let lines = polled.events.iter().map(|event| to_json(&Line { at, ledger: &ledger, event }));
            let lines = lines.collect::<Result<Vec<_>, _>>().map_err(Failure::unjudged)?;
            let shown = |(event, line): (&Event, &String)| if output.json { line.clone() } else { told(event) };
            let text: String = polled.events.iter().zip(&lines).map(shown).map(|text| text + "\n").collect();
            let mut out = anstream::stdout();
            // What nobody could read was not reported.
            let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            written.map_err(|error| Failure::unjudged(format!("standard output: {error}")))?;
            let reported = polled.events.iter().zip(lines).filter(|(event, _)| event.standing() != Standing::Verified);
            self.hand_over(&reported.map(|(_, line)| line + "\n").collect::<String>())?;
        }
        follower.keep(polled)?;
        Ok(match standing {
            Standing::Verified => ExitCode::SUCCESS,
            Standing::News => something_new(),
            Standing::Unjudged => could_not_judge(),
            Standing::Bad => bad_evidence(),
        })
    }

    /// Runs the program on what is reported. What it prints goes to standard error.
    fn hand_over(&self, lines: &str) -> Result<(), Failure> {
        let Some(program) = self.run.as_ref().filter(|_| !lines.is_empty()) else { return Ok(()) };
        let failed = |why: String| {
            let failure = Failure::unjudged(format!("{}: {why}", program.display()));
            failure.hint("nothing was kept, so it is reported again next time")
        };
        let system = |error: io::Error| failed(error.to_string());
        let mut command = Command::new(program);
        command.args(&self.with).stdin(Stdio::piped()).stdout(io::stderr());
        let mut child = command.spawn().map_err(system)?;
        if let Some(mut input) = child.stdin.take() {
            // A program that stops reading says by its exit code whether it has seen enough.
            let _ = input.write_all(lines.as_bytes());
        }
        let status = child.wait().map_err(system)?;
        if status.success() { Ok(()) } else { Err(failed(status.to_string())) }
    }
}

/// Seconds of a duration: a number, and d, h, m or s.
fn parse_duration(text: &str) -> Result<u64, String> {
    let unit = |unit: char| match unit {
        'd' => Some(24 * 60 * 60),
        'h' => Some(60 * 60),
        'm' => Some(60),
        's' => Some(1),
        _ => None,
    };
    let mut letters = text.chars();
    let seconds = letters.next_back().and_then(unit);
    let number = letters.as_str().parse::<u64>().ok().filter(|_| letters.as_str().bytes().all(|b| b.is_ascii_digit()));
    let duration = number.zip(seconds).and_then(|(number, seconds)| number.checked_mul(seconds));
    duration.ok_or_else(|| "a duration is like 7d, 36h, 30m or 90s".to_owned())
}

impl From<MonitorError> for Failure {
    fn from(error: MonitorError) -> Self {
        let failure = Self::unjudged(&error);
        match &error {
            MonitorError::Progress { .. } => failure.hint(
                "to start over, name another folder with --state; the checkpoint in this one is what only it remembers",
            ),
            MonitorError::OtherLedger { .. } => failure.hint("each ledger that is followed needs a --state of its own"),
            _ => failure,
        }
    }
}
