//! The types of the fields that the checks read, to tell what the API server cannot decode.

use harden_yaml::{Kind, Place};

/// What Go decodes a field into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Bool,
    Int32,
    Int64,
    Text,
    Texts,
    Map(&'static [Field]),
    List(&'static [Field]),
}

type Field = (&'static str, Type);

const POD_SPEC: &[Field] = &[
    ("initContainers", Type::List(CONTAINER)),
    ("containers", Type::List(CONTAINER)),
    ("ephemeralContainers", Type::List(CONTAINER)),
    ("hostIPC", Type::Bool),
    ("hostNetwork", Type::Bool),
    ("hostPID", Type::Bool),
    ("hostUsers", Type::Bool),
    ("os", Type::Map(&[("name", Type::Text)])),
    ("runtimeClassName", Type::Text),
    ("securityContext", Type::Map(POD_SECURITY_CONTEXT)),
    ("volumes", Type::List(VOLUME)),
];

const POD_SECURITY_CONTEXT: &[Field] = &[
    ("appArmorProfile", Type::Map(PROFILE)),
    ("runAsNonRoot", Type::Bool),
    ("runAsUser", Type::Int64),
    ("seLinuxOptions", Type::Map(SE_LINUX_OPTIONS)),
    ("seccompProfile", Type::Map(PROFILE)),
    ("sysctls", Type::List(&[("name", Type::Text), ("value", Type::Text)])),
    ("windowsOptions", Type::Map(WINDOWS_OPTIONS)),
];

const CONTAINER: &[Field] = &[
    ("lifecycle", Type::Map(&[("postStart", Type::Map(HANDLER)), ("preStop", Type::Map(HANDLER))])),
    ("livenessProbe", Type::Map(HANDLER)),
    ("name", Type::Text),
    ("ports", Type::List(&[("containerPort", Type::Int32), ("hostPort", Type::Int32)])),
    ("readinessProbe", Type::Map(HANDLER)),
    ("securityContext", Type::Map(SECURITY_CONTEXT)),
    ("startupProbe", Type::Map(HANDLER)),
];

const SECURITY_CONTEXT: &[Field] = &[
    ("allowPrivilegeEscalation", Type::Bool),
    ("appArmorProfile", Type::Map(PROFILE)),
    ("capabilities", Type::Map(&[("add", Type::Texts), ("drop", Type::Texts)])),
    ("privileged", Type::Bool),
    ("procMount", Type::Text),
    ("runAsNonRoot", Type::Bool),
    ("runAsUser", Type::Int64),
    ("seLinuxOptions", Type::Map(SE_LINUX_OPTIONS)),
    ("seccompProfile", Type::Map(PROFILE)),
    ("windowsOptions", Type::Map(WINDOWS_OPTIONS)),
];

const PROFILE: &[Field] = &[("localhostProfile", Type::Text), ("type", Type::Text)];

const SE_LINUX_OPTIONS: &[Field] =
    &[("level", Type::Text), ("role", Type::Text), ("type", Type::Text), ("user", Type::Text)];

const WINDOWS_OPTIONS: &[Field] = &[("hostProcess", Type::Bool)];

const HANDLER: &[Field] = &[("httpGet", Type::Map(HOST)), ("tcpSocket", Type::Map(HOST))];

const HOST: &[Field] = &[("host", Type::Text)];

const VOLUME: &[Field] = &[("name", Type::Text)];

/// The places that the API server cannot decode, in the order of the text.
pub(super) fn unreadable<'d>(annotations: Place<'d>, spec: Place<'d>) -> Vec<Place<'d>> {
    let mut places = Vec::new();
    if annotations.exists() && !annotations.is_map() {
        places.push(annotations);
    }
    places.extend(annotations.entries().map(|(_, value)| value).filter(|it| !is_text(*it)));
    collect(spec, Type::Map(POD_SPEC), &mut places);
    places
}

fn collect<'d>(place: Place<'d>, wanted: Type, places: &mut Vec<Place<'d>>) {
    if !place.exists() {
        return;
    }
    match wanted {
        Type::Map(fields) if place.is_map() => {
            for (key, value) in place.entries() {
                if let Some((_, wanted)) = fields.iter().find(|(name, _)| *name == key) {
                    collect(value, *wanted, places);
                }
            }
        }
        Type::List(fields) if place.is_list() => {
            for item in place.items() {
                collect(item, Type::Map(fields), places);
            }
        }
        Type::Texts if place.is_list() => {
            places.extend(place.items().filter(|item| !is_text(*item)));
        }
        Type::Bool if place.as_bool().is_some() => {}
        Type::Text if place.as_str().is_some() => {}
        Type::Int64 if place.as_i64().is_some() => {}
        Type::Int32 if place.as_i64().is_some_and(|it| i32::try_from(it).is_ok()) => {}
        _ => places.push(place),
    }
}

fn is_text(place: Place<'_>) -> bool {
    matches!(place.kind(), Kind::String | Kind::Null | Kind::Missing)
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    fn paths(spec: &str) -> Vec<String> {
        let text = format!("spec: {spec}");
        let document = Document::parse_yaml(&text);
        let root = document.root();
        unreadable(root.at("annotations"), root.at("spec"))
            .into_iter()
            .map(|it| it.path())
            .collect()
    }

    #[test]
    fn values_of_another_type_are_named() {
        let spec = r#"{containers: [{name: 1, securityContext: {privileged: "true", runAsUser: 1.5,
            capabilities: {drop: [ALL, 3]}}, ports: [{hostPort: "80"}, {hostPort: 3000000000}]}],
            hostNetwork: "false", volumes: {}, securityContext: []}"#;
        assert_eq!(
            paths(spec),
            [
                "spec.containers[0].name",
                "spec.containers[0].securityContext.privileged",
                "spec.containers[0].securityContext.runAsUser",
                "spec.containers[0].securityContext.capabilities.drop[1]",
                "spec.containers[0].ports[0].hostPort",
                "spec.containers[0].ports[1].hostPort",
                "spec.hostNetwork",
                "spec.volumes",
                "spec.securityContext",
            ]
        );
    }

    #[test]
    fn nulls_and_whole_floats_can_be_read() {
        let spec = "{containers: [null, {name: null, ports: [{hostPort: 80.0}], securityContext: \
                    {runAsUser: 1e3, privileged: yes, capabilities: {add: [null]}}}], volumes: null}";
        assert!(paths(spec).is_empty(), "{:?}", paths(spec));
    }
}
