use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest as _, Sha512};

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

/// What ed25519-dalek itself says, unpacking everything anew.
fn dalek_strict(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key.to_bytes()).unwrap();
    key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
}

fn challenge(r: &[u8; 32], key: &PublicKey, message: &[u8]) -> Scalar {
    let hash = Sha512::new().chain_update(r).chain_update(key.to_bytes()).chain_update(message).finalize();
    Scalar::from_bytes_mod_order_wide(&hash.into())
}

#[test]
fn strict_is_what_dalek_calls_strict_whatever_is_small_in_r() {
    let secret = SecretKey::from_seed(&[3; 32]);
    let (key, a) = (secret.public().unwrap(), secret.0.to_scalar());
    // r is the nonce: zero, and R is nothing but its small part; or not.
    for (nonce, small) in [0_u64, 1, 977].into_iter().flat_map(|r| (0..8).map(move |small| (r, small))) {
        let nonce = Scalar::from(nonce);
        let r = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[small]).compress().0;
        for message in 0..20_u8 {
            let s = nonce + challenge(&r, &key, &[message]) * a;
            let signature = Signature([r, s.to_bytes()].concat().try_into().unwrap());
            let strict = key.verify_strict(&[message], &signature);
            assert_eq!(strict, dalek_strict(&key, &[message], &signature), "{nonce:?}, {small}, {message}");
            assert_eq!(strict, small == 0 && nonce != Scalar::ZERO, "{nonce:?}, {small}, {message}");
            assert!(key.verify(&[message], &signature), "the cofactor takes the small part away");
        }
    }
}

#[test]
fn strict_is_what_dalek_calls_strict_in_every_published_case() {
    let mut strict = 0;
    for text in [
        include_str!("../../../fixtures/vectors/signatures.json"),
        include_str!("../../../fixtures/vectors/ed25519.json"),
    ] {
        let table: serde_json::Value = serde_json::from_str(text).unwrap();
        for (n, case) in table["cases"].as_array().unwrap().iter().enumerate() {
            let hex = |field: &str| hex::decode(case[field].as_str().unwrap()).unwrap();
            let Ok(key) = PublicKey::parse(&hex("key")) else { continue };
            let (message, signature) = (hex("message"), Signature(hex("signature").try_into().unwrap()));
            let found = key.verify_strict(&message, &signature);
            assert_eq!(found, dalek_strict(&key, &message, &signature), "case {n}");
            strict += usize::from(found);
        }
    }
    assert!(strict > 60, "{strict}");
}
