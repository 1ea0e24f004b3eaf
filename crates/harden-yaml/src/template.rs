//! Templates: texts that become YAML when something else fills them in.

use crate::scanner::Ending;
use crate::{Document, Span};

/// How directives begin and end: Go templates and Jinja, ERB, and Terraform.
const DIRECTIVES: [(&str, &str); 5] =
    [("{{", "}}"), ("{%", "%}"), ("{#", "#}"), ("<%", "%>"), ("%{", "}")];

/// The first directive of a part of a text that cannot be read, if directives are what is in the way: without
/// them it can be read, or one of them stands where a value, a key or a line begins.
pub(crate) fn find(text: &str, span: Span) -> Option<Span> {
    let part = span.text(text);
    let directives = directives(part);
    let first = *directives.first()?;
    let begins = first_that_begins(part);
    let is_template = begins.is_some() || is_readable_without(part, &directives);
    let start = span.start as usize;
    let (from, to) = begins.unwrap_or(first);
    is_template.then(|| Span::new(start + from, start + to).fitted(text))
}

/// Where directives are.
fn directives(part: &str) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut position = 0;
    while let Some(found) = part.get(position..).and_then(|it| it.find(['{', '<', '%'])) {
        position += found;
        match directive_at(part, position) {
            Some(end) => {
                all.push((position, end));
                position = end;
            }
            None => position += 1,
        }
    }
    all
}

/// The end of the directive that begins here.
fn directive_at(part: &str, start: usize) -> Option<usize> {
    let rest = part.get(start..)?;
    let (opening, closing) = DIRECTIVES.iter().find(|(it, _)| rest.starts_with(it))?;
    let inside = rest.get(opening.len()..)?;
    Some(start + opening.len() + inside.find(closing)? + closing.len())
}

/// Whether a text can be read when each directive is a word, or nothing where it has its lines to itself.
fn is_readable_without(part: &str, directives: &[(usize, usize)]) -> bool {
    let mut filled = part.as_bytes().to_vec();
    let mut fill = |from: usize, to: usize, with: u8| {
        for byte in filled.get_mut(from..to).unwrap_or_default() {
            if *byte != b'\n' || with != b' ' {
                *byte = with;
            }
        }
    };
    directives.iter().for_each(|(from, to)| fill(*from, *to, 0));
    let mut from = 0;
    for (line, to) in lines(part, directives) {
        let is_alone = line.iter().all(|it| matches!(it, 0 | b' ' | b'\t' | b'\r' | b'\n'));
        if is_alone && line.contains(&0) {
            fill(from, to, b' ');
        }
        from = to;
    }
    let filled = filled.into_iter().map(|it| if it == 0 { b'x' } else { it }).collect();
    let Ok(filled) = String::from_utf8(filled) else { return false };
    let whole = Span::new(0, filled.len());
    Document::yaml_part(&filled, whole, Ending::LineBreak, None).is_readable()
}

/// The lines of a text and where they end, with zeros for directives; one that is broken is on one line.
fn lines(part: &str, directives: &[(usize, usize)]) -> Vec<(Vec<u8>, usize)> {
    let mut masked = part.as_bytes().to_vec();
    for (from, to) in directives {
        masked.get_mut(*from..*to).unwrap_or_default().fill(0);
    }
    let mut end = 0;
    let lines = masked.split_inclusive(|it| *it == b'\n').map(|line| {
        end += line.len();
        (line.to_vec(), end)
    });
    lines.collect()
}

/// The first directive that begins a line, a key or a value, outside of quotes, comments and blocks of text.
fn first_that_begins(part: &str) -> Option<(usize, usize)> {
    let mut quote = None;
    let mut block: Option<usize> = None;
    let mut start = 0;
    for line in part.split_inclusive('\n') {
        let text = line.trim_end();
        let indent = text.len() - text.trim_start_matches(' ').len();
        let is_in_block = block.is_some_and(|it| text.is_empty() || indent > it);
        if !is_in_block {
            block = None;
            if let Some(found) = begins_in_line(part, start, text, &mut quote) {
                return Some(found);
            }
            if quote.is_none() && opens_block(text) {
                block = Some(indent);
            }
        }
        start += line.len();
    }
    None
}

fn begins_in_line(
    part: &str,
    start: usize,
    line: &str,
    quote: &mut Option<char>,
) -> Option<(usize, usize)> {
    // What stands before, without blanks; and whether blanks stand between.
    let (mut before, mut is_apart) = (None, true);
    let mut skip = 0;
    let mut is_escaped = false;
    for (at, character) in line.char_indices() {
        if at < skip {
            continue;
        }
        if let Some(open) = *quote {
            let is_end = character == open && !is_escaped;
            is_escaped = open == '"' && character == '\\' && !is_escaped;
            if is_end {
                *quote = None;
            }
            (before, is_apart) = (Some('"'), false);
            continue;
        }
        let is_beginning = match before {
            None | Some('[' | '{' | ',') => true,
            Some(':' | '-' | '?') => is_apart,
            _ => false,
        };
        match character {
            ' ' | '\t' => {
                is_apart = true;
                continue;
            }
            '#' if is_apart => return None,
            '"' | '\'' if is_beginning => *quote = Some(character),
            _ => {
                if let Some(end) = directive_at(part, start + at) {
                    if is_beginning {
                        return Some((start + at, end));
                    }
                    skip = end - start;
                }
            }
        }
        (before, is_apart) = (Some(character), false);
    }
    None
}

/// Whether a line ends in `|` or `>`, so that the lines below it are text.
fn opens_block(line: &str) -> bool {
    let line = line.find(" #").and_then(|at| line.get(..at)).unwrap_or(line);
    let mut words = line.split_ascii_whitespace().rev();
    let is_indicator = words.next().is_some_and(|it| {
        it.strip_prefix(['|', '>'])
            .is_some_and(|rest| rest.chars().all(|it| matches!(it, '+' | '-' | '0'..='9')))
    });
    is_indicator
        && words
            .next()
            .is_some_and(|it| it.ends_with(':') || it == "-" || it.starts_with(['&', '!']))
}

#[cfg(test)]
mod tests {
    use crate::{Document, parse};

    fn template(text: &str) -> Option<&str> {
        parse(text).first().and_then(Document::template).map(|it| it.text(text))
    }

    #[test]
    fn directives_that_are_in_the_way_make_a_template() {
        for (text, directive) in [
            ("name: {{ .Release.Name }}\n", "{{ .Release.Name }}"),
            ("{{- if .Values.x }}\na: 1\n{{- end }}\n", "{{- if .Values.x }}"),
            ("{% if enabled %}\na: 1\n{% endif %}\n", "{% if enabled %}"),
            ("{# says why #}\n{% set a = 1 %}\na: 1\n", "{# says why #}"),
            ("a:\n  {{ toYaml . |\n    indent 2 }}\n", "{{ toYaml . |\n    indent 2 }}"),
            ("<% if x %>\na: 1\n<% end %>\n", "<% if x %>"),
            ("%{ if x }\na: 1\n%{ endif }\n", "%{ if x }"),
            ("- {{ a }}\n- {{ $k }}: {{ $v }}\n", "{{ a }}"),
            ("{\"a\": {{ toJson . }}}\n", "{{ toJson . }}"),
            ("a: \"{{ .x | default \"b\" }}\"\n", "{{ .x | default \"b\" }}"),
            (
                "a: |\n  x\n{{ .Files.Get \"x\" | indent 2 }}\nb: 1\n",
                "{{ .Files.Get \"x\" | indent 2 }}",
            ),
        ] {
            assert_eq!(template(text), Some(directive), "{text}");
        }
    }

    #[test]
    fn braces_in_quotes_comments_and_blocks_explain_no_fault() {
        for text in [
            "a: 1\n b:\n  url: \"{{ .user }}\"\n",
            "a: 1\n b: '{{ .user }}'\n",
            "a: [\n# {{ .user }}\n",
            "a: |\n  {{ if x }}\n  {{ end }}\nb: [\n",
            "- a: >-\n    {{ x }}\n  b: c: d\n",
            "a: pod {{ $labels.pod }} is down\n b: 1\n",
            "a: [\nb: {{\n",
            "a: [\n",
        ] {
            assert!(parse(text).first().is_some_and(Document::is_rejected), "{text}");
            assert_eq!(template(text), None, "{text}");
        }
    }

    #[test]
    fn what_can_be_read_is_no_template() {
        assert_eq!(template("a: '{{ x }}'\n"), None);
        assert_eq!(template("a: b{{ x }}\n"), None);
    }
}
