//! Every status code, to the letter; and that a restart forgets nothing.

use std::fs;
use std::io::{BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};

use candour::core::checkpoint::SignedCheckpoint;
use candour::core::hash::Hash;

use super::service::{Answer, Log, ORIGIN, SECOND, Service, command, request, shown_at};
use crate::tools::is_missing;

/// A call, its body, and what comes back: the status, the type, and the whole body where it is fixed.
type Step<'a> = ((&'a str, &'a str), String, u16, &'a str, Option<&'a str>);

const TEXT: &str = "text/plain; charset=utf-8";

#[test]
fn every_status_to_the_letter() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let (log, fork) = (Log::new(ORIGIN, 0, 0), Log::new(ORIGIN, 0, 1));
    let mut stranger = log.body(0, 5);
    stranger.truncate(stranger.find('—').unwrap());
    let forged = log.body(0, 5).replacen("\n5\n", "\n6\n", 1);
    let unknown = log.body(0, 5).replace(ORIGIN, "log.example/c");
    let sent_by = format!("{stranger}— {ORIGIN} AAAAAAAA\n");
    let disputed = log.disputed_body(5);
    let huge = "x".repeat(300_000);
    let (long, zero) = ("old 0\n".to_owned() + &"A\n".repeat(64), format!("old 0\n{}\n\n", Hash::ZERO.to_base64()));
    let zero = zero + log.body(0, 5).split_once("\n\n").unwrap().1;
    let spoilt = log.body(5, 8).replacen('\n', &format!("\n{}\n", Hash::ZERO.to_base64()), 1);
    let (shown, other) = (shown_at(ORIGIN), shown_at(SECOND));
    let upper = shown.to_uppercase().replace("CHECKPOINT", "checkpoint");
    // In this order.
    let post = ("POST", "/add-checkpoint");
    let steps: Vec<Step<'_>> = vec![
        (("GET", &shown), String::new(), 404, TEXT, None),
        (post, String::new(), 400, TEXT, None),
        (post, long.clone(), 400, TEXT, None),
        (post, huge.clone(), 413, TEXT, None),
        (post, stranger.clone(), 400, TEXT, None),
        (post, unknown.clone(), 404, TEXT, None),
        (post, sent_by.clone(), 403, TEXT, None),
        (post, forged.clone(), 403, TEXT, None),
        (post, disputed, 403, TEXT, None),
        (post, log.body(6, 5), 400, TEXT, None),
        (post, log.body(3, 5), 409, "text/x.tlog.size", Some("0\n")),
        (post, zero.clone(), 422, TEXT, None),
        (("GET", &shown), String::new(), 404, TEXT, None),
        (post, log.body(0, 5), 200, TEXT, None),
        (("GET", &shown), String::new(), 200, TEXT, None),
        (("GET", &other), String::new(), 404, TEXT, None),
        (("GET", &upper), String::new(), 404, TEXT, None),
        (post, log.body(0, 8), 409, "text/x.tlog.size", Some("5\n")),
        (post, log.body(6, 5), 400, TEXT, None),
        (post, fork.body(5, 5), 422, TEXT, None),
        (post, fork.body(5, 8), 422, TEXT, None),
        (post, spoilt.clone(), 422, TEXT, None),
        (post, log.body(5, 5), 200, TEXT, None),
        (post, log.body(5, 8), 200, TEXT, None),
        (post, log.body(0, 3), 409, "text/x.tlog.size", Some("8\n")),
        (post, Log::new(SECOND, 0, 0).body(0, 0), 200, TEXT, None),
        (("GET", &other), String::new(), 200, TEXT, None),
        (("GET", "/add-checkpoint"), String::new(), 405, TEXT, None),
        (("PUT", "/add-checkpoint"), String::new(), 405, TEXT, None),
        (("POST", &shown), String::new(), 405, TEXT, None),
        (("GET", "/"), String::new(), 404, TEXT, None),
        (("POST", "/add-checkpoint/"), String::new(), 404, TEXT, None),
        (("GET", "/x/checkpoint"), String::new(), 404, TEXT, None),
        (("GET", "/%ff/checkpoint"), String::new(), 404, TEXT, None),
        (("GET", "/checkpoint"), String::new(), 404, TEXT, None),
    ];
    for (number, ((method, path), body, status, kind, expected)) in steps.into_iter().enumerate() {
        let answer = service.ask(method, path, body.as_bytes());
        let what = format!("step {number}, {method} {path}\n{body:.200}\n{}", answer.text());
        assert_eq!((answer.status, answer.header("content-type")), (status, Some(kind)), "{what}");
        assert!(answer.text().ends_with('\n') && answer.body.len() < 1000, "{what}");
        if let Some(expected) = expected {
            assert_eq!(answer.text(), expected, "{what}");
        }
        if status == 405 {
            assert!(answer.header("allow").is_some(), "{what}");
        }
    }
    let evidence = folder.path().join("memory/evidence").join(Hash::of(ORIGIN.as_bytes()).to_string());
    let kept: Vec<_> =
        fs::read_dir(evidence).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    for (kind, count) in [("two-roots-", 1), ("possible-fork-", 1), ("possible-rollback-", 1)] {
        assert_eq!(kept.iter().filter(|name| name.starts_with(kind)).count(), count, "{kind} in {kept:?}");
    }
}

#[test]
fn the_answer_is_the_cosignature_alone_and_a_restart_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::new(ORIGIN, 0, 0);
    let mut service = Service::start(folder.path(), &["--prefix", "/for/us"]);
    let body = log.body(0, 5);
    let answer = service.ask("POST", "/for/us/add-checkpoint", body.as_bytes());
    assert_eq!((answer.status, answer.text().lines().count()), (200, 1));
    assert!(answer.text().starts_with("— witness.example/w1 ") && answer.text().ends_with('\n'));
    let note = body.split_once("\n\n").unwrap().1.to_owned() + answer.text();
    let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    assert!(signed.cosigned_by(&service.key).unwrap().unwrap() > 1_700_000_000);
    let shown = format!("/for/us{}", shown_at(ORIGIN));
    let answer = service.ask("GET", &shown, b"");
    assert_eq!(answer.text(), note, "what was answered is what is shown");
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(service.submit(&body).status, 404);
    // Asked to end, it ends in order.
    let asked = Command::new("kill").args(["-TERM", &service.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert_eq!(service.wait(), Some(0));
    let mut printed = String::new();
    service.printed.read_to_string(&mut printed).unwrap();
    assert!(printed.contains(r#""event":"cosigned","origin":"log.example/a","size":5"#), "{printed}");
    let service = Service::start(folder.path(), &[]);
    assert_eq!(service.shown(&log), Some(log.checkpoint(5)));
    let conflict = service.submit(&log.body(0, 8));
    assert_eq!((conflict.status, conflict.text()), (409, "5\n"));
    assert_eq!(service.submit(&Log::new(ORIGIN, 0, 1).body(5, 8)).status, 422);
    assert_eq!(service.submit(&log.body(5, 8)).status, 200);
    // Nobody else may have the folder meanwhile.
    let output = command(folder.path(), &[]).stdout(Stdio::piped()).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && error.contains("locked by process"), "{error}");
    drop(service);
    // A damaged memory is named, and nothing starts.
    let name = Hash::of(ORIGIN.as_bytes()).to_string();
    let path = folder.path().join("memory/logs").join(&name);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let output = command(folder.path(), &[]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && error.contains(&name) && error.contains("hint:"), "{error}");
}

#[test]
fn a_connection_is_kept_and_requests_may_wait_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let log = Log::new(ORIGIN, 0, 0);
    let mut stream = BufReader::new(service.connect());
    for size in 0..20 {
        let body = log.body(size, size + 1);
        stream.get_mut().write_all(&request("POST", "/add-checkpoint", body.as_bytes())).unwrap();
        assert_eq!(Answer::read(&mut stream).map(|answer| answer.status), Some(200));
    }
    let all = [(20, 25), (25, 26), (0, 27), (26, 30)].map(|(old, size)| log.body(old, size));
    let all: Vec<u8> = all.iter().flat_map(|body| request("POST", "/add-checkpoint", body.as_bytes())).collect();
    stream.get_mut().write_all(&all).unwrap();
    for status in [200, 200, 409, 200] {
        assert_eq!(Answer::read(&mut stream).map(|answer| answer.status), Some(status));
    }
    assert_eq!(service.shown(&log).map(|checkpoint| checkpoint.size), Some(30));
}

#[test]
fn curl_is_answered_too() {
    if is_missing("curl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[]);
    let log = Log::new(ORIGIN, 0, 0);
    fs::write(folder.path().join("body"), log.body(0, 5)).unwrap();
    fs::write(folder.path().join("huge"), "x".repeat(3_000_000)).unwrap();
    let url = format!("http://{}/add-checkpoint", service.address);
    for (file, expected) in [
        ("body", "200 text/plain; charset=utf-8"),
        ("body", "409 text/x.tlog.size"),
        ("huge", "413 text/plain; charset=utf-8"),
    ] {
        let mut curl = Command::new("curl");
        curl.args([
            "-s",
            "--data-binary",
            &format!("@{file}"),
            "-o",
            "out",
            "-w",
            "%{http_code} %{content_type}",
            &url,
        ]);
        let output = curl.current_dir(folder.path()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{file}");
    }
}
