//! Tampering: copies of the story's ledger in which somebody changed something, and what a verifier says to each.

use std::fs;
use std::path::{Path, PathBuf};

use candour::core::audit::{Report, Verdict, attachment_name};
use candour::core::event::{ErrorNotified, Event};
use candour::core::fault::Fault;
use candour::core::json::Count;
use candour::core::key::SecretKey;
use candour::core::policy::Policy;
use candour::core::statement::{Envelope, Rule, Statement};
use candour::core::time::Millis;
use candour::shell::verify::{Options, Watch, verify};
use candour::storage::bundle::Trouble;
use candour::storage::bundle_writer::copy;
use candour::storage::memory_bundle::MemoryBundle;
use candour::storage::open_bundle;
use candour::storage::zip_writer::{Packing, ZipWriter};

use super::facts::{Story, attachment, key_of};
use super::history::{History, in_memory};
use super::story::Kept;
use crate::failure::Failure;

/// The receipt that a reader kept, where a case needs one to be noticed.
pub const KEPT_RECEIPT: &str = "2021-letter";

/// A way to tamper with a ledger.
pub struct Case {
    /// Its name: that of its zip.
    pub name: &'static str,
    /// What was done.
    pub tale: &'static str,
    /// Whether only who kept a receipt can notice.
    pub needs_pin: bool,
    tamper: fn(&Scene<'_>, &mut MemoryBundle) -> Result<(), Failure>,
}

const fn case(
    name: &'static str,
    tale: &'static str,
    tamper: fn(&Scene<'_>, &mut MemoryBundle) -> Result<(), Failure>,
) -> Case {
    Case { name, tale, needs_pin: false, tamper }
}

/// Every case.
pub const CASES: [Case; 12] = [
    case("figure-edited-in-place", "25700000 becomes 15700000 where it stands", |_, files| {
        replace(files, |name| name == "tail" || name.starts_with("tile/entries/"), b"25700000", b"15700000")
    }),
    case("attachment-altered", "the file attached to the letter says 2.57 million", |_, files| {
        replace(files, |name| name.starts_with("attachments/"), b"25.7 million", b"2.57 million")
    }),
    case("entry-dropped", "a platform's refusal is taken out", |scene, files| {
        let mut history = scene.history.clone();
        history.entries.remove(scene.at("2018-refusal-platform-a")?);
        history.put(files, None)
    }),
    case("entries-swapped", "two refusals change places", |scene, files| {
        let mut history = scene.history.clone();
        history.entries.swap(scene.at("2018-refusal-platform-a")?, scene.at("2018-refusal-platform-b")?);
        history.put(files, None)
    }),
    case("refusal-removed-and-rehashed", "Facebook's refusal is gone, and every hash made anew", |scene, files| {
        let mut history = scene.history.clone();
        history.entries.remove(scene.at("2018-refusal-facebook")?);
        history.relinked()?.put(files, None)
    }),
    case("checkpoints-by-another-key", "all checkpoints are signed by somebody else", |scene, files| {
        scene.history.put(files, Some(&SecretKey::from_seed(&[1; 32])))
    }),
    case("entry-backdated", "the operator records the second report in August, and signs all anew", |scene, files| {
        let mut history = scene.history.clone();
        let earlier = history.entries.get(scene.at("2021-q2-figures")?).map(|entry| entry.recorded_at);
        let entry = history.entries.get_mut(scene.at("2021-q3-figures")?);
        if let (Some(entry), Some(earlier)) = (entry, earlier) {
            entry.recorded_at = earlier;
        }
        history.relinked()?.put(files, Some(&scene.operator))
    }),
    case("operator-drops-a-refusal", "the operator leaves one out, and signs all anew", |scene, files| {
        let mut history = scene.history.clone();
        history.entries.remove(scene.at("2018-refusal-platform-a")?);
        history.relinked()?.put(files, Some(&scene.operator))
    }),
    case("operator-drops-a-signature", "58 under the letter, and all signed anew", |scene, files| {
        let mut history = scene.history.clone();
        if let Some(letter) = history.entries.get_mut(scene.at("2021-letter")?) {
            letter.signatures.pop();
        }
        history.relinked()?.put(files, Some(&scene.operator))
    }),
    case("operator-speaks-for-facebook", "the operator takes the figure back in Facebook's name", |scene, files| {
        scene.forged()?.relinked()?.put(files, Some(&scene.operator))
    }),
    case("path-leads-outside", "the archive holds a file named ../outside", |_, files| {
        files.insert(HARMLESS, "written where it should not be\n");
        Ok(())
    }),
    Case {
        name: "operator-rewrites-the-ending",
        tale: "the letter and all after it never happened; signed anew",
        needs_pin: true,
        tamper: |scene, files| {
            let mut history = scene.history.clone();
            history.entries.truncate(scene.at("2021-letter")?);
            // Nobody who is left has seen these: the operator may record them a day later than they were.
            for entry in history.entries.iter_mut().skip(scene.at("2021-q2-figures")? + 1) {
                let later = entry.recorded_at.unix_ms().saturating_add(24 * 60 * 60 * 1000);
                entry.recorded_at = Millis::from_unix_ms(later).unwrap_or(Millis::MAX);
            }
            files.remove(&attachment_name(&attachment("2021-letter.txt")?.0.sha256));
            history.relinked()?.put(files, Some(&scene.operator))
        },
    },
];

/// A name that the writer lets pass, and the one that it becomes in the finished archive.
const HARMLESS: &str = "aa/outside";
const HARMFUL: &str = "../outside";

/// The sound ledger, as those who tamper find it.
pub struct Scene<'a> {
    story: &'a Story,
    kept: &'a [Kept],
    files: MemoryBundle,
    history: History,
    operator: SecretKey,
}

/// What a verifier says to a tampered copy.
pub struct Judged {
    pub zip: PathBuf,
    /// Without a pin.
    pub report: Report,
    /// With the receipt that the reader kept, where the case needs it.
    pub pinned: Option<Report>,
}

impl<'a> Scene<'a> {
    /// Of the bundle at that path.
    pub fn new(story: &'a Story, kept: &'a [Kept], bundle: &Path) -> Result<Self, Failure> {
        let files = in_memory(open_bundle(bundle)?.as_ref())?;
        let history = History::of(&files)?;
        Ok(Self { story, kept, files, history, operator: key_of(&story.operator.id) })
    }

    /// Writes a case's zip into a folder, and judges it; `pin` is the receipt that the reader kept.
    pub fn play(&self, case: &Case, folder: &Path, policy: &Policy, pin: &[u8]) -> Result<Judged, Failure> {
        let mut files = self.files.clone();
        (case.tamper)(self, &mut files)?;
        let zip = folder.join(format!("{}.zip", case.name));
        copy(&files, ZipWriter::create(&zip, Packing::Deflated)?)?;
        if files.remove(HARMLESS).is_some() {
            let bytes = fs::read(&zip).map_err(|error| Failure::io(&zip, error))?;
            let bytes = replaced(&bytes, HARMLESS.as_bytes(), HARMFUL.as_bytes());
            fs::write(&zip, bytes).map_err(|error| Failure::io(&zip, error))?;
        }
        let report = judge(&zip, policy, Vec::new(), &mut ())?;
        let pinned = case.needs_pin.then(|| judge(&zip, policy, vec![pin.to_vec()], &mut ())).transpose()?;
        let noticed = report.verdict == Verdict::Falsified;
        let noticed_by_pin = pinned.as_ref().is_some_and(|report| report.verdict == Verdict::Falsified);
        if noticed == case.needs_pin || noticed_by_pin != case.needs_pin {
            return Err(Failure::evidence(format!("{}: not judged as it should be", zip.display())));
        }
        Ok(Judged { zip, report, pinned })
    }

    /// Where the entry of that receipt is.
    fn at(&self, receipt: &str) -> Result<usize, Failure> {
        let kept = self.kept.iter().find(|kept| kept.name.as_str() == receipt);
        let index = kept.and_then(|kept| usize::try_from(kept.index).ok());
        index.filter(|index| *index < self.history.entries.len()).ok_or_else(|| Failure::unjudged(receipt))
    }

    /// The history with one more entry, in Facebook's name, signed by the operator.
    fn forged(&self) -> Result<History, Failure> {
        let mut history = self.history.clone();
        let Some(mut entry) = history.entries.last().cloned() else { return Ok(history) };
        let name = |text: &str| text.parse().map_err(Failure::unjudged);
        let statement = Statement {
            author: "facebook".parse().map_err(Failure::unjudged)?,
            event: Event::ErrorNotified(ErrorNotified {
                document: name("facebook/2021-q2")?,
                known_on: None,
                error: name("facebook/2021-q2-error")?,
                note: "The figure was never meant.".parse().map_err(Failure::unjudged)?,
            }),
            issued_at: entry.recorded_at.time(),
            ledger: self.story.origin.clone(),
            nth: Count::ZERO,
            seen: None,
        };
        let Envelope { payload, signatures } = Envelope::sign(&statement, [&self.operator])?;
        (entry.payload, entry.signatures) = (payload, signatures);
        history.entries.push(entry);
        Ok(history)
    }
}

/// The verdict on the bundle at a path.
pub fn judge(path: &Path, policy: &Policy, pins: Vec<Vec<u8>>, watch: &mut dyn Watch) -> Result<Report, Failure> {
    let options = Options { pins, rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch };
    match open_bundle(path) {
        Ok(bundle) => Ok(verify(bundle.as_ref(), policy, options)?),
        Err(Trouble::Faults(faults)) => Ok(Report::unreadable(faults)),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Where a fault is: its entry, or its file.
pub fn place(fault: &Fault) -> String {
    match (fault.index, &fault.file) {
        (Some(index), _) => format!("entry {index}"),
        (None, Some(file)) => file.clone(),
        (None, None) => String::new(),
    }
}

/// Replaces bytes in every file that is meant; there must be some.
fn replace(files: &mut MemoryBundle, meant: fn(&str) -> bool, from: &[u8], to: &[u8]) -> Result<(), Failure> {
    let mut changed = 0;
    for (_, bytes) in files.iter_mut().filter(|(name, _)| meant(name)) {
        let after = replaced(bytes, from, to);
        changed += usize::from(after != *bytes);
        *bytes = after;
    }
    if changed == 0 { Err(Failure::unjudged("nothing to tamper with")) } else { Ok(()) }
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let (mut after, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some((first, more)) = rest.split_first() {
        if let Some(more) = rest.strip_prefix(from) {
            after.extend_from_slice(to);
            rest = more;
        } else {
            after.push(*first);
            rest = more;
        }
    }
    after
}
