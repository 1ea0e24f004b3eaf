//! What the options of every generator of policies say of what is left alone, and why.

use crate::cluster::Facts;
use crate::generators::OptionError;
use crate::intents::{Engine, Exempt, Exemption};
use crate::kubernetes::Date;

/// The reason that was given, in one line; empty where there is none.
pub(super) fn reason(text: Option<&str>) -> Result<&str, OptionError> {
    let reason = text.map(str::trim).unwrap_or_default();
    if reason.contains(['\n', '\r']) {
        return Err(OptionError::new("--exempt-reason", reason, "write it in one line"));
    }
    Ok(reason)
}

/// That something is left alone, and nobody says why.
pub(super) fn missing_reason() -> OptionError {
    let rule = "say why, so that whoever reads the policy can tell whether it still holds";
    OptionError::new("--exempt-reason", "", rule)
}

/// That somebody says why or until when, and of nothing.
pub(super) fn nothing_named() -> OptionError {
    let rule = "nothing is left alone: name what is, such as --exempt-namespace legacy";
    OptionError::new("--exempt-reason", "", rule)
}

/// Holds the last day of exemptions to the date.
pub(super) fn check_end(until: Option<Date>, facts: &Facts) -> Result<(), OptionError> {
    match (until, facts.today) {
        (Some(until), Some(today)) if until < today => {
            let rule = format!("today is {today}: the exemption is over before it begins");
            Err(OptionError::new("--exempt-until", until, rule))
        }
        _ => Ok(()),
    }
}

/// The namespaces of what runs the cluster and of an engine, which must start before anything is judged.
pub(super) fn of_cluster(engine: Engine) -> impl Iterator<Item = Exemption> {
    let names = std::iter::once("kube-system").chain(engine.namespaces().iter().copied());
    names.filter_map(|it| it.parse().ok()).map(Exempt::Namespace).map(that_runs_the_cluster)
}

/// Leaves something alone for as long as there is a cluster.
pub(super) fn that_runs_the_cluster(what: Exempt) -> Exemption {
    let reason = "it runs the cluster".to_owned();
    Exemption { what, reason, until: None, intents: Vec::new() }
}
