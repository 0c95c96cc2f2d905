//! Clients that mean harm, or are broken: each is got rid of, and everybody else is served meanwhile.

use std::io::{BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::time::Instant;

use candour::shell::witness::http::BODY_TIME;
use candour::shell::witness::server::{HEAD_TIME, MAX_CONNECTIONS};

use super::service::{Answer, Log, ORIGIN, Service, request};

/// A name, what is sent, and the answers that will do; none is a connection that ends.
type Case<'a> = (&'a str, Vec<u8>, &'a [Option<u16>]);

/// Sends bytes that are no request to be answered with 200. The status of the answer, if there is one before the end.
pub(super) fn send(service: &Service, bytes: &[u8]) -> Option<u16> {
    let mut stream = service.connect();
    // The server may hang up while this still writes.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    Answer::read(&mut BufReader::new(stream)).map(|answer| answer.status)
}

#[test]
fn what_is_no_request_ends_its_own_connection_only() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let log = Log::new(ORIGIN, 0, 0);
    let line = |length: usize| format!("GET /{} HTTP/1.1\r\nHost: w\r\n\r\n", "a".repeat(length)).into_bytes();
    let headers = |count: usize, length: usize| {
        let header = format!("X-A: {}\r\n", "a".repeat(length));
        format!("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{}\r\n", header.repeat(count)).into_bytes()
    };
    let declared = |length: &str| format!("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{length}\r\n\r\n").into_bytes();
    let chunked = |body: &str| declared(&format!("Transfer-Encoding: chunked\r\n\r\n{body}"));
    let garbage: Vec<u8> = (0..50_000u32).map(|byte| (byte.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let endless = [declared("Content-Length: 16000000"), vec![b'x'; 16_000_000]].concat();
    let table: Vec<Case<'_>> = vec![
        ("nothing", Vec::new(), &[None]),
        ("garbage", garbage, &[Some(400), Some(431), None]),
        ("zeros", vec![0; 50_000], &[Some(400), Some(431), None]),
        ("a greeting of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), &[Some(400), None]),
        ("a greeting of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[Some(400), Some(505), None]),
        ("a line of 10,000 bytes", line(10_000), &[Some(404), Some(414), Some(431)]),
        ("a line of 100,000 bytes", line(100_000), &[Some(414), Some(431), None]),
        ("many headers", headers(100, 1), &[Some(431), Some(400)]),
        ("large headers", headers(10, 10_000), &[Some(431), None]),
        ("a length that is none", declared("Content-Length: x"), &[Some(400), None]),
        ("a length below nothing", declared("Content-Length: -1"), &[Some(400), None]),
        ("two lengths", declared("Content-Length: 1\r\nContent-Length: 2"), &[Some(400), None]),
        ("a body that breaks off", declared("Content-Length: 100"), &[Some(400), None]),
        ("an endless length", declared("Content-Length: 18446744073709551614"), &[Some(413), Some(431), Some(400)]),
        ("a large body", endless, &[Some(413)]),
        ("a chunk that is none", chunked("zz\r\n"), &[Some(400), None]),
        ("an endless chunk", chunked("fffffffffffffffff\r\n"), &[Some(400), None]),
        ("a chunk that breaks off", chunked("5\r\nab"), &[Some(400), None]),
        ("no version", b"GET /\r\n\r\n".to_vec(), &[Some(400), None]),
    ];
    for (size, (what, bytes, expected)) in (0..).zip(table) {
        let status = send(&service, &bytes);
        assert!(expected.contains(&status), "{what}: {status:?}");
        assert_eq!(service.submit(&log.body(size, size + 1)).status, 200, "after {what}");
    }
}

#[test]
fn whoever_ends_its_side_early_still_reads_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let log = Log::new(ORIGIN, 0, 0);
    let bytes = request("POST", "/add-checkpoint", log.body(0, 5).as_bytes());
    assert_eq!(send(&service, &bytes), Some(200));
    // And whoever is gone altogether may still have been cosigned for, or not.
    let mut stream = service.connect();
    stream.write_all(&request("POST", "/add-checkpoint", log.body(5, 6).as_bytes())).unwrap();
    drop(stream);
    assert!([200, 409].contains(&service.submit(&log.body(5, 7)).status));
}

#[test]
fn the_slow_are_got_rid_of_and_hold_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let log = Log::new(ORIGIN, 0, 0);
    let started = Instant::now();
    let idle: Vec<_> = (0..MAX_CONNECTIONS / 4).map(|_| service.connect()).collect();
    let slow = |start: &[u8]| {
        let mut stream = service.connect();
        stream.write_all(start).unwrap();
        stream
    };
    let head = slow(b"POST /add-checkpoint HTTP/1.1\r\nHost:");
    let body = slow(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 100\r\n\r\nold 0\n");
    assert_eq!(service.submit(&log.body(0, 5)).status, 200);
    assert!(started.elapsed() < HEAD_TIME, "served while the others hesitate");
    let answer = Answer::read(&mut BufReader::new(body)).expect("an answer");
    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
    assert!(started.elapsed() >= BODY_TIME);
    for mut stream in idle.into_iter().chain([head]) {
        let mut rest = Vec::new();
        assert!(stream.read_to_end(&mut rest).is_ok() && !rest.starts_with(b"HTTP/1.1 200"));
    }
    assert_eq!(service.submit(&log.body(5, 6)).status, 200);
}
