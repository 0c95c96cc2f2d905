//! The statement, the author's work, and the DSSE envelope in which it travels. FORMAT.md, section 2.

mod signatures;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::Event;
use super::fault::{Code, Fault};
use super::hash::Hash;
use super::json::{self, Count, Positive};
use super::key::{KeyId, SecretKey, Signature};
use super::text::{Origin, Slug};
use super::time::Time;

pub use signatures::{Rule, all_signature_faults, check_signatures, signature_faults};

/// The payload type of every statement's envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.candour.statement+json";
/// Signatures on a statement, at most: an open letter of a hundred organisations fits.
pub const MAX_SIGNATURES: usize = 128;
/// Bytes of an envelope file, at most: an entry of the greatest size in base64, with its signatures, and then some.
pub const MAX_ENVELOPE_BYTES: usize = 256 * 1024;

/// What an author says, where, when and as the how-manieth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The actor who speaks.
    pub author: Slug,
    /// What is said.
    pub event: Event,
    /// When the author signed, by the author's clock.
    pub issued_at: Time,
    /// The ledger it is meant for.
    pub ledger: Origin,
    /// The author's key's own counter on this ledger, from 0, without gaps.
    pub nth: Count,
    /// A checkpoint that the author had verified before signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
}

/// The checkpoint that an author vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Its root.
    pub root: Hash,
    /// Its size.
    pub size: Positive,
}

impl Statement {
    /// Parses the bytes that were signed.
    ///
    /// # Errors
    /// `statement-not-canonical`, `statement-malformed`.
    pub fn parse(payload: &[u8]) -> Result<Self, Fault> {
        let statement: Self = json::decode(payload)?;
        statement.event.check_shape().map_err(json::malformed)?;
        Ok(statement)
    }

    /// The bytes to sign.
    ///
    /// # Errors
    /// `statement-malformed`, where the shape of the event is not sound.
    pub fn encode(&self) -> Result<Vec<u8>, Fault> {
        self.event.check_shape().map_err(json::malformed)?;
        json::encode(self)
    }
}

/// A payload with its signatures: the first is the author's, the others are co-signers'. Nothing of it is verified.
///
/// Within other JSON it stands as the object that travels; that the fields are named there, as [`Self::parse`] asks, is
/// for the reader of that JSON to see to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireEnvelope", into = "WireEnvelope")]
pub struct Envelope {
    /// The statement's bytes.
    pub payload: Vec<u8>,
    /// Who signed, by key.
    pub signatures: Vec<KeyedSignature>,
}

/// A signature beside the bytes that say whose it is, neither of them verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedSignature {
    /// Whose, it says.
    pub key: KeyId,
    /// The signature.
    pub signature: Signature,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireEnvelope {
    payload: String,
    payload_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSignature {
    keyid: String,
    sig: String,
}

impl Envelope {
    /// The statement, signed by its author and then by the co-signers.
    ///
    /// # Errors
    /// As [`Statement::encode`].
    pub fn sign<'a>(statement: &Statement, keys: impl IntoIterator<Item = &'a SecretKey>) -> Result<Self, Fault> {
        let mut envelope = Self { payload: statement.encode()?, signatures: Vec::new() };
        for key in keys {
            envelope.add_signature(key)?;
        }
        Ok(envelope)
    }

    /// Adds one more signature.
    ///
    /// # Errors
    /// `signature-duplicate`, where the key has signed already.
    pub fn add_signature(&mut self, secret: &SecretKey) -> Result<(), Fault> {
        let key = secret.id();
        if self.signatures.iter().any(|signature| signature.key == key) {
            return Err(Fault::new(Code::SignatureDuplicate, "a key that has not signed", key.to_string()));
        }
        let signature = secret.sign(&pre_authentication_encoding(&self.payload));
        self.signatures.push(KeyedSignature { key, signature });
        Ok(())
    }

    /// Parses an envelope as it travels.
    ///
    /// # Errors
    /// `envelope-malformed`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_ENVELOPE_BYTES {
            return Err(malformed("an envelope of at most 256 KiB", format!("{} bytes", bytes.len())));
        }
        let wire: WireEnvelope = serde_json::from_slice(bytes)
            .map_err(|error| malformed("a dsse envelope", json::bounded(&error.to_string())))?;
        if !is_made_of_objects(bytes) {
            return Err(malformed("objects with named fields", "lists".to_owned()));
        }
        Self::try_from(wire)
    }

    /// The envelope as it travels: one line of JSON.
    ///
    /// # Errors
    /// None for any envelope; the signature is that of the JSON library.
    pub fn to_json(&self) -> Result<String, Fault> {
        serde_json::to_string(self)
            .map_err(|error| Fault::new(Code::EnvelopeMalformed, "an envelope", error.to_string()))
    }
}

impl TryFrom<WireEnvelope> for Envelope {
    type Error = Fault;

    fn try_from(wire: WireEnvelope) -> Result<Self, Fault> {
        if wire.payload_type != PAYLOAD_TYPE {
            return Err(malformed(PAYLOAD_TYPE, super::text::excerpt(&wire.payload_type)));
        }
        if !(1..=MAX_SIGNATURES).contains(&wire.signatures.len()) {
            return Err(malformed("1 to 128 signatures", wire.signatures.len().to_string()));
        }
        let base64 = |what: &str, text: &str| {
            BASE64_STANDARD.decode(text).map_err(|error| malformed(&format!("{what} in base64"), error.to_string()))
        };
        let mut signatures = Vec::with_capacity(wire.signatures.len());
        for WireSignature { keyid, sig } in &wire.signatures {
            let key = Hash::from_hex(keyid)
                .ok_or_else(|| malformed("a keyid of 64 lower-case hex digits", super::text::excerpt(keyid)))?;
            let signature = <[u8; Signature::LENGTH]>::try_from(base64("a signature", sig)?)
                .map_err(|bytes| malformed("a signature of 64 bytes", bytes.len().to_string()))?;
            signatures.push(KeyedSignature { key: KeyId(key.0), signature: Signature(signature) });
        }
        Ok(Self { payload: base64("a payload", &wire.payload)?, signatures })
    }
}

impl From<Envelope> for WireEnvelope {
    fn from(envelope: Envelope) -> Self {
        let signatures = envelope.signatures.iter().map(|KeyedSignature { key, signature }| WireSignature {
            keyid: key.to_string(),
            sig: BASE64_STANDARD.encode(signature.0),
        });
        Self {
            payload: BASE64_STANDARD.encode(&envelope.payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: signatures.collect(),
        }
    }
}

fn malformed(expected: &str, found: String) -> Fault {
    Fault::new(Code::EnvelopeMalformed, expected, found)
}

/// Whether the envelope and its signatures are objects: the parser takes lists of the fields in order for them as well.
fn is_made_of_objects(envelope: &[u8]) -> bool {
    let Ok(Value::Object(envelope)) = serde_json::from_slice(envelope) else { return false };
    let signatures = envelope.get("signatures").and_then(Value::as_array);
    signatures.is_some_and(|signatures| signatures.iter().all(Value::is_object))
}

/// The bytes that are signed: the pre-authentication encoding of DSSE 1.0.
pub fn pre_authentication_encoding(payload: &[u8]) -> Vec<u8> {
    let mut encoding = Vec::new();
    write_pre_authentication_encoding(payload, &mut encoding);
    encoding
}

/// As [`pre_authentication_encoding`], in place of what is in a buffer.
fn write_pre_authentication_encoding(payload: &[u8], buffer: &mut Vec<u8>) {
    let header = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    buffer.clear();
    buffer.extend_from_slice(header.as_bytes());
    buffer.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_an_object_of_exactly_its_fields() {
        let (key, sig) = ("0".repeat(64), BASE64_STANDARD.encode([0; 64]));
        let signature = format!(r#"{{"keyid":"{key}","sig":"{sig}"}}"#);
        let envelope = |payload: &str, signature: &str| {
            format!(r#"{{"payload":"{payload}","payloadType":"{PAYLOAD_TYPE}","signatures":[{signature}]}}"#)
        };
        let sound = envelope("e30=", &signature);
        assert_eq!(Envelope::parse(sound.as_bytes()).unwrap().to_json().unwrap(), sound);
        let many = vec![signature.as_str(); MAX_SIGNATURES + 1].join(",");
        let bad = [
            ("a list", format!(r#"["e30=","{PAYLOAD_TYPE}",[{signature}]]"#)),
            ("a signature that is a list", envelope("e30=", &format!(r#"["{key}","{sig}"]"#))),
            ("no signature", envelope("e30=", "")),
            ("too many signatures", envelope("e30=", &many)),
            ("another type", sound.replace("candour", "example")),
            ("a field twice", sound.replace(r#""payload":"#, r#""payload":"e30=","payload":"#)),
            ("an unknown field", sound.replace(r#""payload":"#, r#""x":1,"payload":"#)),
            ("another spelling of base64", envelope("e31=", &signature)),
            ("base64 without padding", envelope("e30", &signature)),
            ("a key in capitals", envelope("e30=", &signature.replace(&key, &"A".repeat(64)))),
            ("a short signature", envelope("e30=", &signature.replace(&sig, "AAAA"))),
            ("two of them", format!("{sound}{sound}")),
        ];
        for (what, bytes) in bad {
            assert_eq!(Envelope::parse(bytes.as_bytes()).expect_err(what).code, Code::EnvelopeMalformed, "{what}");
        }
        let long = sound.replace(r#""payload":"#, &format!(r#""{}":1,"payload":"#, "x".repeat(10_000)));
        let says = Envelope::parse(long.as_bytes()).expect_err("an unknown field").to_string();
        assert!(says.contains("unknown field") && says.len() < 400, "{} bytes", says.len());
    }
}
