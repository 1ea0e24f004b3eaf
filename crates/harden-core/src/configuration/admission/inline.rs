//! What plugins other than PodSecurity are told inside the file, as far as they are on by default.

use harden_yaml::Place;

use super::Plugin;
use crate::configuration::decoding::{Struct, TEXT, Type, decode};
use crate::configuration::meta::Meta;
use crate::configuration::{Fault, Rejection};
use crate::kubernetes::MinorVersion;
use crate::pod_security::go_quoted;

/// What a plugin is configured with.
struct Configuration {
    plugin: &'static str,
    /// What the server says before it says what is wrong.
    context: &'static str,
    kind: &'static str,
    /// Group, version and kind, with the last version of Kubernetes that takes them.
    types: &'static [(&'static str, &'static str, &'static str, MinorVersion)],
    /// The first version that does not start with a field it does not know.
    strict: MinorVersion,
    fields: &'static Struct,
    /// What the plugin minds when it has read it.
    faults: for<'d> fn(Place<'d>, MinorVersion) -> Vec<Fault<'d>>,
}

const GROUP: &str = "apiserver.config.k8s.io";
const QUOTA_GROUP: &str = "resourcequota.admission.k8s.io";
const EVERY: MinorVersion = MinorVersion(u16::MAX);

static CONFIGURATIONS: [Configuration; 3] = [
    Configuration {
        plugin: "ResourceQuota",
        context: "couldn't init admission plugin \"ResourceQuota\": ",
        kind: "ResourceQuotaConfiguration",
        types: &[
            (GROUP, "v1", "ResourceQuotaConfiguration", EVERY),
            (QUOTA_GROUP, "v1beta1", "Configuration", EVERY),
            (QUOTA_GROUP, "v1alpha1", "Configuration", EVERY),
        ],
        strict: MinorVersion(32),
        fields: &RESOURCE_QUOTA,
        faults: resource_quota_faults,
    },
    webhook(
        "MutatingAdmissionWebhook",
        "couldn't init admission plugin \"MutatingAdmissionWebhook\": ",
    ),
    webhook(
        "ValidatingAdmissionWebhook",
        "couldn't init admission plugin \"ValidatingAdmissionWebhook\": ",
    ),
];

const fn webhook(plugin: &'static str, context: &'static str) -> Configuration {
    Configuration {
        plugin,
        context,
        kind: "WebhookAdmissionConfiguration",
        types: &[
            (GROUP, "v1", "WebhookAdmissionConfiguration", EVERY),
            (GROUP, "v1alpha1", "WebhookAdmission", MinorVersion(35)),
        ],
        strict: NO_KUBECONFIG,
        fields: &WEBHOOK,
        faults: webhook_faults,
    }
}

/// The first version that starts without `kubeConfigFile`, and knows `staticManifestsDir`.
const NO_KUBECONFIG: MinorVersion = MinorVersion(36);

/// Whether the configuration of a plugin is judged here.
pub(super) fn is_judged(plugin: &str) -> bool {
    CONFIGURATIONS.iter().any(|it| it.plugin == plugin)
}

/// What has no effect in the configuration of a plugin, or why the API server would not start with it.
pub(super) fn read<'d>(
    plugin: &Plugin<'d>,
    version: MinorVersion,
) -> Result<Vec<Fault<'d>>, Rejection<'d>> {
    let Some(known) = CONFIGURATIONS.iter().find(|it| it.plugin == plugin.name) else {
        return Ok(Vec::new());
    };
    let (root, context) = (plugin.configuration, known.context);
    let meta = Meta::read(root).map_err(|fault| Rejection::one(context, fault))?;
    meta.check_presence().map_err(|fault| Rejection::one(context, fault))?;
    let is_type = known.types.iter().any(|(group, name, kind, until)| {
        (*group, *name, *kind) == (meta.group, meta.version, meta.kind) && version <= *until
    });
    if !is_type {
        return Err(Rejection::one(context, meta.unknown(known.kind)));
    }
    let decoded = decode(root, known.fields);
    if let Some(fault) = decoded.wrong {
        return Err(Rejection::one(context, fault));
    }
    if !decoded.strict.is_empty() && version >= known.strict {
        return Err(Rejection::strict(context, decoded.strict));
    }
    let faults = (known.faults)(root, version);
    if faults.is_empty() { Ok(decoded.strict) } else { Err(Rejection::new(context, faults)) }
}

fn resource_quota_faults(root: Place<'_>, _: MinorVersion) -> Vec<Fault<'_>> {
    let resources = root.at("limitedResources").items().enumerate();
    let resources = resources.map(|(index, it)| (index, it.at("resource")));
    let missing = resources.filter(|(_, it)| it.as_str().unwrap_or_default().is_empty());
    missing
        .map(|(index, place)| {
            Fault::new(place, format!("limitedResources[{index}].resource: Required value"))
        })
        .collect()
}

fn webhook_faults(root: Place<'_>, version: MinorVersion) -> Vec<Fault<'_>> {
    let place = root.at("kubeConfigFile");
    let file = place.as_str().unwrap_or_default();
    if file.starts_with('/') || file.is_empty() && version >= NO_KUBECONFIG {
        return Vec::new();
    }
    let value = go_quoted(file);
    let what = "must be an absolute file path";
    vec![Fault::new(place, format!("kubeConfigFile: Invalid value: {value}: {what}"))]
}

static RESOURCE_QUOTA: Struct = Struct {
    name: "Configuration",
    fields: &[
        ("apiVersion", Type::Any),
        ("kind", Type::Any),
        ("limitedResources", Type::List(&Type::Struct(&LIMITED_RESOURCE))),
    ],
    is_secret: false,
};

static LIMITED_RESOURCE: Struct = Struct {
    name: "LimitedResource",
    fields: &[
        ("apiGroup", Type::Text("string")),
        ("resource", Type::Text("string")),
        ("matchContains", Type::List(&TEXT)),
        ("matchScopes", Type::List(&Type::Struct(&SCOPE))),
    ],
    is_secret: false,
};

static SCOPE: Struct = Struct {
    name: "ScopedResourceSelectorRequirement",
    fields: &[
        ("scopeName", Type::Text("v1.ResourceQuotaScope")),
        ("operator", Type::Text("v1.ScopeSelectorOperator")),
        ("values", Type::List(&TEXT)),
    ],
    is_secret: false,
};

static WEBHOOK: Struct = Struct {
    name: "WebhookAdmission",
    fields: &[
        ("apiVersion", Type::Any),
        ("kind", Type::Any),
        ("kubeConfigFile", Type::Text("string")),
        ("staticManifestsDir", Type::Text("string")),
    ],
    is_secret: false,
};
