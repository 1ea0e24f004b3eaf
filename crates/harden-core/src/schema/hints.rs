//! What a text that cannot be read as an object says of whether it was to be one.

use super::head;
use super::similar::is_near;

/// Words of objects in a text that cannot be read as one.
#[derive(Default)]
struct Hints {
    /// Whether it says an API version or a kind.
    is_named: bool,
    has_metadata: bool,
    has_spec: bool,
    has_containers: bool,
}

impl Hints {
    fn read(text: &str) -> Self {
        let mut hints = Self::default();
        for part in text.split(['\n', '\r', ',', '{']) {
            let Some((key, value)) = part.split_once(':') else { continue };
            let bare = [' ', '\t', '-', '"', '\'', '[', '}', ']'];
            let (key, value) = (key.trim_matches(bare), value.trim_matches(bare));
            let value = value.split_ascii_whitespace().next().unwrap_or_default();
            let value = value.trim_matches(bare);
            let is = |wanted| key == wanted || is_near(key, wanted);
            match key {
                "metadata" => hints.has_metadata = true,
                "spec" => hints.has_spec = true,
                "containers" => hints.has_containers = true,
                _ => {
                    hints.is_named |= is("apiVersion") && head::is_api_version(value)
                        || is("kind") && head::is_kind(value);
                }
            }
            if hints.is_named {
                break;
            }
        }
        hints
    }
}

/// Whether a text that cannot be read as an object was to be one.
pub fn names_object(text: &str) -> bool {
    let hints = Hints::read(text);
    hints.is_named || hints.has_metadata && (hints.has_spec || hints.has_containers)
}

/// Whether a text that is no object says that it was to be one, and is not only shaped as one.
pub fn says_object(text: &str) -> bool {
    let hints = Hints::read(text);
    hints.is_named || hints.has_metadata && hints.has_containers
}
