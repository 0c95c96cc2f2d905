//! One figure, or the reason why there is none.

use serde::{Deserialize, Serialize};

use crate::core::fault::{Code, Fault};
use crate::core::json::{Count, Positive, Signed};
use crate::core::text::{Jurisdiction, Label, Slug};
use crate::core::time::Period;

/// Observations inside a statement, at most. More go into an attachment.
pub const MAX_OBSERVATIONS: usize = 512;

/// One figure, or the reason why there is none. The dimensions that are absent are those by which it is not broken down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// For users of which age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_band: Option<Label>,
    /// How the content was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<Label>,
    /// Which harm, in whose taxonomy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm: Option<Harm>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<Jurisdiction>,
    /// What is counted.
    pub metric: Label,
    /// What became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Label>,
    /// When.
    pub period: Period,
    /// How exact the value is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// On which service.
    pub service: Slug,
    /// Whether there is a figure, and if not, why not.
    pub status: Status,
    /// The figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// A category of harm. Taxonomies change their words, so they carry a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Harm {
    /// The category, in the taxonomy's own words.
    pub category: Label,
    /// The taxonomy.
    pub taxonomy: Slug,
    /// Its version.
    pub version: Label,
}

/// How exact a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Precision {
    /// The value is a multiple of this, in its own unit; for a ratio, in the unit of its numerator.
    pub rounded_to: Positive,
}

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Value {
    /// A number of things.
    Integer(Signed),
    /// A share, with its terms.
    Ratio {
        /// Of how many.
        denominator: Positive,
        /// How many.
        numerator: Count,
    },
    /// A length of time.
    Duration {
        /// How many.
        amount: Count,
        /// Of what.
        unit: DurationUnit,
    },
    /// Somewhere between two numbers, both included.
    Range {
        /// At least.
        lower: Signed,
        /// At most.
        upper: Signed,
    },
    /// A share somewhere between two, both included, of one denominator.
    RatioRange {
        /// Of how many.
        denominator: Positive,
        /// At least.
        lower: Count,
        /// At most.
        upper: Count,
    },
}

/// The unit of a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say themselves")]
pub enum DurationUnit {
    Second,
    Minute,
    Hour,
    Day,
}

/// Whether there is a figure, and if not, why not: "not collected", "refused", "suppressed" and 0 are four different
/// things. The letters are those of SDMX `CL_OBS_STATUS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A figure (SDMX `A`).
    Given,
    /// An estimate (`E`).
    Estimated,
    /// A figure that may still change (`P`).
    Provisional,
    /// It was not collected (`L`).
    NotCollected,
    /// It cannot be put together from what was collected (`M`).
    CannotBeCollated,
    /// It is withheld to protect somebody (`Q`).
    Suppressed,
    /// It is refused.
    Refused,
    /// It is committed to, and opened later.
    Sealed,
    /// Nobody asked for it.
    NotAsked,
}

impl DurationUnit {
    /// Every unit.
    pub const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    /// So many seconds.
    pub fn seconds(self) -> u32 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    /// The unit that is written so in a statement.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == word)
    }

    /// The unit as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Given,
        Self::Estimated,
        Self::Provisional,
        Self::NotCollected,
        Self::CannotBeCollated,
        Self::Suppressed,
        Self::Refused,
        Self::Sealed,
        Self::NotAsked,
    ];

    /// Whether a value stands beside this status.
    pub fn carries_value(self) -> bool {
        matches!(self, Self::Given | Self::Estimated | Self::Provisional)
    }

    /// The status that is written so in a statement.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// The status as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Estimated => "estimated",
            Self::Provisional => "provisional",
            Self::NotCollected => "not_collected",
            Self::CannotBeCollated => "cannot_be_collated",
            Self::Suppressed => "suppressed",
            Self::Refused => "refused",
            Self::Sealed => "sealed",
            Self::NotAsked => "not_asked",
        }
    }
}

impl Value {
    /// Whether two values are the same figure, however spelled: ratios equal as fractions, durations in seconds. Values
    /// of different kinds are different figures.
    pub fn same_figure(&self, other: &Self) -> bool {
        // Below 2^53 each, so a product fits.
        let equal = |a: Count, of: Positive, b: Count, over: Positive| {
            u128::from(a.unsigned()) * u128::from(over.unsigned())
                == u128::from(b.unsigned()) * u128::from(of.unsigned())
        };
        let seconds = |amount: Count, unit: DurationUnit| u128::from(amount.unsigned()) * u128::from(unit.seconds());
        match (*self, *other) {
            (Self::Ratio { denominator: of, numerator: a }, Self::Ratio { denominator: over, numerator: b }) => {
                equal(a, of, b, over)
            }
            (Self::Duration { amount: a, unit }, Self::Duration { amount: b, unit: other }) => {
                seconds(a, unit) == seconds(b, other)
            }
            (
                Self::RatioRange { denominator: of, lower: a, upper: c },
                Self::RatioRange { denominator: over, lower: b, upper: d },
            ) => equal(a, of, b, over) && equal(c, of, d, over),
            (one, other) => one == other,
        }
    }
}

/// Whether two observations of one figure say the same: the same number in whatever spelling or, where there is none, the
/// same reason why.
pub fn says_the_same(one: (Option<Value>, Status), other: (Option<Value>, Status)) -> bool {
    match (one.0, other.0) {
        (Some(one), Some(other)) => one.same_figure(&other),
        (None, None) => one.1 == other.1,
        _ => false,
    }
}

impl Observation {
    /// The rules that the law sets for every observation. Whether a number is plausible is no such rule.
    ///
    /// # Errors
    /// `value-status-mismatch`, `value-out-of-range`.
    pub fn check(&self) -> Result<(), Fault> {
        let status = self.status.as_str();
        match (&self.value, self.status.carries_value()) {
            (None, true) => Err(Fault::new(Code::ValueStatusMismatch, format!("a value, as it is {status}"), "none")),
            (Some(_), false) => {
                Err(Fault::new(Code::ValueStatusMismatch, format!("no value, as it is {status}"), "one"))
            }
            (Some(Value::Ratio { numerator, denominator }), true) if numerator.value() > denominator.value() => {
                Err(Fault::new(Code::ValueOutOfRange, "a ratio of at most 1", format!("{numerator}/{denominator}")))
            }
            (Some(Value::Range { lower, upper }), true) if lower > upper => {
                Err(Fault::new(Code::ValueOutOfRange, "lower not above upper", format!("{lower} to {upper}")))
            }
            (Some(Value::RatioRange { denominator, lower, upper }), true)
                if lower > upper || upper.value() > denominator.value() =>
            {
                let expected = "lower not above upper, and a ratio of at most 1";
                Err(Fault::new(Code::ValueOutOfRange, expected, format!("{lower} to {upper} of {denominator}")))
            }
            _ => Ok(()),
        }
    }

    /// What the figure is a figure of: the observation without its status, value and precision. Two observations of one
    /// actor with the same series and another value are a restatement.
    pub fn series(&self) -> Series<'_> {
        Series {
            age_band: self.age_band.as_ref(),
            detection: self.detection.as_ref(),
            harm: self.harm.as_ref(),
            jurisdiction: self.jurisdiction.as_ref(),
            metric: &self.metric,
            outcome: self.outcome.as_ref(),
            period: &self.period,
            service: &self.service,
        }
    }
}

/// What a figure is a figure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields of an observation")]
pub struct Series<'a> {
    pub age_band: Option<&'a Label>,
    pub detection: Option<&'a Label>,
    pub harm: Option<&'a Harm>,
    pub jurisdiction: Option<&'a Jurisdiction>,
    pub metric: &'a Label,
    pub outcome: Option<&'a Label>,
    pub period: &'a Period,
    pub service: &'a Slug,
}

/// As people read it: `25700000`, `995/1000`, `25 hours`, `1000 to 5000`, `4/100 to 5/100`.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(f),
            Self::Ratio { denominator, numerator } => write!(f, "{numerator}/{denominator}"),
            Self::Duration { amount, unit } => {
                let plural = if amount.value() == 1 { "" } else { "s" };
                write!(f, "{amount} {}{plural}", unit.as_str())
            }
            Self::Range { lower, upper } => write!(f, "{lower} to {upper}"),
            Self::RatioRange { denominator, lower, upper } => {
                write!(f, "{lower}/{denominator} to {upper}/{denominator}")
            }
        }
    }
}

#[cfg(test)]
mod tests;
