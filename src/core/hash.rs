//! SHA-256 as the ledger uses it, with the prefixes of RFC 6962, section 2.1.

use std::fmt;
use std::io::{self, Read};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use super::fault::{Code, Fault};

/// A SHA-256 hash. Written as 64 lower-case hexadecimal digits in statements and reports, and in base64 in notes.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; Self::LENGTH]);

impl Hash {
    /// Bytes in a hash.
    pub const LENGTH: usize = 32;

    /// The `previous` of the first entry: 32 zero bytes.
    pub const ZERO: Self = Self([0; Self::LENGTH]);

    /// SHA-256 of the bytes as they are: what names an attachment.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The leaf hash of an entry, SHA-256(0x00 ‖ entry). It is the next entry's `previous` too.
    pub fn leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// The hash of an inner node, SHA-256(0x01 ‖ left ‖ right).
    pub fn node(left: Self, right: Self) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// From exactly 64 lower-case hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::LENGTH];
        let lower = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(Self(bytes))
    }

    /// From the one standard base64 encoding (RFC 4648, section 4, padded, no stray bits).
    ///
    /// # Errors
    /// `note-malformed`: checkpoints and proofs are the places that write hashes in base64.
    pub fn from_base64(text: &str) -> Result<Self, Fault> {
        let bytes = BASE64_STANDARD.decode(text).ok().and_then(|bytes| <[u8; Self::LENGTH]>::try_from(bytes).ok());
        bytes.map(Self).ok_or_else(|| Fault::new(Code::NoteMalformed, "a hash in base64", format!("{text:?}")))
    }

    /// In standard base64.
    pub fn to_base64(self) -> String {
        BASE64_STANDARD.encode(self.0)
    }
}

/// SHA-256 of bytes that come piece by piece.
#[derive(Clone, Debug, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all pieces.
    pub fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}

/// Hashes and counts what is read through it.
pub struct HashingReader<R> {
    reader: R,
    hasher: Hasher,
    length: u64,
}

impl<R: Read> HashingReader<R> {
    /// Around a reader.
    pub fn new(reader: R) -> Self {
        Self { reader, hasher: Hasher::default(), length: 0 }
    }

    /// Reads to the end. Returns how many bytes there were in all, and their hash.
    ///
    /// # Errors
    /// The reader's.
    pub fn finish(mut self) -> io::Result<(u64, Hash)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((self.length, self.hasher.finish()))
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        self.length = self.length.saturating_add(count as u64);
        Ok(count)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text)
            .ok_or_else(|| de::Error::custom(format!("a hash is 64 lower-case hex digits, not {text:?}")))
    }
}
