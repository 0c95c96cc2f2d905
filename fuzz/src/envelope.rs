//! An envelope: any JSON with exactly these fields.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::statement::{Envelope, MAX_ENVELOPE_BYTES, MAX_SIGNATURES, PAYLOAD_TYPE};
use serde_json::Value;

use crate::fixtures;

/// As [`crate::statement::BYTES`].
pub const BYTES: usize = 512;

pub fn run(data: &[u8]) {
    let found = crate::refused(Envelope::parse(data));
    // What JSON means by a name that comes twice, nobody says; here it is refused.
    let plain = plainly(data);
    let Some(envelope) = found else { return };
    assert_eq!(plain.as_ref(), Some(&envelope), "read as any JSON");
    let text = envelope.to_json().expect("an envelope");
    // It travels in one spelling, which may be longer than the one in which it came.
    if text.len() <= MAX_ENVELOPE_BYTES {
        let again = Envelope::parse(text.as_bytes()).expect("what was printed");
        assert_eq!((again.to_json().as_deref(), &again), (Ok(text.as_str()), &envelope));
    }
}

/// The envelope, from any JSON; nothing where it is none.
fn plainly(data: &[u8]) -> Option<Envelope> {
    let value: Value = serde_json::from_slice(data).ok()?;
    let object = value.as_object().filter(|object| object.len() == 3)?;
    assert!(object.get("payloadType")?.as_str()? == PAYLOAD_TYPE || Envelope::parse(data).is_err());
    let payload = BASE64_STANDARD.decode(object.get("payload")?.as_str()?).ok()?;
    let signatures = object.get("signatures")?.as_array()?;
    if !(1..=MAX_SIGNATURES).contains(&signatures.len()) {
        return None;
    }
    let keyed = |value: &Value| {
        let object = value.as_object().filter(|object| object.len() == 2)?;
        let mut key = [0; 32];
        hex::decode_to_slice(object.get("keyid")?.as_str()?, &mut key).ok()?;
        let signature = BASE64_STANDARD.decode(object.get("sig")?.as_str()?).ok()?.try_into().ok()?;
        use candour::core::key::{KeyId, Signature};
        Some(candour::core::statement::KeyedSignature { key: KeyId(key), signature: Signature(signature) })
    };
    let signatures = signatures.iter().map(keyed).collect::<Option<_>>()?;
    Some(Envelope { payload, signatures })
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = fixtures::field(&fixtures::vectors("refused"), "envelopes", "envelope");
    seeds.push(fixtures::text(&fixtures::vectors("envelope"), "envelope").into_bytes());
    seeds
}
