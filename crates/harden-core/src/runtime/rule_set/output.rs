//! What a rule prints: fields after percent signs.

use crate::runtime::condition::Transformation;
use crate::runtime::fields::{self, Argument, Known, SOURCES};

/// A field that an output names.
#[derive(Debug)]
pub(super) struct Printed {
    /// The offset of the percent sign.
    pub offset: usize,
    /// The field, or Falco's words for what is none.
    pub field: Result<Known, String>,
}

/// The fields that an output of a rule of this source names; nothing where nobody knows its fields.
pub(super) fn printed(output: &str, source: &str) -> Vec<Printed> {
    let mut found = Vec::new();
    if !SOURCES.contains(&source) {
        return found;
    }
    for (offset, _) in output.match_indices('%') {
        let mut rest = output.get(offset + 1..).unwrap_or_default();
        while let Some(inner) = transformed(rest) {
            rest = inner;
        }
        // Two signs are one that is printed.
        // Falco leaves out what its plugin prints by itself.
        if rest.starts_with("container.info")
            || rest.starts_with('%')
            || output.get(..offset).is_some_and(|it| it.ends_with('%'))
        {
            continue;
        }
        let field = fields::at_start(rest).filter(|it| it.is_of(source));
        let field = field.ok_or_else(|| format!("invalid formatting token {rest}"));
        let field = field.and_then(|it| {
            let after = rest.get(it.name.len()..).unwrap_or_default();
            let has_argument = after.starts_with(['[', '.']);
            match it.argument() {
                Argument::Required if !has_argument => {
                    Err(format!("the field {} needs an argument", it.name))
                }
                _ => Ok(it),
            }
        });
        found.push(Printed { offset, field });
    }
    found
}

fn transformed(text: &str) -> Option<&str> {
    let after = |it: &Transformation| text.strip_prefix(it.as_str())?.strip_prefix('(');
    Transformation::ALL.iter().find_map(after).map(str::trim_start)
}
