//! Places in a policy, and what the server has to say of them.

use serde_json::Value;

/// A place, and what is there.
#[derive(Debug, Clone)]
pub(crate) struct Place<'a> {
    /// What is there; a null is nothing, as to the server.
    pub(crate) value: Option<&'a Value>,
    /// The way to it from the root of the object.
    pub(super) pointer: String,
}

impl<'a> Place<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value: Some(value), pointer: String::new() }
    }

    pub(crate) fn at(&self, key: &str) -> Self {
        let value = self.value.and_then(|it| it.get(key)).filter(|it| !it.is_null());
        Self { value, pointer: format!("{}/{key}", self.pointer) }
    }

    pub(super) fn exists(&self) -> bool {
        self.value.is_some()
    }

    /// The elements; none where there is no list, which is told.
    pub(super) fn items(&self, flaws: &mut Flaws) -> Vec<Self> {
        let Some(value) = self.value else { return Vec::new() };
        let Some(items) = value.as_array() else {
            flaws.undecodable(self, "a list");
            return Vec::new();
        };
        let place = |(index, value)| Self {
            value: Some(value),
            pointer: format!("{}/{index}", self.pointer),
        };
        items.iter().enumerate().map(place).collect()
    }

    /// The text; empty where there is none, which is told if there is something else.
    pub(super) fn text(&self, flaws: &mut Flaws) -> &'a str {
        match self.value {
            None | Some(Value::Null) => "",
            Some(Value::String(text)) => text,
            Some(_) => {
                flaws.undecodable(self, "a text");
                ""
            }
        }
    }

    pub(super) fn texts(&self, flaws: &mut Flaws) -> Vec<String> {
        self.items(flaws).iter().map(|it| it.text(flaws).to_owned()).collect()
    }

    /// The place as the server writes it: `spec.validations[0].expression`.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for part in self.pointer.split('/').skip(1) {
            if part.bytes().all(|it| it.is_ascii_digit()) {
                path.extend(["[", part, "]"]);
            } else {
                path.push_str(if path.is_empty() { "" } else { "." });
                path.push_str(part);
            }
        }
        path
    }
}

/// What is wrong at a place.
#[derive(Debug, Clone)]
pub(crate) struct Flaw {
    /// JSON pointer.
    pub(super) at: String,
    pub(super) message: String,
    /// Whether nobody can say here if it is wrong.
    pub(super) is_unknown: bool,
}

/// What is wrong with an object, in the order of the server's list.
#[derive(Debug, Default)]
pub(crate) struct Flaws(pub(super) Vec<Flaw>);

impl Flaws {
    fn add(&mut self, at: &Place<'_>, message: String) {
        self.0.push(Flaw { at: at.pointer.clone(), message, is_unknown: false });
    }

    pub(super) fn unknown(&mut self, at: &Place<'_>, why: &str) {
        let message = format!("{}: {why}", at.path());
        self.0.push(Flaw { at: at.pointer.clone(), message, is_unknown: true });
    }

    fn undecodable(&mut self, at: &Place<'_>, wanted: &str) {
        self.add(at, format!("{}: cannot be decoded, for it is not {wanted}", at.path()));
    }

    pub(super) fn required(&mut self, at: &Place<'_>, detail: &str) {
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        self.add(at, format!("{}: Required value{detail}", at.path()));
    }

    pub(super) fn invalid(&mut self, at: &Place<'_>, value: &str, detail: &str) {
        let value = quoted(value);
        self.add(at, format!("{}: Invalid value: {value}: {detail}", at.path()));
    }

    /// As `invalid`, of a list.
    pub(super) fn invalid_list(&mut self, at: &Place<'_>, values: &[String], detail: &str) {
        let values: Vec<String> = values.iter().map(|it| quoted(it)).collect();
        let values = format!("[{}]", values.join(","));
        self.add(at, format!("{}: Invalid value: {values}: {detail}", at.path()));
    }

    pub(super) fn unsupported(&mut self, at: &Place<'_>, value: &str, supported: &[&str]) {
        let supported: Vec<String> = supported.iter().map(|it| quoted(it)).collect();
        let value = quoted(value);
        let supported = supported.join(", ");
        self.add(
            at,
            format!("{}: Unsupported value: {value}: supported values: {supported}", at.path()),
        );
    }

    pub(super) fn duplicate(&mut self, at: &Place<'_>, value: &str) {
        self.add(at, format!("{}: Duplicate value: {}", at.path(), quoted(value)));
    }

    pub(super) fn forbidden(&mut self, at: &Place<'_>, detail: &str) {
        self.add(at, format!("{}: Forbidden: {detail}", at.path()));
    }

    pub(super) fn too_many(&mut self, at: &Place<'_>, count: usize, most: usize) {
        self.add(at, format!("{}: Too many: {count}: must have at most {most} items", at.path()));
    }
}

/// A text in quotes, as Go writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_ascii_control() => quoted.extend(c.escape_default()),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
