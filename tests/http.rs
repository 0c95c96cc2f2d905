//! A ledger read over HTTP: from servers as they are, and from hostile ones.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up is a test that fails")]

pub(crate) mod server;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use candour::core::audit::{Report, Verdict};
use candour::core::hash::Hash;
use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::shell::verify::{Options, verify};
use candour::storage::bundle::{Bundle, Trouble};
use candour::storage::http::{Client, Patience};
use candour::storage::http_bundle::HttpBundle;
use candour::storage::memory_bundle::MemoryBundle;
use candour::storage::open_bundle;
use serde_json::json;

use crate::command_line::Scene;
use crate::corpus::disk::{self, Found};
use crate::corpus::story;
use crate::tools::is_missing;
use server::{Odd, Server};

/// What an auditor says of a URL, of a reader who does not wait for long.
fn audit(url: &str, case: &Found) -> Result<(Report, Vec<String>), Trouble> {
    let patience = Patience { timeout: Duration::from_secs(2), pause: Duration::from_millis(1) };
    let bundle = match HttpBundle::open_with(url, Client::new(patience)) {
        Err(Trouble::Faults(faults)) => return Ok((Report::unreadable(faults), Vec::new())),
        bundle => bundle?,
    };
    Ok((judge(&bundle, case)?, bundle.names()?))
}

/// What an auditor says of a bundle.
fn judge(bundle: &dyn Bundle, case: &Found) -> Result<Report, Trouble> {
    let policy = Policy::parse(&fs::read(&case.policy).unwrap()).unwrap();
    let pins = case.pins.iter().map(|pin| fs::read(pin).unwrap()).collect();
    let options = Options { pins, rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    verify(bundle, &policy, options)
}

/// The files of a case; none if its container is bad.
fn files(case: &Found) -> Option<BTreeMap<String, Vec<u8>>> {
    let bundle = open_bundle(&case.bundle).ok()?;
    let read = |name: String| Some((name.clone(), bundle.read(&name, 1 << 30).ok()??));
    bundle.names().ok()?.into_iter().map(read).collect()
}

fn case(name: &str) -> Found {
    disk::found().into_iter().find(|case| case.name == name).unwrap()
}

#[test]
fn what_is_said_of_the_corpus_over_http_is_what_is_said_of_the_same_files() {
    let (mut verified, mut falsified, mut unjudged, mut wrong) = (0, 0, 0, Vec::new());
    for case in disk::found() {
        let Some(files) = files(&case).filter(|_| case.expected["verdict"] != "unjudged") else { continue };
        let server = Server::of(files.clone());
        let Ok((report, names)) = audit(&server.url(), &case) else {
            unjudged += 1;
            continue;
        };
        // What HTTP does not show: files that nobody needs, and the tail.
        let attached = |name: &str| name.strip_prefix("attachments/sha256/").and_then(Hash::from_hex).is_some();
        let shown = files.into_iter().filter(|(name, _)| names.contains(name) || attached(name));
        let here = if names.is_empty() { None } else { Some(judge(&shown.collect::<MemoryBundle>(), &case).unwrap()) };
        match &here {
            Some(here) if json!(here.faults) != json!(report.faults) || here.root != report.root => {
                wrong.push(format!("{}: said {}, of the files {}", case.name, json!(report), json!(here)));
            }
            None if report.faults.is_empty() => wrong.push(format!("{}: verified without a file", case.name)),
            _ if report.verdict == Verdict::Verified => verified += 1,
            _ => falsified += 1,
        }
    }
    println!("{verified} verified, {falsified} falsified, {unjudged} not judged");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(verified >= 10 && falsified >= 150, "{verified} verified, {falsified} falsified");
}

#[test]
fn a_server_s_trouble_is_not_judged_and_wrong_bytes_are() {
    let honest = case("honest");
    let mut files = files(&honest).unwrap();
    let needed = audit(&Server::of(files.clone()).url(), &honest).unwrap().1;
    let named = |start: &str| needed.iter().find(|name| name.starts_with(start)).unwrap().clone();
    let (entries, hashes, sized) = (named("tile/entries/"), named("tile/0/"), named("checkpoints/"));
    files.insert("elsewhere".to_owned(), files[&hashes].clone());
    let attached = files.keys().find(|name| name.starts_with("attachments/")).unwrap().clone();
    let html = || Odd::Html("<!doctype html><p>Welcome".into());
    let bytes = |bytes: &[u8]| Odd::Bytes(bytes.to_vec());
    let huge = |size: &str| {
        let note = String::from_utf8(files["checkpoint"].clone()).unwrap();
        let old = note.lines().nth(1).unwrap().to_owned();
        Odd::Bytes(note.replacen(&format!("\n{old}\n"), &format!("\n{size}\n"), 1).into_bytes())
    };
    let page = Odd::Html(String::from_utf8(files[&attached].clone()).unwrap());
    let million: String = (1..1_000_000).map(|size| format!("{size}\n")).collect();
    let table: Vec<(&str, &str, Odd, &str)> = vec![
        ("nothing odd", "nowhere", Odd::Status(404), "verified"),
        ("no ledger there", "checkpoint", Odd::Status(404), "status 404"),
        ("forbidden", "checkpoint", Odd::Status(403), "status 403"),
        ("broken", "checkpoint", Odd::Status(500), "status 500"),
        ("too many requests", &entries, Odd::Status(429), "status 429"),
        ("a page", "checkpoint", html(), "HTML"),
        ("a page for entries", &entries, html(), "HTML"),
        ("a page for hashes", &hashes, html(), "HTML"),
        ("a page for the listing", "checkpoints/sizes", html(), "verified"),
        ("entries gone", &entries, Odd::Status(404), "status 404"),
        ("hashes gone", &hashes, Odd::Status(410), "status 404"),
        ("hashes forbidden", &hashes, Odd::Status(403), "status 403"),
        ("redirects for ever", &hashes, Odd::Redirect(format!("/{hashes}")), "not away from https, found more"),
        ("redirected to another of its files", &hashes, Odd::Redirect("/elsewhere".into()), "verified"),
        ("redirected to another host", &hashes, Odd::Redirect("http://localhost:1/x".into()), "on the same host"),
        ("redirected elsewhere", &hashes, Odd::Redirect("file:///etc/passwd".into()), "one to \"file:///etc/passwd\""),
        (
            "redirected in disguise",
            &hashes,
            Odd::Redirect("http://x/\u{202e}y".into()),
            r#"one to "http://x/\u{202e}y""#,
        ),
        ("a body without an end", &entries, Odd::Endless, "at most"),
        ("a note without an end", "checkpoint", Odd::Endless, "at most"),
        ("drop by drop", &hashes, Odd::Drip, "timeout"),
        ("cut short", &hashes, Odd::Short, ""),
        ("cut short once", &hashes, Odd::Once(Box::new(Odd::Short)), "verified"),
        ("busy once", &entries, Odd::Once(Box::new(Odd::Status(503))), "verified"),
        ("hung up on", &entries, Odd::HangUp, ""),
        ("hung up on once", &entries, Odd::Once(Box::new(Odd::HangUp)), "verified"),
        ("a gzip bomb", &entries, Odd::Bomb, "at most"),
        ("said to be gzip", &hashes, Odd::Encoded("gzip"), ""),
        ("said to be br", &hashes, Odd::Encoded("br"), "content-encoding"),
        ("an attachment gone", &attached, Odd::Status(404), "status 404"),
        ("a page for an attachment", &attached, html(), "HTML"),
        ("a page longer than the attachment", &attached, Odd::Html("<p>Welcome".repeat(100_000)), "HTML"),
        ("an attachment said to be a page", &attached, page, "verified"),
        ("an attachment cut short", &attached, Odd::Short, ""),
        ("an attachment cut short once", &attached, Odd::Once(Box::new(Odd::Short)), "verified"),
        ("an attachment hung up on once", &attached, Odd::Once(Box::new(Odd::HangUp)), "verified"),
        ("another attachment", &attached, bytes(b"another"), "attachment-mismatch"),
        ("an attachment without an end", &attached, Odd::Endless, "attachment-mismatch"),
        ("an attachment that is a gzip bomb", &attached, Odd::Bomb, "content-encoding"),
        ("no note", "checkpoint", bytes(b"hello"), "note-malformed"),
        ("no note of a size", &sized, bytes(b"hello"), "note-malformed"),
        ("other hashes", &hashes, bytes(&[7; 32]), "tile-mismatch"),
        ("too many bytes of hashes", &hashes, bytes(&[7; 9000]), "tile-mismatch"),
        ("other entries", &entries, bytes(b"\x00\x01x"), "entry-malformed"),
        ("of 2^62 entries", "checkpoint", huge("4611686018427387904"), "at most"),
        ("of 2^63 - 1 entries", "checkpoint", huge("9223372036854775807"), "at most"),
        ("of 2^63 entries", "checkpoint", huge("9223372036854775808"), "checkpoint-malformed"),
        ("of more entries than there are", "checkpoint", huge("5000"), "status 404"),
        ("a listing of a million", "checkpoints/sizes", Odd::Bytes(million.into_bytes()), "at most"),
        ("a listing that is none", "checkpoints/sizes", bytes(b"3\n2\n"), "verified"),
        ("a listing without a size that somebody saw", "checkpoints/sizes", bytes(b""), "has seen this checkpoint"),
        ("a listing of what is not there", "checkpoints/sizes", bytes(b"1\n2\n3\n"), "status 404"),
    ];
    let mut wrong = Vec::new();
    for (what, file, odd, expected) in table {
        let server = Server::with(files.clone(), file, odd);
        let url = server.url();
        let said = match audit(&url, &honest) {
            Ok((report, _)) if report.faults.is_empty() => "verified".to_owned(),
            Ok((report, _)) => report.faults.iter().map(|fault| format!("{} ", fault.code)).collect(),
            Err(trouble) => {
                let text = trouble.to_string();
                assert!(text.starts_with(&url) && text.matches(&url).count() == 1, "{what}: {text}");
                format!("unjudged {text}")
            }
        };
        let judged = !said.starts_with("unjudged");
        let as_judged = expected == "verified" || expected.contains('-') && expected != "content-encoding";
        if !said.contains(expected) || judged != as_judged {
            wrong.push(format!("{what}: expected {expected:?}, said {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_listing_whose_lines_do_not_end_as_they_must_is_none() {
    let files = story::honest().files();
    let table = [
        ("5\n9\n14\n19\n25\n", true),
        ("5\r\n9\r\n14\r\n19\r\n25\r\n", false),
        ("5\n9\n14\n19\n25\r\n", false),
        ("5\n9\n14\n19\n25", false),
        ("5\n9\n14\n19\n25\n\n", false),
        ("\n", false),
    ];
    for (listing, listed) in table {
        let server = Server::with(files.clone(), "checkpoints/sizes", Odd::Bytes(listing.into()));
        let bundle = HttpBundle::open(&server.url()).unwrap();
        let unlisted = "the server has no checkpoints/sizes";
        assert_eq!(!bundle.unseen().iter().any(|line| line.ends_with(unlisted)), listed, "{listing:?}");
        assert_eq!(judge(&bundle, &case("honest")).unwrap().faults, [], "{listing:?}");
    }
}

#[test]
fn an_attachment_said_to_be_a_page_is_judged_as_in_a_folder_where_its_entry_gives_it_another_length() {
    let html = "<!doctype html><p>We answered in time.";
    for (length, fault) in [(html.len(), None), (1, Some("attachment-mismatch")), (999, Some("attachment-mismatch"))] {
        let mut forger = story::honest();
        let mut report = story::disclosure("acme/as-a-page");
        report["attachments"] = json!([story::attachment("answer.html", "text/html", html.as_bytes())]);
        report["attachments"][0]["length"] = json!(length);
        forger.attachments.push(html.into());
        forger.say("acme", "acme-2", report).seal();
        let (files, name) = (forger.files(), format!("attachments/sha256/{}", Hash::of(html.as_bytes())));
        let here = judge(&files.clone().into_iter().collect::<MemoryBundle>(), &case("honest")).unwrap();
        let of_it: Vec<_> = here.faults.iter().filter(|fault| fault.file.as_deref() == Some(&name)).collect();
        assert_eq!(of_it.first().map(|fault| fault.code.as_str()), fault, "{length}: {:?}", here.faults);
        let server = Server::with(files, &name, Odd::Html(html.into()));
        let (there, _) = audit(&server.url(), &case("honest")).unwrap();
        assert_eq!(json!(there.faults), json!(here.faults), "{length}");
    }
}

#[test]
fn a_partial_tile_that_went_is_read_from_the_full_one() {
    let honest = case("honest-300-entries");
    let mut files = files(&honest).unwrap();
    let before = json!(audit(&Server::of(files.clone()).url(), &honest).unwrap().0);
    assert_eq!(before["verdict"], "verified");
    for (name, more) in [("tile/0/001", &[0; 32][..]), ("tile/entries/001", b"\0\x01x")] {
        let partial = files.keys().find(|found| found.starts_with(&format!("{name}.p/"))).unwrap().clone();
        let mut bytes = files.remove(&partial).unwrap();
        // Enough of a full one for a reader who needs its beginning.
        bytes.extend(more);
        files.insert(name.to_owned(), bytes);
    }
    assert_eq!(json!(audit(&Server::of(files).url(), &honest).unwrap().0), before);
}

/// `python3 -m http.server` over a folder.
struct Python(Child, String);

impl Python {
    fn over(scene: &Scene) -> Self {
        let mut python = Command::new("python3");
        python.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"]).arg(scene.path("."));
        let mut child = python.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.split("port ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        Self(child, format!("http://127.0.0.1:{port}"))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn an_ordinary_web_server_serves_a_ledger() {
    if is_missing("python3") {
        return;
    }
    let scene = Scene::new();
    scene.ok("checkpoint ledger --key operator.pem");
    let figures = scene.figures(7);
    scene.ok(&format!("disclose ledger q2 --key platform.pem {figures} --operator-key operator.pem"));
    scene.ok("checkpoint ledger --key operator.pem");
    scene.ok("publish ledger site");
    scene.ok("publish site site2");
    scene.ok("export ledger copy");
    let python = Python::over(&scene);
    let url = &python.1;
    for folder in ["site", "site2", "copy", "ledger"] {
        let (there, here) = (
            scene.verdict(&format!("{url}/{folder}/ --policy policy")),
            scene.verdict(&format!("{folder} --policy policy")),
        );
        for field in ["verdict", "origin", "size", "sealed", "root", "head", "faults"] {
            assert_eq!(there[field], here[field], "{folder}: {field} in {there}");
        }
        assert_eq!(there["verdict"], "verified");
    }
    assert_eq!(scene.ok(&format!("log {url}/site --json")), scene.ok("log site --json"));
    scene.ok(&format!("export {url}/site taken"));
    assert_eq!(scene.verdict("taken --policy policy")["verdict"], "verified");
    scene.ok(&format!("publish {url}/site mirror"));
    assert_eq!(scene.verdict("mirror --policy policy")["root"], scene.verdict("site --policy policy")["root"]);
    let output = scene.command(&format!("verify {url}/nowhere --policy policy")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&format!("{url}/nowhere/checkpoint")));
}
