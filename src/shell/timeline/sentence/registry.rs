//! Who there is, and what they run.

use super::{Sentence, after, bare, own};
use crate::core::event::{
    ActorEnrolled, ActorMarked, CheckpointRulesSet, DesignationEnded, Frequency, KeyAdded, KeyRevoked, KeyRotated,
    LedgerOpened, MethodologyChanged, MetricDefined, ProviderSucceeded, ServiceDesignated, ServiceRegistered,
    TaxonomyRegistered,
};
use crate::shell::timeline::words::{count, list, plain, under};

pub(super) fn ledger_opened(event: &LedgerOpened) -> Sentence<'_> {
    bare(format!(
        "opened the ledger with {} as {}, of which {} must sign",
        list(event.authorities.iter().map(|party| &party.id)),
        if event.authorities.len() == 1 { "its authority" } else { "its authorities" },
        event.threshold
    ))
}

pub(super) fn actor_enrolled(event: &ActorEnrolled) -> Sentence<'_> {
    bare(format!(
        "enrolled {} ({}), {}{}",
        event.actor,
        event.name,
        plain(event.role.as_str()),
        if event.authority.is_some() { ", as one of the authorities" } else { "" }
    ))
}

pub(super) fn actor_marked<'a>(verb: &str, event: &'a ActorMarked) -> Sentence<'a> {
    own(format!("{verb} {}", event.actor), &event.reason)
}

pub(super) fn key_added(event: &KeyAdded) -> Sentence<'_> {
    bare(format!("added the key {} for {}", event.key, event.actor))
}

pub(super) fn key_rotated(event: &KeyRotated) -> Sentence<'_> {
    bare(format!("replaced the key {} of {} by {}", event.old, event.actor, event.new))
}

pub(super) fn key_revoked(event: &KeyRevoked) -> Sentence<'_> {
    own(format!("revoked the key {} of {}", event.key, event.actor), &event.reason)
}

pub(super) fn checkpoint_rules_set(event: &CheckpointRulesSet) -> Sentence<'_> {
    bare(format!(
        "set the ledger's promise: a checkpoint at the latest {} or {} after an entry",
        count(event.rules.max_entries.unsigned(), "entry"),
        count(event.rules.max_seconds.unsigned(), "second")
    ))
}

pub(super) fn provider_succeeded(event: &ProviderSucceeded) -> Sentence<'_> {
    own(
        format!(
            "recorded that {} took the place of {}, effective {}",
            event.successor, event.predecessor, event.effective
        ),
        &event.reason,
    )
}

pub(super) fn service_registered(event: &ServiceRegistered) -> Sentence<'_> {
    bare(format!(
        "registered the service {}, \"{}\"{}",
        event.service,
        event.name,
        after(", part of ", event.part_of.as_ref())
    ))
}

pub(super) fn service_designated(event: &ServiceDesignated) -> Sentence<'_> {
    let reports = event.reports.map_or_else(String::new, |duty| {
        format!(
            "; reports due: {}, since {}, within {} of the end of each period",
            frequency(duty.frequency),
            duty.since,
            count(duty.within_days.unsigned(), "day")
        )
    });
    bare(format!(
        "designated the service {} as {} {}{reports}",
        event.service,
        plain(event.category.as_str()),
        under(&event.legal_basis)
    ))
}

pub(super) fn designation_ended(event: &DesignationEnded) -> Sentence<'_> {
    own(format!("ended the designation {}", event.designation), &event.reason)
}

pub(super) fn taxonomy_registered(event: &TaxonomyRegistered) -> Sentence<'_> {
    bare(format!(
        "registered version {} of the taxonomy {}: {}",
        event.version,
        event.taxonomy,
        count(event.categories.len(), "category")
    ))
}

pub(super) fn metric_defined(event: &MetricDefined) -> Sentence<'_> {
    own(
        format!("defined the metric \"{}\", of which one is a \"{}\"", event.metric, event.counting_unit),
        &event.meaning,
    )
}

pub(super) fn methodology_changed(event: &MethodologyChanged) -> Sentence<'_> {
    own(
        format!(
            "changed how \"{}\" is counted from {} on{}",
            event.metric,
            event.effective,
            event.services.as_ref().map(|services| format!(", for {}", list(services.iter()))).unwrap_or_default()
        ),
        &event.note,
    )
}

fn frequency(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Annual => "yearly",
        Frequency::HalfYearly => "half-yearly",
        Frequency::Quarterly => "quarterly",
        Frequency::Monthly => "monthly",
    }
}
