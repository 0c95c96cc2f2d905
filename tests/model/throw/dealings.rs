//! Disclosures and what is said of them, risks, investigations, penalties, appeals and audits.

use std::ops::Range;

use candour::core::hash::Hash;
use serde_json::{Value, json};

use super::{Draft, Thrower, draft};

/// The contents of all attachments, each of them a table of observations.
pub const FILES: [&str; 2] = [
    "service,metric,jurisdiction,age_band,harm_taxonomy,harm_version,harm_category,detection,outcome,period,status,\
     value_type,value,value_to,unit,rounded_to\napp,reports,,,,,,,,2025-Q4,given,integer,7,,,\n",
    "service,metric,jurisdiction,age_band,harm_taxonomy,harm_version,harm_category,detection,outcome,period,status,\
     value_type,value,value_to,unit,rounded_to\napp,removals,,,,,,,,2025-Q4,not_collected,,,,,\n",
];

impl Thrower {
    pub fn of_dealings(&mut self) -> Option<Draft> {
        match self.below(30) {
            0..=8 => self.disclosed(0..12),
            9..=12 => self.of_risks(),
            13..=22 => self.of_compliance(0..12),
            _ => self.of_audits(0..12),
        }
    }

    fn observation(&mut self) -> Value {
        let mut observation = json!({"metric": "reports", "period": "2025-Q4", "service": "app", "status": "given"});
        observation["value"] = match self.below(5) {
            0 => json!({"integer": 7}),
            1 => json!({"ratio": {"denominator": 10, "numerator": self.below(13)}}),
            2 => json!({"duration": {"amount": 3, "unit": "hour"}}),
            3 => json!({"range": {"lower": self.below(12), "upper": 9}}),
            _ => json!({"ratio_range": {"denominator": 10, "lower": self.below(6), "upper": 4 + self.below(8)}}),
        };
        if self.chance(20) {
            observation["status"] = json!("not_collected");
            observation.as_object_mut().unwrap().remove("value");
        }
        observation
    }

    /// Files of figures, of which there are few: one of them is named again and again.
    fn with_files(&mut self, mut event: Value) -> Value {
        let mut files: Vec<Value> = Vec::new();
        for _ in 0..self.below(4) {
            let content = FILES[self.below(FILES.len()) * self.below(2)];
            let length = content.len() + usize::from(self.chance(3));
            let mut file = json!({"length": length, "media_type": "text/csv", "name": "figures.csv",
                "sha256": Hash::of(content.as_bytes())});
            if self.chance(90) {
                file["holds"] = json!("observations");
            }
            if !files.contains(&file) {
                files.push(file);
            }
        }
        if !files.is_empty() {
            event["attachments"] = json!(files);
        }
        event
    }

    pub fn disclosed(&mut self, which: Range<usize>) -> Option<Draft> {
        let author = self.one(&["platform", "platform", "regulator"]);
        match self.within(which) {
            0..=3 => {
                let event = json!({"kind": "disclosure_filed", "disclosure": self.name(&author),
                    "observations": [self.observation(), self.observation()], "period": "2025-Q4", "service": "app",
                    "subject": "Figures"});
                draft(&author, self.with_files(event))
            }
            4..=6 => {
                let supersedes = self.own(&author, &["disclosure_filed", "correction_filed"])?;
                let event = json!({"kind": "correction_filed", "correction": self.name(&author), "material": true,
                    "note": "Why.", "observations": [self.observation()], "reason": "error", "supersedes": supersedes});
                draft(&author, self.with_files(event))
            }
            7 => {
                let (document, _) = self.any(&[])?;
                let author = self.voice(document.split('/').next()?);
                let mut event = json!({"kind": "error_notified", "document": document, "error": self.name(&author),
                    "note": "Wrong."});
                if self.chance(50) {
                    event["known_on"] = json!(self.day_come());
                }
                draft(&author, event)
            }
            8 | 9 => {
                let kinds: &[&str] = &[
                    "disclosure_filed",
                    "response_filed",
                    "metric_defined",
                    "correction_filed",
                    "error_notified",
                    "risk_assessment_recorded",
                    "research_recorded",
                    "product_change_recorded",
                    "finding_answered",
                    "audit_finding_recorded",
                ];
                let (document, _) = if self.chance(90) { self.any(kinds)? } else { self.any(&[])? };
                let author = self.voice(document.split('/').next()?);
                draft(&author, json!({"kind": "document_retracted", "document": document, "reason": "Why."}))
            }
            _ => {
                let size = self.law.roots.len();
                let beyond = [0, 25][self.below(2)];
                let entry = if self.chance(20) { size + beyond } else { self.below(size.max(1)) };
                draft(
                    &author,
                    json!({"kind": "finding_answered", "answer": self.name(&author), "code": "part-exceeds-whole",
                    "entries": [entry], "note": "Because."}),
                )
            }
        }
    }

    pub fn of_risks(&mut self) -> Option<Draft> {
        let author = self.one(&["platform"]);
        let made_on = self.day_come();
        let risk = json!({"content": "grooming", "level": "high"});
        match self.below(5) {
            0 | 1 => {
                let second = json!({"age_group": "under 13", "content": "grooming", "level": "low"});
                let service = self.pick(&["app", "app", "site"]);
                let mut event = json!({"kind": "risk_assessment_recorded", "assessment": self.name(&author),
                    "made_on": made_on, "risks": [risk, second], "service": service});
                if self.chance(50)
                    && let Some(old) = self.own(&author, &["risk_assessment_recorded"])
                {
                    event["supersedes"] = json!(old);
                }
                draft(&author, event)
            }
            2 => draft(
                &author,
                json!({"kind": "research_recorded", "made_on": made_on, "note": "What.",
                "research": self.name(&author), "service": "app", "subject": "Children"}),
            ),
            _ => {
                let mut event = json!({"kind": "product_change_recorded", "change": self.name(&author), "made_on": made_on,
                    "note": "What.", "service": "app"});
                if let Some(assessment) = self.own(&author, &["risk_assessment_recorded"]) {
                    event["risk"] = json!({"assessment": assessment, "content": "grooming"});
                }
                draft(&author, event)
            }
        }
    }

    pub fn of_compliance(&mut self, which: Range<usize>) -> Option<Draft> {
        match self.within(which) {
            0 | 1 => {
                let author = self.one(&["regulator"]);
                let mut event = json!({"kind": "investigation_opened", "investigation": self.name(&author),
                    "legal_basis": {"instrument": "uk-osa-2023"}, "respondents": self.some_platforms(), "subject": "What"});
                if let Some((document, _)) = self.any(&[]) {
                    event["concerns"] = json!([document]);
                }
                draft(&author, event)
            }
            2..=4 => {
                let (investigation, by) = self.open_matter("investigation_opened")?;
                let respondent = self.event(&investigation)?["respondents"][0].as_str()?.to_owned();
                let addressee = self.voice(&respondent);
                draft(
                    &by,
                    json!({"kind": "provisional_notice_given", "addressee": addressee, "investigation": investigation,
                    "notice": self.name(&by), "proposes": "A penalty.", "representations_by": self.deadline(0, 10)}),
                )
            }
            5 => self.decided(),
            6 | 7 => self.penalty(),
            8 => self.appeal(),
            9 => {
                let ((appeal, _), court) = (self.open_matter("appeal_lodged")?, self.one(&["tribunal"]));
                let outcome = self.pick(&["allowed", "allowed", "dismissed", "allowed_in_part"]);
                draft(
                    &court,
                    json!({"kind": "appeal_determined", "appeal": appeal, "outcome": outcome, "reasons": "Why."}),
                )
            }
            10 => {
                let ((penalty, by), on) = (self.any(&["penalty_imposed"])?, self.day_come());
                draft(&by, json!({"kind": "compliance_recorded", "on": on, "penalty": penalty}))
            }
            _ => {
                let (investigation, by) = self.open_matter("investigation_opened")?;
                draft(&by, json!({"kind": "investigation_closed", "investigation": investigation, "reason": "Why."}))
            }
        }
    }

    pub fn decided(&mut self) -> Option<Draft> {
        let (mut notice, mut by) = self.open_matter("provisional_notice_given")?;
        // One on which representations were made may be decided at once.
        let heard = self.all(&["representations_made"]).into_iter().filter_map(|(name, _)| self.event(&name));
        let heard: Vec<String> = heard.filter_map(|event| Some(event["about"].as_str()?.to_owned())).collect();
        let mut notices = self.all(&["provisional_notice_given"]).into_iter().filter(|(name, _)| heard.contains(name));
        if let Some(last) = notices.next_back().filter(|_| self.chance(50)) {
            (notice, by) = last;
        }
        draft(
            &by,
            json!({"kind": "decision_given", "breach": self.chance(65), "decision": self.name(&by),
            "notice": notice, "reasons": "Why."}),
        )
    }

    fn penalty(&mut self) -> Option<Draft> {
        let (under, by) = self.any(&["decision_given", "request_issued"])?;
        let event = self.event(&under)?;
        let addressee = match event["notice"].as_str() {
            Some(notice) => self.event(notice)?["addressee"].as_str()?.to_owned(),
            None => {
                let addressees = event["addressees"].as_array()?;
                addressees[self.below(addressees.len())].as_str()?.to_owned()
            }
        };
        let addressee = self.voice(&addressee);
        draft(
            &by,
            json!({"kind": "penalty_imposed", "addressee": addressee, "currency": "GBP", "fixed": {"amount": 100},
            "penalty": self.name(&by), "under": under}),
        )
    }

    fn appeal(&mut self) -> Option<Draft> {
        let (against, _) = self.any(&["decision_given", "penalty_imposed", "request_issued"])?;
        let event = self.event(&against)?;
        let addressee = match (event["notice"].as_str(), event["addressee"].as_str()) {
            (Some(notice), _) => self.event(notice)?["addressee"].as_str()?.to_owned(),
            (None, Some(addressee)) => addressee.to_owned(),
            (None, None) => event["addressees"][0].as_str()?.to_owned(),
        };
        let author = self.voice(&addressee);
        draft(
            &author,
            json!({"kind": "appeal_lodged", "against": against, "appeal": self.name(&author), "grounds": "Why."}),
        )
    }

    pub fn of_audits(&mut self, which: Range<usize>) -> Option<Draft> {
        let author = self.one(&["auditor"]);
        match self.within(which) {
            0 | 1 => {
                let auditee = self.one(&["platform"]);
                draft(
                    &author,
                    json!({"kind": "audit_engaged", "audit": self.name(&author), "auditee": auditee,
                    "declaration": "Independent.", "period": "2025", "services": ["app"]}),
                )
            }
            2 | 3 => {
                let (audit, by) = self.open_matter("audit_engaged")?;
                draft(
                    &by,
                    json!({"kind": "audit_finding_recorded", "audit": audit, "finding": self.name(&by), "note": "What."}),
                )
            }
            4 | 5 => {
                let author = self.one(&["auditor", "regulator", "civil_society"]);
                let (about, _) = self.any(&[])?;
                let mut event = json!({"kind": "discrepancy_raised", "about": about, "discrepancy": self.name(&author),
                    "note": "What."});
                if self.chance(30) {
                    let (audit, _) = self.open_matter("audit_engaged")?;
                    event["audit"] = json!(audit);
                }
                draft(&author, event)
            }
            6 => {
                let (discrepancy, _) = self.open_matter("discrepancy_raised")?;
                let about = self.event(&discrepancy)?["about"].as_str()?.to_owned();
                let author = self.voice(about.split('/').next()?);
                draft(&author, json!({"kind": "discrepancy_answered", "answer": "That.", "discrepancy": discrepancy}))
            }
            7 | 8 => {
                let (audit, by) = self.open_matter("audit_engaged")?;
                draft(
                    &by,
                    json!({"kind": "opinion_given", "audit": audit, "opinion": "negative", "reasons": "Why.",
                    "report": self.name(&by)}),
                )
            }
            _ => {
                let (audit, _) = self.any(&["audit_engaged"])?;
                let auditee = self.event(&audit)?["auditee"].as_str()?.to_owned();
                let author = self.voice(&auditee);
                draft(
                    &author,
                    json!({"kind": "implementation_reported", "audit": audit,
                    "implementation": self.name(&author), "note": "What."}),
                )
            }
        }
    }
}
