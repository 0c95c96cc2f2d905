//! Requests, and what passes between the two sides.

use super::{Sentence, after, bare, own};
use crate::core::event::{
    AmendmentRefused, AmendmentRequested, ClarificationGiven, ClarificationRequested, ExtensionRefused,
    ExtensionRequested, PreservationRequired, ReceiptAcknowledged, RepresentationsMade, RequestAmended, RequestDrafted,
    RequestExtended, RequestIssued, RequestWithdrawn,
};
use crate::shell::timeline::words::{by, count, items, list, plain, under};

pub(super) fn request_drafted(event: &RequestDrafted) -> Sentence<'_> {
    bare(format!(
        "drafted a request to {} for {} {}: \"{}\"{}",
        list(event.addressees.iter()),
        items(&event.items),
        under(&event.legal_basis),
        event.title,
        event.representations_by.as_ref().map(|until| format!("; representations {}", by(until))).unwrap_or_default()
    ))
}

pub(super) fn representations_made(event: &RepresentationsMade) -> Sentence<'_> {
    own(format!("made representations on {}", event.about), &event.note)
}

pub(super) fn request_issued(event: &RequestIssued) -> Sentence<'_> {
    let draft = after(", as drafted in ", event.draft.as_ref());
    bare(format!(
        "asked {} for {}{}, {}{}: \"{}\"{draft}",
        list(event.addressees.iter()),
        items(&event.items),
        event.legal_basis.as_ref().map(|basis| format!(" {}", under(basis))).unwrap_or_default(),
        if event.compulsory { "compulsory" } else { "voluntary" },
        event.deadline.as_ref().map_or_else(|| ", without a deadline".to_owned(), |until| format!(", {}", by(until))),
        event.title
    ))
}

pub(super) fn receipt_acknowledged(event: &ReceiptAcknowledged) -> Sentence<'_> {
    bare(format!("acknowledged receipt of {}", event.request))
}

pub(super) fn clarification_requested(event: &ClarificationRequested) -> Sentence<'_> {
    own(
        format!(
            "asked {} for a clarification of {}{}{}",
            event.to.as_ref().map_or("its issuer", |to| to.as_str()),
            event.request,
            event.items.as_ref().map(|items| format!(", {}", list(items.iter()))).unwrap_or_default(),
            event.deadline.as_ref().map(|deadline| format!(", {}", by(deadline))).unwrap_or_default()
        ),
        &event.question,
    )
}

pub(super) fn clarification_given(event: &ClarificationGiven) -> Sentence<'_> {
    own(format!("gave the clarification that {} asks for", event.clarification), &event.answer)
}

pub(super) fn extension_requested(event: &ExtensionRequested) -> Sentence<'_> {
    own(format!("asked for more time for {}, until {}", event.request, event.until), &event.reason)
}

pub(super) fn request_extended(event: &RequestExtended) -> Sentence<'_> {
    own(
        format!(
            "gave {} more time for {}: {}",
            event.addressees.as_ref().map_or_else(
                || if event.extension.is_some() { "who asked".to_owned() } else { "all addressees".to_owned() },
                |addressees| list(addressees.iter())
            ),
            event.request,
            by(&event.deadline)
        ),
        &event.reason,
    )
}

pub(super) fn extension_refused(event: &ExtensionRefused) -> Sentence<'_> {
    own(format!("refused the time that {} asks for", event.extension), &event.reason)
}

pub(super) fn amendment_requested(event: &AmendmentRequested) -> Sentence<'_> {
    own(
        format!(
            "asked for {} to be amended, on the ground \"{}\"{}",
            event.request,
            plain(event.ground.as_str()),
            event
                .alternatives
                .as_ref()
                .map(|alternatives| format!(", and proposed {}", count(alternatives.len(), "alternative")))
                .unwrap_or_default()
        ),
        &event.reason,
    )
}

pub(super) fn amendment_refused(event: &AmendmentRefused) -> Sentence<'_> {
    own(format!("refused the amendment that {} asks for", event.amendment), &event.reason)
}

pub(super) fn request_amended(event: &RequestAmended) -> Sentence<'_> {
    own(
        format!(
            "amended {}: version {} asks for {}{}",
            event.request,
            event.version,
            items(&event.items),
            event.deadline.as_ref().map(|deadline| format!(", {}", by(deadline))).unwrap_or_default()
        ),
        &event.reason,
    )
}

pub(super) fn request_withdrawn(event: &RequestWithdrawn) -> Sentence<'_> {
    own(format!("withdrew {}", event.request), &event.reason)
}

pub(super) fn preservation_required(event: &PreservationRequired) -> Sentence<'_> {
    own(
        format!(
            "required {} to preserve data {}{}",
            list(event.addressees.iter()),
            under(&event.legal_basis),
            after(", until ", event.until.as_ref())
        ),
        &event.subject,
    )
}
