//! What an index costs every write to its table: figures, and how to say them.

use serde::{Deserialize, Serialize};

use super::numbers::duration;

/// Rows written in a second and the time of one row, with an index and without it, all else equal.
///
/// Only the table and its indexes are paid for: foreign keys, triggers and CHECK constraints are off, and each sample
/// is one transaction that is rolled back, so neither a commit nor a disk is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteCost {
    /// From the median sample, as are the other three.
    pub inserts_per_s_with: u64,
    pub inserts_per_s_without: u64,
    /// Updates of the columns that the index holds or that its WHERE names.
    pub updates_per_s_with: u64,
    pub updates_per_s_without: u64,
    /// Time that one INSERT takes more because of the index: the median over pairs of samples taken in turn. Below
    /// zero when noise is larger than the difference.
    pub insert_extra_ns: i64,
    /// First and third quartile of the same differences.
    pub insert_extra_quartiles_ns: [i64; 2],
    pub update_extra_ns: i64,
    pub update_extra_quartiles_ns: [i64; 2],
    /// Samples of each of the four kinds.
    pub n_samples: u32,
    pub n_rows_per_sample: u32,
}

impl WriteCost {
    /// `3.10 µs more`, or that no difference shows.
    pub fn insert_extra(&self) -> String {
        extra(self.insert_extra_ns, self.insert_extra_quartiles_ns)
    }

    pub fn update_extra(&self) -> String {
        extra(self.update_extra_ns, self.update_extra_quartiles_ns)
    }

    /// `Each INSERT takes 3.10 µs more with the index, each UPDATE of its columns 5.20 µs more.`
    pub fn sentence(&self) -> String {
        format!(
            "Each INSERT takes {} with the index, each UPDATE of its columns {}.",
            self.insert_extra(),
            self.update_extra()
        )
    }
}

/// A quarter of the pairs on the other side of zero is noise, not a difference.
fn extra(median_ns: i64, [low_ns, _]: [i64; 2]) -> String {
    match u64::try_from(median_ns) {
        Ok(ns) if low_ns > 0 => format!("{} more", duration(ns).text()),
        _ => "no longer".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_said_only_where_there_is_one() {
        assert_eq!(extra(3_100, [2_900, 3_500]), "3.10\u{a0}µs more");
        assert_eq!(extra(3_100, [-1, 9_000]), "no longer");
        assert_eq!(extra(-40, [-90, 10]), "no longer");
    }
}
