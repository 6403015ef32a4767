//! Windows of rows against what native SQLite selects, and files of rows read back.

use cortex_inspector::domain::failure::{Failure, FailureKind};
use cortex_inspector::domain::row_export::RowFormat;
use cortex_inspector::domain::rows::{Filter, MAX_CELL_CHARS, RowCell, RowsAsked, Sort, Test};
use cortex_inspector::domain::value::{Value, to_hex};
use rusqlite::Connection;

use crate::fixtures::{Fixture, NOW, Opened, Spec};

/// Tables with every kind of key, and names that need quotes. The last column of each is free of any type.
const TABLES: [(&str, &str); 6] = [
    ("plain", "CREATE TABLE plain (a TEXT, b REAL, c)"),
    ("rowid", "CREATE TABLE rowid (rowid TEXT, _rowid_ INTEGER, c)"),
    ("alias", "CREATE TABLE alias (id INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE, c)"),
    ("pair", "CREATE TABLE pair (a, b BLOB, c, PRIMARY KEY (b, a DESC)) WITHOUT ROWID"),
    ("null key", "CREATE TABLE \"null key\" (a TEXT PRIMARY KEY, b NUMERIC, c)"),
    (
        "a\"b'\n😀\u{202e}",
        "CREATE TABLE \"a\"\"b'\n😀\u{202e}\" (\"x\"\"y\" TEXT, b INT, \"=c\", g AS (b + 1), api_key TEXT)",
    ),
];

/// Values that are hard to keep: every class, long, empty, with quotes, line ends, NUL characters and formulas.
fn random_value(random: &mut fastrand::Rng) -> Value {
    const TEXTS: [&str; 12] = [
        "",
        "plain",
        "it's",
        "a,\"b\"",
        "two\r\nlines",
        "😀 café",
        "\u{202e}שלום",
        "nul\0inside\\0",
        "=1+1",
        "-2",
        "@x",
        "Ab%_",
    ];
    match random.u8(..9) {
        0 => Value::Null,
        1 => Value::Integer(random.i64(-5..5)),
        2 => Value::Integer([i64::MIN, i64::MAX, 1 << 53][random.usize(..3)]),
        3 => Value::Real([0.1, -1.5e300, f64::INFINITY, f64::NEG_INFINITY, 5e-324, 2.0 / 3.0][random.usize(..6)]),
        4 => Value::Blob((0..random.usize(..40)).map(|_| random.u8(..)).collect()),
        5 => Value::Blob((0..16).map(|_| random.u8(..)).collect()),
        6 => Value::Text("long ü ".repeat(random.usize(..60))),
        _ => Value::Text(TEXTS[random.usize(..TEXTS.len())].into()),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn fixture(encoding: &str, seed: u64) -> Fixture {
    let mut random = fastrand::Rng::with_seed(seed);
    let fixture = Fixture::of_sql(&format!("PRAGMA encoding = '{encoding}'"));
    let db = fixture.native();
    db.execute_batch(&format!("PRAGMA encoding = '{encoding}'")).unwrap();
    for (name, sql) in TABLES {
        db.execute_batch(sql).unwrap();
        let columns = written_columns(&db, name);
        let marks = vec!["?"; columns.len()].join(", ");
        let insert = format!("INSERT OR IGNORE INTO {} ({}) VALUES ({marks})", quoted(name), columns.join(", "));
        for _ in 0..300 {
            let values = columns.iter().map(|_| crate::native::bound(&random_value(&mut random)));
            db.execute(&insert, rusqlite::params_from_iter(values)).ok();
        }
    }
    fixture
}

/// Quoted names of the columns that are not generated.
fn written_columns(db: &Connection, table: &str) -> Vec<String> {
    let mut statement = db.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
    let names = statement.query_map([table], |row| row.get::<_, String>(0)).unwrap();
    names.map(|name| quoted(&name.unwrap())).collect()
}

fn select(db: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = db.prepare(sql).unwrap();
    let n = statement.column_count();
    let rows = statement.query_map([], |row| (0..n).map(|at| Ok(Value::from(row.get_ref(at)?))).collect()).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The key of a table in the words of its ORDER BY.
fn order_of_key(table: &str) -> &'static str {
    match table {
        "pair" => "b, a",
        "rowid" => "oid",
        _ => "rowid",
    }
}

/// Whether `cell` shows `value`, cut where it is long.
fn shows(cell: &RowCell, value: &Value, utf16: bool) -> bool {
    let stored = |text: &str| if utf16 { 2 * text.encode_utf16().count() as u64 } else { text.len() as u64 };
    match (cell, value) {
        (RowCell::Null, Value::Null) => true,
        (RowCell::Number(shown), Value::Integer(_) | Value::Real(_)) => *shown == value.display(),
        (RowCell::Text(shown), Value::Text(text)) => shown == text && text.chars().count() <= MAX_CELL_CHARS,
        (RowCell::Cut { text: shown, n_bytes }, Value::Text(text)) => {
            text.starts_with(shown) && shown.len() < text.len() && *n_bytes == stored(text)
        }
        (RowCell::Uuid(shown), Value::Blob(bytes)) => bytes.len() == 16 && *shown == value.display(),
        (RowCell::Blob { n_bytes }, Value::Blob(bytes)) => bytes.len() != 16 && *n_bytes == bytes.len() as u64,
        _ => false,
    }
}

#[track_caller]
fn check_rows(opened: &mut Opened, db: &Connection, asked: &RowsAsked, condition: &str, utf16: bool, at: u64) {
    let sort = asked
        .sort
        .as_ref()
        .map(|sort| format!("{}{}, ", quoted(&sort.column), if sort.descending { " DESC" } else { "" }));
    let expect = select(
        db,
        &format!(
            "SELECT * FROM {} WHERE {condition} ORDER BY {}{}",
            quoted(&asked.table),
            sort.unwrap_or_default(),
            order_of_key(&asked.table)
        ),
    );
    let window = opened.engine.read_rows(asked, at, 40, true).unwrap();
    assert_eq!(window.n_rows, expect.len() as u64, "{asked:?}");
    let expect: Vec<_> = expect.iter().skip(at as usize).take(40).collect();
    assert_eq!(window.rows.len(), expect.len(), "{asked:?} from {at}");
    for (cells, values) in window.rows.iter().zip(expect) {
        assert_eq!(cells.len(), values.len());
        for (cell, value) in cells.iter().zip(values) {
            assert!(shows(cell, value, utf16), "{cell:?} for {value:?} in {asked:?} from {at}");
        }
    }
}

#[test]
fn windows_are_what_native_sqlite_selects() {
    for (seed, encoding) in [(1, "UTF-8"), (2, "UTF-16le"), (3, "UTF-16be")] {
        let fixture = fixture(encoding, seed);
        let (db, mut opened) = (fixture.native(), fixture.open());
        let mut random = fastrand::Rng::with_seed(seed);
        for (table, _) in TABLES {
            let columns =
                opened.engine.read_rows(&RowsAsked { table: table.into(), ..RowsAsked::default() }, 0, 1, true);
            let columns: Vec<String> = columns.unwrap().columns.into_iter().map(|column| column.name).collect();
            for _ in 0..12 {
                let column = columns[random.usize(..columns.len())].clone();
                let name = quoted(&column);
                let sort = random.bool().then(|| Sort { column: columns[0].clone(), descending: random.bool() });
                let filters = [
                    (Test::IsNull, "", format!("{name} IS NULL")),
                    (Test::IsNotNull, "", format!("{name} IS NOT NULL")),
                    (Test::Contains, "b%_", format!("instr(lower({name}), 'b%_') AND typeof({name}) <> 'blob'")),
                    (Test::Equals, "it's", format!("{name} = 'it''s'")),
                    (Test::Equals, "2", format!("({name} = 2 OR {name} = '2')")),
                    (Test::Less, "3", format!("{name} < 3")),
                    (Test::Greater, "café", format!("{name} > 'café'")),
                ];
                let (test, operand, condition) = &filters[random.usize(..filters.len())];
                let filter = Filter { column, test: *test, operand: (*operand).into() };
                let at = random.u64(..120);
                let mut asked = RowsAsked { table: table.into(), filters: Vec::new(), sort, ..RowsAsked::default() };
                check_rows(&mut opened, &db, &asked, "1", encoding != "UTF-8", at);
                asked.filters.push(filter);
                check_rows(&mut opened, &db, &asked, condition, encoding != "UTF-8", at / 8);
            }
        }
    }
}

fn export(opened: &mut Opened, asked: &RowsAsked, format: RowFormat, reveal: bool) -> String {
    let n_rows = opened.engine.read_rows(asked, 0, 1, false).unwrap().n_rows;
    let parts = (0..n_rows.max(1)).step_by(64).map(|first| opened.engine.export_rows(asked, format, first, 64, reveal));
    parts.map(Result::unwrap).collect()
}

#[test]
fn inserts_bring_the_rows_back() {
    for (seed, encoding) in [(4, "UTF-8"), (5, "UTF-16le")] {
        let fixture = fixture(encoding, seed);
        let (db, mut opened) = (fixture.native(), fixture.open());
        for (table, sql) in TABLES {
            let asked = RowsAsked { table: table.into(), ..RowsAsked::default() };
            let script = export(&mut opened, &asked, RowFormat::Inserts, true);
            let copy = Connection::open_in_memory().unwrap();
            copy.execute_batch(&format!("PRAGMA encoding = '{encoding}'; {sql}; PRAGMA foreign_keys = ON; {script}"))
                .unwrap();
            let all = format!("SELECT * FROM {} ORDER BY {}", quoted(table), order_of_key(table));
            // Reals by their bits: two that are nearly the same are not the same.
            let rows = |db| select(db, &all).iter().map(|row| format!("{row:?}")).collect::<Vec<_>>();
            assert_eq!(rows(&copy), rows(&db), "{table:?}");
        }
    }
}

/// Fields of a CSV file, by RFC 4180 and without the program's own code.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(ch) = chars.next() {
        match ch {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'), "a line ends with CR LF");
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            ch => field.push(ch),
        }
    }
    assert!(!quoted && row.is_empty() && field.is_empty(), "the file ends with its last line");
    rows
}

#[test]
fn csv_is_read_back_and_runs_no_formula() {
    let fixture = fixture("UTF-8", 6);
    let (db, mut opened) = (fixture.native(), fixture.open());
    for (table, _) in TABLES {
        let asked = RowsAsked { table: table.into(), ..RowsAsked::default() };
        let values = select(&db, &format!("SELECT * FROM {} ORDER BY {}", quoted(table), order_of_key(table)));
        let bare = read_csv(&export(&mut opened, &asked, RowFormat::Csv { guarded: false }, true));
        let guarded = read_csv(&export(&mut opened, &asked, RowFormat::Csv { guarded: true }, true));
        assert_eq!(bare.len(), values.len() + 1);
        for (fields, values) in bare[1..].iter().zip(&values) {
            let expect = values.iter().map(|value| if *value == Value::Null { String::new() } else { value.display() });
            assert_eq!(*fields, expect.collect::<Vec<_>>());
        }
        let numbers = values.iter().flatten().map(|value| matches!(value, Value::Integer(_) | Value::Real(_)));
        for (field, number) in guarded[1..].iter().flatten().zip(numbers) {
            assert!(number || !field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{field:?} would run");
        }
        assert!(guarded[0].iter().all(|name| !name.starts_with('=')), "a name would run: {:?}", guarded[0]);
    }
}

#[test]
fn json_lines_hold_every_row() {
    let fixture = fixture("UTF-8", 7);
    let (db, mut opened) = (fixture.native(), fixture.open());
    let asked = RowsAsked { table: "alias".into(), ..RowsAsked::default() };
    let text = export(&mut opened, &asked, RowFormat::JsonLines, true);
    let values = select(&db, "SELECT id, b, c FROM alias ORDER BY id");
    assert_eq!(text.lines().count(), values.len());
    for (line, values) in text.lines().zip(values) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["id"].as_i64().map(Value::Integer), Some(values[0].clone()));
        if let Value::Text(text) = &values[1] {
            assert_eq!(line["b"], text.as_str());
        }
    }
}

const SECRET: &str = "sk-hidden-4711";

#[test]
fn secrets_stay_hidden_until_asked_for() {
    let fixture = Fixture::of_sql(&format!(
        "CREATE TABLE model (id INTEGER PRIMARY KEY, api_key TEXT, name TEXT);
         INSERT INTO model VALUES (1, '{SECRET}', 'one'), (2, NULL, 'two')"
    ));
    let mut opened = fixture.open();
    let asked = RowsAsked { table: "model".into(), ..RowsAsked::default() };
    let window = opened.engine.read_rows(&asked, 0, 10, false).unwrap();
    assert!(!serde_json::to_string(&window).unwrap().contains(SECRET));
    assert_eq!(window.rows[0][1], RowCell::Masked { n_bytes: SECRET.len() as u64 });
    assert_eq!(window.rows[1][1], RowCell::Null);
    for format in [RowFormat::Csv { guarded: true }, RowFormat::JsonLines, RowFormat::Inserts] {
        let hidden = export(&mut opened, &asked, format, false);
        assert!(!hidden.contains(SECRET) && hidden.contains("masked"), "{hidden}");
        assert!(export(&mut opened, &asked, format, true).contains(SECRET));
    }
    assert_eq!(opened.engine.read_cell(&asked, 0, "api_key").unwrap(), Value::Text(SECRET.into()));
}

#[test]
fn a_whole_value_is_read_when_asked_for() {
    let blob = (0..=255).collect::<Vec<u8>>();
    let fixture = Fixture::of_sql(&format!(
        "CREATE TABLE t (a, b); INSERT INTO t VALUES (x'{}', 'nul' || char(0) || 'inside')",
        to_hex(&blob)
    ));
    let mut opened = fixture.open();
    let asked = RowsAsked { table: "t".into(), ..RowsAsked::default() };
    assert_eq!(opened.engine.read_cell(&asked, 0, "a").unwrap(), Value::Blob(blob));
    assert_eq!(opened.engine.read_cell(&asked, 0, "b").unwrap(), Value::Text("nul\0inside".into()));
    let failure = |error| Failure::from(&error).kind;
    assert_eq!(failure(opened.engine.read_cell(&asked, 0, "z").unwrap_err()), FailureKind::Unknown);
    let asked = RowsAsked { table: "no such".into(), ..RowsAsked::default() };
    assert_eq!(failure(opened.engine.read_rows(&asked, 0, 1, false).unwrap_err()), FailureKind::Unknown);
}

#[test]
fn the_last_rows_of_many_are_there() {
    let fixture = Fixture::of_sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
         INSERT INTO t SELECT i * 3, i % 7 FROM n",
    );
    let mut opened = fixture.open();
    let asked = RowsAsked { table: "t".into(), ..RowsAsked::default() };
    let window = opened.engine.read_rows(&asked, 199_998, 40, false).unwrap();
    assert_eq!(window.rows.iter().map(|row| row[0].text()).collect::<Vec<_>>(), ["599997", "600000"]);
    assert_eq!(opened.engine.read_rows(&asked, u64::MAX, 40, false).unwrap().rows.len(), 0);
}

/// Every row of `table` that went from `before` to `after`, in the order of the key.
fn gone(before: &Connection, after: &Connection, table: &str, key: &str) -> Vec<String> {
    let keys = |db| select(db, &format!("SELECT {key} FROM {table} ORDER BY {key}"));
    let left = keys(after);
    keys(before).iter().filter(|row| !left.contains(row)).map(|row| row[0].display()).collect()
}

#[test]
fn the_rows_that_a_cleanup_removes_are_those_that_native_sqlite_deletes() {
    let id = "clean-up-old-completed-workflows";
    // A child WITHOUT ROWID, whose keys are values.
    let extra = "UPDATE git_event SET terminal_id = NULL;
        CREATE TABLE label (workflow_id TEXT REFERENCES workflow(id) ON DELETE CASCADE, name TEXT,
            PRIMARY KEY (name, workflow_id)) WITHOUT ROWID;
        INSERT INTO label SELECT id, 'a' || rowid FROM workflow;";
    let fixture = Fixture::new(Spec { extra, ..Spec::default() });
    let mut opened = fixture.open();
    let (before, copy) = (fixture.native(), fixture.copy());
    let sql = opened.engine.catalogue().cleanup(id).unwrap().sql.clone();
    let after = crate::native::with_keys(&copy.path, true);
    after.execute_batch(&crate::native::at(NOW, &sql)).unwrap();
    for (table, key) in [("workflow", "id"), ("workflow_task", "id"), ("terminal", "id"), ("label", "name")] {
        let sort = Some(Sort { column: key.into(), descending: false });
        let asked = RowsAsked { table: table.into(), removed_by: Some(id.into()), sort, ..RowsAsked::default() };
        let window = opened.engine.read_rows(&asked, 0, 1_000, true).unwrap();
        let at = window.columns.iter().position(|column| column.name == key).unwrap();
        let shown: Vec<String> = window.rows.iter().map(|row| row[at].text()).collect();
        assert!(!shown.is_empty(), "nothing goes from {table}");
        assert_eq!(shown, gone(&before, &after, table, key), "{table}");
    }
    // At another instant other rows are old enough.
    opened.engine.set_now(NOW.plus_days(-100_000));
    let asked = RowsAsked { table: "workflow".into(), removed_by: Some(id.into()), ..RowsAsked::default() };
    assert_eq!(opened.engine.read_rows(&asked, 0, 10, true).unwrap().n_rows, 0);
}
