//! The command as its users meet it: exit codes, what it says, and what it refuses.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::tools::candour;

/// A small ledger made with the command itself, in a folder of its own.
pub(crate) struct Scene(tempfile::TempDir);

const HEADER: &str = "service,metric,jurisdiction,age_band,harm_taxonomy,harm_version,harm_category,detection,outcome,\
                      period,status,value_type,value,value_to,unit,rounded_to";

impl Scene {
    pub(crate) fn new() -> Self {
        let scene = Self(tempfile::tempdir().expect("a temporary folder"));
        for key in ["operator", "regulator", "platform", "charity", "stranger"] {
            scene.ok(&format!("key new {key}.pem"));
        }
        scene.ok(
            "init ledger --origin candour.example/test --policy policy --operator office=Office --key operator.pem \
             --authority regulator=Regulator --authority-key regulator.pem",
        );
        scene.ok("enrol ledger example --name Example --role platform --new-key platform.pem --key regulator.pem");
        scene.ok("enrol ledger charity --name Charity --role civil_society --new-key charity.pem --key regulator.pem");
        scene.ok("request ledger letter --key charity.pem --to example --title Title --item a=What? --item b=When? \
                  --deadline 2021-11-30 --operator-key operator.pem");
        scene
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(candour());
        command.args(words.split_whitespace()).current_dir(self.0.path()).env_remove("CANDOUR_OPERATOR_KEY");
        command
    }

    pub(crate) fn run(&self, words: &str) -> Output {
        self.command(words).output().expect("the command runs")
    }

    /// Runs a command that succeeds. Returns what it prints.
    pub(crate) fn ok(&self, words: &str) -> String {
        let output = self.run(words);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "candour {words}\n{error}");
        String::from_utf8(output.stdout).expect("utf-8")
    }

    /// Runs a command that fails. Returns what it says on standard error.
    pub(crate) fn fails(&self, words: &str, code: i32) -> String {
        let output = self.run(words);
        let error = String::from_utf8(output.stderr).expect("utf-8");
        assert_eq!(output.status.code(), Some(code), "candour {words}\n{error}");
        assert!(!error.contains("panicked"), "candour {words}\n{error}");
        error
    }

    pub(crate) fn figures(&self, value: u64) -> String {
        let row = format!("example,Reports,GB,,,,,,,2021-Q2,given,integer,{value},,,");
        fs::write(self.path("figures.csv"), format!("{HEADER}\n{row}\n")).expect("a table");
        "--observations figures.csv --service example --period 2021-Q2 --subject Reports".to_owned()
    }

    pub(crate) fn verdict(&self, words: &str) -> serde_json::Value {
        let output = self.run(&format!("verify {words} --json"));
        serde_json::from_slice(&output.stdout).expect("one object of json")
    }
}

#[test]
fn an_author_signs_for_any_copy_and_only_for_the_history_that_it_saw() {
    let scene = Scene::new();
    scene.ok("export ledger copy.zip");
    let error = "kind = \"error_notified\"\ndocument = \"example/q2\"\nerror = \"example/e\"\nnote = \"A note.\"\n";
    fs::write(scene.path("error.toml"), error).unwrap();
    let asks = "--key charity.pem --to example --title T --item a=b";
    // Signed for the copy, without touching the ledger; another co-signs it, after a look of its own.
    scene.ok(&format!("request copy.zip q1 {asks} --out q1.json"));
    scene.ok("sign q1.json --key stranger.pem --ledger copy.zip");
    let again = "request ledger q1 --key charity.pem --to example --title T --item a=b --out again.json";
    let refused = scene.fails(&format!("{again} --issued-at 2026-01-01T00:00:00Z"), 1);
    assert!(refused.contains("signed another statement as its number"), "{refused}");
    scene.ok(&format!("{again} --sign-again"));
    scene.ok("file ledger error.toml --key platform.pem --out error.json");
    let refused = scene.fails("sign error.json --key charity.pem", 1);
    assert!(refused.contains("error_notified takes no co-signer"), "{refused}");
    let seen = |name: &str| {
        let envelope: serde_json::Value = serde_json::from_slice(&fs::read(scene.path(name)).unwrap()).unwrap();
        let payload = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, envelope["payload"].as_str().unwrap());
        serde_json::from_slice::<serde_json::Value>(&payload.unwrap()).unwrap()["seen"]["size"].clone()
    };
    assert_eq!((seen("q1.json"), seen("again.json")), (4.into(), 4.into()), "each vouches for what it saw");
    // Others saw more; the copy is now older than what this key has seen.
    scene.ok("submit ledger again.json");
    scene.ok(&format!("request ledger q2 {asks} --operator-key operator.pem"));
    scene.ok("request ledger q3 --key charity.pem --to example --title T --item a=b --out q3.json");
    let refused = scene.fails(&format!("request copy.zip q4 {asks} --out q4.json"), 1);
    assert!(refused.contains("pin-mismatch") && !scene.path("q4.json").exists(), "{refused}");
    // The envelope says that it saw five entries: no copy of four has them.
    fs::remove_file(
        fs::read_dir(scene.path("."))
            .unwrap()
            .map(|item| item.unwrap().path())
            .find(|path| path.to_string_lossy().contains("stranger.pem."))
            .unwrap(),
    )
    .unwrap();
    let refused = scene.fails("sign q3.json --key stranger.pem --ledger copy.zip", 1);
    assert!(refused.contains("seen-mismatch"), "{refused}");
    scene.ok("sign q3.json --key stranger.pem --ledger ledger");
    let refused = scene.fails("sign q3.json --key stranger.pem --ledger copy.zip", 1);
    assert!(refused.contains("mismatch"), "{refused}");
}

#[test]
fn what_cannot_be_judged_exits_with_2_and_says_where() {
    let scene = Scene::new();
    fs::write(scene.path("not-a-policy"), "hello\n").expect("a file");
    fs::create_dir(scene.path("empty")).expect("a folder");
    let asks = "request ledger x --key charity.pem --to example --title T --item a=b";
    let table = [
        ("verify ledger", "--policy"),
        ("verify nowhere --policy policy", "nowhere"),
        ("verify ledger --policy nowhere", "nowhere"),
        ("verify ledger --policy not-a-policy", "not-a-policy"),
        ("verify ledger --policy policy --pin nowhere", "nowhere"),
        ("show ledger 99", "no entry 99"),
        ("show ledger minus", "minus"),
        ("replay ledger --at yesterday", "yesterday"),
        ("replay ledger --at 99", "no entry 99"),
        ("replay ledger --at 2001-01-01", "no entry had been recorded by 2001-01-01T00:00:00Z"),
        ("status ledger --as-of 99", "no entry 99"),
        ("status ledger --as-of 2001-01-01", "no entry had been recorded by 2001-01-01T00:00:00Z"),
        ("export ledger ledger", "ledger"),
        ("checkpoint ledger --key platform.pem", "operator's key"),
        ("checkpoint nowhere --key operator.pem", "nowhere"),
        ("checkpoint ledger --key nowhere.pem", "nowhere.pem"),
        ("key new operator.pem", "operator.pem"),
        ("key public policy", "policy"),
        ("submit ledger policy", "policy"),
        ("frobnicate", "frobnicate"),
        ("request ledger x --key charity.pem --to example --title T --item a=b --deadline 2021-02-30", "2021-02-30"),
        (
            "request ledger x --key charity.pem --to example --title T --item a=b --deadline 2021-03-01 --calendar Mars/One",
            "Mars/One",
        ),
        (&format!("{asks} --within 0"), "1 to 3660 days"),
        (&format!("{asks} --within 3661"), "1 to 3660 days"),
        (&format!("{asks} --within 5 --deadline 2021-03-01"), "cannot be used with"),
        (&format!("{asks} --within 5 --working-days"), "--holidays"),
        (&format!("{asks} --within 5 --rolling"), "--holidays"),
        (&format!("{asks} --within 5 --holidays england-and-wales"), "--working-days|--rolling"),
        (&format!("{asks} --within 5 --working-days --rolling --holidays england-and-wales"), "cannot be used with"),
        (&format!("{asks} --within 5 --rolling --holidays england-and-wales --calendar UTC"), "cannot be used with"),
        (&format!("{asks} --working-days --holidays england-and-wales"), "--within"),
        (&format!("{asks} --from 2021-03-01"), "--within"),
        (&format!("{asks} --deadline 2021-03-01 --from 2021-02-01"), "cannot be used with"),
        (&format!("{asks} --deadline 2021-03-01 --rolling --holidays england-and-wales"), "cannot be used with"),
        (&format!("{asks} --within 5 --calendar Mars/One"), "Mars/One"),
        (&format!("{asks} --within 5 --rolling --holidays nowhere.toml"), "nowhere.toml"),
        (&format!("{asks} --within 5 --rolling --holidays policy"), "a calendar of holidays"),
        (
            &format!("{asks} --within 5 --working-days --holidays england-and-wales --from 2031-01-01"),
            "2021 to 2027, which england-and-wales covers, found 2031-01-02",
        ),
        (
            "disclose ledger x --key platform.pem --service example --period 2021-Q9 --subject S --attach policy",
            "2021-Q9",
        ),
        ("disclose ledger x --key platform.pem --service example --period 2021 --subject S", "--observations"),
    ];
    for (words, expected) in table {
        // An envelope that is none is bad evidence; everything else here is a mistake of the user.
        let code = if words == "submit ledger policy" { 1 } else { 2 };
        let error = scene.fails(words, code);
        assert!(error.contains(expected), "candour {words}\nexpected {expected:?} in:\n{error}");
    }
}

#[test]
fn a_deadline_is_a_date_or_counted() {
    let scene = Scene::new();
    let gulf = "name = \"gulf\"\ntime_zone = \"Asia/Kuwait\"\nweekend = [\"friday\", \"saturday\"]\n\
                first_year = 2025\nlast_year = 2025\nsource = \"made up\"\nholidays = [2025-02-25]\n";
    fs::write(scene.path("gulf.toml"), gulf).expect("a file");
    // (the arguments, what the statement says)
    let table = [
        ("", "\"items\""),
        (
            "--deadline 2021-11-30",
            r#""deadline":{"calendar":"Europe/London","date":"2021-11-30","ends_at":"2021-12-01T00:00:00Z"}"#,
        ),
        (
            "--within 35 --from 2023-02-22 --calendar Australia/Sydney",
            r#""deadline":{"calendar":"Australia/Sydney","counted":{"days":35,"from":"2023-02-22","kind":"calendar"},"date":"2023-03-29","ends_at":"2023-03-29T13:00:00Z"}"#,
        ),
        (
            "--within 10 --working-days --from 2025-04-14 --holidays england-and-wales",
            r#""counted":{"days":10,"from":"2025-04-14","holidays":["2025-04-18","2025-04-21"],"kind":"working"},"date":"2025-04-30","#,
        ),
        (
            "--within 1 --rolling --from 2025-02-24 --holidays gulf.toml",
            r#""deadline":{"calendar":"Asia/Kuwait","counted":{"days":1,"from":"2025-02-24","holidays":["2025-02-25"],"kind":"calendar_rolling","weekend":["friday","saturday"]},"date":"2025-02-26","ends_at":"2025-02-26T21:00:00Z"}"#,
        ),
        ("--within 3660", r#""kind":"calendar"},"date":""#),
    ];
    for (i, (arguments, says)) in table.into_iter().enumerate() {
        scene.ok(&format!("request ledger r{i} --key charity.pem --to example --title T --item a=b {arguments}"));
        let shown = scene.ok(&format!("show ledger {}", 4 + i));
        assert!(shown.contains(says), "{arguments}\nexpected {says:?} in:\n{shown}");
    }
    // What is past already is filed, as history is, but not without a word.
    for (day, noted) in [("2021-11-30", true), ("2099-11-30", false)] {
        let words =
            format!("request ledger r{day} --key charity.pem --to example --title T --item a=b --deadline {day}");
        let output = scene.run(&words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("is past when you ask") == noted, "{words}\n{said}");
    }
}

#[test]
fn what_the_law_refuses_exits_with_1_and_changes_nothing() {
    let scene = Scene::new();
    let figures = scene.figures(7);
    let before = scene.verdict("ledger --policy policy");
    let table = [
        (format!("disclose ledger q2 --key charity.pem {figures}"), "role-not-allowed"),
        (format!("disclose ledger q2 --key stranger.pem {figures}"), "knows no key"),
        (format!("disclose ledger q2 --key platform.pem --key charity.pem {figures}"), "cosigner-not-allowed"),
        ("request ledger r --key platform.pem --to example --title T --item a=b".to_owned(), "role-not-allowed"),
        ("request ledger letter --key charity.pem --to example --title T --item a=b".to_owned(), "document-exists"),
        ("request ledger r --key charity.pem --to nobody --title T --item a=b".to_owned(), "actor-unknown"),
        ("request ledger r --key charity.pem --to charity --title T --item a=b".to_owned(), "role-not-allowed"),
        (
            "request ledger r --key charity.pem --to example --title T --item a=b --compulsory --instrument x"
                .to_owned(),
            "compulsion-not-allowed",
        ),
        (
            "refuse ledger r --key platform.pem --to charity/letter --item z --ground not_collected".to_owned(),
            "item-unknown",
        ),
        (
            "respond ledger r --key platform.pem --to charity/letter --answer a=example/q9".to_owned(),
            "document-unknown",
        ),
        ("refuse ledger r --key platform.pem --to charity/other --ground not_collected".to_owned(), "no request"),
        (
            "enrol ledger example --name E --role platform --new-key stranger.pem --key regulator.pem".to_owned(),
            "actor-exists",
        ),
        (
            "enrol ledger other --name E --role platform --new-key stranger.pem --key charity.pem".to_owned(),
            "not-an-authority",
        ),
    ];
    for (words, expected) in table {
        let error = scene.fails(&words, 1);
        assert!(error.contains(expected), "candour {words}\nexpected {expected:?} in:\n{error}");
    }
    assert_eq!(scene.verdict("ledger --policy policy"), before);
}

#[test]
fn a_statement_filed_twice_is_one_entry() {
    let scene = Scene::new();
    let figures = scene.figures(7);
    scene.ok(&format!("disclose ledger q2 --key platform.pem --out envelope.json {figures}"));
    let first = scene.ok("submit ledger envelope.json --operator-key operator.pem --receipt one --json");
    let again = scene.ok("submit ledger envelope.json --operator-key operator.pem --receipt two --json");
    let index = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("json")["index"].as_u64();
    assert_eq!((index(&first), index(&again)), (Some(4), Some(4)));
    assert!(first.contains(r#""again":false"#) && again.contains(r#""again":true"#));
    assert_eq!(fs::read(scene.path("one")).expect("a receipt"), fs::read(scene.path("two")).expect("a receipt"));
    scene.ok("check two --policy policy");
    // The same number of the same key with other words.
    fs::remove_file(scene.path("envelope.json")).expect("the envelope");
    let figures = scene.figures(8);
    scene.ok(&format!("disclose ledger q3 --key platform.pem --out envelope.json {figures}"));
    scene.ok("submit ledger envelope.json");
    let event = r#"{"payload":"AAAA","payloadType":"application/vnd.candour.statement+json","signatures":[]}"#;
    fs::write(scene.path("envelope.json"), event).expect("a file");
    assert!(scene.fails("submit ledger envelope.json", 1).contains("envelope-malformed"));
}

#[test]
fn what_is_owed_shows_as_of_any_time() {
    let scene = Scene::new();
    let figures = scene.figures(7);
    assert!(scene.ok("status ledger").contains("silent"));
    scene.ok(&format!("disclose ledger q2 --key platform.pem {figures}"));
    scene.ok(
        "respond ledger answer --key platform.pem --to charity/letter --answer a=example/q2 --refuse b=not_collected",
    );
    let now = scene.ok("status ledger");
    assert!(now.contains("answered late") && now.contains("not collected"), "{now}");
    let then = scene.ok("status ledger --as-of 3");
    assert!(then.contains("silent") && !then.contains("answered"), "{then}");
    let findings = scene.ok("findings ledger");
    assert!(findings.contains("answered-late"), "{findings}");
    scene.ok("correct ledger c --key platform.pem --supersedes example/q2 --reason error --note Wrong. --observations figures.csv");
    let error = scene.fails(
        "correct ledger c2 --key platform.pem --supersedes example/q2 --reason error --note No. --observations figures.csv",
        1,
    );
    assert!(error.contains("document-superseded"), "{error}");
}

/// Takes from a key's owner what it remembers of any ledger.
fn forget(scene: &Scene, key: &str) {
    for entry in fs::read_dir(scene.path("")).expect("the folder").map_while(Result::ok) {
        let name = entry.file_name().into_string().expect("utf-8");
        if name.starts_with(key) && (name.ends_with(".seen") || name.ends_with(".said")) {
            fs::remove_file(entry.path()).expect("a memory");
        }
    }
}

#[test]
fn copies_are_told_apart() {
    let scene = Scene::new();
    scene.ok("export ledger before.zip");
    scene.ok("export ledger fork");
    let figures = scene.figures(7);
    scene.ok(&format!("disclose ledger q2 --key platform.pem --operator-key operator.pem {figures}"));
    assert!(scene.ok("diff before.zip ledger").contains("extends"));
    assert!(scene.ok("diff ledger ledger").contains("same"));
    // The operator shows somebody else another history.
    let figures = scene.figures(8);
    let error = scene.fails(&format!("disclose fork q2 --no-seen --key platform.pem {figures}"), 1);
    assert!(error.contains("pin-mismatch") && error.contains("nothing was signed"), "{error}");
    // A client without a memory can be fooled.
    forget(&scene, "platform.pem");
    scene.ok(&format!("disclose fork q2 --no-seen --key platform.pem --operator-key operator.pem {figures}"));
    let output = scene.run("diff ledger fork");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("differ from entry 4 on"));
    // Each verifies by itself; a pin from the other shows it.
    for copy in ["ledger", "fork"] {
        assert_eq!(scene.verdict(&format!("{copy} --policy policy"))["verdict"], "verified");
    }
    let pinned = scene.verdict("fork --policy policy --pin ledger/checkpoint");
    assert_eq!((&pinned["verdict"], &pinned["faults"][0]["code"]), (&"falsified".into(), &"pin-mismatch".into()));
    // A ledger that hides its checkpoints does not make a client forget.
    forget(&scene, "regulator.pem");
    scene.ok("init again --origin candour.example/test --operator office=Office --key operator.pem \
         --authority regulator=Regulator --authority-key regulator.pem");
    scene.ok("enrol again example --name Example --role platform --new-key platform.pem --key regulator.pem --no-seen");
    fs::remove_file(scene.path("again/checkpoint")).expect("the checkpoint");
    fs::remove_dir_all(scene.path("again/checkpoints")).expect("the checkpoints");
    fs::remove_dir_all(scene.path("again/tmp")).expect("the note of what was published");
    let error = scene.fails(&format!("disclose again q3 --key platform.pem {figures}"), 1);
    assert!(error.contains("pin-mismatch") && error.contains("nothing was signed"), "{error}");
}

#[test]
fn one_process_writes_at_a_time_and_readers_go_on() {
    let scene = Scene::new();
    let store = candour::storage::folder_store::FolderStore::open(&scene.path("ledger")).expect("the ledger");
    let error = scene.fails("checkpoint ledger --key operator.pem", 2);
    assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
    assert_eq!(scene.verdict("ledger --policy policy")["verdict"], "verified");
    scene.ok("status ledger");
    drop(store);
    scene.ok("checkpoint ledger --key operator.pem");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let scene = Scene::new();
    let mut child = scene.command("log ledger").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a child");
    drop(child.stdout.take());
    let mut lines = BufReader::new(child.stderr.take().expect("its errors")).lines();
    assert!(lines.next().is_none(), "nothing on standard error");
    assert_eq!(child.wait().expect("its end").code(), Some(0));
}

#[test]
fn keys_are_private_and_never_shown() {
    let scene = Scene::new();
    fs::write(scene.path("pass"), "correct horse\n").expect("a file");
    scene.ok("key new locked.pem --encrypt --passphrase-file pass");
    let public = scene.ok("key public locked.pem --passphrase-file pass");
    fs::write(scene.path("pass"), "wrong\n").expect("a file");
    let error = scene.fails("key public locked.pem --passphrase-file pass", 2);
    assert!(!error.contains("wrong") && !error.contains(public.trim()), "{error}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode(&scene.path("locked.pem")), 0o600);
        fs::set_permissions(scene.path("locked.pem"), fs::Permissions::from_mode(0o644)).expect("a mode");
        assert!(scene.fails("key public locked.pem --passphrase-file pass", 2).contains("chmod 600"));
    }
}

#[test]
fn an_event_written_by_hand_needs_neither_hashes_nor_instants() {
    let scene = Scene::new();
    fs::write(scene.path("letter.txt"), "What we asked.").expect("a file");
    let example = scene.ok("kinds request_issued");
    fs::write(scene.path("request.toml"), &example).expect("a file");
    scene.ok("file ledger request.toml --key charity.pem --attach letter.txt");
    let shown = scene.ok("show ledger 4");
    assert!(shown.contains("2026-12-19T00:00:00Z") && shown.contains("letter.txt"), "{shown}");
    let cases = [
        ("Europe/London", "London", "expected a time zone"),
        ("2026-12-18", "2026-12-32", "a date is like"),
        ("request_issued", "request_wished", "unknown variant"),
    ];
    for (from, to, says) in cases {
        fs::write(scene.path("bad.toml"), example.replace(from, to)).expect("a file");
        let error = scene.fails("file ledger bad.toml --key charity.pem", 2);
        assert!(error.contains(says), "{to}: {error}");
    }
    // What such an event cannot have attached is an error, not left out.
    fs::write(scene.path("receipt.toml"), scene.ok("kinds receipt_acknowledged")).expect("a file");
    let error = scene.fails("file ledger receipt.toml --key platform.pem --attach letter.txt", 2);
    assert!(error.contains("unknown field `attachments`"), "{error}");
    assert!(scene.fails("kinds nothing", 2).contains("candour kinds lists them"));
}

#[test]
fn one_row_of_a_large_table_is_proven() {
    let scene = Scene::new();
    let mut table = format!("{HEADER}\n");
    (0..600).for_each(|row| table += &format!("example,Reports,GB,,,,,,,2021,given,integer,{row},,,\n"));
    fs::write(scene.path("table.csv"), &table).expect("a table");
    scene.ok("disclose ledger all --key platform.pem --service example --period 2021 --subject All \
              --observations table.csv --operator-key operator.pem");
    let index = scene.ok("log ledger").lines().filter(|line| !line.trim().is_empty()).count();
    let entry = (0..index).rev().find(|index| {
        let output = scene.run(&format!("prove ledger {index} --line 301 --out proof"));
        output.status.success()
    });
    let entry = entry.expect("an entry that attaches a table");
    let said = scene.ok("check proof --policy policy");
    assert!(said.contains("line 301 of table.csv, which has 600 rows") && said.contains("given 299\n"), "{said}");
    let json: serde_json::Value = serde_json::from_str(&scene.ok("check proof --policy policy --json")).expect("json");
    assert_eq!(json["row"]["observation"]["value"]["integer"], 299);
    let proof = fs::read_to_string(scene.path("proof")).expect("a proof");
    fs::write(scene.path("forged"), proof.replace(",integer,299,", ",integer,2,")).expect("a proof");
    assert!(scene.fails("check forged --policy policy", 1).contains("proof-invalid"));
    scene.ok(&format!("prove ledger {entry} --line 301 --table table.csv --out proof"));
    let error = scene.fails(&format!("prove ledger {entry} --line 602 --out none"), 2);
    assert!(error.contains("no row in line 602: the table has 601 lines"), "{error}");
    fs::write(scene.path("table.csv"), table.replace(",599,", ",598,")).expect("a table");
    assert!(scene.fails(&format!("prove ledger {entry} --line 301 --table table.csv"), 1).contains("proof-invalid"));
    scene.ok("verify ledger --policy policy");
}
