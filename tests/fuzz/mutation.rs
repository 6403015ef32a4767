//! One input made from others.

use std::path::PathBuf;

use fastrand::Rng;

/// Numbers at which readers go wrong.
const EDGES: [u64; 8] = [0, 1, 0x7f, 0xff, 0x7fff_ffff, 0xffff_ffff, i64::MAX as u64, u64::MAX];

/// Pieces of text formats that blind mutations would not find.
const WORDS: [&str; 16] = [
    "null",
    "-1",
    "1e999",
    "18446744073709551616",
    "\"\"",
    "{}",
    "[]",
    "\\ud800",
    "\u{0}",
    "SCAN",
    "SEARCH",
    "USING INDEX",
    "(a=? AND b>?)",
    "~12345678901234567890 rows",
    "\u{202e}",
    "🦀",
];

/// No input needs more to be wrong.
const MAX_BYTES: usize = 1 << 16;

pub fn mutated(random: &mut Rng, corpus: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    let pick = |random: &mut Rng| &corpus[random.usize(..corpus.len())].1;
    let mut input = pick(random).clone();
    for _ in 0..random.u8(1..6) {
        let at = random.usize(..=input.len());
        let end = at + random.usize(..=(input.len() - at).min(64));
        match random.u8(..9) {
            0 if at < input.len() => input[at] ^= 1 << random.u8(..8),
            1 if at < input.len() => input[at] = random.u8(..),
            2 => input.truncate(at),
            3 => drop(input.drain(at..end)),
            4 => {
                let piece = input[at..end].to_vec();
                input.splice(at..at, piece);
            }
            5 => {
                let other = pick(random);
                let from = random.usize(..=other.len());
                let to = from + random.usize(..=(other.len() - from).min(256));
                input.splice(at..end, other[from..to].iter().copied());
            }
            6 => {
                let word = WORDS[random.usize(..WORDS.len())];
                input.splice(at..end, word.bytes());
            }
            _ => {
                let (edge, n) = (EDGES[random.usize(..EDGES.len())].to_be_bytes(), 1 << random.u8(..4));
                let end = (at + n).min(input.len());
                input[at..end].copy_from_slice(&edge[8 - n..][..end - at]);
            }
        }
    }
    input.truncate(MAX_BYTES);
    input
}
