//! What the entries lead to: hash tiles, which are made again, and checkpoints, which are held against them.

use std::collections::BTreeSet;

use crate::core::audit::{CHECKPOINT, CHECKPOINTS};
use crate::core::chain::{Chain, Preparer};
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::fault::{Code, Fault};
use crate::core::note::VerifierKey;
use crate::core::policy::Policy;
use crate::core::statement::Rule;
use crate::core::tile::Tile;
use crate::shell::derived::Derived;
use crate::shell::replay::{Entries, check_signed};
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::layout::{Layout, TAIL};
use crate::storage::scratch_files::ScratchFiles;

use super::draft::{Done, Draft, View};
use super::of_copy;

/// By what the checkpoints are judged.
pub(super) struct Terms<'a> {
    /// The witnesses whose cosignatures are told apart, if they are known.
    pub(super) policy: Option<&'a Policy>,
    /// Up to which size checkpoints were published, if that is noted.
    pub(super) published: Option<u64>,
    /// Whether a checkpoint that nothing brings back is given up.
    pub(super) drop: bool,
}

/// A checkpoint that can be read, from that file.
fn checkpoint(bundle: &dyn Bundle, name: &str) -> Result<Option<SignedCheckpoint>, Trouble> {
    Ok(of_copy(bundle, name)?.and_then(|bytes| SignedCheckpoint::parse(&bytes).ok()))
}

/// Who is said to have cosigned the latest checkpoint of the ledger as it would be.
pub(super) fn cosigners(draft: &Draft) -> Result<Vec<String>, Trouble> {
    Ok(checkpoint(&draft.view()?, CHECKPOINT)?.map(|latest| latest.cosigners()).unwrap_or_default())
}

/// Replays the entries, makes what follows from them again where that is damaged, and mends the checkpoints; gives back what no
/// audit says of one that cannot be mended. The faults of the first entry that has any, if one has, or of the promises that
/// the entries do not keep.
pub(super) fn derive(
    draft: &mut Draft,
    copy: Option<&dyn Bundle>,
    terms: &Terms<'_>,
) -> Result<Result<Option<Fault>, Vec<Fault>>, Trouble> {
    let view = draft.view()?;
    let layout = Layout::of(view.names()?);
    let copied = copy.map_or(Ok(Layout::default()), |copy| copy.names().map(Layout::of))?;
    let latest = latest_of(&view)?;
    let theirs = copy.map_or(Ok(None), latest_of)?;
    let sizes: BTreeSet<u64> =
        layout.checkpoints.iter().chain(&copied.checkpoints).copied().chain(latest).chain(theirs).collect();
    let mut chain = Chain::new().with_scratch(&ScratchFiles::scratch());
    sizes.iter().for_each(|size| chain.checkpoint_published(*size));
    let (mut preparer, mut faults) = (Preparer::new(Rule::Cofactored), Vec::new());
    let mut derived = Derived::of(&view, &layout);
    let mut put = |tile: &Tile, bytes: Option<&[u8]>| match bytes {
        Some(bytes) => draft.put(&tile.path(), bytes, Done::MadeAgain),
        None => {
            draft.take_away(&tile.path());
            Ok(())
        }
    };
    Entries::of(&view)?.read(0, &mut |bytes| {
        let _placed = chain.place(preparer.entry(bytes), &mut faults);
        derived.entry(bytes, &mut put)?;
        Ok(faults.is_empty())
    })?;
    Trouble::of_scratch(chain.scratch())?;
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let own = &layout.checkpoints;
    let checkpoints = Checkpoints { view: &view, copy, chain: &chain, terms, own, sizes, latest, theirs };
    let broken = checkpoints.broken()?;
    if !broken.is_empty() {
        return Ok(Err(broken));
    }
    let mended = checkpoints.mend()?;
    derived.end(mended.size, &mut put)?;
    for (name, bytes, done) in mended.files {
        draft.put(&name, &bytes, done)?;
    }
    mended.gone.iter().for_each(|name| draft.take_away(name));
    Ok(Ok(mended.left))
}

/// The size of the latest checkpoint of a bundle, if it can be read.
fn latest_of(bundle: &dyn Bundle) -> Result<Option<u64>, Trouble> {
    Ok(checkpoint(bundle, CHECKPOINT)?.map(|latest| latest.checkpoint().size))
}

/// The checkpoints of a ledger whose entries are whole.
struct Checkpoints<'a> {
    view: &'a View,
    copy: Option<&'a dyn Bundle>,
    chain: &'a Chain,
    terms: &'a Terms<'a>,
    /// The sizes of which the ledger has a file.
    own: &'a BTreeSet<u64>,
    /// The sizes of which the ledger or the copy has any.
    sizes: BTreeSet<u64>,
    /// The size of the latest one, and of the copy's, by themselves.
    latest: Option<u64>,
    theirs: Option<u64>,
}

/// What becomes of the checkpoints.
#[derive(Default)]
struct Mended {
    /// The size of the latest one.
    size: u64,
    files: Vec<(String, Vec<u8>, Done)>,
    gone: Vec<String>,
    left: Option<Fault>,
}

/// A checkpoint that is the operator's, and of these entries.
#[derive(Clone)]
struct Sound {
    bytes: Vec<u8>,
    /// Its signature lines, and how many of its cosignatures verify by the policy, and whether none fails to.
    lines: BTreeSet<String>,
    worth: (usize, bool),
}

/// The soundest checkpoint of a size.
struct Best {
    sound: Sound,
    /// Where it is from, if not in its place.
    done: Option<Done>,
    /// Whether the latest one is another, and nothing says which of the two is whole.
    disputed: bool,
}

impl Checkpoints<'_> {
    /// What is promised under the operator's signature, here or in the copy, and is not kept.
    fn broken(&self) -> Result<Vec<Fault>, Trouble> {
        let size = self.chain.size();
        let beyond = |promised: u64, by: &str| {
            let expected = format!("the {promised} entries that {by} promises");
            Fault::new(Code::CheckpointBeyondEntries, expected, format!("{size} intact"))
        };
        let mut faults = Vec::new();
        if let Some(published) = self.terms.published.filter(|published| *published > size) {
            faults.push(beyond(published, "a checkpoint").in_file(TAIL));
        }
        let names = self.sizes.iter().map(|size| format!("{CHECKPOINTS}{size}")).chain([CHECKPOINT.to_owned()]);
        for name in names {
            let own = self.operators(self.view, &name)?.filter(|own| own.checkpoint().size > size);
            faults.extend(own.map(|own| beyond(own.checkpoint().size, "a checkpoint").in_file(TAIL)));
            let Some(copy) = self.copy else { continue };
            let Some(theirs) = self.operators(copy, &name)? else { continue };
            let (says, file) = (theirs.checkpoint(), copy.locate(&name).display().to_string());
            let root = self.chain.mark_at(says.size).map(|mark| mark.root).filter(|root| *root != says.root);
            if says.size > size {
                faults.push(beyond(says.size, "a checkpoint of the copy").in_file(file));
            } else if let Some(root) = root {
                let expected = format!("root {root} at size {}, as of the ledger", says.size);
                let fault = Fault::new(Code::CheckpointRootMismatch, expected, format!("root {}", says.root));
                faults.push(fault.in_file(file));
            }
        }
        faults.sort();
        faults.dedup();
        Ok(faults)
    }

    /// A checkpoint of this ledger's name that one of its operator's keys signed, whatever it is of.
    fn operators(&self, bundle: &dyn Bundle, name: &str) -> Result<Option<SignedCheckpoint>, Trouble> {
        let (Some(signed), Some(state)) = (checkpoint(bundle, name)?, self.chain.state()) else { return Ok(None) };
        let origin = state.origin().as_str();
        let signs = |key| VerifierKey::ed25519(origin, key).and_then(|key| signed.signed_by(&key)).unwrap_or(false);
        let by_operator = state.registry().operator_keys().iter().copied().any(signs);
        Ok((by_operator && signed.checkpoint().origin == origin).then_some(signed))
    }

    fn mend(&self) -> Result<Mended, Trouble> {
        let latest_here = self.latest.filter(|size| *size <= self.chain.size());
        let mut mended = Mended { size: latest_here.unwrap_or(0), ..Mended::default() };
        let latest = self.latest.map_or(Ok(None), |size| self.sound(self.view, CHECKPOINT, size))?;
        let (mut greatest, mut unsound) = (None, BTreeSet::new());
        for size in self.sizes.iter().copied() {
            let name = format!("{CHECKPOINTS}{size}");
            let Some(best) = self.best(&name, size, latest.as_ref())? else {
                unsound.insert(size);
                continue;
            };
            if let Some(done) = best.done {
                mended.files.push((name, best.sound.bytes.clone(), done));
            }
            greatest = Some((size, best));
        }
        let reached = greatest.as_ref().map_or(0, |(size, _)| *size);
        let beyond = |size: &&u64| **size > reached && self.own.contains(size);
        let given_up = unsound.iter().filter(beyond).filter(|size| self.gives_up(**size));
        mended.gone = given_up.map(|size| format!("{CHECKPOINTS}{size}")).collect();
        // Where one of more entries is damaged, that is not to be forgotten for an older one.
        let due = self.latest.into_iter().chain(self.own.iter().copied()).filter(|size| !self.gives_up(*size)).max();
        if let Some((size, best)) = greatest.filter(|(size, _)| Some(*size) >= due)
            && latest.filter(|_| self.latest == Some(size)).is_none_or(|latest| latest.bytes != best.sound.bytes)
        {
            if best.disputed && !self.terms.drop {
                let expected = format!("the note of {CHECKPOINTS}{size}, or one with more signatures");
                mended.left = Some(Fault::new(Code::CosignatureInvalid, expected, "another").in_file(CHECKPOINT));
                return Ok(mended);
            }
            mended.size = size;
            mended.files.push((CHECKPOINT.to_owned(), best.sound.bytes, best.done.unwrap_or(Done::TakenFromTwin)));
        }
        Ok(mended)
    }

    /// Whether a checkpoint of that size that nothing vouches for is given up: where none of it was published, as far as that
    /// is noted, or where it is asked for.
    fn gives_up(&self, size: u64) -> bool {
        self.terms.drop || self.terms.published.is_some_and(|published| published < size)
    }

    /// The soundest checkpoint of a size: the one of which more cosignatures verify; then the one that lacks no line of those
    /// here, as cosignatures are added and none is taken away; then the one that stands in more places; then the first.
    fn best(&self, name: &str, size: u64, latest: Option<&Sound>) -> Result<Option<Best>, Trouble> {
        let own = self.sound(self.view, name, size)?.map(|sound| (sound, None));
        let twin = latest.filter(|_| self.latest == Some(size)).map(|twin| (twin.clone(), Some(Done::TakenFromTwin)));
        let mut copied = self.copy.map_or(Ok(None), |copy| self.sound(copy, name, size))?;
        if let Some(copy) = self.copy.filter(|_| copied.is_none() && self.theirs == Some(size)) {
            copied = self.sound(copy, CHECKPOINT, size)?;
        }
        let here: Vec<Sound> = own.iter().chain(&twin).map(|(sound, _)| sound.clone()).collect();
        let copied = copied.map(|sound| (sound, Some(Done::TakenFromCopy)));
        let all: Vec<_> = own.into_iter().chain(twin).chain(copied).collect();
        let score = |of: &Sound| {
            let includes = here.iter().filter(|other| other.lines.is_subset(&of.lines)).count();
            let places = all.iter().filter(|(other, _)| other.bytes == of.bytes).count();
            (of.worth, includes, places)
        };
        let highest = all.iter().map(|(sound, _)| score(sound)).max();
        let best = all.iter().find(|(sound, _)| Some(score(sound)) == highest);
        Ok(best.map(|(sound, done)| {
            let as_good = |other: &Sound| other.bytes != sound.bytes && score(other) == score(sound);
            Best { sound: sound.clone(), done: *done, disputed: here.iter().any(as_good) }
        }))
    }

    /// A checkpoint that is the operator's, and of these entries.
    fn sound(&self, bundle: &dyn Bundle, name: &str, size: u64) -> Result<Option<Sound>, Trouble> {
        let Some(bytes) = of_copy(bundle, name)? else { return Ok(None) };
        let Ok(signed) = SignedCheckpoint::parse(&bytes) else { return Ok(None) };
        if check_signed(self.chain, size, &signed).is_err() {
            return Ok(None);
        }
        let witnesses = self.terms.policy.map(Policy::witnesses).unwrap_or_default();
        let cosigned: Vec<_> = witnesses.iter().map(|witness| signed.cosigned_by(&witness.key)).collect();
        let valid = cosigned.iter().filter(|cosigned| matches!(cosigned, Ok(Some(_)))).count();
        let lines = signed.note().signatures().iter().map(ToString::to_string).collect();
        Ok(Some(Sound { bytes, lines, worth: (valid, cosigned.iter().all(Result::is_ok)) }))
    }
}
