//! What the platform changes of what is made.

use std::fmt::Write as _;

use super::{Generated, HostPath, OptionError, Verdict};
use crate::cluster::{Facts, Need};
use crate::platform::{Cell, Instead, Platform, PlatformName, Setting, Told};

/// The option as it is typed.
pub(super) const OPTION: &str = "--platform";

/// What must be known for it.
pub(super) fn need(name: Option<PlatformName>) -> Option<Need> {
    (name == Some(PlatformName::Cluster)).then_some(Need::Platform)
}

/// The platform that is asked for, or that of the cluster; none where nobody says.
pub(super) fn chosen(
    name: Option<PlatformName>,
    facts: &Facts,
) -> Result<Option<&'static Platform>, OptionError> {
    match name {
        None => Ok(None),
        Some(PlatformName::Cluster) => facts
            .platform
            .map(Some)
            .ok_or_else(|| OptionError::new(OPTION, "cluster", "no cluster could be asked")),
        Some(name) => Ok(name.platform()),
    }
}

/// The path of the file on the nodes when nobody says otherwise; none where there is no such file.
pub(super) fn path(cell: &Cell<Setting>) -> Option<&'static str> {
    match cell.value {
        Setting::File { path, .. } => Some(path),
        _ => None,
    }
}

/// How the server is told of the file.
pub(super) fn told(cell: &Cell<Setting>) -> Option<Told> {
    match cell.value {
        Setting::File { told, .. } => Some(told),
        _ => None,
    }
}

/// Rejects an option that the platform has no room for.
pub(super) fn reject(
    option: &'static str,
    is_set: bool,
    platform: &Platform,
    rule: &str,
) -> Result<(), OptionError> {
    if is_set {
        return Err(OptionError::new(option, "", format!("{}: {rule}", platform.title)));
    }
    Ok(())
}

/// What there is instead of `what`, which the platform does not take: commands, with their reasons and the
/// pages that they are from. `level` stands in the place of `LEVEL`.
pub(super) fn instead(
    platform: &Platform,
    what: &str,
    cell: &Cell<Setting>,
    instead: &Instead,
    level: &str,
) -> Generated {
    let mut text = format!("# {} takes no {what} of yours.\n", platform.title);
    comment(&mut text, &format!("{}.", instead.why));
    for source in cell.sources {
        let _ = writeln!(text, "# See {source}");
    }
    for step in instead.steps {
        text.push('\n');
        comment(&mut text, &format!("{}:", step.what));
        let _ = writeln!(text, "{}", step.how.replace("LEVEL", level));
    }
    let mut notes = doubts(platform, "what is so", cell.unverified);
    notes.push(format!(
        "{} takes no {what}, so none is made: what is printed is what to do instead, with names in capitals to fill in",
        platform.title
    ));
    Generated { answer: Some(text), notes, verdict: Verdict::No, ..Generated::default() }
}

/// Where the file goes before the server is told of it.
pub(super) fn put(what: &str, path: &HostPath, told: Option<Told>) -> String {
    match told {
        Some(Told::Kind) => {
            format!("put the {what} where hostPath says, in the folder of the configuration")
        }
        _ => format!("put the {what} at {path} on every control plane node first"),
    }
}

/// Adds a text as comments of at most 100 columns.
fn comment(text: &mut String, words: &str) {
    let mut width = 0;
    for word in words.split(' ') {
        if width > 0 && width + 1 + word.len() > 100 {
            text.push('\n');
            width = 0;
        }
        text.push_str(if width == 0 { "# " } else { " " });
        width += word.len() + if width == 0 { 2 } else { 1 };
        text.push_str(word);
    }
    text.push('\n');
}

/// What of a cell nobody has verified, as a note.
pub(super) fn doubts(platform: &Platform, topic: &str, unverified: &str) -> Vec<String> {
    if unverified.is_empty() {
        return Vec::new();
    }
    vec![format!("{topic} on {} is not verified in one point: {unverified}", platform.title)]
}
