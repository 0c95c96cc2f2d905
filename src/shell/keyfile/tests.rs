use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use pkcs8::pkcs5::pbes2;
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, SecretDocument};

use super::*;

/// RFC 8032, section 7.1, test 1.
pub(super) const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5,
    0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
pub(super) const PRIVATE: &str = "PRIVATE KEY";
pub(super) const SECRET: &str = "correct horse battery staple";

pub(super) fn unasked() -> io::Result<Passphrase> {
    panic!("asked for a passphrase")
}

pub(super) fn pass(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

/// A file of mode 0600 in a directory that lives as long as the test.
pub(super) fn file(directory: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.path().join(name);
    let mut whole = WholeFile::begin_private(&path).unwrap();
    whole.file().write_all(bytes).unwrap();
    whole.create().unwrap();
    path
}

pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in BASE64_STANDARD.encode(der).as_bytes().chunks(64) {
        writeln!(text, "{}", str::from_utf8(line).unwrap()).unwrap();
    }
    text + &format!("-----END {label}-----\n")
}

fn private_der(head: &str, seed: &[u8], tail: &[u8]) -> Vec<u8> {
    [&hex::decode(head).unwrap(), seed, tail].concat()
}

/// PKCS#8 version 1 of the seed.
fn v1() -> Vec<u8> {
    private_der("302e020100300506032b657004220420", &SEED, &[])
}

/// PKCS#8 version 2: with the public key, of which so many bits are unused.
fn v2(public: &[u8], unused: u8) -> Vec<u8> {
    private_der("3051020101300506032b657004220420", &SEED, &[&[0x81, 0x21, unused], public].concat())
}

/// A file that says that it is encrypted in this way, and holds noise.
fn encrypted(kdf: pbes2::Kdf) -> String {
    frame(pbes2::Parameters { kdf, encryption: pbes2::EncryptionScheme::Aes256Cbc { iv: [7; 16] } }, &[9; 64])
}

/// These bytes under the passphrase.
pub(super) fn sealed(plain: &[u8]) -> String {
    let kdf = pbes2::Pbkdf2Params::hmac_sha256(1, &[1; 8]).unwrap().into();
    let parameters = pbes2::Parameters { kdf, encryption: pbes2::EncryptionScheme::Aes256Cbc { iv: [7; 16] } };
    let bytes = parameters.encrypt(SECRET, plain).unwrap();
    frame(parameters, &bytes)
}

fn frame(parameters: pbes2::Parameters, bytes: &[u8]) -> String {
    let encrypted_data = pkcs8::der::asn1::OctetStringRef::new(bytes).unwrap();
    let frame = EncryptedPrivateKeyInfoRef { encryption_algorithm: parameters.into(), encrypted_data };
    SecretDocument::encode_msg(&frame).unwrap().to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).unwrap().to_string()
}

fn pbkdf2(iteration_count: u32, prf: pbes2::Pbkdf2Prf) -> String {
    let salt = pbes2::Salt::new([1; 8]).unwrap();
    encrypted(pbes2::Pbkdf2Params { salt, iteration_count, key_length: None, prf }.into())
}

fn scrypt(cost_parameter: u64, block_size: u16, parallelization: u16) -> String {
    let salt = pbes2::Salt::new([1; 8]).unwrap();
    encrypted(pbes2::ScryptParams { salt, cost_parameter, block_size, parallelization, key_length: None }.into())
}

#[test]
fn a_key_comes_back_from_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let key = SecretKey::from_seed(&SEED);
    let path = directory.path().join("plain.pem");
    write(&path, &key, None).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), pem(PRIVATE, &v1()));
    assert_eq!(read(&path, unasked).unwrap().as_dalek().to_bytes(), SEED);

    let path = directory.path().join("encrypted.pem");
    write(&path, &key, Some(&pass(SECRET))).unwrap();
    assert_eq!(read(&path, || Ok(pass(SECRET))).unwrap().as_dalek().to_bytes(), SEED);
    let again = directory.path().join("again.pem");
    write(&again, &key, Some(&pass(SECRET))).unwrap();
    assert_ne!(fs::read(&path).unwrap(), fs::read(&again).unwrap(), "the salt is fresh");

    for public in [PUBLIC.to_owned(), format!("{PUBLIC}\n"), public_pem(&key.public().unwrap())] {
        let path = file(&directory, &format!("{}.pub", public.len()), public.as_bytes());
        assert_eq!(read_public(&path).unwrap().to_string(), PUBLIC);
    }
    assert_ne!(generate().unwrap().as_dalek().to_bytes(), generate().unwrap().as_dalek().to_bytes());
}

#[test]
fn other_writers_spellings_are_read() {
    let directory = tempfile::tempdir().unwrap();
    let public = hex::decode(PUBLIC).unwrap();
    let attributes = private_der("3030020100300506032b657004220420", &SEED, &[0xa0, 0x00]);
    let table = [
        ("version 2", pem(PRIVATE, &v2(&public, 0))),
        ("version 1 with attributes", pem(PRIVATE, &attributes)),
        ("carriage returns", pem(PRIVATE, &v1()).replace('\n', "\r\n")),
        ("no line feed at the end", pem(PRIVATE, &v1()).trim_end().to_owned()),
    ];
    for (name, text) in table {
        let path = file(&directory, name, text.as_bytes());
        let key = read(&path, unasked).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(key.as_dalek().to_bytes(), SEED, "{name}");
    }
}

/// (what is wrong, the file, the code)
fn bad_private_files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let good = pem(PRIVATE, &v1());
    let (body, der) = (good.lines().nth(1).unwrap(), v1());
    let others = codec::private_pem((&SecretKey::from_seed(&SEED)).into(), Some(&pass("another"))).unwrap();
    let sha256 = pbes2::Pbkdf2Prf::HmacWithSha256;
    let mut table: Vec<(&str, Vec<u8>, &str)> = Vec::new();
    let texts = [
        ("empty", String::new(), "key-file-malformed"),
        ("hex", hex::encode(SEED), "key-file-malformed"),
        ("no armour", body.to_owned(), "key-file-malformed"),
        ("text before", format!("my key\n{good}"), "key-file-malformed"),
        ("text after", format!("{good}x"), "key-file-malformed"),
        ("a line after", format!("{good}\n"), "key-file-malformed"),
        ("two keys", format!("{good}{good}"), "key-file-malformed"),
        ("two labels", good.replace("END PRIVATE", "END PUBLIC"), "key-file-malformed"),
        ("a header", good.replace(body, &format!("Comment: mine\n\n{body}")), "key-file-malformed"),
        ("not base64", good.replace(body, &format!("*{body}")), "key-file-malformed"),
        ("cut", good.replace(body, body.get(..40).unwrap()), "key-file-malformed"),
        ("a byte after", pem(PRIVATE, &[&der, [0].as_slice()].concat()), "key-file-malformed"),
        ("no sequence", pem(PRIVATE, &[4, 2, 1, 2]), "key-file-malformed"),
        (
            "short seed",
            pem(PRIVATE, &private_der("302d020100300506032b65700421041f", &SEED[..31], &[])),
            "key-file-malformed",
        ),
        (
            "parameters",
            pem(PRIVATE, &private_der("3030020100300706032b6570050004220420", &SEED, &[])),
            "key-file-malformed",
        ),
        (
            "version 2, no public key",
            pem(PRIVATE, &private_der("302e020101300506032b657004220420", &SEED, &[])),
            "key-file-malformed",
        ),
        ("version 2, another's public key", pem(PRIVATE, &v2(&[3; 32], 0)), "key-file-public-mismatch"),
        ("version 2, bits unused", pem(PRIVATE, &v2(&hex::decode(PUBLIC).unwrap(), 1)), "key-file-public-mismatch"),
        ("X25519", pem(PRIVATE, &private_der("302e020100300506032b656e04220420", &SEED, &[])), "key-file-algorithm"),
        ("Ed448", pem(PRIVATE, &private_der("302e020100300506032b657104220420", &SEED, &[])), "key-file-algorithm"),
        ("a public key", public_pem(&SecretKey::from_seed(&SEED).public().unwrap()), "key-file-kind"),
        ("an ssh key", pem("OPENSSH PRIVATE KEY", &der), "key-file-kind"),
        ("an old RSA key", pem("RSA PRIVATE KEY", &der), "key-file-kind"),
        ("not even encrypted", pem("ENCRYPTED PRIVATE KEY", &der), "key-file-malformed"),
        ("wrong passphrase", others.to_string(), "passphrase-wrong"),
        ("noise inside", pbkdf2(1, sha256), "passphrase-wrong"),
        ("padded noise inside", sealed(&[4, 2, 1, 2]), "passphrase-wrong"),
        ("another sequence inside", sealed(&[0x30, 0]), "passphrase-wrong"),
        ("a byte after, inside", sealed(&[&der, [0].as_slice()].concat()), "passphrase-wrong"),
        ("SHA-1", pbkdf2(2048, pbes2::Pbkdf2Prf::HmacWithSha1), "key-file-encryption"),
        ("no iterations", pbkdf2(0, sha256), "key-file-encryption"),
        ("too many iterations", pbkdf2(10_000_001, sha256), "key-file-encryption"),
        ("scrypt, N = 0", scrypt(0, 8, 1), "key-file-encryption"),
        ("scrypt, N = 1", scrypt(1, 8, 1), "key-file-encryption"),
        ("scrypt, N = 3", scrypt(3, 8, 1), "key-file-encryption"),
        ("scrypt, N huge", scrypt(1 << 63, 8, 1), "key-file-encryption"),
        ("scrypt, 512 MiB", scrypt(1 << 19, 8, 1), "key-file-encryption"),
        ("scrypt, r = 0", scrypt(16, 0, 1), "key-file-encryption"),
        ("scrypt, r huge", scrypt(1 << 14, u16::MAX, 1), "key-file-encryption"),
        ("scrypt, p = 0", scrypt(16, 8, 0), "key-file-encryption"),
        ("scrypt, p = 17", scrypt(16, 8, 17), "key-file-encryption"),
        ("as large as is read", "x".repeat(MAX_KEY_FILE_BYTES), "key-file-malformed"),
        ("too large", good.clone() + &"\n".repeat(MAX_KEY_FILE_BYTES + 1 - good.len()), "key-file-too-large"),
    ];
    table.extend(texts.map(|(name, text, code)| (name, text.into_bytes(), code)));
    table.push(("not UTF-8", [good.as_bytes(), &[0xff]].concat(), "key-file-malformed"));
    table
}

#[test]
fn bad_private_files_are_refused_and_their_secrets_kept() {
    let directory = tempfile::tempdir().unwrap();
    let body = BASE64_STANDARD.encode(v1());
    let tell_tales = [hex::encode(SEED), BASE64_STANDARD.encode(SEED), body.get(20..60).unwrap().to_owned()];
    for (name, bytes, code) in bad_private_files() {
        let path = file(&directory, name, &bytes);
        let error = read(&path, || Ok(pass(SECRET))).expect_err(name);
        assert_eq!(error.code(), code, "{name}: {error}");
        let told = format!("{error} {error:?} {error:#?} {:?}", error.hint());
        assert!(told.starts_with(&format!("{}: ", path.display())), "{told}");
        assert!(!told.contains(SECRET), "{name}: {told}");
        for secret in &tell_tales {
            // Any eight characters of it in a row would be too many.
            for at in 0..secret.len() - 8 {
                let piece = secret.get(at..at + 8).unwrap();
                assert!(!told.to_lowercase().contains(&piece.to_lowercase()), "{name}: {told}");
            }
        }
    }
}

#[test]
fn bad_public_files_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let key = hex::decode(PUBLIC).unwrap();
    let good = public_pem(&SecretKey::from_seed(&SEED).public().unwrap());
    let spki = |head: &str, key: &[u8]| pem("PUBLIC KEY", &private_der(head, key, &[]));
    let table = [
        ("empty", String::new(), "key-file-malformed"),
        ("upper case", PUBLIC.to_uppercase(), "key-file-malformed"),
        ("63 digits", PUBLIC.get(1..).unwrap().to_owned(), "key-file-malformed"),
        ("two lines", format!("{PUBLIC}\n\n"), "key-file-malformed"),
        ("a line after", format!("{good}\n"), "key-file-malformed"),
        ("a private key", pem(PRIVATE, &v1()), "key-file-kind"),
        ("a certificate", pem("CERTIFICATE", &v1()), "key-file-kind"),
        ("X25519", spki("302a300506032b656e032100", &key), "key-file-algorithm"),
        ("parameters", spki("302c300706032b65700500032100", &key), "key-file-malformed"),
        ("bits unused", spki("302a300506032b6570032101", &key), "key-invalid"),
        ("short", spki("3029300506032b6570032000", key.get(..31).unwrap()), "key-invalid"),
        ("a small point", "00".repeat(32), "key-invalid"),
        ("a small point in PEM", spki("302a300506032b6570032100", &[0; 32]), "key-invalid"),
        ("as large as is read", "0".repeat(MAX_KEY_FILE_BYTES), "key-file-malformed"),
        ("too large", "0".repeat(MAX_KEY_FILE_BYTES + 1), "key-file-too-large"),
    ];
    for (name, text, code) in table {
        let path = file(&directory, name, text.as_bytes());
        let error = read_public(&path).expect_err(name);
        assert_eq!(error.code(), code, "{name}: {error}");
    }
}

#[test]
fn no_altered_byte_makes_a_reader_panic() {
    let sealed = codec::private_pem((&SecretKey::from_seed(&SEED)).into(), Some(&pass(SECRET))).unwrap();
    let (_, sealed) = SecretDocument::from_pem(&sealed).unwrap();
    let public = [hex::decode("302a300506032b6570032100").unwrap(), hex::decode(PUBLIC).unwrap()].concat();
    let table = [(PRIVATE, v1()), ("ENCRYPTED PRIVATE KEY", sealed.as_bytes().to_vec()), ("PUBLIC KEY", public)];
    let declined = || Err(io::Error::other("declined"));
    for (label, der) in table {
        for at in 0..der.len() {
            for value in 0..=u8::MAX {
                let mut altered = der.clone();
                altered[at] = value;
                let text = pem(label, &altered);
                let _ = codec::read_private(text.as_bytes(), declined).map(|_| ());
                let _ = codec::read_public(text.as_bytes());
            }
        }
        for length in 0..der.len() {
            let text = pem(label, &der[..length]);
            assert!(codec::read_private(text.as_bytes(), declined).is_err());
            assert!(codec::read_public(text.as_bytes()).is_err());
        }
    }
}

#[test]
fn nothing_is_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let key = SecretKey::from_seed(&SEED);
    let path = file(&directory, "precious", b"precious");
    assert_eq!(write(&path, &key, None).unwrap_err().code(), "key-file-exists");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(write(directory.path(), &key, None).unwrap_err().code(), "key-file-exists");
    let nowhere = directory.path().join("no/such/place");
    assert_eq!(write(&nowhere, &key, None).unwrap_err().code(), "key-file-unwritable");
    assert_eq!(read(&nowhere, unasked).unwrap_err().code(), "key-file-unreadable");
    assert_eq!(read_public(&nowhere).unwrap_err().code(), "key-file-unreadable");
}

#[cfg(unix)]
#[test]
fn a_key_file_is_for_its_owner_only() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key.pem");
    write(&path, &SecretKey::from_seed(&SEED), None).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    for (mode, refused) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o610, true), (0o666, true)]
    {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        match read(&path, unasked) {
            Ok(_) => assert!(!refused, "{mode:o}"),
            Err(error) => {
                assert!(refused, "{mode:o}: {error}");
                assert_eq!(error.code(), "key-file-exposed");
                assert!(error.to_string().ends_with(&format!("found mode {mode:04o}")), "{error}");
                assert_eq!(error.hint(), Some(format!("chmod 600 {}", path.display())));
            }
        }
    }
    // The rule is about private keys, and about the file that a link leads to.
    let link = directory.path().join("link.pem");
    symlink(&path, &link).unwrap();
    assert_eq!(read(&link, unasked).unwrap_err().code(), "key-file-exposed");
    assert_eq!(write(&link, &SecretKey::from_seed(&SEED), None).unwrap_err().code(), "key-file-exists");
    let public = file(&directory, "public", PUBLIC.as_bytes());
    fs::set_permissions(&public, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(read_public(&public).is_ok());
}

#[test]
fn passphrases_have_limits_and_are_never_shown() {
    for (length, good) in [(0, false), (1, true), (MAX_PASSPHRASE_BYTES, true), (MAX_PASSPHRASE_BYTES + 1, false)] {
        assert_eq!(Passphrase::new("x".repeat(length)).is_ok(), good, "{length}");
    }
    let directory = tempfile::tempdir().unwrap();
    for (length, end, good) in [
        (0, "\n", false),
        (1, "", true),
        (1, "\n\r\n\n", true),
        (MAX_PASSPHRASE_BYTES, "\r\n", true),
        (MAX_PASSPHRASE_BYTES + 1, "", false),
        (1, "\n\nmore", true),
        (MAX_PASSPHRASE_BYTES - 1, "\n\n\n\nmore", false),
    ] {
        let text = "x".repeat(length);
        let read =
            Passphrase::read(&file(&directory, &format!("{length}{}", end.len()), (text.clone() + end).as_bytes()));
        assert_eq!(read.is_ok(), good, "{length} and {end:?}");
        if let Ok(read) = read {
            let expected = if end.ends_with("more") { text + end } else { text };
            assert_eq!(read.as_bytes(), expected.as_bytes(), "{length} and {end:?}");
        }
    }
    assert_eq!(format!("{:?}", pass(SECRET)), "Passphrase(..)");
    assert!(!Passphrase::new(SECRET.repeat(100)).unwrap_err().to_string().contains(SECRET));

    let path = file(&directory, "sealed", pbkdf2(1, pbes2::Pbkdf2Prf::HmacWithSha256).as_bytes());
    let error = read(&path, || Err(io::Error::other("no terminal"))).unwrap_err();
    assert_eq!(error.code(), "passphrase-unavailable");
    assert!(error.to_string().ends_with("no terminal"), "{error}");
}
