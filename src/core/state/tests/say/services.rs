//! Services, successions, and what figures mean.

use serde_json::json;

use super::Say;

impl Say {
    pub fn succeeds(self, predecessor: &str, successor: &str) -> Self {
        self.says(json!({
            "kind": "provider_succeeded", "effective": "2025-12-31", "predecessor": predecessor, "reason": "a merger",
            "successor": successor,
        }))
    }

    pub fn registers(self, service: &str) -> Self {
        self.says(json!({"kind": "service_registered", "name": "Video", "service": service}))
    }

    /// As one of category 1.
    pub fn designates(self, designation: &str, service: &str) -> Self {
        self.says(json!({
            "kind": "service_designated", "category": "uk_category_1", "designation": designation,
            "legal_basis": {"instrument": "uk-osa-2023"}, "service": service,
        }))
    }

    pub fn ends(self, designation: &str) -> Self {
        self.says(json!({"kind": "designation_ended", "designation": designation, "reason": "fewer users"}))
    }

    /// Version 1 of the taxonomy `harms`.
    pub fn classifies(self, registration: &str) -> Self {
        self.says(json!({
            "kind": "taxonomy_registered", "categories": ["grooming", "imagery"], "registration": registration,
            "taxonomy": "harms", "version": "1",
        }))
    }

    pub fn defines(self, definition: &str, metric: &str) -> Self {
        self.says(json!({
            "kind": "metric_defined", "additive": true, "counting_unit": "report", "definition": definition,
            "meaning": "Reports by users.", "metric": metric, "unit": "number",
        }))
    }

    pub fn recounts(self, change: &str, metric: &str) -> Self {
        self.says(json!({
            "kind": "methodology_changed", "change": change, "effective": "2026-01-01", "metric": metric,
            "note": "Duplicates are left out.",
        }))
    }
}
