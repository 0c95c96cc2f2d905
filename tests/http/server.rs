//! A web server that may misbehave.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

/// What a server does instead of handing over a file.
#[derive(Clone)]
pub enum Odd {
    Status(u16),
    Html(String),
    Redirect(String),
    Bytes(Vec<u8>),
    /// Bytes for as long as anybody listens.
    Endless,
    /// A byte from time to time.
    Drip,
    /// Fewer bytes than announced.
    Short,
    /// No answer at all.
    HangUp,
    /// Small, and large when unpacked.
    Bomb,
    /// The file, said to be packed.
    Encoded(&'static str),
    /// The first time only.
    Once(Box<Odd>),
}

pub struct Server {
    port: u16,
    ended: Arc<AtomicBool>,
    site: Arc<Site>,
}

struct Site {
    files: BTreeMap<String, Vec<u8>>,
    odd: Option<(String, Odd)>,
    asked: AtomicBool,
    /// The names that were asked for.
    log: Mutex<Vec<String>>,
}

impl Server {
    pub fn of(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self::start(Site { files, odd: None, asked: AtomicBool::new(false), log: Mutex::default() })
    }

    pub fn with(files: BTreeMap<String, Vec<u8>>, name: &str, odd: Odd) -> Self {
        let odd = Some((name.to_owned(), odd));
        Self::start(Site { files, odd, asked: AtomicBool::new(false), log: Mutex::default() })
    }

    fn start(site: Site) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, ended, site) =
            (listener.local_addr().unwrap().port(), Arc::new(AtomicBool::new(false)), Arc::new(site));
        let (end, asked) = (ended.clone(), Arc::clone(&site));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let site = asked.clone();
                // A reader that has seen enough hangs up, and that is no error here.
                thread::spawn(move || site.answer(stream));
            }
        });
        Self { port, ended, site }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How often that file was asked for.
    pub fn asked_for(&self, name: &str) -> usize {
        self.site.log.lock().unwrap().iter().filter(|asked| *asked == name).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Site {
    fn answer(&self, stream: TcpStream) -> Option<()> {
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
        let path = lines.next()?.split(' ').nth(1)?.trim_start_matches('/').to_owned();
        lines.take_while(|line| !line.is_empty()).for_each(drop);
        self.log.lock().unwrap().push(path.clone());
        let odd = self.odd.as_ref().filter(|(name, _)| *name == path).map(|(_, odd)| odd);
        match odd {
            Some(Odd::Once(odd)) if !self.asked.swap(true, Ordering::Relaxed) => self.misbehave(&path, odd, stream),
            None | Some(Odd::Once(_)) => match self.files.get(&path) {
                Some(bytes) => send(stream, "200 OK", "", bytes),
                None => send(stream, "404 Not Found", "Content-Type: text/html\r\n", b"<p>Not found"),
            },
            Some(odd) => self.misbehave(&path, odd, stream),
        }
    }

    fn misbehave(&self, path: &str, odd: &Odd, mut stream: TcpStream) -> Option<()> {
        let file = self.files.get(path).map_or(&b"x"[..], Vec::as_slice);
        match odd {
            Odd::Status(status) => send(stream, &format!("{status} Odd"), "", b"odd"),
            Odd::Html(page) => send(stream, "200 OK", "Content-Type: text/html; charset=utf-8\r\n", page.as_bytes()),
            Odd::Redirect(to) => send(stream, "302 Found", &format!("Location: {to}\r\n"), b""),
            Odd::Bytes(bytes) => send(stream, "200 OK", "", bytes),
            Odd::Encoded(how) => send(stream, "200 OK", &format!("Content-Encoding: {how}\r\n"), file),
            Odd::Bomb => {
                let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
                (0..64).for_each(|_| bomb.write_all(&[0; 1 << 20]).unwrap());
                send(stream, "200 OK", "Content-Encoding: gzip\r\n", &bomb.finish().unwrap())
            }
            Odd::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").ok()?;
                while stream.write_all(&[b'x'; 1 << 16]).is_ok() {}
                None
            }
            Odd::Drip => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").ok()?;
                while stream.write_all(b"x").is_ok() {
                    thread::sleep(Duration::from_millis(100));
                }
                None
            }
            Odd::Short => {
                let length = file.len() + 1;
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").ok()?;
                stream.write_all(file).ok()
            }
            Odd::HangUp | Odd::Once(_) => None,
        }
    }
}

fn send(mut stream: TcpStream, status: &str, headers: &str, body: &[u8]) -> Option<()> {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n").ok()?;
    stream.write_all(body).ok()
}
