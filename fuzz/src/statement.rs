//! A statement: canonical JSON. The plain way beside the fast one: as any JSON, encoded anew, and then as a statement.

use candour::core::fault::Code;
use candour::core::json::{self, MAX_DEPTH, MAX_INTEGER};
use candour::core::statement::Statement;
use serde_json::Value;

use crate::fixtures;

/// A byte may open a list, which as any JSON takes room for four values.
pub const BYTES: usize = 512;

pub fn run(data: &[u8]) {
    let found = Statement::parse(data);
    if let Err(fault) = &found {
        crate::bounded_message(&fault.to_string());
    }
    let plain = plainly(data);
    assert_eq!(found.as_ref().map_err(|fault| fault.code), plain.as_ref().map_err(|code| *code));
    if let Ok(statement) = found {
        assert_eq!(statement.encode().as_deref(), Ok(data), "what parses prints back");
    }
}

/// What FORMAT.md, section 2, says of the bytes.
fn plainly(data: &[u8]) -> Result<Statement, Code> {
    let value: Value = serde_json::from_slice(data).map_err(|_| Code::StatementNotCanonical)?;
    let canonical = json::encode(&value).map_err(|_| Code::StatementNotCanonical)?;
    if canonical != data || !within_limits(&value, 1) {
        return Err(Code::StatementNotCanonical);
    }
    let statement: Statement = serde_json::from_value(value).map_err(|_| Code::StatementMalformed)?;
    // The encoding leaves out what is null or empty, and asks for a sound shape.
    let encoded = statement.encode().map_err(|fault| fault.code)?;
    if encoded == data { Ok(statement) } else { Err(Code::StatementMalformed) }
}

fn within_limits(value: &Value, depth: usize) -> bool {
    match value {
        Value::Number(number) => number.as_i64().is_some_and(|number| number.abs() <= MAX_INTEGER),
        Value::Array(values) => depth <= MAX_DEPTH && values.iter().all(|value| within_limits(value, depth + 1)),
        Value::Object(fields) => depth <= MAX_DEPTH && fields.values().all(|value| within_limits(value, depth + 1)),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = fixtures::field(&fixtures::vectors("statements"), "statements", "statement");
    seeds.extend(fixtures::field(&fixtures::vectors("refused"), "statements", "statement"));
    seeds
}
