//! Candour: a public, tamper-evident ledger of what online platforms disclose about child safety, of what regulators
//! and the public ask them, and of what they answer, refuse or leave unanswered.
//!
//! The bytes are specified in `FORMAT.md`. The layers, lowest first; each uses only those above it in this list:
//!
//! - [`core`]: values in, verdict out. No I/O, no clock, no randomness, no panic on any input.
//! - [`storage`]: where bytes are kept. A store is a disk, not a witness.
//! - [`shell`]: the one writer, the readers, the auditor's walk over a bundle.

pub mod core;
pub mod storage;
pub mod shell;
