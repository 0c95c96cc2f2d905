//! Requests, and what passes between their two sides.

use serde_json::{Value, json};

use super::{Draft, Thrower, draft};

const ITEMS: [&str; 3] = ["reports", "speed", "removals"];
const EXCHANGE: &str = "Why.";

impl Thrower {
    pub fn of_requests(&mut self) -> Option<Draft> {
        match self.below(24) {
            0 => self.request_drafted(),
            1..=4 => self.request_issued(),
            5..=7 => self.by_issuer(),
            8 | 9 => self.extended(),
            10..=13 => self.response_filed(),
            14 => {
                let regulator = self.one(&["regulator"]);
                draft(
                    &regulator,
                    json!({"kind": "preservation_required", "addressees": self.some_platforms(),
                    "legal_basis": {"instrument": "uk-osa-2023"}, "preservation": self.name(&regulator), "subject": "All."}),
                )
            }
            15 | 16 => self.settled(),
            17 => self.representations(),
            _ => self.by_addressee(),
        }
    }

    /// On a draft or a notice.
    pub fn representations(&mut self) -> Option<Draft> {
        let kind = self.pick(&["request_drafted", "provisional_notice_given", "provisional_notice_given"]);
        let (about, _) = self.open_matter(kind)?;
        let event = self.event(&about)?;
        let party = event["addressee"].as_str().or(event["addressees"][0].as_str())?.to_owned();
        let author = self.voice(&party);
        draft(
            &author,
            json!({"kind": "representations_made", "about": about, "note": "What we say.",
            "representations": self.name(&author)}),
        )
    }

    /// What was said under that name.
    pub fn event(&self, name: &str) -> Option<Value> {
        serde_json::to_value(&self.law.document(name)?.event).ok()
    }

    fn items(&mut self) -> Value {
        let count = 1 + self.below(ITEMS.len());
        let mut items: Vec<Value> =
            ITEMS[..count].iter().map(|item| json!({"item": item, "question": "How many?"})).collect();
        if self.chance(3) {
            items.push(items[0].clone());
        }
        json!(items)
    }

    fn request_drafted(&mut self) -> Option<Draft> {
        let author = self.one(&["regulator"]);
        let mut event = json!({"kind": "request_drafted", "addressees": self.some_platforms(), "draft": self.name(&author),
            "items": self.items(), "legal_basis": {"instrument": "uk-osa-2023"}, "title": "A draft"});
        if self.chance(50) {
            event["representations_by"] = self.deadline(1, 20);
        }
        draft(&author, event)
    }

    pub fn request_issued(&mut self) -> Option<Draft> {
        let drafted = if self.chance(25) { self.open_matter("request_drafted") } else { None };
        let author = match &drafted {
            Some((_, by)) if self.chance(70) => by.clone(),
            Some(_) => self.one(&["regulator"]),
            None => self.one(&["regulator", "civil_society"]),
        };
        let compulsory = self.law.actor(&author).is_some_and(|it| it.role.as_str() == "regulator") && self.chance(70);
        let mut event = json!({"kind": "request_issued", "addressees": self.some_platforms(), "compulsory": compulsory,
            "items": self.items(), "request": self.name(&author), "title": "A request"});
        if compulsory {
            event["legal_basis"] = json!({"instrument": "uk-osa-2023"});
        }
        if self.chance(80) {
            event["deadline"] = self.deadline(0, 30);
        }
        if let Some((name, _)) = drafted {
            event["draft"] = json!(name);
        }
        draft(&author, event)
    }

    /// A request, its issuer, and what was said in it.
    fn request(&mut self) -> Option<(String, String, Value)> {
        let (name, by) = self.any(&["request_issued"])?;
        let event = self.event(&name)?;
        Some((name, by, event))
    }

    pub fn by_issuer(&mut self) -> Option<Draft> {
        let (name, by, event) = self.request()?;
        let mut event = match self.below(8) {
            0 => json!({"kind": "request_withdrawn", "reason": EXCHANGE, "request": name}),
            1 | 2 => {
                let to = event["addressees"][0].clone();
                json!({"kind": "clarification_requested", "clarification": self.name(&by), "question": "Which?",
                    "request": name, "to": to})
            }
            _ => {
                let amended = self.said().filter(|said| {
                    said.event.kind() == "request_amended"
                        && said.event.request().is_some_and(|it| it.to_string() == name)
                });
                let version = 2 + amended.count();
                let mut event = json!({"kind": "request_amended", "items": self.items(), "reason": EXCHANGE,
                    "request": name, "version": version});
                if self.chance(60) {
                    event["deadline"] = self.deadline(10, 60);
                }
                if let Some((amendment, _)) = self.open_matter("amendment_requested") {
                    event["amendment"] = json!(amendment);
                }
                event
            }
        };
        if event["kind"] == "clarification_requested" {
            self.more_of_clarification(&mut event);
        }
        draft(&by, event)
    }

    fn more_of_clarification(&mut self, event: &mut Value) {
        if self.chance(40) {
            event["items"] = json!([self.pick(&ITEMS)]);
        }
        if self.chance(40) {
            event["deadline"] = self.deadline(1, 20);
        }
    }

    pub fn extended(&mut self) -> Option<Draft> {
        let (mut name, mut by, issued) = self.request()?;
        let mut event = json!({"kind": "request_extended", "reason": EXCHANGE});
        if self.chance(50)
            && let Some((extension, _)) = self.open_matter("extension_requested")
        {
            name = self.event(&extension)?["request"].as_str()?.to_owned();
            by = self.law.document(&name)?.by.clone();
            event["extension"] = json!(extension);
        } else if self.chance(50) {
            let addressees = issued["addressees"].as_array()?;
            let count = 1 + self.below(addressees.len());
            event["addressees"] = json!(addressees.iter().rev().take(count).collect::<Vec<_>>());
        }
        event["deadline"] = self.deadline(5, 60);
        event["request"] = json!(name);
        draft(&by, event)
    }

    /// What the addressee of a request says, or who speaks for it.
    pub fn by_addressee(&mut self) -> Option<Draft> {
        let (name, _, issued) = self.request()?;
        let addressees = issued["addressees"].as_array()?;
        let addressee = addressees[self.below(addressees.len())].as_str()?.to_owned();
        let author = self.voice(&addressee);
        let event = match self.below(10) {
            0..=2 => json!({"kind": "receipt_acknowledged", "request": name}),
            3..=5 => {
                let until = 5 + self.below(50) as i64;
                json!({"kind": "extension_requested", "extension": self.name(&author), "reason": EXCHANGE,
                    "request": name, "until": self.date(until)})
            }
            6 | 7 => json!({"kind": "amendment_requested", "amendment": self.name(&author), "ground": "not_collected",
                "reason": EXCHANGE, "request": name}),
            _ => {
                let mut event = json!({"kind": "clarification_requested", "clarification": self.name(&author),
                    "question": "Which?", "request": name});
                self.more_of_clarification(&mut event);
                event
            }
        };
        draft(&author, event)
    }

    /// One side settles what the other raised.
    pub fn settled(&mut self) -> Option<Draft> {
        let kind = self.pick(&["clarification_requested", "extension_requested", "amendment_requested"]);
        let (name, _) = self.open_matter(kind)?;
        let raised = self.event(&name)?;
        let issuer = self.law.document(raised["request"].as_str()?)?.by.clone();
        let event = match kind {
            "clarification_requested" => {
                json!({"kind": "clarification_given", "answer": "That.", "clarification": name})
            }
            "extension_requested" => json!({"kind": "extension_refused", "extension": name, "reason": EXCHANGE}),
            _ => json!({"kind": "amendment_refused", "amendment": name, "reason": EXCHANGE}),
        };
        let author = match raised["to"].as_str() {
            Some(to) => self.voice(to),
            None => issuer,
        };
        draft(&author, event)
    }

    pub fn response_filed(&mut self) -> Option<Draft> {
        let (name, _, issued) = self.request()?;
        let addressees = issued["addressees"].as_array()?;
        let addressee = addressees[self.below(addressees.len())].as_str()?.to_owned();
        let author = self.voice(&addressee);
        let version = self.law.request(&name.parse().ok()?).map_or(1, |request| request.version());
        let mut items = vec![json!({"item": "reports", "outcome": {"refused": {"ground": "not_collected"}}})];
        if let Some(disclosure) = self.own(&author, &["disclosure_filed", "correction_filed"]) {
            items.push(
                json!({"item": "speed", "outcome": {"answered": {"disclosures": [disclosure], "extent": "complete"}}}),
            );
        }
        if self.chance(50) {
            items.remove(self.below(items.len()));
        }
        items.truncate(2);
        if items.is_empty() {
            items.push(json!({"item": "reports", "outcome": {"answered": {"extent": "nil"}}}));
        }
        let mut event = json!({"kind": "response_filed", "items": items, "request": name, "response": self.name(&author),
            "version": version});
        let old: Vec<String> = self.all(&["response_filed"]).into_iter().map(|(old, _)| old).collect();
        let stands = |old: &&String| {
            let same = self
                .event(old)
                .is_some_and(|it| it["request"] == event["request"] && it["version"] == event["version"]);
            same && !self.law.is_superseded(old) && !self.law.is_retracted(old)
        };
        let mut standing: Vec<String> = old.iter().filter(stands).cloned().collect();
        let own = |old: &String| old.starts_with(&format!("{author}/"));
        if standing.iter().any(own) {
            standing.retain(own);
        }
        if !standing.is_empty() && (self.chance(90) || !standing.iter().any(own)) {
            event["supersedes"] = json!(standing[self.below(standing.len())]);
            if !own(&standing[0]) && self.chance(50) {
                event.as_object_mut()?.remove("supersedes");
            }
        }
        draft(&author, event)
    }
}
