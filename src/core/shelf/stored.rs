//! Keys and values as bytes.

use std::hash;

use crate::core::hash::Hash;
use crate::core::text::{DocumentId, Slug};

/// What a shelf can keep: how it is written in a run, compactly, and read back.
pub trait Stored: Sized + Clone {
    /// Writes it at the end of some bytes.
    fn put(&self, bytes: &mut Vec<u8>);

    /// Reads it from all of some bytes; nothing where they are not those of any such thing.
    fn take(bytes: &[u8]) -> Option<Self>;

    /// What it takes of memory beyond its own size, in bytes.
    fn heap_bytes(&self) -> usize {
        0
    }
}

/// What things are found by on a shelf. Keys are in the order of their bytes, and no two have the same.
pub trait Key: Stored + Ord + hash::Hash {
    /// Whether runs have a filter, for keys that come in no order. Where they come in order, the ends of runs tell which
    /// has a key, and where none is looked for by itself, nothing need.
    const FILTERED: bool;
}

/// Writes a number, seven bits to a byte, the lowest first.
pub fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Bytes that are read field by field.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Of all of these.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next number, as [`put_number`] writes it.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// The next so many bytes.
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    /// A thing, if these were all fields.
    pub fn end<T>(self, thing: T) -> Option<T> {
        self.0.is_empty().then_some(thing)
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.0.len()
    }
}

/// Nothing: for a set.
impl Stored for () {
    fn put(&self, _: &mut Vec<u8>) {}

    fn take(bytes: &[u8]) -> Option<Self> {
        bytes.is_empty().then_some(())
    }
}

/// The index of an entry, the highest byte first.
impl Stored for u64 {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_be_bytes());
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(u64::from_be_bytes)
    }
}

/// Entries come in order.
impl Key for u64 {
    const FILTERED: bool = false;
}

impl Stored for (u64, u64) {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.0.put(bytes);
        self.1.put(bytes);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let (first, second) = bytes.split_at_checked(size_of::<u64>())?;
        Some((u64::take(first)?, u64::take(second)?))
    }
}

/// None is looked for by itself.
impl Key for (u64, u64) {
    const FILTERED: bool = false;
}

impl Stored for Hash {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.0);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl Key for Hash {
    const FILTERED: bool = true;
}

macro_rules! text_stored {
    ($($name:ident),+) => {$(
        impl Stored for $name {
            fn put(&self, bytes: &mut Vec<u8>) {
                bytes.extend(self.as_str().as_bytes());
            }

            fn take(bytes: &[u8]) -> Option<Self> {
                std::str::from_utf8(bytes).ok()?.parse().ok()
            }

            fn heap_bytes(&self) -> usize {
                // An allocation has a header and is rounded up.
                self.as_str().len() + 16
            }
        }
    )+};
}

text_stored!(DocumentId, Slug);

impl Key for DocumentId {
    const FILTERED: bool = true;
}
