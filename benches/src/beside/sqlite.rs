//! SQLite with a column that chains each row to the one before. Every row is a transaction of its own, and durable.

use std::path::Path;
use std::time::Instant;

use candour::core::hash::Hash;
use candour::core::key::{KeyId, Signature};
use candour::core::statement::{Statement, pre_authentication_encoding};
use rusqlite::{Connection, params};

use super::plain::{Keys, chained};
use super::{Signed, Times};
use crate::Result;

pub fn measure(path: &Path, signed: &[Signed]) -> Result<Times> {
    let database = Connection::open(path)?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(
        "CREATE TABLE entries (number INTEGER PRIMARY KEY, payload BLOB NOT NULL, key BLOB NOT NULL,
                               signature BLOB NOT NULL, hash BLOB NOT NULL)",
    )?;
    let begun = Instant::now();
    let (mut keys, mut head) = (Keys::default(), Hash::ZERO);
    let mut insert = database.prepare("INSERT INTO entries (payload, key, signature, hash) VALUES (?, ?, ?, ?)")?;
    for one in signed {
        keys.check(one)?;
        drop(Statement::parse(&one.payload)?);
        head = chained(head, one);
        insert.execute(params![one.payload, one.key.0, one.signature.0, head.0])?;
    }
    let append = begun.elapsed();

    let begun = Instant::now();
    let (mut keys, mut head, mut count) = (Keys::default(), Hash::ZERO, 0);
    let mut select = database.prepare("SELECT payload, key, signature, hash FROM entries ORDER BY number")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let payload: Vec<u8> = row.get(0)?;
        let message = pre_authentication_encoding(&payload);
        let one = Signed { payload, message, key: KeyId(row.get(1)?), signature: Signature(row.get(2)?) };
        keys.check(&one)?;
        drop(Statement::parse(&one.payload)?);
        head = chained(head, &one);
        if head.0 != row.get::<_, [u8; 32]>(3)? {
            return Err("the hash chain is broken".into());
        }
        count += 1;
    }
    Ok(Times { count, append: Some(append), check: begun.elapsed() })
}
