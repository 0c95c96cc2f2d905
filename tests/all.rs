//! The integration tests: one binary, one file per subject.

mod answers;
mod command_line;
mod corpus;
mod crash;
mod demo;
mod dependencies;
mod evidence;
mod findings;
mod format;
mod http;
mod import;
mod index;
mod keys;
mod memory;
mod monitor;
mod readme;
mod scenarios;
mod simulation;
mod split_view;
mod tables;
mod timeline;
mod tools;
mod vectors;
mod vouching;
mod witness;
mod witnessing;
