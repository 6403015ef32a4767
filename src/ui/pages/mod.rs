//! One view per file. Each reads `Inspector::use_()` and stands inside `main`.

mod benchmarks;
mod cleanups;
mod guide;
mod indexes;
mod landing;
mod monitoring;
mod overview;
mod pool;
mod practices;
mod queries;
mod repair;
mod report;
mod summary;
mod troubleshooting;

pub use benchmarks::Benchmarks;
pub use cleanups::Cleanups;
pub use guide::Guide;
pub use indexes::Indexes;
pub use landing::{Landing, WithoutDatabase};
pub use monitoring::Monitoring;
pub use overview::Overview;
pub use pool::Pool;
pub use practices::Practices;
pub use queries::Queries;
pub use repair::Repair;
pub use report::ReportView;
pub use summary::Summary;
pub use troubleshooting::Troubleshooting;
