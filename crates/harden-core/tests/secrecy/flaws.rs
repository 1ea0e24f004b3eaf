//! Flaws of documents.

use super::{COMMON, MARKS};

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    fn one_of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

/// So many flaws are common to all documents.
const COMMONEST: usize = 12;
/// So many there are.
const MOST: usize = 34;

/// A document with another flaw.
pub(crate) fn broken(random: &mut Random, text: &str, is_made_of_secrets: bool) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return String::new();
    }
    let line = random.below(lines.len());
    let is_said = |line: &str| {
        line.contains("PASSWORD") || line.contains("TOKEN") || line.contains("password")
    };
    let flaw = random.below(if is_made_of_secrets { MOST } else { COMMONEST });
    match flaw {
        0 => {
            let mut end = random.below(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            return text[..end].to_owned();
        }
        1 => lines[line] = format!("{}{}", " ".repeat(1 + random.below(4)), lines[line]),
        2 => {
            let drop = 1 + random.below(4);
            let indent = lines[line].len() - lines[line].trim_start().len();
            lines[line].drain(..drop.min(indent));
        }
        3 => lines[line] = format!("\t{}", lines[line].trim_start()),
        4 => {
            let signs = ["*", "&", "!", "%", "@", "`", "'", "\"", "|", "[", "{", "? ", "#"];
            // The last ones end a word of a script.
            let sign = random.one_of(if is_made_of_secrets { &signs } else { &signs[..8] });
            let marks: Vec<_> = text.match_indices(COMMON).map(|(at, _)| at).collect();
            if let Some(at) = marks.get(random.below(marks.len())) {
                return format!("{}{sign}{}", &text[..*at], &text[*at..]);
            }
        }
        5 => {
            let copy = lines[line].clone();
            lines.insert(line, copy);
        }
        6 => lines.insert(
            line,
            random.one_of(&["}", "]", "{{ .Values.a }}", "- a", "a: b: c", "..."]).to_owned(),
        ),
        7 if !is_said(&lines[line]) => {
            lines[line].push_str(random.one_of(&[":", " :", "'", "\"", "}", ",", " #"]));
        }
        8 => {
            return text.replacen(
                "apiVersion: v1",
                random.one_of(&["apiVersion: V1", "apiversion: v1", "apiVersion v1"]),
                1,
            );
        }
        9 => return text.replace('\n', "\r\n"),
        10 => return format!("\u{feff}{text}"),
        11 => return text.replace(": ", ":\t"),
        COMMONEST.. => return worse(random, text, flaw - COMMONEST),
        _ => {}
    }
    lines.join("\n") + "\n"
}

/// A document with a flaw after which only some of what it says may be left, or in another place.
fn worse(random: &mut Random, text: &str, flaw: usize) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let line = random.below(lines.len());
    match flaw {
        0 => drop(lines.remove(line)),
        1 => lines.insert(line, "---".to_owned()),
        2 => {
            let kind = random.one_of(&[
                "Sercet", "Secrets", "secret", "SECRET", "Secre", "Sekret", "Secret x", "",
                "[Secret]", "Secret:", "\"Secret",
            ]);
            return text.replacen("kind: Secret", &format!("kind: {kind}"), 1);
        }
        3 => {
            if let Some(at) = lines.iter().position(|it| it.trim_start().starts_with("kind:")) {
                let kind = lines.remove(at);
                // It stays in its document.
                let rest = lines.iter().skip(at).position(|it| it.starts_with("---"));
                lines.insert(rest.map_or(lines.len(), |it| at + it), kind);
            }
        }
        4 => lines.retain(|it| !it.trim_start().starts_with("kind:")),
        5 => lines.retain(|it| !it.trim_start().starts_with("apiVersion:")),
        6 => {
            let at = lines.iter().position(|it| it.trim_start().starts_with(['k', 'n']));
            lines.insert(at.map_or(0, |it| it + 1), format!("        {}", MARKS[random.below(3)]));
        }
        7 => {
            let sign = random.one_of(&[
                "{", "}", "[", "]", ",", ":", "#", "&", "*", "!", "|", ">", "'", "\"", "%", "\\",
            ]);
            let mut at = random.below(lines[line].len() + 1);
            while !lines[line].is_char_boundary(at) {
                at -= 1;
            }
            lines[line].insert_str(at, sign);
        }
        8 if line + 1 < lines.len() => {
            let next = lines.remove(line + 1);
            lines[line].push(' ');
            lines[line].push_str(next.trim_start());
        }
        9 => lines[line] = format!("# {}", lines[line]),
        10 => lines = lines.iter().map(|it| format!("#{it}")).collect(),
        11 => lines[line].insert(0, '\u{feff}'),
        12 => {
            // A line that gets into another document is another's.
            let other = (line + 1).min(lines.len() - 1);
            if !lines[line].starts_with("---") && !lines[other].starts_with("---") {
                lines.swap(line, other);
            }
        }
        13 => lines.iter_mut().for_each(|it| it.insert_str(0, "    ")),
        14 => {
            let sign = random.one_of(&["\r", "\u{85}", "\u{2028}", "\u{a0}", "\t", "\0", "\u{1b}"]);
            let blanks: Vec<_> = lines[line].match_indices(' ').map(|(at, _)| at).collect();
            let at = blanks.get(random.below(blanks.len())).copied().unwrap_or(0);
            lines[line].insert_str(at, sign);
        }
        15 => {
            let indent = lines[line].len() - lines[line].trim_start().len();
            let sign = random.one_of(&["---", "--- |", "--- a", "...", "- |", "- |", "- - a: >2"]);
            lines.insert(line, format!("{}{sign}", " ".repeat(random.below(indent + 3))));
        }
        16 => lines.truncate(line + 1),
        17 => drop(lines.drain(..line)),
        18 => return text.replace('\n', "\r"),
        19 => {
            return text.replacen(
                "kind: Secret",
                random.one_of(&[
                    "Kind: Secret",
                    "kind : Secret",
                    "KIND: Secret",
                    "kind:Secret",
                    "knid: Secret",
                    "\"kind\": \"Secret\"",
                    "kind: &a Secret",
                    "kind: !!str Secret",
                    "kind: |\n  Secret",
                    "kind: >-\n  Secret",
                    "? kind\n: Secret",
                ]),
                1,
            );
        }
        20 => return format!("- {}\n", text.trim_end().replace('\n', "\n  ")),
        21 => return format!("a: |\n  {}\n", text.trim_end().replace('\n', "\n  ")),
        _ => {}
    }
    lines.join("\n") + "\n"
}
