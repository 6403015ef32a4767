use cortex_inspector::domain::instant::Instant;
use cortex_inspector::domain::plan::render;
use cortex_inspector::domain::report::Report;
use cortex_inspector::domain::run::steps;
use cortex_inspector::engine::Engine;

#[test]
fn smoke() {
    let mut engine = Engine::new().unwrap();
    let now = Instant::parse_rfc3339("2026-11-20T09:30:00Z").unwrap();
    engine.set_now(now);
    let t = std::time::Instant::now();
    let database = engine.open_sample(2000, 100_000, 42, now).unwrap();
    eprintln!("open {:?} {} bytes", t.elapsed(), database.bytes);
    let mut report = Report::new(now, engine.environment().unwrap(), database);
    for step in steps(&engine.catalogue().clone()) {
        let t = std::time::Instant::now();
        match engine.run(&step) {
            Ok(answer) => report.absorb(answer),
            Err(error) => eprintln!("FAILED {step:?} {error:?}"),
        }
        eprintln!("{step:?} {:?}", t.elapsed());
    }
    for entry in &report.migration {
        eprintln!("{} {:?} {:?} {:?} {:?} {:?}", entry.index, entry.outcome, entry.error, entry.bytes, entry.n_rows, entry.replacement_sql);
    }
    for query in &report.queries {
        eprintln!("== {} {:?}\n{:?}", query.id, query.error, query.parameters);
        if let Some(claim) = &query.claim { eprintln!("{claim:?}"); }
        eprintln!("{}{}", render(&query.plan_before), render(&query.plan_after));
        eprintln!("{:?}\n{:?}", query.before, query.after);
    }
    for cleanup in &report.cleanups {
        eprintln!("== {} {:?} {:?}", cleanup.id, cleanup.error, cleanup.claim);
        eprintln!("{:?}\n{:?} missed {:?} notime {:?} freed {:?}", cleanup.foreign_keys_on, cleanup.foreign_keys_off, cleanup.n_missed_by_text_comparison, cleanup.n_without_time, cleanup.bytes_freed);
        for b in &cleanup.blocking { eprintln!("BLOCK {} {:?} {} {} {}", b.table, b.columns, b.parent, b.n_rows, b.n_parents); }
        for s in &cleanup.samples { eprintln!("{} {} {:?}", s.table, s.n_rows, s.rows.first()); }
        eprintln!("{}", render(&cleanup.plan));
    }
    eprintln!("{:?}", report.sizes.iter().take(3).collect::<Vec<_>>());
}
