//! Reading what criterion wrote itself: whole folders of two versions, older forms, and files that are broken.

use std::path::Path;

use cortex_inspector::domain::criterion::{CriterionFolder, CriterionResult, read};
use cortex_inspector::domain::measuring::{Estimate, SamplingMode, point_estimates};
use proptest::prelude::*;

const VERSIONS: [&str; 2] = ["criterion-0.3", "criterion-0.8"];

type File = (String, String);

/// Every file of a version, as a browser names those of a dropped folder.
fn dropped(version: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(version);
    let (mut files, mut open) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((format!("criterion/{name}"), std::fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    files
}

fn file(version: &str, path: &str) -> String {
    dropped(version).into_iter().find(|(name, _)| *name == format!("criterion/{path}")).unwrap().1
}

/// The files of one run, without a folder.
fn run(version: &str, run: &str) -> Vec<File> {
    let prefix = format!("criterion/{run}/");
    let here = dropped(version).into_iter();
    here.filter_map(|(path, text)| Some((path.strip_prefix(&prefix)?.to_owned(), text))).collect()
}

fn named(name: &str, text: impl Into<String>) -> File {
    (name.to_owned(), text.into())
}

fn only(read: CriterionFolder) -> CriterionResult {
    assert_eq!((read.results.len(), read.problems), (1, vec![]));
    read.results.into_iter().next().unwrap()
}

#[test]
fn folders_of_both_versions_are_read_whole() {
    for version in VERSIONS {
        let files = dropped(version);
        assert_eq!(files.len(), 18, "{version}");
        let CriterionFolder { results, problems } = read(&files);
        assert_eq!(problems, [""; 0], "{version}");
        let names: Vec<_> = results.iter().map(|result| (result.id.as_str(), result.run.as_str())).collect();
        let expected = [("find_by_id", "base"), ("find_by_id", "new")];
        let flat = [("find_by_project/10", "base"), ("find_by_project/10", "new")];
        assert_eq!(names, [expected, flat].concat(), "{version}");
        for result in &results {
            let linear = result.id == "find_by_id";
            let samples = result.samples.as_ref().unwrap();
            assert_eq!((samples.len(), result.n_samples, result.confidence_level), (30, Some(30), 0.95));
            assert_eq!(samples.sampling_mode == SamplingMode::Linear, linear);
            assert_eq!(result.slope.is_some(), linear);
            let points = point_estimates(samples);
            for (estimate, point) in [
                (result.mean, points.mean),
                (result.median, points.median),
                (result.std_dev, points.std_dev),
                (result.median_abs_dev, points.median_abs_dev),
                (result.slope.unwrap_or_default(), points.slope.unwrap_or_default()),
            ] {
                assert_eq!(estimate.point_ns, point.round() as u64, "{version}");
                assert!(estimate.lower_ns <= estimate.upper_ns);
            }
        }
    }
}

#[test]
fn figures_are_those_that_stand_in_the_file() {
    let estimate = |figures: [f64; 3]| {
        let [point, lower, upper] = figures;
        format!(
            r#"{{"confidence_interval":{{"confidence_level":0.99,"lower_bound":{lower},"upper_bound":{upper}}},
                "point_estimate":{point},"standard_error":0.5}}"#
        )
    };
    let figures = [[1.5, 1.0, 2.4], [2.0, 1.6, 3.0], [3.0, 2.0, 4.0], [4.0, 3.0, 5.0], [5.0, 4.0, 6.0]];
    let [mean, median, std_dev, median_abs_dev, slope] = figures.map(estimate);
    let text = |names: [&str; 5]| {
        format!(
            r#"{{"{}":{mean},"{}":{median},"{}":{std_dev},"{}":{median_abs_dev},"{}":{slope}}}"#,
            names[0], names[1], names[2], names[3], names[4]
        )
    };
    let new = text(["mean", "median", "std_dev", "median_abs_dev", "slope"]);
    let old = text(["Mean", "Median", "StdDev", "MedianAbsDev", "Slope"]);
    for text in [&new, &old] {
        let result = only(read(&[named("a/b/last-week/estimates.json", text)]));
        assert_eq!((result.id.as_str(), result.run.as_str(), result.confidence_level), ("a/b", "last-week", 0.99));
        assert_eq!(result.mean, Estimate { point_ns: 2, lower_ns: 1, upper_ns: 2 });
        let points = [result.median, result.std_dev, result.median_abs_dev, result.slope.unwrap()];
        assert_eq!(points.map(|estimate| estimate.point_ns), [2, 3, 4, 5]);
        assert_eq!((result.samples, result.n_samples), (None, None));
    }
    for without in [new.replace(&slope, "null"), new.replace(&format!(r#","slope":{slope}"#), "")] {
        assert_eq!(only(read(&[named("a/new/estimates.json", without)])).slope, None);
    }
}

#[test]
fn ids_come_from_the_file_then_from_the_folder() {
    let estimates = file(VERSIONS[0], "find_by_id/new/estimates.json");
    let id = |path: &str, benchmark: Option<&str>| {
        let mut files = vec![named(&format!("{path}estimates.json"), estimates.clone())];
        files.extend(benchmark.map(|text| named(&format!("{path}benchmark.json"), text)));
        let result = only(read(&files));
        (result.id, result.run)
    };
    for (path, expected) in [
        ("target/criterion/a/b/new/", ("a/b", "new")),
        ("criterion/a/base/", ("a", "base")),
        ("./a/before the change/", ("a", "before the change")),
        (r"criterion\a\10\new\", ("a/10", "new")),
        ("criterion/new/", ("criterion", "new")),
        ("new/", ("new/estimates.json", "new")),
        ("", ("estimates.json", "new")),
        // A benchmark may be called as criterion's own folders are.
        ("criterion/change/new/", ("change", "new")),
    ] {
        assert_eq!(id(path, None), (expected.0.to_owned(), expected.1.to_owned()), "{path}");
    }
    let full = r#"{"group_id":"g","function_id":"f","value_str":"1","full_id":"a long name/10","title":"t"}"#;
    assert_eq!(id("criterion/a_long_n/new/", Some(full)).0, "a long name/10");
    assert_eq!(id("", Some(full)), ("a long name/10".to_owned(), "new".to_owned()));
    let parts = r#"{"group_id":"g","function_id":null,"value_str":"1"}"#;
    assert_eq!(id("criterion/x/new/", Some(parts)).0, "g/1");
}

#[test]
fn samples_of_older_versions_are_understood() {
    let mut files = run(VERSIONS[0], "find_by_id/new");
    let samples = |files: &[File]| only(read(files)).samples.unwrap();
    let now = samples(&files);
    let at = files.iter().position(|(path, _)| path == "sample.json").unwrap();
    let text = files[at].1.clone();
    files[at].1 = text.replace(r#""sampling_mode":"Linear","#, "");
    assert_ne!(files[at].1, text);
    assert_eq!(samples(&files), now);
    files[at].1 = format!("[{:?},{:?}]", now.iterations, now.times_ns);
    assert_eq!(samples(&files), now);
    // A byte order mark, as some editors leave it.
    files[at].1 = format!("\u{feff}{text}");
    assert_eq!(samples(&files), now);

    let mut files = run(VERSIONS[1], "find_by_project/10/new");
    let at = files.iter().position(|(path, _)| path == "sample.json").unwrap();
    let now = samples(&files);
    files[at].1 = files[at].1.replace(r#""sampling_mode":"Flat","#, "");
    assert_eq!(samples(&files), now);
}

#[test]
fn other_files_are_passed_over() {
    let mut files = dropped(VERSIONS[1]);
    let before = read(&files);
    for path in [
        "criterion/report/index.html",
        "criterion/find_by_id/report/estimates.json",
        "criterion/find_by_id/change/estimates.json",
        "criterion/find_by_id/change/sample.json",
        "criterion/find_by_id/new/raw.csv",
        "criterion/find_by_id/new/tukey.json",
        "criterion/find_by_id/report/both/pdf.svg",
        "criterion/.DS_Store",
        "",
    ] {
        files.push(named(path, "neither JSON nor anything else"));
    }
    assert_eq!(read(&files), before);
    let nothing = ["None of criterion's results is among the files: there is no estimates.json."];
    assert_eq!(read(&[]).problems, nothing);
    assert_eq!(read(&[named("db.txt", "")]).problems, nothing);
}

#[test]
fn the_order_of_files_does_not_matter() {
    let mut files = dropped(VERSIONS[0]);
    let before = read(&files);
    files.reverse();
    assert_eq!(read(&files), before);
}

/// The problems when one file of a run holds this.
fn with(name: &str, text: &str) -> CriterionFolder {
    let mut files = run(VERSIONS[1], "find_by_id/new");
    files.retain(|(path, _)| path != name);
    files.push(named(name, text));
    read(&files)
}

#[test]
fn broken_estimates_are_named_and_leave_no_result() {
    let text = file(VERSIONS[1], "find_by_id/new/estimates.json");
    for (broken, words) in [
        (String::new(), "EOF while parsing a value at line 1 column 0"),
        (text[..200].to_owned(), "EOF while parsing"),
        (text.replacen("mean", "meant", 1), "missing field `mean`"),
        (text.replacen("\"lower_bound\":", "\"lower_bound\":\"a\",\"x\":", 1), "invalid type: string \"a\""),
        (text.replacen("\"lower_bound\":", "\"lower_bound\":-", 1), "mean is below zero"),
        (text.replacen("\"lower_bound\":", "\"lower_bound\":9", 1), "mean has an interval that ends before it begins"),
        (text.replacen("0.95", "95", 1), "mean has a confidence level that is not between 0 and 1"),
        (text.replacen("0.95", "1e999", 1), "number out of range"),
        ("[1, 2]".to_owned(), "invalid type: integer `1`"),
    ] {
        let CriterionFolder { results, problems } = with("estimates.json", &broken);
        assert_eq!((results.len(), problems.len()), (0, 1), "{words}: {problems:?}");
        assert!(problems[0].starts_with("estimates.json: ") && problems[0].contains(words), "{problems:?}");
    }
    let mut files = run(VERSIONS[1], "find_by_id/new");
    files.retain(|(path, _)| path != "estimates.json");
    assert_eq!(read(&files).problems, ["sample.json: there is no estimates.json beside it."]);
}

#[test]
fn broken_samples_and_names_are_named_and_leave_the_rest() {
    for (name, text, words) in [
        ("sample.json", "{", "EOF while parsing an object at line 1 column 1"),
        ("sample.json", "{}", "there are no lists of numbers under iters and times in it"),
        ("sample.json", r#"{"iters":[1,"2"],"times":[1,2]}"#, "there are no lists of numbers"),
        ("sample.json", r#"{"iters":[1,2],"times":[1]}"#, "2 iteration counts for 1 times"),
        ("sample.json", r#"{"iters":[],"times":[]}"#, "it holds no samples"),
        ("sample.json", r#"{"iters":[0],"times":[1]}"#, "0 is no whole number from 1 on"),
        ("sample.json", r#"{"iters":[1],"times":[-1]}"#, "-1 is no whole number from 0 on"),
        ("sample.json", r#"{"iters":[1],"times":[1.5]}"#, "1.5 is no whole number from 0 on"),
        ("sample.json", r#"{"iters":[1],"times":[1e300]}"#, "is no whole number from 0 on"),
        ("sample.json", r#"{"sampling_mode":"Auto","iters":[1],"times":[1]}"#, "neither Linear nor Flat"),
        ("benchmark.json", "x", "expected value at line 1 column 1"),
        ("benchmark.json", "{}", "there is no full_id in it"),
    ] {
        let CriterionFolder { results, problems } = with(name, text);
        assert_eq!((results.len(), problems.len()), (1, 1), "{text}");
        assert!(problems[0].starts_with(&format!("{name}: ")) && problems[0].contains(words), "{problems:?}");
        assert_eq!(results[0].samples.is_none(), name == "sample.json");
        assert_eq!(results[0].n_samples.is_none(), name == "sample.json");
        assert_eq!(results[0].id == "find_by_id", name == "sample.json");
    }
    // One broken run hides no other.
    let mut files = dropped(VERSIONS[0]);
    files.retain(|(path, _)| !path.ends_with("find_by_id/new/estimates.json"));
    files.push(named("criterion/find_by_id/new/estimates.json", "?"));
    let read = read(&files);
    assert_eq!((read.results.len(), read.problems.len()), (3, 1));
}

#[test]
fn two_files_of_one_name_are_told() {
    let mut files = run(VERSIONS[0], "find_by_id/new");
    files.push(named("estimates.json", file(VERSIONS[1], "find_by_id/new/estimates.json")));
    let read = read(&files);
    assert_eq!(read.results.len(), 1);
    assert_eq!(read.problems, ["estimates.json: there are two of this name, and only the last was read."]);
}

fn names() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("estimates.json".to_owned()),
        Just("sample.json".to_owned()),
        Just("benchmark.json".to_owned()),
        ".{0,8}"
    ];
    (prop::sample::select(vec!["", "a/new/", "criterion/b/base/", "criterion/", "change/", "//"]), name)
        .prop_map(|(folder, name)| format!("{folder}{name}"))
}

proptest! {
    #[test]
    fn no_text_panics(files in prop::collection::vec((names(), ".{0,40}"), 0..8)) {
        read(&files);
    }

    /// Real files with a piece cut out and another put in.
    #[test]
    fn no_damage_panics(
        which in 0_usize..18, from in 0.0..1.0_f64, cut in 0_usize..30,
        put in prop_oneof![Just(String::new()), "[-0-9eE.\\[\\]{},:\"a-z]{0,12}", "[0-9]{300,330}"],
        version in 0_usize..2,
    ) {
        let mut files = dropped(VERSIONS[version]);
        let text = &mut files[which].1;
        let start = (from * text.len() as f64) as usize;
        text.replace_range(start..(start + cut).min(text.len()), &put);
        for result in read(&files).results {
            if let Some(samples) = result.samples {
                point_estimates(&samples);
                prop_assert!(samples.n_iterations() > 0);
            }
        }
    }
}
