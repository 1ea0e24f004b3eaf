//! Names of lists in the text of a condition, and what they stand for.

use rustc_hash::FxHashSet;

use super::List;
use super::named::Named;
use crate::runtime::file::exception::quoted;

/// How long a condition may become. Falco knows no bound, and lists of lists have none.
const LONGEST: usize = 16 << 20;

const BLANKS: &[char] = &[' ', '\t', '\n', '\r'];

/// A text got longer than [`LONGEST`].
#[derive(Debug)]
struct TooMuch;

fn is_delimiter(it: char) -> bool {
    BLANKS.contains(&it) || "(),=".contains(it)
}

/// Puts in the text of a condition what is in lists in place of their names, list by list, as text.
/// Says which lists were in it; nothing where the text gets too long.
pub(super) fn expand(condition: &mut String, lists: &Named<List<'_>>) -> Option<Vec<usize>> {
    let words = |text: &str| text.split(is_delimiter).map(str::to_owned).collect::<FxHashSet<_>>();
    let mut present = words(condition);
    let mut used = Vec::new();
    for (index, list) in lists.all.iter().enumerate() {
        if !present.contains(&list.name) && !list.name.contains(is_delimiter) {
            continue;
        }
        let items: Vec<_> = list.items.iter().map(|it| quoted(it)).collect();
        let items = items.join(", ");
        if let Some(expanded) = substitute(condition, &list.name, &items).ok()? {
            *condition = expanded;
            present.extend(words(&items));
            used.push(index);
        }
    }
    Some(used)
}

/// The text with the items in place of each name; nothing where the name is not in it.
fn substitute(text: &str, name: &str, items: &str) -> Result<Option<String>, TooMuch> {
    let mut before = String::new();
    let (mut rest, mut from, mut is_used) = (text, 0, false);
    while let Some(at) = rest.get(from..).and_then(|it| it.find(name)).map(|it| it + from) {
        let (head, tail) = rest.split_at(at);
        let tail = tail.strip_prefix(name).unwrap_or_default();
        let ahead = head.chars().next_back().or_else(|| before.chars().next_back());
        if !(ahead.is_none_or(is_delimiter) && tail.chars().next().is_none_or(is_delimiter)) {
            from = at + name.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        is_used = true;
        before.push_str(head);
        before.truncate(before.trim_end_matches(BLANKS).len());
        rest = tail.trim_start_matches(BLANKS);
        if items.is_empty() {
            // Of two commas one is left.
            if before.ends_with(',') {
                before.pop();
            } else {
                rest = rest.strip_prefix(',').unwrap_or(rest);
            }
        }
        // At the start of a text, Falco goes on one character later.
        from = if before.is_empty() { rest.chars().next().map_or(0, char::len_utf8) } else { 0 };
        before.push_str(if before.is_empty() { "" } else { " " });
        before.push_str(items);
        before.push(' ');
        if before.len() + rest.len() > LONGEST {
            return Err(TooMuch);
        }
    }
    before.push_str(rest);
    Ok(is_used.then_some(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, items: &str) -> String {
        substitute(text, "names", items).unwrap().unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn names_are_replaced_between_delimiters_only() {
        assert_eq!(of("a.b in (names)", "x, y"), "a.b in ( x, y )");
        assert_eq!(of("a.b in (x,names , z)", ""), "a.b in (x  , z)");
        assert_eq!(of("a.b in (names,z)", ""), "a.b in (  z)");
        assert_eq!(
            of("a.b in (mynames, names2, 'names')", "x"),
            "a.b in (mynames, names2, 'names')"
        );
        assert_eq!(of("names names names", "x"), "x names x ");
        assert_eq!(of("a = names", "x, y"), "a = x, y ");
    }

    #[test]
    fn what_grows_without_end_is_too_much() {
        let text = "names ".repeat(1 << 16);
        assert!(substitute(&text, "names", &"x".repeat(1 << 10)).is_err());
    }
}
