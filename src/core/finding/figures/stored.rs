//! Figures as a scratch keeps them.

use super::{Cell, Key};
use crate::core::event::observation::{DurationUnit, Status, Value};
use crate::core::json::Integer;
use crate::core::shelf::{self, Fields, Stored, put_number};

/// In the order in which they are declared.
const STATUSES: [Status; 9] = [
    Status::Given,
    Status::Estimated,
    Status::Provisional,
    Status::NotCollected,
    Status::CannotBeCollated,
    Status::Suppressed,
    Status::Refused,
    Status::Sealed,
    Status::NotAsked,
];
/// In the order in which they are declared.
const UNITS: [DurationUnit; 4] = [DurationUnit::Second, DurationUnit::Minute, DurationUnit::Hour, DurationUnit::Day];
/// The byte of documents that are not one: their bits follow.
const MANY: u8 = 64;

impl Stored for Key {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.0);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl shelf::Key for Key {
    const FILTERED: bool = true;
}

impl Stored for Cell {
    fn put(&self, bytes: &mut Vec<u8>) {
        put_value(bytes, self.value);
        bytes.push(self.status as u8);
        put_number(bytes, self.rounded_to);
        put_number(bytes, self.last);
        put_number(bytes, self.last.wrapping_sub(self.before));
        if self.documents.is_power_of_two() {
            bytes.push(self.documents.trailing_zeros() as u8);
        } else {
            bytes.push(MANY);
            bytes.extend(self.documents.to_be_bytes());
        }
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        let value = value(&mut fields)?;
        let status = *STATUSES.get(usize::from(fields.byte()?))?;
        let (rounded_to, last) = (fields.number()?, fields.number()?);
        let before = last.wrapping_sub(fields.number()?);
        let documents = match fields.byte()? {
            MANY => u64::take(fields.bytes(size_of::<u64>())?)?,
            bit => 1_u64.checked_shl(bit.into())?,
        };
        fields.end(Self { value, status, rounded_to, last, before, documents })
    }
}

/// Which kind of value it is, and its numbers.
fn put_value(bytes: &mut Vec<u8>, value: Option<Value>) {
    let (kind, numbers) = match value {
        None => (0, [None; 3]),
        Some(Value::Integer(integer)) => (1, [Some(integer.value()), None, None]),
        Some(Value::Ratio { denominator, numerator }) => {
            (2, [Some(denominator.value()), Some(numerator.value()), None])
        }
        Some(Value::Duration { amount, unit }) => (3, [Some(amount.value()), Some(unit as i64), None]),
        Some(Value::Range { lower, upper }) => (4, [Some(lower.value()), Some(upper.value()), None]),
        Some(Value::RatioRange { denominator, lower, upper }) => {
            (5, [Some(denominator.value()), Some(lower.value()), Some(upper.value())])
        }
    };
    bytes.push(kind);
    // The sign goes to the lowest bit, so that small numbers are short on both sides of 0.
    numbers.into_iter().flatten().for_each(|number| put_number(bytes, (number << 1 ^ number >> 63) as u64));
}

fn value(fields: &mut Fields<'_>) -> Option<Option<Value>> {
    Some(Some(match fields.byte()? {
        0 => return Some(None),
        1 => Value::Integer(integer(fields)?),
        2 => Value::Ratio { denominator: integer(fields)?, numerator: integer(fields)? },
        3 => {
            let (amount, unit) = (integer(fields)?, integer::<0>(fields)?.unsigned());
            Value::Duration { amount, unit: *UNITS.get(usize::try_from(unit).ok()?)? }
        }
        4 => Value::Range { lower: integer(fields)?, upper: integer(fields)? },
        5 => Value::RatioRange { denominator: integer(fields)?, lower: integer(fields)?, upper: integer(fields)? },
        _ => return None,
    }))
}

fn integer<const MIN: i64>(fields: &mut Fields<'_>) -> Option<Integer<MIN>> {
    let number = fields.number()?;
    Integer::new((number >> 1) as i64 ^ -((number & 1) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_figure_comes_back() {
        let most = (1 << 53) - 1;
        let number = |number| Integer::new(number).unwrap();
        let mut values = vec![None];
        for n in [-most, -1, 0, 1, 64, most] {
            values.push(Some(Value::Integer(Integer::new(n).unwrap())));
            values.push(Some(Value::Range { lower: Integer::new(-most).unwrap(), upper: Integer::new(n).unwrap() }));
        }
        for n in [0, 1, 127, 128, most] {
            let denominator = Integer::new(n.max(1)).unwrap();
            values.push(Some(Value::Ratio { denominator, numerator: number(n) }));
            values.push(Some(Value::RatioRange { denominator, lower: number(n), upper: number(0) }));
            values.extend(UNITS.map(|unit| Some(Value::Duration { amount: number(n), unit })));
        }
        let mut tried = 0;
        for value in values {
            for status in STATUSES {
                for (last, before, documents) in [(0, 0, 0), (7, 9, 1), (u64::MAX, 0, 1 << 63), (300, 200, u64::MAX)] {
                    let cell = Cell { value, status, rounded_to: last, last, before, documents };
                    let mut bytes = Vec::new();
                    cell.put(&mut bytes);
                    assert_eq!(format!("{:?}", Cell::take(&bytes)), format!("{:?}", Some(cell)));
                    // Cut anywhere, it is none.
                    assert!((0..bytes.len()).all(|end| Cell::take(&bytes[..end]).is_none()), "{cell:?}");
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, (1 + 12 + 10 + 20) * 9 * 4);
        assert!(STATUSES.iter().enumerate().all(|(at, status)| at == *status as usize));
        assert!(UNITS.iter().enumerate().all(|(at, unit)| at == *unit as usize));
    }
}
