//! What a person reads when something goes wrong.

use std::fmt;

/// A failure in three parts: what happened, what it means, what to do about it.
#[derive(Debug)]
pub struct Problem {
    happened: String,
    meaning: Option<String>,
    remedy: Option<String>,
    exit_code: u8,
}

impl Problem {
    pub fn new(happened: impl Into<String>) -> Problem {
        Problem { happened: happened.into(), meaning: None, remedy: None, exit_code: 1 }
    }

    /// The person asked for something that does not exist: exit code 2.
    pub fn usage(happened: impl Into<String>) -> Problem {
        Problem { exit_code: 2, ..Problem::new(happened) }
    }

    pub fn meaning(mut self, meaning: impl Into<String>) -> Problem {
        self.meaning = Some(meaning.into());
        self
    }

    pub fn remedy(mut self, remedy: impl Into<String>) -> Problem {
        self.remedy = Some(remedy.into());
        self
    }

    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.happened)?;
        if let Some(meaning) = &self.meaning {
            write!(f, "\n  {}", meaning.replace('\n', "\n  "))?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  What to do: {}", remedy.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}
