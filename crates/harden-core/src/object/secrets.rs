//! The Secrets that a pod refers to.

use harden_yaml::Place;

use super::PodTemplate;

/// How a pod refers to a Secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse<'d> {
    /// The name of the Secret.
    pub name: &'d str,
    /// The keys that are named.
    pub keys: Vec<&'d str>,
    /// Whether all of its keys are used, whatever they are.
    pub is_whole: bool,
    /// Whether images are pulled with it.
    pub is_pull_secret: bool,
}

impl<'d> PodTemplate<'d> {
    /// The Secrets that its environment, volumes and image pulls refer to, each once, in the order of
    /// the text.
    pub fn secrets(&self) -> Vec<SecretUse<'d>> {
        let mut uses = Uses(Vec::new());
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for container in self.spec.at(list).items() {
                uses.environment(container);
            }
        }
        for volume in self.spec.at("volumes").items() {
            uses.volume(volume);
        }
        for reference in self.spec.at("imagePullSecrets").items() {
            if let Some(found) = uses.named(reference.at("name")) {
                found.is_pull_secret = true;
                add_key(found, ".dockerconfigjson");
            }
        }
        uses.0
    }
}

struct Uses<'d>(Vec<SecretUse<'d>>);

impl<'d> Uses<'d> {
    fn environment(&mut self, container: Place<'d>) {
        for variable in container.at("env").items() {
            let reference = variable.at("valueFrom").at("secretKeyRef");
            if let (Some(found), Some(key)) =
                (self.named(reference.at("name")), reference.at("key").as_str())
            {
                add_key(found, key);
            }
        }
        for source in container.at("envFrom").items() {
            if let Some(found) = self.named(source.at("secretRef").at("name")) {
                found.is_whole = true;
            }
        }
    }

    fn volume(&mut self, volume: Place<'d>) {
        let secret = volume.at("secret");
        self.files(secret.at("secretName"), secret);
        for source in volume.at("projected").at("sources").items() {
            let secret = source.at("secret");
            self.files(secret.at("name"), secret);
        }
        // Drivers take the Secret as a whole.
        for (driver, reference) in [
            ("csi", "nodePublishSecretRef"),
            ("cephfs", "secretRef"),
            ("flexVolume", "secretRef"),
            ("iscsi", "secretRef"),
            ("rbd", "secretRef"),
            ("scaleIO", "secretRef"),
            ("storageos", "secretRef"),
        ] {
            if let Some(found) = self.named(volume.at(driver).at(reference).at("name")) {
                found.is_whole = true;
            }
        }
        if let Some(found) = self.named(volume.at("azureFile").at("secretName")) {
            add_key(found, "azurestorageaccountname");
            add_key(found, "azurestorageaccountkey");
        }
    }

    fn files(&mut self, name: Place<'d>, source: Place<'d>) {
        let Some(found) = self.named(name) else { return };
        let items = source.at("items");
        if items.is_empty() {
            found.is_whole = true;
        }
        items.items().filter_map(|it| it.at("key").as_str()).for_each(|key| add_key(found, key));
    }

    fn named(&mut self, name: Place<'d>) -> Option<&mut SecretUse<'d>> {
        let name = name.as_str().filter(|it| !it.is_empty())?;
        let index = self.0.iter().position(|it| it.name == name).unwrap_or_else(|| {
            self.0.push(SecretUse {
                name,
                keys: Vec::new(),
                is_whole: false,
                is_pull_secret: false,
            });
            self.0.len() - 1
        });
        self.0.get_mut(index)
    }
}

fn add_key<'d>(found: &mut SecretUse<'d>, key: &'d str) {
    if !found.keys.contains(&key) {
        found.keys.push(key);
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use crate::object::objects;

    fn uses(spec: &str) -> Vec<String> {
        let text = format!("{{apiVersion: v1, kind: Pod, spec: {{{spec}}}}}");
        let document = Document::parse_yaml(&text);
        let pods = objects(document.root()).flat_map(|it| it.pods());
        let all = pods.flat_map(|pod| {
            let uses = pod.secrets().into_iter();
            let shown = uses.map(|it| {
                let whole = if it.is_whole { " whole" } else { "" };
                let pull = if it.is_pull_secret { " pull" } else { "" };
                format!("{} {}{whole}{pull}", it.name, it.keys.join(","))
            });
            shown.collect::<Vec<_>>()
        });
        all.collect()
    }

    #[test]
    fn every_way_of_using_a_secret_is_found() {
        assert_eq!(
            uses(
                "initContainers: [{env: [{valueFrom: {secretKeyRef: {name: db, key: user}}}]}], \
                 containers: [{env: [{valueFrom: {secretKeyRef: {name: db, key: password}}}, {name: A, value: b}], \
                 envFrom: [{secretRef: {name: all}}, {configMapRef: {name: no}}]}], \
                 volumes: [{secret: {secretName: tls}}, {secret: {secretName: one, items: [{key: a, path: b}]}}, \
                 {projected: {sources: [{secret: {name: two, items: [{key: c, path: d}]}}]}}, \
                 {csi: {nodePublishSecretRef: {name: driver}}}, {azureFile: {secretName: share}}], \
                 imagePullSecrets: [{name: registry}]"
            ),
            [
                "db user,password",
                "all  whole",
                "tls  whole",
                "one a",
                "two c",
                "driver  whole",
                "share azurestorageaccountname,azurestorageaccountkey",
                "registry .dockerconfigjson pull",
            ]
        );
    }

    #[test]
    fn references_without_a_name_lead_nowhere() {
        assert!(
            uses("containers: [{envFrom: [{secretRef: {}}]}], imagePullSecrets: [{}]").is_empty()
        );
    }
}
