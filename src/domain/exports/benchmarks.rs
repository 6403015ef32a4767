//! The guide's benchmarks, on made-up data and on the file, and how queries grow.

use super::document::{Block, Line, PICTURE_WIDTH, Tone};
use super::figures::{change, estimate, median, time, value};
use crate::domain::benchmark::{Benchmark, FileBenchmark, Growth, Indexes};
use crate::domain::benchmark_words::{growth_of, used};
use crate::domain::charts::{self, Violin};
use crate::domain::measuring::Estimate;
use crate::domain::numbers::count;
use crate::domain::report::Report;
use crate::domain::words::list;

pub fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Benchmarks")];
    blocks.push(Block::heading(3, "On made-up data"));
    if report.benchmarks.is_empty() {
        blocks.push(Block::paragraph("The benchmarks were not run."));
    } else {
        blocks.extend(on_made_up_data(&report.benchmarks));
    }
    blocks.push(Block::heading(3, "On the file"));
    if report.file_benchmarks.is_empty() {
        blocks.push(Block::paragraph("The benchmarks were not run on the file."));
    } else {
        blocks.push(Block::table(
            "The same queries with values of the file",
            &["Benchmark", "Values", "Median before", "Median after", "Change", "Expected below", "Before is"],
            report.file_benchmarks.iter().map(file_row).collect(),
        ));
    }
    blocks.push(Block::heading(3, "Growth"));
    if report.growth.is_empty() {
        blocks.push(Block::paragraph("Growth was not measured."));
    }
    for (at, growth) in report.growth.iter().enumerate() {
        blocks.extend(grown(at, growth, report.most_rows(&growth.tables)));
    }
    blocks
}

fn on_made_up_data(benchmarks: &[Benchmark]) -> Vec<Block> {
    let row = |benchmark: &Benchmark| {
        let [lower_ns, upper_ns] = benchmark.confidence_interval_ns;
        let mean = Estimate { point_ns: benchmark.mean_ns, lower_ns, upper_ns };
        vec![
            Line::code(&benchmark.id),
            time(benchmark.expected_ns),
            estimate(mean, benchmark.samples),
            within(Some(benchmark.within_expected)),
            Line::text(used(benchmark)),
        ]
    };
    let states = benchmarks.iter().flat_map(|benchmark| {
        benchmark.states.iter().map(|state| {
            vec![
                Line::code(&benchmark.id),
                Line::text(state.indexes.label()),
                median(&state.cost),
                Line::text(count(state.cost.n_rows)),
                Line::text(count(state.cost.vm_steps)),
                Line::text(count(state.cost.pages_read)),
                state.change.as_ref().map(|one| change(Some(one))).unwrap_or_default(),
            ]
        })
    });
    let states: Vec<Vec<Line>> = states.collect();
    let pictures: Vec<Block> =
        benchmarks.iter().enumerate().flat_map(|(at, benchmark)| pictures(at, benchmark)).collect();
    let mut blocks = vec![Block::table(
        "What the guide expects and what was measured with the documented indexes; means with their 95 % interval",
        &["Benchmark", "Expected below", "Mean", "Whole interval is", "Share used"],
        benchmarks.iter().map(row).collect(),
    )];
    if !states.is_empty() {
        blocks.push(Block::Details(
            "With each set of indexes".into(),
            vec![Block::table(
                "Benchmarks by set of indexes; changes are from the documented ones",
                &["Benchmark", "Indexes", "Median", "Rows", "VM steps", "Pages read", "Change"],
                states,
            )],
        ));
    }
    if !pictures.is_empty() {
        blocks.push(Block::Details("Samples as pictures".into(), pictures));
    }
    blocks
}

/// Where the samples with the documented indexes lie, and those of every set of indexes side by side.
fn pictures(at: usize, benchmark: &Benchmark) -> Vec<Block> {
    // Numbers, because names of a guide are any text.
    let id = |name: &str| format!("{name}-{at}");
    let documented = benchmark.state(Indexes::Documented);
    let density = documented.and_then(|state| {
        charts::density(&id("density"), PICTURE_WIDTH, &state.samples, state.cost.estimates.as_ref()?)
    });
    let violins = charts::violins(&id("violins"), PICTURE_WIDTH, &Violin::of_states(benchmark));
    let named = |what: &str, svg: String| Block::Picture(format!("{}, {what}", benchmark.id), svg);
    [("density", density), ("side by side", violins)]
        .into_iter()
        .filter_map(|(what, svg)| Some(named(what, svg?)))
        .collect()
}

fn within(within: Option<bool>) -> Line {
    match within {
        Some(true) => Line::word(Tone::Good, "Within"),
        Some(false) => Line::word(Tone::Bad, "Not within"),
        None => Line::text("No expectation"),
    }
}

fn file_row(benchmark: &FileBenchmark) -> Vec<Line> {
    let values = benchmark.parameters.iter().map(value);
    vec![
        Line::code(&benchmark.group),
        Line::joined(values),
        median(&benchmark.before.cost),
        median(&benchmark.after.cost),
        change(benchmark.change.as_ref()),
        benchmark.expected_ns.map_or_else(|| Line::text("Beyond the guide's sizes"), time),
        within(benchmark.within_expected),
    ]
}

fn grown(at: usize, growth: &Growth, this_file: Option<u64>) -> Vec<Block> {
    let rows = growth.curves.iter().flat_map(|curve| {
        curve.points.iter().map(|point| {
            vec![
                Line::text(curve.indexes.label()),
                Line::text(count(point.n_rows)),
                estimate(point.median, point.n_samples.into()),
                Line::text(count(point.pages_read)),
            ]
        })
    });
    let fits = growth.curves.iter().map(|curve| (Line::text(curve.indexes.label()), Line::text(growth_of(curve))));
    let tables: Vec<String> = growth.tables.iter().map(|name| format!("`{name}`")).collect();
    let picture = |name: &str, id: &str, measure| {
        let svg = charts::growth(&format!("{id}-{at}"), PICTURE_WIDTH, growth, measure, this_file)?;
        Some(Block::Picture(format!("{}, {name}", growth.query), svg))
    };
    let pictures = [
        picture("time", "growth-time", charts::Measure::Time),
        picture("pages", "growth-pages", charts::Measure::Pages),
    ];
    let mut blocks = vec![
        Block::Heading(4, Line::code(&growth.query)),
        Block::Paragraph(Line::prose(&format!(
            "Grows with {}. The exponent says how: 0 is no growth, 1 in step with the rows.",
            list(&tables)
        ))),
        Block::Facts(fits.collect()),
        Block::Details(
            "Points".into(),
            vec![Block::table("Growth", &["Indexes", "Rows", "Median", "Pages read"], rows.collect())],
        ),
    ];
    blocks.extend(pictures.into_iter().flatten());
    blocks
}
