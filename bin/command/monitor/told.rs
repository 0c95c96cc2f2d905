//! What a monitor says, for people.

use candour::shell::monitor::Event;

use crate::output::{BAD, FAINT, GOOD, printable};

/// An event for people.
pub fn told(event: &Event) -> String {
    let bad = |word: &str, says: String| format!("{BAD}{word}{BAD:#}  {}", printable(&says));
    match event {
        Event::Verified { origin, from, size, new, read, findings, quiet, .. } => {
            let since = if *from == 0 { "from the first".to_owned() } else { format!("since entry {from}") };
            let anew = if read > new && *from > 0 { format!(", {read} read") } else { String::new() };
            let quiet = if *quiet { ", quiet" } else { "" };
            let origin = printable(origin);
            format!(
                "{GOOD}verified{GOOD:#}  {origin}: {size} entries, {new} new {since}{anew}, {findings} new findings{quiet}"
            )
        }
        Event::Finding { finding, .. } => {
            let entries: Vec<String> = finding.entries.iter().map(ToString::to_string).collect();
            let (code, severity) = (finding.code.as_str(), finding.severity().as_str());
            let says = printable(&finding.says);
            format!("  {code}  {FAINT}{severity}, entries {}{FAINT:#}  {says}", entries.join(", "))
        }
        Event::Falsified { faults, count } => {
            let lines = faults.iter().map(|fault| format!("\n  {}", printable(&fault.to_string())));
            bad("falsified", format!("{count} faults")) + &lines.collect::<String>()
        }
        Event::Forked { origin, first, second, proof, evidence } => {
            let how = match first.size == second.size {
                _ if *proof => "proven by its own tiles",
                true => "as two signed notes say",
                false => "as seen by the root that it had at this size before, which the notes alone do not show",
            };
            let says = format!(
                "{origin}: it signed two histories, {how}: root {} at size {}, and root {} at size {}; what shows \
                 it is kept in {}",
                first.root,
                first.size,
                second.root,
                second.size,
                evidence.display()
            );
            bad("forked", says)
        }
        Event::Older { origin, verified, size, published } => {
            let known = if *published { "" } else { ", of a size at which no checkpoint of it was known" };
            let says = format!(
                "{origin}: {size} entries{known}: older than the {verified} that were verified. A mirror that lags \
                 shows the same, so it convicts nobody"
            );
            bad("older", says)
        }
        Event::QuorumNotMet { origin, size, fault } => {
            let says = format!("{origin}, size {size}: expected {}, found {}", fault.expected, fault.found);
            bad("quorum not met", says)
        }
        Event::Quiet { origin, last, age } => {
            bad("quiet", format!("{origin}: no entry and no cosignature since {last}, for {} hours", age / 3_600))
        }
        Event::Unreachable { says } => bad("unreachable", says.clone()),
    }
}
