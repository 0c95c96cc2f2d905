//! What is kept of reports by their periods.

use crate::core::event::{DisclosureFiled, Event};
use crate::core::finding::periods::Periods;
use crate::core::state::tests::say::by;
use crate::core::text::Slug;
use crate::core::time::{Millis, Period};

/// The same disclosure again and again, of other periods.
struct Reporter {
    periods: Periods,
    author: Slug,
    event: DisclosureFiled,
    next: u64,
}

fn period(text: &str) -> Period {
    serde_json::from_value(text.into()).unwrap()
}

impl Reporter {
    fn new() -> Self {
        let statement = by("alpha").discloses("alpha/d1").statement(0, Millis::from_unix_ms(0).unwrap());
        let Event::DisclosureFiled(event) = statement.event else { panic!("no disclosure") };
        Self { periods: Periods::default(), author: "alpha".parse().unwrap(), event, next: 0 }
    }

    /// Returns its place, and the entries of what was noticed.
    fn reports(&mut self, period: Period) -> (u64, Option<Vec<u64>>) {
        let index = self.next;
        self.next += 1;
        self.event.period = period;
        let (place, found) = self.periods.add((index, Millis::from_unix_ms(index).unwrap(), &self.author), &self.event);
        (place, found.map(|finding| finding.entries))
    }
}

#[test]
fn an_overlap_is_looked_for_among_the_earliest_periods() {
    let [crossed, new] = ["2024-01-01/2024-04-15", "2024-Q2"].map(period);
    let mut reporter = Reporter::new();
    let (first, _) = reporter.reports(crossed);
    let mut days = std::iter::successors(Some(period("1970-01-01")), |day| day.following());
    days.by_ref().take(4_094).for_each(|day| assert_eq!(reporter.reports(day).1, None));
    let noticed = |reporter: &mut Reporter| {
        let (place, found) = reporter.reports(new);
        reporter.periods.retract(place, place);
        assert!(found.iter().all(|entries| *entries == [first, place]), "{found:?}");
        found.is_some()
    };
    assert!(noticed(&mut reporter), "one below");
    let (last_day, _) = reporter.reports(days.next().unwrap());
    assert!(noticed(&mut reporter), "at the limit");
    reporter.reports(days.next().unwrap());
    assert!(!noticed(&mut reporter), "one above");
    reporter.periods.retract(last_day, last_day);
    assert!(noticed(&mut reporter), "what was taken back does not count");
}

/// What is read back goes on as what was written down.
#[test]
fn disclosures_of_a_period_are_taken_back_one_by_one() {
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]];
    for order in orders {
        let mut reporter = Reporter::new();
        let quarter = period("2024-Q2");
        let place = reporter.reports(quarter).0;
        (0..3).for_each(|_| assert_eq!(reporter.reports(quarter).0, place));
        let later = reporter.reports(period("2024-Q3")).0;
        let mut kept = reporter.periods;
        for (nth, entry) in order.iter().enumerate() {
            let mut read: Periods = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
            kept.retract(place, *entry);
            kept.retract(place, *entry);
            read.retract(place, *entry);
            assert_eq!(serde_json::to_string(&read).unwrap(), serde_json::to_string(&kept).unwrap());
            let standing: Vec<u64> = (0..4).filter(|entry| !order[..=nth].contains(entry)).collect();
            let times = standing.iter().map(|at| format!("\"{at}\":{at}")).collect::<Vec<_>>().join(",");
            let quarter = if standing.is_empty() { String::new() } else { format!("\"2024-Q2\":[0,{{{times}}}],") };
            let expected = format!("[[[\"alpha\",\"video\"],{{{quarter}\"2024-Q3\":[{later},{{\"4\":4}}]}}]]");
            assert_eq!(serde_json::to_value(&kept).unwrap()["reports"].to_string(), expected, "{order:?}, {nth}");
        }
    }
}
