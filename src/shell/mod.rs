//! The shell: what meets the world. Clocks, calendars, key files, the auditor's walk, the one writer.
//!
//! The modules, lowest first; each uses only the core and those above it in this list.

pub mod calendar;
pub mod holidays;
pub mod clock;
pub mod core_dumps;
pub mod keyfile;
pub mod attachment;
pub mod verify;
pub mod findings;
mod preparing;
pub mod replay;
mod derived;
mod taking;
pub mod restore;
pub mod evidence;
pub mod progress;
pub mod memory;
pub mod monitor;
pub mod answers;
pub mod scorecard;
pub mod tables;
pub mod timeline;
pub mod reading;
pub mod publish;
pub mod repair;
pub mod receipts;
pub mod witnessing;
pub mod load;
pub mod ledger;
pub mod client;
pub mod import;
pub mod witness;
