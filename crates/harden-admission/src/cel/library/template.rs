//! Templates of `format`.

use super::conversions::string;
use super::{Failure, Result, Value};

/// Digits after the point where a template says nothing.
const PRECISION: usize = 6;
/// The most digits that are written.
const LONGEST: usize = 1000;

/// A part of a template.
enum Piece<'a> {
    Text(&'a str),
    Clause(char, Option<usize>),
}

pub(super) fn call(args: &[Value]) -> Result<Value> {
    let [Value::String(template), Value::List(values)] = args else {
        return Failure::no_overload();
    };
    let mut written = String::new();
    let mut values = values.iter().enumerate();
    let mut used = 0;
    for piece in pieces(template) {
        match piece.map_err(Failure::Error)? {
            Piece::Text(text) => written.push_str(text),
            Piece::Clause(verb, precision) => {
                let Some((_, value)) = values.next() else {
                    return Failure::error(format!("index {used} out of range"));
                };
                used += 1;
                written.push_str(&clause(verb, precision, value)?);
            }
        }
    }
    Ok(Value::text(written))
}

/// What is wrong with a template, whatever the values are; so many of them are given.
pub(in super::super) fn check(template: &str, given: usize) -> std::result::Result<(), String> {
    let mut used = 0;
    for piece in pieces(template) {
        if let Piece::Clause(..) = piece? {
            if used >= given {
                return Err(format!("index {used} out of range"));
            }
            used += 1;
        }
    }
    if given > used {
        return Err(format!(
            "too many arguments supplied to string.format (expected {used}, got {given})"
        ));
    }
    Ok(())
}

/// Why a value does not fit a verb, by the name of its type; `None` where it fits.
pub(in super::super) fn unfit(verb: char, name: &str) -> Option<String> {
    let (fits, rule): (&[&str], &str) = match verb {
        'd' => (&["int", "uint"], "decimal clause can only be used on integers"),
        'f' => (&["double", "string"], "fixed-point clause can only be used on doubles"),
        'e' => (&["double", "string"], "scientific clause can only be used on doubles"),
        'b' => (&["int", "uint", "bool"], "only integers and bools can be formatted as binary"),
        'x' | 'X' => (
            &["int", "uint", "string", "bytes"],
            "only integers, byte buffers, and strings can be formatted as hex",
        ),
        's' => (
            &[
                "int",
                "uint",
                "double",
                "bool",
                "string",
                "bytes",
                "null_type",
                "list",
                "map",
                "type",
                "google.protobuf.Duration",
                "google.protobuf.Timestamp",
            ],
            "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
        ),
        'o' => (&["int", "uint"], "octal clause can only be used on integers"),
        _ => return None,
    };
    (!fits.contains(&name)).then(|| format!("error during formatting: {rule}, was given {name}"))
}

/// The verbs of a template, in order.
pub(in super::super) fn verbs(template: &str) -> Vec<char> {
    let pieces = pieces(template).filter_map(std::result::Result::ok);
    pieces
        .filter_map(|it| match it {
            Piece::Clause(verb, _) => Some(verb),
            Piece::Text(_) => None,
        })
        .collect()
}

fn pieces(template: &str) -> impl Iterator<Item = std::result::Result<Piece<'_>, String>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find('%').unwrap_or(rest.len());
        if end > 0 {
            let (text, tail) = rest.split_at(end);
            rest = tail;
            return Some(Ok(Piece::Text(text)));
        }
        if let Some(tail) = rest.strip_prefix("%%") {
            rest = tail;
            return Some(Ok(Piece::Text("%")));
        }
        let piece = read(rest.get(1..).unwrap_or_default());
        rest = piece.as_ref().map_or("", |(_, tail)| tail);
        Some(piece.map(|(piece, _)| piece))
    })
}

fn read(text: &str) -> std::result::Result<(Piece<'_>, &str), String> {
    let wrong = |what: String| format!("could not parse formatting clause: {what}");
    if text.is_empty() {
        return Err("unexpected end of string".to_owned());
    }
    let (precision, text) = match text.strip_prefix('.') {
        None => (None, text),
        Some(tail) => {
            let end = tail.find(|c: char| !c.is_ascii_digit()).ok_or_else(|| {
                wrong(
                    "error while parsing precision: could not find end of precision specifier"
                        .to_owned(),
                )
            })?;
            let (digits, tail) = tail.split_at(end);
            let precision = digits.parse().map_err(|_| {
                wrong(format!(
                    "error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing {digits:?}: invalid syntax"
                ))
            })?;
            (Some(precision), tail)
        }
    };
    let Some(verb) = text.chars().next() else { return Err("unexpected end of string".to_owned()) };
    if !"sdfebxXo".contains(verb) {
        return Err(wrong(format!("unrecognized formatting clause \"{verb}\"")));
    }
    Ok((Piece::Clause(verb, precision), text.get(1..).unwrap_or_default()))
}

fn clause(verb: char, precision: Option<usize>, value: &Value) -> Result<String> {
    if precision.is_some_and(|it| it > LONGEST) {
        return Failure::not_judged("a very long number");
    }
    if let Some(why) = unfit(verb, value.type_name()) {
        return Err(Failure::Error(why));
    }
    let digits = precision.unwrap_or(PRECISION);
    Ok(match (verb, value) {
        ('s', value) => return plain(value),
        ('d', Value::Int(it)) => it.to_string(),
        ('d', Value::Uint(it)) => it.to_string(),
        ('b', Value::Bool(it)) => u8::from(*it).to_string(),
        ('b' | 'x' | 'X' | 'o', Value::Int(it)) => {
            let sign = if *it < 0 { "-" } else { "" };
            format!("{sign}{}", based(verb, it.unsigned_abs()))
        }
        ('b' | 'x' | 'X' | 'o', Value::Uint(it)) => based(verb, *it),
        ('x' | 'X', Value::String(it)) => hex(verb, it.as_bytes()),
        ('x' | 'X', Value::Bytes(it)) => hex(verb, it),
        ('f', Value::Double(it)) if it.is_finite() => grouped(&format!("{it:.digits$}")),
        ('e', Value::Double(it)) if it.is_finite() => scientific(&format!("{it:.digits$e}")),
        _ => return Failure::not_judged("a number that is none, written as a number"),
    })
}

fn based(verb: char, it: u64) -> String {
    match verb {
        'b' => format!("{it:b}"),
        'x' => format!("{it:x}"),
        'X' => format!("{it:X}"),
        _ => format!("{it:o}"),
    }
}

fn hex(verb: char, bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|it| if verb == 'x' { format!("{it:02x}") } else { format!("{it:02X}") })
        .collect()
}

/// With commas between thousands.
fn grouped(number: &str) -> String {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |it| ("-", it));
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(a, b)| (a, Some(b)));
    let mut written = sign.to_owned();
    for (index, digit) in whole.char_indices() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            written.push(',');
        }
        written.push(digit);
    }
    if let Some(fraction) = fraction {
        written.push('.');
        written.push_str(fraction);
    }
    written
}

/// `1.5e3` as the server's locale has it: `1.5×10⁰³`.
fn scientific(number: &str) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let (mantissa, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(("", exponent), |it| ("⁻", it));
    let digits = format!("{digits:0>2}");
    let raised = digits.chars().filter_map(|it| {
        let digit = usize::try_from(it.to_digit(10)?).ok()?;
        RAISED.get(digit)
    });
    format!("{mantissa}×10{sign}{}", raised.collect::<String>())
}

fn plain(value: &Value) -> Result<String> {
    match value {
        Value::Null => Ok("null".to_owned()),
        Value::List(items) => {
            let items: Result<Vec<String>> = items.iter().map(nested).collect();
            Ok(format!("[{}]", items?.join(", ")))
        }
        Value::Map(map) => {
            let mut entries = Vec::new();
            for (key, value) in map.iter() {
                entries.push((nested(&key.value())?, nested(value)?));
            }
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            let entries: Vec<String> =
                entries.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
            Ok(format!("{{{}}}", entries.join(", ")))
        }
        value => string(value).unwrap_or_else(Failure::no_overload),
    }
}

/// A value within a list or a map.
fn nested(value: &Value) -> Result<String> {
    match value {
        Value::String(text) => {
            if text.chars().any(|c| c == '"' || c == '\\' || !(' '..='~').contains(&c)) {
                return Failure::not_judged("a text within a list that has to be escaped");
            }
            Ok(format!("\"{text}\""))
        }
        Value::Double(it) if it.is_finite() => Ok(format!("{it:.6}")),
        Value::Timestamp(_) => Ok(format!("timestamp(\"{}\")", plain(value)?)),
        Value::Duration(_) => Ok(format!("duration(\"{}\")", plain(value)?)),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Null
        | Value::List(_)
        | Value::Map(_) => plain(value),
        other => Failure::not_judged(format!("a {} within a list as text", other.type_name())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(template: &str, values: Vec<Value>) -> Result<Value> {
        call(&[Value::text(template), Value::list(values)])
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(
            write("%.2f", vec![Value::Double(-1_234_567.5)]),
            Ok(Value::text("-1,234,567.50"))
        );
    }

    #[test]
    fn an_exponent_is_raised() {
        assert_eq!(write("%.1e", vec![Value::Double(0.0015)]), Ok(Value::text("1.5×10⁻⁰³")));
    }

    #[test]
    fn a_percent_sign_is_doubled() {
        assert_eq!(write("100%% of %s", vec![Value::text("it")]), Ok(Value::text("100% of it")));
    }

    #[test]
    fn more_verbs_than_values_are_an_error() {
        assert_eq!(write("%s", vec![]), Failure::error("index 0 out of range"));
        assert_eq!(
            check("%s", 2),
            Err("too many arguments supplied to string.format (expected 1, got 2)".to_owned())
        );
    }
}
