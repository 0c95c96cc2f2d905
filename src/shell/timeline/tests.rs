mod everything;
mod pages;
mod restated;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

use super::*;
use crate::core::fault::Code;
use crate::core::policy::Policy;
use crate::core::state::tests::say::key;
use crate::core::statement::Rule;
use crate::shell::replay::{Until, replay};
use crate::shell::verify::{OnEntry, Options, verify};
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::memory_bundle::MemoryBundle;

use everything::{ORIGIN, bundle, event, lines};

/// The end of every story here, unless it is told as of an earlier time.
const END: &str = "2026-04-01T00:00:00Z";

/// A bundle as its own ledger's folder, which awaits its first checkpoint.
struct Own<'a>(&'a MemoryBundle);

impl Bundle for Own<'_> {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        self.0.names()
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        self.0.open(name)
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.0.locate(name)
    }

    fn is_live(&self) -> bool {
        true
    }
}

/// As the command tells it.
fn told(bundle: &MemoryBundle, subject: Subject, as_of: AsOf) -> Result<Story, TimelineError> {
    let policy = Policy::parse(b"quorum none\n").unwrap();
    let mut timeline = Timeline::new(subject, as_of).with_figures();
    for _ in 0..3 {
        let as_of = Some(timeline.as_of());
        let watch: &mut dyn Watch = &mut timeline;
        let progress: &mut OnEntry<'_> = &mut |_, _| {};
        let report =
            verify(bundle, &policy, Options { pins: Vec::new(), rule: Rule::Cofactored, progress, as_of, watch })
                .unwrap();
        assert!(report.faults.iter().all(|fault| fault.code == Code::CheckpointMissing), "{:?}", report.faults);
        if timeline.awaits_chain() {
            timeline.end_at(&replay(&Own(bundle), Until::Time(timeline.as_of()), &mut |_, _| {}).unwrap());
        }
        match timeline.wider() {
            Some(wider) => timeline = wider,
            None => return timeline.tell(&report),
        }
    }
    panic!("the story is never whole");
}

fn time(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn story(subject: Subject) -> Story {
    told(&bundle(&lines()), subject, AsOf::Now(time(END))).unwrap()
}

fn platform(actor: &str) -> Subject {
    Subject::Platform(actor.parse().unwrap())
}

fn request(name: &str) -> Subject {
    Subject::Request(name.parse().unwrap())
}

/// The rows, each as its entry or its day, and its kind.
fn outline(story: &Story) -> Vec<String> {
    let place = |row: &Row| row.entry.map_or_else(|| row.at.to_string()[..10].to_owned(), |entry| entry.to_string());
    story.rows.iter().map(|row| format!("{} {}", place(row), row.kind)).collect()
}

#[test]
fn every_kind_has_its_sentence() {
    let mut told = BTreeSet::new();
    for line in lines() {
        let event = event(&line);
        let named = ["alpha-2", "alpha-3"];
        let expected = named.iter().fold(line.sentence.to_owned(), |sentence, name| {
            sentence.replace(&format!("{{{name}}}"), &key(name).to_string())
        });
        let sentence = sentence::sentence(&event);
        assert_eq!(sentence.what, expected, "{}", event.kind());
        assert!(!sentence.what.contains('\n'), "{}", event.kind());
        told.insert(event.kind());
    }
    assert_eq!(told, Event::KINDS.iter().copied().collect());
}

#[test]
fn the_story_of_a_platform() {
    let story = story(platform("alpha"));
    let entries: Vec<u64> = story.rows.iter().filter_map(|row| row.entry).collect();
    let of_others = [0, 2, 3, 4, 5, 6];
    let expected: Vec<u64> = (0..lines().len() as u64).filter(|entry| !of_others.contains(entry)).collect();
    assert_eq!(entries, expected);
    let derived: Vec<String> = outline(&story).into_iter().filter(|row| row.contains('-')).collect();
    assert_eq!(
        derived,
        [
            "2026-01-07 deadline_passed",
            "2026-01-22 deadline_passed",
            "2026-01-23 answered-late",
            "2026-01-23 answered-late",
            "2026-01-23 ground-outside-basis",
            "2026-01-26 silent-restatement",
            "2026-02-10 deadline_passed",
            "2026-02-12 penalty_runs",
            "2026-02-19 penalty_stops",
        ]
    );
    assert_eq!(story.title.as_ref().map(Label::as_str), Some("The alpha"));
    assert_eq!((story.tally.late, story.tally.refused, story.tally.withdrawn, story.tally.items()), (1, 1, 1, 3));
}

#[test]
fn a_successor_has_the_story_of_its_predecessor() {
    let (alpha, beta) = (story(platform("alpha")), story(platform("beta")));
    let entries = |story: &Story| story.rows.iter().filter_map(|row| row.entry).collect::<BTreeSet<u64>>();
    let more: Vec<u64> = entries(&beta).difference(&entries(&alpha)).copied().collect();
    // Its own enrolment.
    assert_eq!(more, [2]);
    assert!(entries(&alpha).is_subset(&entries(&beta)));
    assert_eq!(beta.tally.items(), 5, "its own two, and those of its predecessor");
}

#[test]
fn the_story_of_a_request() {
    let story = story(request("ofcom/notice"));
    assert_eq!(
        outline(&story),
        [
            "12 request_drafted",
            "13 representations_made",
            "2026-01-07 deadline_passed",
            "14 request_issued",
            "15 receipt_acknowledged",
            "16 clarification_requested",
            "17 clarification_given",
            "18 extension_requested",
            "19 extension_refused",
            "20 request_extended",
            "21 amendment_requested",
            "22 amendment_refused",
            "23 request_amended",
            "27 disclosure_filed",
            "2026-01-20 deadline_passed",
            "2026-01-22 deadline_passed",
            "28 response_filed",
            "2026-01-23 answered-late",
            "2026-01-23 answered-late",
            "2026-01-23 ground-outside-basis",
            "29 error_notified",
            "30 correction_filed",
            "33 document_published",
            "38 investigation_opened",
            "39 provisional_notice_given",
            "2026-02-10 deadline_passed",
            "40 decision_given",
            "41 penalty_imposed",
            "2026-02-12 penalty_runs",
            "2026-02-19 penalty_stops",
            "42 compliance_recorded",
            "43 appeal_lodged",
            "44 appeal_determined",
            "45 investigation_closed",
            "48 discrepancy_raised",
            "49 discrepancy_answered",
            "58 provider_succeeded",
            "2026-04-01 no_response",
        ]
    );
}

#[test]
fn the_story_of_an_investigation() {
    let story = story(Subject::Investigation("ofcom/inquiry".parse().unwrap()));
    let entries: Vec<u64> = story.rows.iter().filter_map(|row| row.entry).collect();
    assert_eq!(entries, (38..=45).collect::<Vec<u64>>());
    assert_eq!(story.rows.len(), 8 + 3, "the time for representations, and the first and last day of the penalty");
}

#[test]
fn a_story_ends_where_it_is_told_to() {
    let at = |text| told(&bundle(&lines()), platform("alpha"), AsOf::Past(time(text))).unwrap();
    let silent = at("2026-01-22T23:59:59Z");
    assert_eq!(outline(&silent).last().unwrap(), "2026-01-22 no_response");
    assert_eq!((silent.tally.silent, silent.tally.late, silent.size), (2, 0, 28));
    let codes: Vec<&str> = silent.findings.iter().map(|noted| noted.finding.code.as_str()).collect();
    assert_eq!(codes, ["no-response-by-deadline", "no-response-by-deadline"]);
    let before = at("2026-01-22T23:59:58Z");
    assert_eq!((before.tally.silent, before.findings.len()), (0, 0), "a second before the deadline");
    let running = at("2026-02-14T12:00:00Z");
    let last = running.rows.last().unwrap();
    assert_eq!(
        (last.kind, last.what.as_str()),
        ("penalty_accrued", "ofcom/penalty: so far 3 days at GBP 100.00 come to GBP 300.00",)
    );
    let stopped = at("2026-02-19T00:00:00Z");
    let days: Vec<&str> =
        stopped.rows.iter().filter(|row| row.kind.starts_with("penalty_")).map(|row| row.what.as_str()).collect();
    assert_eq!(
        days[2], "ofcom/penalty: so far 8 days at GBP 100.00 come to GBP 800.00",
        "nobody said yet that it ended"
    );
}

#[test]
fn a_reply_stands_beside_its_finding() {
    let story = story(platform("alpha"));
    let restated = story.rows.iter().find(|row| row.kind == "silent-restatement").unwrap();
    assert_eq!(restated.refers_to, [30, 31]);
    let replies: Vec<(u64, &str)> = restated.replies.iter().map(|reply| (reply.index, reply.note.as_str())).collect();
    assert_eq!(replies, [(32, "Rounded down.")]);
}

#[test]
fn there_is_no_story_of_nobody() {
    let bundle = bundle(&lines());
    let nobody = [platform("gamma"), request("ofcom/nothing"), Subject::Investigation("ofcom/notice".parse().unwrap())];
    for subject in nobody {
        let error = told(&bundle, subject.clone(), AsOf::Now(time(END))).unwrap_err();
        assert_eq!((error.code(), error), ("subject-unknown", TimelineError::Unknown(subject)));
    }
    let before = told(&bundle, platform("alpha"), AsOf::Past(time("2020-01-01T00:00:00Z")));
    assert_eq!(before.unwrap_err(), TimelineError::Unknown(platform("alpha")));
}

#[test]
fn rows_refer_to_the_entries_that_they_rest_on() {
    let story = story(platform("alpha"));
    let refers = |entry: u64| story.rows.iter().find(|row| row.entry == Some(entry)).unwrap().refers_to.clone();
    let table = [
        (14, vec![12], "a request to its draft"),
        (28, vec![14, 27], "a response to the request and to what answers it"),
        (32, vec![30, 31], "a reply to the entries of the finding"),
        (38, vec![14], "an investigation to what it is about"),
        (48, vec![27, 46], "a discrepancy to the document and to the audit"),
    ];
    table.into_iter().for_each(|(entry, expected, why)| assert_eq!(refers(entry), expected, "{why}"));
}
