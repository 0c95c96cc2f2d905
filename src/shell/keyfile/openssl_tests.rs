//! With the command `openssl`, both ways: what we write, it reads; what it writes, we read.
//!
//! Without the command they say that they did not run; where the environment says `CI=true`, that is a failure.

use std::fs;
use std::process::Command;

use super::tests::{SEED, pass, unasked};
use super::*;
use crate::core::key::Signature;

pub(super) struct Openssl(tempfile::TempDir);

impl Openssl {
    pub(super) fn find(test: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
            return Some(Self(tempfile::tempdir().unwrap()));
        }
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{test}: openssl is not installed");
        // Not by eprintln, which the test harness swallows when a test passes.
        writeln!(io::stderr(), "{test}: DID NOT RUN, for openssl is not installed").unwrap();
        None
    }

    pub(super) fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Runs it in the directory and returns what it printed.
    pub(super) fn run(&self, arguments: &str) -> Vec<u8> {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(&self.0).output().unwrap();
        assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Reads a witness's key that it wrote, not encrypted.
    pub(super) fn read_cosigning(&self, name: &str) -> Result<CosigningKey, KeyFileError> {
        read_cosigning(&self.written(name), unasked)
    }

    /// A file that it wrote. Some of its commands leave the mode to the umask.
    fn written(&self, name: &str) -> std::path::PathBuf {
        let path = self.path(name);
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        path
    }

    /// Reads a key that it wrote.
    fn read(&self, name: &str, passphrase: Option<&str>) -> Result<SecretKey, KeyFileError> {
        let path = self.written(name);
        match passphrase {
            None => read(&path, unasked),
            Some(text) => read(&path, || Ok(pass(text))),
        }
    }
}

#[test]
fn openssl_reads_what_we_write() {
    let Some(openssl) = Openssl::find("openssl_reads_what_we_write") else { return };
    let keys = [SecretKey::from_seed(&SEED), generate().unwrap()];
    for (n, key) in keys.iter().enumerate() {
        let expected = public_pem(&key.public().unwrap());
        write(&openssl.path(&format!("plain-{n}")), key, None).unwrap();
        assert_eq!(openssl.run(&format!("pkey -in plain-{n} -pubout")), expected.as_bytes());

        write(&openssl.path(&format!("sealed-{n}")), key, Some(&pass("pässword"))).unwrap();
        let printed = openssl.run(&format!("pkey -in sealed-{n} -passin pass:pässword -pubout"));
        assert_eq!(printed, expected.as_bytes());

        fs::write(openssl.path("public"), &expected).unwrap();
        assert_eq!(openssl.run("pkey -pubin -in public -pubout"), expected.as_bytes());
    }
}

#[test]
fn we_read_what_openssl_writes() {
    let Some(openssl) = Openssl::find("we_read_what_openssl_writes") else { return };
    openssl.run("genpkey -algorithm ed25519 -out plain");
    let key = openssl.read("plain", None).unwrap();
    fs::write(openssl.path("public"), openssl.run("pkey -in plain -pubout")).unwrap();
    assert_eq!(read_public(&openssl.path("public")).unwrap(), key.public().unwrap());

    // The same bytes for the same key.
    write(&openssl.path("ours"), &key, None).unwrap();
    assert_eq!(fs::read(openssl.path("ours")).unwrap(), fs::read(openssl.path("plain")).unwrap());

    let sealed = [
        "pkcs8 -topk8 -v2 aes-256-cbc -in plain -passout pass:x -out sealed",
        "pkcs8 -topk8 -v2 aes-256-cbc -scrypt -in plain -passout pass:x -out sealed",
        "pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA512 -iter 10000 -in plain -passout pass:x -out sealed",
        "pkey -in plain -aes-256-cbc -passout pass:x -out sealed",
    ];
    for command in sealed {
        openssl.run(command);
        assert_eq!(openssl.read("sealed", Some("x")).unwrap().public(), key.public(), "{command}");
        assert_eq!(openssl.read("sealed", Some("y")).unwrap_err().code(), "passphrase-wrong", "{command}");
    }
    openssl.run("genpkey -algorithm ed25519 -aes-256-cbc -pass pass:x -out generated");
    fs::write(openssl.path("public-2"), openssl.run("pkey -in generated -passin pass:x -pubout")).unwrap();
    let key = openssl.read("generated", Some("x")).unwrap();
    assert_eq!(read_public(&openssl.path("public-2")).unwrap(), key.public().unwrap());
}

#[test]
fn what_else_openssl_writes_is_refused_by_name() {
    let Some(openssl) = Openssl::find("what_else_openssl_writes_is_refused_by_name") else { return };
    openssl.run("genpkey -algorithm ed25519 -out plain");
    // (command, code)
    let table = [
        ("genpkey -algorithm ed448 -out other", "key-file-algorithm"),
        ("genpkey -algorithm x25519 -out other", "key-file-algorithm"),
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other", "key-file-algorithm"),
        ("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out other", "key-file-algorithm"),
        (
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -aes-256-cbc -pass pass:x -out other",
            "key-file-algorithm",
        ),
        ("ecparam -name prime256v1 -genkey -noout -out other", "key-file-kind"),
        (
            "pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA1 -in plain -passout pass:x -out other",
            "key-file-encryption",
        ),
        ("pkcs8 -topk8 -v2 des3 -in plain -passout pass:x -out other", "key-file-encryption"),
        ("pkcs8 -topk8 -v1 PBE-SHA1-3DES -in plain -passout pass:x -out other", "key-file-encryption"),
    ];
    for (command, code) in table {
        openssl.run(command);
        let error = openssl.read("other", Some("x")).expect_err(command);
        assert_eq!(error.code(), code, "{command}: {error}");
    }
}

#[test]
fn signatures_are_the_same_on_both_sides() {
    let Some(openssl) = Openssl::find("signatures_are_the_same_on_both_sides") else { return };
    openssl.run("genpkey -algorithm ed25519 -out key");
    fs::write(openssl.path("message"), "what was said").unwrap();
    openssl.run("pkeyutl -sign -rawin -inkey key -in message -out signature");
    let signature = Signature(fs::read(openssl.path("signature")).unwrap().try_into().unwrap());
    let key = openssl.read("key", None).unwrap();
    let public = key.public().unwrap();
    assert!(public.verify(b"what was said", &signature) && public.verify_strict(b"what was said", &signature));
    assert!(!public.verify(b"what was said later", &signature));
    assert_eq!(key.sign(b"what was said"), signature);

    fs::write(openssl.path("public"), public_pem(&public)).unwrap();
    openssl.run("pkeyutl -verify -rawin -pubin -inkey public -in message -sigfile signature");
}
