//! The report for people: what stands in it, and that nothing of the file comes through as markup.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use cortex_inspector::domain::benchmark::{
    Benchmark, BenchmarkSide, BenchmarkState, FileBenchmark, Growth, GrowthCurve, GrowthPoint, Indexes,
};
use cortex_inspector::domain::catalogue::Catalogue;
use cortex_inspector::domain::exports::{Format, markdown_within};
use cortex_inspector::domain::measuring::{Bound, Change, ChangeVerdict, Estimate, Estimates, Fit, Samples};
use cortex_inspector::domain::practices::{Attempt, Figure, Metric, PracticeReport, PracticeVerdict, Trial};
use cortex_inspector::domain::query::Cost;
use cortex_inspector::domain::repair::repair;
use cortex_inspector::domain::report::{Environment, FailedStep, Report};
use cortex_inspector::domain::report_difference::ReportDifference;
use cortex_inspector::domain::run::{Step, steps};
use cortex_inspector::domain::value::Value;
use scraper::Html;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::fixtures::{NOW, open_sample};

const ESTIMATE: Estimate = Estimate { point_ns: 1_500_000, lower_ns: 1_400_000, upper_ns: 1_700_000 };

/// The sample with everything asked but what depends on the time that something took, and with times that do not vary.
fn sample() -> &'static (Report, Catalogue) {
    static SAMPLE: OnceLock<(Report, Catalogue)> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let mut opened = open_sample();
        let catalogue = opened.engine.catalogue().clone();
        let mut report = Report::new(NOW, Environment::default(), opened.database.clone());
        let asked = catalogue.cleanups.iter().map(|cleanup| Step::FindStragglers(cleanup.id.clone()));
        for step in steps(&catalogue).into_iter().chain(asked).chain([Step::CleanTogether]) {
            let timed =
                matches!(step, Step::TryWithout | Step::Benchmark(_) | Step::FileBenchmark(_) | Step::Practice(_));
            if !timed {
                report.absorb(opened.engine.run(&step).unwrap());
            }
        }
        report.environment = Environment {
            sqlite_version: "3.0.0".into(),
            compile_options: vec!["ENABLE_STAT4".into(), "THREADSAFE=0".into()],
            user_agent: "A browser (of some kind)".into(),
            cross_origin_isolated: true,
            clock_granularity_ns: 5_000,
        };
        report.elapsed_ns = Some(1);
        report.complete = true;
        add_benchmarks(&mut report);
        report.practices = practices();
        report.failed_steps = vec![FailedStep { step: "A step".into(), message: "words of SQLite".into() }];
        let mut report: Report = changed(&report, &mut without_times);
        let query = &mut report.queries[0];
        (query.samples_before, query.samples_after) = (samples(1_500_000), samples(700_000));
        report.conclude(&catalogue, None);
        (report, catalogue)
    })
}

/// One that holds, with its two ways, and one that could not be tried.
fn practices() -> Vec<PracticeReport> {
    let attempt = |label: &str, sql: &str, n_samples| {
        let median = (n_samples >= 5).then_some(ESTIMATE);
        Attempt { median, n_samples, ..Attempt::new(label, sql) }
    };
    let figure = |metric, before, after| Figure { metric, before, after };
    let trial = Trial {
        title: "`OFFSET` against a key".into(),
        before: attempt("With OFFSET", "SELECT * FROM workflow LIMIT 10 OFFSET 300", 3),
        after: attempt("With a key", "SELECT * FROM workflow WHERE id > 'x' LIMIT 10", 100),
        figures: vec![
            figure(Metric::MedianNs, Some(3_000_000), Some(20_000)),
            figure(Metric::VmSteps, Some(1_234), None),
            figure(Metric::BytesFetched, Some(4_096), Some(4_096)),
        ],
        change: Some(improved()),
    };
    let practice = |id: &str, verdict, answer: &str, trials| PracticeReport {
        id: id.into(),
        title: format!("Practice {id}"),
        section: "Practices".into(),
        says: format!("What the guide says of {id}."),
        verdict,
        answer: answer.into(),
        reasons: vec!["The `key` is looked up.".into(), "Nothing else is read.".into()],
        trials,
    };
    vec![
        practice("limit-result-sets", PracticeVerdict::Holds, "The page by key takes less", vec![trial]),
        practice("avoid-n-plus-1-queries", PracticeVerdict::NotApplicable, "There is no project", Vec::new()),
    ]
}

/// Around `time_ns`.
fn samples(time_ns: u64) -> Samples {
    let mut samples = Samples::default();
    (0..10).for_each(|at| samples.push(1, time_ns + at % 4 * 20_000));
    samples
}

/// One benchmark of each kind, as the engine would answer.
fn add_benchmarks(report: &mut Report) {
    let estimates = Estimates { n_samples: 100, median: ESTIMATE, ..Estimates::default() };
    let cost = Cost { n_rows: 12, vm_steps: 340, pages_read: 5, estimates: Some(estimates), ..Cost::default() };
    let side = || BenchmarkSide { cost: cost.clone(), samples: Samples::default() };
    let state = |indexes, change| BenchmarkState {
        indexes,
        plan: Vec::new(),
        cost: cost.clone(),
        samples: Samples::default(),
        change,
    };
    report.benchmarks.push(Benchmark {
        id: "find_by_project/100".into(),
        query: "find-by-project".into(),
        n_rows: 100,
        samples: 100,
        mean_ns: 1,
        std_dev_ns: 1,
        median_ns: 1,
        confidence_interval_ns: [1, 2],
        expected_ns: 10,
        within_expected: true,
        states: vec![state(Indexes::Documented, None), state(Indexes::Repaired, Some(improved()))],
    });
    let parameters = report.query("find-by-project").unwrap().parameters.iter().map(|one| one.value.clone()).collect();
    report.file_benchmarks.push(FileBenchmark {
        group: "find_by_project".into(),
        query: "find-by-project".into(),
        parameters,
        before: side(),
        after: side(),
        change: Some(improved()),
        expected_ns: Some(10),
        within_expected: Some(false),
    });
    let point = |n_rows| GrowthPoint {
        n_rows,
        n_result_rows: 10,
        median: ESTIMATE,
        n_samples: 30,
        pages_read: n_rows / 50,
        vm_steps: n_rows,
    };
    let fit = Some(Fit { intercept: 1.0, slope: 0.98, r_squared: 0.999 });
    let curve = GrowthCurve {
        indexes: Indexes::Without,
        points: vec![point(100), point(1_000)],
        time_fit: fit,
        pages_fit: None,
    };
    report.growth.push(Growth {
        query: "find-by-project".into(),
        tables: vec!["workflow".into()],
        curves: vec![curve],
    });
}

fn improved() -> Change {
    Change {
        ratio: Bound { point: -0.5, lower: -0.6, upper: -0.4 },
        difference_ns: Bound { point: -10, lower: -12, upper: -8 },
        p_value: 0.0,
        noise_threshold: 0.05,
        verdict: ChangeVerdict::Improved,
        n_more_samples: None,
    }
}

/// `model` by way of its JSON, in which `change` was made at every field.
fn changed<T: Serialize + DeserializeOwned>(model: &T, change: &mut dyn FnMut(&str, &mut Json)) -> T {
    fn walk(key: &str, json: &mut Json, change: &mut dyn FnMut(&str, &mut Json)) {
        change(key, json);
        match json {
            Json::Object(map) => map.iter_mut().for_each(|(key, json)| walk(key, json, change)),
            Json::Array(items) => items.iter_mut().for_each(|json| walk(key, json, change)),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(model).unwrap();
    walk("", &mut json, change);
    serde_json::from_value(json).unwrap()
}

fn without_times(key: &str, json: &mut Json) {
    if key == "point_ns" || key == "lower_ns" || key == "upper_ns" {
        return;
    }
    if key == "estimates" {
        *json = json!(Estimates { n_samples: 25, median: ESTIMATE, ..Estimates::default() });
    } else if key == "samples_before" || key == "samples_after" {
        *json = json!(Samples::default());
    } else if key == "change" && !json.is_null() {
        *json = json!(improved());
    } else if let ("explanation", Some(text)) = (key, json.as_str()) {
        // `in 3 ms`
        let words = text.split(' ').collect::<Vec<_>>();
        let is_time = |at: usize| words.get(at + 1).is_some_and(|next| next.starts_with("ms"));
        let words: Vec<&str> =
            words.iter().enumerate().map(|(at, word)| if is_time(at) { "2" } else { word }).collect();
        *json = words.join(" ").into();
    } else if key == "memory_bytes" {
        *json = 100_000.into();
    } else if key == "n_samples" {
        *json = 25.into();
    } else if key.ends_with("_ns") && json.is_number() {
        *json = 2_000_000.into();
    }
}

/// Both formats, under the names of their goldens.
fn both(report: &Report, catalogue: &Catalogue) -> [(&'static str, String); 2] {
    let repair = repair(report, catalogue);
    [
        ("report.html", Format::Html.write(report, catalogue, &repair)),
        ("report.md", markdown_within(report, catalogue, &repair, usize::MAX)),
    ]
}

/// The HTML as it is and the HTML that becomes of the Markdown.
fn pages(report: &Report, catalogue: &Catalogue) -> [(&'static str, String); 2] {
    let [html, (name, markdown)] = both(report, catalogue);
    use pulldown_cmark::{Options, Parser, html::push_html};
    // As GitHub reads it, which leaves quotes as they are.
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    let mut rendered = String::new();
    push_html(&mut rendered, Parser::new_ext(&markdown, options));
    [html, (name, format!("<!doctype html><html><head><title></title></head><body>{rendered}</body></html>"))]
}

const ELEMENTS: &str = "html head meta title style body main h1 h2 h3 h4 p dl div dt dd ul li table caption thead tbody tr \
                        th td pre code strong details summary figure figcaption svg desc line rect circle \
                        polyline polygon text";

const ATTRIBUTES: &str = "lang charset http-equiv content name class role aria-label tabindex scope open viewBox \
                          width height aria-labelledby id x y x1 y1 x2 y2 cx cy r points text-anchor";

/// Names of all elements in order. Others than the expected ones, and what could run or fetch something, are errors.
#[track_caller]
fn elements(name: &str, html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    assert!(page.errors.is_empty(), "{name}: {:?}", page.errors);
    let mut names = Vec::new();
    for element in page.tree.nodes().filter_map(|node| node.value().as_element()) {
        assert!(ELEMENTS.split(' ').any(|expected| expected == element.name()), "{name}: {element:?}");
        for (attribute, value) in element.attrs() {
            assert!(ATTRIBUTES.split(' ').any(|expected| expected == attribute), "{name}: {element:?}");
            assert!(!value.contains("://"), "{name}: {element:?}");
        }
        names.push(element.name().to_owned());
    }
    names
}

fn words(html: &str) -> String {
    Html::parse_document(html).root_element().text().collect()
}

// What stands in it.

/// Tokens and style are reviewed where they stand.
fn without_style(text: &str) -> String {
    match (text.find("<style>"), text.find("</style>")) {
        (Some(start), Some(end)) => format!("{}{}", &text[..start + 7], &text[end..]),
        _ => text.to_owned(),
    }
}

#[test]
fn the_sample_gives_the_golden_reports() {
    let (report, catalogue) = sample();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    for (name, text) in both(report, catalogue) {
        let (path, text) = (folder.join(name), without_style(&text));
        if std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
            std::fs::write(&path, &text).unwrap();
            continue;
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        let differing = text.lines().zip(golden.lines()).find(|(now, golden)| now != golden);
        assert!(text == golden, "BLESS=1 writes {name} anew; the first line that differs:\n{differing:#?}");
    }
}

#[test]
fn headings_follow_each_other_in_order_and_tables_have_names() {
    let (report, catalogue) = sample();
    for (name, html) in pages(report, catalogue) {
        let names = elements(name, &html);
        let levels = names.iter().filter_map(|name| name.strip_prefix('h')?.parse::<u32>().ok());
        let levels: Vec<u32> = levels.collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}");
        assert_eq!(levels[0], 1, "{name}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    }
    let [(_, html), _] = both(report, catalogue);
    assert_eq!(html.matches("<table>").count(), html.matches("<caption>").count());
    assert_eq!(html.matches("<th").count(), html.matches("<th scope=").count() + html.matches("<thead>").count());
    assert!(html.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    assert!(!html.contains("url(") && !html.contains("@import"), "it asks for nothing");
}

#[test]
fn every_part_of_the_report_is_told() {
    let (report, catalogue) = sample();
    for (name, html) in pages(report, catalogue) {
        let words = words(&html).split_whitespace().collect::<Vec<_>>().join(" ");
        let holds = |text: &str| {
            let text = text.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&text), "{name} lacks {text}");
        };
        report.migration.iter().for_each(|entry| holds(&entry.explanation));
        for (id, claim) in report.claims() {
            [id, &claim.index, &claim.before.reason, &claim.after.reason].into_iter().for_each(holds);
        }
        report.queries.iter().for_each(|query| holds(&query.sql));
        report.cleanups.iter().for_each(|cleanup| holds(&cleanup.sql));
        for finding in &report.findings {
            holds(&finding.title);
            holds(&finding.evidence);
            finding.fix_sql.iter().for_each(|sql| holds(sql));
        }
        for practice in &report.practices {
            [&practice.title, &practice.says, practice.verdict.label(), &practice.answer].into_iter().for_each(holds);
            practice.reasons.iter().for_each(|reason| holds(reason));
            for trial in &practice.trials {
                [&trial.title, &trial.before.label, &trial.after.sql].into_iter().for_each(|text| holds(text));
            }
        }
        for check in &report.troubleshooting {
            [&check.trouble, &check.advice, check.state.label(), &check.answer].into_iter().for_each(holds);
        }
        for section in &report.guide {
            [&section.title, section.state.label(), &section.answer].into_iter().for_each(holds);
        }
        for change in repair(report, catalogue).offered() {
            change.up.iter().for_each(|sql| holds(sql));
        }
        report.environment.compile_options.iter().for_each(|option| holds(option));
        ["find_by_project/100", "0.98 (R² 1.00)", "Not within", "words of SQLite", "95 % interval"]
            .into_iter()
            .for_each(holds);
    }
}

#[test]
fn what_was_not_run_is_said_not_to_have_been_run() {
    let (full, catalogue) = sample();
    let empty = Report::new(NOW, Environment::default(), full.database.clone());
    for (name, html) in pages(&empty, catalogue) {
        elements(name, &html);
        let words = words(&html);
        for sentence in [
            "Not every step of the run has answered",
            "The migration was not checked",
            "No claim was judged",
            "search for a repair was not run",
            "No query was measured",
            "The benchmarks were not run.",
            "The benchmarks were not run on the file.",
            "Growth was not measured",
            "No clean-up was looked at",
            "No practice was tried",
            "lists for trouble were not answered",
            "sections were not looked at",
        ] {
            assert!(words.contains(sentence), "{name} lacks {sentence}");
        }
    }
}

#[test]
fn values_of_secret_columns_are_masked() {
    let (report, catalogue) = sample();
    let (mut report, mut catalogue) = (report.clone(), catalogue.clone());
    let secret = "sk-SECRET-12345";
    let queries = report.queries.iter_mut().filter(|query| query.id == "find-by-project");
    queries.for_each(|query| query.parameters[0].value = Value::Text(secret.into()));
    report.file_benchmarks[0].parameters[0] = Value::Text(secret.into());
    let all = |report: &Report, catalogue: &Catalogue| {
        Format::ALL.map(|format| (format.name(), format.write(report, catalogue, &repair(report, catalogue))))
    };
    for (_, text) in all(&report, &catalogue) {
        assert_eq!(text.matches(secret).count(), 2);
    }
    let documented = catalogue.queries.iter_mut().filter(|query| query.id == "find-by-project");
    documented.for_each(|query| query.parameters[0].column = "api_key".into());
    for (name, text) in all(&report, &catalogue) {
        assert!(!text.contains(secret), "{name}");
        assert_eq!(text.matches("masked, 15 bytes").count(), 2, "{name}");
    }
}

#[test]
fn markdown_leaves_the_longest_folded_part_out_where_github_would_take_none_of_it() {
    let (report, catalogue) = sample();
    let [(_, html), (_, whole)] = both(report, catalogue);
    assert_eq!(whole, Format::Markdown.write(report, catalogue, &repair(report, catalogue)));
    assert!(!whole.contains("left out") && !whole.contains("pictures"), "{} characters", whole.chars().count());
    let mut report = report.clone();
    let long = format!("SELECT '{}'", "ü".repeat(65_536));
    report.queries[0].sql = long.clone();
    let [(_, long_html), _] = both(&report, catalogue);
    let markdown = Format::Markdown.write(&report, catalogue, &repair(&report, catalogue));
    assert!(markdown.chars().count() <= 65_536, "{} characters", markdown.chars().count());
    let note = "Statements and the values bound: left out, because GitHub takes no more than 65,536 characters";
    assert!(markdown.contains(note) && !markdown.contains(&long), "{markdown}");
    assert!(markdown.contains("Reasons, claim by claim"), "the other folded parts fit");
    assert!(long_html.len() > html.len() + 65_536);
}

#[test]
fn what_triggers_do_with_foreign_keys_off_is_told() {
    let (report, catalogue) = sample();
    let mut report = report.clone();
    let one = |table: &str| BTreeMap::from([(table.to_owned(), 1)]);
    let without = report.cleanups[0].foreign_keys_off.as_mut().unwrap();
    (without.updated_by_table, without.inserted_by_table) = (one("touched"), one("noted"));
    without.by_table.insert("swept".into(), 1);
    let [_, (_, markdown)] = both(&report, catalogue);
    for words in ["remove 1 row of `swept`", "change 1 row of `touched`", "add 1 row of `noted`"] {
        assert!(markdown.contains(&format!("triggers {words}")), "{words}: {markdown}");
    }
}

#[test]
fn what_changed_is_saved_in_each_format() {
    let (report, _) = sample();
    let mut now = report.clone();
    now.database.journal_mode = "wal".into();
    now.database.tables[0].name = "<b>new</b>".into();
    let difference = ReportDifference::of(report, &now);
    let [json, html, markdown] = Format::ALL.map(|format| format.write_difference(&difference, "a.sqlite", "b.sqlite"));
    let json: Json = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["then"], &json["now"]), (&json!("a.sqlite"), &json!("b.sqlite")));
    assert_eq!(json["parts"][0]["changes"][0]["now"], json!("wal"), "{json:#}");
    elements("changes.html", &html);
    let words = words(&html);
    for text in ["a.sqlite", "b.sqlite", "Journal mode", "<b>new</b>", &difference.summary()] {
        assert!(words.contains(text), "HTML lacks {text}");
    }
    assert!(markdown.contains("| Journal mode |") && !markdown.contains("<b>"), "{markdown}");
}

#[test]
fn files_are_named_after_the_database() {
    assert_eq!(Format::Html.file_name("db.sqlite"), "db-cortex-report.html");
    assert_eq!(Format::Markdown.file_name(""), "database-cortex-report.md");
    assert_eq!(Format::Json.difference_file_name("db.sqlite"), "db-cortex-changes.json");
}

// What does not come through.

/// What stands at the start of every name and every other text of the report and of the guide.
const HOSTILE: [&str; 22] = [
    "<img src=x onerror=alert(1)>",
    "</style></title></code></pre><script>alert(1)</script>",
    "` ",
    "``` \n\n</details>\n\n# h",
    "|",
    "\\|",
    "a\\",
    "\n\n- a\n\n1. b\n\n",
    "\"'><a href=\"http://a.example\" onclick='b()'>",
    "[a](javascript:alert(1)) ![b](http://a.example/b.png) <http://c.example>",
    "[^1] [x]: http://a.example \"c\"",
    "&lt;script&gt;&#60;b&#62;",
    "<!-- ",
    "--> ]]> ?>",
    "*a* _b_ ~~c~~ $d$ **e",
    "    code",
    "- [ ] a",
    "> a",
    "===\n---\n",
    "\u{0}\u{b}\u{1b}\u{fffe}\u{202e}",
    "\r<p>\r\n\r\n",
    "| a | b |\n|---|---|\n| c | d |\n",
];

/// `prefix` in front of every text that is not one of a fixed set of words. Names stay equal to each other.
fn hostile<T: Serialize + DeserializeOwned>(model: &T, prefix: &str) -> T {
    const FIXED: [&str; 18] = [
        "format",
        "now",
        "verdict",
        "outcome",
        "severity",
        "kind",
        "type",
        "circumstance",
        "sampling_mode",
        "indexes",
        "auto_vacuum",
        "holds_with",
        "statistics",
        "metric",
        "place",
        "experiment",
        "asks",
        "state",
    ];
    let text = |text: &str| Json::String(format!("{prefix}{text}"));
    changed(model, &mut |key, json| match json {
        Json::String(value) if !FIXED.contains(&key) && value != "null" => *json = text(value),
        // A value's own text only where it is one.
        Json::Object(map) if map.get("type").is_some_and(|class| class == "blob") => {
            map.insert("type".into(), "text".into());
        }
        Json::Object(map) if key.ends_with("by_table") || key == "orphans" => {
            *map = std::mem::take(map).into_iter().map(|(table, n)| (format!("{prefix}{table}"), n)).collect();
        }
        _ => {}
    })
}

#[test]
fn nothing_of_the_file_or_the_guide_comes_through_as_markup() {
    let (report, catalogue) = sample();
    // Backticks in a name change which words of a sentence are set as code, and nothing else.
    let shape = |name: &str, html: &str| {
        let mut names = elements(name, html);
        names.retain(|name| name != "code");
        names
    };
    let harmless = pages(&hostile(report, "x"), &hostile(catalogue, "x")).map(|(name, html)| shape(name, &html));
    for prefix in HOSTILE {
        let (report, catalogue) = (hostile(report, prefix), hostile(catalogue, prefix));
        for ((name, html), harmless) in pages(&report, &catalogue).into_iter().zip(&harmless) {
            let name = format!("{name} with {prefix:?}");
            let shape = shape(&name, &html);
            let at = shape.iter().zip(harmless).position(|(one, other)| one != other);
            assert!(shape == *harmless, "{name}: other elements from number {at:?} on");
            let unchanged = prefix.chars().all(|ch| !ch.is_control() && ch != '\u{fffe}' && ch != '`');
            if unchanged {
                let index = format!("{prefix}idx_workflow_active");
                assert!(words(&html).contains(&index), "{name} lacks {index}");
            }
        }
    }
}
