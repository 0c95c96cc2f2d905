//! git, each statement the message of a commit that is signed with an SSH key, and flushed as git does when asked to.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{Signed, Times};
use crate::Result;

/// `None` where git or ssh-keygen is missing.
pub fn measure(folder: &Path, signed: &[Signed]) -> Result<Option<Times>> {
    fs::create_dir_all(folder)?;
    let key = folder.join("key");
    let Ok(made) =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]).arg(&key).status()
    else {
        return Ok(None);
    };
    if !made.success() || Command::new("git").arg("--version").output().is_err() {
        return Ok(None);
    }
    let allowed = folder.join("allowed");
    fs::write(&allowed, format!("platform@example {}", fs::read_to_string(key.with_extension("pub"))?))?;
    let repository = folder.join("repository");
    run(folder, &["init", "-q", "repository"], b"")?;
    let (key, allowed) = (key.display().to_string(), allowed.display().to_string());
    for (name, value) in [
        ("user.name", "platform"),
        ("user.email", "platform@example"),
        ("gpg.format", "ssh"),
        ("user.signingkey", key.as_str()),
        ("gpg.ssh.allowedSignersFile", allowed.as_str()),
        ("core.fsync", "committed,reference"),
        ("gc.auto", "0"),
    ] {
        run(&repository, &["config", name, value], b"")?;
    }
    let begun = Instant::now();
    for one in signed {
        run(&repository, &["commit", "-q", "-S", "--allow-empty", "--cleanup=verbatim", "-F", "-"], &one.payload)?;
    }
    let append = begun.elapsed();
    let begun = Instant::now();
    let good = run(&repository, &["log", "--format=%G?"], b"")?.lines().filter(|line| *line == "G").count();
    let check = begun.elapsed();
    if good != signed.len() {
        return Err(format!("git finds {good} good signatures of {}", signed.len()).into());
    }
    Ok(Some(Times { count: signed.len(), append: Some(append), check }))
}

fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<String> {
    let mut git = Command::new("git");
    // Nobody's own configuration, hooks or signing agent.
    git.current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).args(arguments);
    let mut child = git.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    let done = child.wait_with_output()?;
    if !done.status.success() {
        return Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr).trim()).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}
