//! The corpus: honest and tampered ledgers, each with the whole verdict that it must get.
//!
//! `fixtures/ledgers/<case>/` holds `bundle.zip`, `expected.json`, and where it has them a `policy` of its own (else
//! `fixtures/ledgers/policy` counts) and a `pin` or `receipt` that the reader kept. All of it is made here, from fixed
//! keys and times; `CANDOUR_BLESS=1 cargo test the_corpus_is` writes it anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a case that cannot be made is a test that fails")]

pub(crate) mod case;
mod cases;
pub(crate) mod dealings;
pub(crate) mod disk;
pub(crate) mod forge;
pub(crate) mod property;
pub(crate) mod python;
mod receipts;
pub(crate) mod story;
pub(crate) mod zips;
