//! Responses, disclosures, and what is said of documents.

use super::{Sentence, after, bare, own};
use crate::core::event::{
    Answer, Attachment, CorrectionFiled, CorrectionReason, DisclosureFiled, DocumentPublished, DocumentRetracted,
    ErrorNotified, Extent, FindingAnswered, Observation, Outcome, ProductChangeRecorded, ResearchRecorded,
    ResponseFiled, RiskAssessmentRecorded,
};
use crate::core::text::{Label, excerpt};
use crate::shell::timeline::words::{count, list, plain};

pub(super) fn response_filed(event: &ResponseFiled) -> Sentence<'_> {
    let answers: Vec<String> = event.items.iter().map(answer).collect();
    let what = format!(
        "responded to version {} of {}{}: {}",
        event.version,
        event.request,
        after(", in place of ", event.supersedes.as_ref()),
        answers.join("; ")
    );
    Sentence { what, words: event.note.as_ref() }
}

pub(super) fn disclosure_filed(event: &DisclosureFiled) -> Sentence<'_> {
    bare(format!(
        "disclosed \"{}\" for {}, {}: {}",
        event.subject,
        event.service,
        event.period,
        holding(event.observations.as_deref(), event.attachments.as_deref())
    ))
}

pub(super) fn correction_filed(event: &CorrectionFiled) -> Sentence<'_> {
    own(
        format!(
            "corrected {} ({}, {}): {}",
            event.supersedes,
            reason(event.reason),
            if event.material { "material" } else { "not material" },
            holding(event.observations.as_deref(), event.attachments.as_deref())
        ),
        &event.note,
    )
}

pub(super) fn error_notified(event: &ErrorNotified) -> Sentence<'_> {
    own(
        format!("gave notice of an error in {}{}", event.document, after(", known since ", event.known_on.as_ref())),
        &event.note,
    )
}

pub(super) fn document_published(event: &DocumentPublished) -> Sentence<'_> {
    bare(format!("recorded that {} was published on {}", event.document, event.on))
}

pub(super) fn document_retracted(event: &DocumentRetracted) -> Sentence<'_> {
    own(format!("retracted {}", event.document), &event.reason)
}

pub(super) fn risk_assessment_recorded(event: &RiskAssessmentRecorded) -> Sentence<'_> {
    let risks: Vec<String> = event
        .risks
        .iter()
        .map(|risk| format!("{}: {}", risk_of(&risk.content, risk.age_group.as_ref()), risk.level.as_str()))
        .collect();
    bare(format!(
        "recorded a risk assessment of {}, made on {}{}: {}",
        event.service,
        event.made_on,
        after(", in place of ", event.supersedes.as_ref()),
        risks.join("; ")
    ))
}

pub(super) fn research_recorded(event: &ResearchRecorded) -> Sentence<'_> {
    own(
        format!("recorded research on {}, made on {}: \"{}\"", event.service, event.made_on, event.subject),
        &event.note,
    )
}

pub(super) fn product_change_recorded(event: &ProductChangeRecorded) -> Sentence<'_> {
    own(
        format!(
            "recorded a change to {}, made on {}{}",
            event.service,
            event.made_on,
            event
                .risk
                .as_ref()
                .map(|risk| format!(
                    ", in answer to the risk of {} in {}",
                    risk_of(&risk.content, risk.age_group.as_ref()),
                    risk.assessment
                ))
                .unwrap_or_default()
        ),
        &event.note,
    )
}

pub(super) fn finding_answered(event: &FindingAnswered) -> Sentence<'_> {
    own(
        format!(
            "replied to a finding of {} on {} {}",
            event.code,
            if event.entries.len() == 1 { "entry" } else { "entries" },
            list(event.entries.iter())
        ),
        &event.note,
    )
}

/// What became of an item.
fn answer(answer: &Answer) -> String {
    let item = &answer.item;
    match &answer.outcome {
        Outcome::Answered { extent: Extent::Nil, .. } => format!("{item} with nothing to report"),
        Outcome::Answered { disclosures, extent } => {
            let disclosures = list(disclosures.as_deref().unwrap_or_default());
            format!("{item} answered by {disclosures} ({})", extent.as_str())
        }
        Outcome::Refused { detail, ground, until } => format!(
            "{item} refused, {}{}{}",
            plain(ground.as_str()),
            after(", until ", until.as_ref()),
            detail
                .as_ref()
                .map(|detail| format!(", \"{}\"", excerpt(&detail.as_str().replace('\n', " "))))
                .unwrap_or_default()
        ),
    }
}

/// What a document consists of.
fn holding(observations: Option<&[Observation]>, attachments: Option<&[Attachment]>) -> String {
    let observations = observations.map(|observations| count(observations.len(), "observation"));
    let attachments = attachments.map(|attachments| count(attachments.len(), "attachment"));
    list(observations.into_iter().chain(attachments))
}

fn reason(reason: CorrectionReason) -> &'static str {
    match reason {
        CorrectionReason::Inconsistency => "inconsistency",
        CorrectionReason::Error => "error",
        CorrectionReason::MethodologyChange => "change of methodology",
        CorrectionReason::LateData => "late data",
    }
}

/// The kind of content, and for users of which age.
fn risk_of(content: &Label, age_group: Option<&Label>) -> String {
    format!("\"{content}\"{}", after(" for ", age_group))
}
