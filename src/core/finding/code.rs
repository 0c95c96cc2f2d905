//! The kinds of findings: their codes, how much each matters, and what it says.

use serde::{Deserialize, Serialize};

/// How much a finding matters to whoever reads the ledger. It says nothing about why it came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth a look.
    Note,
    /// Worth a question.
    Concern,
    /// What the ledger is there to show.
    Serious,
}

impl Severity {
    /// The severity as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Concern => "concern",
            Self::Serious => "serious",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $code:literal $severity:ident $meaning:literal)+) => {
        /// What kind of thing was noticed. See FORMAT.md, section 8.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum FindingCode {
            $(#[doc = $meaning] $variant,)+
        }

        impl FindingCode {
            /// Every code, in the order of FORMAT.md.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as it is written everywhere.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// How much it matters.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            /// What it says, in a line.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

codes! {
    // Figures.
    SilentRestatement "silent-restatement" Serious "a published value changed with no correction naming it"
    ProvisionalRevised "provisional-revised" Note "a number that was called provisional was replaced by another"
    CorrectionElsewhere "correction-elsewhere" Concern "a correction changed a figure that what it corrects did not give"
    ConflictingFigures "conflicting-figures" Concern "one document says two things of one figure"
    StatusContradictsValue "status-contradicts-value" Concern "said to be unknown or not asked, where a number is on record"
    PrecisionContradictsValue "precision-contradicts-value" Note "a value that is no multiple of what it is said to be rounded to"
    PartExceedsWhole "part-exceeds-whole" Concern "a part larger than its whole"
    TotalMismatch "total-mismatch" Concern "parts that do not add up to their total beyond rounding"
    BlockRepeated "block-repeated" Concern "every number that a document gives of a period is that of the period before"
    UnitSuspect "unit-suspect" Note "a length of time far from its peers, as one in another unit would be"
    UnitMismatch "unit-mismatch" Note "a value of another kind than the metric's definition says"
    CategoryUnknown "category-unknown" Note "a category that the registered version of its taxonomy does not have"
    ConfidentialityExpired "confidentiality-expired" Concern "a claim of confidentiality past the day that it named"

    // Reports.
    PeriodMissing "period-missing" Concern "no disclosure for a period that should have one"
    PeriodLate "period-late" Concern "a disclosure recorded after the day on which it was due"
    PeriodOverlapping "period-overlapping" Note "disclosures of periods of which neither contains the other"

    // Requests.
    NoResponseByDeadline "no-response-by-deadline" Serious "no response recorded on this ledger by the deadline"
    AnsweredLate "answered-late" Concern "a response recorded at or after the deadline"
    AnswerWithoutFigure "answer-without-figure" Concern "an answer called complete by disclosures that say only why there is no number"
    GroundOutsideBasis "ground-outside-basis" Concern "a refusal on a ground that the request's legal basis does not know"

    // The ledger itself.
    CheckpointOverdue "checkpoint-overdue" Concern "entries unsealed for longer than the checkpoint rules promise"
}
