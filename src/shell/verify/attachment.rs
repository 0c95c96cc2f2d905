//! Step 7 for one attachment: read once, hashed and, where it holds observations, read as a table on the way.

use crate::core::audit::{Audit, attachment_name};
use crate::core::chain::Link;
use crate::core::event::Attachment;
use crate::core::event::table::{self, TableError};
use crate::core::hash::HashingReader;
use crate::storage::bundle::{Bundle, Trouble};

/// Reads an attachment and tells the audit what it is.
pub(super) fn check(
    bundle: &dyn Bundle,
    audit: &mut Audit<'_>,
    link: &Link,
    named: &Attachment,
) -> Result<(), Trouble> {
    let name = attachment_name(&named.sha256);
    let file = match bundle.open(&name) {
        Ok(Some(file)) => file,
        Ok(None) => {
            audit.attachment(link, named, None);
            return Ok(());
        }
        Err(trouble) => return unreadable(audit, link, named, trouble),
    };
    let mut reader = HashingReader::new(file);
    let table = match (&link.statement, named.holds) {
        (Some(statement), Some(_)) => table::read(&mut reader, |observation| {
            audit.observe(link, statement, &observation);
            Ok(())
        })
        .map(drop),
        _ => Ok(()),
    };
    let table = match table {
        Err(TableError::Io(error)) => {
            return unreadable(audit, link, named, Trouble::reading(&bundle.locate(&name), error));
        }
        Err(TableError::Fault(fault)) => Some(fault),
        Ok(()) => None,
    };
    let (length, hash) = match reader.finish() {
        Ok(read) => read,
        Err(error) => return unreadable(audit, link, named, Trouble::reading(&bundle.locate(&name), error)),
    };
    let sound = audit.attachment(link, named, Some((length, hash)));
    if let Some(fault) = table.filter(|_| sound) {
        audit.fault(fault.at(link.index).in_file(name));
    }
    Ok(())
}

/// What cannot be read because the evidence is bad is at fault, and as if it were not there; anything else stops the
/// audit.
fn unreadable(audit: &mut Audit<'_>, link: &Link, named: &Attachment, trouble: Trouble) -> Result<(), Trouble> {
    let Trouble::Faults(faults) = trouble else { return Err(trouble) };
    faults.into_iter().for_each(|fault| audit.fault(fault.in_file(attachment_name(&named.sha256))));
    audit.attachment(link, named, None);
    Ok(())
}
