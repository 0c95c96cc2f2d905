//! The clock of the ledger.

use super::{DAY, Thrower, facts};

impl Thrower {
    /// The clock goes on: mostly a little, sometimes to where a deadline or a day begins or ends.
    pub fn pass_time(&mut self) {
        let below = self.below(100);
        let by = match below {
            0..=69 => 1 + self.below(600_000) as u64,
            70..=84 => self.below(DAY as usize * 1000) as u64,
            85..=89 => DAY * 1000 * self.below(30) as u64,
            _ => 0,
        };
        self.now += by;
        if below >= 90 {
            let edges = self.edges();
            if !edges.is_empty() {
                let edge = edges[self.below(edges.len())];
                self.now = self.now.max(edge + self.below(3) as u64 - 1);
            }
        }
    }

    /// Moments to come at which something changes.
    fn edges(&self) -> Vec<u64> {
        let day = self.now / 1000 / DAY * DAY * 1000;
        let mut edges = vec![day + DAY * 1000, day + 10 * 3_600_000];
        for said in &self.law.said {
            let event = serde_json::to_value(&said.event).unwrap();
            let ends = ["/deadline/ends_at", "/representations_by/ends_at"].map(|field| event.pointer(field).cloned());
            edges.extend(ends.into_iter().flatten().filter_map(|text| facts::unix(text.as_str()?)).map(|at| at * 1000));
        }
        edges.retain(|edge| *edge > self.now);
        edges
    }
}
