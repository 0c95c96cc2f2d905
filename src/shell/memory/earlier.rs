//! The faults of copies that were shown before.

use serde::{Deserialize, Serialize};

use super::before::EarlierFault;
use crate::core::audit::Report;
use crate::core::fault::{Code, Fault};

/// Faults of earlier copies that are remembered, at most: the first ones.
pub const MAX_EARLIER: usize = 100;

/// What was ever found wrong, each thing once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Earlier {
    pub faults: Vec<EarlierFault>,
    pub more: bool,
}

impl Earlier {
    /// With the faults of a verdict.
    pub fn with(&self, report: &Report) -> Self {
        let mut all = self.clone();
        for fault in report.faults.iter().filter(|fault| is_of_the_bytes(fault)) {
            let message = fault.to_string();
            if all.faults.iter().any(|known| known.message == message) {
                continue;
            }
            if all.faults.len() == MAX_EARLIER {
                all.more = true;
                break;
            }
            let code = fault.code.as_str().to_owned();
            all.faults.push(EarlierFault { code, message, size: report.size, root: report.root });
        }
        all
    }

    /// What was found in copies before, but for what this one has too.
    pub fn without(&self, report: &Report) -> Vec<EarlierFault> {
        let here: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
        self.faults.iter().filter(|fault| !here.contains(&fault.message)).cloned().collect()
    }
}

/// Whether a fault is of the bytes that were shown: too few witnesses may have cosigned yet.
pub(super) fn is_of_the_bytes(fault: &Fault) -> bool {
    fault.code != Code::QuorumNotMet
}
