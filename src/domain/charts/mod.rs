//! Pictures as SVG text, drawn from the report's model, so that the page and a saved report show the same.
//!
//! No colour and no style stands in them, only classes: `style/charts.css` paints them in both themes.

mod axis;
mod density;
mod growth;
mod regression;
mod scatter;
mod svg;
mod violins;

pub use density::density;
pub use growth::{Measure, growth};
pub use regression::regression;
pub use scatter::scatter;
pub use violins::{Violin, violins};
