//! A witness's process, a log to ask it for, and a client that shares no line with it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::fault::Fault;
use candour::core::hash::Hash;
use candour::core::key::SecretKey;
use candour::core::merkle::{Frontier, consistency_proof};
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::witness::AddCheckpoint;

use crate::corpus::forge::disputed;
use crate::tools::candour;

pub(super) const ORIGIN: &str = "log.example/a";
pub(super) const SECOND: &str = "log.example/b";

/// How long a client waits for anything, at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// A log that lies from leaf `fork` on, another lie for each `branch`.
pub(super) struct Log {
    origin: &'static str,
    leaves: Vec<Hash>,
}

impl Log {
    pub(super) fn new(origin: &'static str, fork: u64, branch: u64) -> Self {
        let leaf = |index: u64| if index < fork { index.to_string() } else { format!("{index} {branch}") };
        Self { origin, leaves: (0..2000).map(|index| Hash::leaf(leaf(index).as_bytes())).collect() }
    }

    fn key(&self) -> SecretKey {
        SecretKey::from_seed(&Hash::of(self.origin.as_bytes()).0)
    }

    pub(super) fn verifier(&self) -> VerifierKey {
        VerifierKey::ed25519(self.origin, self.key().public().unwrap()).unwrap()
    }

    pub(super) fn checkpoint(&self, size: u64) -> Checkpoint {
        let root = Frontier::from_iter(self.leaves[..size as usize].iter().copied()).root();
        Checkpoint { origin: self.origin.to_owned(), size, root }
    }

    /// A body of `add-checkpoint` to a witness that saw nothing, with a signature that some libraries take and some refuse.
    pub(super) fn disputed_body(&self, size: u64) -> String {
        let text = self.checkpoint(size).to_string();
        let bytes = [&self.verifier().id().to_be_bytes()[..], &disputed(self.origin, text.as_bytes())].concat();
        format!("old 0\n\n{text}\n— {} {}\n", self.origin, BASE64_STANDARD.encode(bytes))
    }

    /// A body of `add-checkpoint`.
    pub(super) fn body(&self, old: u64, size: u64) -> String {
        let node = |level: u8, index: u64| {
            let (start, end) = ((index << level) as usize, ((index + 1) << level) as usize);
            Ok::<_, Fault>(Frontier::from_iter(self.leaves[start..end].iter().copied()).root())
        };
        let proof = if old <= size { consistency_proof(old, size, node).unwrap() } else { Vec::new() };
        let checkpoint = SignedCheckpoint::sign(self.checkpoint(size), &self.key()).unwrap();
        AddCheckpoint { old, proof, checkpoint }.to_string()
    }
}

/// Where a witness shows its latest checkpoint of a log.
pub(super) fn shown_at(origin: &str) -> String {
    format!("/{}/checkpoint", Hash::of(origin.as_bytes()))
}

/// A running witness. Killed at the end, if it still runs.
pub(super) struct Service {
    child: Child,
    /// Kept open: what the witness prints is read from here.
    pub(super) printed: BufReader<ChildStdout>,
    pub(super) address: SocketAddr,
    pub(super) key: VerifierKey,
}

/// The command that runs a witness in a folder, which gets its key and policy.
pub(super) fn command(folder: &Path, more: &[&str]) -> Command {
    let key = folder.join("w.pem");
    if !key.exists() {
        let made = Command::new(candour()).args(["key", "new"]).arg(&key).stdout(Stdio::null()).status().unwrap();
        assert!(made.success());
        let logs = [ORIGIN, SECOND].map(|origin| format!("log {}\n", Log::new(origin, 0, 0).verifier())).concat();
        Policy::parse(format!("{logs}quorum none\n").as_bytes()).unwrap();
        fs::write(folder.join("logs"), format!("{logs}quorum none\n")).unwrap();
    }
    let mut command = Command::new(candour());
    let arguments = ["witness", "memory", "--name", "witness.example/w1", "--key", "w.pem", "--logs", "logs"];
    command.args(arguments).args(["--listen", "127.0.0.1:0", "--json"]).args(more).current_dir(folder);
    command
}

impl Service {
    pub(super) fn start(folder: &Path, more: &[&str]) -> Self {
        Self::started(&mut command(folder, more)).unwrap_or_else(|code| panic!("the witness ended with {code:?}"))
    }

    /// The same; where it ends before it listens, its exit code.
    pub(super) fn started(command: &mut Command) -> Result<Self, Option<i32>> {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        printed.read_line(&mut line).unwrap();
        if line.is_empty() {
            return Err(child.wait().unwrap().code());
        }
        let started: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"));
        let address = started["listening"].as_str().unwrap().parse().unwrap();
        let key = VerifierKey::parse(started["keys"][0].as_str().unwrap()).unwrap();
        Ok(Self { child, printed, address, key })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// One request on a connection of its own.
    pub(super) fn ask(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(&request(method, path, body)).unwrap();
        Answer::read(&mut BufReader::new(stream)).expect("an answer")
    }

    /// As [`Service::submit`], of one that may have ended.
    pub(super) fn offer(&self, body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.write_all(&request("POST", "/add-checkpoint", body.as_bytes())).ok()?;
        Answer::read(&mut BufReader::new(stream))
    }

    pub(super) fn submit(&self, body: &str) -> Answer {
        self.ask("POST", "/add-checkpoint", body.as_bytes())
    }

    /// The checkpoint that it shows, verified to be cosigned by it and signed by its log.
    pub(super) fn shown(&self, log: &Log) -> Option<Checkpoint> {
        let answer = self.ask("GET", &shown_at(log.origin), b"");
        if answer.status == 404 {
            return None;
        }
        assert_eq!(answer.status, 200);
        let signed = SignedCheckpoint::parse(&answer.body).unwrap();
        assert!(signed.signed_by(&log.verifier()).unwrap() && signed.cosigned_by(&self.key).unwrap().is_some());
        Some(signed.checkpoint().clone())
    }

    /// Kills it with no chance to finish anything.
    pub(super) fn kill(&self) {
        let killed = Command::new("kill").args(["-KILL", &self.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// Waits for its end.
    pub(super) fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(super) fn request(method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{method} {path} HTTP/1.1\r\nHost: w\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// Reads one answer, and nothing beyond it; `None` where the connection ends instead.
    pub(super) fn read(stream: &mut BufReader<TcpStream>) -> Option<Self> {
        let mut line = String::new();
        match stream.read_line(&mut line) {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
        let status =
            line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok()).expect("a status line");
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let length =
            headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, length)| length.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        Some(Self { status, headers, body })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}
