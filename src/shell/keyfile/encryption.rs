//! How a key file is encrypted, and what it may ask of its reader.

use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2;

use super::error::{KeyFileProblem as Problem, unencodable};

/// scrypt as it is written: N = 2^14, r = 8, p = 5, so 16 MiB and about a quarter of a second. More memory than that,
/// OpenSSL refuses by default; p makes up for it.
const SCRYPT_N: u64 = 1 << 14;
const SCRYPT_R: u16 = 8;
const SCRYPT_P: u16 = 5;

/// The most memory that a key file may ask for to be opened, in bytes.
const MAX_SCRYPT_MEMORY: u64 = 256 << 20;

/// The most times that it may ask to fill that memory.
const MAX_SCRYPT_P: u16 = 16;

/// The most iterations of PBKDF2 that a key file may ask for.
const MAX_PBKDF2_ITERATIONS: u32 = 10_000_000;

/// How a key is encrypted: fresh salt and initialisation vector.
pub(super) fn encryption() -> Result<pbes2::Parameters, Problem> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut iv)).map_err(|e| Problem::Randomness(e.into()))?;
    let kdf = pbes2::ScryptParams {
        salt: pbes2::Salt::new(salt).map_err(unencodable)?,
        cost_parameter: SCRYPT_N,
        block_size: SCRYPT_R,
        parallelization: SCRYPT_P,
        key_length: None,
    };
    Ok(pbes2::Parameters { kdf: kdf.into(), encryption: pbes2::EncryptionScheme::Aes256Cbc { iv } })
}

/// The parameters, where they are supported and within the limits: a file must not be able to hang its reader.
pub(super) fn affordable(scheme: &EncryptionScheme) -> Result<&pbes2::Parameters, Problem> {
    let refuse = |found: String| Err(Problem::Encryption(found));
    let Some(parameters) = scheme.pbes2() else {
        return refuse("PBES1".to_owned());
    };
    match &parameters.kdf {
        pbes2::Kdf::Pbkdf2(kdf) if kdf.prf == pbes2::Pbkdf2Prf::HmacWithSha1 => refuse("PBKDF2 with SHA-1".to_owned()),
        pbes2::Kdf::Pbkdf2(kdf) if !(1..=MAX_PBKDF2_ITERATIONS).contains(&kdf.iteration_count) => {
            refuse(format!("PBKDF2 with {} iterations, of at most {MAX_PBKDF2_ITERATIONS}", kdf.iteration_count))
        }
        pbes2::Kdf::Scrypt(kdf) => {
            let (n, r, p) = (kdf.cost_parameter, kdf.block_size, kdf.parallelization);
            let memory = n.saturating_mul(u64::from(r)).saturating_mul(128);
            let affordable = memory <= MAX_SCRYPT_MEMORY && (1..=MAX_SCRYPT_P).contains(&p);
            // The library wants a power of two, and more than one.
            if affordable && r > 0 && n > 1 && n.is_power_of_two() {
                return Ok(parameters);
            }
            let limits = format!("of at most {} MiB and p = {MAX_SCRYPT_P}", MAX_SCRYPT_MEMORY >> 20);
            refuse(format!("scrypt with N = {n}, r = {r}, p = {p}, {limits}"))
        }
        _ => Ok(parameters),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_may_ask_of_its_reader_is_asked_up_to_the_limits() {
        let scrypt = |cost_parameter: u64, block_size: u16, parallelization: u16| {
            let salt = pbes2::Salt::new([1; 8]).unwrap();
            pbes2::Kdf::from(pbes2::ScryptParams {
                salt,
                cost_parameter,
                block_size,
                parallelization,
                key_length: None,
            })
        };
        let pbkdf2 = |iterations| pbes2::Kdf::from(pbes2::Pbkdf2Params::hmac_sha256(iterations, &[1; 8]).unwrap());
        // (how a key is derived, what is said of it)
        let table = [
            (scrypt(1 << 18, 8, 1), None),
            (scrypt(1 << 18, 9, 1), Some("at most 256 MiB")),
            (scrypt(1 << 6, 32_767, 1), None),
            (scrypt(1 << 6, 32_768, 1), None),
            (scrypt(1 << 6, 32_769, 1), Some("at most 256 MiB")),
            (scrypt(1 << 14, 8, MAX_SCRYPT_P - 1), None),
            (scrypt(1 << 14, 8, MAX_SCRYPT_P), None),
            (scrypt(1 << 14, 8, MAX_SCRYPT_P + 1), Some("p = 17, of at most 256 MiB and p = 16")),
            (scrypt(1 << 18, 8, MAX_SCRYPT_P), None),
            (pbkdf2(MAX_PBKDF2_ITERATIONS), None),
            (pbkdf2(MAX_PBKDF2_ITERATIONS + 1), Some("10000001 iterations, of at most 10000000")),
        ];
        for (kdf, says) in table {
            let what = format!("{kdf:?}");
            let scheme =
                pbes2::Parameters { kdf, encryption: pbes2::EncryptionScheme::Aes256Cbc { iv: [7; 16] } }.into();
            match (affordable(&scheme), says) {
                (Ok(_), None) => {}
                (Err(Problem::Encryption(found)), Some(says)) => assert!(found.contains(says), "{what}: {found}"),
                (found, _) => panic!("{what}: {:?}", found.map(drop)),
            }
        }
    }
}
