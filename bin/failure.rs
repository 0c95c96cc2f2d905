//! Why a command did not do what it was asked, and the exit code that says so.

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use candour::core::fault::Fault;
use candour::shell::ledger::LedgerError;
use candour::shell::publish::PublishError;
use candour::storage::bundle::Trouble;
use candour::storage::store::StoreError;

use crate::output::{printable, say_error};

/// Exit code 1: the evidence is bad. Exit code 2: could not judge.
const BAD_EVIDENCE: u8 = 1;
const COULD_NOT_JUDGE: u8 = 2;
/// Exit code 3, of `candour monitor`: verified, and there is something new to report.
const SOMETHING_NEW: u8 = 3;

/// What stopped a command.
pub struct Failure {
    exit: u8,
    message: String,
    hint: Option<String>,
}

/// The code that says that the evidence is bad.
pub fn bad_evidence() -> ExitCode {
    ExitCode::from(BAD_EVIDENCE)
}

/// The code that says that it could not be judged, where that was said already.
pub fn could_not_judge() -> ExitCode {
    ExitCode::from(COULD_NOT_JUDGE)
}

/// The code that says that it is verified, and that there is something new to report.
pub fn something_new() -> ExitCode {
    ExitCode::from(SOMETHING_NEW)
}

impl Failure {
    /// The evidence is bad.
    pub fn evidence(message: impl Display) -> Self {
        Self { exit: BAD_EVIDENCE, message: message.to_string(), hint: None }
    }

    /// It could not be judged: usage, a missing file, an error of the system.
    pub fn unjudged(message: impl Display) -> Self {
        Self { exit: COULD_NOT_JUDGE, message: message.to_string(), hint: None }
    }

    /// An error of the system at a path.
    pub fn io(path: &Path, error: impl Display) -> Self {
        Self::unjudged(format!("{}: {error}", path.display()))
    }

    /// The same failure, with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Prints it and gives the exit code.
    pub fn report(self) -> ExitCode {
        say_error("error", &printable(&self.message));
        if let Some(hint) = &self.hint {
            say_error("hint", &printable(hint));
        }
        ExitCode::from(self.exit)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::evidence(fault)
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Trouble(trouble) => trouble.into(),
            PublishError::Store(StoreError::Fault(fault)) => Self::evidence(fault),
            PublishError::Store(error) => LedgerError::Store(error).into(),
            _ => Self::unjudged(error),
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Faults(_) => Self::evidence(trouble),
            Trouble::Io { .. } => Self::unjudged(trouble),
        }
    }
}
