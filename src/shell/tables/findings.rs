//! The table of findings.

use super::columns::columns;
use crate::core::finding::Figure;
use crate::core::text::Slug;
use crate::core::time::Period;
use crate::shell::findings::Noted;

columns! { of noted: Noted {
    id: Text, "what tells it from every other finding (section 8)", noted.finding.id().to_string();
    code: Text, "what kind of thing was noticed (section 8)", noted.finding.code.as_str();
    severity: Text, "`note`, `concern` or `serious`", noted.finding.severity().as_str();
    actor: Text or missing, "whom it is about", noted.finding.actor.as_ref();
    entry: Integer or missing, "index of the last of the entries that prove it", noted.finding.entries.last().copied();
    entries: Text, "indices of all of them, joined by spaces", joined(&noted.finding.entries);
    service: Text or missing, "of a figure: as in the table of observations; or that of reports",
        figure(noted).map(|figure| &figure.service).or(report(noted).map(|(service, _)| service));
    metric: Text or missing, "likewise", figure(noted).map(|figure| &figure.metric);
    jurisdiction: Text or missing, "likewise", figure(noted).and_then(|figure| figure.jurisdiction.as_ref());
    age_band: Text or missing, "likewise", figure(noted).and_then(|figure| figure.age_band.as_ref());
    harm_taxonomy: Text or missing, "likewise", figure(noted).and_then(|figure| figure.taxonomy.as_ref());
    harm_version: Text or missing, "likewise", figure(noted).and_then(|figure| figure.version.as_ref());
    harm_category: Text or missing, "likewise", figure(noted).and_then(|figure| figure.category.as_ref());
    detection: Text or missing, "likewise", figure(noted).and_then(|figure| figure.detection.as_ref());
    outcome: Text or missing, "likewise", figure(noted).and_then(|figure| figure.outcome.as_ref());
    period: Text or missing, "likewise; or that of reports",
        figure(noted).map(|figure| figure.period).or(report(noted).map(|(_, period)| *period)).map(|period| period.to_string());
    by: Text or missing, "of a whole and its parts: by what it is divided",
        figure(noted).and_then(|figure| figure.by.as_deref());
    before: Text or missing, "what was said before, or what was expected", figure(noted).and_then(|figure| figure.before.as_deref());
    now: Text or missing, "what was said", figure(noted).map(|figure| figure.now.as_str());
    request: Text or missing, "the request it is about", noted.finding.item.as_deref().map(|(request, _)| request);
    item: Text or missing, "the item of that request", noted.finding.item.as_deref().map(|(_, item)| item);
    says: Text, "what was noticed, in neutral words", noted.finding.says.as_str();
    reply: Text or missing, "the last reply to it by whom it is about", noted.replies.last().map(|reply| reply.note.as_str());
    reply_entry: Integer or missing, "index of the entry of that reply", noted.replies.last().map(|reply| reply.index);
} }

fn figure(noted: &Noted) -> Option<&Figure> {
    noted.finding.figure.as_deref()
}

fn report(noted: &Noted) -> Option<&(Slug, Period)> {
    noted.finding.report.as_deref()
}

fn joined(entries: &[u64]) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
