//! Histories as proptest throws them, and how one that fails is made smaller: fewer steps, then plainer ones.

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::step::{Nth, Step};
use super::throw::Thrower;

/// All histories of at most so many steps beyond the opening and the enrolments.
#[derive(Debug)]
pub struct Histories(pub usize);

impl Strategy for Histories {
    type Tree = Shrinking;
    type Value = Vec<Step>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = proptest::num::u64::ANY.new_tree(runner)?.current();
        Ok(Shrinking::of(Thrower::new(seed).history(self.0)))
    }
}

/// A history that fails, and the one that is tried in its place.
pub struct Shrinking {
    failing: Vec<Step>,
    tried: Vec<Step>,
    next: Next,
    progress: bool,
}

/// What is tried next.
#[derive(Clone, Copy)]
enum Next {
    /// Without so many steps from that one on.
    Without(usize, usize),
    /// With a step changed in one of several ways.
    Plainer(usize, usize),
}

impl Shrinking {
    fn of(history: Vec<Step>) -> Self {
        let next = Next::Without(0, history.len().div_ceil(2));
        Self { tried: history.clone(), failing: history, next, progress: false }
    }

    /// The next smaller history.
    fn smaller(&mut self) -> bool {
        loop {
            match self.next {
                Next::Without(from, count) if from < self.failing.len() => {
                    self.next = Next::Without(from + count, count);
                    self.tried = self.failing.clone();
                    self.tried.drain(from..self.failing.len().min(from + count));
                    return true;
                }
                Next::Without(_, 1) if self.progress => (self.next, self.progress) = (Next::Without(0, 1), false),
                Next::Without(_, 1) => self.next = Next::Plainer(0, 0),
                Next::Without(_, count) => (self.next, self.progress) = (Next::Without(0, count / 2), false),
                Next::Plainer(at, way) => {
                    let Some(step) = self.failing.get(at) else {
                        self.tried = self.failing.clone();
                        return false;
                    };
                    let Some(plainer) = plainer(step, way) else {
                        self.next = Next::Plainer(at + 1, 0);
                        continue;
                    };
                    self.next = Next::Plainer(at, way + 1);
                    if plainer != *step {
                        self.tried = self.failing.clone();
                        self.tried[at] = plainer;
                        return true;
                    }
                }
            }
        }
    }
}

impl ValueTree for Shrinking {
    type Value = Vec<Step>;

    fn current(&self) -> Vec<Step> {
        self.tried.clone()
    }

    fn simplify(&mut self) -> bool {
        if let Next::Without(from, count) = self.next
            && self.tried.len() < self.failing.len()
        {
            // What follows has moved up.
            (self.next, self.progress) = (Next::Without(from - count, count), true);
        }
        self.failing = self.tried.clone();
        self.smaller()
    }

    fn complicate(&mut self) -> bool {
        self.smaller()
    }
}

/// The step made plainer in one of the ways there are.
fn plainer(step: &Step, way: usize) -> Option<Step> {
    let mut step = step.clone();
    match way {
        0 => step.seen = None,
        1 => step.publishes = false,
        2 => step.nth = Nth::Next(0),
        3 => step.issued_at = step.recorded_at / 1000,
        4..=7 if step.keys.len() > way - 3 => drop(step.keys.remove(way - 3)),
        4..=7 => {}
        _ => {
            // One field less of the event.
            let name = step.event.as_object()?.keys().filter(|name| *name != "kind").nth(way - 8)?.clone();
            step.event.as_object_mut()?.remove(&name);
        }
    }
    Some(step)
}
