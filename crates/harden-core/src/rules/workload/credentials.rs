//! Tells secrets from other text, by what they are called and by what they look like.
//!
//! A name makes a value suspicious only if the value can be a secret: references to other variables,
//! paths, switches and blanks to fill in are none.

mod names;
mod shapes;
mod values;

pub(super) use shapes::find as find_in;

use names::Meaning;

/// What a value is, if it is a secret: `a password`.
pub(super) fn identify(name: &str, value: &str) -> Option<&'static str> {
    find_in(value).or_else(|| identify_by_name(name, value))
}

/// What a value is, going by its name alone.
pub(super) fn identify_by_name(name: &str, value: &str) -> Option<&'static str> {
    let meaning = names::meaning(name)?;
    let can_be = match meaning {
        Meaning::Password => values::can_be_password(value),
        Meaning::Token | Meaning::Key => values::can_be_token(value),
        Meaning::Secret => values::can_be_token(value) && values::looks_random(value),
    };
    can_be.then_some(match meaning {
        Meaning::Password => "a password",
        Meaning::Token => "a token",
        Meaning::Key => "a key",
        Meaning::Secret => "a secret",
    })
}

/// What the lines of a configuration file set, as names and values: `name: value` and `name=value`.
pub(super) fn settings(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        let (name, value) = line.split_once(['=', ':'])?;
        let name = name.trim().trim_matches('"');
        let is_name = !name.is_empty()
            && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.".contains(&it));
        let value = value.trim().trim_end_matches([',', ';']).trim_matches(['"', '\'']);
        // What is called like another setting is a reference in a language of its own.
        (is_name && names::meaning(value).is_none()).then_some((name, value))
    })
}
