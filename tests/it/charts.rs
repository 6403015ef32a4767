//! Pictures: well-formed, within their frame, without a style of their own, and sensible for next to nothing.

use cortex_inspector::domain::benchmark::{Growth, GrowthCurve, GrowthPoint, Indexes};
use cortex_inspector::domain::charts::{Measure, Violin, density, growth, regression, scatter, violins};
use cortex_inspector::domain::measuring::{Estimate, Estimates, Estimating, Samples, SamplingMode, fit_power};
use proptest::prelude::*;
use roxmltree::{Document, Node};

const WIDTH: f64 = 340.0;

fn samples(times: &[(u64, u64)]) -> Samples {
    let mut samples = Samples::new(SamplingMode::Linear);
    times.iter().for_each(|(iterations, ns)| samples.push(*iterations, *ns));
    samples
}

fn estimates(samples: &Samples) -> Estimates {
    let mut estimating = Estimating::new(samples, 200);
    while estimating.advance(100) {}
    estimating.finish()
}

/// A ramp with a jitter that repeats.
fn ordinary() -> Samples {
    let times: Vec<(u64, u64)> = (0..40).map(|n| (1 + n % 10, (1 + n % 10) * 1_000 + (n * 37) % 90)).collect();
    samples(&times)
}

fn curve(indexes: Indexes, figures: &[(u64, u64, u64)]) -> GrowthCurve {
    let point = |(n_rows, ns, pages): &(u64, u64, u64)| GrowthPoint {
        n_rows: *n_rows,
        n_result_rows: 1,
        median: Estimate { point_ns: *ns, lower_ns: *ns, upper_ns: *ns },
        n_samples: 10,
        pages_read: *pages,
        vm_steps: 1,
    };
    let through = |of: fn(&(u64, u64, u64)) -> u64| {
        fit_power(&figures.iter().map(|figure| (figure.0 as f64, of(figure) as f64)).collect::<Vec<_>>())
    };
    GrowthCurve {
        indexes,
        points: figures.iter().map(point).collect(),
        time_fit: through(|figure| figure.1),
        pages_fit: through(|figure| figure.2),
    }
}

fn grown(curves: Vec<GrowthCurve>) -> Growth {
    Growth { query: "q".into(), tables: vec!["t".into()], curves }
}

/// Every coordinate, as far as it stands in an attribute.
fn coordinates(node: Node<'_, '_>) -> Vec<(f64, f64)> {
    let number = |name: &str| node.attribute(name).and_then(|text| text.parse::<f64>().ok());
    let mut found = Vec::new();
    for (x, y) in [("x1", "y1"), ("x2", "y2"), ("x", "y"), ("cx", "cy")] {
        found.extend(number(x).zip(number(y)));
    }
    for pair in node.attribute("points").unwrap_or_default().split_whitespace() {
        let (x, y) = pair.split_once(',').expect("a pair");
        found.push((x.parse().expect("a number"), y.parse().expect("a number")));
    }
    found
}

#[track_caller]
fn check_picture(svg: &str) {
    let document = Document::parse(svg).expect("well-formed");
    let root = document.root_element();
    let frame: Vec<f64> = root.attribute("viewBox").unwrap().split(' ').map(|text| text.parse().unwrap()).collect();
    assert_eq!(root.attribute("role"), Some("img"));
    let words = |name: &str| root.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
    assert!(words("title").is_some_and(|text| !text.is_empty()) && words("desc").is_some_and(|text| text.len() > 10));
    for node in document.descendants().filter(Node::is_element) {
        assert!(node.attribute("style").is_none() && node.attribute("fill").is_none(), "{node:?}");
        for (x, y) in coordinates(node) {
            assert!(x.is_finite() && y.is_finite(), "{node:?}");
            assert!(x >= -1.0 && x <= frame[2] + 1.0 && y >= -1.0 && y <= frame[3] + 1.0, "{node:?} leaves {frame:?}");
        }
    }
}

#[test]
fn pictures_of_ordinary_samples() {
    let samples = ordinary();
    let estimates = estimates(&samples);
    check_picture(&density("d", WIDTH, &samples, &estimates).unwrap());
    check_picture(&scatter("s", WIDTH, &samples).unwrap());
    check_picture(&regression("r", WIDTH, &samples, &estimates).unwrap());
    let both =
        [("one", "before"), ("<other>", "after")].map(|(label, class)| Violin { label, class, samples: &samples });
    check_picture(&violins("v", WIDTH, &both).unwrap());
    let curves = vec![
        curve(Indexes::Without, &[(100, 1_000, 3), (100_000, 1_000_000, 3_000)]),
        curve(Indexes::Repaired, &[(100, 900, 3), (100_000, 1_100, 5)]),
    ];
    for measure in [Measure::Time, Measure::Pages] {
        for width in [WIDTH, 540.0] {
            check_picture(&growth("g", width, &grown(curves.clone()), measure).unwrap());
        }
    }
}

#[test]
fn next_to_nothing_gives_a_picture_or_none() {
    let none = samples(&[]);
    assert_eq!(scatter("s", WIDTH, &none), None);
    assert_eq!(violins("v", WIDTH, &[]), None);
    assert_eq!(growth("g", WIDTH, &grown(Vec::new()), Measure::Time), None);
    for few in [samples(&[(1, 5)]), samples(&[(1, 5), (1, 5)]), samples(&[(1, 0), (1, 0)])] {
        let estimates = estimates(&few);
        assert_eq!(density("d", WIDTH, &few, &estimates), None, "all samples are equal");
        check_picture(&scatter("s", WIDTH, &few).unwrap());
        regression("r", WIDTH, &few, &estimates).iter().for_each(|svg| check_picture(svg));
        check_picture(&violins("v", WIDTH, &[Violin { label: "one", class: "before", samples: &few }]).unwrap());
    }
    let one_point = grown(vec![curve(Indexes::Without, &[(100, 5, 1)])]);
    check_picture(&growth("g", WIDTH, &one_point, Measure::Time).unwrap());
    // A time that the clock did not see has no place on a logarithmic scale, and harms nothing.
    let unseen = grown(vec![curve(Indexes::Without, &[(100, 0, 1), (1_000, 7, 2)])]);
    check_picture(&growth("g", WIDTH, &unseen, Measure::Time).unwrap());
}

proptest! {
    #[test]
    fn labels_of_curves_do_not_lie_on_each_other(
        ends in prop::collection::vec((1_u64..1_000_000_000, 1_u64..100_000), 1..4)
    ) {
        let all = [Indexes::Without, Indexes::Documented, Indexes::Repaired];
        let curves = all.into_iter().zip(&ends).map(|(indexes, (ns, pages))| {
            curve(indexes, &[(100, 1_000, 3), (100_000, *ns, *pages)])
        });
        let svg = growth("g", 540.0, &grown(curves.collect()), Measure::Time).unwrap();
        check_picture(&svg);
        let document = Document::parse(&svg).unwrap();
        let is_label = |node: &Node<'_, '_>| node.attribute("class") == Some("strong");
        let labels = document.descendants().filter(is_label);
        let mut places: Vec<f64> = labels.map(|node| node.attribute("y").unwrap().parse().unwrap()).collect();
        prop_assert_eq!(places.len(), ends.len());
        places.sort_by(f64::total_cmp);
        prop_assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 28.0), "{places:?}");
    }

    #[test]
    fn any_samples_stay_within_the_frame(times in prop::collection::vec((1_u64..1_000, 0_u64..u64::MAX / 4_096), 1..60)) {
        let samples = samples(&times);
        let estimates = estimates(&samples);
        density("d", WIDTH, &samples, &estimates).iter().for_each(|svg| check_picture(svg));
        check_picture(&scatter("s", WIDTH, &samples).unwrap());
        regression("r", WIDTH, &samples, &estimates).iter().for_each(|svg| check_picture(svg));
    }
}
