//! Pictures: well-formed, inside their frame, without colours of their own, sensible for little data.

use cortex_inspector::domain::benchmark::{Benchmark, Growth, GrowthCurve, GrowthPoint, Indexes};
use cortex_inspector::domain::charts::{self, DataTable, Measure, Violin, spread};
use cortex_inspector::domain::measuring::{
    Bound, Change, ChangeVerdict, Estimate, Estimates, Estimating, Samples, SamplingMode, fit_power,
};
use proptest::prelude::*;

const WIDE: f64 = 540.0;
const NARROW: f64 = 330.0;

/// Samples around `center_ns` with a tail to the right, and every 25th far out.
fn samples(mode: SamplingMode, n: u64, center_ns: u64) -> Samples {
    let mut rng = fastrand::Rng::with_seed(n ^ center_ns);
    let mut samples = Samples::new(mode);
    for at in 0..n {
        let iterations = if mode == SamplingMode::Linear { 20 * (1 + at % 10) } else { 20 };
        let noise = 1.0 + 0.02 * (rng.f64() + rng.f64() + rng.f64() - 1.5) + if at % 25 == 24 { 0.4 } else { 0.0 };
        samples.push(iterations, (iterations as f64 * center_ns as f64 * noise) as u64);
    }
    samples
}

fn estimates(samples: &Samples) -> Estimates {
    let mut estimating = Estimating::new(samples, 500);
    while estimating.advance(500) {}
    estimating.finish()
}

fn growth(curves: &[(Indexes, &[(u64, u64)])]) -> Growth {
    let point = |(n_rows, ns): &(u64, u64)| GrowthPoint {
        n_rows: *n_rows,
        n_result_rows: 1,
        median: Estimate { point_ns: *ns, lower_ns: *ns, upper_ns: *ns },
        n_samples: 10,
        pages_read: n_rows / 40,
        vm_steps: *n_rows,
    };
    let curve = |(indexes, points): &(Indexes, &[(u64, u64)])| GrowthCurve {
        indexes: *indexes,
        points: points.iter().map(point).collect(),
        time_fit: fit_power(&points.iter().map(|(n, ns)| (*n as f64, *ns as f64)).collect::<Vec<_>>()),
        pages_fit: None,
    };
    Growth {
        query: "stream-recent-logs".into(),
        tables: vec!["terminal_log".into()],
        curves: curves.iter().map(curve).collect(),
    }
}

fn standard_growth() -> Growth {
    growth(&[
        (Indexes::Without, &[(100, 190_000), (1_000, 1_800_000), (10_000, 18_000_000), (100_000, 184_000_000)]),
        (Indexes::Documented, &[(100, 180_000), (1_000, 900_000), (10_000, 1_100_000), (100_000, 1_250_000)]),
        (Indexes::Repaired, &[(100, 170_000), (1_000, 840_000), (10_000, 900_000), (100_000, 930_000)]),
    ])
}

fn benchmark(mean_ns: u64, expected_ns: u64) -> Benchmark {
    Benchmark {
        id: "find_by_project/100".into(),
        query: "find-by-project".into(),
        n_rows: 100,
        samples: 100,
        mean_ns,
        std_dev_ns: mean_ns / 20,
        median_ns: mean_ns,
        confidence_interval_ns: [mean_ns - mean_ns / 10, mean_ns + mean_ns / 10],
        expected_ns,
        within_expected: mean_ns + mean_ns / 10 < expected_ns,
        states: Vec::new(),
    }
}

fn change(point: f64, half: f64, verdict: ChangeVerdict) -> Change {
    Change {
        ratio: Bound { point, lower: point - half, upper: point + half },
        difference_ns: Bound { point: -1_200, lower: -1_300, upper: -1_100 },
        p_value: 0.01,
        noise_threshold: 0.05,
        verdict,
        n_more_samples: None,
    }
}

/// Every picture of some data, at one width.
fn pictures(width: f64) -> Vec<(String, String)> {
    let (linear, flat) = (samples(SamplingMode::Linear, 100, 3_200_000), samples(SamplingMode::Flat, 60, 410_000));
    let (of_linear, close) = (estimates(&linear), samples(SamplingMode::Flat, 60, 3_000_000));
    let state = |label, class, samples| Violin { label, class, samples };
    let two = [
        state("As dropped", "before", &linear),
        state("After the migration", "before", &close),
        state("Repaired", "after", &close),
    ];
    let apart = [state("As dropped", "before", &linear), state("After the migration", "after", &flat)];
    [
        ("density", charts::density("density", width, &linear, &of_linear)),
        ("scatter", charts::scatter("scatter", width, &linear)),
        ("regression", charts::regression("regression", width, &linear, &of_linear)),
        ("violins", charts::violins("violins", width, &two)),
        ("violins, apart", charts::violins("apart", width, &apart)),
        ("growth", charts::growth("growth", width, &standard_growth(), Measure::Time, Some(21_447))),
        ("growth of pages", charts::growth("pages", width, &standard_growth(), Measure::Pages, None)),
        ("limit", Some(charts::limit("limit", width, &benchmark(4_300_000, 20_000_000)))),
        ("limit, beyond", Some(charts::limit("beyond", width, &benchmark(43_000_000, 20_000_000)))),
        ("change", Some(charts::change("change", width, &change(-0.3, 0.01, ChangeVerdict::Improved)))),
        ("change, large", Some(charts::change("large", width, &change(14.0, 1.0, ChangeVerdict::Regressed)))),
        ("change, none", Some(charts::change("none", width, &change(0.01, 0.03, ChangeVerdict::WithinNoise)))),
    ]
    .into_iter()
    .map(|(name, picture)| (name.to_owned(), picture.unwrap_or_else(|| panic!("{name} is not drawn"))))
    .collect()
}

#[test]
fn pictures_are_well_formed_say_what_they_show_and_bring_no_style() {
    for width in [WIDE, NARROW] {
        for (name, picture) in pictures(width) {
            let document = roxmltree::Document::parse(&picture).unwrap_or_else(|error| panic!("{name}: {error}"));
            let root = document.root_element();
            assert_eq!((root.tag_name().name(), root.attribute("role")), ("svg", Some("img")), "{name}");
            let ids: Vec<&str> = root.attribute("aria-labelledby").unwrap().split(' ').collect();
            let child = |tag| root.children().find(|node| node.has_tag_name(tag)).unwrap();
            let (title, desc) = (child("title"), child("desc"));
            assert_eq!(ids, [title.attribute("id").unwrap(), desc.attribute("id").unwrap()], "{name}");
            assert!(title.text().is_some_and(|text| text.len() > 8), "{name}");
            assert!(desc.text().is_some_and(|text| text.ends_with('.')), "{name}: {:?}", desc.text());
            for node in root.descendants().filter(roxmltree::Node::is_element) {
                for attribute in node.attributes() {
                    let (key, value) = (attribute.name(), attribute.value());
                    assert!(!matches!(key, "style" | "fill" | "stroke" | "opacity"), "{name}: {key}={value}");
                    assert!(!value.contains("NaN") && !value.contains("inf"), "{name}: {key}={value}");
                }
            }
            for class in classes(&document) {
                assert!(CSS.contains(&format!(".{class} ")), "{name}: no rule for {class}");
            }
        }
    }
}

const CSS: &str = include_str!("../../style/charts.css");

fn classes<'a>(document: &'a roxmltree::Document<'_>) -> Vec<&'a str> {
    let of = document.descendants().filter_map(|node| node.attribute("class"));
    of.flat_map(|classes| classes.split(' ')).collect()
}

/// Left, top, right and bottom of every mark and text.
fn boxes(document: &roxmltree::Document<'_>) -> Vec<(String, [f64; 4])> {
    let mut found = Vec::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let of = |name: &str| node.attribute(name).unwrap_or_else(|| panic!("{node:?} has no {name}")).parse().unwrap();
        let edges = match node.tag_name().name() {
            "line" => [of("x1"), of("y1"), of("x2"), of("y2")],
            "rect" => [of("x"), of("y"), of("x") + of("width"), of("y") + of("height")],
            "circle" => [of("cx") - of("r"), of("cy") - of("r"), of("cx") + of("r"), of("cy") + of("r")],
            "text" => {
                // About what Arial takes; the pictures count with more.
                let width = 6.2 * node.text().unwrap().chars().count() as f64;
                let left = match node.attribute("text-anchor") {
                    None => of("x"),
                    Some("middle") => of("x") - width / 2.0,
                    Some("end") => of("x") - width,
                    Some(other) => panic!("{other}"),
                };
                [left, of("y") - 9.0, left + width, of("y") + 2.0]
            }
            "polyline" | "polygon" => {
                let numbers = node.attribute("points").unwrap().split([' ', ',']).map(|n| n.parse::<f64>().unwrap());
                let numbers: Vec<f64> = numbers.collect();
                let (xs, ys) = (numbers.iter().step_by(2), numbers.iter().skip(1).step_by(2));
                let least = |of: &mut dyn Iterator<Item = &f64>| of.copied().fold(f64::INFINITY, f64::min);
                let most = |of: &mut dyn Iterator<Item = &f64>| of.copied().fold(f64::NEG_INFINITY, f64::max);
                [least(&mut xs.clone()), least(&mut ys.clone()), most(&mut xs.clone()), most(&mut ys.clone())]
            }
            _ => continue,
        };
        found.push((node.text().unwrap_or(node.tag_name().name()).to_owned(), edges));
    }
    found
}

/// Nothing lies outside of the picture, and no text on another.
#[track_caller]
fn check_layout(name: &str, picture: &str) {
    let document = roxmltree::Document::parse(picture).unwrap();
    let of = |name: &str| document.root_element().attribute(name).unwrap().parse::<f64>().unwrap();
    let (width, height) = (of("width"), of("height"));
    let boxes = boxes(&document);
    assert!(boxes.len() > 2, "{name}");
    for (what, [left, top, right, bottom]) in &boxes {
        let inside = *left >= -1.0 && *top >= -1.0 && *right <= width + 1.0 && *bottom <= height + 1.0;
        assert!(inside, "{name}: {what} from {left},{top} to {right},{bottom} of {width},{height}");
    }
    let texts: Vec<_> = boxes.iter().filter(|(what, _)| !MARKS.contains(&what.as_str())).collect();
    for (at, (one, a)) in texts.iter().enumerate() {
        for (other, b) in texts.iter().skip(at + 1) {
            let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
            assert!(apart, "{name}: {one} {a:?} on {other} {b:?}");
        }
    }
}

const MARKS: [&str; 5] = ["line", "rect", "circle", "polyline", "polygon"];

#[test]
fn nothing_lies_outside_and_no_text_on_another() {
    for width in [WIDE, NARROW] {
        for (name, picture) in pictures(width) {
            check_layout(&format!("{name} at {width}"), &picture);
        }
    }
}

#[test]
fn names_are_escaped() {
    let flat = samples(SamplingMode::Flat, 20, 5_000);
    let picture = charts::scatter("a\"<b", WIDE, &flat).unwrap();
    let document = roxmltree::Document::parse(&picture).unwrap();
    let title = document.descendants().find(|node| node.has_tag_name("title")).unwrap();
    assert_eq!(title.attribute("id"), Some("a\"<b-title"));
    let violin = Violin { label: "<script>", class: "before", samples: &flat };
    let picture = charts::violins("v", WIDE, &[violin]).unwrap();
    assert!(!picture.contains("<script") && picture.contains("&lt;script&gt;"));
}

#[test]
fn little_data_is_drawn_as_far_as_it_goes() {
    let of = |n: u64, ns: u64| {
        let mut samples = Samples::new(SamplingMode::Flat);
        (0..n).for_each(|_| samples.push(1, ns));
        samples
    };
    for (samples, drawn) in [(of(0, 0), false), (of(1, 700), true), (of(30, 700), true), (of(30, 0), true)] {
        let estimates = estimates(&samples);
        assert_eq!(charts::density("p", WIDE, &samples, &estimates), None, "equal samples have no curve");
        assert_eq!(charts::regression("p", WIDE, &samples, &estimates), None, "flat samples have no line");
        let violin = Violin { label: "x", class: "after", samples: &samples };
        for picture in [charts::scatter("p", WIDE, &samples), charts::violins("p", WIDE, &[violin])] {
            assert_eq!(picture.is_some(), drawn, "{}", samples.len());
            picture.inspect(|picture| check_layout("little", picture));
        }
    }
    assert_eq!(charts::violins("p", WIDE, &[]), None);

    let drawn =
        |curves: &[(Indexes, &[(u64, u64)])]| charts::growth("g", WIDE, &growth(curves), Measure::Time, Some(0));
    assert_eq!(drawn(&[]), None);
    assert_eq!(drawn(&[(Indexes::Without, &[(100, 0), (0, 5)])]), None, "zeros have no logarithm");
    check_layout("one point", &drawn(&[(Indexes::Without, &[(100, 5_000)])]).unwrap());
    check_layout("one size", &drawn(&[(Indexes::Without, &[(100, 5_000)]), (Indexes::Repaired, &[(100, 1)])]).unwrap());

    check_layout("no limit", &charts::limit("l", WIDE, &benchmark(0, 0)));
    let none = change(f64::NAN, f64::INFINITY, ChangeVerdict::Undecided);
    check_layout("no ratio", &charts::change("p", WIDE, &none));
}

/// One sample that takes a thousand times as long must not press the others into one line.
#[test]
fn severe_outliers_are_left_out_and_said_to_be() {
    let mut samples = samples(SamplingMode::Flat, 24, 1_000_000);
    samples.push(20, 20_000_000_000);
    let picture = charts::density("p", WIDE, &samples, &estimates(&samples)).unwrap();
    assert!(picture.contains("; 1 severe outlier lies beyond."), "{picture}");
    assert!(picture.contains(">time of one iteration; 1 outlier beyond<"), "{picture}");
    let violin = Violin { label: "x", class: "after", samples: &samples };
    let picture = charts::violins("p", WIDE, &[violin]).unwrap();
    assert!(picture.contains("; 1 severe outlier lies beyond."));
    assert!(!picture.contains("logarithmic"));
}

#[test]
fn tables_hold_what_the_pictures_show() {
    #[track_caller]
    fn check(table: &DataTable, n_rows: usize) {
        assert_eq!(table.rows.len(), n_rows);
        assert!(table.rows.iter().all(|row| row.len() == table.headers.len()), "{table:?}");
    }
    let linear = samples(SamplingMode::Linear, 40, 3_200_000);
    let of_linear = estimates(&linear);
    check(&charts::density_table(&linear, &of_linear), 7);
    check(&charts::scatter_table(&linear), 40);
    check(&charts::growth_table(&standard_growth()), 12);
}

#[test]
fn growth_in_words() {
    let power = |exponent: f64| (1..=5).map(move |n| (f64::from(n) * 100.0, (f64::from(n) * 100.0).powf(exponent)));
    let words = |points: &[(f64, f64)]| charts::growth_words(points);
    for (exponent, expect) in [
        (0.0, "stays level"),
        (0.5, "grows as √n"),
        (1.0, "grows as n"),
        (1.3, "grows as n^1.30"),
        (2.0, "grows as n²"),
        (-1.0, "falls"),
    ] {
        assert_eq!(words(&power(exponent).collect::<Vec<_>>()), expect);
    }
    assert_eq!(words(&[(1.0, 1.0), (10.0, 9.0), (100.0, 10.0), (1000.0, 10.0)]), "levels off");
    assert_eq!(words(&[(1.0, 1.0)]), "");
}

proptest! {
    #[test]
    fn labels_stand_apart_wherever_lines_end(
        ends in prop::collection::vec((1..10_000_000_000_u64, 1..10_000_000_000_u64), 3),
        this_file in 1..10_000_000_u64,
        narrow: bool,
    ) {
        let points: Vec<_> = ends.iter().map(|(first, last)| [(100, *first), (100_000, *last)]).collect();
        let states = [Indexes::Without, Indexes::Documented, Indexes::Repaired];
        let curves: Vec<(Indexes, &[(u64, u64)])> =
            states.into_iter().zip(&points).map(|(indexes, points)| (indexes, points.as_slice())).collect();
        let width = if narrow { NARROW } else { WIDE };
        for measure in [Measure::Time, Measure::Pages] {
            check_layout("growth", &charts::growth("g", width, &growth(&curves), measure, Some(this_file)).unwrap());
        }
    }

    #[test]
    fn labels_are_moved_as_little_as_it_takes(
        wanted in prop::collection::vec(-50.0..300.0_f64, 0..8), height in 1.0..60.0_f64,
    ) {
        let placed = spread(&wanted, height, [0.0, 250.0]);
        prop_assert_eq!(placed.len(), wanted.len());
        let room = height.min(250.0 / wanted.len().max(1) as f64);
        let mut sorted = placed.clone();
        sorted.sort_by(f64::total_cmp);
        prop_assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] >= room - 1e-6), "{:?}", placed);
        prop_assert!(placed.iter().all(|at| *at >= -1e-6 && *at + room <= 250.0 + 1e-6), "{:?}", placed);
    }

    #[test]
    fn any_samples_give_a_picture_within_its_frame(
        pairs in prop::collection::vec((1..100_000_u64, 0..u64::MAX / 1_000_000), 1..40), narrow: bool, linear: bool,
    ) {
        let mut samples = Samples::new(if linear { SamplingMode::Linear } else { SamplingMode::Flat });
        pairs.iter().for_each(|(iterations, ns)| samples.push(*iterations, *ns));
        let estimates = estimates(&samples);
        let width = if narrow { NARROW } else { WIDE };
        let state = |label, class| Violin { label, class, samples: &samples };
        let pictures = [
            charts::density("p", width, &samples, &estimates),
            charts::scatter("p", width, &samples),
            charts::regression("p", width, &samples, &estimates),
            charts::violins("p", width, &[state("a long label of one state", "before"), state("x", "after")]),
        ];
        prop_assert!(pictures[1].is_some() && pictures[3].is_some());
        for picture in pictures.into_iter().flatten() {
            check_layout("any", &picture);
        }
    }
}
