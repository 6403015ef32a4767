//! What criterion itself wrote below `target/criterion`: read as it is, so that a person's own measurements stand
//! beside those of the page.
//!
//! Of each run it keeps `benchmark.json`, `estimates.json` and `sample.json` in one folder. Versions 0.3 to 0.8 are
//! understood, and the forms of their forerunners: estimates under names such as `MedianAbsDev`, samples as a pair of
//! lists.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::measuring::{Estimate, Samples, SamplingMode};
use super::numbers::counted;

/// Everything that a folder, or some files of it, told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CriterionFolder {
    /// By id, then by run.
    pub results: Vec<CriterionResult>,
    /// Files that could not be used, each with what is wrong with it.
    pub problems: Vec<String>,
}

/// One benchmark in one run. Figures and intervals are criterion's, not computed anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionResult {
    /// In full: `find_by_project/10`. From the folder's name, which may be shortened, where `benchmark.json` is missing.
    pub id: String,
    /// `new` for the last run, `base` for the one before, or a saved baseline's name.
    pub run: String,
    /// `None` without a `sample.json` that can be used.
    pub samples: Option<Samples>,
    /// `None` where there are no samples to count.
    pub n_samples: Option<u32>,
    /// Of the intervals; criterion lets people choose it.
    pub confidence_level: f64,
    pub mean: Estimate,
    pub median: Estimate,
    pub std_dev: Estimate,
    pub median_abs_dev: Estimate,
    /// `None` when every sample ran as often.
    pub slope: Option<Estimate>,
}

/// What it keeps of each run.
const RESULT_FILES: [&str; 3] = ["benchmark.json", "estimates.json", "sample.json"];

/// Where criterion keeps changes between runs and its drawings.
const OTHER_FOLDERS: [&str; 2] = ["change", "report"];

/// The last run, which files without a folder are taken for.
const NEW: &str = "new";

/// Greater numbers are not whole in the 64 bits of criterion's samples.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// The files of one run, with their paths.
#[derive(Default)]
struct Files<'a> {
    benchmark: Option<(&'a str, &'a str)>,
    estimates: Option<(&'a str, &'a str)>,
    sample: Option<(&'a str, &'a str)>,
}

impl CriterionFolder {
    /// `12 results of criterion`.
    pub fn summary(&self) -> String {
        counted(self.results.len() as u64, "result of criterion", "results of criterion")
    }
}

/// Whether a file's name, and the folder it stands in, are those of one of criterion's results.
pub fn is_result(path: &str) -> bool {
    let mut names = path.rsplit(['/', '\\']);
    let name = names.next().unwrap_or_default();
    RESULT_FILES.contains(&name) && !names.next().is_some_and(|folder| OTHER_FOLDERS.contains(&folder))
}

/// Reads `(relative path, text)` of each file of a folder, or of some of them; what is none of criterion's results is
/// passed over.
pub fn read(files: &[(String, String)]) -> CriterionFolder {
    let mut read = CriterionFolder::default();
    let mut runs: BTreeMap<Vec<&str>, Files<'_>> = BTreeMap::new();
    for (path, text) in files {
        let mut folder: Vec<&str> = path.split(['/', '\\']).filter(|name| !name.is_empty() && *name != ".").collect();
        let name = folder.pop().unwrap_or_default();
        if folder.last().is_some_and(|last| OTHER_FOLDERS.contains(last)) {
            continue;
        }
        let files = match name {
            "benchmark.json" | "estimates.json" | "sample.json" => runs.entry(folder).or_default(),
            _ => continue,
        };
        let slot = match name {
            "benchmark.json" => &mut files.benchmark,
            "estimates.json" => &mut files.estimates,
            _ => &mut files.sample,
        };
        if slot.replace((path, text)).is_some() {
            read.problems.push(format!("{path}: there are two of this name, and only the last was read."));
        }
    }
    for (folder, files) in &runs {
        let result = result(folder, files, &mut read.problems);
        read.results.extend(result);
    }
    if runs.is_empty() {
        read.problems.push("None of criterion's results is among the files: there is no estimates.json.".into());
    }
    read.results.sort_by(|a, b| (&a.id, &a.run).cmp(&(&b.id, &b.run)));
    read
}

/// `None` without estimates; the other files are not needed.
fn result(folder: &[&str], files: &Files<'_>, problems: &mut Vec<String>) -> Option<CriterionResult> {
    let samples = or_problem(files.sample, problems, samples);
    let named = or_problem(files.benchmark, problems, |text| parse::<WrittenBenchmark>(text)?.id());
    let Some(file) = files.estimates else {
        let rest = files.sample.or(files.benchmark).map(|(path, _)| path).unwrap_or_default();
        problems.push(format!("{rest}: there is no estimates.json beside it."));
        return None;
    };
    let estimates = or_problem(Some(file), problems, |text| {
        let written: WrittenEstimates = parse(text)?;
        written.check()?;
        Ok(written)
    })?;
    let (run, folder) = folder.split_last().map_or((NEW, folder), |(run, folder)| (*run, folder));
    let id = named.unwrap_or_else(|| id_of_folder(folder));
    Some(CriterionResult {
        // A file alone has no other name.
        id: if id.is_empty() { file.0.into() } else { id },
        run: run.into(),
        n_samples: samples.as_ref().map(|samples| samples.len() as u32),
        samples,
        confidence_level: estimates.mean.confidence_interval.confidence_level,
        mean: estimates.mean.estimate(),
        median: estimates.median.estimate(),
        std_dev: estimates.std_dev.estimate(),
        median_abs_dev: estimates.median_abs_dev.estimate(),
        slope: estimates.slope.map(|slope| slope.estimate()),
    })
}

/// What stands below `criterion`, or the whole where that is not named.
fn id_of_folder(folder: &[&str]) -> String {
    let below = folder.iter().position(|name| *name == "criterion").and_then(|at| folder.get(at + 1..));
    below.filter(|below| !below.is_empty()).unwrap_or(folder).join("/")
}

fn or_problem<T>(
    file: Option<(&str, &str)>,
    problems: &mut Vec<String>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let (path, text) = file?;
    read(text).map_err(|problem| problems.push(format!("{path}: {problem}"))).ok()
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    // Some editors put a byte order mark before what they save.
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| error.to_string())
}

/// `benchmark.json`.
#[derive(Deserialize)]
struct WrittenBenchmark {
    full_id: Option<String>,
    group_id: Option<String>,
    function_id: Option<String>,
    value_str: Option<String>,
}

impl WrittenBenchmark {
    /// The full id, or what criterion makes it of.
    fn id(self) -> Result<String, String> {
        let parts: Vec<String> = [self.group_id, self.function_id, self.value_str].into_iter().flatten().collect();
        let id = self.full_id.unwrap_or_else(|| parts.join("/"));
        if id.is_empty() { Err("there is no full_id in it".into()) } else { Ok(id) }
    }
}

/// `estimates.json`.
#[derive(Deserialize)]
struct WrittenEstimates {
    #[serde(alias = "Mean")]
    mean: WrittenEstimate,
    #[serde(alias = "Median")]
    median: WrittenEstimate,
    #[serde(alias = "StdDev")]
    std_dev: WrittenEstimate,
    #[serde(alias = "MedianAbsDev")]
    median_abs_dev: WrittenEstimate,
    #[serde(alias = "Slope")]
    slope: Option<WrittenEstimate>,
}

#[derive(Deserialize)]
struct WrittenEstimate {
    point_estimate: f64,
    confidence_interval: WrittenInterval,
}

#[derive(Deserialize)]
struct WrittenInterval {
    confidence_level: f64,
    lower_bound: f64,
    upper_bound: f64,
}

impl WrittenEstimates {
    fn check(&self) -> Result<(), String> {
        let named = [
            ("mean", Some(&self.mean)),
            ("median", Some(&self.median)),
            ("std_dev", Some(&self.std_dev)),
            ("median_abs_dev", Some(&self.median_abs_dev)),
            ("slope", self.slope.as_ref()),
        ];
        for (name, estimate) in named {
            if let Some(problem) = estimate.and_then(WrittenEstimate::problem) {
                return Err(format!("{name} {problem}"));
            }
        }
        Ok(())
    }
}

impl WrittenEstimate {
    fn problem(&self) -> Option<&'static str> {
        let WrittenInterval { confidence_level, lower_bound, upper_bound } = self.confidence_interval;
        if [self.point_estimate, lower_bound, upper_bound].iter().any(|ns| *ns < 0.0) {
            Some("is below zero")
        } else if lower_bound > upper_bound {
            Some("has an interval that ends before it begins")
        } else if !(confidence_level > 0.0 && confidence_level < 1.0) {
            Some("has a confidence level that is not between 0 and 1")
        } else {
            None
        }
    }

    /// In whole nanoseconds.
    fn estimate(&self) -> Estimate {
        let ns = |ns: f64| ns.round() as u64;
        let WrittenInterval { lower_bound, upper_bound, .. } = self.confidence_interval;
        Estimate { point_ns: ns(self.point_estimate), lower_ns: ns(lower_bound), upper_ns: ns(upper_bound) }
    }
}

/// `sample.json`.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenSample {
    Named { sampling_mode: Option<String>, iters: Vec<f64>, times: Vec<f64> },
    Pair(Vec<f64>, Vec<f64>),
}

fn samples(text: &str) -> Result<Samples, String> {
    // In two steps, because the words for what fits neither form say nothing about broken JSON.
    let json: serde_json::Value = parse(text)?;
    let (mode, iterations, times) = match serde_json::from_value(json) {
        Ok(WrittenSample::Named { sampling_mode, iters, times }) => (sampling_mode, iters, times),
        Ok(WrittenSample::Pair(iters, times)) => (None, iters, times),
        Err(_) => return Err("there are no lists of numbers under iters and times in it".into()),
    };
    if iterations.len() != times.len() {
        return Err(format!("{} iteration counts for {} times", iterations.len(), times.len()));
    }
    if iterations.is_empty() {
        return Err("it holds no samples".into());
    }
    let (iterations, times_ns) = (whole(&iterations, 1.0)?, whole(&times, 0.0)?);
    let sampling_mode = match mode.as_deref() {
        Some("Linear") => SamplingMode::Linear,
        Some("Flat") => SamplingMode::Flat,
        Some(other) => return Err(format!("its sampling mode is {other:?}, neither Linear nor Flat")),
        // Before it was written there was no choice: iterations grew, but for a single sample.
        None if iterations.iter().all(|n| Some(n) == iterations.first()) => SamplingMode::Flat,
        None => SamplingMode::Linear,
    };
    Ok(Samples { sampling_mode, iterations, times_ns })
}

/// Criterion counts whole iterations and nanoseconds, and writes them as real numbers.
fn whole(numbers: &[f64], least: f64) -> Result<Vec<u64>, String> {
    let whole = |number: &f64| {
        let is_whole = number.fract() == 0.0 && (least..=MAX_WHOLE).contains(number);
        if is_whole { Ok(*number as u64) } else { Err(format!("{number} is no whole number from {least} on")) }
    };
    numbers.iter().map(whole).collect()
}
