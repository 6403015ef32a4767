//! All practices in one sentence.

use super::{PracticeReport, PracticeVerdict};
use crate::domain::headline::Headline;
use crate::domain::words::list;

/// `tried` of `n_documented`.
pub fn headline(tried: &[PracticeReport], n_documented: usize) -> Headline {
    if tried.is_empty() {
        return Headline {
            title: format!("None of the {n_documented} practices has been tried yet"),
            lead: "Each is an experiment on a scratch copy of this file, which is then dropped.".into(),
        };
    }
    if let [only] = tried {
        let what = match only.verdict {
            PracticeVerdict::Holds => "holds",
            PracticeVerdict::InPart => "holds in part",
            PracticeVerdict::NoDifference => "makes no difference",
            PracticeVerdict::DoesNotHold => "does not hold",
            PracticeVerdict::NotApplicable => "cannot be tried",
        };
        return Headline {
            title: format!("The practice that was tried {what} on this file"),
            lead: format!("1 of {n_documented} practices has been tried."),
        };
    }
    let n = |verdict| tried.iter().filter(|practice| practice.verdict == verdict).count();
    let all = if tried.len() == n_documented { "" } else { " tried" };
    let title = match (n(PracticeVerdict::Holds), tried.len()) {
        (0, total) => format!("None of {total}{all} practices holds in full on this file"),
        (holds, total) if holds == total => format!("All {total}{all} practices hold on this file"),
        (holds, total) => {
            format!("{holds} of {total}{all} practices {} on this file", if holds == 1 { "holds" } else { "hold" })
        }
    };
    let parts: Vec<String> = [
        (PracticeVerdict::InPart, "holds in part", "hold in part"),
        (PracticeVerdict::NoDifference, "makes no difference", "make no difference"),
        (PracticeVerdict::DoesNotHold, "does not hold", "do not hold"),
        (PracticeVerdict::NotApplicable, "cannot be tried here", "cannot be tried here"),
    ]
    .into_iter()
    .filter_map(|(verdict, one, many)| match n(verdict) {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    })
    .collect();
    let lead = if parts.is_empty() { String::new() } else { format!("{}.", list(&parts)) };
    Headline { title, lead }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn practice(verdict: PracticeVerdict) -> PracticeReport {
        PracticeReport {
            id: String::new(),
            title: String::new(),
            section: String::new(),
            says: String::new(),
            verdict,
            answer: String::new(),
            reasons: Vec::new(),
            trials: Vec::new(),
        }
    }

    #[test]
    fn every_verdict_is_counted() {
        use PracticeVerdict::{DoesNotHold, Holds, InPart};
        let tried: Vec<PracticeReport> = [Holds, InPart, InPart, DoesNotHold].map(practice).into();
        let Headline { title, lead } = headline(&tried, 8);
        assert_eq!(title, "1 of 4 tried practices holds on this file");
        assert_eq!(lead, "2 hold in part and 1 does not hold.");
        assert_eq!(headline(&tried[..1], 8).title, "The practice that was tried holds on this file");
        assert_eq!(headline(&tried[1..2], 8).title, "The practice that was tried holds in part on this file");
        assert_eq!(headline(&tried[1..3], 8).title, "None of 2 tried practices holds in full on this file");
        assert!(headline(&[], 8).title.starts_with("None of the 8"));
    }
}
