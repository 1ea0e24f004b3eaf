//! Images that are signed in every way, as `tests/peers/signed-images` has them, and the pods that use them.

use serde_json::{Value, json};

/// By whom images are signed.
pub(crate) const SIGNERS: [&str; 10] = [
    "key",
    "key-unlogged",
    "other-key",
    "own-key",
    "workflow",
    "workflow-lone",
    "own-workflow",
    "fork",
    "longer",
    "other-issuer",
];

/// What is signed of an image beside it.
pub(crate) const STATEMENTS: [&str; 12] = [
    "provenance",
    "sources",
    "source",
    "elsewhere",
    "forked",
    "longer-source",
    "wrong-types",
    "empty",
    "sbom",
    "all",
    "statement-of-key",
    "joined",
];

/// An image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) registry: &'static str,
    pub(crate) signer: &'static str,
    /// `bundle` or `tag`.
    pub(crate) form: &'static str,
    /// What is signed of it, or `copied` or `unsigned`.
    pub(crate) what: &'static str,
}

const TEAM: &str = "registry.example/team";

impl Image {
    pub(crate) fn name(self) -> String {
        let Self { registry, signer, form, what } = self;
        // Docker Hub is what names without a registry are of.
        let registry = registry.strip_prefix("docker.io/library").unwrap_or(registry);
        let name = match what {
            "unsigned" => "unsigned".to_owned(),
            _ => format!("{signer}-{form}-{what}"),
        };
        format!("{registry}/{name}:1").trim_start_matches('/').to_owned()
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Situation {
    /// The images, by the list of containers that has them.
    pub(crate) images: Vec<(&'static str, Image)>,
    pub(crate) namespace: &'static str,
    pub(crate) kind: &'static str,
}

impl Situation {
    pub(crate) fn text(&self) -> String {
        let images: Vec<_> =
            self.images.iter().map(|(list, it)| format!("{list} {}", it.name())).collect();
        format!("{} in {}: {}", self.kind, self.namespace, images.join(", "))
    }

    /// What the API server would send of it.
    pub(crate) fn request(&self) -> Value {
        let containers = |wanted: &str| -> Value {
            let of = self.images.iter().filter(|it| it.0 == wanted).enumerate();
            of.map(|(at, (list, it))| {
                json!({"name": format!("{}-{at}", list.to_lowercase()), "image": it.name()})
            })
            .collect()
        };
        let mut spec = json!({"containers": containers("containers")});
        for list in ["initContainers", "ephemeralContainers"] {
            if self.images.iter().any(|it| it.0 == list) {
                spec[list] = containers(list);
            }
        }
        let metadata = json!({"name": "a", "namespace": self.namespace});
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
        match self.kind {
            "Deployment" => json!({"object": {
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
                "spec": {"selector": {"matchLabels": {"a": "b"}},
                    "template": {"metadata": {"labels": {"a": "b"}}, "spec": spec}},
            }}),
            "ephemeralcontainers" => {
                let mut old = pod.clone();
                old["spec"].as_object_mut().unwrap().remove("ephemeralContainers");
                json!({"object": pod, "old": old, "subresource": "ephemeralcontainers"})
            }
            _ => json!({"object": pod}),
        }
    }
}

fn pod(image: Image) -> Situation {
    Situation { images: vec![("containers", image)], namespace: "default", kind: "Pod" }
}

/// All situations in which a policy is asked that trusts one signer; `is_logged` where it asks for a log, which would
/// be looked up for a tag without a word of it.
pub(crate) fn all(trusted: &'static str, is_logged: bool) -> Vec<Situation> {
    let forms = ["bundle", "tag"];
    let image = |signer, form, what| Image { registry: TEAM, signer, form, what };
    let mut all = Vec::new();
    for form in forms {
        for signer in SIGNERS {
            let is_looked_up = signer == "workflow-lone" || signer == "key-unlogged" && is_logged;
            if !(form == "tag" && is_looked_up) {
                all.push(image(signer, form, "plain"));
            }
        }
        all.extend(STATEMENTS.map(|what| image(trusted, form, what)));
        if ["key", "workflow"].contains(&trusted) {
            all.extend(["copied", "twice", "unsigned-all"].map(|what| image(trusted, form, what)));
        }
    }
    all.push(image("", "", "unsigned"));
    for registry in
        ["registry.example/teams", "older.example/team", "docker.io/library", "other.example/team"]
    {
        for what in ["plain", "all"] {
            all.extend(forms.map(|form| Image { registry, signer: trusted, form, what }));
        }
        all.push(Image { registry, signer: "", form: "", what: "unsigned" });
    }
    all.into_iter().map(pod).collect()
}

/// What no image alone is: other lists of containers, other kinds, other namespaces.
pub(crate) fn around(trusted: &'static str, form: &'static str) -> Vec<Situation> {
    let good = Image { registry: TEAM, signer: trusted, form, what: "plain" };
    let bad = Image { registry: TEAM, signer: "", form: "", what: "unsigned" };
    let mut all = Vec::new();
    for (other, list) in [
        (good, "initContainers"),
        (bad, "initContainers"),
        (bad, "containers"),
        (good, "containers"),
    ] {
        let images = vec![("containers", good), (list, other)];
        all.push(Situation { images, namespace: "default", kind: "Pod" });
    }
    for other in [good, bad] {
        let images = vec![("containers", good), ("ephemeralContainers", other)];
        all.push(Situation { images, namespace: "default", kind: "ephemeralcontainers" });
        let images = vec![("containers", other)];
        all.push(Situation { images: images.clone(), namespace: "default", kind: "Deployment" });
        all.push(Situation { images, namespace: "kube-system", kind: "Pod" });
    }
    all
}
