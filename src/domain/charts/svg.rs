//! A tiny writer of SVG: elements, classes, numbers that are numbers, escaped text.

use std::fmt::Write;

use crate::domain::markup::escape;

pub(super) type Point = (f64, f64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

pub(super) struct Svg {
    pub width: f64,
    pub height: f64,
    body: String,
}

impl Svg {
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    pub fn line(&mut self, class: &str, from: Point, to: Point) {
        let ([x1, y1], [x2, y2]) = (pixels(from), pixels(to));
        self.element(format_args!(r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#));
    }

    /// Between two corners, whichever they are.
    pub fn rect(&mut self, class: &str, one: Point, other: Point) {
        self.filled_rect(class, None, [one, other]);
    }

    /// `fill` is what [`Svg::hatch`] answered; without it the class says how.
    pub fn filled_rect(&mut self, class: &str, fill: Option<&str>, [one, other]: [Point; 2]) {
        let [x, y] = pixels((one.0.min(other.0), one.1.min(other.1)));
        let [width, height] = pixels(((one.0 - other.0).abs(), (one.1 - other.1).abs()));
        let fill = fill.map(|fill| format!(r#" fill="{fill}""#)).unwrap_or_default();
        self.element(format_args!(
            r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"{fill}/>"#
        ));
    }

    /// Slanted lines to fill something with, told apart without colours; `id` is the picture's.
    pub fn hatch(&mut self, id: &str) -> String {
        let id = escape(id);
        self.element(format_args!(
            r#"<defs><pattern id="{id}-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="5" height="5"/><rect class="hatch-line" width="1.6" height="5"/></pattern></defs>"#
        ));
        format!("url(#{id}-hatch)")
    }

    pub fn circle(&mut self, class: &str, at: Point, radius: f64) {
        let [x, y] = pixels(at);
        self.element(format_args!(r#"<circle class="{class}" cx="{x}" cy="{y}" r="{}"/>"#, pixel(radius)));
    }

    pub fn polyline(&mut self, class: &str, points: &[Point]) {
        self.points("polyline", class, points);
    }

    pub fn polygon(&mut self, class: &str, points: &[Point]) {
        self.points("polygon", class, points);
    }

    fn points(&mut self, name: &str, class: &str, points: &[Point]) {
        let points: Vec<String> = points.iter().map(|point| pixels(*point).join(",")).collect();
        self.element(format_args!(r#"<{name} class="{class}" points="{}"/>"#, points.join(" ")));
    }

    /// `class` is `strong`, `mid` or empty for a tick's label.
    pub fn text(&mut self, class: &str, at: Point, anchor: Anchor, text: &str) {
        if text.is_empty() {
            return;
        }
        let [x, y] = pixels(at);
        let class = if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) };
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        self.element(format_args!(r#"<text{class} x="{x}" y="{y}"{anchor}>{}</text>"#, escape(text)));
    }

    fn element(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.body.write_fmt(element);
    }

    pub fn finish(self, id: &str, title: &str, description: &str) -> String {
        self.finish_in_tone(id, None, title, description)
    }

    /// `tone` is what the page's `data-tone` takes.
    pub fn finish_in_tone(self, id: &str, tone: Option<&str>, title: &str, description: &str) -> String {
        let (id, [width, height]) = (escape(id), pixels((self.width, self.height)));
        let tone = tone.map(|tone| format!(r#" data-tone="{tone}""#)).unwrap_or_default();
        format!(
            r#"<svg class="chart"{tone} width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{}</title><desc id="{id}-desc">{}</desc>{}</svg>"#,
            escape(title),
            escape(description),
            self.body
        )
    }
}

fn pixels((x, y): Point) -> [String; 2] {
    [pixel(x), pixel(y)]
}

/// A tenth of a pixel is fine enough. What is no number stands at 0, where it does least harm.
fn pixel(x: f64) -> String {
    let rounded = if x.is_finite() { (x * 10.0).round() / 10.0 } else { 0.0 };
    // No minus before a zero.
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}
