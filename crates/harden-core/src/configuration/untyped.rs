//! Files of the API server that do not say what they are.

use harden_yaml::Place;

/// Which of `apiVersion` and `kind` a file of the API server lacks; none where it has both, and for what is no
/// such file.
pub fn missing_type(root: Place<'_>) -> Option<&'static str> {
    let text = |key| root.at(key).as_str().unwrap_or_default();
    let (kind, api_version) = (text("kind"), text("apiVersion"));
    let has =
        |list: &'static str, key: &'static str| root.at(list).items().any(|it| it.at(key).exists());
    let is_file = match (kind, api_version) {
        ("", "") => has("resources", "providers") || has("rules", "level"),
        ("", api_version) => {
            api_version.starts_with("apiserver.config.k8s.io/") && !has("rules", "level")
                || api_version.starts_with("pod-security.admission.config.k8s.io/")
        }
        ("EncryptionConfiguration" | "EncryptionConfig", "") => has("resources", "providers"),
        ("AdmissionConfiguration", "") => has("plugins", "name"),
        ("Policy", "") => has("rules", "level"),
        ("PodSecurityConfiguration", "") => true,
        _ => false,
    };
    is_file.then_some(if api_version.is_empty() { "apiVersion" } else { "kind" })
}
