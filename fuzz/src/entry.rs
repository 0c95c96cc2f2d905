//! An entry: the codec, beside one that reads field after field.

use candour::core::entry::{Entry, MAX_ENTRY_BYTES};
use candour::core::hash::Hash;
use candour::core::key::{KeyId, Signature};
use candour::core::statement::{KeyedSignature, MAX_SIGNATURES};
use candour::core::time::Millis;

use crate::fixtures;

pub const BYTES: usize = 64;

pub fn run(data: &[u8]) {
    let found = crate::refused(Entry::parse(data));
    assert_eq!(found, plainly(data));
    let author = Entry::author_key(data);
    let Some(entry) = found else { return };
    assert_eq!(entry.encode().as_deref(), Ok(data), "what parses prints back");
    assert_eq!(author, entry.signatures.first().map(|first| first.key));
}

/// FORMAT.md, section 4, byte by byte.
fn plainly(data: &[u8]) -> Option<Entry> {
    let mut rest = data;
    let number = |rest: &mut &[u8]| {
        let (eight, after) = rest.split_first_chunk()?;
        *rest = after;
        Some(u64::from_le_bytes(*eight))
    };
    let (index, recorded_at) = (number(&mut rest)?, number(&mut rest)?);
    let (previous, mut rest) = rest.split_first_chunk()?;
    let length = usize::try_from(number(&mut rest)?).ok()?;
    let (payload, mut rest) = rest.split_at_checked(length)?;
    let count = number(&mut rest)?;
    let (signatures, left) = rest.as_chunks::<96>();
    if !left.is_empty() || signatures.len() as u64 != count || signatures.len() > MAX_SIGNATURES {
        return None;
    }
    let keyed = |bytes: &[u8; 96]| {
        let (key, signature) = bytes.split_at(32);
        Some(KeyedSignature { key: KeyId(key.try_into().ok()?), signature: Signature(signature.try_into().ok()?) })
    };
    let entry = Entry {
        index,
        recorded_at: Millis::from_unix_ms(recorded_at)?,
        previous: Hash(*previous),
        payload: payload.to_vec(),
        signatures: signatures.iter().map(keyed).collect::<Option<_>>()?,
    };
    (data.len() <= MAX_ENTRY_BYTES).then_some(entry)
}

pub fn seeds() -> Vec<Vec<u8>> {
    let (entries, refused) = (fixtures::vectors("entries"), fixtures::vectors("refused"));
    let mut seeds = fixtures::field(&entries, "entries", "entry");
    seeds.extend(fixtures::field(&refused, "entries", "entry"));
    seeds.iter().map(|hex| fixtures::unhex(hex)).collect()
}
