//! The core: values in, verdict out.
//!
//! Nothing here reads a file, a clock or a random number, and no input makes it panic. The modules, lowest first; each
//! uses only those above it in this list.

pub mod text;
pub mod fault;
pub mod hash;
pub mod key;
pub mod time;
pub mod days;
pub mod json;
pub mod shelf;
pub mod merkle;
pub mod tile;
pub mod note;
pub mod checkpoint;
pub mod cosignature;
pub mod policy;
pub mod witness;
pub mod event;
pub mod statement;
pub mod entry;
pub mod receipt;
pub mod row_proof;
pub mod evidence;
pub mod state;
pub mod obligation;
pub mod penalty;
pub mod finding;
pub mod chain;
pub mod audit;

#[cfg(test)]
pub(crate) mod sample;
