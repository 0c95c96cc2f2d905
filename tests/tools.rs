//! What the tests run beyond cargo.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The command under test.
pub(crate) fn candour() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_candour"))
}

/// The path, with the command under test first.
pub(crate) fn path_with_candour() -> OsString {
    let folder = candour().parent().map(Path::to_path_buf).unwrap_or_default();
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path))).expect("a path")
}

/// Whether a tool is missing. Says so; and where everything must run, that is a failure.
pub(crate) fn is_missing(tool: &str) -> bool {
    let version = Command::new(tool).arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if version.is_ok() {
        return false;
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{tool} is missing, and under CI=true every test runs");
    eprintln!("NOT RUN: {tool} is missing, so what needs it was not tested");
    true
}

/// Whether python3, or a module that it needs, is missing. Says so; and where everything must run, that is a failure.
pub(crate) fn is_missing_module(module: &str) -> bool {
    if is_missing("python3") {
        return true;
    }
    let found = Command::new("python3").args(["-c", &format!("import {module}")]).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return false;
    }
    let what = format!("the python module {module}");
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{what} is missing, and under CI=true every test runs");
    eprintln!("NOT RUN: {what} is missing (python3 -m pip install {module}), so what needs it was not tested");
    true
}
