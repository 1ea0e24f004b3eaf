//! Generators as forms, and forms as command lines: both follow from the options structs, through the
//! same parser that the terminal uses.

use clap::builder::PossibleValue;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Subcommand as _};
use harden_core::generators::{FileOutput, Generator, ObjectOutput, Product};

use crate::protocol::workbench::{Field, FieldKind, Form, MakeAsk};

/// What the terminal calls the program.
const PROGRAM: &str = "kubectl-harden";

/// The command line, as far as it generates.
pub(super) fn command() -> Command {
    let all = Generator::augment_subcommands(Command::new(PROGRAM)).subcommand_required(true);
    let names: Vec<_> = all.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    let all = names.iter().fold(all, |all, name| {
        let product = Generator::product_of(name);
        all.mut_subcommand(name, |generator| with_output(generator, product))
    });
    all.disable_help_subcommand(true).bin_name("kubectl harden")
}

fn with_output(command: Command, product: Option<Product>) -> Command {
    let command = command.mut_subcommands(|it| with_output(it, product));
    let about = command.get_about().cloned().unwrap_or_default();
    let command = match product {
        Some(Product::Files) => FileOutput::augment_args(command),
        _ => ObjectOutput::augment_args(command),
    };
    command.about(about).disable_help_flag(true).disable_help_subcommand(true)
}

/// A form for every command that makes something.
pub(super) fn all() -> Vec<Form> {
    let mut forms = Vec::new();
    command().get_subcommands().for_each(|it| describe(it, &[], &mut forms));
    forms
}

fn describe(command: &Command, above: &[String], forms: &mut Vec<Form>) {
    let words = [above, &[command.get_name().to_owned()]].concat();
    if !command.is_subcommand_required_set() {
        forms.push(Form {
            about: command.get_about().map(ToString::to_string).unwrap_or_default(),
            fields: shown(command).map(field).collect(),
            words: words.clone(),
        });
    }
    command.get_subcommands().for_each(|it| describe(it, &words, forms));
}

fn shown(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|it| !it.is_hide_set())
}

fn field(arg: &Arg) -> Field {
    let values: Vec<_> =
        arg.get_possible_values().iter().filter(|it| !it.is_hide_set()).map(choice).collect();
    let is_flag = !arg.get_action().takes_values();
    let several = takes_several(arg);
    let kind = match (is_flag, names_file(arg), values.is_empty(), several) {
        (true, ..) => FieldKind::Switch,
        (_, true, ..) => FieldKind::File,
        (_, _, false, false) => FieldKind::Choice(values),
        (_, _, false, true) => FieldKind::Choices(values),
        (_, _, true, false) => FieldKind::Text,
        (_, _, true, true) => FieldKind::Texts,
    };
    let defaults = if is_flag { &[] } else { arg.get_default_values() };
    Field {
        id: arg.get_id().to_string(),
        flag: flag(arg),
        help: arg.get_help().map(ToString::to_string).unwrap_or_default(),
        heading: arg.get_help_heading().unwrap_or_default().to_owned(),
        kind,
        placeholder: value_name(arg).to_owned(),
        default: defaults.iter().map(|it| it.to_string_lossy().into_owned()).collect(),
        required: arg.is_required_set(),
    }
}

fn choice(value: &PossibleValue) -> (String, String) {
    let help = value.get_help().map(ToString::to_string).unwrap_or_default();
    (value.get_name().to_owned(), help)
}

fn value_name(arg: &Arg) -> &str {
    arg.get_value_names().and_then(|it| it.first()).map_or("", |it| it.as_str())
}

fn names_file(arg: &Arg) -> bool {
    value_name(arg) == "FILE"
}

fn takes_several(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
        || arg.get_num_args().is_some_and(|it| it.max_values() > 1)
}

/// `--level`, or the name of the value where only its place tells.
fn flag(arg: &Arg) -> String {
    match (arg.get_long(), arg.get_short()) {
        (Some(long), _) => format!("--{long}"),
        (None, Some(short)) => format!("-{short}"),
        (None, None) => value_name(arg).to_owned(),
    }
}

/// The words of the command line that a form stands for, without the name of the program. Fields that
/// hold their defaults are left out.
pub(super) fn words(ask: &MakeAsk) -> Result<Vec<String>, String> {
    let all = command();
    let mut command = &all;
    for word in &ask.words {
        let inner = command.find_subcommand(word);
        command =
            inner.ok_or_else(|| format!("there is no generator `{}`", ask.words.join(" ")))?;
    }
    let (mut places, mut options) = (Vec::new(), Vec::new());
    for arg in shown(command) {
        let Some((_, values)) = ask.values.iter().find(|(id, _)| arg.get_id() == id) else {
            continue;
        };
        if !arg.get_action().takes_values() {
            options.push(flag(arg));
            continue;
        }
        let trimmed = values.iter().map(|it| it.trim().to_owned());
        let values: Vec<_> = trimmed.filter(|it| !it.is_empty()).collect();
        if values.is_empty() || is_default(arg, &values) {
            continue;
        }
        if arg.is_positional() {
            places.extend(values);
        } else if arg.get_value_delimiter().is_some() {
            push_option(arg, &values.join(","), &mut options);
        } else {
            values.iter().for_each(|it| push_option(arg, it, &mut options));
        }
    }
    let is_plain = places.iter().all(|it| !it.starts_with('-'));
    let words = ask.words.iter().cloned();
    Ok(if is_plain {
        words.chain(places).chain(options).collect()
    } else {
        words.chain(options).chain(["--".to_owned()]).chain(places).collect()
    })
}

fn is_default(arg: &Arg, values: &[String]) -> bool {
    let defaults = arg.get_default_values();
    defaults.len() == values.len()
        && defaults.iter().zip(values).all(|(one, other)| one.as_os_str() == other.as_str())
}

fn push_option(arg: &Arg, value: &str, words: &mut Vec<String>) {
    let flag = flag(arg);
    if arg.is_require_equals_set() || value.starts_with('-') && value != "-" {
        words.push(format!("{flag}={value}"));
    } else {
        words.extend([flag, value.to_owned()]);
    }
}

/// What the terminal would read from these words; what is wrong with them, and which field.
pub(super) fn parse(words: &[String]) -> Result<ArgMatches, (String, String)> {
    let words = [PROGRAM.to_owned()].into_iter().chain(words.iter().cloned());
    command().try_get_matches_from(words).map_err(|error| {
        let text = error.to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let text = text.split("\n\nUsage:").next().unwrap_or_default();
        let text = text.split("\n\nFor more").next().unwrap_or_default().trim();
        let argument = error.get(clap::error::ContextKind::InvalidArg);
        let argument = argument.map(ToString::to_string).unwrap_or_default();
        let flag = argument.split([' ', '=']).next().unwrap_or_default();
        (text.to_owned(), flag.trim_matches(['<', '>', '[', ']', '.']).to_owned())
    })
}

/// A form from the words of a command line, as links and people write it.
pub(super) fn fill(words: &[String]) -> Result<MakeAsk, String> {
    let matches = parse(words).map_err(|(error, _)| error)?;
    let all = command();
    let (mut command, mut matches) = (&all, &matches);
    let mut ask = MakeAsk::default();
    while let Some((name, inner)) = matches.subcommand() {
        let Some(found) = command.find_subcommand(name) else { break };
        (command, matches) = (found, inner);
        ask.words.push(name.to_owned());
    }
    for arg in shown(command) {
        let id = arg.get_id().as_str();
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let values = match matches.try_get_raw(id) {
            Ok(Some(raw)) if arg.get_action().takes_values() => {
                raw.map(|it| it.to_string_lossy().into_owned()).collect()
            }
            _ => vec![String::new()],
        };
        ask.values.push((id.to_owned(), values));
    }
    Ok(ask)
}

/// Words as a shell takes them.
pub(super) fn quoted(words: &[String]) -> String {
    let quote = |word: &String| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
        if !word.is_empty() && word.chars().all(is_plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}
