//! What crosses between page and worker survives the way there and back.

use cortex_inspector::domain::failure::{Failure, FailureKind};
use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::run::{Step, StepAnswer, benchmark_steps, practice_steps, steps};
use cortex_inspector::domain::value::Value;
use cortex_inspector::protocol::{
    Bytecode, Call, Choices, Close, CountRows, Envelope, Event, MeasureQuery, Open, OpenSample, Request, Run, SetNow,
    VERSION,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::fixtures::{Fixture, NOW, Spec, open_sample};

/// Through JSON text and back, as a message goes. Answers the JSON.
#[track_caller]
fn check_round_trip<T: Serialize + DeserializeOwned>(message: &T) -> Json {
    let text = serde_json::to_string(message).unwrap();
    let back: T = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    serde_json::from_str(&text).unwrap()
}

/// A call as it stands in its envelope.
#[track_caller]
fn check_request(call: impl Call, expected: Json) {
    let json = check_round_trip(&Envelope { id: 7, request: call.into() });
    assert_eq!(json, json!({ "id": 7, "request": expected }));
}

#[test]
fn requests_come_through() {
    check_request(
        Open { file_names: vec!["a \"b\" 🦀.db".into(), "a-wal".into()] },
        json!({ "open": { "file_names": ["a \"b\" 🦀.db", "a-wal"] } }),
    );
    check_request(
        OpenSample { n_workflows: 1, n_logs: 2, seed: u64::MAX, now: NOW },
        json!({ "open_sample": { "n_workflows": 1, "n_logs": 2, "seed": u64::MAX, "now": "2026-11-20T12:00:00Z" } }),
    );
    check_request(SetNow { now: Instant(1) }, json!({ "set_now": { "now": "1970-01-01T00:00:00.001Z" } }));
    check_request(Run { step: Step::Judge, limit_ns: None }, json!({ "run": { "step": "judge", "limit_ns": null } }));
    let build = Run { step: Step::BuildIndex("i".into()), limit_ns: Some(5) };
    check_request(build, json!({ "run": { "step": { "build_index": "i" }, "limit_ns": 5 } }));
    check_request(
        MeasureQuery {
            id: "q".into(),
            parameters: vec![
                Value::Null,
                Value::Integer(i64::MIN),
                Value::Real(0.1),
                Value::Text("x".into()),
                Value::Blob(vec![0, 255]),
            ],
        },
        json!({ "measure_query": { "id": "q", "parameters": [
            { "type": "null", "value": null }, { "type": "integer", "value": i64::MIN },
            { "type": "real", "value": 0.1 }, { "type": "text", "value": "x" }, { "type": "blob", "value": "00ff" }
        ] } }),
    );
    check_request(
        Choices { query: "q".into(), parameter: "p".into() },
        json!({ "choices": { "query": "q", "parameter": "p" } }),
    );
    check_request(
        Bytecode { id: "q".into(), parameters: vec![Value::Integer(1)], migrated: true },
        json!({ "bytecode": { "id": "q", "parameters": [{ "type": "integer", "value": 1 }], "migrated": true } }),
    );
    check_request(CountRows { table: "t".into() }, json!({ "count_rows": { "table": "t" } }));
    check_request(Close {}, json!({ "close": {} }));
}

#[test]
fn every_step_of_a_run_can_be_asked_and_answered() {
    let mut opened = Fixture::new(Spec { n_workflows: 20, ..Spec::default() }).open();
    for step in steps(opened.engine.catalogue()) {
        let json = check_round_trip(&Run { step: step.clone(), limit_ns: None });
        assert_eq!(serde_json::from_value::<Run>(json).unwrap().step, step);
        let answer = opened.engine.run(&step).unwrap();
        // As it travels: an untyped value inside an answer.
        let event = Event::Answer { id: 1, result: Ok(serde_json::to_value(&answer).unwrap()) };
        let text = serde_json::to_string(&event).unwrap();
        let Event::Answer { id: 1, result: Ok(value) } = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
        assert_eq!(serde_json::from_value::<StepAnswer>(value).unwrap(), answer, "{step:?}");
    }
}

#[test]
fn a_run_asks_for_everything_once() {
    let opened = open_sample();
    let catalogue = opened.engine.catalogue();
    let all = steps(catalogue);
    for (at, step) in all.iter().enumerate() {
        assert!(!all[..at].contains(step), "{step:?} twice");
        assert!(!step.label().is_empty() && !step.phase().label(catalogue).is_empty());
    }
    let n = catalogue.indexes.len() + catalogue.queries.len() + catalogue.cleanups.len();
    let n = n + benchmark_steps(catalogue).len() + practice_steps(catalogue).len();
    assert_eq!(all.len(), n + 5, "judge, analyze, repair, sizes and what is tried without");
    assert_eq!(all.first(), Some(&Step::Judge));
    let at = |wanted: &dyn Fn(&Step) -> bool| all.iter().position(wanted).unwrap();
    assert!(at(&|step| *step == Step::Repair) < at(&|step| matches!(step, Step::Benchmark(_))), "with its definitions");
}

#[test]
fn events_come_through() {
    let opened = open_sample();
    let ready = Event::Ready {
        protocol_version: VERSION,
        environment: opened.engine.environment().unwrap(),
        catalogue: Box::new(opened.engine.catalogue().clone()),
    };
    let json = check_round_trip(&ready);
    assert_eq!(json["ready"]["protocol_version"], VERSION);
    let Event::Ready { catalogue, .. } = serde_json::from_value(json).unwrap() else { panic!() };
    assert_eq!(*catalogue, *opened.engine.catalogue());

    let json = check_round_trip(&Event::Progress { id: u32::MAX, n_done: 1, n_total: u64::MAX });
    assert_eq!(json, json!({ "progress": { "id": u32::MAX, "n_done": 1, "n_total": u64::MAX } }));
    let json = check_round_trip(&Event::Promotion { n_copied: 1, n_total: 2, in_ram: false });
    assert_eq!(json, json!({ "promotion": { "n_copied": 1, "n_total": 2, "in_ram": false } }));
    let json = check_round_trip(&Event::Answer { id: 0, result: Ok(Json::Null) });
    assert_eq!(json, json!({ "answer": { "id": 0, "result": { "Ok": null } } }));
    check_round_trip(&opened.database);
}

#[test]
fn failures_come_through_with_their_help() {
    use FailureKind::*;
    let kinds = [
        Empty,
        NotSqlite,
        Encrypted,
        PageSize,
        CutShort,
        JournalWithoutDatabase,
        TwoDatabases,
        Folder,
        NoFile,
        Unreadable,
        Corrupt,
        Sql,
        NotOpen,
        Unknown,
        Cancelled,
        OutOfMemory,
        WorkerLost,
        Protocol,
    ];
    for kind in kinds {
        assert!(kind.help().len() > 20, "{kind:?}");
        let failure = Failure { sqlite_code: Some(787), sql_offset: Some(12), ..Failure::new(kind, "It's \"so\"\n") };
        let json = check_round_trip(&Event::Answer { id: 3, result: Err(failure.clone()) });
        let back: Failure = serde_json::from_value(json["answer"]["result"]["Err"].clone()).unwrap();
        assert_eq!(back, failure);
        assert_eq!(failure.to_string(), "It's \"so\"\n");
    }
    let names: std::collections::HashSet<String> =
        kinds.iter().map(|kind| serde_json::to_string(kind).unwrap()).collect();
    assert_eq!(names.len(), kinds.len());
}

#[test]
fn what_is_no_request_is_an_error() {
    for text in [
        r#"{}"#,
        r#"{"id": 1}"#,
        r#"{"id": -1, "request": {"close": {}}}"#,
        r#"{"id": 1, "request": {"explode": {}}}"#,
        r#"{"id": 1, "request": {"count_rows": {}}}"#,
        r#"{"id": 1, "request": {"set_now": {"now": 5}}}"#,
        r#"{"id": 1, "request": {"run": {"step": "everything"}}}"#,
    ] {
        assert!(serde_json::from_str::<Envelope>(text).is_err(), "{text}");
    }
    assert!(matches!(Request::from(Close {}), Request::Close(_)));
}
