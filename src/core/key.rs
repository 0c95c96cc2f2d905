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
use curve25519_dalek::traits::IsIdentity as _;
use ed25519_dalek::Signer as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::fault::{Code, Fault};

pub use cache::KeyCache;

/// An Ed25519 public key: canonical, of prime order. Holding one is proof that it passed those checks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_zebra::VerificationKey);

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
        let point = CompressedEdwardsY(bytes).decompress().ok_or_else(|| invalid("a point on the curve"))?;
        if point.is_identity() || !point.is_torsion_free() {
            return Err(invalid("a point of prime order"));
        }
        let key = ed25519_zebra::VerificationKey::try_from(bytes).map_err(|_| invalid("a point on the curve"))?;
        Ok(Self(key))
    }

    /// The 32 bytes of the key.
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        self.0.into()
    }

    /// The key as statements and entries name it.
    pub fn id(self) -> KeyId {
        KeyId(self.to_bytes())
    }

    /// Whether the signature is this key's over the message, under the rule.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        is_canonical_point(signature.r()) && self.0.verify(&signature.0.into(), message).is_ok()
    }

    /// Whether, in addition, no library could disagree: ed25519-dalek's `verify_strict`.
    pub fn verify_strict(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        ed25519_dalek::VerifyingKey::from_bytes(&self.to_bytes())
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
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
mod tests {
    use super::*;

    #[test]
    fn a_key_is_canonical_and_of_prime_order() {
        // (bytes, why). The small points and their other spellings are those of the public list in "Taming the many
        // EdDSAs" (Chalkias, Garillot, Nikolaenko; 2020), table 2.
        let refused = [
            ("0100000000000000000000000000000000000000000000000000000000000000", "the identity"),
            ("0100000000000000000000000000000000000000000000000000000000000080", "the identity, signed"),
            ("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "order 2"),
            ("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "order 2, signed"),
            ("0000000000000000000000000000000000000000000000000000000000000000", "order 4"),
            ("0000000000000000000000000000000000000000000000000000000000000080", "order 4"),
            ("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "order 4, y = p"),
            ("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "the identity, y = p + 1"),
            ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "order 8"),
            ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "order 8"),
            ("0200000000000000000000000000000000000000000000000000000000000000", "no point"),
        ];
        for (bytes, why) in refused {
            let fault = PublicKey::parse(&hex::decode(bytes).unwrap()).expect_err(why);
            assert_eq!(fault.code, Code::KeyInvalid, "{why}");
        }
        assert!(PublicKey::parse(&[1; 31]).is_err());
    }

    #[test]
    fn a_key_with_a_small_part_is_refused() {
        let key = SecretKey::from_seed(&[7; 32]).public().unwrap();
        let small = hex::decode("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f").unwrap();
        let small = CompressedEdwardsY(small.try_into().unwrap()).decompress().unwrap();
        let mixed = CompressedEdwardsY(key.to_bytes()).decompress().unwrap() + small;
        assert_eq!(PublicKey::parse(&mixed.compress().0).unwrap_err().code, Code::KeyInvalid);
    }

    #[test]
    fn signatures_of_rfc_8032_verify() {
        // RFC 8032, section 7.1, tests 1 to 3: (seed, public key, message, signature).
        let vectors = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ];
        for (seed, public, message, signature) in vectors {
            let secret = SecretKey::from_seed(&hex::decode(seed).unwrap().try_into().unwrap());
            let key = PublicKey::parse(&hex::decode(public).unwrap()).unwrap();
            let message = hex::decode(message).unwrap();
            let expected = Signature(hex::decode(signature).unwrap().try_into().unwrap());
            assert_eq!(secret.public().unwrap(), key);
            assert_eq!(secret.sign(&message), expected);
            assert!(key.verify(&message, &expected) && key.verify_strict(&message, &expected));
            for bit in 0..Signature::LENGTH * 8 {
                let mut forged = expected;
                forged.0[bit / 8] ^= 1 << (bit % 8);
                assert!(!key.verify(&message, &forged), "bit {bit}");
            }
        }
    }

    #[test]
    fn s_is_below_the_group_order() {
        let secret = SecretKey::from_seed(&[9; 32]);
        let mut forged = secret.sign(b"once");
        let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
        let mut carry = 0;
        for (byte, add) in forged.0[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
        assert!(!secret.public().unwrap().verify(b"once", &forged), "S + L is the same scalar, spelled otherwise");
    }
}
