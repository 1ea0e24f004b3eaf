//! A value inside a statement, with the path that an error names.

use serde_json::{Map, Value};

use super::Unreadable;

/// A place in a statement. What is `null` is not there: writers in Go write so what they leave out.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// Where it is: `predicate.builder.id`.
    pub path: String,
    /// What is there.
    pub value: Option<&'a Value>,
}

impl<'a> Field<'a> {
    /// The whole.
    #[must_use]
    pub fn root(value: &'a Value) -> Self {
        Self::new(String::new(), Some(value))
    }

    /// What is at a path.
    #[must_use]
    pub fn under(path: &str, value: &'a Value) -> Self {
        Self::new(path.to_owned(), Some(value))
    }

    /// What is in it under a key; nothing where it is no object.
    #[must_use]
    pub fn at(&self, key: &str) -> Self {
        let path =
            if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self::new(path, self.value.and_then(|it| it.get(key)))
    }

    /// Is anything there?
    #[must_use]
    pub fn exists(&self) -> bool {
        self.value.is_some()
    }

    /// The text that is there.
    ///
    /// # Errors
    ///
    /// Something else is there.
    pub fn text(&self) -> Result<Option<&'a str>, Unreadable> {
        self.value.map(|it| it.as_str().ok_or_else(|| self.wrong("text"))).transpose()
    }

    /// The text that is there, where it is not empty: one that is shown to people.
    ///
    /// # Errors
    ///
    /// Something else is there, or characters that steer a terminal.
    pub fn words(&self) -> Result<Option<String>, Unreadable> {
        let text = self.text()?.filter(|it| !it.is_empty());
        if text.is_some_and(|it| it.chars().any(char::is_control)) {
            return Err(Unreadable::Shape(format!("`{}` has control characters", self.path)));
        }
        Ok(text.map(str::to_owned))
    }

    /// The same, where it is text: elsewhere, other writers have something else under the same key.
    ///
    /// # Errors
    ///
    /// Characters that steer a terminal.
    pub fn words_if_text(&self) -> Result<Option<String>, Unreadable> {
        if self.value.is_some_and(Value::is_string) { self.words() } else { Ok(None) }
    }

    /// The text that must be there.
    ///
    /// # Errors
    ///
    /// Nothing is there, an empty text, something else, or characters that steer a terminal.
    pub fn required_text(&self) -> Result<&'a str, Unreadable> {
        self.words()?;
        match self.text()? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(Unreadable::Shape(format!("`{}` is empty", self.path))),
            None => Err(Unreadable::Shape(format!("`{}` is missing", self.path))),
        }
    }

    /// The items of a list; none where nothing is there.
    ///
    /// # Errors
    ///
    /// Something else is there.
    pub fn items(&self) -> Result<Vec<Field<'a>>, Unreadable> {
        let Some(value) = self.value else { return Ok(Vec::new()) };
        let list = value.as_array().ok_or_else(|| self.wrong("a list"))?;
        let item = |(i, it)| Self::new(format!("{}[{i}]", self.path), Some(it));
        Ok(list.iter().enumerate().map(item).collect())
    }

    /// The entries of an object; none where nothing is there.
    ///
    /// # Errors
    ///
    /// Something else is there.
    pub fn entries(&self) -> Result<Vec<(&'a str, Field<'a>)>, Unreadable> {
        let Some(map) = self.object()? else { return Ok(Vec::new()) };
        Ok(map.keys().map(|key| (key.as_str(), self.at(key))).collect())
    }

    /// The object that is there.
    ///
    /// # Errors
    ///
    /// Something else is there.
    pub fn object(&self) -> Result<Option<&'a Map<String, Value>>, Unreadable> {
        self.value.map(|it| it.as_object().ok_or_else(|| self.wrong("an object"))).transpose()
    }

    fn new(path: String, value: Option<&'a Value>) -> Self {
        Self { path, value: value.filter(|it| !it.is_null()) }
    }

    fn wrong(&self, expected: &str) -> Unreadable {
        let found = match self.value {
            None | Some(Value::Null) => "nothing",
            Some(Value::Bool(_)) => "true or false",
            Some(Value::Number(_)) => "a number",
            Some(Value::String(_)) => "text",
            Some(Value::Array(_)) => "a list",
            Some(Value::Object(_)) => "an object",
        };
        let path = if self.path.is_empty() { "the statement" } else { &self.path };
        Unreadable::Shape(format!("`{path}` is {found}, and should be {expected}"))
    }
}
