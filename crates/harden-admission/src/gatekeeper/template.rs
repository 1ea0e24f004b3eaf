//! ConstraintTemplates: policies that constraints give parameters.

use serde_json::Value;

use super::native;
use super::rego::{self, Dialect};
use super::schema::{Schema, first_without_type, has_rules};
use crate::{Object, Verdict};

/// The schema of the parameters.
const SCHEMA: &str = "/spec/crd/spec/validation/openAPIV3Schema";

/// The only target that Gatekeeper has.
const TARGET: &str = "admission.k8s.gatekeeper.sh";

/// A template that Gatekeeper takes.
#[derive(Debug)]
pub(super) struct Template {
    /// The kind of its constraints.
    pub(super) kind: String,
    pub(super) schema: Schema,
    /// Why constraints cannot be checked against the schema here, if they cannot.
    pub(super) unchecked: Option<&'static str>,
    /// Operations that it is asked about; all where there are none.
    operations: Vec<String>,
    pub(super) engine: Engine,
    /// Where its code is.
    pub(super) at: String,
}

/// What evaluates a template.
#[derive(Debug)]
pub(super) enum Engine {
    Rego(Box<rego::Program>),
    Native(Box<native::Program>),
    /// Nobody can here; says why.
    None(String),
}

/// A template that Gatekeeper refuses, or one that cannot be read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) verdict: Verdict,
    pub(super) at: String,
    pub(super) message: String,
}

fn error(at: &str, message: impl Into<String>) -> Refused {
    Refused { verdict: Verdict::Error, at: at.to_owned(), message: message.into() }
}

/// The code of a template, whichever way it is written.
enum Code<'t> {
    Rego { rego: &'t str, libs: Vec<&'t str>, dialect: Dialect },
    Native(&'t Value),
}

impl Template {
    /// Whether it is a template.
    pub(super) fn is(object: &Object) -> bool {
        object.is("templates.gatekeeper.sh", "ConstraintTemplate")
    }

    /// Reads and compiles a template.
    pub(super) fn read(object: &Object) -> Result<Self, Refused> {
        let text = |pointer: &str| object.at(pointer).and_then(Value::as_str).unwrap_or_default();
        let kind = text("/spec/crd/spec/names/kind");
        let name = object.name();
        if kind.is_empty() {
            let what = format!(
                "invalid ConstraintTemplate: ConstraintTemplate {name:?} does not specify CRD Kind"
            );
            return Err(error("/spec/crd/spec/names", what));
        }
        if !name.eq_ignore_ascii_case(kind) {
            let what = format!(
                "invalid ConstraintTemplate: the ConstraintTemplate's name {name:?} is not equal to the \
                 lowercase of CRD's Kind: {:?}",
                kind.to_lowercase()
            );
            return Err(error("/metadata/name", what));
        }
        let target = target(object)?;
        let is_v1 = object.version() == "v1";
        let validation = object.at("/spec/crd/spec/validation");
        let legacy = validation.and_then(|it| it.get("legacySchema")).and_then(Value::as_bool);
        let is_legacy = legacy.unwrap_or(!is_v1);
        let parameters = validation.and_then(|it| it.get("openAPIV3Schema"));
        if let Some(schema) = parameters.filter(|_| !is_legacy) {
            let at = "spec.validation.openAPIV3Schema.properties[spec].properties[parameters]";
            if let Some(at) = first_without_type(schema, at) {
                let what = format!(
                    "invalid ConstraintTemplate: {at}.type: Required value: must not be empty for specified \
                     object fields"
                );
                return Err(error(SCHEMA, what));
            }
        }
        let unchecked = parameters
            .is_some_and(has_rules)
            .then_some("the parameters have rules in CEL that are not evaluated here");
        let (code, at) = code(target)?;
        let engine = compile(&code, &at)?;
        let operations = target.get("operations").and_then(Value::as_array);
        let operations = operations.into_iter().flatten().filter_map(Value::as_str);
        Ok(Self {
            kind: kind.to_owned(),
            schema: Schema::of(parameters, is_legacy),
            unchecked,
            operations: operations.map(str::to_owned).collect(),
            engine,
            at,
        })
    }

    /// Whether it is asked about an operation.
    pub(super) fn takes(&self, operation: &str) -> bool {
        self.operations.is_empty() || self.operations.iter().any(|it| it == "*" || it == operation)
    }
}

/// The CEL of a template, where it has such.
pub(super) fn native(object: &Object) -> Option<&Value> {
    match code(target(object).ok()?).ok()? {
        (Code::Native(source), _) => Some(source),
        (Code::Rego { .. }, _) => None,
    }
}

fn target(object: &Object) -> Result<&Value, Refused> {
    const AT: &str = "/spec/targets";
    let targets = object.at(AT).and_then(Value::as_array).map(Vec::as_slice);
    let [target] = targets.unwrap_or_default() else {
        return Err(error(AT, "invalid ConstraintTemplate: must declare exactly one target"));
    };
    match target.get("target").and_then(Value::as_str).unwrap_or_default() {
        TARGET => Ok(target),
        "" => Err(error(AT, "invalid ConstraintTemplate: target name must not be empty")),
        other => {
            let what = format!(
                "invalid ConstraintTemplate: target {other:?} not recognized, known targets [{TARGET}]"
            );
            Err(error("/spec/targets/0/target", what))
        }
    }
}

/// The code that Gatekeeper evaluates: CEL before Rego, and of Rego that which is written beside `code`.
fn code(target: &Value) -> Result<(Code<'_>, String), Refused> {
    let all = target.get("code").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let of = |engine: &str| {
        let is = |it: &&Value| it.get("engine").and_then(Value::as_str) == Some(engine);
        let at = all.iter().position(|it| is(&it))?;
        Some((all.get(at)?.get("source").unwrap_or(&Value::Null), at))
    };
    if let Some((source, at)) = of("K8sNativeValidation") {
        return Ok((Code::Native(source), format!("/spec/targets/0/code/{at}/source")));
    }
    if let Some(rego) = target.get("rego").and_then(Value::as_str).filter(|it| !it.is_empty()) {
        let code = Code::Rego { rego, libs: libs(target), dialect: Dialect::V0 };
        return Ok((code, "/spec/targets/0/rego".to_owned()));
    }
    let Some((source, at)) = of("Rego") else {
        let wanted = all.first().and_then(|it| it.get("engine")).and_then(Value::as_str);
        let what = format!(
            "No language driver is installed that handles this constraint template: available drivers: \
             map[K8sNativeValidation:1 Rego:2], wanted {:?}",
            wanted.unwrap_or_default()
        );
        return Err(error("/spec/targets/0", what));
    };
    let at = format!("/spec/targets/0/code/{at}/source");
    let Some(rego) = source.get("rego").and_then(Value::as_str) else {
        return Err(error(&at, "rego source missing required field: rego"));
    };
    let dialect = match source.get("version").and_then(Value::as_str) {
        Some("v1") => Dialect::V1,
        _ => Dialect::V0,
    };
    Ok((Code::Rego { rego, libs: libs(source), dialect }, format!("{at}/rego")))
}

fn libs(of: &Value) -> Vec<&str> {
    let all = of.get("libs").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).collect()
}

fn compile(code: &Code<'_>, at: &str) -> Result<Engine, Refused> {
    match code {
        Code::Native(source) => native::Program::compile(source, at)
            .map(|it| Engine::Native(Box::new(it)))
            .map_err(|message| error(at, message)),
        Code::Rego { rego, libs, dialect } => match rego::Program::compile(rego, libs, *dialect) {
            Ok(program) => Ok(Engine::Rego(Box::new(program))),
            Err(rego::Refusal::NotJudged(why)) => Ok(Engine::None(why)),
            Err(rego::Refusal::Flawed(message)) => {
                Err(error(at, format!("invalid ConstraintTemplate: {message}")))
            }
        },
    }
}
