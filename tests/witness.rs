//! The witness over HTTP: every answer to the letter, hostile clients, many of them, and a kill at any instant.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test may")]

mod answers;
#[cfg(target_os = "linux")] // the disk between the witness and its disk is a filter of system calls
mod disturbed;
mod hostile;
mod killed;
mod limits;
mod service;
