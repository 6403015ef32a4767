//! The catalogue, compiled in.

use super::error::{EngineError, Result};
use crate::domain::catalogue::Catalogue;
use crate::domain::failure::FailureKind;
use crate::domain::index_definition::documented_indexes;

const CATALOGUE: &str = include_str!("../../migrations/gitcortex.toml");
const MIGRATION: &str = include_str!("../../migrations/20260119000001_add_performance_indexes.sql");

/// GitCortex's guide. Fails only when the compiled-in files contradict each other, which a test rules out.
pub fn load() -> Result<Catalogue> {
    let broken = |why: String| EngineError::new(FailureKind::Unknown, format!("The catalogue is broken: {why}"));
    let mut catalogue: Catalogue = toml::from_str(CATALOGUE).map_err(|error| broken(error.to_string()))?;
    catalogue.indexes = documented_indexes(MIGRATION).map_err(broken)?;
    Ok(catalogue)
}
