//! Ignores that a file holds, for manifests that nobody should edit.

use crate::object::Object;

/// One entry: what is left open matches everything. Names take `*` for any characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileIgnore {
    /// The rule; `*` for all.
    pub rule: String,
    /// The object's kind.
    pub kind: Option<String>,
    /// The object's name.
    pub name: Option<String>,
    /// The object's namespace.
    pub namespace: Option<String>,
    /// Labels that the object carries.
    pub labels: Vec<(String, String)>,
    /// The container that the finding is about.
    pub container: Option<String>,
    /// The path of the file that it is in.
    pub path: Option<String>,
    /// Why.
    pub reason: String,
}

impl FileIgnore {
    /// Whether the entry is about the objects of a file.
    pub fn is_about_file(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|pattern| matches(pattern, path))
    }

    /// Whether the entry is about this object.
    pub(super) fn is_about(&self, object: &Object<'_>) -> bool {
        let fits = |pattern: &Option<String>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| matches(pattern, text))
        };
        let labels = object.place.at("metadata").at("labels");
        fits(&self.kind, object.kind)
            && fits(&self.name, object.name())
            && fits(&self.namespace, object.namespace().unwrap_or_default())
            && self.labels.iter().all(|(key, value)| {
                labels.get(key).and_then(|it| it.as_str()).is_some_and(|it| it == value)
            })
    }
}

/// Whether a text fits a pattern in which `*` stands for any characters.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if Some(byte) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, text) in [
            ("*", ""),
            ("web-*", "web-1"),
            ("*-web", "a-b-web"),
            ("a*b*c", "axxbyyc"),
            ("web", "web"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("web", "web-1"), ("web-*", "web"), ("a*b", "ac"), ("", "a")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
