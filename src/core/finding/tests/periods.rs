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
