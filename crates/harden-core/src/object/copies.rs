//! How many pods a workload has at once.

use harden_yaml::Place;

use super::Object;

/// How many pods a workload has at once.
#[derive(Debug, Clone, Copy)]
pub struct Copies<'d> {
    /// How many it wants.
    pub wanted: i64,
    /// How many more it has while it is updated.
    pub surge: i64,
    /// Where it says how many it wants.
    pub place: Place<'d>,
}

/// How many pods a workload has at once; `None` where that depends on nodes or on what is not known here.
pub fn copies<'d>(object: &Object<'d>) -> Option<Copies<'d>> {
    let spec = object.place.at("spec");
    match (object.group, object.kind) {
        ("", "Pod") => Some(Copies { wanted: 1, surge: 0, place: object.place }),
        ("apps" | "extensions", "Deployment") => {
            let it = replicas(spec)?;
            Some(Copies { surge: surge(spec.at("strategy"), it.wanted)?, ..it })
        }
        ("apps" | "extensions", "ReplicaSet")
        | ("apps", "StatefulSet")
        | ("", "ReplicationController") => replicas(spec),
        ("batch", "Job") => at_once(spec),
        ("batch", "CronJob") => at_once(spec.follow("jobTemplate.spec")),
        _ => None,
    }
}

fn replicas(spec: Place<'_>) -> Option<Copies<'_>> {
    let place = spec.at("replicas");
    let wanted = if place.exists() { place.as_i64()? } else { 1 };
    Some(Copies { wanted: wanted.max(0), surge: 0, place })
}

/// The pods of a Job that run at once: never more than are to complete.
fn at_once(spec: Place<'_>) -> Option<Copies<'_>> {
    let place = spec.at("parallelism");
    let number = |place: Place<'_>| if place.exists() { place.as_i64() } else { Some(1) };
    let parallel = number(place)?;
    let completions = spec.at("completions");
    let wanted = if completions.exists() { parallel.min(completions.as_i64()?) } else { parallel };
    let is_suspended = spec.at("suspend").as_bool() == Some(true);
    Some(Copies { wanted: if is_suspended { 0 } else { wanted.max(0) }, surge: 0, place })
}

/// How many pods more a Deployment has while it is updated.
fn surge(strategy: Place<'_>, replicas: i64) -> Option<i64> {
    if strategy.at("type").as_str() == Some("Recreate") || replicas == 0 {
        return Some(0);
    }
    let surge = strategy.at("rollingUpdate").at("maxSurge");
    let percent = match (surge.as_i64(), surge.as_str()) {
        (Some(number), _) => return Some(number.max(0)),
        (None, Some(text)) => text.strip_suffix('%')?.parse::<i64>().ok()?,
        (None, None) => 25,
    };
    // Rounded up, as the controller does.
    let hundredths = replicas.checked_mul(percent)?;
    Some(hundredths.max(0) / 100 + i64::from(hundredths % 100 > 0))
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;

    fn of(kind: &str, spec: &str) -> Option<(i64, i64)> {
        let group = match kind {
            "Job" | "CronJob" => "batch",
            _ => "apps",
        };
        let text = format!("{{apiVersion: {group}/v1, kind: {kind}, spec: {{{spec}}}}}");
        let document = Document::parse_yaml(&text);
        let object = objects(document.root()).next()?;
        copies(&object).map(|it| (it.wanted, it.surge))
    }

    #[test]
    fn a_rolling_update_adds_a_quarter_rounded_up() {
        assert_eq!(of("Deployment", ""), Some((1, 1)));
        assert_eq!(of("Deployment", "replicas: 4"), Some((4, 1)));
        assert_eq!(of("Deployment", "replicas: 5"), Some((5, 2)));
        assert_eq!(of("Deployment", "replicas: 0"), Some((0, 0)));
        assert_eq!(of("Deployment", "replicas: 5, strategy: {type: Recreate}"), Some((5, 0)));
        let rolling = |surge: &str| {
            of(
                "Deployment",
                &format!("replicas: 3, strategy: {{rollingUpdate: {{maxSurge: {surge}}}}}"),
            )
        };
        assert_eq!(rolling("0"), Some((3, 0)));
        assert_eq!(rolling("2"), Some((3, 2)));
        assert_eq!(rolling("34%"), Some((3, 2)));
        assert_eq!(rolling("0%"), Some((3, 0)));
        assert_eq!(rolling("many"), None);
    }

    #[test]
    fn what_others_have_at_once_is_what_they_say() {
        assert_eq!(of("StatefulSet", "replicas: 3"), Some((3, 0)));
        assert_eq!(of("StatefulSet", "replicas: three"), None);
        assert_eq!(of("DaemonSet", ""), None);
        assert_eq!(of("Job", ""), Some((1, 0)));
        assert_eq!(of("Job", "parallelism: 5, completions: 3"), Some((3, 0)));
        assert_eq!(of("Job", "parallelism: 5, suspend: true"), Some((0, 0)));
        assert_eq!(of("CronJob", "jobTemplate: {spec: {parallelism: 2}}"), Some((2, 0)));
    }
}
