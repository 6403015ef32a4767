//! Tukey's fences: samples that lie far outside of the middle half.

use serde::{Deserialize, Serialize};

use super::order::{percentile, sorted};

/// How many samples lie beyond which fence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outliers {
    pub low_severe: u32,
    pub low_mild: u32,
    pub high_mild: u32,
    pub high_severe: u32,
}

impl Outliers {
    pub fn total(self) -> u32 {
        self.low_severe + self.low_mild + self.high_mild + self.high_severe
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    LowSevere,
    LowMild,
    Normal,
    HighMild,
    HighSevere,
}

/// Times in nanoseconds per iteration. Mild ones lie 1.5 interquartile ranges from the quartiles, severe ones 3
/// (J. W. Tukey, Exploratory Data Analysis, 1977; criterion uses the same).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fences {
    pub low_severe: f64,
    pub low_mild: f64,
    pub high_mild: f64,
    pub high_severe: f64,
}

impl Fences {
    pub fn of(values: &[f64]) -> Self {
        let sorted = sorted(values);
        let (q1, q3) = (percentile(&sorted, 0.25), percentile(&sorted, 0.75));
        let iqr = q3 - q1;
        Self {
            low_severe: q1 - 3.0 * iqr,
            low_mild: q1 - 1.5 * iqr,
            high_mild: q3 + 1.5 * iqr,
            high_severe: q3 + 3.0 * iqr,
        }
    }

    pub fn label(&self, value: f64) -> Label {
        if value < self.low_severe {
            Label::LowSevere
        } else if value < self.low_mild {
            Label::LowMild
        } else if value > self.high_severe {
            Label::HighSevere
        } else if value > self.high_mild {
            Label::HighMild
        } else {
            Label::Normal
        }
    }

    pub fn count(&self, values: &[f64]) -> Outliers {
        let n = |label| values.iter().filter(|value| self.label(**value) == label).count() as u32;
        Outliers {
            low_severe: n(Label::LowSevere),
            low_mild: n(Label::LowMild),
            high_mild: n(Label::HighMild),
            high_severe: n(Label::HighSevere),
        }
    }
}
