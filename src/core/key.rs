//! Keys and signatures: Ed25519 under one rule, whatever the speed.
//!
//! The rule is RFC 8032, section 5.1.7, with the cofactored equation `[8][S]B = [8]R + [8][k]A`, canonical encodings of
//! `A`, `R` and `S` only, and `A` of prime order. Batch and single verification agree on every input under it. A
//! ledger's writer additionally insists on [`PublicKey::verify_strict`], so that an honest ledger holds no signature on
//! which any library could disagree.
//!
//! [`batch`] verifies many together. Witnesses may cosign with ML-DSA-44 as well: [`ml_dsa`].

pub mod batch;
mod cache;
pub mod ml_dsa;

use std::fmt;

use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::{Identity as _, IsIdentity as _};
use ed25519_dalek::{Signer as _, Verifier as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::fault::{Code, Fault};

pub use cache::KeyCache;

/// An Ed25519 public key: canonical, of prime order. Holding one is proof that it passed those checks. It is kept unpacked,
/// as a point on the curve, and takes 192 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

/// The bytes that say whose a signature is, as they came: perhaps no key at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; PublicKey::LENGTH]);

/// An Ed25519 signature, unverified: `R ‖ S`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; Self::LENGTH]);

/// An Ed25519 signing key. Wiped from memory when dropped; never printed.
pub struct SecretKey(ed25519_dalek::SigningKey);

impl PublicKey {
    /// Bytes in a public key.
    pub const LENGTH: usize = 32;

    /// Checks that the bytes are a key under the rule.
    ///
    /// # Errors
    /// `key-invalid`: not a point, not its canonical encoding, or not of prime order (the identity and the other small
    /// points included).
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let invalid = |expected| Fault::new(Code::KeyInvalid, expected, hex::encode(bytes));
        let bytes: [u8; Self::LENGTH] = bytes.try_into().map_err(|_| invalid("32 bytes"))?;
        if !is_canonical_point(&bytes) {
            return Err(invalid("the canonical encoding of a point"));
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| invalid("a point on the curve"))?;
        let point = key.to_edwards();
        if point.is_identity() || !point.is_torsion_free() {
            return Err(invalid("a point of prime order"));
        }
        Ok(Self(key))
    }

    /// The 32 bytes of the key.
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        self.0.to_bytes()
    }

    /// The key as statements and entries name it.
    pub fn id(self) -> KeyId {
        KeyId(self.to_bytes())
    }

    /// Whether the signature is this key's over the message, under the rule.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        // What verifies strictly verifies by the rule, and is checked faster: here the key need not be unpacked again.
        self.verify_strict(message, signature)
            || is_canonical_point(signature.r())
                && ed25519_zebra::VerificationKey::try_from(self.to_bytes())
                    .is_ok_and(|key| key.verify(&signature.0.into(), message).is_ok())
    }

    /// Whether, in addition, no library could disagree: ed25519-dalek's `verify_strict`, by a shorter way.
    ///
    /// That function asks that `S` is below the order, that neither `A` nor `R` is small, and that `R` is byte for byte the
    /// encoding of `[S]B - [k]A`. `A` and `B` are of prime order, so that what it compares with `R` lies in the group they
    /// generate, where one point alone is small: the identity. So `R` need not be unpacked to see whether it is small, and
    /// everything else is what dalek's plain `verify` asks. Measured: 38 µs, where unpacking both points and
    /// `verify_strict` take 53. A table of multiples of each key (30 KB, made in 1 ms) would take it to 32 to 35, which is
    /// not worth its room.
    pub fn verify_strict(&self, message: &[u8], signature: &Signature) -> bool {
        let found = ed25519_dalek::Signature::from_bytes(&signature.0);
        *signature.r() != CompressedEdwardsY::identity().0 && self.0.verify(message, &found).is_ok()
    }
}

impl KeyId {
    /// The key, if the bytes are one.
    ///
    /// # Errors
    /// As [`PublicKey::parse`].
    pub fn parse(&self) -> Result<PublicKey, Fault> {
        PublicKey::parse(&self.0)
    }
}

impl Signature {
    /// Bytes in a signature.
    pub const LENGTH: usize = 64;

    fn r(&self) -> &[u8; 32] {
        let (r, _) = self.0.split_first_chunk().unwrap_or((&[0; 32], &[]));
        r
    }
}

impl SecretKey {
    /// From the 32-byte seed of RFC 8032, section 5.1.5.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The library's own signing key, for the formats that files keep it in.
    pub fn as_dalek(&self) -> &ed25519_dalek::SigningKey {
        &self.0
    }

    /// The public half.
    ///
    /// # Errors
    /// `key-invalid`, for no known seed: a scalar times the base point is of prime order.
    pub fn public(&self) -> Result<PublicKey, Fault> {
        PublicKey::parse(self.0.verifying_key().as_bytes())
    }

    /// The public half as statements and entries name it: its bytes, which are not checked again.
    pub fn id(&self) -> KeyId {
        KeyId(self.0.verifying_key().to_bytes())
    }

    /// Signs the message, deterministically.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

/// Whether 32 bytes are the one canonical encoding of what they encode (RFC 8032, section 5.1.3): `y` below the field's
/// prime, and no sign where `x` is zero. Says nothing of whether they encode a point at all.
fn is_canonical_point(bytes: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = bytes;
    let (top, sign) = (last & 0x7f, last >> 7 == 1);
    let high = top == 0x7f && middle.iter().all(|&byte| byte == 0xff);
    let low = top == 0 && middle.iter().all(|&byte| byte == 0);
    // y is 2^255 - 19 or more; or it is -1 or 1, where x is zero and has no sign.
    !(high && *first >= 0xed) && !(sign && (high && *first == 0xec || low && *first == 1))
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.to_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::hash::Hash::deserialize(deserializer).map(|digits| Self(digits.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From 64 lower-case hexadecimal digits.
impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = super::hash::Hash::deserialize(deserializer)?;
        Self::parse(&bytes.0).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
