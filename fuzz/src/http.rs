//! A ledger that a web server serves: an honest one, edited, with some answers byte for byte from the fuzzer, their
//! heads included.

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::Unstructured;
use candour::storage::http::{Client, Patience};
use candour::storage::http_bundle::HttpBundle;

use crate::{bundle, ledger, server};

/// A file is asked for several times.
pub const BYTES: usize = 1 << 16;

/// Bytes of an answer from the fuzzer, at most.
const MAX_ANSWER_BYTES: usize = 4096;

pub fn run(data: &[u8]) {
    verifies(data);
}

/// Whether what was served verifies.
fn verifies(data: &[u8]) -> bool {
    let [which, answers, rest @ ..] = data else { return false };
    // The last ledger is long, and every file takes a connection of its own.
    let ledgers = &bundle::ledgers()[..7];
    let ledger = &ledgers[usize::from(*which) % ledgers.len()];
    let mut chosen = Unstructured::new(rest);
    let mut raw: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
    for _ in 0..answers % 4 {
        let (Ok(place), Ok(length)) = (chosen.choose_index(48), chosen.int_in_range(0..=MAX_ANSWER_BYTES)) else { break };
        let bytes = chosen.bytes(length.min(chosen.len())).unwrap_or_default();
        raw.insert(place, bytes.to_vec());
    }
    let files: BTreeMap<String, Vec<u8>> = ledger::edited(ledger, &ledgers[0], &mut chosen).into_iter().collect();
    let mut asked = 0;
    let url = server::answering(move |path| {
        asked += 1;
        match (raw.get(&(asked - 1)), files.get(path.trim_start_matches('/'))) {
            (Some(raw), _) => raw.clone(),
            (None, Some(bytes)) => server::response("200 OK", "application/octet-stream", bytes),
            (None, None) => server::response("404 Not Found", "text/plain", b""),
        }
    });
    let patience = Patience { timeout: Duration::from_secs(2), pause: Duration::ZERO };
    match HttpBundle::open_with(url, Client::new(patience)) {
        Ok(copy) => ledger.hold(&copy),
        Err(trouble) => {
            crate::bounded_message(trouble.to_string().lines().next().unwrap_or_default());
            false
        }
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    const RAW: [&str; 10] = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\u{b}\x08",
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/9\r\n\r\nab",
        "HTTP/1.1 302 Found\r\nLocation: /checkpoint\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
        "HTTP/1.0 200 OK\r\n\r\n1\n2\n3\n",
        "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ];
    let mut seeds: Vec<Vec<u8>> = (0..7).map(|which| vec![which, 0]).collect();
    assert!(seeds.iter().all(|honest| verifies(honest)));
    for (raw, place) in RAW.iter().zip(0..) {
        let [low, high] = (raw.len() as u16).to_le_bytes();
        seeds.push([&[place % 7, 1, place, high, low][..], raw.as_bytes()].concat());
    }
    seeds
}
