//! Places in objects: `spec.containers[name: *].image`.

use serde_json::Value;

/// One step of a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Field(String),
    /// Elements of a list whose key has a value; all elements where there is none.
    Element {
        key: String,
        value: Option<Key>,
    },
}

/// What a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Text(String),
    Number(i64),
}

impl Key {
    pub(super) fn is(&self, value: &Value) -> bool {
        match self {
            Self::Text(it) => value.as_str() == Some(it),
            Self::Number(it) => value.as_i64() == Some(*it),
        }
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Self::Text(it) => it.as_str().into(),
            Self::Number(it) => (*it).into(),
        }
    }
}

/// Steps of the longest location; objects of Kubernetes are not as deep.
const MOST: usize = 64;

/// Reads a location.
///
/// # Errors
///
/// It is none, in Gatekeeper's words.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, String> {
    let mut words = Words { rest: text };
    let mut steps = Vec::new();
    let mut word = words.next();
    while let Word::Name(name) = word {
        steps.push(Step::Field(name));
        word = words.next();
        if word == Word::Sign('[') {
            steps.push(element(&mut words)?);
            word = words.next();
        }
        match word {
            Word::Sign('.') => {
                word = words.next();
                if word == Word::End {
                    return Err("trailing separators are forbidden".to_owned());
                }
            }
            Word::End => break,
            other => {
                return Err(format!(
                    "unexpected token: expected '.' or eof, got: {}",
                    other.shown()
                ));
            }
        }
    }
    if word != Word::End {
        return Err(format!("unexpected token: expected field name or eof, got: {}", word.shown()));
    }
    if steps.len() > MOST {
        return Err("a location with too many steps".to_owned());
    }
    Ok(steps)
}

fn element(words: &mut Words<'_>) -> Result<Step, String> {
    let unexpected = |wanted: &str, got: &Word| {
        Err(format!("unexpected token: expected {wanted}, got: {}", got.shown()))
    };
    let key = match words.next() {
        Word::Name(key) => key,
        other => return unexpected("keyField in listSpec", &other),
    };
    match words.next() {
        Word::Sign(':') => {}
        other => return unexpected(&format!("':' following keyField {key}"), &other),
    }
    let value = match words.next() {
        Word::Sign('*') => None,
        Word::Name(it) => Some(Key::Text(it)),
        Word::Number(it) => match it.parse() {
            Ok(it) => Some(Key::Number(it)),
            Err(_) => {
                return Err(format!(
                    "overflow in integer string: {it}: parsing key value for key: {key}"
                ));
            }
        },
        other => return unexpected("key value or glob in listSpec", &other),
    };
    match words.next() {
        Word::Sign(']') => Ok(Step::Element { key, value }),
        other => unexpected("']' following listSpec", &other),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    Name(String),
    Number(String),
    Sign(char),
    Unknown(char),
    End,
}

impl Word {
    fn shown(&self) -> String {
        match self {
            Self::Name(it) => format!("IDENT: {it:?}"),
            Self::Number(it) => format!("INT: {it:?}"),
            Self::Sign(it) => format!("{it:?}"),
            Self::Unknown(it) => format!("ERROR: {it:?}"),
            Self::End => "EOF".to_owned(),
        }
    }
}

struct Words<'t> {
    rest: &'t str,
}

impl Words<'_> {
    fn next(&mut self) -> Word {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let Some(first) = self.rest.chars().next() else { return Word::End };
        if first.is_ascii_digit() {
            return Word::Number(self.take(|it| it.is_ascii_digit()));
        }
        let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
        if is_part(first) {
            return Word::Name(self.take(is_part));
        }
        self.rest = self.rest.get(first.len_utf8()..).unwrap_or_default();
        match first {
            '.' | '[' | ']' | '*' | ':' => Word::Sign(first),
            '"' | '\'' => self.quoted(first),
            other => Word::Unknown(other),
        }
    }

    fn take(&mut self, is_part: impl Fn(char) -> bool) -> String {
        let length = self.rest.find(|it| !is_part(it)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken.to_owned()
    }

    fn quoted(&mut self, quote: char) -> Word {
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, it)) = characters.next() {
            match it {
                '\\' => text.extend(characters.next().map(|(_, it)| it)),
                it if it == quote => {
                    self.rest = self.rest.get(at + it.len_utf8()..).unwrap_or_default();
                    return Word::Name(text);
                }
                it => text.push(it),
            }
        }
        self.rest = "";
        Word::Unknown(quote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_have_fields_and_elements_of_lists() {
        let steps = parse("spec.containers[name: \"a b\"].ports[port:80]").unwrap();
        let text = |it: &str| it.to_owned();
        let expected = [
            Step::Field(text("spec")),
            Step::Field(text("containers")),
            Step::Element { key: text("name"), value: Some(Key::Text(text("a b"))) },
            Step::Field(text("ports")),
            Step::Element { key: text("port"), value: Some(Key::Number(80)) },
        ];
        assert_eq!(steps, expected);
        let all = Step::Element { key: text("name"), value: None };
        assert_eq!(parse("a[ name : * ]").unwrap(), [Step::Field(text("a")), all]);
        assert_eq!(parse("metadata.labels.\"a.b/c\"").unwrap().len(), 3);
    }

    #[test]
    fn what_is_no_location_is_refused() {
        for text in
            ["a.", "a..b", "a[b]", "a[b:]", "a[b:c", "a b", ".a", "a[b:c][d:e]", "a\"", "a$"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
