//! Dealings between regulators, platforms, auditors and a tribunal: an honest ledger, and statements that the law refuses.

use serde_json::{Value, json};

use super::super::case::Case;
use super::super::dealings::events::{
    appeal, assessment, basis, counted, decision, determined, draft, engaged, finding_answered, implemented,
    investigation, metric, penalty, provisional_notice, represented, research, retracted, succeeded, taxonomy,
};
use super::super::dealings::{DEALINGS, dealings, until};
use super::super::story::{correction, disclosure, enrolled, observation, request};

/// Cases of dealings.
pub fn cases() -> Vec<Case> {
    let honest = Case::new("honest-dealings", "every kind of event there is", &dealings().files(), "");
    let mut cases = vec![honest.sizes(DEALINGS, DEALINGS)];
    cases.extend(measures());
    cases.extend(days());
    cases.extend(matters());
    cases.extend(compliance());
    cases.extend(succession());
    cases.extend(shapes());
    cases
}

/// These are said after that checkpoint, and the last of them is at fault.
fn said<const N: usize>(
    from: u64,
    name: &'static str,
    says: &'static str,
    fault: &str,
    events: [(&'static str, Value); N],
) -> Case {
    Case::after(until(from), name, says, fault, |ledger| ledger.tell(events))
}

fn measures() -> Vec<Case> {
    let acme = |document| ("acme", document);
    let mut elsewhere = assessment("acme/risks-2", "shorts");
    elsewhere["supersedes"] = json!("acme/risks-1");
    let share = json!({"ratio_range": {"denominator": 100, "lower": 90, "upper": 101}});
    let mut report = disclosure("acme/report-2");
    report["observations"] = json!([observation("share of reports acted on", Some(share))]);
    vec![
        said(
            13,
            "taxonomy-registered-twice",
            "one version of a taxonomy twice",
            "taxonomy-exists",
            [("charity", taxonomy("charity/taxonomy-2"))],
        ),
        said(
            13,
            "metric-defined-twice",
            "one metric twice",
            "metric-exists",
            [acme(metric("acme/definition-2", "reports received", "number"))],
        ),
        said(
            6,
            "metric-of-shares-that-add-up",
            "ratios cannot be added",
            "metric-invalid",
            [acme(metric("acme/definition-1", "share acted on", "ratio"))],
        ),
        said(6, "share-above-one", "up to 101 of 100", "value-out-of-range", [acme(report)]),
        said(
            6,
            "assessment-of-another-service",
            "it supersedes one of another service",
            "series-mismatch",
            [acme(assessment("acme/risks-1", "video")), acme(elsewhere)],
        ),
        said(
            13,
            "correction-of-the-retracted",
            "a disclosure taken back before",
            "document-retracted",
            [acme(retracted("acme/report-1")), acme(correction("acme/correction-1", "acme/report-1"))],
        ),
        said(6, "finding-in-no-entry", "the entry itself", "entry-unknown", [acme(finding_answered(6))]),
    ]
}

fn days() -> Vec<Case> {
    let asked = |deadline: Value| {
        let mut event = request("charity/letter-1", &["acme"], "2026-01-16");
        event["deadline"] = deadline;
        [("charity", event)]
    };
    let count = |name, says, deadline| said(6, name, says, "deadline-invalid", asked(deadline));
    vec![
        said(
            6,
            "research-of-tomorrow",
            "made in a month to come",
            "date-in-future",
            [("acme", research("2026-02-01"))],
        ),
        count(
            "count-of-working-days-too-long",
            "a day more than the count",
            counted("working", 10, "2026-01-16", json!({})),
        ),
        count(
            "count-over-a-holiday-that-is-none",
            "a holiday on a Saturday, which moves nothing",
            counted("working", 10, "2026-01-15", json!({"holidays": ["2026-01-03"]})),
        ),
        count(
            "count-that-does-not-roll",
            "the end of a rolling count on a Saturday",
            counted("calendar_rolling", 2, "2026-01-03", json!({})),
        ),
        count(
            "count-of-days-with-a-weekend",
            "where every day counts",
            counted("calendar", 15, "2026-01-16", json!({"weekend": ["friday"]})),
        ),
    ]
}

fn matters() -> Vec<Case> {
    let issued = |name: &str| {
        let mut event = request(name, &["acme", "bolt"], "2026-01-16");
        event["draft"] = json!("regulator/draft-1");
        ("regulator", event)
    };
    vec![
        said(
            6,
            "draft-issued-twice",
            "two requests of one draft",
            "matter-settled",
            [("regulator", draft("regulator/draft-1")), issued("regulator/notice-1"), issued("regulator/notice-2")],
        ),
        said(
            6,
            "representations-by-a-stranger",
            "on a draft to others",
            "not-a-party",
            [
                ("regulator", draft("regulator/draft-1")),
                ("charity", represented("charity/comment-1", "regulator/draft-1")),
            ],
        ),
        said(
            6,
            "implementation-before-the-opinion",
            "of an audit without an opinion",
            "opinion-missing",
            [("auditor", engaged()), ("acme", implemented("acme"))],
        ),
    ]
}

fn compliance() -> Vec<Case> {
    let noticed = || [("regulator", investigation()), ("regulator", provisional_notice())];
    let heard = |breach| {
        let [opened, notice] = noticed();
        [
            opened,
            notice,
            ("acme", represented("acme/comment-1", "regulator/provisional-1")),
            ("regulator", decision(breach)),
        ]
    };
    let mut asked = request("regulator/notice-1", &["acme"], "2026-01-16");
    (asked["compulsory"], asked["legal_basis"]) = (json!(true), basis());
    let response = json!({"kind": "response_filed", "request": "regulator/notice-1", "response": "acme/answer-1",
        "items": [{"item": "speed", "outcome": {"refused": {"ground": "not_collected"}}}], "version": 1});
    vec![
        Case::after(
            until(6),
            "decision-before-the-answer",
            "the notice leaves time until the 20th",
            "representations-pending",
            |ledger| ledger.tell(noticed()).tell([("regulator", decision(true))]),
        ),
        Case::after(
            until(6),
            "penalty-without-a-breach",
            "under a decision that found none",
            "breach-missing",
            |ledger| ledger.tell(heard(false)).tell([("regulator", penalty("regulator/decision-1"))]),
        ),
        said(
            6,
            "penalty-before-the-deadline",
            "under a request that is not due yet",
            "breach-missing",
            [("regulator", asked.clone()), ("regulator", penalty("regulator/notice-1"))],
        ),
        Case::after(until(6), "penalty-set-aside", "under a decision that was set aside", "matter-settled", |ledger| {
            ledger.tell(heard(true)).tell([
                ("acme", appeal("regulator/decision-1")),
                ("court", determined("allowed")),
                ("regulator", penalty("regulator/decision-1")),
            ])
        }),
        said(
            6,
            "response-to-a-request-set-aside",
            "the addressee's appeal was allowed",
            "request-withdrawn",
            [
                ("regulator", asked),
                ("acme", appeal("regulator/notice-1")),
                ("court", determined("allowed")),
                ("acme", response),
            ],
        ),
    ]
}

fn succession() -> Vec<Case> {
    // The last of them takes 64 places with its predecessor's, and one more.
    let too_many = Case::after(until(6), "succeeded-too-often", "the 65th place", "successor-invalid", |ledger| {
        let providers: Vec<String> = (0..66).map(|number| format!("sold-{number}")).collect();
        for provider in &providers {
            let keys = format!("regulator {provider}");
            ledger.say("regulator", &keys, enrolled(provider, "platform"));
        }
        let pairs = providers[1..].windows(2).map(|pair| succeeded(&pair[0], &pair[1]));
        let pairs = pairs.chain([succeeded("sold-0", "sold-1")]);
        pairs.fold(ledger, |ledger, event| ledger.say("regulator", "regulator", event))
    });
    vec![
        too_many,
        said(
            6,
            "succeeded-by-itself",
            "a provider in its own place",
            "successor-invalid",
            [("regulator", succeeded("acme", "acme"))],
        ),
        said(
            13,
            "retraction-for-the-successor",
            "the predecessor does not speak for the successor",
            "document-not-own",
            [
                ("regulator", succeeded("acme", "bolt")),
                ("bolt", retracted("acme/definition-1")),
                ("bolt", disclosure("bolt/report-1")),
                ("acme", retracted("bolt/report-1")),
            ],
        ),
    ]
}

fn shapes() -> Vec<Case> {
    let mut nothing = penalty("regulator/decision-1");
    for field in ["daily", "fixed"] {
        nothing.as_object_mut().unwrap().remove(field);
    }
    let both = json!({"kind": "request_extended", "addressees": ["acme"], "deadline": counted("calendar", 28, "2026-01-29", json!({})),
        "extension": "acme/time-1", "reason": "Asked for.", "request": "regulator/notice-1"});
    let partial = json!({"kind": "response_filed", "request": "regulator/notice-1", "response": "acme/answer-1",
        "items": [{"item": "speed", "outcome": {"answered": {"extent": "partial"}}}], "version": 1});
    let malformed = |name, says, event| said(6, name, says, "statement-malformed", [event]);
    vec![
        malformed("penalty-of-nothing", "neither fixed nor daily", ("regulator", nothing)),
        malformed("extension-of-some-who-asked", "by addressee and by who asked", ("regulator", both)),
        malformed("partial-answer-of-nothing", "a part, but no disclosure", ("acme", partial)),
    ]
}
