//! A list of the software in an artefact (SBOM): who made it, when, and how much it has; never the list itself.
//!
//! Upstream: spdx/spdx-spec `v2.3` (`creationInfo`, `packages`), CycloneDX 1.2–1.7 (`metadata`, `components`).

use serde_json::{Value, json};

use super::Unreadable;
use super::field::Field;

/// A summary of a list of software.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bom {
    /// `SPDX` or `CycloneDX`.
    pub format: &'static str,
    /// The version of the format.
    pub version: Option<String>,
    /// What made the list: `syft-1.14.0`.
    pub tools: Vec<String>,
    /// When, RFC 3339.
    pub made: Option<String>,
    /// How many packages it has; `None` where it is kept as text that is no JSON.
    pub packages: Option<usize>,
}

impl Bom {
    /// Reads the predicate of a statement, where its type is that of a list of software.
    ///
    /// # Errors
    ///
    /// A part that is read is of another type.
    pub fn read(predicate_type: &str, predicate: &Value) -> Option<Result<Self, Unreadable>> {
        let is = |name: &str| {
            predicate_type.strip_prefix(name).is_some_and(|it| it.is_empty() || it.starts_with('/'))
        };
        let field = Field::under("predicate", predicate);
        if is("https://spdx.dev/Document") {
            Some(spdx(&field))
        } else if is("https://cyclonedx.org/bom") {
            Some(cyclonedx(&field))
        } else {
            None
        }
    }

    /// One line for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let version = self.version.as_deref().map_or_else(String::new, |it| format!(" {it}"));
        let count = match self.packages {
            Some(1) => "1 package".to_owned(),
            Some(count) => format!("{count} packages"),
            None => "software that was not counted".to_owned(),
        };
        format!(
            "lists {count} ({}{version}){}",
            self.format,
            by_when(&self.tools, self.made.as_deref())
        )
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "kind": "software",
            "format": self.format,
            "version": self.version,
            "tools": self.tools,
            "made": self.made,
            "packages": self.packages,
        })
    }
}

/// Who made something, and when, as the end of a sentence.
pub(super) fn by_when(tools: &[String], made: Option<&str>) -> String {
    let tools =
        if tools.is_empty() { String::new() } else { format!(", made by {}", tools.join(", ")) };
    let made = made.map_or_else(String::new, |it| format!(" on {}", it.get(..10).unwrap_or(it)));
    if tools.is_empty() && !made.is_empty() { format!(", made{made}") } else { tools + &made }
}

fn spdx(field: &Field<'_>) -> Result<Bom, Unreadable> {
    let empty =
        Bom { format: "SPDX", version: None, tools: Vec::new(), made: None, packages: None };
    // `cosign attest --type spdx` signs the tag-value form as text, alone or under `Data`.
    if field.value.is_some_and(Value::is_string) || field.at("Data").text()?.is_some() {
        return Ok(Bom { made: field.at("Timestamp").words()?, ..empty });
    }
    field.object()?;
    let info = field.at("creationInfo");
    info.object()?;
    let mut tools = Vec::new();
    for creator in info.at("creators").items()? {
        if let Some(tool) = creator.words()?.as_deref().and_then(|it| it.strip_prefix("Tool:")) {
            tools.push(tool.trim().to_owned());
        }
    }
    let version = field.at("spdxVersion").words()?;
    Ok(Bom {
        version: version.map(|it| it.trim_start_matches("SPDX-").to_owned()),
        tools,
        made: info.at("created").words()?,
        packages: Some(field.at("packages").items()?.len()),
        ..empty
    })
}

fn cyclonedx(field: &Field<'_>) -> Result<Bom, Unreadable> {
    let empty =
        Bom { format: "CycloneDX", version: None, tools: Vec::new(), made: None, packages: None };
    if field.value.is_some_and(Value::is_string) {
        return Ok(empty);
    }
    // Cosign before version 2 put the list under `Data`.
    let data = field.at("Data");
    let list = if data.value.is_some_and(Value::is_object) { data } else { field.clone() };
    list.object()?;
    let metadata = list.at("metadata");
    metadata.object()?;
    Ok(Bom {
        version: list.at("specVersion").words()?,
        tools: tools(&metadata.at("tools"))?,
        made: metadata.at("timestamp").words()?,
        packages: Some(count(&list.at("components"))?),
        ..empty
    })
}

/// Since 1.5 tools are components; before, a list of their own.
fn tools(field: &Field<'_>) -> Result<Vec<String>, Unreadable> {
    let is_object = field.value.is_some_and(Value::is_object);
    let items = if is_object { field.at("components").items()? } else { field.items()? };
    let mut tools = Vec::new();
    for tool in items {
        let Some(name) = tool.at("name").words()? else { continue };
        let version = tool.at("version").words()?;
        tools.push(version.map_or_else(|| name.clone(), |it| format!("{name}-{it}")));
    }
    Ok(tools)
}

/// Components hold components. Files are no packages.
fn count(list: &Field<'_>) -> Result<usize, Unreadable> {
    list.items()?.iter().try_fold(0, |sum, it| {
        it.object()?;
        let is_file = it.at("type").text()? == Some("file");
        Ok(sum + usize::from(!is_file) + count(&it.at("components"))?)
    })
}
