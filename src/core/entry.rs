//! The entry, the ledger's work: a statement with its place, its time and the link to the entry before. FORMAT.md,
//! section 4.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};

use super::fault::{Code, Fault};
use super::hash::Hash;
use super::key::{KeyId, PublicKey, Signature};
use super::statement::{KeyedSignature, MAX_SIGNATURES};
use super::time::Millis;

pub use super::tile::MAX_ENTRY_BYTES;

/// The one encoding: fixed-width little-endian integers, bounded.
const ENCODING: Configuration<LittleEndian, Fixint, Limit<MAX_ENTRY_BYTES>> =
    bincode::config::standard().with_fixed_int_encoding().with_limit::<MAX_ENTRY_BYTES>();

/// Where the payload begins, with its length.
const PAYLOAD: usize = 48;

/// Bytes of an entry, at least: without a payload, and signed by nobody.
const MIN_ENTRY_BYTES: usize = 64;

/// A statement as the ledger placed it. Nothing of it is verified but its encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 0.
    pub index: u64,
    /// When the ledger recorded it, by the ledger's clock.
    pub recorded_at: Millis,
    /// The leaf hash of the entry before; zeros for the first.
    pub previous: Hash,
    /// The statement's bytes.
    pub payload: Vec<u8>,
    /// The author's signature, and the co-signers'.
    pub signatures: Vec<KeyedSignature>,
}

/// The fields in the order of FORMAT.md: read, the payload is the entry's own; written, it is borrowed.
#[derive(bincode::Encode, bincode::Decode)]
struct Wire<Payload> {
    index: u64,
    recorded_at: u64,
    previous: [u8; Hash::LENGTH],
    payload: Payload,
    signatures: Vec<([u8; PublicKey::LENGTH], [u8; Signature::LENGTH])>,
}

impl Entry {
    /// Parses an entry from all of the bytes.
    ///
    /// # Errors
    /// `entry-too-large`, `entry-malformed`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(too_large(bytes.len()));
        }
        let malformed = |expected: &str, found: String| Fault::new(Code::EntryMalformed, expected, found);
        if bytes.len() < MIN_ENTRY_BYTES {
            // A hostile file may hold millions of nothing: what the library would say of each takes longer than the rest.
            return Err(malformed("an entry", format!("{} bytes", bytes.len())));
        }
        let (wire, length): (Wire<Vec<u8>>, usize) =
            bincode::decode_from_slice(bytes, ENCODING).map_err(|error| malformed("an entry", error.to_string()))?;
        if length != bytes.len() {
            return Err(malformed(&format!("{length} bytes"), format!("{} bytes", bytes.len())));
        }
        let recorded_at = Millis::from_unix_ms(wire.recorded_at)
            .ok_or_else(|| malformed("a time before the year 10000", format!("{} ms", wire.recorded_at)))?;
        if wire.signatures.len() > MAX_SIGNATURES {
            return Err(malformed("at most 128 signatures", wire.signatures.len().to_string()));
        }
        let keyed = |(key, signature)| KeyedSignature { key: KeyId(key), signature: Signature(signature) };
        let entry = Self {
            index: wire.index,
            recorded_at,
            previous: Hash(wire.previous),
            payload: wire.payload,
            signatures: wire.signatures.into_iter().map(keyed).collect(),
        };
        // The library decides how an entry is decoded; that it can be encoded in one way only is decided here.
        if entry.encode()? != bytes {
            return Err(malformed("the one encoding of the entry", "another".to_owned()));
        }
        Ok(entry)
    }

    /// The entry's bytes.
    ///
    /// # Errors
    /// `entry-too-large`.
    pub fn encode(&self) -> Result<Vec<u8>, Fault> {
        let wire = Wire {
            index: self.index,
            recorded_at: self.recorded_at.unix_ms(),
            previous: self.previous.0,
            payload: self.payload.as_slice(),
            signatures: self.signatures.iter().map(|keyed| (keyed.key.0, keyed.signature.0)).collect(),
        };
        let bytes = bincode::encode_to_vec(wire, ENCODING).map_err(|_| too_large(self.encoded_len()))?;
        if bytes.len() > MAX_ENTRY_BYTES { Err(too_large(bytes.len())) } else { Ok(bytes) }
    }

    /// The key that the first signature says it is by, of an entry that parses.
    pub fn author_key(bytes: &[u8]) -> Option<KeyId> {
        let (length, rest) = bytes.get(PAYLOAD..)?.split_first_chunk()?;
        let rest = rest.get(usize::try_from(u64::from_le_bytes(*length)).ok()?..)?;
        let (signatures, rest) = rest.split_first_chunk()?;
        rest.first_chunk().filter(|_| u64::from_le_bytes(*signatures) > 0).map(|key| KeyId(*key))
    }

    /// How long the entry is that begins with these bytes, by its own lengths; there may be fewer bytes. What is no entry
    /// may seem to be one: whoever needs to know parses it.
    pub fn length(bytes: &[u8]) -> Option<usize> {
        let (length, rest) = bytes.get(PAYLOAD..)?.split_first_chunk()?;
        let payload = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let signatures = usize::try_from(u64::from_le_bytes(*rest.get(payload..)?.first_chunk()?)).ok()?;
        let signed = signatures.checked_mul(PublicKey::LENGTH + Signature::LENGTH)?;
        PAYLOAD.checked_add(16)?.checked_add(payload)?.checked_add(signed).filter(|length| *length <= MAX_ENTRY_BYTES)
    }

    fn encoded_len(&self) -> usize {
        64 + self.payload.len() + self.signatures.len() * (PublicKey::LENGTH + Signature::LENGTH)
    }
}

fn too_large(found: usize) -> Fault {
    Fault::new(Code::EntryTooLarge, format!("an entry of at most {MAX_ENTRY_BYTES} bytes"), format!("{found} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Entry {
        let signature = KeyedSignature { key: KeyId([3; 32]), signature: Signature([4; 64]) };
        let recorded_at = Millis::from_unix_ms(5).unwrap();
        Entry { index: 258, recorded_at, previous: Hash([2; 32]), payload: vec![9, 8], signatures: vec![signature] }
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let expected = [
            &[2, 1, 0, 0, 0, 0, 0, 0][..],
            &[5, 0, 0, 0, 0, 0, 0, 0],
            &[2; 32],
            &[2, 0, 0, 0, 0, 0, 0, 0],
            &[9, 8],
            &[1, 0, 0, 0, 0, 0, 0, 0],
            &[3; 32],
            &[4; 64],
        ]
        .concat();
        assert_eq!(sample().encode().unwrap(), expected);
        assert_eq!(Entry::parse(&expected).unwrap(), sample());
        assert_eq!(Entry::author_key(&expected), Some(KeyId([3; 32])));
        assert_eq!(Entry::length(&[&expected[..], &[1; 9]].concat()), Some(expected.len()));
        assert_eq!(Entry::length(&expected[..PAYLOAD + 17]), None);
        let unsigned = Entry { signatures: Vec::new(), ..sample() }.encode().unwrap();
        assert_eq!(Entry::author_key(&unsigned), None);
        assert!((0..expected.len() - 64).all(|length| Entry::author_key(&expected[..length]).is_none()));
    }

    #[test]
    fn no_other_bytes_are_an_entry() {
        let sound = sample().encode().unwrap();
        for length in 0..sound.len() {
            assert_eq!(Entry::parse(&sound[..length]).unwrap_err().code, Code::EntryMalformed, "{length} bytes");
        }
        let change = |at: usize, byte: u8| {
            let mut bytes = sound.clone();
            bytes[at] = byte;
            Entry::parse(&bytes).map(drop).map_err(|fault| fault.code)
        };
        assert_eq!(Entry::parse(&[&sound[..], &[0]].concat()).unwrap_err().code, Code::EntryMalformed);
        assert!(Entry::parse(&[0; MIN_ENTRY_BYTES]).is_ok());
        // By its length alone.
        assert_eq!(Entry::parse(&[0; MIN_ENTRY_BYTES - 1]).unwrap_err().found, "63 bytes");
        for at in [48, 49, 52, 55, 58, 59, 62, 65] {
            assert_eq!(change(at, 0xff), Err(Code::EntryMalformed), "a length at {at}");
        }
        assert_eq!(change(15, 0xff), Err(Code::EntryMalformed), "a time beyond the year 9999");
    }

    #[test]
    fn an_entry_fits_a_bundle() {
        let room = MAX_ENTRY_BYTES - sample().encoded_len() + 2;
        for (payload, fits) in [(room - 1, true), (room, true), (room + 1, false)] {
            let entry = Entry { payload: vec![b' '; payload], ..sample() };
            match entry.encode() {
                Ok(bytes) => assert!(fits && Entry::parse(&bytes).is_ok(), "payload of {payload}"),
                Err(fault) => assert!(!fits && fault.code == Code::EntryTooLarge, "payload of {payload}"),
            }
        }
        assert_eq!(Entry::parse(&vec![0; MAX_ENTRY_BYTES + 1]).unwrap_err().code, Code::EntryTooLarge);
    }
}
