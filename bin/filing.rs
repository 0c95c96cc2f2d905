//! Filing: what every command that says something has in common. It signs an event, vouches for what it saw, files it,
//! and keeps the receipt.

mod book;
mod placing;

use std::cell::OnceCell;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use candour::core::chain::Chain;
use candour::core::event::disclosure::Holds;
use candour::core::event::{Attachment, Event, Observation};
use candour::core::fault::Code;
use candour::core::hash::Hash;
use candour::core::json::Count;
use candour::core::key::SecretKey;
use candour::core::statement::{Envelope, Statement};
use candour::core::text::{DocumentId, Slug};
use candour::core::time::{Date, Millis, Period, Time};
use candour::shell::attachment;
use candour::shell::client::Memory;
use candour::shell::clock::{Clock as _, SystemClock};
use candour::shell::ledger::{Ledger, LedgerError};
use candour::storage::folder_store::FolderStore;
use candour::storage::store::StoreError;
use candour::storage::whole_file;
use clap::Args;

use crate::failure::Failure;
use crate::keys::PassphraseArguments;
use crate::output::{Output, say_error};

pub use book::Book;
pub use placing::Placing;

/// How to sign and file.
#[derive(Args)]
pub struct Filing {
    /// The ledger's folder; with `--out` any copy will do: an exported folder, a zip, or a URL
    #[arg(value_name = "LEDGER")]
    pub ledger: PathBuf,
    /// The author's key file; may be repeated for co-signers whose keys are at hand
    #[arg(long, value_name = "FILE", required = true)]
    pub key: Vec<PathBuf>,
    /// Write the signed envelope here instead of filing it, for others to co-sign or the operator to file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// When the author signs; now if left out
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    issued_at: Option<Time>,
    /// Do not vouch for the latest checkpoint
    #[arg(long)]
    no_seen: bool,
    /// Sign, though this key signed another statement under the same number that the ledger does not have
    #[arg(long)]
    sign_again: bool,
    #[command(flatten)]
    placing: Placing,
    /// Read once: an encrypted key asks for its passphrase once.
    #[arg(skip)]
    keys: OnceCell<Vec<SecretKey>>,
}

/// The files that a statement attaches, by their hashes.
#[derive(Default)]
pub struct Files(Vec<(Hash, PathBuf)>);

impl Files {
    /// Names a file in a statement.
    pub fn attach(&mut self, path: &Path, media_type: Option<&str>) -> Result<Attachment, Failure> {
        self.read(path, media_type, None, |_, _| {})
    }

    /// Names a table of observations, with the rows that it has, so that each can be proven by itself. Hands each
    /// observation over on the way.
    pub fn attach_table(&mut self, path: &Path, mut each: impl FnMut(&Observation)) -> Result<Attachment, Failure> {
        self.read(path, Some("text/csv"), Some(Holds::Observations), |_, observation| each(observation))
    }

    fn read(
        &mut self,
        path: &Path,
        media_type: Option<&str>,
        holds: Option<Holds>,
        each: impl FnMut(u64, &Observation),
    ) -> Result<Attachment, Failure> {
        let file = File::open(path).map_err(|error| Failure::io(path, error))?;
        let found = attachment::read(file, holds.is_some(), each).map_err(|error| Failure::io(path, error))?;
        let rows = found.table.transpose();
        let rows = rows.map_err(|fault| Failure::unjudged(format!("{}: {fault}", path.display())))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let media_type = media_type.unwrap_or_else(|| media_type_of(path));
        let length = i64::try_from(found.length).ok().and_then(Count::new);
        self.0.push((found.sha256, path.to_owned()));
        Ok(Attachment {
            holds,
            length: length.ok_or_else(|| Failure::unjudged(format!("{}: too long", path.display())))?,
            media_type: media_type.parse().map_err(Failure::unjudged)?,
            name: name.parse().map_err(|error| Failure::io(path, error))?,
            rows,
            sha256: found.sha256,
        })
    }

    /// Adds files that were named apart.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    fn open(&self, named: &Attachment) -> Option<Box<dyn Read>> {
        let (_, path) = self.0.iter().find(|(hash, _)| *hash == named.sha256)?;
        File::open(path).ok().map(|file| Box::new(file) as Box<dyn Read>)
    }
}

/// The media type that a file's name suggests.
fn media_type_of(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain",
        _ => "application/octet-stream",
    }
}

impl Filing {
    /// When the author signs.
    pub fn issued_at(&self) -> Time {
        self.issued_at.unwrap_or_else(|| now().time())
    }

    /// Opens the ledger, or a copy of it where nothing is filed.
    pub fn open(&self) -> Result<Book, Failure> {
        match (&self.out, self.key.first()) {
            (Some(_), Some(key)) => Book::copy(&self.ledger, key, None),
            _ => Ok(Book::live(&self.ledger)?),
        }
    }

    fn keys(&self) -> Result<&[SecretKey], Failure> {
        if let Some(keys) = self.keys.get() {
            return Ok(keys);
        }
        let keys = self.key.iter().map(|path| self.placing.passphrase.read_key(path));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        Ok(self.keys.get_or_init(|| keys))
    }

    /// The author's key, and the file it is in.
    fn author_key(&self) -> Result<(&Path, &SecretKey), Failure> {
        let first = self.key.first().zip(self.keys()?.first());
        first.map(|(path, key)| (path.as_path(), key)).ok_or_else(|| Failure::unjudged("no key given"))
    }

    /// How its keys are read.
    pub fn passphrase(&self) -> &PassphraseArguments {
        &self.placing.passphrase
    }

    /// The actor whose key the first one is, by the ledger's own register.
    pub fn author(&self, chain: &Chain) -> Result<Slug, Failure> {
        let (path, key) = self.author_key()?;
        let key = key.public()?;
        let known = chain.state().and_then(|state| state.registry().keys().get(&key.id()));
        let unknown = || Failure::evidence(format!("{}: the ledger knows no key {key}", path.display()));
        known.map(|key| key.actor.clone()).ok_or_else(|| unknown().hint("its actor must be enrolled first"))
    }

    /// Signs an event and files it, or writes the envelope where `--out` asks for it.
    pub fn file(
        &self,
        output: &Output,
        book: Book,
        event: Event,
        files: &Files,
        more_keys: &[SecretKey],
    ) -> Result<(), Failure> {
        let author_key = self.author_key()?.1.id();
        let chain = book.chain();
        let state = chain.state().ok_or_else(|| Failure::unjudged("an empty ledger"))?;
        let next = state.registry().keys().get(&author_key).map_or(0, |key| key.next);
        // Without a `seen` too, nothing is signed for a history that does not extend the remembered one.
        let seen = book.look(self.author_key()?.0)?.filter(|_| !self.no_seen);
        let statement = Statement {
            author: self.author(chain)?,
            event,
            issued_at: self.issued_at(),
            ledger: state.origin().clone(),
            nth: i64::try_from(next)
                .ok()
                .and_then(Count::new)
                .ok_or_else(|| Failure::unjudged("a counter too large"))?,
            seen,
        };
        let envelope = Envelope::sign(&statement, self.keys()?.iter().chain(more_keys))?;
        let memory = Memory::beside(self.author_key()?.0, state.origin().as_str());
        self.check_said(&memory, next, &envelope)?;
        let say = |envelope: &Envelope| {
            let said = memory.say(next, &envelope.payload);
            said.map_err(|error| Failure::io(&memory.said_path(), error))
        };
        if let Some(out) = &self.out {
            say(&envelope)?;
            whole_file::replace(out, envelope.to_json()?).map_err(|error| Failure::io(out, error))?;
            output.line(format!(
                "{}: {} signed by {} key(s), not filed",
                out.display(),
                statement.event.kind(),
                envelope.signatures.len()
            ));
            return Ok(());
        }
        let Book::Live(ledger) = book else { return Err(Failure::unjudged("a copy takes nothing: name --out")) };
        let said = envelope.clone();
        let ledger = self.placing.place(output, &self.ledger, *ledger, envelope, files)?;
        say(&said)?;
        // What was published meanwhile is remembered too.
        Book::Live(Box::new(ledger)).look(self.author_key()?.0).map(drop)
    }
}

impl Filing {
    /// Two statements of one key under one number convict its owner, whoever dropped the first.
    fn check_said(&self, memory: &Memory, nth: u64, envelope: &Envelope) -> Result<(), Failure> {
        let said = memory.said().map_err(|error| Failure::io(&memory.said_path(), error))?;
        match said {
            Some((last, payload)) if last == nth && payload != Hash::of(&envelope.payload) && !self.sign_again => {
                let words =
                    format!("this key signed another statement as its number {nth}, which this ledger does not have");
                Err(Failure::evidence(words).hint(
                    "file that one first: whoever holds both can show that the key contradicts itself; if nobody does, --sign-again",
                ))
            }
            // Which statements those were is forgotten; a ledger that lost them would have this one take the place of one.
            Some((last, _)) if last > nth && !self.sign_again => {
                let words =
                    format!("this key signed its numbers {nth} to {last} before, which this ledger does not have");
                Err(Failure::evidence(words).hint(
                    "is this an older copy? a second statement under one number convicts this key; if nobody holds the first, --sign-again",
                ))
            }
            Some((last, _)) if last < nth.saturating_sub(1) => {
                let words = format!(
                    "of this key's statements, up to number {} on the ledger, {last} is the last that was signed from here",
                    nth - 1
                );
                say_error("note", &words);
                say_error(
                    "hint",
                    "candour log shows them; if they are not yours, revoke the key (candour kinds key_revoked)",
                );
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Opens a ledger's folder for writing, by its index.
pub fn open_ledger(path: &Path) -> Result<Ledger<FolderStore>, LedgerError> {
    Ok(Ledger::open_by_index(open_store(path)?, path)?.0)
}

fn open_store(path: &Path) -> Result<FolderStore, LedgerError> {
    let (store, recovery) = FolderStore::open(path)?;
    if recovery.dropped_bytes > 0 {
        say_error(
            "note",
            &format!(
                "{}: dropped {} bytes of an entry that was never acknowledged",
                path.display(),
                recovery.dropped_bytes
            ),
        );
    }
    if let Some(why) = recovery.unnoted {
        let words = "it is not noted how far it is acknowledged: what the disk loses before the next checkpoint will not be missed";
        say_error("note", &format!("{}: {words} ({why})", path.display()));
    }
    Ok(store)
}

/// The time by this machine's clock.
pub fn now() -> Millis {
    Millis::from_unix_ms(SystemClock.now_ms()).unwrap_or(Millis::MAX)
}

/// A date on the command line.
pub fn parse_date(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|_| "a date is like 2021-11-30".to_owned())
}

/// A period on the command line.
pub fn parse_period(text: &str) -> Result<Period, String> {
    Period::parse(text).map_err(|_| "a period is like 2021, 2021-Q2, 2021-04 or 2021-04-01/2021-06-30".to_owned())
}

/// A time on the command line.
pub fn parse_time(text: &str) -> Result<Time, String> {
    Time::parse(text).map_err(|_| "a time is like 2021-10-18T09:00:00Z".to_owned())
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match &error {
            LedgerError::Refused(fault) => Self::evidence(format!("refused: {fault}")),
            LedgerError::Falsified(_) => {
                Self::evidence(&error).hint("candour repair LEDGER says what is damaged, and what can be done about it")
            }
            LedgerError::Store(
                StoreError::Damaged { .. } | StoreError::EntriesLost { .. } | StoreError::TailBroken { .. },
            ) => Self::unjudged(&error).hint(
                "candour repair LEDGER says what can be done; candour restore BUNDLE LEDGER makes it anew from a copy",
            ),
            LedgerError::Store(StoreError::Fault(fault)) if fault.code == Code::CheckpointRootMismatch => {
                Self::evidence(&error)
                    .hint("are hash tiles damaged? candour repair LEDGER makes them again from the entries")
            }
            LedgerError::AttachmentNotHandedOver { .. } => Self::unjudged(&error).hint("name its file with --attach"),
            LedgerError::NotWritten(_)
            | LedgerError::Stopped
            | LedgerError::Scratch(_)
            | LedgerError::Store(StoreError::Io { .. } | StoreError::Poisoned) => Self::unjudged(&error).hint(
                "nothing more was written; see to the disk, then run the command again: what was recorded before is kept, \
                 and candour log shows it",
            ),
            LedgerError::Store(StoreError::Site(_)) => {
                Self::unjudged(&error).hint("candour restore BUNDLE LEDGER makes a ledger's folder of it")
            }
            LedgerError::Store(StoreError::Exists(_)) => Self::unjudged(&error)
                .hint("where an init was interrupted, candour log shows its entry, and candour checkpoint goes on from there"),
            LedgerError::WitnessesMissing { .. } => Self::unjudged(&error).hint(
                "everything filed is kept; put the witnesses' policy into the ledger's folder as `witnesses`, then run candour \
                 checkpoint; with --without-witnesses it asks nobody, and nobody sees whether this is the history that they saw",
            ),
            LedgerError::WitnessesMalformed(_) => Self::unjudged(&error)
                .hint("the file witnesses in the ledger's folder is the policy that its checkpoints must meet"),
            _ => Self::unjudged(&error),
        }
    }
}

/// The full name of an author's document.
pub fn document(author: &Slug, name: &Slug) -> Result<DocumentId, Failure> {
    format!("{author}/{name}").parse().map_err(Failure::unjudged)
}
