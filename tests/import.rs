//! Published tables on a ledger: the excerpts in `fixtures/import`, and the acceptance run on the whole data set where it
//! is at hand.

#![allow(clippy::panic, reason = "a test may")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use candour::core::event::{Observation, table};
use candour::shell::import::{Given, Map, convert};

use crate::command_line::Scene;

fn fixture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fixtures/import", name].iter().collect()
}

/// The quarterly reports in order. Says so where they are not at hand.
fn reports() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/meta-cser");
    let Ok(folder) = fs::read_dir(&folder) else {
        eprintln!("NOT RUN: {} is missing, so the acceptance run was not made", folder.display());
        return None;
    };
    let mut files: Vec<_> = folder.map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert_eq!(files.len(), 13);
    Some(files)
}

fn observations(map: &str, path: &Path) -> Vec<Observation> {
    let map = Map::builtin(map).expect("it ships").expect("it is sound");
    let mut made = Vec::new();
    let summary = convert(&map, &Given::default(), File::open(path).expect("a table"), |observation| {
        made.push(observation.clone());
        Ok(())
    });
    let summary = summary.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((summary.observations, summary.not_compared, summary.skipped.len()), (made.len() as u64, 0, 0));
    made
}

fn series(observation: &Observation) -> String {
    serde_json::to_string(&observation.series()).expect("json")
}

/// Imports a table under the name of its file. Returns the document's name.
fn import(scene: &Scene, path: &Path) -> String {
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
    fs::copy(path, scene.path(name)).expect("a copy");
    scene.ok(&format!("import ledger {name} --map meta-cser --key platform.pem --operator-key operator.pem"));
    format!("example/{}", name.trim_end_matches(".csv"))
}

/// A silent restatement, by its cell and what it says: service, category, metric and period, and then both values.
struct Restatement {
    cell: String,
    change: String,
}

fn restatements(scene: &Scene) -> Vec<Restatement> {
    let found = scene.ok("findings ledger --json");
    let found = found.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("json"));
    let silent = found.filter(|finding| finding["code"] == "silent-restatement");
    let split = |finding: serde_json::Value| {
        let says = finding["says"].as_str().expect("words");
        let at = says.find(" in entry ").and_then(|end| says[..end].rfind(": ")).expect("a cell and its values");
        let cell = says[..at].trim_start_matches("example: ").to_owned();
        Restatement { cell, change: says[at + 2..].to_owned() }
    };
    silent.map(split).collect()
}

const QUOTED: &str = "facebook, Child Endangerment: Sexual Exploitation, Content Actioned, 2021-Q2";

#[test]
fn a_report_that_changes_what_the_last_one_said() {
    let scene = Scene::new();
    for name in ["meta-cser-2021-q2.csv", "meta-cser-2021-q3.csv"] {
        import(&scene, &fixture(name));
    }
    let found = restatements(&scene);
    let cells: Vec<_> = found.iter().map(|it| it.cell.as_str()).collect();
    let of = |metric: &str| QUOTED.replace("Content Actioned", metric);
    let expected = [QUOTED.to_owned(), of("Content Restored with appeal"), of("Content Restored without appeal")];
    assert_eq!(cells, expected);
    assert!(found[0].change.starts_with("25700000 in entry "), "{}", found[0].change);
    assert!(found[0].change.contains(", 25600000 in entry "), "{}", found[0].change);
    let verdict = scene.verdict("ledger --policy policy");
    assert_eq!(verdict["verdict"], "verified", "{verdict}");
}

#[test]
fn what_was_imported_is_on_the_ledger_with_the_file_as_it_was() {
    let scene = Scene::new();
    let original = fixture("meta-cser-2022-q4.csv");
    fs::copy(&original, scene.path("Report Q4 (2022).csv")).expect("a copy");
    let mut command = scene.command("import ledger --map meta-cser --key platform.pem --observations made.csv");
    let output = command.arg("Report Q4 (2022).csv").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("3 rows read, 3 observations made"), "{said}");
    let shown = scene.ok("log ledger --json");
    let filed: serde_json::Value = serde_json::from_str(shown.lines().last().expect("an entry")).expect("json");
    let index = filed["index"].to_string();
    let statement = scene.ok(&format!("show ledger {index}"));
    for words in [
        "\"disclosure\":\"example/report-q4-2022\"",
        "\"period\":\"2022-Q4\"",
        "\"service\":\"facebook\"",
        "\"media_type\":\"text/csv\",\"name\":\"Report Q4 (2022).csv\"",
        "\"holds\":\"observations\"",
    ] {
        assert!(
            statement.replace(['\n', ' '], "").contains(&words.replace(' ', "")),
            "expected {words} in {statement}"
        );
    }
    let bytes = fs::read(&original).expect("the original");
    let kept = scene.path("ledger/attachments/sha256").join(candour::core::hash::Hash::of(&bytes).to_string());
    assert_eq!(fs::read(kept).expect("an attachment"), bytes);
    let made = fs::read_to_string(scene.path("made.csv")).expect("the observations");
    assert!(made.contains("Prevalence,,,meta-cser,2021,Fake Accounts,,,2022-Q4,given,ratio_range,4,5,100,"), "{made}");
}

#[test]
fn a_correction_can_be_imported() {
    let scene = Scene::new();
    let first = import(&scene, &fixture("meta-cser-2021-q2.csv"));
    fs::copy(fixture("meta-cser-2021-q3.csv"), scene.path("q3.csv")).expect("a copy");
    scene.ok(&format!(
        "import ledger q3.csv --map meta-cser --key platform.pem --operator-key operator.pem --supersedes {first} \
         --reason late_data --note Recounted --name q2-c1"
    ));
    import(&scene, &fixture("meta-cser-2021-q3.csv"));
    assert_eq!(restatements(&scene).len(), 0);
}

#[test]
fn the_harmonised_template_of_the_eu() {
    let lines = |map: &str, name: &str| {
        let mut csv = Vec::new();
        table::write(&mut csv, &observations(map, &fixture(name))).expect("a table");
        String::from_utf8(csv).expect("utf-8").lines().skip(1).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let minors = "eu-dsa-statement-category,v2,STATEMENT_CATEGORY_PROTECTION_OF_MINORS";
    let period = "2025-07-01/2025-12-31";
    let notices = lines("eu-2024-2835-notices", "eu-2024-2835-notices.csv");
    assert_eq!(notices.len(), 60);
    for line in [
        format!("example-video,Number of notices received,,,,,,,,{period},given,integer,1204,,,"),
        format!("example-video,Median time to take action,,,,,,,,{period},given,duration,90,,minute,"),
        format!("example-video,Median time to take action,,,{minors},,,{period},given,duration,1200,,second,1"),
        format!("example-video,Number of notices received,,,{minors} / KEYWORD_OTHER,,,{period},given,integer,500,,,"),
        format!(
            "example-video,Median time to take action,,,{minors} / KEYWORD_OTHER,Trusted Flagger notices,,{period},\
             not_asked,,,,,"
        ),
        format!(
            "example-video,Number of actions taken,,,{minors},Trusted Flagger notices,on the basis of the law,{period},\
             given,integer,1,,,"
        ),
    ] {
        assert!(notices.contains(&line), "expected {line} in\n{notices:#?}");
    }
    let complaints = lines("eu-2024-2835-complaints", "eu-2024-2835-complaints.csv");
    let indicator = "Number of complaints submitted to the internal-complaints mechanism";
    for line in [
        format!("example-video,{indicator},,,,,,,,{period},given,integer,157,,,"),
        format!("example-video,{indicator},,,,,,,Decisions upheld,{period},given,integer,137,,,"),
        format!("example-video,{indicator},,,,,,,Decisions partially reversed,{period},not_asked,,,,,"),
        format!("example-video,{indicator} / Median time,,,,,,,,{period},given,duration,4275,,minute,"),
    ] {
        assert!(complaints.contains(&line), "expected {line} in\n{complaints:#?}");
    }
}

#[test]
fn mistakes_are_explained() {
    let scene = Scene::new();
    fs::copy(fixture("meta-cser-2021-q2.csv"), scene.path("q2.csv")).expect("a copy");
    fs::write(scene.path("bad.toml"), "about = \"x\"\n\nmetrc = \"y\"\n").expect("a map");
    fs::write(scene.path("other.csv"), "app;policy_area\nFacebook;x\n").expect("a table");
    let table = [
        ("convert q2.csv --map nothing", "candour maps"),
        ("convert q2.csv --map bad.toml", "line 3"),
        ("convert nowhere.csv --map meta-cser", "nowhere.csv"),
        ("convert other.csv --map meta-cser", "\"app;policy_area\""),
        ("import ledger q2.csv --map meta-cser --key platform.pem --supersedes example/x", "--reason"),
        ("maps nothing", "no map nothing"),
    ];
    for (words, expected) in table {
        let output = scene.command(words).output().expect("it runs");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "candour {words}\n{error}");
        assert!(error.contains(expected), "candour {words}\nexpected {expected:?} in:\n{error}");
    }
}

#[test]
fn the_reports_of_three_years_restate_in_silence() {
    let Some(reports) = reports() else { return };
    let cells: BTreeSet<_> =
        reports.iter().flat_map(|path| observations("meta-cser", path)).map(|it| series(&it)).collect();
    assert_eq!(cells.len(), 4_096);
    let scene = Scene::new();
    for path in &reports {
        import(&scene, path);
    }
    let found = restatements(&scene);
    assert_eq!(found.len(), 630);
    assert_eq!(found.iter().map(|it| &it.cell).collect::<BTreeSet<_>>().len(), 398);
    let of_children = |it: &&Restatement| it.cell.split_once(", ").is_some_and(|(_, area)| area.starts_with("Child"));
    assert_eq!(found.iter().filter(of_children).count(), 81);
    let quoted = found.iter().find(|it| it.cell == QUOTED).expect("the letter's figure");
    assert!(quoted.change.starts_with("25700000 in entry ") && quoted.change.contains(", 25600000 in entry "));
}

#[test]
fn with_corrections_filed_first_nothing_is_silent() {
    let Some(reports) = reports() else { return };
    let scene = Scene::new();
    let mut said: BTreeMap<String, Observation> = BTreeMap::new();
    let (mut last, mut corrected) = (String::new(), 0);
    for path in &reports {
        let made = observations("meta-cser", path);
        let changed = |it: &&Observation| said.get(&series(it)).is_some_and(|before| before.value != it.value);
        let changed: Vec<_> = made.iter().filter(changed).collect();
        corrected += changed.len();
        if !changed.is_empty() {
            let mut csv = Vec::new();
            table::write(&mut csv, changed).expect("a table");
            fs::write(scene.path("changed.csv"), csv).expect("a file");
            scene.ok(&format!(
                "correct ledger {}-c1 --key platform.pem --operator-key operator.pem --supersedes {last} --reason late_data \
                 --note Recounted --observations changed.csv",
                last.trim_start_matches("example/")
            ));
        }
        last = import(&scene, path);
        said.extend(made.into_iter().map(|it| (series(&it), it)));
    }
    assert_eq!(corrected, 630);
    assert_eq!(restatements(&scene).len(), 0);
}
