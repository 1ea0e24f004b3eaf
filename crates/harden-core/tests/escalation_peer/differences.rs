//! Why the two differ, where they do.

use serde_json::Value;

use crate::records::{Found, Who};
use crate::situations::Situation;

/// A reason for which what it finds is no path.
pub(crate) struct Reason {
    pub(crate) why: &'static str,
    pub(crate) is: fn(&Situation, &Found) -> bool,
}

pub(crate) const THEIRS: &[Reason] = &[
    Reason {
        why: "who has the token of an account is not inside of its pods, and hostNetwork is not root of the node",
        is: |situation, path| {
            let step = path.steps.iter().position(|(_, it)| it == "pod_host_escape");
            step.is_some_and(|it| {
                let before = it.checked_sub(1).map(|it| path.steps[it].1.as_str());
                let enters = matches!(before, Some("pod_exec" | "ephemeral_container_inject"));
                !enters || !situation.has_privileged_pod()
            })
        },
    },
    Reason {
        why: "the node of a pod that is there is some node, and not the one that holds the keys",
        is: |_, path| {
            let escapes = path.taker(&["pod_host_escape"]).is_some();
            escapes
                && path.taker(&["control_plane_pki_theft", "static_pod_admission_bypass"]).is_some()
        },
    },
    Reason {
        why: "a kubelet runs commands in its pods: the node is reached where a pod reaches it",
        is: |situation, path| {
            path.taker(&["nodes_proxy"]).is_some() && !situation.has_privileged_pod()
        },
    },
    Reason {
        why: "a binding gives what its writer may bind, and one that is there keeps its role",
        is: |situation, path| {
            path.taker(&["modify_role_binding"]).is_some_and(|it| !situation.binds(it))
        },
    },
    Reason {
        why: "bind is nothing without writing bindings, nor is escalate without changing a role that one has",
        is: |situation, path| {
            let taker = path.taker(&["bind_or_escalate"]);
            taker.is_some_and(|it| !situation.binds(it) && !situation.escalates(it))
        },
    },
    Reason {
        why: "escalate on Roles is for the namespaces in which one has a Role",
        is: |situation, path| {
            let is_last = path.steps.last().is_some_and(|(_, it)| it == "bind_or_escalate");
            let taker = path.taker(&["bind_or_escalate"]).filter(|_| is_last);
            taker.is_some_and(|it| {
                situation.with(it, &["bind", "escalate"], &["clusterroles"]).is_empty()
            })
        },
    },
    Reason {
        why: "who approves a request has to have approve on its signer",
        is: |situation, path| {
            path.taker(&["csr_approve"]).is_some_and(|it| {
                let signers = situation.with(it, &["approve"], &["signers"]);
                signers.iter().all(|(_, it)| is_named(it) && !names_signer(it))
            })
        },
    },
    Reason {
        why: "since 1.35 get is not enough to run a command",
        is: |situation, path| {
            path.taker(&["pod_exec"]).is_some_and(|it| {
                situation.with(it, &["create"], &["pods/exec", "pods/attach"]).is_empty()
            })
        },
    },
    Reason {
        why: "resourceNames say whom a right is for, and a group is taken only together with a user",
        is: |situation, path| {
            path.steps.iter().any(|(who, action)| {
                let (verb, resources): (_, &[_]) = match action.as_str() {
                    "impersonate" | "impersonate_system_masters" | "impersonate_serviceaccount" => {
                        ("impersonate", &["users", "serviceaccounts"])
                    }
                    "token_request" | "mint_arbitrary_token" => {
                        ("create", &["serviceaccounts/token"])
                    }
                    "pod_exec" => ("create", &["pods/exec", "pods/attach"]),
                    _ => return false,
                };
                let rules = situation.with(who, &[verb], resources);
                let is_other = action.starts_with("impersonate") || !rules.is_empty();
                is_other && rules.iter().all(|(_, it)| is_named(it))
            })
        },
    },
];

/// What it takes for an end, from which nothing follows.
pub(crate) const ENDS: [&str; 3] = ["cluster_admin_equivalent", "system_masters", "token_mint"];

/// Ways that it does not have, or not for all that they lead to.
pub(crate) const OURS: &[(&str, &str)] = &[
    ("create-workloads", "controllers make pods, too"),
    ("change-workloads", "controllers make pods of a template that is changed"),
    ("change-pods", "the image of a pod may be changed"),
    ("new-mutating-webhook", "webhooks change pods"),
    ("change-mutating-webhook", "webhooks change pods"),
    ("mutating-policy", "policies change pods"),
    (
        "flux-source",
        "whoever changes a source decides what is applied, and its controller is not who applies it",
    ),
    ("helm-chart", "K3s is not in its list"),
    ("argo-workflow", "a Workflow names any account of its namespace, whatever its controller has"),
    ("tekton-run", "a run names any account of its namespace, whatever its controller has"),
    ("kubevirt-machine", "KubeVirt is not in its list"),
    ("change-kubevirt-machine", "KubeVirt is not in its list"),
    ("change-argo-cron-workflow", "CronWorkflows are not in its list"),
    ("node-bootstrap", "it does not know the identity of nodes"),
    ("kubelet-certificate", "it does not know the identity of nodes"),
    ("host-path-volume", "it does not look at who makes PersistentVolumes"),
    ("token-secret", "in one namespace, or with list, it is the same"),
    ("node-proxy", "commands in all pods give their tokens"),
    ("new-namespace", "a new namespace has no label"),
    ("escalate-own-role", "what follows from all that a namespace has"),
    ("escalate-and-bind", "what follows from all that a namespace has"),
    (
        "accounts-of-kube-system",
        "it asks for Secrets, where the accounts of kube-system are enough for us",
    ),
    ("client-certificate", "a certificate is for any user and account, too"),
];

fn names_signer(rule: &Value) -> bool {
    let mut names = rule["resourceNames"].as_array().into_iter().flatten();
    names.any(|it| it.as_str().is_some_and(|it| it.starts_with("kubernetes.io/")))
}

fn is_named(rule: &Value) -> bool {
    rule["resourceNames"].as_array().is_some_and(|it| !it.is_empty())
}

impl Found {
    /// Who takes a step of this name.
    fn taker(&self, names: &[&str]) -> Option<&Who> {
        self.steps.iter().find(|(_, it)| names.contains(&it.as_str())).map(|(who, _)| who)
    }
}

impl Situation {
    /// The rules that somebody is bound to, each with the namespace that it is bound in.
    pub(crate) fn rules(&self, [kind, namespace, name]: &Who) -> Vec<(&str, &Value)> {
        let mut rules = Vec::new();
        for binding in &self.objects {
            let mut subjects = binding["subjects"].as_array().into_iter().flatten();
            let is_bound = subjects.any(|it| {
                it["kind"] == **kind
                    && it["name"] == **name
                    && it["namespace"].as_str().unwrap_or_default() == namespace
            });
            if !is_bound {
                continue;
            }
            let place = binding["metadata"]["namespace"].as_str().unwrap_or_default();
            let role = self.objects.iter().find(|it| {
                it["kind"] == binding["roleRef"]["kind"]
                    && it["metadata"]["name"] == binding["roleRef"]["name"]
                    && (it["kind"] == "ClusterRole" || it["metadata"]["namespace"] == place)
            });
            let all = role.and_then(|it| it["rules"].as_array()).into_iter().flatten();
            rules.extend(all.map(|it| (place, it)));
        }
        rules
    }

    /// The rules of somebody with any of these verbs on any of these resources.
    fn with(&self, who: &Who, verbs: &[&str], resources: &[&str]) -> Vec<(&str, &Value)> {
        let has = |list: &Value, words: &[&str]| {
            let mut all = list.as_array().into_iter().flatten().filter_map(Value::as_str);
            all.any(|it| it == "*" || words.contains(&it))
        };
        let mut rules = self.rules(who);
        rules.retain(|(_, it)| has(&it["verbs"], verbs) && has(&it["resources"], resources));
        rules
    }

    fn has_privileged_pod(&self) -> bool {
        let mut pods = self.objects.iter().filter(|it| it["kind"] == "Pod");
        pods.any(|it| {
            let mut containers = it["spec"]["containers"].as_array().into_iter().flatten();
            containers.any(|it| it["securityContext"]["privileged"] == true)
        })
    }

    /// Whether somebody may make bindings to any ClusterRole somewhere.
    fn binds(&self, who: &Who) -> bool {
        let bind = self.with(who, &["bind"], &["clusterroles"]);
        let mut made = self.with(who, &["create"], &["clusterrolebindings"]);
        made.retain(|(place, _)| place.is_empty());
        made.extend(self.with(who, &["create"], &["rolebindings"]));
        Self::meets(&made, &bind)
    }

    /// Whether somebody may write anything into a role that they are bound to.
    fn escalates(&self, who: &Who) -> bool {
        ["roles", "clusterroles"].iter().any(|it| {
            let changed = self.with(who, &["update", "patch"], &[it]);
            Self::meets(&changed, &self.with(who, &["escalate"], &[it]))
        })
    }

    /// Whether two rights are there in one place, for any object.
    fn meets(some: &[(&str, &Value)], others: &[(&str, &Value)]) -> bool {
        some.iter().filter(|(_, it)| !is_named(it)).any(|(place, _)| {
            others.iter().any(|(other, it)| {
                !is_named(it) && (place == other || place.is_empty() || other.is_empty())
            })
        })
    }
}
