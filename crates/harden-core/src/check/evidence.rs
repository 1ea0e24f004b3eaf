//! What a lock says of the images that a fix is about.

use harden_yaml::Place;

use crate::finding::Evidence;
use crate::lock::{Found, Lock, Reference, User};
use crate::pod_security::{CheckFailure, Container};
use crate::rule::Workload;

/// What is known of the users of the images that are bound to be other than root, where a fault is mended.
///
/// A tag may name another image by now, so that only what is known of a digest is enough.
pub(super) fn of_fault(
    failure: &CheckFailure<'_>,
    place: Place<'_>,
    workload: &Workload<'_>,
    lock: Option<&Lock>,
) -> Option<Evidence> {
    let lock = lock.filter(|_| failure.check.id == "runAsNonRoot")?;
    let inside = place.extent().start;
    let containers = workload.containers();
    let own = containers.iter().find(|it| it.place().extent().contains(&inside));
    let of_pod = || containers.iter().filter(|it| it.security.run_as_non_root.is_none());
    let all: Vec<_> = own.map_or_else(|| of_pod().collect(), |it| vec![it]);
    let pod_user = workload.at("securityContext").at("runAsUser").as_i64();
    let known: Vec<_> = all.iter().map(|it| of_container(it, pod_user, lock)).collect();
    let worst = known.iter().flatten().find(|it| !it.is_enough);
    if let Some(worst) = worst {
        return Some(worst.clone());
    }
    let is_whole = !known.is_empty() && known.iter().all(Option::is_some);
    is_whole.then(|| known.into_iter().flatten().next()).flatten()
}

fn of_container(container: &Container<'_>, of_pod: Option<i64>, lock: &Lock) -> Option<Evidence> {
    let name = container.label();
    if let Some(user) = container.security.run_as_user.or(of_pod) {
        let text = format!("`{name}` runs as {user}.");
        return (user != 0).then_some(Evidence { is_enough: true, text });
    }
    let image = container.place().at("image").as_str()?;
    let Found::Same(locked) = lock.find(image) else { return None };
    let is_pinned = Reference::read(image)?.digest.is_some();
    let (is_enough, text) = match locked.config.as_ref()?.runs_as() {
        User::Number(user) if is_pinned => (true, format!("The image of `{name}` runs as {user}.")),
        User::Number(user) => (
            false,
            format!(
                "The image of `{name}` ran as {user} when it was verified, and its tag may name another one now: pin it \
                 with fix --pin."
            ),
        ),
        User::Name(user) => (
            false,
            format!(
                "The image of `{name}` runs as `{user}`, which the kubelet cannot tell from root: set runAsUser to the \
                 number of that user."
            ),
        ),
        User::Root => (
            false,
            format!("The image of `{name}` runs as root, and will not start: set runAsUser, too."),
        ),
    };
    Some(Evidence { is_enough, text })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::check::{Settings, check};
    use crate::finding::Safety;
    use crate::lock::Lock;
    use crate::rules;

    const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// How safe it is to bind pods to other users than root, for an image with such a configuration.
    fn safety(config: &str, spec: &str) -> Safety {
        let lock = format!(
            "version: v1\nimages:\n- {{image: 'web:1', digest: '{DIGEST}', verified: 2026-11-28, config: {config}}}\n"
        );
        let rule = rules::all().find(|it| it.id == "root-allowed").unwrap();
        let lock = Some(Arc::new(Lock::read(&lock).unwrap()));
        let text =
            format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{{spec}}}}}");
        let spec = text.replace("PINNED", &format!("'web@{DIGEST}'"));
        let outcome = check(Settings { lock, ..Settings::new([rule]) }, [spec.as_str()]);
        outcome.findings.first().unwrap().safety()
    }

    fn says(config: &str, spec: &str) -> String {
        match safety(config, spec) {
            Safety::Safe => "safe".to_owned(),
            Safety::NeedsThought(text) => {
                text.split_once(". ").map(|it| it.0.to_owned()).unwrap_or_default()
            }
        }
    }

    const ONE: &str = "containers: [{name: app, image: PINNED}]";

    #[test]
    fn only_a_number_of_a_pinned_image_is_enough() {
        assert_eq!(says("{user: '101'}", ONE), "safe");
        assert_eq!(says("{user: '101:101'}", ONE), "safe");
        let tagged = "containers: [{name: app, image: 'web:1'}]";
        assert!(says("{user: '101'}", tagged).contains("its tag may name another one now"));
        assert!(
            says("{user: nginx}", ONE).contains("runs as `nginx`, which the kubelet cannot tell")
        );
        for root in
            ["{}", "{user: ''}", "{user: '0'}", "{user: '0:101'}", "{user: root}", "{user: '00'}"]
        {
            assert!(says(root, ONE).contains("runs as root"), "{root}");
        }
        assert!(says("null", ONE).starts_with("The kubelet rejects"));
        assert!(says("{user: '-1'}", ONE).contains("runs as `-1`"));
    }

    #[test]
    fn each_container_that_is_bound_has_to_be_known() {
        let config = "{user: '101'}";
        let other = "containers: [{name: app, image: PINNED}, {name: b, image: 'other:1'}]";
        assert!(says(config, other).starts_with("The kubelet rejects"));
        let bound = "containers: [{name: app, image: PINNED}, {name: b, image: 'other:1', securityContext: {runAsNonRoot: \
                     true}}]";
        assert_eq!(says(config, bound), "safe");
        let named = "containers: [{name: app, image: PINNED}, {name: b, image: 'other:1', securityContext: {runAsUser: \
                     5}}]";
        assert_eq!(says(config, named), "safe");
        let root = "securityContext: {runAsUser: 0}, containers: [{name: app, image: PINNED}]";
        assert!(says(config, root).starts_with("The kubelet rejects"));
        let init = "initContainers: [{name: i, image: 'other:1'}], containers: [{name: app, image: PINNED}]";
        assert!(says(config, init).starts_with("The kubelet rejects"));
    }
}
