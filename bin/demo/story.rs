//! The telling: every entry of the story, filed at its own time, and a checkpoint at the end of every day.

use std::fs;
use std::io::Read;
use std::path::Path;

use candour::core::event::registry::{ActorEnrolled, LedgerOpened, Party, Role};
use candour::core::event::{Attachment, CheckpointRules, Event};
use candour::core::json::{Count, Set};
use candour::core::key::SecretKey;
use candour::core::statement::{Envelope, Statement};
use candour::core::text::Slug;
use candour::core::time::{Millis, Time};
use candour::shell::client::vouch;
use candour::shell::ledger::{Ledger, LedgerError};
use candour::storage::folder_store::FolderStore;

use super::facts::{Chapter, Named, Saying, Story, attachment, figures, key_of};
use crate::failure::Failure;
use crate::output::{FAINT, Output};

/// The story's clock: seconds from one entry of a day to the next.
const SECONDS_BETWEEN_ENTRIES: u64 = 60;
/// Entries of a day that are told one by one, at most; where there are more, only the first [`SOME`].
const MAX_TOLD: usize = 8;
const SOME: usize = 3;

/// An entry that there is a receipt of.
pub struct Kept {
    /// What the receipt is called.
    pub name: Slug,
    /// The entry.
    pub index: u64,
}

/// A ledger while its story is told.
pub struct Telling<'a> {
    story: &'a Story,
    ledger: Ledger<FolderStore>,
    kept: Vec<Kept>,
    clock: Time,
    told: Vec<String>,
}

impl<'a> Telling<'a> {
    /// A ledger without entries, in a new folder.
    pub fn start(story: &'a Story, folder: &Path) -> Result<Self, Failure> {
        let store = FolderStore::create(folder).map_err(LedgerError::from)?;
        let clock = story.chapters.first().map_or(Time::MAX, |chapter| chapter.at);
        Ok(Self { story, ledger: Ledger::open(store)?, kept: Vec::new(), clock, told: Vec::new() })
    }

    /// Tells the whole story, and keeps its receipts in a folder that is there.
    pub fn tell(&mut self, receipts: &Path, output: &Output) -> Result<(), Failure> {
        for chapter in &self.story.chapters {
            self.chapter(chapter, receipts)?;
            if output.json {
                continue;
            }
            output.line(format!("\n{}", chapter.title));
            chapter.tells.iter().for_each(|line| output.line(format!("  {line}")));
            let told = std::mem::take(&mut self.told);
            let shown = if told.len() > MAX_TOLD { SOME } else { told.len() };
            told.iter().take(shown).for_each(|line| output.line(format!("  {FAINT}{line}{FAINT:#}")));
            if shown < told.len() {
                output.line(format!("  {FAINT}... and {} more like these{FAINT:#}", told.len() - shown));
            }
        }
        Ok(())
    }

    /// The ledger as it stands.
    pub fn ledger(&self) -> &Ledger<FolderStore> {
        &self.ledger
    }

    /// The receipts kept, and the ledger closed.
    pub fn finish(self) -> Vec<Kept> {
        self.kept
    }

    fn chapter(&mut self, chapter: &Chapter, receipts: &Path) -> Result<(), Failure> {
        self.clock = chapter.at;
        if chapter.opens {
            self.open()?;
        }
        for actor in self.admitted(chapter) {
            self.enrol(&actor)?;
        }
        let before = self.kept.len();
        chapter.entries.iter().try_for_each(|saying| self.say(saying))?;
        self.ledger.publish(&key_of(&self.story.operator.id))?;
        for Kept { name, index } in self.kept.iter().skip(before) {
            let path = receipts.join(format!("{name}.tlog-proof"));
            fs::write(&path, self.ledger.receipt(*index)?.to_string()).map_err(|error| Failure::io(&path, error))?;
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), Failure> {
        let story = self.story;
        let party = |named: &Named| -> Result<Party, Failure> {
            Ok(Party { id: named.id.clone(), key: key_of(&named.id).public()?, name: named.name.clone() })
        };
        let authorities = story.authorities.iter().map(party).collect::<Result<_, _>>()?;
        let event = Event::LedgerOpened(LedgerOpened {
            authorities: Set::new(authorities).ok_or_else(|| Failure::unjudged("authorities that do not differ"))?,
            operator: party(&story.operator)?,
            rules: CheckpointRules { max_entries: story.max_entries, max_seconds: story.max_seconds },
            threshold: story.threshold,
        });
        let signers = story.authorities.iter().map(|authority| &authority.id);
        self.file(&story.operator.id, signers, event, None).map(drop)
    }

    /// Whom a chapter admits and the ledger does not know yet.
    fn admitted(&self, chapter: &Chapter) -> Vec<Named> {
        let is_signatory = |id: &Slug| self.story.signatories.iter().any(|signatory| signatory.id == *id);
        let meant = |id: &Slug| chapter.enrols.contains(id) || (chapter.enrols_signatories && is_signatory(id));
        let known = |id: &Slug| self.ledger.chain().state().is_some_and(|it| it.registry().actors().contains_key(id));
        self.story.everybody().into_iter().filter(|actor| meant(&actor.id) && !known(&actor.id)).collect()
    }

    fn enrol(&mut self, actor: &Named) -> Result<(), Failure> {
        let platform = self.story.platforms.iter().any(|platform| platform.id == actor.id);
        let event = Event::ActorEnrolled(ActorEnrolled {
            actor: actor.id.clone(),
            authority: None,
            key: key_of(&actor.id).public()?,
            name: actor.name.clone(),
            role: if platform { Role::Platform } else { Role::CivilSociety },
        });
        let mut authorities = self.story.authorities.iter().map(|authority| &authority.id);
        let author = authorities.next().ok_or_else(|| Failure::unjudged("no authority"))?;
        self.file(author, authorities.chain([&actor.id]), event, None).map(drop)
    }

    fn say(&mut self, saying: &Saying) -> Result<(), Failure> {
        let mut event = saying.event.clone();
        let file = saying.attach.as_deref().map(attachment).transpose()?;
        match (&mut event, &file) {
            (Event::RequestIssued(request), Some((named, _))) => request.attachments = Set::new(vec![named.clone()]),
            (Event::DisclosureFiled(disclosure), _) => {
                disclosure.observations = saying.figures.as_deref().map(figures).transpose()?;
            }
            _ => {}
        }
        let signatories = if saying.cosigned_by_signatories { self.story.signatories.as_slice() } else { &[] };
        let others = signatories.iter().map(|signatory| &signatory.id).filter(|id| **id != saying.author);
        let index = self.file(&saying.author, others, event, file.map(|(_, bytes)| bytes))?;
        self.kept.push(Kept { name: saying.receipt.clone(), index });
        Ok(())
    }

    /// Signs an event as of the story's clock, vouching for the latest checkpoint, and files it.
    fn file<'s>(
        &mut self,
        author: &'s Slug,
        cosigners: impl Iterator<Item = &'s Slug>,
        event: Event,
        file: Option<&'static [u8]>,
    ) -> Result<u64, Failure> {
        let keys: Vec<SecretKey> = [author].into_iter().chain(cosigners).map(key_of).collect();
        let chain = self.ledger.chain();
        let author_key = key_of(author).id();
        let next = chain.state().and_then(|state| state.registry().keys().get(&author_key)).map_or(0, |key| key.next);
        let nth = i64::try_from(next).ok().and_then(Count::new);
        let latest = self.ledger.latest_checkpoint()?;
        let statement = Statement {
            author: author.clone(),
            event,
            issued_at: self.clock,
            ledger: self.story.origin.clone(),
            nth: nth.ok_or_else(|| Failure::unjudged("a counter too large"))?,
            seen: latest.map(|latest| vouch(chain, None, &latest)).transpose()?.flatten(),
        };
        let envelope = Envelope::sign(&statement, &keys)?;
        let now = Millis::from_unix_ms(self.clock.unix().saturating_mul(1000)).unwrap_or(Millis::MAX);
        let mut open = |_: &Attachment| file.map(|bytes| Box::new(bytes) as Box<dyn Read>);
        let filed = self.ledger.file(envelope, now, &mut open)?;
        self.clock = Time::from_unix(self.clock.unix().saturating_add(SECONDS_BETWEEN_ENTRIES)).unwrap_or(Time::MAX);
        let subject = statement.event.subject().unwrap_or_default();
        let signatures = match keys.len() {
            1 => String::new(),
            count => format!(", {count} signatures"),
        };
        self.told.push(format!("entry {}: {} {subject}, by {author}{signatures}", filed.index, statement.event.kind()));
        Ok(filed.index)
    }
}
