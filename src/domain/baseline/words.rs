//! What is said of a baseline and of a comparison with it.

use super::{Baseline, BaselineComparison, Comparison, browser};
use crate::domain::measuring::ChangeVerdict;
use crate::domain::numbers::{bytes, counted};

impl Baseline {
    /// `Chrome 131, SQLite 3.53.4, db.sqlite of 98.4 MB`.
    pub fn about(&self) -> String {
        let file = &self.file;
        let size = bytes(file.bytes).text();
        let sqlite = &self.environment.sqlite_version;
        format!("{}, SQLite {sqlite}, {} of {size}", browser(&self.environment.user_agent), file.file_name)
    }

    /// For a file of its own: `main` becomes `main-cortex-baseline.json`. What some system refuses becomes a dash.
    pub fn export_name(&self) -> String {
        let kept = |ch: char| if ch.is_alphanumeric() || "._-".contains(ch) { ch } else { '-' };
        let name: String = self.name.chars().map(kept).collect();
        format!("{}-cortex-baseline.json", name.trim_matches(['.', '-']))
    }
}

impl BaselineComparison {
    /// What got slower first, then what got faster; the largest change first. What has no verdict stands last.
    pub fn worst_first(&self, insist: bool) -> Vec<&Comparison> {
        let rank = |comparison: &Comparison| match comparison.judged(insist).map(|change| change.verdict) {
            Some(ChangeVerdict::Regressed) => 0,
            Some(ChangeVerdict::Improved) => 1,
            Some(ChangeVerdict::Undecided) => 2,
            Some(ChangeVerdict::WithinNoise) => 3,
            None => 4,
        };
        let size = |comparison: &Comparison| comparison.ratio().map_or(0.0, |ratio| ratio.point.abs());
        let mut sorted: Vec<&Comparison> = self.comparisons.iter().collect();
        sorted.sort_by(|a, b| rank(a).cmp(&rank(b)).then(size(b).total_cmp(&size(a))));
        sorted
    }

    /// `1 regressed, 2 improved, 4 within noise, 1 undecided, 3 without a verdict.`
    pub fn summary(&self, insist: bool) -> String {
        let n_of = |verdict| {
            let is = |comparison: &&Comparison| comparison.judged(insist).map(|change| change.verdict) == verdict;
            self.comparisons.iter().filter(is).count()
        };
        let parts = [
            (n_of(Some(ChangeVerdict::Regressed)), "regressed"),
            (n_of(Some(ChangeVerdict::Improved)), "improved"),
            (n_of(Some(ChangeVerdict::WithinNoise)), "within noise"),
            (n_of(Some(ChangeVerdict::Undecided)), "undecided"),
            (n_of(None), "without a verdict"),
        ];
        let said: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        match said.as_slice() {
            [] => "Nothing was measured both then and now.".into(),
            said => format!("{}.", said.join(", ")),
        }
    }

    /// What only one side has, in a sentence each.
    pub fn one_sided(&self) -> Vec<String> {
        let sides = [("Only in the baseline", &self.only_before), ("Not in the baseline", &self.only_now)];
        let some = sides.into_iter().filter(|(_, ids)| !ids.is_empty());
        some.map(|(what, ids)| {
            format!("{what}, {}: {}.", counted(ids.len() as u64, "measurement", "measurements"), ids.join(", "))
        })
        .collect()
    }
}
