//! ML-DSA-44 (FIPS 204), for cosignatures that are to outlast quantum computers.
//!
//! Pure ML-DSA with an empty context. Signing is the standard's deterministic variant, for nothing in the core has
//! randomness to give: it protects less than the hedged one from somebody who can disturb or measure the signer, and
//! no less from anybody else.

use std::fmt;
use std::sync::Arc;

use ::ml_dsa::{ExpandedSigningKey, MlDsa44, Signature, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::super::fault::{Code, Fault};

/// A public key, unpacked once. Copies share what was unpacked, some 24 KiB.
///
/// Any 1312 bytes are a key (FIPS 204, algorithm 23), and some are keys by which anybody can sign: whose it is, is for
/// the reader to know.
#[derive(Clone, PartialEq)]
pub struct PublicKey(Arc<VerifyingKey<MlDsa44>>);

/// A signing key. Wiped from memory when dropped; never printed.
pub struct SecretKey(SigningKey<MlDsa44>);

impl PublicKey {
    /// Bytes in a public key.
    pub const LENGTH: usize = 1312;

    /// Bytes in a signature.
    pub const SIGNATURE_LENGTH: usize = 2420;

    /// Reads a key.
    ///
    /// # Errors
    /// `key-invalid`: not 1312 bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let bytes: &[u8; Self::LENGTH] = bytes.try_into().map_err(|_| {
            let expected = format!("an ML-DSA-44 public key of {} bytes", Self::LENGTH);
            Fault::new(Code::KeyInvalid, expected, format!("{} bytes", bytes.len()))
        })?;
        Ok(Self(Arc::new(VerifyingKey::decode(bytes.into()))))
    }

    /// The bytes of the key.
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        self.0.encode().into()
    }

    /// Whether the bytes are this key's signature of the message (FIPS 204, algorithm 3). Of another length, with hints
    /// out of order or a response out of range, they are none.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature).is_ok_and(|signature| self.0.verify_with_context(message, &[], &signature))
    }
}

impl SecretKey {
    /// Bytes in the expanded form, which nobody needs who has the seed.
    pub const EXPANDED_LENGTH: usize = 2560;

    /// From the 32-byte seed of FIPS 204, algorithm 6.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_seed(seed.into()))
    }

    /// The seed, which is the key.
    pub fn seed(&self) -> &[u8; 32] {
        &self.0.as_seed().0
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(Arc::new(self.0.as_ref().clone()))
    }

    /// Whether these bytes are the key in its expanded form (FIPS 204, algorithm 24).
    pub fn is_expanded_to(&self, bytes: &[u8]) -> bool {
        #[expect(deprecated, reason = "to hold a file against its own seed; nothing is ever kept in this form")]
        let expanded = Zeroizing::new(self.expanded().to_expanded());
        expanded.as_slice() == bytes
    }

    /// Signs the message, deterministically: [`PublicKey::SIGNATURE_LENGTH`] bytes. `None` for no known key and message:
    /// each of 16,384 attempts would have to fail, and three in four do.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.expanded().sign_deterministic(message, &[]).ok().map(|signature| signature.encode().to_vec())
    }

    fn expanded(&self) -> &ExpandedSigningKey<MlDsa44> {
        self.0.expanded_key()
    }
}

impl Eq for PublicKey {}

/// The first bytes: the whole would fill a page.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.to_bytes();
        write!(f, "{}...", hex::encode([a, b, c, d]))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::hash::Hash;
    use super::*;

    fn key() -> SecretKey {
        SecretKey::from_seed(&std::array::from_fn(|byte| byte as u8))
    }

    #[test]
    fn the_key_of_rfc_9881() {
        // RFC 9881, appendix C.1: the seed 00 01 .. 1f, and what it is expanded to; here by their SHA-256.
        let public = key().public().to_bytes();
        assert_eq!(Hash::of(&public).to_string(), "9f107644c1084526af3bc8098680b05499a2325a644e388fb4f970e058d19d46");
        #[expect(deprecated, reason = "to hold it against the RFC's")]
        let expanded = key().expanded().to_expanded();
        assert_eq!(Hash::of(&expanded).to_string(), "04bf6b9f579166a627961dfc5c3bf9717df868db88863856356c4668c8b56b0b");
        assert!(key().is_expanded_to(&expanded));
        assert_eq!(key().seed(), &std::array::from_fn(|byte| byte as u8));
        assert_eq!(PublicKey::parse(&public).unwrap(), key().public());
        assert!(!key().is_expanded_to(&[0; SecretKey::EXPANDED_LENGTH]) && !key().is_expanded_to(&[]));
        for length in [0, 32, PublicKey::LENGTH - 1, PublicKey::LENGTH + 1] {
            assert_eq!(PublicKey::parse(&vec![0; length]).unwrap_err().code, Code::KeyInvalid, "{length}");
        }
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else() {
        let (secret, other) = (key(), SecretKey::from_seed(&[1; 32]));
        let signature = secret.sign(b"once").unwrap();
        assert_eq!(signature.len(), PublicKey::SIGNATURE_LENGTH);
        assert_eq!(secret.sign(b"once").unwrap(), signature, "it takes no randomness");
        let public = secret.public();
        assert!(public.verify(b"once", &signature));
        assert!(!public.verify(b"twice", &signature) && !other.public().verify(b"once", &signature));
        // Here and there; a checkpoint's tests change every byte of a line.
        for at in (0..signature.len()).step_by(97) {
            let mut forged = signature.clone();
            forged[at] ^= 1 << (at % 8);
            assert!(!public.verify(b"once", &forged), "byte {at}");
        }
        assert!(!public.verify(b"once", &[&signature[..], &[0]].concat()));
        for length in [0, 1, 64, signature.len() - 1] {
            assert!(!public.verify(b"once", &signature[..length]), "{length} bytes");
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        assert_eq!(format!("{:?}", key()), "SecretKey(..)");
        assert!(format!("{:?}", key().public()).len() < 20);
    }
}
