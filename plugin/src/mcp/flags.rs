//! The flags of the command line as arguments of tools: what they are called, mean and take is said once.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value, json};

use super::Refusal;
use super::arguments::shown;

/// Flags that may be given, as properties of a JSON Schema. `is_wanted` is asked of the name of each.
pub(super) fn schema(command: &Command, is_wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let wanted = command.get_arguments().filter(|it| is_wanted(it.get_id().as_str()));
    wanted.map(|it| (it.get_id().to_string(), property(it))).collect()
}

fn property(arg: &Arg) -> Value {
    let mut schema = Map::new();
    let mut item = json!({"type": "string"});
    let values = arg.get_possible_values();
    let is_switch = is_switch(arg);
    if !values.is_empty() && !is_switch {
        let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        item = json!({"enum": names});
    }
    if is_switch {
        schema.insert("type".to_owned(), "boolean".into());
    } else if is_list(arg) {
        schema.insert("type".to_owned(), "array".into());
        schema.insert("items".to_owned(), item);
    } else if let Value::Object(fields) = item {
        schema.extend(fields);
    }
    let help = arg.get_help().map(StyledStr::to_string).unwrap_or_default();
    schema.insert("description".to_owned(), help.replace(", repeatable", "").into());
    let defaults = arg.get_default_values();
    if let ([default], false) = (defaults, is_switch) {
        schema.insert("default".to_owned(), default.to_string_lossy().into());
    }
    schema.into()
}

fn is_switch(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::SetFalse)
}

fn is_list(arg: &Arg) -> bool {
    let takes_more = arg.get_num_args().is_some_and(|it| it.max_values() > 1);
    matches!(arg.get_action(), ArgAction::Append)
        || takes_more
        || arg.get_value_delimiter().is_some()
}

/// Reads the flags of a command as the command line does; `above` is the argument that they are below, if one is.
pub(super) fn matches(
    command: Command,
    fields: &Map<String, Value>,
    above: Option<&str>,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<ArgMatches, Refusal> {
    matches_below(command, &[], fields, above, is_wanted)
}

/// The same of a command that is below another: `path` are the words to it.
pub(super) fn matches_below(
    root: Command,
    path: &[&str],
    fields: &Map<String, Value>,
    above: Option<&str>,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<ArgMatches, Refusal> {
    let named = |name: &str| above.map_or_else(|| name.to_owned(), |it| format!("{it}.{name}"));
    let mut root = root.disable_help_flag(true).disable_help_subcommand(true);
    root.build();
    let command = path.iter().try_fold(&root, |it, name| it.find_subcommand(name));
    let command = command.ok_or_else(unreadable)?;
    let mut words = vec![root.get_name().to_owned()];
    words.extend(path.iter().map(|it| (*it).to_owned()));
    let mut positionals = Vec::new();
    for (name, value) in fields.iter().filter(|(_, it)| !it.is_null()) {
        let id = name.replace('-', "_");
        let arg = command.get_arguments().find(|it| it.get_id().as_str() == id);
        let Some(arg) = arg.filter(|_| is_wanted(&id)) else {
            let known = command.get_arguments().map(|it| it.get_id().as_str());
            let known: Vec<_> = known.filter(|it| is_wanted(it)).collect();
            return Err(Refusal::of(
                named(&shown(name)),
                format!("there is no such option; there are {}", known.join(", ")),
            ));
        };
        if is_switch(arg) {
            let Some(is_on) = value.as_bool() else {
                return Err(Refusal::of(named(name), "must be true or false"));
            };
            words.extend(arg.get_long().filter(|_| is_on).map(|it| format!("--{it}")));
            continue;
        }
        let items = match value {
            Value::Array(items) if is_list(arg) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        for item in items {
            let text = match item {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(it) => it.to_string(),
                _ if is_list(arg) => {
                    return Err(Refusal::of(named(name), "must be a list of strings"));
                }
                _ => return Err(Refusal::of(named(name), "must be a string")),
            };
            match arg.get_long() {
                Some(long) => words.push(format!("--{long}={text}")),
                None => positionals.push(text),
            }
        }
    }
    if !positionals.is_empty() {
        words.push("--".to_owned());
        words.extend(positionals);
    }
    let arguments: Vec<Arg> = command.get_arguments().cloned().collect();
    root.try_get_matches_from(words).map_err(|it| refusal(&it, &arguments, &named))
}

/// What clap read for one command and another cannot take; that is no fault of whoever calls.
pub(super) fn unreadable() -> Refusal {
    Refusal::because("the arguments cannot be read, and it is our fault: please report it")
}

/// What is wrong, without the value that is: it may be a secret.
fn refusal(error: &clap::Error, arguments: &[Arg], named: &dyn Fn(&str) -> String) -> Refusal {
    let first = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    };
    let all = |kind| match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    // clap names a flag as it is typed: `--level <LEVEL>`, or `[NAME]...`.
    let field = |typed: String| {
        let of = |it: &&Arg| it.to_string() == typed;
        let arg = arguments.iter().find(of);
        arg.map_or_else(
            || {
                typed
                    .trim_start_matches('-')
                    .split(' ')
                    .next()
                    .unwrap_or_default()
                    .replace('-', "_")
            },
            |it| it.get_id().to_string(),
        )
    };
    let says = match error.kind() {
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string);
            why.unwrap_or_else(|| "cannot be read".to_owned())
        }
        ErrorKind::InvalidValue => {
            let valid = all(ContextKind::ValidValue);
            if valid.is_empty() {
                "needs a value".to_owned()
            } else {
                format!("must be one of {valid}")
            }
        }
        ErrorKind::MissingRequiredArgument => "is missing, and must be there".to_owned(),
        ErrorKind::ArgumentConflict => match first(ContextKind::PriorArg) {
            Some(other) => format!("cannot be used together with {}", field(other)),
            None => "cannot be used together with another option that is given".to_owned(),
        },
        other => other.as_str().unwrap_or("cannot be read").to_owned(),
    };
    match first(ContextKind::InvalidArg) {
        Some(typed) => Refusal::of(named(&field(typed)), says),
        None => Refusal::because(says),
    }
}
