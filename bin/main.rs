//! The command `candour`.

fn main() {}
