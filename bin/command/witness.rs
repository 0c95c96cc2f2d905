//! `candour witness`: cosigns what extends what it saw before.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use candour::core::checkpoint::SignedCheckpoint;
use candour::core::cosignature::Cosigner;
use candour::core::witness::Logs;
use candour::shell::clock::SystemClock;
use candour::shell::witness::server::{Server, ServerError};
use candour::shell::witness::{Event, Published, Witness as Service};
use candour::storage::store::StoreError;
use clap::Args;

use crate::bundle::read_policy;
use crate::failure::Failure;
use crate::keys::PassphraseArguments;
use crate::output::{BAD, FAINT, GOOD, Output, printable};

/// Events printed in a second, at most; the rest are counted.
const MAX_LINES: u32 = 50;
/// How long those lines are counted.
const SECOND: Duration = Duration::from_secs(1);

/// Cosign ledgers' checkpoints over HTTP.
#[derive(Args)]
pub struct Witness {
    /// The folder that is the witness's memory. Never restore it from an older copy
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The witness's name: a URL without its scheme, like witness.example/w1
    #[arg(long)]
    name: String,
    /// A key file to cosign with, used for nothing else. May be repeated
    #[arg(long, value_name = "FILE", required = true)]
    key: Vec<PathBuf>,
    /// The logs to cosign for: the log lines of a C2SP tlog-policy file
    #[arg(long, value_name = "POLICY")]
    logs: PathBuf,
    /// Where to listen; TLS is for a reverse proxy
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The path before add-checkpoint, like /witness
    #[arg(long, value_name = "PATH", default_value = "")]
    prefix: String,
    #[command(flatten)]
    passphrase: PassphraseArguments,
}

impl Witness {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let logs = Logs::of(&read_policy(&self.logs)?);
        if logs.origins().next().is_none() {
            let none = format!("{}: expected a policy with a log line, found none", self.logs.display());
            return Err(Failure::unjudged(none));
        }
        let cosigners = self.key.iter().map(|file| {
            let key = self.passphrase.read_cosigning_key(file)?;
            Cosigner::new(&self.name, key).map_err(Failure::unjudged)
        });
        let cosigners = cosigners.collect::<Result<Vec<_>, _>>()?;
        let (witness, events) = Service::open(&self.folder, cosigners, logs, Box::new(SystemClock))?;
        let keys: Vec<_> = witness.cosigners().iter().map(|cosigner| cosigner.verifier().to_string()).collect();
        let latest: Vec<_> =
            witness.published().map(|(origin, _, published)| (origin.to_owned(), size(&published))).collect();
        let server = Server::bind(witness, self.listen, &self.prefix)?;
        let address = server.address().map_err(Failure::unjudged)?;
        started(output, address, &keys, &latest);
        let (ended, end) = channel();
        let told = Output { json: output.json };
        thread::spawn(move || {
            tell(&told, &events);
            let _ = ended.send(());
        });
        server.run()?;
        // Nobody may be reading.
        let _ = end.recv_timeout(SECOND);
        Ok(ExitCode::SUCCESS)
    }
}

/// The size of the latest checkpoint cosigned.
fn size(published: &Published) -> Option<u64> {
    let Published::Checkpoint(checkpoint) = published else { return None };
    SignedCheckpoint::parse(checkpoint.as_bytes()).ok().map(|signed| signed.checkpoint().size)
}

fn started(output: &Output, address: SocketAddr, keys: &[String], logs: &[(String, Option<u64>)]) {
    if output.json {
        let logs: Vec<_> =
            logs.iter().map(|(origin, size)| serde_json::json!({ "origin": origin, "size": size })).collect();
        let listening = address.to_string();
        let event = serde_json::json!({ "event": "started", "listening": listening, "keys": keys, "logs": logs });
        return output.json(&event);
    }
    output.line(format!("listening on {address}"));
    keys.iter().for_each(|key| output.line(key));
    for (origin, size) in logs {
        let size = size.map_or("never cosigned".to_owned(), |size| format!("latest {size}"));
        output.line(format!("{FAINT}log{FAINT:#} {} {size}", printable(origin)));
    }
}

/// Prints what happens, no faster than anybody could read.
fn tell(output: &Output, events: &Receiver<Event>) {
    let (mut since, mut lines, mut untold) = (Instant::now(), 0, 0u64);
    loop {
        let event = events.recv_timeout(SECOND);
        if event == Err(RecvTimeoutError::Disconnected) || since.elapsed() >= SECOND {
            if untold > 0 {
                line(output, &Event::Untold { count: untold });
            }
            (since, lines, untold) = (Instant::now(), 0, 0);
        }
        match event {
            Ok(Event::Untold { count }) => untold = untold.saturating_add(count),
            // There is a limit on evidence itself.
            Ok(event) if lines < MAX_LINES || matches!(event, Event::EvidenceKept { .. }) => {
                lines += 1;
                line(output, &event);
            }
            Ok(_) => untold = untold.saturating_add(1),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn line(output: &Output, event: &Event) {
    if output.json {
        return output.json(event);
    }
    output.line(match event {
        Event::Cosigned { origin, size, root } => {
            format!("{GOOD}cosigned{GOOD:#} {} {size} {}", printable(origin), root.to_base64())
        }
        Event::Refused { origin, status, why } => {
            let origin = origin.as_deref().map_or(String::new(), |origin| format!(" {}", printable(origin)));
            format!("refused {status}{origin}: {}", printable(why))
        }
        Event::EvidenceKept { origin, meaning, path, .. } => {
            format!("{BAD}evidence{BAD:#} {}: {meaning}; kept in {}", printable(origin), path.display())
        }
        Event::Failed { origin, why } => format!("{BAD}failed{BAD:#} {}: {}", printable(origin), printable(why)),
        Event::Untold { count } => format!("{FAINT}{count} more events{FAINT:#}"),
    });
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let damaged = matches!(error, StoreError::Damaged { .. });
        let failure = Self::unjudged(error);
        if damaged {
            return failure.hint(
                "a witness that forgets can be made to cosign two histories; name every key that it used, or give it \
                 another name, other keys and another folder",
            );
        }
        failure
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        Self::unjudged(error)
    }
}
