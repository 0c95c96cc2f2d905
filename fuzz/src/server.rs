//! A web server on this machine that answers as the fuzzer says, byte for byte.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What it answers to a request for a path: a whole response, its head included.
type Script = Box<dyn FnMut(&str) -> Vec<u8> + Send>;

/// How long it waits for the rest of a request.
const PATIENCE: Duration = Duration::from_secs(2);

static SERVER: LazyLock<(String, Arc<Mutex<Script>>)> = LazyLock::new(|| {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("a port"));
    let script: Arc<Mutex<Script>> = Arc::new(Mutex::new(Box::new(|_| Vec::new())));
    let shared = Arc::clone(&script);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever breaks off is no concern of the next.
            let _ = answer(stream, &shared);
        }
    });
    (url, script)
});

/// Answers by that script from now on. Returns where.
pub fn answering(script: impl FnMut(&str) -> Vec<u8> + Send + 'static) -> &'static str {
    *SERVER.1.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(script);
    &SERVER.0
}

fn answer(mut stream: TcpStream, script: &Mutex<Script>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let (mut request, mut piece) = (Vec::new(), [0; 4096]);
    let end = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(&piece[..count]);
    };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    while request.len() < end + length.unwrap_or(0) {
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(&piece[..count]);
    }
    let line = String::from_utf8_lossy(&request[..end]).into_owned();
    let path = line.split(' ').nth(1).unwrap_or_default();
    let response = script.lock().unwrap_or_else(PoisonError::into_inner)(path);
    stream.write_all(&response)?;
    stream.shutdown(Shutdown::Write)
}

/// A whole response.
pub fn response(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
