//! How a chain's marks are written down: the sizes under one operator's key together, since reading a key costs as much
//! as checking a signature, and a ledger may publish thousands of checkpoints under one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Mark;
use crate::core::hash::Hash;
use crate::core::key::PublicKey;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    awaited: BTreeSet<u64>,
    reached: Vec<Run>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    operator: Option<PublicKey>,
    roots: BTreeMap<u64, Hash>,
}

pub(in crate::core::chain) fn serialize<S: Serializer>(
    marks: &BTreeMap<u64, Option<Mark>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut wire = Wire { awaited: BTreeSet::new(), reached: Vec::new() };
    for (size, mark) in marks {
        let Some(Mark { root, operator }) = *mark else {
            wire.awaited.insert(*size);
            continue;
        };
        match wire.reached.last_mut() {
            Some(run) if run.operator == operator => drop(run.roots.insert(*size, root)),
            _ => wire.reached.push(Run { operator, roots: BTreeMap::from([(*size, root)]) }),
        }
    }
    wire.serialize(serializer)
}

pub(in crate::core::chain) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<u64, Option<Mark>>, D::Error> {
    let Wire { awaited, reached } = Wire::deserialize(deserializer)?;
    let mut marks: BTreeMap<u64, Option<Mark>> = awaited.into_iter().map(|size| (size, None)).collect();
    for Run { operator, roots } in reached {
        marks.extend(roots.into_iter().map(|(size, root)| (size, Some(Mark { root, operator }))));
    }
    Ok(marks)
}
