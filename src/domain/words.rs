//! Small words that every sentence needs. Figures are in `numbers`.

use super::numbers::count;

/// Small numbers as words at the start of a sentence: `Two`, `13`.
pub fn number_word(n: usize) -> String {
    const WORDS: [&str; 10] = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];
    WORDS.get(n).map_or_else(|| count(n as u64), |word| (*word).to_owned())
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// In backticks, for the page to set in mono.
pub fn code(name: &str) -> String {
    format!("`{name}`")
}
