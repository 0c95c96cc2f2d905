//! Actors, keys, services and measures.

use std::ops::Range;

use serde_json::json;

use super::{Draft, Thrower, draft};
use crate::model::cast::{NEW_AUTHORITY, OPERATOR, OTHERS, everybody, id, label, labels, public};

/// An authority enrols somebody, whose key has that label.
pub fn enrolment(author: &str, actor: &str, role: &str, key: &str) -> Option<Draft> {
    let mut event = json!({"kind": "actor_enrolled", "actor": actor, "key": public(key), "name": format!("The {actor}"),
        "role": role});
    if actor == NEW_AUTHORITY {
        event["authority"] = json!(true);
    }
    Some(Draft { possession: Some(key.to_owned()), ..draft(author, event)? })
}

impl Thrower {
    pub fn of_registry(&mut self, which: Range<usize>) -> Option<Draft> {
        let authority = self.active(&["regulator"], |actor| actor.authority);
        match self.within(which) {
            0 => {
                let (actor, role) = OTHERS[self.below(OTHERS.len())];
                enrolment(&authority, actor, role, actor)
            }
            1 => {
                let again = self.chance(30);
                let target = self.target(|actor| actor.suspended || !again);
                draft(&authority, json!({"kind": "actor_suspended", "actor": target, "reason": "Why."}))
            }
            2 | 3 => {
                let target = self.target(|actor| actor.suspended);
                draft(&authority, json!({"kind": "actor_reinstated", "actor": target, "reason": "Why."}))
            }
            4 if self.chance(30) => {
                let target = self.target(|_| true);
                draft(&authority, json!({"kind": "actor_retired", "actor": target, "reason": "Why."}))
            }
            5 if self.chance(30) => draft(
                &authority,
                json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": 5, "max_seconds": 600}}),
            ),
            4..=7 => self.key_added(&authority),
            8 | 9 => self.key_rotated(),
            10 => self.key_revoked(&authority),
            _ => {
                let (predecessor, successor) = (self.one(&["platform"]), self.one(&["platform"]));
                let predecessor = if self.chance(30) { self.target(|actor| actor.retired) } else { predecessor };
                let effective = self.day_come();
                draft(
                    &authority,
                    json!({"kind": "provider_succeeded", "effective": effective, "predecessor": predecessor,
                    "reason": "Why.", "successor": successor}),
                )
            }
        }
    }

    /// Somebody on the ledger, if there is anybody like that; else anybody.
    fn target(&mut self, like: impl Fn(&crate::model::law::Actor) -> bool) -> String {
        let mut all: Vec<_> = self.law.actors().into_iter().filter(|actor| like(actor)).map(|actor| actor.id).collect();
        if all.is_empty() || self.chance(10) { self.anybody() } else { all.swap_remove(self.below(all.len())) }
    }

    /// A key of theirs that the ledger does not know.
    fn fresh(&mut self, actor: &str) -> Option<String> {
        let known: Vec<_> = self.law.keys().iter().map(|key| key.id).collect();
        labels(actor).into_iter().find(|label| !known.contains(&id(label)))
    }

    fn key_added(&mut self, authority: &str) -> Option<Draft> {
        let all = everybody();
        let actor = self.active(&["regulator", "platform"], |actor| all.contains(&actor.id.as_str()));
        let author = if self.chance(60) { actor.clone() } else { authority.to_owned() };
        let key = self.fresh(&actor)?;
        let event = json!({"kind": "key_added", "actor": actor, "key": public(&key)});
        Some(Draft { possession: Some(key), ..draft(&author, event)? })
    }

    fn key_rotated(&mut self) -> Option<Draft> {
        let actor = if self.chance(40) { OPERATOR.to_owned() } else { self.target(|_| true) };
        let (old, new) = (self.key_of(&actor), self.fresh(&actor)?);
        let event = json!({"kind": "key_rotated", "actor": actor, "new": public(&new), "old": public(&old)});
        Some(Draft { possession: Some(new), ..draft(&actor, event)? })
    }

    fn key_revoked(&mut self, authority: &str) -> Option<Draft> {
        let keys = self.law.keys();
        let key = &keys[self.below(keys.len())];
        let author = if self.chance(60) { key.owner.clone() } else { authority.to_owned() };
        let event = json!({"kind": "key_revoked", "actor": key.owner, "key": public(label(key.id)), "reason": "Why."});
        draft(&author, event)
    }

    pub fn of_services(&mut self, which: Range<usize>) -> Option<Draft> {
        let author = self.one(&["platform", "regulator"]);
        let regulator = self.one(&["regulator"]);
        match self.within(which) {
            0 | 1 => {
                let name = self.name(&author);
                let mut event = json!({"kind": "service_registered", "name": "A service", "service": name});
                if self.chance(40) {
                    event["part_of"] = json!(self.own(&author, &["service_registered"])?);
                }
                draft(&author, event)
            }
            2 | 3 => {
                let (name, (service, _)) = (self.name(&regulator), self.any(&["service_registered"])?);
                let category = self.pick(&["uk_category_1", "uk_category_2a"]);
                draft(
                    &regulator,
                    json!({"kind": "service_designated", "category": category, "designation": name,
                    "legal_basis": {"instrument": "uk-osa-2023"}, "service": service}),
                )
            }
            4 => {
                let (designation, by) = self.any(&["service_designated"])?;
                draft(&by, json!({"kind": "designation_ended", "designation": designation, "reason": "Why."}))
            }
            5 | 6 => {
                let author = self.one(&["platform", "regulator", "civil_society", "auditor"]);
                let version = self.pick(&["1", "2"]);
                draft(
                    &author,
                    json!({"kind": "taxonomy_registered", "categories": ["a", "b"],
                    "registration": self.name(&author), "taxonomy": "harms", "version": version}),
                )
            }
            7..=9 => {
                let metric = self.pick(&["reports", "removals"]);
                let unit = self.pick(&["number", "number", "ratio", "duration"]);
                let mut event = json!({"kind": "metric_defined", "additive": unit == "number" || self.chance(10),
                    "counting_unit": "reports", "definition": self.name(&author), "meaning": "What it says.",
                    "metric": metric, "unit": unit});
                if self.chance(40) {
                    event["subset_of"] = json!(self.pick(&["reports", "removals"]));
                }
                draft(&author, event)
            }
            10 => draft(
                &author,
                json!({"kind": "methodology_changed", "change": self.name(&author),
                "effective": self.date(5), "metric": "reports", "note": "Why."}),
            ),
            _ => {
                let (document, by) = self.any(&[])?;
                let (author, on) = (if self.chance(30) { regulator } else { by }, self.day_come());
                draft(&author, json!({"kind": "document_published", "document": document, "on": on}))
            }
        }
    }
}
