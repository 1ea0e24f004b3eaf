//! What a file requires: a version of Falco's engine, and of plugins.

use harden_yaml::Place;

use super::decoding::{invalid, required};
use crate::runtime::problem::{Code, Loaded, Problem};

/// The newest engine that is known here: that of Falco 0.45.
const ENGINE: [u32; 3] = [0, 63, 0];

/// The version of the engine that an item requires. A number alone is a minor version.
pub(super) fn engine(item: Place<'_>) -> Loaded<'_, [u32; 3]> {
    let key = "required_engine_version";
    let text = required(item, key)?;
    let version = text.parse().ok().map(|it| [0, it, 0]).or_else(|| semantic(&text));
    let Some(version) = version else {
        let words = format!(
            "Unable to parse engine version '{text}' as a semver string. Expected \"x.y.z\" semver \
             format."
        );
        return Err(invalid(item.at(key), words));
    };
    let [major, minor, patch] = version;
    let [own, newest, _] = ENGINE;
    if major != own || version > ENGINE {
        let words = format!(
            "Rules require engine version {major}.{minor}.{patch}, but engine version is {own}.{newest}.0"
        );
        return Err(Problem::boxed(Code::Validate, item.at(key), words));
    }
    Ok(version)
}

/// The names of the plugins that an item requires, alternatives included.
pub(super) fn plugins(item: Place<'_>) -> Loaded<'_, Vec<String>> {
    let all = item.at("required_plugin_versions");
    if !all.is_list() {
        return Err(invalid(all, "Value of required_plugin_versions must be a sequence"));
    }
    let mut names = Vec::new();
    for plugin in all.items() {
        let mut own = Vec::new();
        own.push(requirement(plugin, "Plugin version must be a mapping")?);
        if let Some(alternatives) = plugin.get("alternatives") {
            if !alternatives.is_list() {
                let words = "Value of plugin version alternatives must be a sequence";
                return Err(invalid(alternatives, words));
            }
            for it in alternatives.items() {
                own.push(requirement(it, "Plugin version alternative must be a mapping")?);
            }
        }
        for (index, (name, version, place)) in own.iter().enumerate() {
            let fault = if semantic(version).is_none() {
                format!("Invalid required version '{version}' for plugin '{name}'")
            } else if own.iter().take(index).any(|it| it.0 == *name) {
                format!("Defined multiple alternative version requirements for plugin '{name}'")
            } else {
                continue;
            };
            return Err(Problem::boxed(Code::Validate, *place, fault));
        }
        names.extend(own.into_iter().map(|it| it.0));
    }
    Ok(names)
}

fn requirement<'d>(place: Place<'d>, otherwise: &str) -> Loaded<'d, (String, String, Place<'d>)> {
    if !place.is_map() {
        return Err(invalid(place, otherwise));
    }
    Ok((required(place, "name")?, required(place, "version")?, place))
}

/// Three numbers with dots between them; what follows a dash or a plus does not count.
fn semantic(text: &str) -> Option<[u32; 3]> {
    let core = text.split(['-', '+']).next()?;
    let mut numbers = core.split('.').map(|it| it.parse().ok());
    let version = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(version)
}
