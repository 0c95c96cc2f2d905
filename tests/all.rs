//! The integration tests: one binary, one file per subject.

mod corpus;
mod format;
mod tools;
mod vectors;
