//! Lists in sentences.

/// A few of many: `a, b and 3 more`.
pub(in crate::generators) fn few(items: &[String]) -> String {
    const MOST: usize = 8;
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] if items.len() <= MOST => format!("{} and {last}", before.join(", ")),
        items => {
            let shown: Vec<&str> = items.iter().take(MOST).map(String::as_str).collect();
            format!("{} and {} more", shown.join(", "), items.len() - MOST)
        }
    }
}
