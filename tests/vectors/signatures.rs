//! Where libraries disagree on Ed25519, and what the one rule of FORMAT.md says.

use candour::core::key::{KeyId, PublicKey, SecretKey, Signature};
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as B, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

use super::pin;

/// The group's order L.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

/// What is wrong with a signature, if anything: `not-strict` is what a writer refuses and an audit does not.
fn verdict(key: &str, message: &[u8], signature: &str) -> &'static str {
    let key = PublicKey::parse(&hex::decode(key).unwrap());
    let signature = Signature(hex::decode(signature).unwrap().try_into().unwrap());
    match key {
        Err(fault) => fault.code.as_str(),
        Ok(key) if !key.verify(message, &signature) => "signature-invalid",
        Ok(key) if !key.verify_strict(message, &signature) => "signature-not-strict",
        Ok(_) => "ok",
    }
}

struct Case {
    key: String,
    message: String,
    signature: String,
    source: &'static str,
    what: &'static str,
    verdict: &'static str,
}

/// The twelve cases of ed25519-speccheck (Chalkias, Garillot, Nikolaenko: "Taming the many EdDSAs", 2020), in the order of
/// `cases.json` at github.com/novifinancial/ed25519-speccheck, commit 6551933; what each is, is from its table. The
/// verdict follows from the rule: the first six and the last four have a key that is small, of mixed order or not
/// canonical, and the other two an S of L or more.
fn speccheck() -> impl Iterator<Item = Case> {
    let small = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa";
    let mixed = "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43";
    let mixed_2 = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d";
    let prime = "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623";
    let negative_zero = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    [
        ("A and R small, S = 0", small, "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000", "key-invalid"),
        ("A small, R mixed", small, "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79", "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04", "key-invalid"),
        ("A mixed, R small", mixed, "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e", "key-invalid"),
        ("A and R mixed, both equations hold", mixed_2, "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79", "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009", "key-invalid"),
        ("A and R mixed, the cofactored equation holds", mixed_2, "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c", "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09", "key-invalid"),
        ("A mixed, fails where 8k is reduced first", mixed_2, "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c", "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405", "key-invalid"),
        ("S above L", prime, "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40", "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514", "signature-invalid"),
        ("S far above L", prime, "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40", "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22", "signature-invalid"),
        ("A mixed, R small and not canonical, reduced for the hash", mixed, "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f", "key-invalid"),
        ("A mixed, R small and not canonical, hashed as it is", mixed, "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908", "key-invalid"),
        ("A small and not canonical, reduced for the hash", negative_zero, "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b", "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04", "key-invalid"),
        ("A small and not canonical, hashed as it is", negative_zero, "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f", "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04", "key-invalid"),
    ]
    .into_iter()
    .map(|(what, key, message, signature, verdict)| Case {
        key: key.into(),
        message: message.into(),
        signature: signature.into(),
        source: "ed25519-speccheck",
        what,
        verdict,
    })
}

/// Signatures of one sound key that libraries judge differently: made so that `[8][S]B = [8]R + [8][k]A` holds.
fn made() -> Vec<Case> {
    let (seed, message) = ([1; 32], b"candour");
    let secret = SecretKey::from_seed(&seed);
    let key = secret.public().unwrap();
    let digest: [u8; 64] = Sha512::digest(seed).into();
    let a = Scalar::from_bytes_mod_order(clamp_integer(*digest.first_chunk().unwrap()));
    assert_eq!((a * B).compress().0, key.to_bytes());
    let challenge = |r: &[u8; 32], key: &[u8; 32]| {
        Scalar::from_bytes_mod_order_wide(&Sha512::digest([&r[..], key, message].concat()).into())
    };
    // Under that key, with that encoding of R, whose part of prime order is [nonce]B.
    let sign = |key: [u8; 32], r: [u8; 32], nonce: Scalar| {
        hex::encode([r, (nonce + challenge(&r, &key) * a).to_bytes()].concat())
    };
    let nonce = Scalar::from(2018_u64);
    let bytes = |point: EdwardsPoint| point.compress().0;
    let fixed = |digits: &str| <[u8; 32]>::try_from(hex::decode(digits).unwrap()).unwrap();
    let [one, negative_one, one_above_p] = [
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]
    .map(fixed);
    let small = |order: usize| bytes(EIGHT_TORSION[8 / order % 8]);
    let mixed_key = bytes(a * B + EIGHT_TORSION[4]);
    let sound = hex::encode(secret.sign(message).0);
    let above = plus_order(&sound);
    let sound_key = key.to_bytes();
    let with_r = |r: [u8; 32], nonce: Scalar| sign(sound_key, r, nonce);
    let table = [
        ("as the key signs", sound_key, sound, "ok"),
        ("with another nonce", sound_key, with_r(bytes(nonce * B), nonce), "ok"),
        ("R mixed, of order 8L", sound_key, with_r(bytes(nonce * B + EIGHT_TORSION[1]), nonce), "signature-not-strict"),
        ("R mixed, of order 4L", sound_key, with_r(bytes(nonce * B + EIGHT_TORSION[2]), nonce), "signature-not-strict"),
        ("R mixed, of order 2L", sound_key, with_r(bytes(nonce * B + EIGHT_TORSION[4]), nonce), "signature-not-strict"),
        ("R of order 8", sound_key, with_r(small(8), Scalar::ZERO), "signature-not-strict"),
        ("R of order 4", sound_key, with_r(small(4), Scalar::ZERO), "signature-not-strict"),
        ("R of order 2", sound_key, with_r(small(2), Scalar::ZERO), "signature-not-strict"),
        ("R the identity", sound_key, with_r(small(1), Scalar::ZERO), "signature-not-strict"),
        ("R the identity with a sign", sound_key, with_r(one, Scalar::ZERO), "signature-invalid"),
        ("R the identity, y = p + 1", sound_key, with_r(one_above_p, Scalar::ZERO), "signature-invalid"),
        ("R of order 2 with a sign", sound_key, with_r(negative_one, Scalar::ZERO), "signature-invalid"),
        ("R no point", sound_key, with_r(fixed(&format!("02{}", "00".repeat(31))), nonce), "signature-invalid"),
        ("S + L", sound_key, above, "signature-invalid"),
        ("R and S zero", sound_key, "00".repeat(64), "signature-invalid"),
        ("A mixed, of order 2L", mixed_key, sign(mixed_key, bytes(nonce * B), nonce), "key-invalid"),
        (
            "A the identity, which signs anything",
            small(1),
            hex::encode([bytes(nonce * B), nonce.to_bytes()].concat()),
            "key-invalid",
        ),
        ("A of order 8", small(8), hex::encode([bytes(nonce * B), nonce.to_bytes()].concat()), "key-invalid"),
    ];
    let case = |(what, key, signature, verdict): (&'static str, [u8; 32], String, &'static str)| Case {
        key: hex::encode(key),
        message: hex::encode(message),
        signature,
        source: "made for these vectors",
        what,
        verdict,
    };
    table.into_iter().map(case).collect()
}

fn plus_order(signature: &str) -> String {
    let (mut bytes, order) = (hex::decode(signature).unwrap(), hex::decode(ORDER).unwrap());
    let mut carry = 0;
    for (byte, add) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    hex::encode(bytes)
}

#[test]
fn one_rule() {
    let cases: Vec<Value> = speccheck()
        .chain(made())
        .map(|case| {
            let message = hex::decode(&case.message).unwrap();
            assert_eq!(verdict(&case.key, &message, &case.signature), case.verdict, "{}: {}", case.source, case.what);
            json!({
                "key": case.key, "message": case.message, "signature": case.signature, "source": case.source,
                "verdict": case.verdict, "what": case.what,
            })
        })
        .collect();
    pin(
        "signatures.json",
        &json!({
            "says": "Signatures on which libraries disagree, and the verdict of the one rule: ok, or the code. \
                     signature-not-strict is a signature that an audit accepts and a ledger's writer refuses.",
            "cases": cases,
        }),
    );
}

#[test]
fn a_key_id_is_any_bytes() {
    assert!(KeyId([0; 32]).parse().is_err() && KeyId([0; 32]).to_string() == "00".repeat(32));
}
