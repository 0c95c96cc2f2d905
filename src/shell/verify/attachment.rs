//! Step 7 for one attachment: read once for each entry that names it, hashed and, where it holds observations, read as a
//! table on the way.

use super::watch::{Place, Seen, Watch};
use crate::core::audit::{Audit, attachment_name};
use crate::core::chain::Link;
use crate::core::entry::Entry;
use crate::core::event::Attachment;
use crate::core::statement::Statement;
use crate::shell::attachment;
use crate::storage::bundle::{Bundle, Trouble};

/// A lawful entry that names attachments.
pub(super) struct Naming<'a> {
    pub link: &'a Link,
    pub entry: &'a Entry,
    pub statement: &'a Statement,
}

impl Naming<'_> {
    /// As a watcher sees it.
    pub fn seen<'s>(&'s self, audit: &'s Audit<'_>) -> Seen<'s> {
        Seen { link: self.link, entry: self.entry, statement: self.statement, chain: audit.chain() }
    }
}

/// Reads an attachment, tells the audit what it is, and hands its observations over.
pub(super) fn check(
    bundle: &dyn Bundle,
    audit: &mut Audit<'_>,
    watch: &mut dyn Watch,
    by: &Naming<'_>,
    named: &Attachment,
) -> Result<(), Trouble> {
    let name = attachment_name(&named.sha256);
    // What is longer than that is another file, however it goes on.
    let file = match bundle.open_up_to(&name, named.length.unsigned().saturating_add(1)) {
        Ok(Some(file)) => file,
        Ok(None) => {
            audit.attachment(by.link, named, None, None);
            return Ok(());
        }
        Err(trouble) => return unreadable(audit, by.link, named, trouble),
    };
    let found = attachment::read(file, named.holds.is_some(), |line, observation| {
        audit.observe(observation);
        audit.findings().into_iter().for_each(|finding| watch.finding(finding));
        let place = Place::Attached { sha256: named.sha256, line };
        watch.observation(&by.seen(audit), place, observation);
    });
    match found {
        Ok(found) => audit.attachment(by.link, named, Some((found.length, found.sha256)), found.table),
        Err(error) => return unreadable(audit, by.link, named, Trouble::reading(&bundle.locate(&name), error)),
    }
    Ok(())
}

/// What cannot be read because the evidence is bad is at fault, and as if it were not there; anything else stops the
/// audit.
fn unreadable(audit: &mut Audit<'_>, link: &Link, named: &Attachment, trouble: Trouble) -> Result<(), Trouble> {
    let Trouble::Faults(faults) = trouble else { return Err(trouble) };
    faults.into_iter().for_each(|fault| audit.fault(fault.in_file(attachment_name(&named.sha256))));
    audit.attachment(link, named, None, None);
    Ok(())
}
