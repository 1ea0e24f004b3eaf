//! A Helm chart: its values, and the lines that they are on.

use harden_yaml::{Document, Lines, Place};
use serde_json::Value;

use super::lines;

/// A chart, as far as it was read.
pub(super) struct Chart<'t> {
    /// Its `values.yaml`, and the name of that.
    values: Option<(&'t str, Document<'t>)>,
    /// Where a template says whether ServiceAccounts give pods a token: the value, and the line.
    token: Option<(String, u32)>,
}

impl<'t> Chart<'t> {
    /// The chart that a template of this name is in; none where it is in none.
    pub(super) fn of(
        name: &'t str,
        texts: impl Iterator<Item = (&'t str, &'t str)>,
    ) -> Option<Self> {
        let at = name.rfind("templates/").or_else(|| name.rfind("templates\\"))?;
        let folder = name.get(..at)?;
        let (mut values, mut token) = (None, None);
        for (name, text) in texts {
            let Some(rest) = name.strip_prefix(folder) else { continue };
            if matches!(rest, "values.yaml" | "values.yml") {
                values = Some((name, Document::parse_yaml(text)));
            } else if rest.starts_with("templates") && text.contains("kind: ServiceAccount") {
                token = token.or_else(|| find_token(text));
            }
        }
        values = values.filter(|(_, it)| it.is_readable());
        Some(Self { values, token })
    }

    /// A value by the way to it.
    pub(super) fn value(&self, path: &str) -> Option<Value> {
        let place = self.place(path)?;
        // The value alone: written out and read again.
        let text = self.values.as_ref()?.1.to_json()?;
        let whole: Value = serde_json::from_str(&text).ok()?;
        place.pointer().and_then(|it| whole.pointer(it.as_str()).cloned())
    }

    /// The file and the line of a value, and whether it is set; of one that is not, those of what it would be in.
    pub(super) fn line(&self, path: &str) -> Option<(String, u32, bool)> {
        let (name, document) = self.values.as_ref()?;
        let place = self.place(path);
        let is_set = place.is_some();
        let mut above = path;
        let mut found = place;
        while let (None, Some((rest, _))) = (&found, above.rsplit_once('.')) {
            (above, found) = (rest, self.place(rest));
        }
        let place = found.unwrap_or_else(|| document.root());
        let span = place.key_span().unwrap_or_else(|| place.grip());
        let line = Lines::new(document.text()).position(span.start).line;
        Some(((*name).to_owned(), line, is_set))
    }

    /// The value by which ServiceAccounts of the chart give tokens to pods, and the line of the template.
    pub(super) fn token(&self) -> Option<(String, u32)> {
        self.token.clone()
    }

    fn place(&self, path: &str) -> Option<Place<'_>> {
        let (_, document) = self.values.as_ref()?;
        path.split('.').try_fold(document.root(), |place, key| place.get(key))
    }
}

fn find_token(text: &str) -> Option<(String, u32)> {
    let mut lines = text.lines().zip(1..);
    lines.find_map(|(line, number)| {
        let after = line.trim_start().strip_prefix("automountServiceAccountToken:")?;
        Some((lines::value_of(after)?, number))
    })
}
