//! Key files of witnesses who sign with ML-DSA-44.

use std::fs;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::openssl_tests::Openssl;
use super::tests::{PRIVATE, SECRET, SEED, file, pass, pem, sealed, unasked};
use super::*;
use crate::core::hash::Hash;

/// RFC 9881, appendix C.1.1: the seed 00 01 .. 1f.
const RFC: &str = "-----BEGIN PRIVATE KEY-----\nMDQCAQAwCwYJYIZIAWUDBAMRBCKAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ\n\
    GhscHR4f\n-----END PRIVATE KEY-----\n";
/// The SHA-256 of the public key that appendix C.3 prints for it.
const RFC_PUBLIC: &str = "9f107644c1084526af3bc8098680b05499a2325a644e388fb4f970e058d19d46";

/// What comes before the octets of a private key of that many bytes: PKCS#8, version 1.
fn der(octets: &[u8]) -> Vec<u8> {
    let long = |tag: u8, content: Vec<u8>| {
        let length = content.len();
        let head =
            if length < 0x80 { vec![length as u8] } else { [&[0x82][..], &(length as u16).to_be_bytes()].concat() };
        [vec![tag], head, content].concat()
    };
    let algorithm = hex::decode("020100300b0609608648016503040311").unwrap();
    long(0x30, [algorithm, long(4, octets.to_vec())].concat())
}

fn expanded(seed: &[u8; 32]) -> Vec<u8> {
    #[expect(deprecated, reason = "other writers keep keys in this form")]
    ::ml_dsa::ExpandedSigningKey::<::ml_dsa::MlDsa44>::from_seed(seed.into()).to_expanded().to_vec()
}

fn both(seed: &[u8; 32], expanded: &[u8]) -> Vec<u8> {
    [&[0x30, 0x82, 0x0a, 0x26, 0x04, 0x20], &seed[..], &[0x04, 0x82, 0x0a, 0x00], expanded].concat()
}

fn seed_of(path: &Path, passphrase: Option<&str>) -> Result<[u8; 32], KeyFileError> {
    let key = match passphrase {
        None => read_cosigning(path, unasked)?,
        Some(text) => read_cosigning(path, || Ok(pass(text)))?,
    };
    let CosigningKey::MlDsa44(key) = key else { panic!("of another type") };
    Ok(*key.seed())
}

#[test]
fn the_key_of_rfc_9881_is_read_and_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "rfc", RFC.as_bytes());
    let key = read_cosigning(&path, unasked).unwrap();
    let public = cosigning_public_pem(&key).unwrap();
    let base64: String = public.lines().filter(|line| !line.starts_with('-')).collect();
    let public_der = BASE64_STANDARD.decode(base64).unwrap();
    assert_eq!(Hash::of(&public_der[22..]).to_string(), RFC_PUBLIC);
    assert_eq!(public_der.len(), 4 + 0x532);
    assert!(public.lines().all(|line| line.len() <= 64));
    assert_eq!(pem("PUBLIC KEY", &public_der), public);

    let written = directory.path().join("written");
    write(&written, &key, None).unwrap();
    assert_eq!(fs::read_to_string(&written).unwrap(), RFC);
    let secret = directory.path().join("sealed");
    write(&secret, &key, Some(&pass(SECRET))).unwrap();
    assert_eq!(seed_of(&secret, Some(SECRET)).unwrap(), seed_of(&path, None).unwrap());
    assert_eq!(seed_of(&secret, Some("another")).unwrap_err().code(), "passphrase-wrong");
    assert_ne!(generate_ml_dsa_44().unwrap().seed(), generate_ml_dsa_44().unwrap().seed());
}

#[test]
fn a_key_that_only_cosigns_signs_no_statement() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "rfc", RFC.as_bytes());
    let error = read(&path, unasked).unwrap_err();
    assert_eq!(error.code(), "key-file-algorithm");
    assert!(error.to_string().contains("expected an Ed25519 key (1.3.101.112), found an ML-DSA-44 key"), "{error}");
    // A key that does everything cosigns too.
    let path = directory.path().join("ed25519");
    write(&path, &SecretKey::from_seed(&SEED), None).unwrap();
    let CosigningKey::Ed25519(key) = read_cosigning(&path, unasked).unwrap() else { panic!("of another type") };
    assert_eq!(key.as_dalek().to_bytes(), SEED);
}

#[test]
fn each_form_of_a_key_is_read_or_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (seed, rest) = ([0x80, 0x20], [7; 32]);
    let alone = [&seed[..], &rest].concat();
    let expanded = expanded(&rest);
    let with = |octets: &[u8], from: &str, to: &str| {
        let digits = hex::encode(der(octets));
        assert!(digits.contains(from));
        hex::decode(digits.replacen(from, to, 1)).unwrap()
    };
    let changed: Vec<u8> = expanded.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == 2000)).collect();
    // (what it is, the DER, the code)
    let table = [
        ("the seed", der(&alone), ""),
        ("both", der(&both(&rest, &expanded)), ""),
        ("the expanded key alone", der(&[&[0x04, 0x82, 0x0a, 0x00], &expanded[..]].concat()), "key-file-malformed"),
        ("another seed's expanded key", der(&both(&[8; 32], &expanded)), "key-file-malformed"),
        ("one byte of it changed", der(&both(&rest, &changed)), "key-file-malformed"),
        ("both, cut", der(&both(&rest, &expanded[1..])), "key-file-malformed"),
        ("both, and a byte", der(&[both(&rest, &expanded), vec![0]].concat()), "key-file-malformed"),
        ("a short seed", der(&[&[0x80, 0x1f], &rest[1..]].concat()), "key-file-malformed"),
        ("a seed and a byte", der(&[&alone[..], &[0]].concat()), "key-file-malformed"),
        ("the draft's bare seed", der(&rest), "key-file-malformed"),
        ("an Ed25519 key's frame", der(&[&[0x04, 0x20], &rest[..]].concat()), "key-file-malformed"),
        ("nothing", der(&[]), "key-file-malformed"),
        ("ML-DSA-65", with(&alone, "03040311", "03040312"), "key-file-algorithm"),
        (
            "parameters",
            with(&alone, "3034020100300b0609608648016503040311", "3036020100300d06096086480165030403110500"),
            "key-file-malformed",
        ),
    ];
    for (number, (name, der, code)) in table.into_iter().enumerate() {
        for (passphrase, text) in [(None, pem(PRIVATE, &der)), (Some(SECRET), sealed(&der))] {
            let path = file(&directory, &format!("{number}-{}", passphrase.is_some()), text.as_bytes());
            match seed_of(&path, passphrase) {
                Ok(seed) => assert_eq!((code, seed), ("", rest), "{name}"),
                // Under a passphrase, what is malformed is taken for the noise that a wrong one yields.
                Err(error) if passphrase.is_some() && code == "key-file-malformed" => {
                    assert_eq!(error.code(), "passphrase-wrong", "{name}: {error}");
                }
                Err(error) => {
                    assert_eq!(error.code(), code, "{name}: {error}");
                    assert!(!format!("{error:?}").contains("0707"), "{error:?}");
                }
            }
        }
    }
    for at in 0..der(&alone).len() {
        let mut altered = der(&alone);
        altered[at] ^= 0x01;
        // Never a panic; where it is still a key, it is another seed's.
        let path = file(&directory, &format!("altered-{at}"), pem(PRIVATE, &altered).as_bytes());
        assert!(seed_of(&path, None).is_err() || at >= der(&alone).len() - rest.len(), "byte {at}");
    }
}

#[test]
fn openssl_from_3_5_agrees() {
    let Some(openssl) = Openssl::find("openssl_from_3_5_agrees") else { return };
    let lists = String::from_utf8(openssl.run("list -public-key-algorithms")).unwrap();
    if !lists.contains("ML-DSA-44") {
        writeln!(io::stderr(), "openssl_from_3_5_agrees: DID NOT RUN, for openssl is older than 3.5").unwrap();
        return;
    }
    let key = CosigningKey::MlDsa44(ml_dsa::SecretKey::from_seed(&SEED));
    write(&openssl.path("ours"), &key, None).unwrap();
    write(&openssl.path("sealed"), &key, Some(&pass("x"))).unwrap();
    let expected = cosigning_public_pem(&key).unwrap().into_bytes();
    assert_eq!(openssl.run("pkey -in ours -pubout"), expected);
    assert_eq!(openssl.run("pkey -in sealed -passin pass:x -pubout"), expected);
    let CosigningKey::MlDsa44(secret) = &key else { unreachable!() };
    fs::write(openssl.path("message"), "what was said").unwrap();
    fs::write(openssl.path("signature"), secret.sign(b"what was said").unwrap()).unwrap();
    openssl.run("pkeyutl -verify -rawin -inkey ours -in message -sigfile signature");

    openssl.run("genpkey -algorithm ML-DSA-44 -out theirs");
    let CosigningKey::MlDsa44(theirs) = openssl.read_cosigning("theirs").unwrap() else { panic!("of another type") };
    openssl.run("pkeyutl -sign -rawin -inkey theirs -in message -out signature");
    assert!(theirs.public().verify(b"what was said", &fs::read(openssl.path("signature")).unwrap()));
}
