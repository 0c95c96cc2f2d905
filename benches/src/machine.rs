//! What it was measured on.

use std::fs;

use serde::Serialize;

use crate::cores::cores;

/// The machine, and what this program was compiled for.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// How many cores this process may use.
    cores: usize,
    /// The processor, as it calls itself.
    processor: String,
    /// Bytes of memory.
    memory: u64,
    /// The features that the compiler could take for granted; others are found at run time.
    features: Vec<&'static str>,
    /// Whether it was compiled with optimisation.
    optimised: bool,
}

impl Machine {
    /// This one.
    pub fn this() -> Self {
        let compiled = [
            ("avx2", cfg!(target_feature = "avx2")),
            ("avx512f", cfg!(target_feature = "avx512f")),
            ("avx512ifma", cfg!(target_feature = "avx512ifma")),
            ("sha", cfg!(target_feature = "sha")),
        ];
        Self {
            cores: cores(),
            processor: line("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned()),
            memory: kilobytes("/proc/meminfo", "MemTotal").unwrap_or(0) * 1024,
            features: compiled.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect(),
            optimised: !cfg!(debug_assertions),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let features = if self.features.is_empty() { "none".to_owned() } else { self.features.join(" ") };
        let (cores, memory) = (self.cores, self.memory >> 30);
        write!(f, "{cores} cores of {}, {memory} GiB; compiled for: {features}", self.processor)?;
        if self.optimised { Ok(()) } else { write!(f, "; not optimised: these figures mean nothing") }
    }
}

/// The most memory that this process has used, in bytes; `None` where the system does not say.
pub fn peak_memory() -> Option<u64> {
    kilobytes("/proc/self/status", "VmHWM").map(|kilobytes| kilobytes * 1024)
}

fn kilobytes(file: &str, name: &str) -> Option<u64> {
    line(file, name)?.split_whitespace().next()?.parse().ok()
}

fn line(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let (_, value) = text.lines().find(|line| line.starts_with(name))?.split_once(':')?;
    Some(value.trim().to_owned())
}
