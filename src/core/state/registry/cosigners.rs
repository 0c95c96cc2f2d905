//! Co-signers: who else signed, and whether the kind of event takes them.

use std::collections::BTreeSet;

use super::{Placed, Registry, Role};
use crate::core::fault::{Code, Fault};
use crate::core::key::{KeyId, PublicKey};
use crate::core::text::Slug;

/// The co-signers that a kind of event takes, and those that it needs.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::core::state) struct Takes {
    possession: Option<KeyId>,
    threshold: bool,
    supporters: bool,
}

impl Takes {
    /// No co-signer.
    pub(in crate::core::state) fn nobody() -> Self {
        Self::default()
    }

    /// A new key must sign, as proof of possession.
    pub(super) fn possession(key: &PublicKey) -> Self {
        Self { possession: Some(key.id()), ..Self::default() }
    }

    /// The authorities must sign, as many as the threshold asks.
    pub(super) fn and_threshold(self) -> Self {
        Self { threshold: true, ..self }
    }

    /// Regulators and civil society may sign: an open letter.
    pub(in crate::core::state) fn supporters() -> Self {
        Self { supporters: true, ..Self::default() }
    }
}

impl Registry {
    /// Judges the co-signers in the order of their signatures, then what is missing.
    pub(in crate::core::state) fn check_cosigners(&self, placed: &Placed<'_>, takes: Takes) -> Result<(), Fault> {
        let mut authorities = BTreeSet::new();
        let author = &placed.statement.author;
        if self.active(author)?.authority {
            authorities.insert(author);
        }
        for signer in placed.signers.iter().skip(1).filter(|signer| takes.possession != Some(**signer)) {
            self.check_cosigner(signer, takes, &mut authorities)?;
        }
        if let Some(key) = takes.possession.filter(|key| !placed.signers.iter().skip(1).any(|signer| signer == key)) {
            return Err(Fault::new(Code::PossessionMissing, format!("a signature by the new key {key}"), "none"));
        }
        if takes.threshold && authorities.len() < self.threshold {
            let expected = format!("{} authorities to sign", self.threshold);
            return Err(Fault::new(Code::ThresholdNotMet, expected, authorities.len().to_string()));
        }
        Ok(())
    }

    fn check_cosigner<'a>(
        &'a self,
        signer: &KeyId,
        takes: Takes,
        authorities: &mut BTreeSet<&'a Slug>,
    ) -> Result<(), Fault> {
        let key = self.known_key(signer)?;
        key.check_in_force(signer)?;
        let actor = self.active(&key.actor)?;
        if takes.threshold && actor.authority {
            authorities.insert(&key.actor);
            return Ok(());
        }
        if takes.supporters && matches!(actor.role, Role::Regulator | Role::CivilSociety) {
            return Ok(());
        }
        Err(Fault::new(
            Code::CosignerNotAllowed,
            "no such co-signer",
            format!("{} ({})", key.actor, actor.role.as_str()),
        ))
    }
}
