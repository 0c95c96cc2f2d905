//! A ledger and its witnesses: what they may answer, how many it takes, and what is published then.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a scene that cannot be set is a test that fails")]

mod answers;
mod command;
mod fake;
mod quorums;
mod world;
