//! `candour kinds`: what can be said, and how it is written for `candour file`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::failure::Failure;
use crate::output::Output;

/// List the kinds of events, or show how one is written.
#[derive(Args)]
pub struct Kinds {
    /// One kind, such as `error_notified`: an example of it as TOML, to be changed and filed with `candour file`
    #[arg(value_name = "KIND")]
    kind: Option<String>,
}

macro_rules! examples {
    ($($kind:literal)+) => {
        /// An example of each kind, in the order of FORMAT.md.
        const EXAMPLES: &[(&str, &str)] =
            &[$(($kind, include_str!(concat!("../../fixtures/examples/", $kind, ".toml")))),+];
    };
}

examples! {
    "ledger_opened"
    "actor_enrolled"
    "actor_suspended"
    "actor_reinstated"
    "actor_retired"
    "key_added"
    "key_rotated"
    "key_revoked"
    "checkpoint_rules_set"
    "provider_succeeded"
    "service_registered"
    "service_designated"
    "designation_ended"
    "taxonomy_registered"
    "metric_defined"
    "methodology_changed"
    "request_drafted"
    "representations_made"
    "request_issued"
    "receipt_acknowledged"
    "clarification_requested"
    "clarification_given"
    "extension_requested"
    "request_extended"
    "extension_refused"
    "amendment_requested"
    "amendment_refused"
    "request_amended"
    "request_withdrawn"
    "preservation_required"
    "response_filed"
    "disclosure_filed"
    "correction_filed"
    "error_notified"
    "document_published"
    "document_retracted"
    "risk_assessment_recorded"
    "research_recorded"
    "product_change_recorded"
    "finding_answered"
    "investigation_opened"
    "provisional_notice_given"
    "decision_given"
    "penalty_imposed"
    "compliance_recorded"
    "appeal_lodged"
    "appeal_determined"
    "investigation_closed"
    "audit_engaged"
    "audit_finding_recorded"
    "discrepancy_raised"
    "discrepancy_answered"
    "opinion_given"
    "implementation_reported"
}

impl Kinds {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        if let Some(kind) = &self.kind {
            let example = EXAMPLES.iter().find(|(known, _)| known == kind);
            let unknown = || Failure::unjudged(format!("no kind {kind:?}")).hint("candour kinds lists them");
            output.line(example.ok_or_else(unknown)?.1.trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        if output.json {
            EXAMPLES.iter().for_each(|(kind, example)| output.json(&json!({ "kind": kind, "example": example })));
            return Ok(ExitCode::SUCCESS);
        }
        let rows = EXAMPLES.iter().map(|(kind, example)| [(*kind).to_owned(), who(example)]);
        output.table(["kind", "by whom"], rows);
        Ok(ExitCode::SUCCESS)
    }
}

/// The words in which an example says by whom and when such a thing is said.
fn who(example: &str) -> String {
    let words: Vec<&str> = example.lines().map_while(|line| line.strip_prefix("# ")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use candour::core::event::Event;

    use super::*;

    #[test]
    fn every_kind_has_an_example_of_that_kind() {
        let kinds: Vec<&str> = EXAMPLES.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, Event::KINDS);
        for (kind, example) in EXAMPLES {
            let mut event = toml::from_str(example).unwrap_or_else(|error| panic!("{kind}: {error}"));
            super::super::file::end_deadlines(&mut event).unwrap_or_else(|_| panic!("{kind}"));
            let event: Event = serde_json::from_value(event).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert_eq!(event.kind(), *kind);
            assert!(!who(example).is_empty(), "{kind} says by whom");
        }
    }
}
