//! What a file says that it is.

use harden_yaml::{Kind, Place};

use super::decoding::{in_decoding_order, looks_like_key, value_name};
use super::rejection::Fault;
use crate::pod_security::go_quoted;

/// Whether a key is this name to Go's JSON: letters that fold to one another are the same, two of
/// which are no ASCII.
fn is_folded(key: &str, name: &str) -> bool {
    let folded = |character| match character {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    key.chars().map(folded).eq(name.chars().map(folded))
}

/// The type of a file, which is read before anything else and whatever the case of its keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meta<'d> {
    pub(super) group: &'d str,
    pub(super) version: &'d str,
    pub(super) kind: &'d str,
    /// Where the kind is.
    pub(super) kind_place: Place<'d>,
    /// Where the version is.
    pub(super) version_place: Place<'d>,
}

impl<'d> Meta<'d> {
    pub(super) fn read(root: Place<'d>) -> Result<Self, Box<Fault<'d>>> {
        let error = |place, what: &str| {
            Fault::boxed(
                place,
                format!("couldn't get version/kind; json parse error: json: {what}"),
            )
        };
        if !matches!(root.kind(), Kind::Map | Kind::Null | Kind::Missing) {
            let what = format!(
                "cannot unmarshal {} into Go value of type struct {{ APIVersion string \
                 \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}",
                value_name(root)
            );
            return Err(error(root, &what));
        }
        let (mut api_version, mut kind) = (root.at("apiVersion"), root.at("kind"));
        for (key, place) in in_decoding_order(root) {
            let (field, name) = if is_folded(key, "apiVersion") {
                (&mut api_version, "apiVersion")
            } else if is_folded(key, "kind") {
                (&mut kind, "kind")
            } else {
                continue;
            };
            match place.kind() {
                Kind::String => *field = place,
                Kind::Null => {}
                _ => {
                    let value = value_name(place);
                    let what = format!(
                        "cannot unmarshal {value} into Go struct field .{name} of type string"
                    );
                    return Err(error(place, &what));
                }
            }
        }
        let text = api_version.as_str().unwrap_or_default();
        let (group, version) = match text.split_once('/') {
            _ if text == "/" => ("", ""),
            Some((_, rest)) if rest.contains('/') => {
                let message = format!("unexpected GroupVersion string: {text}");
                return Err(Fault::boxed(api_version, message));
            }
            Some(parts) => parts,
            None => ("", text),
        };
        let name = kind.as_str().unwrap_or_default();
        Ok(Self { group, version, kind: name, kind_place: kind, version_place: api_version })
    }

    /// `group/version`, as the server prints it.
    pub(super) fn group_version(&self) -> String {
        match (self.group, self.version) {
            ("", version) => version.to_owned(),
            (group, version) => format!("{group}/{version}"),
        }
    }

    /// What the server says of a file that does not say what it is, without the whole file that it
    /// prints then, keys included.
    pub(super) fn check_presence(&self) -> Result<(), Box<Fault<'d>>> {
        let missing = [
            (self.kind, self.kind_place, "Kind"),
            (self.version, self.version_place, "apiVersion"),
        ];
        match missing.into_iter().find(|(text, ..)| text.is_empty()) {
            Some((_, place, name)) => {
                Err(Fault::boxed(place, format!("Object '{name}' is missing in 'REDACTED'")))
            }
            None => Ok(()),
        }
    }

    /// What the server says of a type that it does not know, where it wants one of this kind.
    pub(super) fn unknown(&self, wanted: &str) -> Fault<'d> {
        let place = if self.kind == wanted { self.version_place } else { self.kind_place };
        // What bad indentation folds into a kind may be a key.
        let is_hidden = |text: &str| looks_like_key(text) || text.contains(char::is_whitespace);
        let shown = |text: &str| go_quoted(if is_hidden(text) { "REDACTED" } else { text });
        let (kind, version) = (shown(self.kind), shown(&self.group_version()));
        Fault::new(place, format!("no kind {kind} is registered for version {version}"))
    }
}
