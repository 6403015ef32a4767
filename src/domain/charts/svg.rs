//! A small writer of SVG. Everything that is text is escaped.

use crate::domain::markup::escape;

/// Where a text stands to its point.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

pub struct Svg {
    head: String,
    body: String,
}

impl Svg {
    /// `id` is unique on the page. `title` and `description` say to assistive technology what the picture shows.
    pub fn new(id: &str, width: f64, height: f64, title: &str, description: &str) -> Self {
        let (id, title, description) = (escape(id), escape(title), escape(description));
        let head = format!(
            "<svg class=\"chart\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
             role=\"img\" aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{title}</title>\
             <desc id=\"{id}-d\">{description}</desc>"
        );
        Self { head, body: String::new() }
    }

    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.body.push_str(&format!(
            "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        ));
    }

    pub fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64)) {
        let ((x, y), (width, height)) = (at, (size.0.max(0.0), size.1.max(0.0)));
        self.body.push_str(&format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
        ));
    }

    pub fn circle(&mut self, class: &str, at: (f64, f64), radius: f64) {
        let (x, y) = at;
        self.body.push_str(&format!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"/>"));
    }

    /// A cross, for what must be told from a circle without a colour.
    pub fn cross(&mut self, class: &str, at: (f64, f64), radius: f64) {
        let (x, y) = at;
        self.line(class, (x - radius, y - radius), (x + radius, y + radius));
        self.line(class, (x - radius, y + radius), (x + radius, y - radius));
    }

    pub fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        self.body.push_str(&format!("<polyline class=\"{class}\" points=\"{}\"/>", joined(points)));
    }

    pub fn polygon(&mut self, class: &str, points: &[(f64, f64)]) {
        self.body.push_str(&format!("<polygon class=\"{class}\" points=\"{}\"/>", joined(points)));
    }

    pub fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let (x, y) = at;
        let (anchor, text) = (anchor.name(), escape(text));
        self.body.push_str(&format!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    pub fn finish(self) -> String {
        format!("{}{}</svg>", self.head, self.body)
    }
}

fn joined(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}
