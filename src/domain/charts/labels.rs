//! Text that must not run into other text: how wide it is, and where it goes.

/// Of text at 12 pixels, a little more than any of the page's fonts takes.
pub(super) fn text_width(text: &str) -> f64 {
    let width = |ch| match ch {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | '\'' | '|' | ' ' | '\u{a0}' => 4.4,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 12.0,
        ch if ch.is_ascii_uppercase() => 9.2,
        ch if ch.is_ascii() => 7.6,
        ch if u32::from(ch) < 0x1100 => 8.0,
        _ => 13.0,
    };
    text.chars().map(width).sum()
}

/// In bold.
pub(super) fn strong_width(text: &str) -> f64 {
    text_width(text) * 1.12
}

/// Cut to a width, with an ellipsis where something is gone.
pub(super) fn fit(text: &str, width: f64) -> String {
    if strong_width(text) <= width {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while !kept.is_empty() && strong_width(&kept) + strong_width("…") > width {
        kept.pop();
    }
    format!("{}…", kept.trim_end())
}

/// Moves labels of one height as little as it takes for them to stand apart between `from` and `to`, in the order in
/// which they were wanted. `wanted` are their upper edges. Where there is no room for all, they share it evenly.
pub fn spread(wanted: &[f64], height: f64, [from, to]: [f64; 2]) -> Vec<f64> {
    let n = wanted.len();
    let mut order: Vec<(usize, f64)> = wanted.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let height = height.min((to - from) / n.max(1) as f64);
    let mut free = from;
    for (_, at) in &mut order {
        *at = at.max(free);
        free = *at + height;
    }
    let mut free = to;
    for (_, at) in order.iter_mut().rev() {
        *at = at.min(free - height);
        free = *at;
    }
    order.sort_by_key(|(place, _)| *place);
    order.into_iter().map(|(_, at)| at).collect()
}
