//! The report's JSON: its names and types, its published schema, and its way there and back.

use cortex_inspector::domain::benchmark::Benchmark;
use cortex_inspector::domain::exports::Format;
use cortex_inspector::domain::finding::{Figure, Finding, Severity, Subject};
use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::integrity::CheckDepth;
use cortex_inspector::domain::migration::Outcome;
use cortex_inspector::domain::query::Parameter;
use cortex_inspector::domain::repair::Repair;
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::StepAnswer;
use cortex_inspector::domain::value::{Value, from_hex, to_hex};
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::fixtures::{ACCEPTED, Fixture, NOW, Spec, one, open_sample, run_everything};

const SCHEMA: &str = include_str!("../../src/domain/report.schema.json");

/// The names that scripts rely on, each with its type. `[]` is every element, `*` every value of an object; `?` allows
/// null, and what stands below a null is not asked for.
const NAMES: &str = "
format string                          version integer                        now instant
environment.sqlite_version string      environment.compile_options[] string   environment.user_agent string
environment.cross_origin_isolated boolean                                     environment.clock_granularity_ns integer
database.file_name string              database.bytes integer                 database.page_size integer
database.page_count integer            database.journal_mode string           database.wal_frames integer
database.applied_migrations[] integer
migration[].index string               migration[].table string               migration[].outcome string
migration[].error string?              migration[].deployed_sql string?       migration[].elapsed_ns integer?
migration[].bytes integer?             migration[].n_rows integer?
queries[].id string                    queries[].sql string                   queries[].parameters[].name string
queries[].parameters[].type string     queries[].parameters[].value any       queries[].claim object?
queries[].claim.index string           queries[].claim.verdict string         queries[].claim.reason string
queries[].plan_before[].id integer     queries[].plan_before[].parent integer queries[].plan_before[].detail string
queries[].plan_after[].id integer      queries[].plan_after[].parent integer  queries[].plan_after[].detail string
queries[].before object?               queries[].before.n_rows integer        queries[].before.median_ns integer
queries[].before.vm_steps integer      queries[].before.fullscan_steps integer queries[].before.sorts integer
queries[].before.pages_read integer
queries[].after object?                queries[].after.n_rows integer         queries[].after.median_ns integer
queries[].after.vm_steps integer       queries[].after.fullscan_steps integer queries[].after.sorts integer
queries[].after.pages_read integer
queries[].steps_before[].id integer    queries[].steps_after[].id integer
queries[].steps_before[].n_loops integer?                                     queries[].steps_before[].n_visited integer?
queries[].steps_before[].n_pages integer?
cleanups[].steps_before[].id integer   cleanups[].steps_before[].n_visited integer?
cleanups[].n_child_rows.* integer
cleanups[].id string                   cleanups[].sql string                  cleanups[].retention string
cleanups[].claim object?               cleanups[].claim.index string          cleanups[].claim.verdict string
cleanups[].claim.reason string         cleanups[].plan[].id integer           cleanups[].plan[].parent integer
cleanups[].plan[].detail string        cleanups[].foreign_keys_on object?     cleanups[].foreign_keys_on.outcome string
cleanups[].foreign_keys_on.error string?                                      cleanups[].foreign_keys_on.n_deleted integer
cleanups[].foreign_keys_on.by_table.* integer                                 cleanups[].foreign_keys_off object?
cleanups[].foreign_keys_off.n_deleted integer                                 cleanups[].foreign_keys_off.orphans.* integer
cleanups[].n_missed_by_text_comparison integer?                               cleanups[].n_without_time integer?
cleanups[].bytes_freed integer?
benchmarks[].id string                 benchmarks[].n_rows integer            benchmarks[].samples integer
benchmarks[].mean_ns integer           benchmarks[].std_dev_ns integer        benchmarks[].median_ns integer
benchmarks[].confidence_interval_ns[] integer                                 benchmarks[].expected_ns integer
benchmarks[].within_expected boolean
practices[].id string                  practices[].verdict string             practices[].answer string
practices[].reasons[] string           practices[].trials[].title string      practices[].trials[].before.sql string
practices[].trials[].figures[].metric string                                  practices[].trials[].figures[].before integer?
troubleshooting[].trouble string       troubleshooting[].advice string        troubleshooting[].state string
troubleshooting[].answer string        guide[].title string                   guide[].level integer
guide[].state string                   guide[].answer string
findings[].rule string                 findings[].severity string             findings[].title string
findings[].evidence string             findings[].fix_sql string?
";

fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut words = NAMES.split_whitespace();
    std::iter::from_fn(move || Some((words.next()?, words.next()?)))
}

/// Every value at `path`. A field that is not there is an error, whatever stands above it is null.
fn at<'a>(json: &'a Json, path: &str) -> Result<Vec<&'a Json>, String> {
    let mut found = vec![json];
    for part in path.split('.') {
        let (name, elements) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
        let mut next = Vec::new();
        for value in found.into_iter().filter(|value| !value.is_null()) {
            if name == "*" {
                next.extend(value.as_object().ok_or(format!("{path} is no object: {value}"))?.values());
                continue;
            }
            let value = value.get(name).ok_or(format!("{path} lacks {name}: {value}"))?;
            if elements {
                next.extend(value.as_array().ok_or(format!("{path} is no array: {value}"))?);
            } else {
                next.push(value);
            }
        }
        found = next;
    }
    Ok(found)
}

fn is_type(value: &Json, expected: &str) -> bool {
    match expected {
        "any" => true,
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "instant" => value.as_str().is_some_and(|text| Instant::parse_rfc3339(text).is_some() && text.ends_with('Z')),
        other => other.strip_suffix('?').is_some_and(|expected| value.is_null() || is_type(value, expected)),
    }
}

/// Every name is there with its type. Answers how often each was seen.
#[track_caller]
fn check_names(report: &Report) -> Vec<(&'static str, usize)> {
    let json: Json = serde_json::from_str(&report.to_json()).unwrap();
    let mut seen = Vec::new();
    for (path, expected) in names() {
        let values = at(&json, path).unwrap();
        for value in &values {
            assert!(is_type(value, expected), "{path} is not {expected}: {value}");
        }
        seen.push((path, values.len()));
    }
    seen
}

fn validator(schema: &Json) -> jsonschema::Validator {
    jsonschema::options().should_validate_formats(true).build(schema).unwrap()
}

fn schema() -> Json {
    serde_json::from_str(SCHEMA).unwrap()
}

/// The schema with every object closed, so that a field that it does not describe is an error.
fn closed(mut schema: Json) -> Json {
    fn close(schema: &mut Json) {
        match schema {
            Json::Object(map) => {
                map.values_mut().for_each(close);
                if map.contains_key("required") && map.contains_key("properties") {
                    map.insert("additionalProperties".into(), false.into());
                }
            }
            Json::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    schema
}

#[track_caller]
fn check_schema(report: &Report) {
    let json: Json = serde_json::from_str(&report.to_json()).unwrap();
    for schema in [schema(), closed(schema())] {
        let errors: Vec<String> =
            validator(&schema).iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
}

#[track_caller]
fn check_round_trip(report: &Report) {
    let json = report.to_json();
    let back: Report = serde_json::from_str(&json).unwrap();
    assert_eq!(back, *report);
    assert_eq!(back.to_json(), json);
}

/// What the engine does not fill in yet.
fn with_findings_and_benchmarks(mut report: Report) -> Report {
    report.benchmarks.push(Benchmark {
        id: "find_by_id".into(),
        query: "find-by-id".into(),
        n_rows: 1,
        samples: 100,
        mean_ns: 10,
        std_dev_ns: 2,
        median_ns: 9,
        confidence_interval_ns: [8, 11],
        expected_ns: 1_000_000,
        within_expected: true,
        states: Vec::new(),
    });
    let subjects = vec![
        Subject::Index("idx_workflow_active".into()),
        Subject::Query("find-by-id".into()),
        Subject::Cleanup("clean-up-old-terminals".into()),
        Subject::Table("workflow".into()),
    ];
    for (severity, fix_sql) in
        [(Severity::Error, None), (Severity::Warning, Some("ANALYZE;".to_owned())), (Severity::Info, None)]
    {
        report.findings.push(Finding {
            rule: "a-rule".into(),
            severity,
            title: "Something is so".into(),
            evidence: "It was seen.".into(),
            figure: fix_sql.is_some().then(|| Figure { value: "0 of 6".into(), of_what: "rows".into() }),
            fix_sql,
            about: subjects.clone(),
        });
    }
    report.elapsed_ns = Some(1);
    report
}

fn rich_report() -> Report {
    let deployed = &["idx_workflow_project_status"];
    let extra = "CREATE INDEX idx_git_event_cleanup ON git_event(workflow_id, processed_at)";
    let spec = Spec { deployed, extra, n_workflows: 60, ..Spec::default() };
    with_findings_and_benchmarks(Fixture::new(spec).report())
}

/// With what SQLite's check finds.
fn damaged() -> Report {
    let fixture = Fixture::of_sql(
        "CREATE TABLE t (a, b); CREATE INDEX ta ON t (a); INSERT INTO t VALUES (1, 7);
         PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX ta ON t (b)' WHERE name = 'ta';",
    );
    let opened = fixture.open();
    let mut report = Report::new(NOW, opened.engine.environment().unwrap(), opened.database.clone());
    report.integrity = Some(opened.engine.check_integrity(CheckDepth::Full).unwrap());
    report.conclude(&opened.engine.catalogue().clone(), None);
    report
}

#[test]
fn what_a_check_found_is_a_finding_and_stands_in_every_format() {
    let report = damaged();
    check_round_trip(&report);
    let problem = &report.integrity.as_ref().unwrap().problems[0];
    let finding = report.findings.iter().find(|finding| finding.rule == "file-damaged").unwrap();
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.evidence.contains(problem), "{finding:?}");
    let catalogue = Fixture::standard().open().engine.catalogue().clone();
    for format in [Format::Html, Format::Markdown] {
        let text = format.write(&report, &catalogue, &Repair::default());
        assert!(text.contains("The file is damaged: "), "{text}");
        assert_eq!(text.matches(problem).count(), 2, "as a finding and in the list: {text}");
    }
}

#[test]
fn every_name_that_scripts_rely_on_is_there_with_its_type() {
    for (path, n) in check_names(&rich_report()) {
        assert!(n > 0, "the report holds no {path}");
    }
}

#[test]
fn reports_of_all_kinds_of_files_follow_the_schema() {
    assert!(jsonschema::meta::validate(&schema()).is_ok());
    let generic = Fixture::of_sql("CREATE TABLE t (a, b); CREATE INDEX i ON t(a)");
    let nothing = generic.open();
    let standard = Spec { n_workflows: 20, ..Spec::default() };
    let reports = [
        rich_report(),
        generic.report(),
        Report::new(NOW, nothing.engine.environment().unwrap(), nothing.database),
        Fixture::new(Spec { deployed: &ACCEPTED, statistics: true, ..standard }).report(),
        Fixture::new(Spec { n_workflows: 0, ..standard }).report(),
        Fixture::new(standard)
            .copy_with("DROP TABLE terminal_log; CREATE TABLE odd (x REFERENCES odd(y), y UNIQUE)")
            .report(),
        run_everything(&mut open_sample(), Instant(NOW.0 + 123)),
        damaged(),
    ];
    for report in &reports {
        check_names(report);
        check_schema(report);
        check_round_trip(report);
    }
}

/// Without a name, or with a value of another type in its place, the schema says no.
#[test]
fn the_schema_rejects_what_is_missing_or_of_another_type() {
    let json: Json = serde_json::from_str(&rich_report().to_json()).unwrap();
    let validator = validator(&schema());
    assert!(validator.is_valid(&json));
    for (path, expected) in names() {
        if expected != "any" {
            let mut other = json.clone();
            *first(&mut other, path).unwrap_or_else(|| panic!("{path}")) = serde_json::json!([{ "x": -1.5 }]);
            assert!(!validator.is_valid(&other), "{path} may be anything");
        }
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        if name != "*" && !name.ends_with("[]") {
            let mut other = json.clone();
            let parent = if parent.is_empty() { Some(&mut other) } else { first(&mut other, parent) };
            parent.unwrap().as_object_mut().unwrap().remove(name).unwrap();
            assert!(!validator.is_valid(&other), "{path} may be missing");
        }
    }
    for (path, value) in [
        ("now", Json::from("2026-11-20 12:00:00")),
        ("migration[].outcome", "accepted".into()),
        ("queries[].claim.verdict", "maybe".into()),
        ("cleanups[].foreign_keys_on.outcome", "blocked".into()),
        ("findings[].severity", "fatal".into()),
        ("queries[].parameters[].type", "uuid".into()),
        ("version", 2.into()),
        ("format", "another".into()),
        ("database.page_size", 100.into()),
    ] {
        let mut other = json.clone();
        *first(&mut other, path).unwrap() = value;
        assert!(!validator.is_valid(&other), "{path}");
    }
}

/// The first value at `path` that is not null.
fn first<'a>(json: &'a mut Json, path: &str) -> Option<&'a mut Json> {
    let (part, rest) = path.split_once('.').map_or((path, None), |(part, rest)| (part, Some(rest)));
    let (name, elements) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
    let candidates: Vec<&mut Json> = match name {
        "*" => json.as_object_mut()?.values_mut().collect(),
        _ if elements => json.get_mut(name)?.as_array_mut()?.iter_mut().collect(),
        _ => vec![json.get_mut(name)?],
    };
    candidates.into_iter().find_map(|value| match rest {
        Some(rest) => first(value, rest),
        None => Some(value),
    })
}

// The model.

#[test]
fn a_later_verdict_does_not_undo_what_was_measured() {
    let fixture = Fixture::new(Spec { n_workflows: 30, ..Spec::default() });
    let mut opened = fixture.open();
    let report = run_everything(&mut opened, NOW);
    for entry in report.migration.iter().filter(|entry| entry.outcome == Outcome::Created) {
        assert!(entry.elapsed_ns.is_some() && entry.bytes.is_some() && entry.n_rows.is_some(), "{}", entry.index);
    }
    assert!(report.queries.iter().all(|query| query.before.is_some() && query.after.is_some()));
    let mut later = report.clone();
    later.absorb(StepAnswer::Judged(opened.judged()));
    assert_eq!(later.migration, report.migration);
    for (one, other) in later.queries.iter().zip(&report.queries) {
        assert_eq!((&one.before, &one.after), (&other.before, &other.after), "{}", one.id);
    }
    for (one, other) in later.cleanups.iter().zip(&report.cleanups) {
        assert_eq!((&one.foreign_keys_on, &one.samples), (&other.foreign_keys_on, &other.samples), "{}", one.id);
    }
    assert_eq!((later.queries.len(), later.cleanups.len()), (report.queries.len(), report.cleanups.len()));
}

// Values and instants.

fn value() -> impl Strategy<Value = Value> {
    use prop::num::f64;
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        prop_oneof![f64::NORMAL | f64::NEGATIVE | f64::POSITIVE | f64::SUBNORMAL | f64::ZERO | f64::INFINITE]
            .prop_map(Value::Real),
        "\\PC{0,20}".prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Blob),
    ]
}

proptest! {
    #[test]
    fn values_come_back_as_they_were_sent(value in value(), name in "[a-z_]{1,8}") {
        let json = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Value>(&json).unwrap(), &value, "{}", json);
        let parameter = Parameter { name, value };
        let json = serde_json::to_string(&parameter).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Parameter>(&json).unwrap(), &parameter, "{}", json);
        let shape: Json = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(shape["type"].as_str(), Some(parameter.value.storage_class().name()));
    }

    #[test]
    fn what_is_displayed_can_be_typed_in_again(value in value()) {
        prop_assert_eq!(Value::parse(&value.display(), value.storage_class()), Some(value));
    }

    #[test]
    fn sqlite_reads_a_literal_as_the_value(value in value()) {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        let (class, same): (String, bool) = db
            .query_row(&format!("SELECT typeof({0}), {0} IS ?1", value.literal()), [crate::native::bound(&value)], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        prop_assert_eq!(class, value.storage_class().name());
        // SQLite reads a decimal number to within its last digit.
        if let Value::Real(x) = value {
            let read: f64 = one(&db, &format!("SELECT {}", value.literal()));
            prop_assert!(read == x || (read - x).abs() <= x.abs() * 1e-15 || x.abs() < 1e-300, "{read:?} for {x:?}");
        } else {
            prop_assert!(same, "{}", value.literal());
        }
    }

    #[test]
    fn hex_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..40), text in "\\PC{0,10}") {
        prop_assert_eq!(from_hex(&to_hex(&bytes)), Some(bytes.clone()));
        prop_assert_eq!(from_hex(&to_hex(&bytes).to_uppercase()), Some(bytes));
        if let Some(bytes) = from_hex(&text) {
            prop_assert_eq!(to_hex(&bytes), text.to_lowercase());
        }
    }

    #[test]
    fn instants_come_back(ms in -62_167_219_200_000_i64..=253_402_300_799_999) {
        let instant = Instant(ms);
        prop_assert_eq!(Instant::parse_rfc3339(&instant.rfc3339()), Some(instant));
        let json = serde_json::to_string(&instant).unwrap();
        prop_assert_eq!(serde_json::from_str::<Instant>(&json).unwrap(), instant);
        let second = Instant(ms.div_euclid(1000) * 1000);
        prop_assert_eq!(Instant::parse_local_input(&instant.local_input()), Some(second));
        let db = rusqlite::Connection::open_in_memory().unwrap();
        let native: String = one(&db, &format!("SELECT datetime({}, 'unixepoch')", second.0 / 1000));
        prop_assert_eq!(instant.sqlite_text(), native);
    }

    #[test]
    fn no_text_makes_an_instant_panic(text in "\\PC{0,30}", ms in any::<i64>(), days in any::<i64>()) {
        let _ = (Instant::parse_rfc3339(&text), Instant::parse_local_input(&text));
        let _ = Instant(ms).plus_days(days).sqlite_text();
    }
}

#[test]
fn wrong_values_are_refused() {
    for json in [
        r#"{"type": "blob", "value": "0"}"#,
        r#"{"type": "blob", "value": "zz"}"#,
        r#"{"type": "integer", "value": 1.5}"#,
        r#"{"type": "real", "value": "1.5"}"#,
        r#"{"type": "text", "value": 1}"#,
        r#"{"type": "uuid", "value": "a"}"#,
        r#"{"type": "text"}"#,
    ] {
        assert!(serde_json::from_str::<Value>(json).is_err(), "{json}");
    }
    for text in ["2026-11-20", "2026-11-20 12:00:00", "2026-13-01T00:00:00Z", ""] {
        assert!(Instant::parse_rfc3339(text).is_none(), "{text}");
    }
    assert_eq!(Instant::parse_local_input("2026-11-20T12:00"), Some(NOW));
    assert_eq!(Instant::parse_rfc3339("2026-11-20T13:00:00+01:00"), Some(NOW));
    assert_eq!(Instant::from_date(2026, 11, 20), Some(Instant(NOW.0 - 12 * 3_600_000)));
    let id: Vec<u8> = (0..16).collect();
    assert_eq!(Value::Blob(id.clone()).display(), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    assert_eq!(Value::Blob(id).literal(), "x'000102030405060708090a0b0c0d0e0f'");
}
