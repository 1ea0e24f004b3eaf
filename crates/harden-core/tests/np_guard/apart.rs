//! What is not compared, and why.

/// Why a set-up is out of scope, the kind that makes it so, and the set-ups.
pub(crate) const OUT_OF_SCOPE: &[(&str, &str, &[&str])] = &[
    (
        "UserDefinedNetworks of OVN-Kubernetes",
        "UserDefinedNetwork",
        &[
            "cudn_bad_test_1",
            "cudn_test_1",
            "cudn_test_2",
            "cudn_test_3",
            "cudn_test_5",
            "cudn_test_6",
            "udn_and_vms_test_1",
            "udn_and_vms_test_2",
            "udn_and_vms_test_4",
            "udn_and_vms_test_5",
            "udn_bad_path_test_1",
            "udn_bad_path_test_2",
            "udn_bad_path_test_3",
            "udn_bad_path_test_6",
            "udn_test_4",
            "udn_warning_test_3",
            "udn_with_ingress_controller_two_pods",
            "udn_with_vm_and_ingress_controller",
        ],
    ),
    (
        "several networks of a pod",
        "NetworkAttachmentDefinition",
        &[
            "nad_test_10",
            "nad_test_12",
            "nad_test_14",
            "nad_test_16",
            "nad_test_17",
            "nad_test_3",
            "nad_test_4",
            "nad_test_7",
            "nad_test_9",
        ],
    ),
    ("virtual machines", "VirtualMachine", &["virtual_machines_example"]),
];

/// Set-ups with Routes of OpenShift, which are out of scope: what the ingress controller reaches is at least what our
/// answer says, which is what Ingresses let it.
pub(crate) const WITH_ROUTES: &[&str] = &[
    "acs-security-demos-added-workloads",
    "acs-security-demos-new",
    "demo_app_with_routes_and_ingress",
    "multiple_ingress_objects_with_different_ports_new",
    "route_example_with_target_port",
    "test_with_irrelevant_oc_resources",
];

/// What the analyzer refuses to analyze, and what is wrong with it. The API server would not store it either, so what
/// would hold there is not known.
pub(crate) const REFUSED: &[(&str, &str)] = &[
    ("anp_bad_path_test_10", "a rule of egress without `to`"),
    ("anp_bad_path_test_12", "a rule without an action"),
    ("anp_bad_path_test_14", "a rule of ingress without `from`"),
    ("anp_bad_path_test_15", "a rule of ingress whose `from` is null"),
    ("anp_bad_path_test_20", "a priority above 1000"),
    ("anp_bad_path_test_3", "two policies of one name"),
    ("anp_bad_path_test_8", "a port by number and by name at once"),
    ("anp_bad_path_test_9", "the action `Accept`, which AdminNetworkPolicy does not have"),
    ("bad_path_namespace_with_same_name", "two namespaces of one name"),
    ("banp_bad_path_test_1", "two baseline policies"),
    ("banp_bad_path_test_11", "a rule of ingress whose `from` is null"),
    ("banp_bad_path_test_12", "a peer that is namespaces and pods at once"),
    ("banp_bad_path_test_13", "a port by number and by range at once"),
    ("banp_bad_path_test_14", "the action `Pass`, which the baseline does not have"),
    ("banp_bad_path_test_2", "a baseline policy of another name than `default`"),
    ("banp_bad_path_test_3", "a subject that is null"),
    ("banp_bad_path_test_4", "a subject that is namespaces and pods at once"),
    ("malformed-pod-example-4", "an object without a kind"),
];

/// Set-ups with pods on the network of their node. NetworkPolicies are not for these, says the API of administrators'
/// policies, and plugins do so; the analyzer takes them for pods like all others. They are compared as such.
pub(crate) const ON_THE_HOST: &[&str] = &[
    "ipblockstest_3",
    "ipblockstest_4",
    "multiple_topology_resources_2",
    "semanticDiff-same-topologies-new2",
    "semanticDiff-same-topologies-old1",
];

/// Set-ups where `pods` of a policy lacks a selector that its CustomResourceDefinition requires: the API server refuses
/// the policy, and our answer is not known. The analyzer takes the missing one for an empty one; so it is compared.
pub(crate) const WITHOUT_A_SELECTOR: &[&str] = &[
    "anp_test_10",
    "anp_test_10_swapping_rules",
    "anp_test_11_swapping_rules",
    "anp_test_8_swapping_rules",
    "anp_test_9",
    "anp_test_combining_test_6_and_test_10",
    "example_pods_w_same_owner_and_labels_gap_anp_good",
    "example_pods_w_same_owner_and_labels_gap_banp_good",
    "exposure_test_with_anp_14",
    "exposure_test_with_anp_16",
];

/// Set-ups with several pods of an owner that has no kind, which the API server refuses. We show each pod as itself, the
/// analyzer one workload of the owner's name.
pub(crate) const OWNER_WITHOUT_A_KIND: (&str, &[&str], &str) = (
    "example_pods_w_same_owner_and_labels_gap_",
    &["default/pod-1[Pod]", "default/pod-2[Pod]"],
    "default/internal-security[Pod]",
);

/// A set-up with a text that cannot be read to its end: the analyzer reads to the first error, we read what comes after
/// it, too, and say that something is missing. What the analyzer read is compared.
pub(crate) const BROKEN: &str = "document_with_syntax_error";

/// Where our answer differs, and why it is right: the set-up, the lines, the reason.
pub(crate) const DIFFERENT: &[(&str, &[&str], &str)] = &[
    (
        "exposure_test_real_namespace_without_real_pod",
        &[
            "ns1/[pods with app=foo] => ns1/pod-in-ns1[Deployment]: expected TCP 9090-9090 , got TCP 8080-8080 TCP \
             9090-9090 ",
        ],
        "the namespace ns1 has the label of another rule, so that this rule is for its pods, too; the analyzer counts \
         only rules whose selectors are written the same or empty",
    ),
    (
        "exposure_test_with_different_rules_4_with_matching_pods",
        &[
            "hello-world/[pods with role notin (w,x,y,z)] => hello-world/workload-a[Deployment]: expected TCP 8080-8080 , \
             got TCP 8080-8080 TCP 9090-9090 ",
        ],
        "whoever is neither w, x, y nor z is neither x nor y, which another rule asks",
    ),
    (
        "exposure_test_with_different_rules_6_with_matching_pods",
        &[
            "[namespaces with env=env-1,foo=managed]/[pods with app=app-x,role=api] => hello-world/workload-a[Deployment]: \
             expected TCP 8080-8080 , got nothing",
        ],
        "such a pod is there and said of; the analyzer says so of labels, but not of an expression with one value",
    ),
    (
        "exposure_test_with_anp_14",
        &[
            "hello-world/workload-b[Deployment] => (outside): expected nothing, got [0.0.0.0-255.255.255.255: all]",
            "(outside) => hello-world/workload-b[Deployment]: expected nothing, got [0.0.0.0-255.255.255.255: all]",
        ],
        "the analyzer itself lists these connections; it leaves them out where no pod of the cluster has any",
    ),
    (
        "onlineboutique_workloads_with_ingress",
        &[
            "{ingress-controller} => default/frontend[Deployment]: expected TCP 8080-8080 , got nothing",
        ],
        "the Ingress asks for port 8080 of a Service that has port 80 only; the analyzer takes the port of the pods, too",
    ),
    (
        "onlineboutique_workloads_with_ingress",
        &[
            "{ingress-controller} => default/frontend[Deployment]: expected none, got nothing",
            "{ingress-controller} => default/frontend[Deployment]: expected TCP 8080-8080 , got nothing",
        ],
        "the Ingress asks for port 8080 of a Service that has port 80 only, before and now",
    ),
];

/// Set-ups of which only others have the outputs; whether anything is known of them is asked all the same.
pub(crate) const WITHOUT_OUTPUTS: &[&str] = &[
    "anp_banp_explain_demo",
    "anp_banp_explain_demo_2",
    "anp_test_with_empty_port_range",
    "onlineboutique_with_replicas",
    "test_with_irrelevant_oc_resources",
    "test_with_named_ports_changed_netpol_3",
    "workload_resources",
];
