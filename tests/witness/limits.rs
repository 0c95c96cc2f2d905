//! What a witness's server takes of a stranger, up to its limits and not beyond them.

use std::io::{BufReader, ErrorKind, Read as _, Write as _};
use std::time::Duration;

use candour::core::witness::MAX_ADD_CHECKPOINT_BYTES;
use candour::shell::witness::http::MAX_DISCARDED_BYTES;
use candour::shell::witness::server::{MAX_CONNECTIONS, MAX_HEAD_BYTES, MAX_HEADERS};

use super::hostile::send;
use super::service::{Answer, Log, ORIGIN, Service, request};

/// A request for what is not there, with these headers.
fn get(headers: &str) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nHost: w\r\n{headers}\r\n").into_bytes()
}

/// What there is a limit of, the limit, and a request that has so many.
type Limit<'a> = (&'a str, usize, &'a dyn Fn(usize) -> Vec<u8>);

#[test]
fn a_request_s_head_is_read_up_to_its_limits() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let bytes = |count: usize| get(&format!("X: {}\r\n", "x".repeat(count - get("X: \r\n").len())));
    let headers = |count: usize| get(&"X: x\r\n".repeat(count - 1));
    let table: [Limit<'_>; 2] = [("bytes", MAX_HEAD_BYTES, &bytes), ("headers", MAX_HEADERS, &headers)];
    for (what, limit, head) in table {
        for (count, status) in [(limit - 1, 404), (limit, 404), (limit + 1, 431), (2 * limit, 431)] {
            assert_eq!(send(&service, &head(count)), Some(status), "{count} {what}");
        }
    }
}

#[test]
fn a_request_s_body_is_read_up_to_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let log = Log::new(ORIGIN, 0, 0);
    // A line by somebody else makes it that long.
    let body = |old: u64, bytes: usize| {
        let body = log.body(old, old + 1);
        let name = "x".repeat(bytes - body.len() - "—  AAAAAAAA\n".len());
        format!("{body}— {name} AAAAAAAA\n")
    };
    let limit = MAX_ADD_CHECKPOINT_BYTES;
    for (old, bytes, status) in [(0, limit - 1, 200), (1, limit, 200), (2, limit + 1, 413)] {
        let answer = service.submit(&body(old, bytes));
        assert_eq!(answer.status, status, "{bytes} bytes: {}", answer.text());
        assert!(status == 200 || answer.text() == "at most 262144 bytes are read\n", "{}", answer.text());
    }
}

#[test]
fn a_body_too_long_is_read_on_up_to_another_limit() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let head = |header: String| format!("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{header}\r\n\r\n").into_bytes();
    for (bytes, status) in [(MAX_DISCARDED_BYTES, 400), (MAX_DISCARDED_BYTES + 1, 413)] {
        // Neither comes to its end. Who reads on learns of that, and who does not has said before what is wrong.
        let declared = head(format!("Content-Length: {bytes}"));
        assert_eq!(send(&service, &declared), Some(status), "{bytes} bytes announced");
        let chunk = [head("Transfer-Encoding: chunked".to_owned()), format!("{bytes:x}\r\n").into_bytes()].concat();
        let sent = [chunk, vec![b'x'; bytes as usize]].concat();
        assert_eq!(send(&service, &sent), Some(status), "{bytes} bytes sent");
    }
}

#[test]
fn one_connection_more_than_there_may_be_waits_until_another_ends() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let ask = || {
        let mut stream = service.connect();
        stream.write_all(&request("GET", "/", b"")).unwrap();
        stream
    };
    let status = |stream| Answer::read(&mut BufReader::new(stream)).map(|answer| answer.status);
    let _idle: Vec<_> = (1..MAX_CONNECTIONS).map(|_| service.connect()).collect();
    let last = ask();
    assert_eq!(status(last.try_clone().unwrap()), Some(404));
    let mut more = ask();
    let patience = more.read_timeout().unwrap();
    more.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let waits = more.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(waits, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waits}");
    drop(last);
    more.set_read_timeout(patience).unwrap();
    assert_eq!(status(more), Some(404));
}
