//! What a server and this crate say of objects.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harden_core::kubernetes::MinorVersion;
use harden_core::object::objects;
use harden_core::schema::{Crds, FlawKind, check};
use harden_yaml::Document;
use harness::ControlPlane;
use serde_json::Value;

/// A flaw without what it borrows.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub(crate) kind: FlawKind,
    pub(crate) path: String,
    pub(crate) message: String,
}

/// What this crate says of an object.
pub(crate) fn ours(object: &Value, crds: &Crds) -> Vec<Flaw> {
    ours_in(&object.to_string(), crds)
}

/// The same of its text.
pub(crate) fn ours_in(text: &str, crds: &Crds) -> Vec<Flaw> {
    let document = Document::parse_json(text);
    let all = objects(document.root());
    all.flat_map(|object| check(&object, MinorVersion::NEWEST_KNOWN, crds))
        .map(|it| Flaw { kind: it.kind, path: it.place.path(), message: it.message })
        .collect()
}

/// What a server said of an object; empty when it took it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Said {
    pub(crate) text: String,
}

impl Said {
    /// Whether it was rejected for what is in it, and not for who sent it or what is there already.
    pub(crate) fn is_rejection_of_content(&self) -> bool {
        ["is invalid", "cannot be handled", "cannot unmarshal"]
            .iter()
            .any(|it| self.text.contains(it))
    }
}

/// What the server says of each object, with strict validation and without keeping any.
pub(crate) fn server(plane: &ControlPlane, folder: &Path, objects: &[Value]) -> Vec<Said> {
    for (i, object) in objects.iter().enumerate() {
        fs::write(folder.join(format!("{i:05}.json")), object.to_string()).unwrap();
    }
    let mut command = plane.kubectl(["create", "--dry-run=server", "--validate=strict", "-f"]);
    let output = command.arg(folder).output().unwrap();
    let mut said = vec![Said::default(); objects.len()];
    // Some messages have a line of their own, others share one.
    let text = String::from_utf8_lossy(&output.stderr);
    let mut pieces = text.split(".json\"");
    let number = |before: &str| before.get(before.len().checked_sub(5)?..)?.parse::<usize>().ok();
    let mut of = pieces.next().and_then(number);
    for piece in pieces {
        if let Some(said) = of.and_then(|it| said.get_mut(it)) {
            piece.lines().next().unwrap_or_default().clone_into(&mut said.text);
        }
        of = number(piece);
    }
    said
}

/// What strict decoding makes of an object.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) unknown: BTreeSet<String>,
    pub(crate) is_wrong_type: bool,
}

impl Verdict {
    pub(crate) fn of_server(said: &Said) -> Self {
        const WRONG_TYPE: [&str; 5] = [
            "cannot unmarshal",
            "illegal base64",
            "quantities must match",
            "cannot restore",
            "parsing time",
        ];
        let is_wrong_type = WRONG_TYPE.iter().any(|it| said.text.contains(it));
        let unknown = said.text.split("unknown field \"").skip(1);
        let unknown = unknown.filter_map(|it| it.split_once('"')).map(|(it, _)| it.to_owned());
        // The server gives up at the first wrong type.
        Self {
            unknown: if is_wrong_type { BTreeSet::new() } else { unknown.collect() },
            is_wrong_type,
        }
    }

    pub(crate) fn of_flaws(flaws: &[Flaw]) -> Self {
        let is_wrong_type = flaws.iter().any(|it| it.kind == FlawKind::WrongType);
        let unknown = flaws.iter().filter(|it| it.kind == FlawKind::UnknownField);
        let unknown = unknown.map(|it| it.path.clone()).collect();
        Self { unknown: if is_wrong_type { BTreeSet::new() } else { unknown }, is_wrong_type }
    }
}
