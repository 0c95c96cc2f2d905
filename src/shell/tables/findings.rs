//! The table of findings.

use super::columns::columns;
use crate::core::finding::Finding;

columns! { of finding: Finding {
    code: Text, "what kind of thing was noticed (section 8)", finding.code.as_str();
    entry: Integer or missing, "index of the last of the entries that prove it", finding.entries.last().copied();
    entries: Text, "indices of all of them, joined by spaces", joined(&finding.entries);
    says: Text, "what was noticed, in neutral words", finding.says.as_str();
} }

fn joined(entries: &[u64]) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
