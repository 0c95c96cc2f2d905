//! `candour demo`: the letters' story on a ledger, and what becomes of copies that somebody tampered with.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use candour::core::audit::{Report, Verdict};
use candour::core::fault::Fault;
use candour::core::note::VerifierKey;
use candour::core::obligation::obligations;
use candour::core::policy::Policy;
use candour::shell::findings::{Findings, Noted};
use candour::shell::keyfile;
use candour::storage::bundle_writer::copy;
use candour::storage::open_bundle;
use candour::storage::zip_writer::{Packing, ZipWriter};
use clap::Args;
use serde_json::{Value, json};

use crate::bundle::{read_file, read_policy};
use crate::demo::facts::{Story, key_of};
use crate::demo::story::{Kept, Telling};
use crate::demo::tamper::{CASES, Case, Judged, KEPT_RECEIPT, Scene, judge, place};
use crate::failure::Failure;
use crate::output::{BAD, FAINT, GOOD, Output};

/// Tell the letters' story on a new ledger, and try to tamper with it.
#[derive(Args)]
pub struct Demo {
    /// The folder to make: new, or empty
    #[arg(value_name = "DIR", default_value = "candour-demo")]
    folder: PathBuf,
}

/// Where everything is.
struct Places {
    ledger: PathBuf,
    bundle: PathBuf,
    policy: PathBuf,
    receipts: PathBuf,
    keys: PathBuf,
    tampered: PathBuf,
}

impl Demo {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let story = Story::read()?;
        let places = self.places()?;
        if !output.json {
            introduce(output, &story);
        }
        write_keys(&story, &places)?;
        let mut telling = Telling::start(&story, &places.ledger)?;
        telling.tell(&places.receipts, output)?;
        let standings = standings(&telling);
        let kept = telling.finish();
        copy(open_bundle(&places.ledger)?.as_ref(), ZipWriter::create(&places.bundle, Packing::Deflated)?)?;
        let policy = read_policy(&places.policy)?;
        let mut findings = Findings::default();
        let report = judge(&places.bundle, &policy, Vec::new(), &mut findings)?;
        let findings: Vec<Noted> = findings.into_noted().collect();
        if report.verdict != Verdict::Verified {
            return Err(Failure::evidence(format!("{}: does not verify", places.bundle.display())));
        }
        if !output.json {
            conclude(output, &report, &findings, &standings);
        }
        let judged = self.tamper(&story, &kept, &places, &policy)?;
        if output.json {
            output.json(&self.as_json(&places, &kept, (&report, &findings), &judged));
        } else {
            show_tampering(output, &judged);
            self.what_next(output, &kept);
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Makes the folders.
    fn places(&self) -> Result<Places, Failure> {
        let root = &self.folder;
        match fs::read_dir(root).map(|mut entries| entries.next().is_some()) {
            Ok(true) => {
                let refused = Failure::unjudged(format!("{}: not empty", root.display()));
                return Err(refused.hint("name a folder that is not there yet: candour demo DIR"));
            }
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(Failure::io(root, error)),
            _ => {}
        }
        let places = Places {
            ledger: root.join("ledger"),
            bundle: root.join("bundle.zip"),
            policy: root.join("policy"),
            receipts: root.join("receipts"),
            keys: root.join("keys"),
            tampered: root.join("tampered"),
        };
        for folder in [&places.receipts, &places.keys, &places.tampered] {
            fs::create_dir_all(folder).map_err(|error| Failure::io(folder, error))?;
        }
        Ok(places)
    }

    fn tamper(
        &self,
        story: &Story,
        kept: &[Kept],
        places: &Places,
        policy: &Policy,
    ) -> Result<Vec<(&'static Case, Judged)>, Failure> {
        let scene = Scene::new(story, kept, &places.bundle)?;
        let pin = read_file(&places.receipts.join(format!("{KEPT_RECEIPT}.tlog-proof")))?;
        let play = |case| Ok((case, scene.play(case, &places.tampered, policy, &pin)?));
        CASES.iter().map(play).collect()
    }

    fn as_json(
        &self,
        places: &Places,
        kept: &[Kept],
        (report, findings): (&Report, &[Noted]),
        judged: &[(&Case, Judged)],
    ) -> Value {
        let first = |report: &Report| {
            let fault = report.faults.first();
            json!({ "verdict": report.verdict, "code": fault.map(|fault| fault.code), "where": fault.map(place) })
        };
        let tampered = judged.iter().map(|(case, judged)| {
            let mut value = first(&judged.report);
            value["case"] = case.name.into();
            value["file"] = json!(judged.zip);
            value["pinned"] = judged.pinned.as_ref().map_or(Value::Null, first);
            value
        });
        json!({
            "folder": self.folder, "ledger": places.ledger, "bundle": places.bundle, "policy": places.policy,
            "keys": places.keys,
            "receipts": kept.iter().map(|kept| places.receipts.join(format!("{}.tlog-proof", kept.name)))
                .collect::<Vec<_>>(),
            "verdict": report.verdict, "size": report.size, "sealed": report.sealed, "root": report.root,
            "findings": findings, "tampered": tampered.collect::<Vec<_>>(),
        })
    }

    /// Commands to copy, each with what it shows.
    fn what_next(&self, output: &Output, kept: &[Kept]) {
        let at = |name: &str| quoted(&self.folder.join(name));
        let (ledger, bundle, policy) = (at("ledger"), at("bundle.zip"), format!("--policy {}", at("policy")));
        let receipt = at(&format!("receipts/{KEPT_RECEIPT}.tlog-proof"));
        let letter = kept.iter().find(|kept| kept.name.as_str() == KEPT_RECEIPT).map_or(0, |kept| kept.index);
        let rewritten = at("tampered/operator-rewrites-the-ending.zip");
        output.line("\nTry next");
        for (command, shows) in [
            (format!("verify {bundle} {policy}"), "the whole ledger, offline"),
            (format!("verify {} {policy}", at("tampered/figure-edited-in-place.zip")), "every fault of a bad one"),
            (format!("verify {rewritten} {policy}"), "what nobody can see alone"),
            (format!("verify {rewritten} {policy} --pin {receipt}"), "and what one kept receipt shows"),
            (format!("diff {bundle} {rewritten}"), "where the two part"),
            (format!("check {receipt} {policy}"), "one entry, without the ledger"),
            (format!("log {ledger}"), "who said what"),
            (format!("show {ledger} {letter}"), "the letter with its 59 signatures"),
            (format!("status {ledger}"), "what was refused, and what is owed"),
            (format!("findings {ledger}"), "what changed without a word"),
            (format!("answers {ledger} --platform facebook --period 2021-Q2"), "the three questions"),
            (format!("replay {bundle} --at 2018-12-31"), "how it stood at the end of 2018"),
        ] {
            output.line(format!("  {FAINT}# {shows}{FAINT:#}"));
            output.line(format!("  candour {command}"));
        }
    }
}

fn introduce(output: &Output, story: &Story) {
    output.line(format!("A ledger, {}, with two public letters and one published figure.", story.origin));
    output.line(
        "Nobody named in it signed anything. Its operator is invented. Its keys are made from their owners' names:",
    );
    output.line("everybody has them, and they are worth nothing. Entries are recorded at the story's own dates.");
    output.line("What is taken from where: fixtures/story/README.md in the source.");
}

/// Writes every actor's key, and the policy that trusts the ledger.
fn write_keys(story: &Story, places: &Places) -> Result<(), Failure> {
    for actor in story.everybody() {
        keyfile::write(&places.keys.join(format!("{}.pem", actor.id)), &key_of(&actor.id), None)?;
    }
    let verifier = VerifierKey::ed25519(story.origin.as_str(), key_of(&story.operator.id).public()?)?;
    fs::write(&places.policy, Policy::text_for(&verifier)).map_err(|error| Failure::io(&places.policy, error))
}

/// How many items stand how, as of the ledger's last entry.
fn standings(telling: &Telling<'_>) -> BTreeMap<&'static str, usize> {
    let chain = telling.ledger().chain();
    let mut counts = BTreeMap::new();
    if let (Some(state), Some(end)) = (chain.state(), chain.recorded_at()) {
        obligations(state, end.time()).for_each(|owed| *counts.entry(owed.standing.as_str()).or_default() += 1);
    }
    counts
}

fn conclude(output: &Output, report: &Report, findings: &[Noted], standings: &BTreeMap<&'static str, usize>) {
    output.line("\nWhat the ledger knows");
    let standings: Vec<String> = standings.iter().map(|(standing, count)| format!("{count} {standing}")).collect();
    output.line(format!("  asked, item by item: {}", standings.join(", ")));
    for (code, count) in &report.findings {
        output.line(format!("  {count} × {}", code.as_str()));
        for noted in findings.iter().filter(|noted| noted.finding.code == *code) {
            output.line(format!("    {}", noted.finding.says));
        }
    }
    output.line("\nThe verdict");
    output.line(format!("  {GOOD}verified{GOOD:#}: {} entries, {} of them sealed", report.size, report.sealed));
}

fn show_tampering(output: &Output, judged: &[(&Case, Judged)]) {
    output.line("\nNow somebody tampers with a copy");
    for (case, Judged { report, pinned, .. }) in judged {
        output.line(format!("  {}: {}", case.name, case.tale));
        output.line(match report.faults.first() {
            None => format!("    {GOOD}verified{GOOD:#}: nobody who kept nothing can tell"),
            Some(fault) => caught(fault),
        });
        if let Some(fault) = pinned.as_ref().and_then(|report| report.faults.first()) {
            output.line(format!("{}, for who kept a receipt of the letter", caught(fault)));
        }
    }
}

fn caught(fault: &Fault) -> String {
    format!("    {BAD}{}{BAD:#} ({}): {}", fault.code, place(fault), fault.code.meaning())
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
