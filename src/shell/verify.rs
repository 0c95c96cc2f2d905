//! The auditor's walk over a bundle: reads its files and hands them to the [`Audit`], in bounded memory.

mod ahead;
mod attachment;
mod files;
mod walk;
mod watch;

use crate::core::audit::{Audit, Carried, Report, Verdict};
use crate::core::policy::Policy;
use crate::core::shelf::Scratch;
use crate::core::statement::Rule;
use crate::core::time::Time;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::frozen::Frozen;
use crate::storage::layout::TAIL;
use crate::storage::scratch_files::ScratchFiles;

use ahead::Manner;
use walk::{Carry, Current, Walk};

pub use watch::{Place, Seen, Watch};

/// Called after each entry with how many were checked, and how many there should be, where that is known: in order, on
/// whatever thread.
pub type OnEntry<'a> = dyn FnMut(u64, Option<u64>) + Send + 'a;

/// What an audit is asked beyond the bundle and the policy.
pub struct Options<'a> {
    /// Checkpoints or receipts that the reader kept.
    pub pins: Vec<Vec<u8>>,
    /// How strict to be with signatures.
    pub rule: Rule,
    /// Told how far it is.
    pub progress: &'a mut OnEntry<'a>,
    /// As of when things are noticed; the time of the last entry if left out.
    pub as_of: Option<Time>,
    /// Who watches the entries and observations go by; `&mut ()` is nobody.
    pub watch: &'a mut dyn Watch,
}

/// Where an audit begins, for somebody who comes again: see [`verify_since`].
#[derive(Debug, Default)]
pub struct Since {
    /// What the last audit left, by the same rule for signatures; the default is a ledger of which nothing is known.
    pub carried: Carried,
    /// The auditor's clock: what is owed and what is missing is noticed as of then, or of the last entry, should that be
    /// later. Not where [`Options::as_of`] says otherwise.
    pub clock: Option<Time>,
}

/// What an audit of somebody who comes again comes to.
#[derive(Debug)]
pub struct Continued {
    /// The report on the ledger as a whole. Who vouched for its first entries is not said again.
    pub report: Report,
    /// From how many entries on the rest were read. 0 although more was carried: a checkpoint, a pin or a partial tile of
    /// fewer entries turned up that could not be judged without those, so that all were read.
    pub from: u64,
    /// What to go on with, as of the latest checkpoint, if the ledger is verified.
    pub carried: Option<Carried>,
}

/// Verifies a whole ledger. What it remembers of many entries goes to the system's folder for temporary files, of which it
/// takes some 110 bytes for each disclosure with one figure, and as much again while it sorts them.
///
/// # Errors
/// [`Trouble::Io`] where a file could not be read, or what was remembered could not be kept, so that nothing can be
/// judged. Everything that is wrong with the evidence is in the report.
pub fn verify(bundle: &dyn Bundle, policy: &Policy, options: Options<'_>) -> Result<Report, Trouble> {
    verify_with(bundle, policy, options, &ScratchFiles::scratch())
}

/// As [`verify`], with a scratch of the caller's.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(
    bundle: &dyn Bundle,
    policy: &Policy,
    options: Options<'_>,
    scratch: &Scratch,
) -> Result<Report, Trouble> {
    Ok(walk(bundle, policy, options, None, scratch, Manner::fast())?.report)
}

/// Verifies what a ledger has gained since an earlier audit: the entries from there on, with their attachments, and the
/// checkpoints and tiles that were not there. What was read before is not read again but for the latest checkpoint and
/// what is left of one entry bundle, so that it costs what is new; and partial tiles and entry bundles of earlier entries
/// beside the full ones, of which nobody knows whether they were there. Verdict, faults and findings are those of a whole audit
/// of the same bytes, if the bytes that were read before are still the same; the tree of all of them is, or it is a fault.
///
/// # Errors
/// As [`verify`].
pub fn verify_since(
    bundle: &dyn Bundle,
    policy: &Policy,
    options: Options<'_>,
    since: Since,
) -> Result<Continued, Trouble> {
    walk(bundle, policy, options, Some(since), &ScratchFiles::scratch(), Manner::fast())
}

fn walk(
    bundle: &dyn Bundle,
    policy: &Policy,
    options: Options<'_>,
    since: Option<Since>,
    scratch: &Scratch,
    manner: Manner,
) -> Result<Continued, Trouble> {
    let frozen = match Frozen::of(bundle) {
        Ok(frozen) => frozen,
        Err(Trouble::Faults(faults)) => {
            return Ok(Continued { report: Report::unreadable(faults), from: 0, carried: None });
        }
        Err(trouble) => return Err(trouble),
    };
    let layout = frozen.layout().clone();
    let carry = if since.is_some() { Carry::Awaited } else { Carry::Unwanted };
    let Since { carried, clock } = since.unwrap_or_default();
    let judges = layout.checkpoints.iter().all(|size| carried.judges(*size))
        && options.pins.iter().all(|pin| carried.judges_pin(pin))
        && files::partials_repeat(&frozen, &layout, carried.chain().size())?;
    let carried = if judges { carried } else { Carried::default() };
    let from = carried.chain().size();
    let known = carried.chain().tree().partial_leaves().iter().copied().collect();
    let audit = Audit::resume(policy, options.rule, carried).as_of(options.as_of).with_scratch(scratch);
    let Manner { threads, together } = manner;
    let preparer = if together { audit.preparer() } else { audit.preparer().one_by_one() };
    let current = Current::default();
    let Options { pins, progress, watch, .. } = options;
    let mut walk = Walk {
        bundle: &frozen,
        layout,
        audit,
        preparer,
        threads,
        spare: Default::default(),
        current,
        widest: None,
        progress,
        promised: None,
        watch,
        from,
        known,
        carried: carry,
    };
    if !frozen.lists_checkpoints() {
        walk.audit.lacks_checkpoints();
    }
    walk.checkpoints()?;
    pins.iter().for_each(|pin| walk.audit.pin(pin));
    walk.carry();
    let rest = walk.entries()?;
    walk.rest_of_tiles()?;
    walk.unexpected_files();
    walk.watch.ending(walk.audit.chain());
    let Walk { audit, watch, .. } = &mut walk;
    audit.end(clock, &mut |finding| watch.finding(finding));
    walk.watch.end(walk.audit.chain());
    walk.scratch_held()?;
    let unknown = std::mem::take(&mut walk.layout.unknown);
    let carried = if let Carry::There(carried) = walk.carried { Some(*carried) } else { None };
    let mut report = walk.audit.finish();
    if rest > 0 {
        report.not_checked.push(format!("{TAIL}: {rest} bytes at its end that form no whole entry"));
    }
    report.not_checked.extend(frozen.unseen());
    report.not_checked.extend(unknown.into_iter().map(|name| format!("{name}: no part of this ledger")));
    let carried = carried.filter(|_| report.verdict == Verdict::Verified);
    Ok(Continued { report, from, carried })
}

#[cfg(test)]
mod pipeline_tests;
#[cfg(test)]
mod scratch_tests;
#[cfg(test)]
pub(super) mod tests;
