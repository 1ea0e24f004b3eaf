//! Names of places, built only when somebody asks.

use std::fmt::Write as _;

use crate::Place;
use crate::place::MOST_MISSING;
use crate::tree::NodeKind;

/// One step from the root.
enum Step<'d> {
    Key(&'d str),
    Item(usize),
    /// A step too far beyond what exists to have been remembered.
    Unknown,
}

impl<'d> Place<'d> {
    /// The way here, such as `spec.containers[0].securityContext` or `metadata.labels["a.b/c"]`;
    /// empty for the root.
    pub fn path(&self) -> String {
        let mut path = String::new();
        self.write_path(&mut path);
        path
    }

    /// Adds [`Place::path`] to an empty text, for callers that reuse one.
    pub fn write_path(&self, path: &mut String) {
        for step in self.steps() {
            match step {
                Step::Key(key) if is_word(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
                Step::Key(key) => {
                    path.push_str("[\"");
                    path.push_str(&key.replace('\\', "\\\\").replace('"', "\\\""));
                    path.push_str("\"]");
                }
                Step::Item(index) => {
                    let _ = write!(path, "[{index}]");
                }
                Step::Unknown => path.push('…'),
            }
        }
    }

    /// The way here as a JSON pointer (RFC 6901); empty for the root.
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in self.steps() {
            pointer.push('/');
            match step {
                Step::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Item(index) => {
                    let _ = write!(pointer, "{index}");
                }
                Step::Unknown => pointer.push('…'),
            }
        }
        pointer
    }

    fn steps(&self) -> Vec<Step<'d>> {
        let tree = &self.document.tree;
        let mut steps = Vec::new();
        let mut here = 0;
        while here < self.id {
            let Some(node) = tree.node(here) else {
                break;
            };
            let Some(inner) = (match node.kind {
                NodeKind::List => {
                    let mut index = 0;
                    let mut item = here + 1;
                    loop {
                        let Some(next) = tree.node(item).map(|item| item.next) else {
                            break None;
                        };
                        if self.id < next {
                            steps.push(Step::Item(index));
                            break Some(item);
                        }
                        index += 1;
                        item = next;
                    }
                }
                NodeKind::Map => {
                    let mut key = here + 1;
                    loop {
                        let Some(node) = tree.node(key) else {
                            break None;
                        };
                        let Some(next) = tree.node(node.next).map(|value| value.next) else {
                            break None;
                        };
                        if self.id < next {
                            let text = tree.text(self.document.text(), node);
                            steps.push(Step::Key(text.unwrap_or_default()));
                            break Some(node.next);
                        }
                        key = next;
                    }
                }
                _ => None,
            }) else {
                break;
            };
            here = inner;
        }
        let beyond = usize::from(self.beyond);
        steps.extend(self.missing.iter().take(beyond).map(|key| Step::Key(key)));
        if beyond > MOST_MISSING {
            steps.push(Step::Unknown);
        }
        steps
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
