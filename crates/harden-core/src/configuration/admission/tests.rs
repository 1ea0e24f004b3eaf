//! AdmissionConfigurations and PodSecurityConfigurations, in the server's words.

use super::{pod_security, read};
use crate::configuration::first_document;
use crate::kubernetes::{Level, MinorVersion};

const HEAD: &str = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n";
const INSIDE: &str =
    "apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration";

/// What the server says of a configuration of PodSecurity, inside an AdmissionConfiguration.
fn rejection(settings: &str) -> Option<String> {
    let text =
        format!("{HEAD}plugins: [{{name: PodSecurity, configuration: {{{INSIDE}, {settings}}}}}]");
    read(&first_document(&text), MinorVersion::NEWEST_KNOWN).err().map(|it| it.text("FILE"))
}

#[test]
fn pod_security_is_rejected_in_the_plugins_words() {
    let start = "failed to initialize admission plugin \"PodSecurity\": PodSecurity";
    let levels = "configuration error: enforce: must be one of privileged, baseline, restricted";
    assert_eq!(rejection("defaults: {enforce: Baseline}"), Some(format!("{start} {levels}")));
    assert_eq!(
        rejection("defaults: {enforce-version: '1.30', audit: strict}"),
        Some(format!(
            "{start} configuration error: [enforce-version: must be \"latest\" or \"v1.x\", audit: \
             must be one of privileged, baseline, restricted]"
        ))
    );
    assert_eq!(
        rejection("exemptions: {usernames: ['']}"),
        Some(format!(
            "{start} invalid: exemptions.usernames[0]: Invalid value: \"\": username must not be empty"
        ))
    );
    assert_eq!(
        rejection("exemptions: {namespaces: [kube-system, kube-system]}"),
        Some(format!(
            "{start} invalid: exemptions.namespaces[1]: Duplicate value: \"kube-system\""
        ))
    );
    let wildcard = rejection("exemptions: {namespaces: ['kube-*']}").unwrap_or_default();
    assert!(
        wildcard.contains("\"kube-*\": a lowercase RFC 1123 label must consist of"),
        "{wildcard}"
    );
    assert_eq!(
        rejection("exemption: {}").as_deref(),
        Some(
            "couldn't init admission plugin \"PodSecurity\": strict decoding error: unknown field \
             \"exemption\""
        )
    );
    assert_eq!(rejection("defaults: {enforce: baseline, enforce-version: v1.99}"), None);
}

#[test]
fn earlier_versions_of_pod_securitys_configuration_are_taken() {
    for version in ["v1", "v1beta1", "v1alpha1"] {
        let text = format!(
            "apiVersion: pod-security.admission.config.k8s.io/{version}\n\
             kind: PodSecurityConfiguration\ndefaults: {{enforce: restricted}}\n"
        );
        let document = first_document(&text);
        let level = pod_security::read(&document).map(|it| it.defaults.enforce.level);
        assert_eq!(level.ok(), Some(Level::Restricted), "{version}");
    }
}

#[test]
fn a_misspelt_plugin_is_taken_and_read_by_nobody() {
    let text = format!("{HEAD}plugins: [{{name: PodSecurtiy, configuration: {{{INSIDE}, x: y}}}}]");
    let document = first_document(&text);
    let configuration = read(&document, MinorVersion::NEWEST_KNOWN).ok();
    let plugins = configuration.iter().flat_map(|it| &it.plugins);
    assert_eq!(
        plugins.map(|it| (it.name, it.is_known())).collect::<Vec<_>>(),
        [("PodSecurtiy", false)]
    );
    assert!(configuration.is_some_and(|it| it.pod_security.is_none()));
}

#[test]
fn another_file_is_named_and_not_judged() {
    let text = format!("{HEAD}plugins: [{{name: PodSecurity, path: ./pod-security.yaml}}]");
    let document = first_document(&text);
    let configuration = read(&document, MinorVersion::NEWEST_KNOWN).ok();
    let path = configuration.as_ref().and_then(|it| it.named_files().next());
    assert_eq!(path, Some("./pod-security.yaml"));
}

#[test]
fn what_is_no_admission_configuration_is_rejected() {
    for (text, expected) in [
        ("plugins: []", "failed to read plugin config: Object 'Kind' is missing in 'REDACTED'"),
        (
            "apiVersion: v1\nkind: AdmissionConfiguration\n",
            "failed to read plugin config: no kind \"AdmissionConfiguration\" is registered for \
             version \"v1\"",
        ),
        (
            "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugin: []\n",
            "failed to read plugin config: strict decoding error: unknown field \"plugin\"",
        ),
    ] {
        let rejection =
            read(&first_document(text), MinorVersion::NEWEST_KNOWN).err().map(|it| it.text("FILE"));
        assert_eq!(rejection.as_deref(), Some(expected));
    }
}
