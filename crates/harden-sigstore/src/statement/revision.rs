//! How a revision of source code came to be: what a source control system itself says (SLSA's source track).
//!
//! SLSA v1.2 leaves the format to the system; this is that of slsa-framework/source-tool.

use serde_json::{Value, json};

use super::Unreadable;
use super::field::Field;

/// How a commit came onto a branch, or a tag to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The repository.
    pub repository: String,
    /// The branch or the tag.
    pub reference: Option<String>,
    /// What was done: `pr_merge`, `direct_push`…
    pub activity: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
    /// When, RFC 3339.
    pub made: Option<String>,
    /// The controls that were in force: `CONTINUITY_ENFORCED`…
    pub controls: Vec<String>,
}

const KINDS: [&str; 4] = [
    "https://github.com/slsa-framework/source-tool/source-provenance/v1",
    "https://github.com/slsa-framework/source-tool/tag-provenance/v1",
    "https://github.com/slsa-framework/slsa-source-poc/source-provenance/v1-draft",
    "https://github.com/slsa-framework/slsa-source-poc/tag-provenance/v1-draft",
];

impl Revision {
    /// Reads the predicate of a statement, where its type is one of these.
    ///
    /// # Errors
    ///
    /// It names no repository, or a part that is read is of another type.
    pub fn read(predicate_type: &str, predicate: &Value) -> Option<Result<Self, Unreadable>> {
        KINDS.contains(&predicate_type).then(|| read(&Field::under("predicate", predicate)))
    }

    /// One line for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let place = self.reference.as_deref().map_or_else(String::new, |it| format!(" {it}"));
        let actor = self.actor.as_deref().map_or_else(String::new, |it| format!(" by {it}"));
        let controls = match self.controls.as_slice() {
            [] => "with no control in force".to_owned(),
            all => format!("under {}", all.join(", ")),
        };
        format!("came to {}{place}{actor}, {controls}", self.repository)
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "kind": "revision",
            "repository": self.repository,
            "reference": self.reference,
            "activity": self.activity,
            "actor": self.actor,
            "made": self.made,
            "controls": self.controls,
        })
    }
}

fn read(field: &Field<'_>) -> Result<Revision, Unreadable> {
    field.object()?;
    let names = field.at("controls").items()?.into_iter().map(|it| {
        it.object()?;
        it.at("name").required_text().map(str::to_owned)
    });
    Ok(Revision {
        repository: field.at("repo_uri").required_text()?.to_owned(),
        reference: field.at("branch").words()?.or(field.at("tag").words()?),
        activity: field.at("activity_type").words()?,
        actor: field.at("actor").words()?,
        made: field.at("created_on").words()?,
        controls: names.collect::<Result<_, _>>()?,
    })
}
