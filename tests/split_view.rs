//! An operator who keeps two histories, met by everybody whom this software is for: real witnesses, a mirror, a monitor,
//! an auditor, and whoever holds a receipt.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::command_line::Scene;
use crate::tools;

/// A witness that runs, until it is dropped.
struct Running {
    child: Child,
    address: String,
    keys: Vec<String>,
}

impl Running {
    fn start(scene: &Scene, name: &str, keys: &str) -> Self {
        let words =
            format!("witness {name}-memory --name {name}.example {keys} --logs policy --listen 127.0.0.1:0 --json");
        let mut child = scene.command(&words).stdout(Stdio::piped()).spawn().expect("a witness");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let started: Value = serde_json::from_str(&line).expect("json");
        let keys = started["keys"].as_array().expect("keys").iter().map(|key| key.as_str().expect("a key").to_owned());
        let address = started["listening"].as_str().expect("an address").to_owned();
        Self { child, address, keys: keys.collect() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for item in fs::read_dir(from).expect("a folder") {
        let item = item.expect("an item");
        let target = to.join(item.file_name());
        match item.file_type().expect("its type").is_dir() {
            true => copy(&item.path(), &target),
            false => drop(fs::copy(item.path(), target).expect("a copy")),
        }
    }
}

/// Two witnesses, one of them with keys of both kinds, and a ledger that both have cosigned.
fn witnessed(scene: &Scene) -> [Running; 2] {
    for (key, more) in [("w1", ""), ("w1-pq", " --type ml-dsa-44"), ("w2", "")] {
        scene.ok(&format!("key new {key}.pem{more}"));
    }
    let witnesses =
        [Running::start(scene, "w1", "--key w1.pem --key w1-pq.pem"), Running::start(scene, "w2", "--key w2.pem")];
    let log = fs::read_to_string(scene.path("policy")).expect("a policy").replace("quorum none\n", "");
    let lines = witnesses.iter().enumerate().flat_map(|(number, witness)| {
        witness
            .keys
            .iter()
            .zip(["", "-pq"])
            .map(move |(key, kind)| format!("witness W{number}{kind} {key} http://{}\n", witness.address))
    });
    let lines: String = lines.collect();
    let quorum = "group first all W0 W0-pq\ngroup all all first W1\nquorum all\n";
    fs::write(scene.path("witnessed"), format!("{log}{lines}{quorum}")).expect("a policy");
    fs::copy(scene.path("witnessed"), scene.path("ledger/witnesses")).expect("the ledger's witnesses");
    scene.ok("checkpoint ledger --key operator.pem");
    witnesses
}

fn json(text: &str) -> Value {
    serde_json::from_str(text.lines().last().expect("a line")).expect("json")
}

#[test]
fn an_operator_with_two_histories_is_refused_reported_and_convicted() {
    let scene = Scene::new();
    let witnesses = witnessed(&scene);
    let verified = scene.verdict("ledger --policy witnessed");
    assert_eq!(
        (&verified["verdict"], &verified["witnesses_to_deceive"]),
        (&"verified".into(), &2.into()),
        "{verified}"
    );
    let first = &verified["vouched"][0];
    let names: Vec<_> = first["witnesses"].as_array().expect("witnesses").iter().map(|w| w["name"].clone()).collect();
    assert_eq!(names, ["w1.example", "w2.example"], "two keys of one name are one party");
    assert!(first["existed_by"].is_string(), "{first}");
    let watch = |ledger: &str| format!("monitor {ledger} --policy witnessed --state watch --from-now --json");
    scene.ok(&watch("ledger"));

    // The operator forks, and tells the fork's readers another figure.
    copy(&scene.path("ledger"), &scene.path("fork"));
    for (ledger, value) in [("ledger", 25_700_000), ("fork", 25_600_000)] {
        let figures = scene.figures(value);
        scene.ok(&format!("disclose {ledger} q2 --key platform.pem --no-seen {figures}"));
        // Whoever signs on both sides has forgotten what it saw.
        for item in fs::read_dir(scene.path(".")).expect("a folder").map(|item| item.expect("an item").path()) {
            if item.extension().is_some_and(|extension| extension == "seen" || extension == "said") {
                fs::remove_file(item).expect("forgotten");
            }
        }
    }
    scene.ok("checkpoint ledger --key operator.pem");
    scene.ok("prove ledger 4 --out receipt");
    let refused = scene.fails("checkpoint fork --key operator.pem", 1);
    assert!(refused.contains("witness W0 has the operator's signature on 5 entries"), "{refused}");
    assert_eq!(scene.verdict("fork --policy witnessed")["sealed"], 4, "nothing of the fork is published");
    let kept = |name: &str| {
        let folder = scene.path(&format!("{name}-memory/evidence"));
        fs::read_dir(folder).map_or(0, Iterator::count)
    };
    assert_eq!(["w1", "w2"].map(kept), [1, 1], "each witness keeps the two signed checkpoints");

    // Without the witnesses, it can be published, though not by forgetting them, and no reader of the policy takes it.
    fs::remove_file(scene.path("fork/witnesses")).expect("no witnesses any more");
    let refused = scene.fails("checkpoint fork --key operator.pem", 2);
    assert!(refused.contains("is cosigned by w1.example, w2.example"), "{refused}");
    scene.ok("checkpoint fork --key operator.pem --without-witnesses");
    let fork = scene.verdict("fork --policy witnessed");
    assert_eq!((&fork["verdict"], &fork["faults"][0]["code"]), (&"falsified".into(), &"quorum-not-met".into()));
    assert_eq!(scene.verdict("fork --policy policy")["witnesses_to_deceive"], 0, "and no report ever claimed it could");
    assert_eq!(scene.verdict("fork --policy policy --pin receipt")["faults"][0]["code"], "pin-mismatch");

    // Whoever watches sees both, and keeps both.
    scene.ok(&watch("ledger"));
    let told = scene.command(&watch("fork")).output().expect("a monitor");
    assert_eq!(told.status.code(), Some(1));
    let told = json(&String::from_utf8_lossy(&told.stdout));
    assert_eq!(told["event"], "forked", "{told}");

    // Anybody makes one file of it, and anybody checks that.
    scene.ok("evidence checkpoints ledger fork --out fork.json");
    scene.ok("evidence receipt receipt fork --out receipt.json");
    for file in ["fork.json", "receipt.json"] {
        let proven = json(&scene.ok(&format!("evidence check {file} --policy witnessed --json")));
        let convicted: Vec<_> =
            proven["convicted"].as_array().expect("whom").iter().map(|one| one["role"].clone()).collect();
        assert_eq!(convicted, ["operator"], "{file}: the witnesses signed one history alone");
        if !tools::is_missing("python3") {
            let verifier = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/verify.py");
            let mut second = std::process::Command::new("python3");
            second.arg(verifier).arg("--evidence").arg(scene.path(file)).arg("--policy").arg(scene.path("witnessed"));
            assert!(second.output().expect("python").status.success(), "{file}");
        }
    }
    drop(witnesses);
}
