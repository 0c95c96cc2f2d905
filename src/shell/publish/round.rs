//! What is written, in which order.

use crate::core::audit::{CHECKPOINT, CHECKPOINTS, attachment_name};
use crate::core::event::Attachment;
use crate::core::fault::{Code, Fault};
use crate::shell::attachment;
use crate::shell::replay::Entries;
use crate::storage::bundle::{Bundle as _, Trouble};
use crate::storage::layout::SIZES;
use crate::storage::store::StoreError;

use super::PublishError;
use super::judge::{self, Judged, Latest};
use super::place::Place;
use super::tiles::Tiles;

/// One publication, of what was judged.
pub(super) struct Round<'a> {
    pub place: Place,
    pub entries: Entries<'a>,
    pub latest: Latest,
    pub judged: Judged,
}

impl Round<'_> {
    /// The stages, each durable before the next.
    pub fn run(&mut self) -> Result<(), PublishError> {
        self.attachments()?;
        self.earlier_checkpoints()?;
        self.tiles()?;
        self.checkpoints()?;
        self.prune()
    }

    fn attachments(&mut self) -> Result<(), PublishError> {
        for (index, named) in std::mem::take(&mut self.judged.attachments) {
            self.attachment(&named).map_err(|error| match error {
                PublishError::Trouble(Trouble::Faults(faults)) => {
                    let at = |fault: Fault| fault.at(index).in_file(attachment_name(&named.sha256));
                    Trouble::from(faults.into_iter().map(at).collect::<Vec<_>>()).into()
                }
                other => other,
            })?;
        }
        Ok(self.place.site.settle()?)
    }

    fn attachment(&mut self, named: &Attachment) -> Result<(), PublishError> {
        let (name, length) = (attachment_name(&named.sha256), named.length.unsigned());
        if let Some(file) = self.place.folder.open(&name)? {
            let path = self.place.folder.locate(&name);
            let found = attachment::read(file, named.holds.is_some(), |_, _| {});
            found.map_err(|error| Trouble::reading(&path, error))?.check(named)?;
            self.place.site.touch(&name);
            return Ok(());
        }
        let bundle = self.entries.bundle();
        judge::check_table(bundle, named)?;
        let missing = || Fault::new(Code::AttachmentMissing, format!("{length} bytes"), "no such file");
        let mut content = bundle.open(&name)?.ok_or_else(missing)?;
        self.place.site.attach(&named.sha256, length, &mut content).map_err(|error| match error {
            StoreError::Fault(fault) => PublishError::from(*fault),
            StoreError::Content(error) => Trouble::reading(&bundle.locate(&name), error).into(),
            other => other.into(),
        })?;
        self.place.files += 1;
        Ok(())
    }

    /// Checkpoints of entries that are there already, of which the site learns only now: the entries that follow may say that
    /// they saw them.
    fn earlier_checkpoints(&mut self) -> Result<(), PublishError> {
        let there = self.judged.tree.size();
        self.sized(|size| size <= there)
    }

    fn sized(&mut self, which: impl Fn(u64) -> bool) -> Result<(), PublishError> {
        for size in self.judged.sizes.iter().filter(|size| which(**size)) {
            let bytes = judge::sized(self.entries.bundle(), &self.judged.chain, &self.latest, *size)?;
            self.place.note(&format!("{CHECKPOINTS}{size}"), &bytes)?;
        }
        Ok(self.place.site.settle()?)
    }

    fn tiles(&mut self) -> Result<(), PublishError> {
        let mut tiles = Tiles::new(&mut self.place, self.entries.bundle(), &self.latest, &self.judged)?;
        let mut written = Ok(true);
        self.entries.read(tiles.from(), &mut |entry| {
            written = tiles.entry(entry);
            Ok(matches!(written, Ok(true)))
        })?;
        written?;
        let (tree, says) = (tiles.finish()?, self.latest.checkpoint());
        if tree.root() != says.root {
            let expected = format!("root {} at size {}", tree.root(), says.size);
            let fault = Fault::new(Code::CheckpointRootMismatch, expected, says.root.to_string());
            return Err(fault.in_file(CHECKPOINT).into());
        }
        Ok(())
    }

    fn checkpoints(&mut self) -> Result<(), PublishError> {
        self.sized(|_| true)?;
        let listing: String = self.judged.published.iter().map(|size| format!("{size}\n")).collect();
        if self.place.folder.read(SIZES, listing.len() as u64 + 1).ok().flatten().as_deref() != Some(listing.as_bytes())
        {
            self.place.put(SIZES, listing.as_bytes())?;
        } else {
            // Beside it are the checkpoints, which a kill may have left not durable too.
            self.place.site.touch(SIZES);
        }
        self.place.site.settle()?;
        self.place.note(CHECKPOINT, &self.latest.bytes)?;
        Ok(self.place.site.settle()?)
    }

    /// Removes partial tiles that have grown full, and keeps the history for next time: this is the end.
    fn prune(&mut self) -> Result<(), PublishError> {
        let size = self.latest.checkpoint().size;
        for earlier in self.judged.published.range(self.judged.kept_size..size) {
            self.place.site.prune(*earlier, size)?;
        }
        if self.judged.kept_size != size {
            judge::keep(&mut self.place.site, &mut self.judged.chain)?;
        }
        Ok(self.place.site.settle()?)
    }
}
