//! The default AppArmor profile must not be switched off or replaced by an unknown one.

use std::collections::BTreeSet;

use harden_yaml::Place;

use crate::kubernetes::Level;
use crate::pod_security::message::{Culprits, go_quoted, plural, quoted};
use crate::pod_security::pod::APP_ARMOR_PREFIX;
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "appArmorProfile",
    level: Level::Baseline,
    summary: "AppArmor profiles are RuntimeDefault or Localhost, where they are set",
    fields: &[
        "metadata.annotations[\"container.apparmor.security.beta.kubernetes.io/*\"]",
        "spec.securityContext.appArmorProfile.type",
        "spec.containers[*].securityContext.appArmorProfile.type",
    ],
    revisions: &[Revision::since(0, allowed_profiles)],
};

fn allowed_profiles<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut culprits = Culprits::default();
    let mut types = BTreeSet::new();
    if let Some(profile) = pod.security.app_armor.filter(|it| !is_allowed_type(it.kind)) {
        culprits.add_pod(Fault::default_profile(&pod.security, "appArmorProfile").on_linux(pod));
        types.insert(profile.kind);
    }
    for container in &pod.containers {
        let profile = container.security.app_armor;
        if let Some(profile) = profile.filter(|it| !is_allowed_type(it.kind)) {
            culprits.containers.push(container.name);
            types.insert(profile.kind);
            // A copied profile is not in the text: the fault is that of its annotation.
            if !container.is_app_armor_copied {
                let fault = Fault::default_profile(&container.security, "appArmorProfile");
                culprits.faults.push(fault.on_linux(pod));
            }
        }
    }
    let annotations = forbidden_annotations(pod, &mut culprits.faults);
    if culprits.is_empty() && annotations.is_empty() {
        return None;
    }
    let mut setters = culprits.setters();
    if culprits.is_empty() {
        setters.clear();
    } else if !annotations.is_empty() {
        setters.push_str(" and ");
    }
    if !annotations.is_empty() {
        setters.push_str(plural(annotations.len(), "annotation", "annotations"));
    }
    let count = types.len() + annotations.len();
    let values = types.into_iter().map(str::to_owned).chain(annotations);
    Some(Violation {
        reason: plural(count, "forbidden AppArmor profile", "forbidden AppArmor profiles"),
        detail: format!("{setters} must not set AppArmor profile type to {}", quoted(values)),
        faults: culprits.faults,
    })
}

/// The forbidden annotations as `key="value"`, sorted.
fn forbidden_annotations<'d>(pod: &Pod<'d>, faults: &mut Vec<Fault<'d>>) -> Vec<String> {
    let mut forbidden = Vec::new();
    if pod.has_app_armor_annotations {
        for (key, value, place) in pod.annotations() {
            if key.starts_with(APP_ARMOR_PREFIX) && !is_allowed_annotation(value) {
                forbidden.push(format!("{key}={}", go_quoted(value)));
                faults.push(mended(pod, key, place));
            }
        }
        forbidden.sort_unstable();
    }
    forbidden
}

/// An annotation that asks for the runtime's own profile, which is also what there is without; the API server
/// refuses it beside a field that asks for another one, and without its container.
fn mended<'d>(pod: &Pod<'d>, key: &str, place: Place<'d>) -> Fault<'d> {
    let name = key.strip_prefix(APP_ARMOR_PREFIX).unwrap_or_default();
    let container = pod.containers.iter().find(|it| it.name == name);
    let own = container.and_then(|it| it.security.app_armor.filter(|_| !it.is_app_armor_copied));
    let field = own.or(pod.security.app_armor);
    if container.is_none() || field.is_some_and(|it| it.kind == "Localhost") {
        Fault::remove(place)
    } else {
        // One that differs from the field would be refused, so that neither is mended without the other.
        let context = container.filter(|_| own.is_some()).map_or(&pod.security, |it| &it.security);
        let field = field.filter(|it| !is_allowed_type(it.kind)).map(|_| {
            let field = Fault::default_profile(context, "appArmorProfile").on_linux(pod);
            field.change.map(|change| (field.place, change)).into_iter().chain(field.along)
        });
        Fault::set(place, "runtime/default").with(field.into_iter().flatten())
    }
}

fn is_allowed_type(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}

fn is_allowed_annotation(value: &str) -> bool {
    matches!(value, "" | "runtime/default") || value.starts_with("localhost/")
}
