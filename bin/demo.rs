//! The parts of `candour demo`: the facts of the letters' story, the telling of it on a ledger, and what becomes of
//! copies that somebody tampered with.

pub mod facts;
pub mod history;
pub mod story;
pub mod tamper;
