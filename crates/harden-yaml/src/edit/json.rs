//! Values as JSON in the manner of the text around them.

use serde_json::Value;

/// How JSON is laid out.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    /// What an inner level is indented by; none where all stands on one line.
    pub(super) unit: Option<String>,
    /// What the line of the value is indented by.
    pub(super) indent: String,
    pub(super) newline: &'static str,
    /// What follows a colon or, on one line, a comma.
    pub(super) blank: &'static str,
}

/// Writes a value that begins on a line of this manner.
pub(super) fn write(text: &mut String, value: &Value, manner: &Manner) {
    let (open, close, is_empty) = match value {
        Value::Array(items) => ('[', ']', items.is_empty()),
        Value::Object(entries) => ('{', '}', entries.is_empty()),
        Value::String(string) => return text.push_str(&string_of(string)),
        other => return text.push_str(&other.to_string()),
    };
    text.push(open);
    if !is_empty {
        let inner = manner.inner();
        inner.break_line(text);
        write_inside(text, value, &inner);
        manner.break_line(text);
    }
    text.push(close);
}

/// Writes entries or items without brackets, on lines of this manner.
pub(super) fn write_inside(text: &mut String, value: &Value, manner: &Manner) {
    let mut is_first = true;
    let mut next = |text: &mut String| {
        if !std::mem::take(&mut is_first) {
            manner.separate(text);
        }
    };
    match value {
        Value::Array(items) => {
            for item in items {
                next(text);
                write(text, item, manner);
            }
        }
        Value::Object(entries) => {
            for (key, value) in entries {
                next(text);
                text.push_str(&string_of(key));
                text.push(':');
                text.push_str(manner.blank);
                write(text, value, manner);
            }
        }
        _ => {}
    }
}

/// A string with as few escapes as JSON and YAML allow.
fn string_of(text: &str) -> String {
    let mut spelled = Value::from(text).to_string();
    for special in ['\u{7f}', '\u{2028}', '\u{2029}', '\u{feff}'] {
        if spelled.contains(special) {
            spelled = spelled.replace(special, &format!("\\u{:04x}", u32::from(special)));
        }
    }
    spelled
}

impl Manner {
    fn inner(&self) -> Self {
        let indent = self.unit.iter().fold(self.indent.clone(), |indent, unit| indent + unit);
        Self { indent, ..self.clone() }
    }

    /// Begins a line, where there are lines.
    fn break_line(&self, text: &mut String) {
        if self.unit.is_some() {
            text.push_str(self.newline);
            text.push_str(&self.indent);
        }
    }

    /// Writes a comma and what follows it.
    pub(super) fn separate(&self, text: &mut String) {
        text.push(',');
        if self.unit.is_some() {
            self.break_line(text);
        } else {
            text.push_str(self.blank);
        }
    }
}
