//! A witness on loopback that answers as it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::checkpoint::SignedCheckpoint;
use candour::core::hash::Hash;
use candour::core::merkle::verify_consistency;
use candour::core::note::VerifierKey;

use crate::corpus::forge::{disputed, key};

/// When fakes cosign, in seconds since 1970.
pub const NOW: u64 = 1_700_000_000;

/// What is done with a request.
pub enum Say {
    /// A status, a media type and a body.
    Answer(u16, &'static str, Vec<u8>),
    /// Nothing, for ever.
    Hang,
    /// A byte at a time, for ever.
    Drip,
    /// The connection is closed.
    Close,
}

/// A request, as it came in.
pub struct Asked {
    /// The method and the path.
    pub line: String,
    /// Its body.
    pub body: String,
}

impl Asked {
    /// The checkpoint in it.
    pub fn checkpoint(&self) -> SignedCheckpoint {
        SignedCheckpoint::parse(self.body.split_once("\n\n").unwrap().1.as_bytes()).unwrap()
    }

    /// The old size in it.
    pub fn old(&self) -> u64 {
        self.body.lines().next().unwrap().strip_prefix("old ").unwrap().parse().unwrap()
    }
}

type Script = Box<dyn FnMut(&Asked) -> Say + Send>;

/// A witness, or what passes for one.
pub struct Fake {
    /// Its submission prefix.
    pub url: String,
    script: Arc<Mutex<Script>>,
    /// Every request, as it comes in.
    pub asked: Receiver<Asked>,
}

impl Fake {
    /// One that follows a script.
    pub fn new(script: impl FnMut(&Asked) -> Say + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/w", listener.local_addr().unwrap());
        let script: Arc<Mutex<Script>> = Arc::new(Mutex::new(Box::new(script)));
        let (sender, asked) = mpsc::channel();
        let shared = Arc::clone(&script);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, sender) = (Arc::clone(&shared), sender.clone());
                thread::spawn(move || {
                    let Some(asked) = read(&stream) else { return };
                    let say = script.lock().unwrap()(&asked);
                    let _ = sender.send(asked);
                    answer(stream, say);
                });
            }
        });
        Self { url, script, asked }
    }

    /// Follows another script from now on.
    pub fn follow(&self, script: impl FnMut(&Asked) -> Say + Send + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// How often it was asked since this was last asked.
    pub fn times(&self) -> usize {
        self.asked.try_iter().count()
    }
}

/// The key of a witness of that name.
pub fn vkey(name: &str) -> VerifierKey {
    VerifierKey::cosignature(name, key(name).public().unwrap()).unwrap()
}

/// A cosignature line under one name, by the key of another, at a time, over a text.
pub fn line(name: &str, by: &str, time: u64, text: &str) -> String {
    let signature = key(by).sign(format!("cosignature/v1\ntime {time}\n{text}").as_bytes()).0;
    let bytes = [&vkey(name).id().to_be_bytes()[..], &time.to_be_bytes(), &signature].concat();
    format!("— {name} {}\n", BASE64_STANDARD.encode(bytes))
}

/// Its own cosignature line, which some libraries take and some refuse.
pub fn disputed_line(name: &str, time: u64, text: &str) -> String {
    let signature = disputed(name, format!("cosignature/v1\ntime {time}\n{text}").as_bytes());
    let bytes = [&vkey(name).id().to_be_bytes()[..], &time.to_be_bytes(), &signature].concat();
    format!("— {name} {}\n", BASE64_STANDARD.encode(bytes))
}

/// Cosigns whatever it is shown, with the keys of those names.
pub fn cosigns(names: &'static [&'static str], time: u64) -> impl FnMut(&Asked) -> Say + Send + 'static {
    move |asked| {
        let text = asked.checkpoint().note().text().to_owned();
        let lines: String = names.iter().map(|name| line(name, name, time, &text)).collect();
        Say::Answer(200, "text/plain", lines.into_bytes())
    }
}

/// Does what tlog-witness says, from a checkpoint on that it saw before, and shows what it has if it is asked.
pub fn honest(
    name: &'static str,
    mut seen: Option<SignedCheckpoint>,
    time: u64,
) -> impl FnMut(&Asked) -> Say + Send + 'static {
    move |asked| {
        if asked.line.starts_with("GET ") {
            let found = seen.as_ref().map(|seen| Say::Answer(200, "text/plain", seen.to_string().into_bytes()));
            return found.unwrap_or(Say::Answer(404, "text/plain", Vec::new()));
        }
        let signed = asked.checkpoint();
        let before = seen.as_ref().map_or((0, Hash::of(&[])), |seen| (seen.checkpoint().size, seen.checkpoint().root));
        if asked.old() != before.0 {
            return Say::Answer(409, "text/x.tlog.size", format!("{}\n", before.0).into_bytes());
        }
        let proof = asked.body.split_once("\n\n").unwrap().0.lines().skip(1);
        let proof: Vec<_> = proof.map(|hash| Hash::from_base64(hash).unwrap()).collect();
        let says = signed.checkpoint();
        if verify_consistency(before.0, before.1, says.size, says.root, &proof).is_err() {
            return Say::Answer(422, "text/plain", Vec::new());
        }
        let line = line(name, name, time, signed.note().text());
        seen = Some(signed);
        Say::Answer(200, "text/plain", line.into_bytes())
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { line: first.trim().to_owned(), body: String::from_utf8(body).ok()? })
}

fn answer(mut stream: TcpStream, say: Say) {
    match say {
        Say::Answer(status, media_type, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
        Say::Hang => loop {
            thread::park();
        },
        Say::Drip => {
            let head = "HTTP/1.1 200 X\r\nContent-Type: text/plain\r\nContent-Length: 60000\r\n\r\n";
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(b"a").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        }
        Say::Close => {}
    }
}
