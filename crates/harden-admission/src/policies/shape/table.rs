//! The fields of policies, by kind.

use super::Shape::{self, Any, Fields, Flag, List, Map, Text};
use crate::Object;

const TEXTS: Shape = List(&Text);
const TEXTS_BY_NAME: Shape = Map(&Text);

pub(super) const METADATA: Shape = Fields(&[
    ("name", Text),
    ("namespace", Text),
    ("generateName", Text),
    ("labels", TEXTS_BY_NAME),
    ("annotations", TEXTS_BY_NAME),
]);

const SELECTOR: Shape = Fields(&[
    ("matchLabels", TEXTS_BY_NAME),
    ("matchExpressions", List(&Fields(&[("key", Text), ("operator", Text), ("values", TEXTS)]))),
]);

const NAMED: Shape = List(&Fields(&[("name", Text), ("expression", Text)]));

const OF_RESOURCES: Shape = List(&Fields(&[
    ("apiGroups", TEXTS),
    ("apiVersions", TEXTS),
    ("operations", TEXTS),
    ("resources", TEXTS),
    ("resourceNames", TEXTS),
    ("scope", Text),
]));

const CONSTRAINTS: Shape = Fields(&[
    ("matchPolicy", Text),
    ("namespaceSelector", SELECTOR),
    ("objectSelector", SELECTOR),
    ("resourceRules", OF_RESOURCES),
    ("excludeResourceRules", OF_RESOURCES),
]);

const VALIDATIONS: Shape = List(&Fields(&[
    ("expression", Text),
    ("message", Text),
    ("messageExpression", Text),
    ("reason", Text),
]));

const NOTES: Shape = List(&Fields(&[("key", Text), ("valueExpression", Text)]));

const EXPRESSION: Shape = Fields(&[("expression", Text)]);

const MUTATIONS: Shape = List(&Fields(&[
    ("patchType", Text),
    ("applyConfiguration", EXPRESSION),
    ("jsonPatch", EXPRESSION),
]));

const KIND: Shape = Fields(&[("apiVersion", Text), ("kind", Text)]);

const PARAMS: Shape = Fields(&[
    ("name", Text),
    ("namespace", Text),
    ("selector", SELECTOR),
    ("parameterNotFoundAction", Text),
]);

/// The API server's own policies, and those of Kyverno that are like them.
const EXPRESSIONS: Shape = Fields(&[
    ("failurePolicy", Text),
    ("reinvocationPolicy", Text),
    ("paramKind", KIND),
    ("matchConstraints", CONSTRAINTS),
    ("matchConditions", NAMED),
    ("variables", NAMED),
    ("validations", VALIDATIONS),
    ("auditAnnotations", NOTES),
    ("mutations", MUTATIONS),
    ("validationActions", TEXTS),
    (
        "evaluation",
        Fields(&[
            ("mode", Text),
            ("admission", ENABLED),
            ("background", ENABLED),
            ("mutateExisting", ENABLED),
        ]),
    ),
    ("autogen", Fields(&[("podControllers", Fields(&[("controllers", TEXTS)]))])),
    ("webhookConfiguration", Fields(&[])),
    ("matchImageReferences", List(&Fields(&[("glob", Text), ("expression", Text)]))),
    ("images", NAMED),
    ("attestors", List(&Fields(&[("name", Text)]))),
    ("attestations", List(&Fields(&[("name", Text)]))),
]);

const ENABLED: Shape = Fields(&[("enabled", Flag)]);

const BINDING: Shape = Fields(&[
    ("policyName", Text),
    ("validationActions", TEXTS),
    ("paramRef", PARAMS),
    ("matchResources", CONSTRAINTS),
]);

const EXCEPTION_OF_EXPRESSIONS: Shape = Fields(&[
    ("policyRefs", List(&Fields(&[("name", Text), ("kind", Text)]))),
    ("matchConditions", NAMED),
    ("images", TEXTS),
]);

const RESOURCES: Shape = Fields(&[
    ("kinds", TEXTS),
    ("name", Text),
    ("names", TEXTS),
    ("namespaces", TEXTS),
    ("annotations", TEXTS_BY_NAME),
    ("selector", SELECTOR),
    ("namespaceSelector", SELECTOR),
    ("operations", TEXTS),
]);

const SUBJECTS: Shape =
    List(&Fields(&[("kind", Text), ("name", Text), ("namespace", Text), ("apiGroup", Text)]));

const FILTERS: Shape = List(&Fields(&[
    ("resources", RESOURCES),
    ("subjects", SUBJECTS),
    ("roles", TEXTS),
    ("clusterRoles", TEXTS),
]));

const MATCH: Shape = Fields(&[
    ("any", FILTERS),
    ("all", FILTERS),
    ("resources", RESOURCES),
    ("subjects", SUBJECTS),
    ("roles", TEXTS),
    ("clusterRoles", TEXTS),
]);

const CONDITIONS: Shape = Fields(&[("any", List(&CONDITION)), ("all", List(&CONDITION))]);

const CONDITION: Shape = Fields(&[("operator", Text), ("message", Text)]);

const CONTEXT: Shape = List(&Fields(&[
    ("name", Text),
    ("variable", Fields(&[("jmesPath", Text)])),
    ("configMap", Fields(&[("name", Text), ("namespace", Text)])),
    ("apiCall", Fields(&[("urlPath", Text), ("method", Text), ("jmesPath", Text)])),
    ("imageRegistry", Fields(&[("reference", Text), ("jmesPath", Text)])),
    ("globalReference", Fields(&[("name", Text), ("jmesPath", Text)])),
]));

const CONTROLS: Shape = List(&Fields(&[
    ("controlName", Text),
    ("images", TEXTS),
    ("restrictedField", Text),
    ("values", TEXTS),
]));

const VALIDATE: Shape = Fields(&[
    ("message", Text),
    ("failureAction", Text),
    ("deny", Fields(&[])),
    (
        "foreach",
        List(&Fields(&[
            ("list", Text),
            ("elementScope", Flag),
            ("context", CONTEXT),
            ("preconditions", CONDITIONS),
            ("deny", Fields(&[])),
        ])),
    ),
    ("podSecurity", Fields(&[("level", Text), ("version", Text), ("exclude", CONTROLS)])),
    (
        "cel",
        Fields(&[
            ("expressions", VALIDATIONS),
            ("variables", NAMED),
            ("auditAnnotations", NOTES),
            ("paramKind", KIND),
            ("paramRef", PARAMS),
        ]),
    ),
    ("manifests", Fields(&[])),
]);

const MUTATE: Shape = Fields(&[
    ("patchesJson6902", Text),
    (
        "targets",
        List(&Fields(&[
            ("apiVersion", Text),
            ("kind", Text),
            ("name", Text),
            ("namespace", Text),
            ("context", CONTEXT),
        ])),
    ),
    (
        "foreach",
        List(&Fields(&[
            ("list", Text),
            ("order", Text),
            ("context", CONTEXT),
            ("preconditions", CONDITIONS),
            ("patchesJson6902", Text),
        ])),
    ),
]);

const RULES: Shape = List(&Fields(&[
    ("name", Text),
    ("match", MATCH),
    ("exclude", MATCH),
    ("context", CONTEXT),
    ("celPreconditions", NAMED),
    ("validate", VALIDATE),
    ("mutate", MUTATE),
    ("generate", Fields(&[])),
    ("verifyImages", List(&Fields(&[]))),
]));

const RULED: Shape = Fields(&[
    ("rules", RULES),
    ("background", Flag),
    ("admission", Flag),
    ("applyRules", Text),
    ("failurePolicy", Text),
    ("validationFailureAction", Text),
    ("webhookConfiguration", Fields(&[("failurePolicy", Text), ("matchConditions", NAMED)])),
]);

const EXCEPTION: Shape = Fields(&[
    ("background", Flag),
    ("exceptions", List(&Fields(&[("policyName", Text), ("ruleNames", TEXTS)]))),
    ("match", MATCH),
    ("conditions", CONDITIONS),
    ("podSecurity", CONTROLS),
]);

const GROUP_VERSION_KIND: Shape = Fields(&[("group", Text), ("version", Text), ("kind", Text)]);

const APPLY_TO: Shape = List(&Fields(&[("groups", TEXTS), ("kinds", TEXTS), ("versions", TEXTS)]));

const MUTATOR: Shape = Fields(&[
    ("applyTo", APPLY_TO),
    ("location", Text),
    (
        "match",
        Fields(&[
            ("source", Text),
            ("scope", Text),
            ("name", Text),
            ("kinds", List(&Fields(&[("apiGroups", TEXTS), ("kinds", TEXTS)]))),
            ("namespaces", TEXTS),
            ("excludedNamespaces", TEXTS),
            ("labelSelector", SELECTOR),
            ("namespaceSelector", SELECTOR),
        ]),
    ),
    (
        "parameters",
        Fields(&[
            ("assign", Fields(&[])),
            ("pathTests", List(&Fields(&[("subPath", Text), ("condition", Text)]))),
            ("operation", Text),
            ("values", Fields(&[("fromList", List(&Any))])),
            ("assignDomain", Text),
            ("assignPath", Text),
            ("assignTag", Text),
        ]),
    ),
]);

const SOURCE: Shape = Fields(&[
    ("version", Text),
    ("rego", Text),
    ("libs", TEXTS),
    ("failurePolicy", Text),
    ("generateVAP", Flag),
    ("matchConditions", NAMED),
    ("variables", NAMED),
    ("validations", VALIDATIONS),
]);

const TEMPLATE: Shape = Fields(&[(
    "targets",
    List(&Fields(&[
        ("target", Text),
        ("rego", Text),
        ("libs", TEXTS),
        ("operations", TEXTS),
        ("code", List(&Fields(&[("engine", Text), ("source", SOURCE)]))),
    ])),
)]);

const CONFIG: Shape = Fields(&[
    ("sync", Fields(&[("syncOnly", List(&GROUP_VERSION_KIND))])),
    ("match", List(&Fields(&[("excludedNamespaces", TEXTS), ("processes", TEXTS)]))),
]);

const EXPANSION: Shape = Fields(&[
    ("applyTo", APPLY_TO),
    ("templateSource", Text),
    ("enforcementAction", Text),
    ("generatedGVK", GROUP_VERSION_KIND),
]);

/// What `spec` of a policy holds.
pub(super) fn spec(policy: &Object) -> Shape {
    match (policy.group(), policy.kind()) {
        ("kyverno.io", "PolicyException") => EXCEPTION,
        ("kyverno.io", _) => RULED,
        ("policies.kyverno.io", "PolicyException") => EXCEPTION_OF_EXPRESSIONS,
        ("admissionregistration.k8s.io", kind) if kind.ends_with("Binding") => BINDING,
        ("admissionregistration.k8s.io" | "policies.kyverno.io", _) => EXPRESSIONS,
        ("mutations.gatekeeper.sh", _) => MUTATOR,
        ("config.gatekeeper.sh", _) => CONFIG,
        ("expansion.gatekeeper.sh", _) => EXPANSION,
        ("syncset.gatekeeper.sh", _) => Fields(&[("gvks", List(&GROUP_VERSION_KIND))]),
        ("templates.gatekeeper.sh", _) => TEMPLATE,
        // Their templates say what constraints hold.
        _ => Fields(&[]),
    }
}
