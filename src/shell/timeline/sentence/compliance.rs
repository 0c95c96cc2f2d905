//! Investigations, penalties, appeals and audits.

use super::{Sentence, after, bare, own};
use crate::core::event::{
    AppealDetermined, AppealLodged, AuditEngaged, AuditFindingRecorded, ComplianceRecorded, DecisionGiven,
    DiscrepancyAnswered, DiscrepancyRaised, ImplementationReported, InvestigationClosed, InvestigationOpened,
    OpinionGiven, PenaltyImposed, ProvisionalNoticeGiven,
};
use crate::core::penalty::money;
use crate::shell::timeline::words::{by, count, list, plain, under};

pub(super) fn investigation_opened(event: &InvestigationOpened) -> Sentence<'_> {
    bare(format!(
        "opened an investigation into {} {}: \"{}\"{}",
        list(event.respondents.iter()),
        under(&event.legal_basis),
        event.subject,
        event.concerns.as_ref().map(|concerns| format!(", about {}", list(concerns.iter()))).unwrap_or_default()
    ))
}

pub(super) fn provisional_notice_given(event: &ProvisionalNoticeGiven) -> Sentence<'_> {
    own(
        format!(
            "gave {} provisional notice in {}; representations {}",
            event.addressee,
            event.investigation,
            by(&event.representations_by)
        ),
        &event.proposes,
    )
}

pub(super) fn decision_given(event: &DecisionGiven) -> Sentence<'_> {
    own(format!("decided on {}: {}", event.notice, if event.breach { "a breach" } else { "no breach" }), &event.reasons)
}

pub(super) fn penalty_imposed(event: &PenaltyImposed) -> Sentence<'_> {
    let fixed = event.fixed.map(|fixed| {
        let due = money(&event.currency, fixed.due().unsigned());
        match fixed.less_percent {
            Some(percent) => {
                format!("{due} ({} less {percent} percent)", money(&event.currency, fixed.amount.unsigned()))
            }
            None => due,
        }
    });
    let daily = event.daily.as_ref().map(|daily| {
        let amount = money(&event.currency, daily.amount.unsigned());
        let days = daily.max_days.map(|days| format!(", for at most {}", count(days.unsigned(), "day")));
        format!("{amount} a day from {} on ({}){}", daily.from, daily.calendar, days.unwrap_or_default())
    });
    bare(format!(
        "imposed a penalty on {} under {}: {}",
        event.addressee,
        event.under,
        list(fixed.into_iter().chain(daily))
    ))
}

pub(super) fn compliance_recorded(event: &ComplianceRecorded) -> Sentence<'_> {
    bare(format!("recorded that the breach under {} ended on {}", event.penalty, event.on))
}

pub(super) fn appeal_lodged(event: &AppealLodged) -> Sentence<'_> {
    own(format!("appealed against {}", event.against), &event.grounds)
}

pub(super) fn appeal_determined(event: &AppealDetermined) -> Sentence<'_> {
    own(format!("determined the appeal {}: {}", event.appeal, plain(event.outcome.as_str())), &event.reasons)
}

pub(super) fn investigation_closed(event: &InvestigationClosed) -> Sentence<'_> {
    own(format!("closed the investigation {}", event.investigation), &event.reason)
}

pub(super) fn audit_engaged(event: &AuditEngaged) -> Sentence<'_> {
    own(
        format!(
            "took on an audit of {} for {}, of {}, and declared its independence",
            event.auditee,
            event.period,
            list(event.services.iter())
        ),
        &event.declaration,
    )
}

pub(super) fn audit_finding_recorded(event: &AuditFindingRecorded) -> Sentence<'_> {
    own(
        format!(
            "recorded a finding in the audit {}{}",
            event.audit,
            if event.recommendation.is_some() { ", with a recommendation" } else { "" }
        ),
        &event.note,
    )
}

pub(super) fn discrepancy_raised(event: &DiscrepancyRaised) -> Sentence<'_> {
    own(
        format!("raised a discrepancy about {}{}", event.about, after(", in the audit ", event.audit.as_ref())),
        &event.note,
    )
}

pub(super) fn discrepancy_answered(event: &DiscrepancyAnswered) -> Sentence<'_> {
    own(format!("answered the discrepancy {}", event.discrepancy), &event.answer)
}

pub(super) fn opinion_given(event: &OpinionGiven) -> Sentence<'_> {
    own(format!("gave its opinion in the audit {}: {}", event.audit, plain(event.opinion.as_str())), &event.reasons)
}

pub(super) fn implementation_reported(event: &ImplementationReported) -> Sentence<'_> {
    own(format!("reported what it did about the audit {}", event.audit), &event.note)
}
