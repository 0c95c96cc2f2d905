//! Keys and passphrases stay where they are kept: what commands print and write is searched for them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::fs;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine as _};
use candour::core::cosignature::CosigningKey;
use candour::core::key::{SecretKey, ml_dsa};
use candour::shell::keyfile::{self, Passphrase};

use crate::command_line::Scene;

/// Whoever shows so many bytes in a row of a secret shows it: it is no accident.
const TELLING: usize = 12;

const PASSPHRASE: &str = "Grünspan \"7\" under the stairs";

/// Secrets, in every form that they could slip out in.
#[derive(Default)]
struct Secrets(Vec<(String, Vec<u8>)>);

impl Secrets {
    /// Adds one: as it is, in hexadecimal digits, as a debugger prints it, and in base64 wherever it stands among other bytes.
    fn add(&mut self, name: &str, secret: &[u8]) {
        let listed = |form: fn(&u8) -> String| secret.iter().map(form).collect::<Vec<_>>().join(", ").into_bytes();
        let mut forms = vec![
            secret.to_vec(),
            hex::encode(secret).into_bytes(),
            hex::encode_upper(secret).into_bytes(),
            listed(u8::to_string),
            listed(|byte| format!("{byte:#x}")),
        ];
        for before in 0..3 {
            let encoded = BASE64_STANDARD_NO_PAD.encode([vec![0; before], secret.to_vec()].concat());
            // What its neighbours have a part in is left out.
            forms.push(encoded.into_bytes()[(before * 8).div_ceil(6)..][..(secret.len() - 2) * 4 / 3].to_vec());
        }
        // Any piece that is long enough to tell.
        for form in forms {
            let pieces = form.windows(TELLING.min(form.len())).step_by(TELLING);
            self.0.extend(pieces.map(|piece| (name.to_owned(), piece.to_vec())));
        }
    }

    /// The secrets that are in there.
    fn found<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = &'a str> {
        let is_in = move |piece: &[u8]| memchr::memmem::find(bytes, piece).is_some();
        self.0.iter().filter(move |(_, piece)| is_in(piece)).map(|(name, _)| name.as_str())
    }

    fn refuse(&self, place: &str, bytes: &[u8]) {
        if let Some(secret) = self.found(bytes).next() {
            panic!("{place} shows {secret}");
        }
    }
}

/// The files below a folder.
fn walk(folder: &Path, each: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() { walk(&path, each) } else { each(&path, &fs::read(&path).unwrap()) }
    }
}

/// A ledger, an encrypted key of each kind under [`PASSPHRASE`], and all that must not be seen.
fn scene() -> (Scene, Secrets) {
    let (scene, mut secrets) = (Scene::new(), Secrets::default());
    fs::write(scene.path("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
    scene.ok("key new sealed.pem --encrypt --passphrase-file passphrase");
    scene.ok("key new pq.pem --type ml-dsa-44 --encrypt --passphrase-file passphrase");
    let passphrase = || Passphrase::new(PASSPHRASE.to_owned());
    for name in ["operator", "regulator", "platform", "charity", "stranger", "sealed"] {
        let key = keyfile::read(&scene.path(&format!("{name}.pem")), passphrase).unwrap();
        secrets.add(&format!("the seed of {name}"), key.as_dalek().as_bytes());
    }
    let cosigning = keyfile::read_cosigning(&scene.path("pq.pem"), passphrase).unwrap();
    let CosigningKey::MlDsa44(cosigning) = cosigning else { panic!("another kind of key") };
    secrets.add("the seed of pq", cosigning.seed());
    secrets.add("the passphrase", PASSPHRASE.as_bytes());
    (scene, secrets)
}

#[test]
fn no_command_shows_or_writes_a_secret() {
    let (scene, secrets) = scene();
    let figures = scene.figures(12);
    fs::write(scene.path("wrong"), "another\n").unwrap();
    fs::copy(scene.path("operator.pem"), scene.path("damaged.pem")).unwrap();
    let damaged = fs::read_to_string(scene.path("damaged.pem")).unwrap().replacen("MC4C", "MC4D", 1);
    fs::write(scene.path("damaged.pem"), damaged).unwrap();
    let sealed = "--passphrase-file passphrase";
    let commands = [
        format!("key public sealed.pem {sealed}"),
        format!("key public sealed.pem --pem {sealed}"),
        format!("key public pq.pem --witness w.example/w {sealed}"),
        format!("key policy sealed.pem --origin candour.example/s {sealed}"),
        format!("enrol ledger other --name Other --role platform --new-key sealed.pem --key regulator.pem {sealed}"),
        format!("disclose ledger q2 --key platform.pem {figures} --receipt q2.tlog-proof"),
        "respond ledger a --key platform.pem --to charity/letter --refuse a=not_collected --refuse b=not_collected"
            .to_owned(),
        format!("disclose ledger o1 --key sealed.pem {figures} --out apart.json {sealed}")
            .replace("--service example", "--service other"),
        "sign apart.json --key charity.pem".to_owned(),
        "checkpoint ledger --key operator.pem".to_owned(),
        "publish ledger site".to_owned(),
        "export ledger copy.zip".to_owned(),
        "verify ledger --policy policy".to_owned(),
        "show ledger 4".to_owned(),
        "log ledger".to_owned(),
        "replay ledger".to_owned(),
        "check q2.tlog-proof --policy policy".to_owned(),
        // What goes wrong.
        "key public sealed.pem --passphrase-file wrong".to_owned(),
        "key public sealed.pem --passphrase-file sealed.pem".to_owned(),
        "key public passphrase".to_owned(),
        "key public damaged.pem".to_owned(),
        "key new operator.pem".to_owned(),
        format!("disclose ledger q3 --key pq.pem {figures} {sealed}"),
        "disclose ledger q3 --key stranger.pem --out x".to_owned(),
        "checkpoint ledger --key charity.pem".to_owned(),
        "verify operator.pem --policy policy".to_owned(),
        "verify ledger --policy operator.pem".to_owned(),
        "check operator.pem --policy policy".to_owned(),
        "submit ledger platform.pem".to_owned(),
        "evidence check regulator.pem".to_owned(),
        "file ledger operator.pem --key platform.pem".to_owned(),
        "convert operator.pem --map platform.pem --observations out.csv".to_owned(),
    ];
    let (mut done, mut refused) = (0, 0);
    for words in &commands {
        for json in ["", " --json"] {
            let words = format!("{words}{json}");
            let output = scene.command(&words).env("CANDOUR_OPERATOR_KEY", "operator.pem").output().unwrap();
            secrets.refuse(&format!("candour {words}, on standard output,"), &output.stdout);
            secrets.refuse(&format!("candour {words}, on standard error,"), &output.stderr);
            if output.status.success() { done += 1 } else { refused += 1 }
        }
    }
    // That the first ones worked, or nothing of them was seen; what files twice is refused the second time, or harmless.
    assert!(done >= 26 && refused >= 28, "{done} done, {refused} refused");
    let (mut searched, mut kept) = (0, 0);
    walk(&scene.path(""), &mut |path, bytes| {
        let name = path.file_name().unwrap().to_string_lossy();
        let plain = name.ends_with(".pem") && !["sealed.pem", "pq.pem"].contains(&&*name) || name == "passphrase";
        if plain {
            // A search that finds nothing here would find nothing anywhere.
            assert!(secrets.found(bytes).next().is_some(), "{name}");
            kept += 1;
        } else {
            secrets.refuse(&path.display().to_string(), bytes);
            searched += 1;
        }
    });
    assert!(kept == 7 && searched > 20, "{kept} kept, {searched} searched");
}

#[test]
fn what_holds_a_secret_prints_without_it() {
    let seed = [0xa7; 32];
    let mut secrets = Secrets::default();
    secrets.add("the seed", &seed);
    secrets.add("the passphrase", PASSPHRASE.as_bytes());
    let held = format!(
        "{:?} {:#?} {:?} {:?}",
        SecretKey::from_seed(&seed),
        SecretKey::from_seed(&seed),
        ml_dsa::SecretKey::from_seed(&seed),
        Passphrase::new(PASSPHRASE.to_owned()).unwrap()
    );
    secrets.refuse("what a debugger prints", held.as_bytes());
    assert_eq!(secrets.found(format!("{seed:?}").as_bytes()).next(), Some("the seed"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_crashes_leaves_no_core_and_its_arguments_name_files_only() {
    use std::io::Write as _;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, Stdio};

    use rustix::process::{Pid, Signal, kill_process};

    let (scene, secrets) = scene();
    let made = Command::new("mkfifo").arg(scene.path("asked")).status().unwrap();
    assert!(made.success());
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -c unlimited 2>/dev/null; exec \"$0\" \"$@\""]).arg(crate::tools::candour());
    shell.args(["key", "public", "sealed.pem", "--passphrase-file", "asked"]).current_dir(scene.path(""));
    let mut child = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Opens once the command opens it too; by then it has taken its precautions.
    let mut asked = fs::File::options().write(true).open(scene.path("asked")).unwrap();
    asked.write_all(PASSPHRASE.as_bytes()).unwrap();
    for about in ["cmdline", "environ"] {
        let bytes = fs::read(format!("/proc/{}/{about}", child.id())).unwrap();
        secrets.refuse(&format!("/proc/PID/{about}"), &bytes);
    }
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..], ["0", "0", "bytes"], "{core}");
    kill_process(Pid::from_child(&child), Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(Signal::ABORT.as_raw()), false));
    fs::remove_file(scene.path("asked")).unwrap(); // or it would be read for ever
    walk(&scene.path(""), &mut |path, _| {
        assert!(!path.file_name().unwrap().to_string_lossy().starts_with("core"), "{}", path.display());
    });
}
