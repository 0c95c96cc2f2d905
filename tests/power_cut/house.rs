//! What loses its power: a folder with keys and a ledger in it, and the commands that work there.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use candour::core::event::observation::{Observation, Status};
use candour::core::event::registry::{ActorEnrolled, Role};
use candour::core::event::{Attachment, DisclosureFiled, Event};
use candour::core::hash::Hash;
use candour::core::json::{Count, List, Set};
use candour::core::key::SecretKey;
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::statement::{Envelope, Statement};
use candour::core::time::{Millis, Period};
use candour::shell::clock::{Clock as _, SystemClock};
use candour::shell::keyfile;
use candour::shell::ledger::{Filed, Ledger};
use candour::storage::folder_store::FolderStore;

use crate::tools::candour;

pub(super) const ORIGIN: &str = "candour.example/power";
/// Who files.
pub(super) const FILERS: u64 = 4;
/// Entries of a new house: the opening, and each filer enrolled.
pub(super) const SETUP: u64 = 1 + FILERS;

/// The key of that name, the same in every house.
pub(super) fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(&Hash::of(name.as_bytes()).0)
}

/// Whom to trust.
pub(super) fn policy() -> Policy {
    Policy::parse(policy_text().as_bytes()).expect("a policy")
}

fn policy_text() -> String {
    let key = VerifierKey::ed25519(ORIGIN, key("operator").public().expect("a key")).expect("a name");
    Policy::text_for(&key)
}

pub(super) fn now() -> Millis {
    Millis::from_unix_ms(SystemClock.now_ms()).expect("a time")
}

/// The folder.
pub(super) struct House(PathBuf);

impl House {
    /// With keys and a policy, and without a ledger.
    pub(super) fn with_keys(root: &Path) -> Self {
        for name in ["operator", "regulator"].into_iter().map(str::to_owned).chain((0..FILERS).map(filer)) {
            keyfile::write(&root.join(format!("{name}.pem")), &key(&name), None).expect("a key file");
        }
        fs::write(root.join("policy"), policy_text()).expect("a policy");
        Self(root.into())
    }

    /// With a ledger of that many entries, [`SETUP`] or more, and a checkpoint of them all.
    pub(super) fn of_size(root: &Path, size: u64) -> Self {
        let house = Self::with_keys(root);
        house.ok(&init("ledger"));
        let mut ledger = house.open();
        for name in (0..FILERS).map(filer) {
            let event = Event::ActorEnrolled(ActorEnrolled {
                actor: name.parse().expect("an actor"),
                authority: None,
                key: key(&name).public().expect("a key"),
                name: "A filer".parse().expect("a name"),
                role: Role::Platform,
            });
            let keys = [key("regulator"), key(&name)];
            let nth = next(&ledger, &keys[0]);
            file(&mut ledger, "regulator", nth, event, &keys).expect("enrolled");
        }
        while ledger.chain().size() < size {
            disclose(&mut ledger, 0).expect("filed");
        }
        ledger.publish(&key("operator")).expect("a checkpoint");
        house
    }

    /// One that is there.
    pub(super) fn at(root: &Path) -> Self {
        Self(root.into())
    }

    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    pub(super) fn ledger(&self) -> PathBuf {
        self.0.join("ledger")
    }

    pub(super) fn open(&self) -> Ledger<FolderStore> {
        let (store, _) = FolderStore::open(&self.ledger()).expect("a ledger");
        Ledger::open_by_index(store, &self.ledger()).expect("a ledger").0
    }

    pub(super) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(candour());
        command.args(words.split_whitespace()).current_dir(&self.0).env_remove("CANDOUR_OPERATOR_KEY");
        command
    }

    /// Runs a command that succeeds. Returns what it prints.
    pub(super) fn ok(&self, words: &str) -> String {
        succeed(self.command(words))
    }

    /// The test `name` of this module in a process of its own, which works in this house.
    pub(super) fn child(&self, name: &str, times: u64) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        let module = module_path!().split_once("::").and_then(|(_, path)| path.rsplit_once("::")).expect("a module").0;
        command.args([&format!("{module}::{name}"), "--exact", "--nocapture", "--test-threads=1"]);
        command.env("CANDOUR_HOUSE", &self.0).env("CANDOUR_TIMES", times.to_string()).current_dir(&self.0);
        command
    }

    /// Writes an event that nobody has filed yet, for `candour file`.
    pub(super) fn event(&self, name: &str) -> PathBuf {
        let path = self.0.join(format!("{name}.toml"));
        let says = format!(
            "kind = \"disclosure_filed\"\ndisclosure = \"filer-1/{name}\"\nperiod = \"2021-Q2\"\nservice = \"video\"\n\
             subject = \"Reports\"\n[[observations]]\nmetric = \"reports\"\nperiod = \"2021-Q2\"\nservice = \"video\"\n\
             status = \"not_collected\"\n"
        );
        fs::write(&path, says).expect("an event");
        path
    }
}

/// The words of `candour init`.
pub(super) fn init(ledger: &str) -> String {
    format!(
        "init {ledger} --origin {ORIGIN} --operator office=Office --key operator.pem --authority regulator=Regulator \
         --authority-key regulator.pem --json"
    )
}

/// Runs a command that succeeds. Returns what it prints.
pub(super) fn succeed(mut command: Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("it runs");
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{command:?}\n{said}{error}");
    said.into_owned()
}

pub(super) fn filer(number: u64) -> String {
    format!("filer-{number}")
}

/// The number of that key's next statement.
pub(super) fn next(ledger: &Ledger<FolderStore>, key: &SecretKey) -> u64 {
    let keys = ledger.chain().state().expect("an opened ledger").registry().keys();
    keys.get(&key.public().expect("a key").id()).map_or(0, |key| key.next)
}

pub(super) fn sign(author: &str, nth: u64, event: Event, keys: &[SecretKey]) -> Envelope {
    let statement = Statement {
        author: author.parse().expect("an actor"),
        event,
        issued_at: now().time(),
        ledger: ORIGIN.parse().expect("an origin"),
        nth: Count::new(nth as i64).expect("a count"),
        seen: None,
    };
    Envelope::sign(&statement, keys).expect("an envelope")
}

fn file(
    ledger: &mut Ledger<FolderStore>,
    author: &str,
    nth: u64,
    event: Event,
    keys: &[SecretKey],
) -> Result<Filed, String> {
    let filed = ledger.file(sign(author, nth, event, keys), now(), &mut content);
    filed.map_err(|error| error.to_string())
}

/// Files a filer's next disclosure.
pub(super) fn disclose(ledger: &mut Ledger<FolderStore>, number: u64) -> Result<Filed, String> {
    let key = key(&filer(number));
    let nth = next(ledger, &key);
    file(ledger, &filer(number), nth, disclosure(number, nth), &[key])
}

/// A filer's nth disclosure: every eighth has an attachment of its own.
pub(super) fn disclosure(number: u64, nth: u64) -> Event {
    let name = format!("{}/disclosure-{nth}", filer(number));
    let period = Period::parse("2021-Q2").expect("a period");
    let observation = Observation {
        age_band: None,
        detection: None,
        harm: None,
        jurisdiction: None,
        metric: "reports".parse().expect("a metric"),
        outcome: None,
        period,
        precision: None,
        service: "video".parse().expect("a service"),
        status: Status::NotCollected,
        value: None,
    };
    let attachment = Attachment {
        holds: None,
        length: Count::new(name.len() as i64).expect("a length"),
        media_type: "text/plain".parse().expect("a type"),
        name: name.replace('/', "-").parse().expect("a name"),
        rows: None,
        sha256: Hash::of(name.as_bytes()),
    };
    let attachments = (nth % 8 == 7).then_some(attachment);
    Event::DisclosureFiled(DisclosureFiled {
        attachments: Set::new(attachments.into_iter().collect()),
        confidential_until: None,
        disclosure: name.parse().expect("a document"),
        observations: List::new(vec![observation]),
        period,
        service: "video".parse().expect("a service"),
        subject: "Reports".parse().expect("a line"),
    })
}

/// What a disclosure's attachment holds: the disclosure's name.
pub(super) fn content(named: &Attachment) -> Option<Box<dyn Read>> {
    let name = named.name.to_string().replacen("-disclosure", "/disclosure", 1);
    Some(Box::new(Cursor::new(name.into_bytes())))
}
