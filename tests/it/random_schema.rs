//! Tables, indexes, rows and statements from a seed: whatever SQLite allows that changes a plan.

use std::fmt::Write;

use fastrand::Rng;

/// A column that statements may name; `sql` is the name as SQL takes it.
pub struct Column {
    pub sql: String,
    is_text: bool,
}

pub struct Table {
    pub sql: String,
    pub columns: Vec<Column>,
}

/// Tables whose names begin with `r`, so that they meet no others.
pub struct Schema {
    pub sql: String,
    pub tables: Vec<Table>,
}

fn pick<'a, T: ?Sized>(rng: &mut Rng, of: &[&'a T]) -> &'a T {
    of[rng.usize(..of.len())]
}

impl Schema {
    pub fn new(rng: &mut Rng) -> Self {
        let mut schema = Self { sql: String::new(), tables: Vec::new() };
        for n in 0..rng.usize(2..5) {
            schema.table(rng, n);
        }
        for n in 0..schema.tables.len() {
            schema.indexes(rng, n);
        }
        for n in 0..schema.tables.len() {
            schema.rows(rng, n);
        }
        schema
    }

    fn table(&mut self, rng: &mut Rng, n: usize) {
        let sql = pick(rng, &["r{}", "\"r {}\"", "[r-{}]", "\"r\"\"{}\""]).replace("{}", &n.to_string());
        let strict = rng.u8(..5) == 0;
        let mut columns = Vec::new();
        let mut defined = Vec::new();
        for at in 0..rng.usize(3..7) {
            let name = pick(rng, &["c{}", "\"c {}\"", "C{}", "\"sel{}ect\""]).replace("{}", &at.to_string());
            let types =
                if strict { &["INT", "TEXT", "REAL", "ANY"][..] } else { &["INT", "TEXT", "REAL", "", "NUMERIC"] };
            let declared = pick(rng, types);
            let more = pick(rng, &["", "", "", " NOT NULL DEFAULT 7", " COLLATE NOCASE", " UNIQUE", " DEFAULT 'x'"]);
            let more = if strict && more.contains('\'') { "" } else { more };
            defined.push(format!("{name} {declared}{more}"));
            columns.push(Column { sql: name, is_text: declared == "TEXT" });
        }
        if rng.u8(..4) == 0 {
            let stored = pick(rng, &["VIRTUAL", "STORED"]);
            let from = &columns[0].sql;
            defined.push(format!("made {} AS (length({from}) + 1) {stored}", if strict { "INT" } else { "" }));
            columns.push(Column { sql: "made".into(), is_text: false });
        }
        let mut without_rowid = "";
        match rng.u8(..4) {
            0 => defined.insert(0, "id INTEGER PRIMARY KEY".into()),
            1 => defined.insert(0, "id TEXT PRIMARY KEY".into()),
            2 => {
                defined.insert(0, "id INT NOT NULL".into());
                defined.push(format!("PRIMARY KEY ({}, id)", columns[0].sql));
                without_rowid = "WITHOUT ROWID";
            }
            _ => defined.insert(0, "id INT UNIQUE".into()),
        }
        columns.insert(0, Column { sql: "id".into(), is_text: false });
        if n > 0 && rng.u8(..3) > 0 {
            let parent = &self.tables[rng.usize(..n)].sql;
            let action =
                pick(rng, &["", " ON DELETE CASCADE", " ON DELETE SET NULL ON UPDATE CASCADE", " ON DELETE RESTRICT"]);
            // The parent's `id` is a key of its own in three kinds of four; otherwise SQLite says that keys mismatch.
            let at = defined.iter().position(|column| column.starts_with("PRIMARY KEY")).unwrap_or(defined.len());
            defined.insert(at, format!("parent INT REFERENCES {parent}(id){action}"));
            columns.push(Column { sql: "parent".into(), is_text: false });
        }
        let options: Vec<&str> = [without_rowid, if strict { "STRICT" } else { "" }]
            .into_iter()
            .filter(|option| !option.is_empty())
            .collect();
        writeln!(self.sql, "CREATE TABLE {sql} ({}) {};", defined.join(", "), options.join(", ")).unwrap();
        self.tables.push(Table { sql, columns });
    }

    fn indexes(&mut self, rng: &mut Rng, n: usize) {
        let table = &self.tables[n];
        for at in 0..rng.usize(1..5) {
            let mut keys = Vec::new();
            for _ in 0..rng.usize(1..4) {
                let column = table.column(rng);
                let key = match rng.u8(..8) {
                    0 => format!("lower({column})"),
                    1 => format!("{column} + 1"),
                    2 => format!("{column} COLLATE NOCASE"),
                    _ => column.to_owned(),
                };
                keys.push(key + pick(rng, &["", "", " DESC"]));
            }
            let unique = if rng.u8(..8) == 0 { "UNIQUE " } else { "" };
            let condition = match rng.u8(..4) {
                0 => format!(" WHERE {}", table.simple_term(rng)),
                _ => String::new(),
            };
            let name = pick(rng, &["i{}_{}", "\"i {} {}\""]).replacen("{}", &n.to_string(), 1);
            let name = name.replacen("{}", &at.to_string(), 1);
            writeln!(self.sql, "CREATE {unique}INDEX {name} ON {}({}){condition};", table.sql, keys.join(", "))
                .unwrap();
        }
    }

    fn rows(&mut self, rng: &mut Rng, n: usize) {
        let table = &self.tables[n];
        let columns: Vec<&Column> = table.columns.iter().filter(|column| column.sql != "made").collect();
        let names: Vec<&str> = columns.iter().map(|column| column.sql.as_str()).collect();
        for id in 0..pick(rng, &[&0, &5, &80, &300]).to_owned() {
            let values: Vec<String> = columns
                .iter()
                .map(|column| match column.sql.as_str() {
                    "id" => id.to_string(),
                    "parent" => rng.u8(..5).to_string(),
                    _ => literal(rng, column.is_text),
                })
                .collect();
            let (names, values) = (names.join(", "), values.join(", "));
            writeln!(self.sql, "INSERT OR IGNORE INTO {}({names}) VALUES ({values});", table.sql).unwrap();
        }
    }

    /// A statement that need not make sense, only be understood.
    pub fn statement(&self, rng: &mut Rng) -> String {
        let table = &self.tables[rng.usize(..self.tables.len())];
        let other = &self.tables[rng.usize(..self.tables.len())];
        let (name, column) = (&table.sql, table.column(rng));
        let condition = table.condition(rng);
        let order = match rng.u8(..3) {
            0 => format!(" ORDER BY {}, {} DESC", table.column(rng), table.column(rng)),
            1 => format!(" ORDER BY {}", table.column(rng)),
            _ => String::new(),
        };
        let limit = pick(rng, &["", "", " LIMIT 10", " LIMIT ?1 OFFSET 3"]);
        let (one, two) = (table.column(rng), other.column(rng));
        match rng.u8(..13) {
            0..=2 => format!("SELECT * FROM {name} WHERE {condition}{order}{limit}"),
            3 => format!("SELECT {column}, count(*) FROM {name} WHERE {condition} GROUP BY {column}{limit}"),
            4 => format!("SELECT DISTINCT {column}, {one} FROM {name} WHERE {condition}{order}{limit}"),
            5 => format!("SELECT min({column}), max({one}) FROM {name} WHERE {condition}"),
            6 => format!(
                "SELECT a.{column}, b.{two} FROM {name} AS a JOIN {} AS b ON a.{one} = b.{two} WHERE {} ORDER BY a.{column}{limit}",
                other.sql,
                table.term(rng, "a.")
            ),
            7 => format!(
                "SELECT * FROM {name} AS a LEFT JOIN {} AS b ON a.{one} = b.{two} AND {} WHERE {}{limit}",
                other.sql,
                other.term(rng, "b."),
                table.term(rng, "a.")
            ),
            8 => format!(
                "SELECT {column} FROM {name} WHERE {one} IN (SELECT {two} FROM {} WHERE {}) AND {condition}{order}",
                other.sql,
                other.term(rng, "")
            ),
            9 => format!(
                "SELECT {column}, (SELECT count(*) FROM {0} AS b WHERE b.{two} = a.{one}) FROM {name} AS a
                 WHERE EXISTS (SELECT 1 FROM {0} AS c WHERE c.{two} > a.{column})",
                other.sql
            ),
            10 => format!(
                "SELECT {column} FROM {name} WHERE {condition} UNION ALL SELECT {two} FROM {} WHERE {} ORDER BY 1{limit}",
                other.sql,
                other.condition(rng)
            ),
            11 => {
                let set = &table.columns[rng.usize(..table.columns.len())].sql;
                let set = if set == "made" { "id" } else { set };
                format!("UPDATE {name} SET {set} = ?2 WHERE {condition}")
            }
            _ => format!("DELETE FROM {name} WHERE {condition}"),
        }
    }
}

impl Table {
    fn column(&self, rng: &mut Rng) -> &str {
        &self.columns[rng.usize(..self.columns.len())].sql
    }

    fn condition(&self, rng: &mut Rng) -> String {
        let terms: Vec<String> = (0..rng.usize(1..4)).map(|_| self.term(rng, "")).collect();
        terms.join(pick(rng, &[" AND ", " AND ", " OR "]))
    }

    /// A term that a partial index may have too.
    fn simple_term(&self, rng: &mut Rng) -> String {
        let column = &self.columns[rng.usize(..self.columns.len())];
        let value = literal(rng, column.is_text);
        match rng.u8(..4) {
            0 => format!("{} IS NOT NULL", column.sql),
            1 => format!("{} = {value}", column.sql),
            2 => format!("{} > {value}", column.sql),
            _ => format!("{} IN ({value}, {})", column.sql, literal(rng, column.is_text)),
        }
    }

    fn term(&self, rng: &mut Rng, of: &str) -> String {
        let column = &self.columns[rng.usize(..self.columns.len())];
        let (name, value) = (format!("{of}{}", column.sql), literal(rng, column.is_text));
        match rng.u8(..12) {
            0 => format!("{name} = ?1"),
            1 => format!("{name} = {value}"),
            2 => format!("{name} IN ({value}, ?2, {})", literal(rng, column.is_text)),
            3 => format!("{name} BETWEEN {value} AND ?2"),
            4 => format!("{name} < {value}"),
            5 => format!("{name} IS NULL"),
            6 => format!("{name} IS NOT NULL"),
            7 => format!("{name} LIKE 'a%'"),
            8 => format!("({name} = {value} OR {of}{} > ?1)", self.column(rng)),
            9 => format!("lower({name}) = 'a1'"),
            10 => format!("{name} + 1 = 5"),
            _ => format!("{name} >= {value} AND {name} IS NOT ?1"),
        }
    }
}

/// Few different ones, unevenly often, so that statistics matter.
fn literal(rng: &mut Rng, is_text: bool) -> String {
    let n = rng.u32(..40) * rng.u32(..3) / 2;
    match (is_text, rng.u8(..12)) {
        (_, 0) => "NULL".into(),
        (true, _) => format!("'{}{n}'", pick(rng, &["a", "A", "b"])),
        (false, _) => n.to_string(),
    }
}
