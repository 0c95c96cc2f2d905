//! What is asked over HTTP, of servers that answer as the limits need.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::hash::Hash;
use candour::core::tile;
use candour::storage::http::{Client, Patience};
use candour::storage::http_bundle::{HttpBundle, MAX_HTTP_CHECKPOINTS, MAX_HTTP_FILES};

use crate::corpus::forge::key;
use crate::http::server::Server;

/// Bytes of a long file after which asking for the rest was not in vain.
const PROGRESS: u64 = 1 << 20;

/// A server that gives each question, counted from 1, the answer that it is told to.
struct Told {
    url: String,
    ended: Arc<AtomicBool>,
}

impl Told {
    fn to(answer: impl Fn(u64) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (url, ended) = (listener.local_addr().unwrap().to_string(), Arc::new(AtomicBool::new(false)));
        let end = Arc::clone(&ended);
        thread::spawn(move || {
            for (nth, mut stream) in (1..).zip(listener.incoming().map_while(Result::ok)) {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                // Who has read enough hangs up, and that is no error here.
                let _ = stream.write_all(&answer(nth));
            }
        });
        Self { url, ended }
    }

    fn url(&self) -> String {
        format!("http://{}/file", self.url)
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(&self.url);
    }
}

/// An answer without a body.
fn empty(status: &str, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

fn client() -> Client {
    Client::new(Patience { timeout: Duration::from_secs(30), pause: Duration::from_micros(1) })
}

/// Whether a file is had whose server has it.
fn had(server: &Told) -> bool {
    client().get(&server.url(), 0).is_ok_and(|answer| answer.status == 200)
}

pub fn attempts(count: u64) -> bool {
    had(&Told::to(move |nth| empty(if nth < count { "503 Busy" } else { "200 OK" }, "")))
}

pub fn redirects(count: u64) -> bool {
    had(&Told::to(move |nth| match nth <= count {
        true => empty("302 Found", &format!("Location: /{nth}\r\n")),
        false => empty("200 OK", ""),
    }))
}

pub fn header_bytes(bytes: u64) -> bool {
    let short = empty("200 OK", "X: \r\n").len();
    let answer = empty("200 OK", &format!("X: {}\r\n", "x".repeat(bytes as usize - short)));
    assert_eq!(answer.len() as u64, bytes);
    had(&Told::to(move |_| answer.clone()))
}

/// Whether a long file is had that breaks off each time after so much as makes it worth asking for more.
pub fn resumes(count: u64) -> bool {
    let whole = count * PROGRESS;
    let server = Told::to(move |nth| {
        let from = (nth - 1) * PROGRESS;
        let range = format!("Content-Range: bytes {from}-{}/{whole}\r\n", whole - 1);
        let status = if nth == 1 { "200 OK" } else { "206 Partial Content" };
        let head = format!("HTTP/1.1 {status}\r\n{range}Content-Length: {}\r\nConnection: close\r\n\r\n", whole - from);
        [head.into_bytes(), vec![0; PROGRESS as usize]].concat()
    });
    let mut stream = client().stream(&server.url(), whole).unwrap().unwrap();
    io::copy(&mut stream, &mut io::sink()).is_ok_and(|taken| taken == whole)
}

/// Whether a ledger is opened of that size, of whose checkpoints there is that list.
fn opens(size: u64, list: Vec<u8>) -> bool {
    let checkpoint = Checkpoint { origin: "log.example/limits".to_owned(), size, root: Hash::ZERO };
    let signed = SignedCheckpoint::sign(checkpoint, &key("office")).unwrap().to_string().into_bytes();
    let files = BTreeMap::from([("checkpoint".to_owned(), signed), ("checkpoints/sizes".to_owned(), list)]);
    HttpBundle::open_with(&Server::of(files).url(), client()).is_ok()
}

/// No ledger has 2^20 files: after the last one that has fewer, the next has two more, a hash tile and an entry bundle.
pub fn files(count: u64) -> bool {
    let (size, has) =
        if count > MAX_HTTP_FILES { (133_954_817, MAX_HTTP_FILES + 1) } else { (133_954_816, MAX_HTTP_FILES - 1) };
    assert_eq!(tile::tiles(size).count() as u64, has);
    opens(size, Vec::new())
}

/// A list of so many sizes, from that one on.
fn list(from: u64, count: u64) -> Vec<u8> {
    (from..from + count).map(|size| format!("{size}\n")).collect::<String>().into_bytes()
}

pub fn checkpoints(count: u64) -> bool {
    opens(1, list(1, count))
}

/// Whether as many lines are read as there may be, of that many bytes each.
pub fn listing_line(bytes: u64) -> bool {
    opens(1, list(10_u128.pow(bytes as u32 - 2).try_into().unwrap_or(u64::MAX), MAX_HTTP_CHECKPOINTS as u64))
}
