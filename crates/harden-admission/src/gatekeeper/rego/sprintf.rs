//! `sprintf`, as Go's `fmt` writes texts.

use std::fmt::Write as _;

use regorus::Value;

use super::limits;
use super::term::{quote, size, term};

/// What `sprintf` makes of a template; `None` where there is no room for it.
pub(super) fn sprintf(template: &str, arguments: &[&Value]) -> Option<String> {
    let arguments = arguments.iter().map(|it| Argument::of(it)).collect::<Option<Vec<_>>>()?;
    let mut result = String::with_capacity(template.len() + 32);
    let mut next = 0;
    let mut reordered = false;
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        result.push_str(before);
        let mut directive = Directive::read(after);
        rest = directive.rest;
        if directive.is_star_width {
            match arguments.get(next).and_then(Argument::int) {
                Some(it) => directive.set_width(it),
                None => result.push_str("%!(BADWIDTH)"),
            }
            next += 1;
        }
        if directive.is_star_precision {
            match arguments.get(next).and_then(Argument::int) {
                Some(it) => directive.precision = usize::try_from(it).ok().filter(|it| *it < MOST),
                None => result.push_str("%!(BADPREC)"),
            }
            next += 1;
        }
        if let Some(index) = directive.index {
            reordered = true;
            next = index;
        }
        limits::charge(directive.width.unwrap_or(0))?;
        match directive.verb {
            None => result.push_str("%!(NOVERB)"),
            Some('%') => result.push('%'),
            Some(verb) => {
                match arguments.get(next) {
                    Some(argument) => argument.write(&mut result, verb, &directive),
                    None if directive.index.is_some() => {
                        let _ = write!(result, "%!{verb}(BADINDEX)");
                    }
                    None => {
                        let _ = write!(result, "%!{verb}(MISSING)");
                    }
                }
                next += 1;
            }
        }
    }
    result.push_str(rest);
    if !reordered && next < arguments.len() {
        result.push_str("%!(EXTRA ");
        for (at, it) in arguments.iter().enumerate().skip(next) {
            if at > next {
                result.push_str(", ");
            }
            let _ = write!(result, "{}={}", it.go_type(), it.plain());
        }
        result.push(')');
    }
    limits::charge(result.len())?;
    Some(result)
}

/// The widest width that Go takes.
const MOST: usize = 1_000_000;

/// What is between `%` and its verb.
#[derive(Default)]
struct Directive<'t> {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    is_star_width: bool,
    is_star_precision: bool,
    index: Option<usize>,
    verb: Option<char>,
    rest: &'t str,
}

impl<'t> Directive<'t> {
    fn read(text: &'t str) -> Self {
        let mut it = Self { rest: text, ..Self::default() };
        while let Some(flag) = it.rest.chars().next() {
            match flag {
                '+' => it.plus = true,
                '-' => it.minus = true,
                '#' => it.sharp = true,
                ' ' => it.space = true,
                '0' => it.zero = true,
                _ => break,
            }
            it.skip(1);
        }
        it.read_index();
        if it.rest.starts_with('*') {
            it.is_star_width = true;
            it.skip(1);
        } else {
            it.width = it.number();
        }
        if it.rest.starts_with('.') {
            it.skip(1);
            if it.rest.starts_with('*') {
                it.is_star_precision = true;
                it.skip(1);
            } else {
                it.precision = Some(it.number().unwrap_or(0));
            }
        }
        it.read_index();
        it.verb = it.rest.chars().next();
        it.skip(it.verb.map_or(0, char::len_utf8));
        it
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// `[2]`: the second value.
    fn read_index(&mut self) {
        let Some((number, _)) = self.rest.strip_prefix('[').and_then(|it| it.split_once(']'))
        else {
            return;
        };
        let index = number.parse::<usize>().unwrap_or(0);
        self.index = Some(index.checked_sub(1).unwrap_or(usize::MAX));
        self.skip(number.len() + 2);
    }

    fn number(&mut self) -> Option<usize> {
        let length = self.rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest.get(..length)?.parse().ok().filter(|it| *it < MOST);
        self.skip(length);
        number
    }

    fn set_width(&mut self, width: i64) {
        self.minus |= width < 0;
        self.width = usize::try_from(width.unsigned_abs()).ok().filter(|it| *it < MOST);
    }
}

/// A value as OPA hands it to Go.
enum Argument {
    Int(i64),
    Float(f64),
    /// A whole number beyond 64 bits.
    Big(String),
    Text(String),
}

impl Argument {
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Number(it) => match (it.as_i64(), it.as_f64()) {
                (Some(whole), Some(float)) if is_float(whole) => Self::Float(float),
                (Some(it), _) => Self::Int(it),
                (None, _) if it.is_integer() => Self::Big(it.format_decimal()),
                (None, it) => Self::Float(it.unwrap_or(f64::NAN)),
            },
            Value::String(it) => {
                limits::charge(it.len())?;
                Self::Text(it.to_string())
            }
            other => {
                limits::charge(size(other)?)?;
                Self::Text(term(other))
            }
        })
    }

    fn int(&self) -> Option<i64> {
        match self {
            Self::Int(it) => Some(*it),
            _ => None,
        }
    }

    fn go_type(&self) -> &'static str {
        match self {
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Big(_) => "*big.Int",
            Self::Text(_) => "string",
        }
    }

    /// By the verb `%v`.
    fn plain(&self) -> String {
        match self {
            Self::Int(it) => it.to_string(),
            Self::Float(it) => general(*it, false),
            Self::Big(it) | Self::Text(it) => it.clone(),
        }
    }

    fn write(&self, into: &mut String, verb: char, directive: &Directive<'_>) {
        let written = match (self, verb) {
            (_, 'T') => Some(self.go_type().to_owned()),
            (Self::Int(it), _) => integer(*it, verb, directive),
            (Self::Float(it), _) => float(*it, verb, directive),
            (Self::Big(it), 'v' | 'd' | 's') => Some(it.clone()),
            (Self::Big(_), _) => None,
            (Self::Text(it), _) => text(it, verb, directive),
        };
        if let Some(written) = written {
            pad(into, &written, verb, self, directive);
            return;
        }
        let _ = write!(into, "%!{verb}({}=", self.go_type());
        match self {
            Self::Int(it) => {
                let plain = integer(*it, 'v', directive).unwrap_or_default();
                pad(into, &plain, 'v', self, directive);
            }
            _ => into.push_str(&self.plain()),
        }
        into.push(')');
    }
}

fn integer(it: i64, verb: char, directive: &Directive<'_>) -> Option<String> {
    let magnitude = it.unsigned_abs();
    let digits = match verb {
        'v' | 'd' => magnitude.to_string(),
        'b' => format!("{magnitude:b}"),
        'o' if directive.sharp => format!("0{magnitude:o}"),
        'o' => format!("{magnitude:o}"),
        'O' => format!("0o{magnitude:o}"),
        'x' if directive.sharp => format!("0x{magnitude:x}"),
        'x' => format!("{magnitude:x}"),
        'X' if directive.sharp => format!("0X{magnitude:X}"),
        'X' => format!("{magnitude:X}"),
        'c' => return Some(character(it).to_string()),
        'q' => return Some(quote_character(character(it))),
        'U' => return Some(format!("U+{magnitude:04X}")),
        _ => return None,
    };
    let digits = match directive.precision {
        Some(precision) if digits.len() < precision => {
            format!("{}{digits}", "0".repeat(precision - digits.len()))
        }
        _ => digits,
    };
    Some(format!("{}{digits}", sign(it < 0, directive)))
}

fn sign(is_negative: bool, directive: &Directive<'_>) -> &'static str {
    match (is_negative, directive.plus, directive.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    }
}

fn character(it: i64) -> char {
    u32::try_from(it).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
}

fn quote_character(it: char) -> String {
    match it {
        '\'' => "'\\''".to_owned(),
        it => {
            let quoted = quote(&it.to_string());
            format!("'{}'", quoted.trim_matches('"').replace("\\\"", "\""))
        }
    }
}

fn float(it: f64, verb: char, directive: &Directive<'_>) -> Option<String> {
    let magnitude = it.abs();
    let written = match verb {
        'v' | 'g' if directive.precision.is_none() => general(magnitude, false),
        'G' if directive.precision.is_none() => general(magnitude, true),
        'f' | 'F' => format!("{magnitude:.*}", directive.precision.unwrap_or(6)),
        'e' | 'E' => {
            let written = exponent(&format!("{magnitude:.*e}", directive.precision.unwrap_or(6)));
            if verb == 'E' { written.to_uppercase() } else { written }
        }
        _ => return None,
    };
    Some(format!("{}{written}", sign(it.is_sign_negative(), directive)))
}

/// The exponent of Rust as Go writes it: a sign, and two digits at least.
fn exponent(written: &str) -> String {
    let Some((digits, exponent)) = written.split_once('e') else { return written.to_owned() };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(it) => ('-', it),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// Whether Gatekeeper takes a whole number for a float that Go writes with an exponent.
pub(super) fn is_float(it: i64) -> bool {
    it.unsigned_abs() >= 1_000_000 && limits::is_in_review(it)
}

/// Go's `%g` without a precision: the shortest digits, with an exponent from a million on.
pub(super) fn general(it: f64, is_upper: bool) -> String {
    if !it.is_finite() {
        let written = if it.is_nan() { "NaN" } else { "+Inf" };
        return written.to_owned();
    }
    let scientific = format!("{it:e}");
    let power = scientific.split_once('e').and_then(|(_, it)| it.parse::<i32>().ok()).unwrap_or(0);
    let written = if (-4..6).contains(&power) { it.to_string() } else { exponent(&scientific) };
    if is_upper { written.to_uppercase() } else { written }
}

fn text(it: &str, verb: char, directive: &Directive<'_>) -> Option<String> {
    let cut = || match directive.precision {
        Some(precision) => it.chars().take(precision).collect(),
        None => it.to_owned(),
    };
    Some(match verb {
        'v' if directive.sharp => quote(it),
        'v' | 's' => cut(),
        'q' => quote(&cut()),
        'x' => cut().bytes().fold(String::new(), |mut all, it| {
            let _ = write!(all, "{it:02x}");
            all
        }),
        'X' => cut().bytes().fold(String::new(), |mut all, it| {
            let _ = write!(all, "{it:02X}");
            all
        }),
        _ => return None,
    })
}

fn pad(into: &mut String, written: &str, verb: char, of: &Argument, directive: &Directive<'_>) {
    let length = written.chars().count();
    let missing = directive.width.unwrap_or(0).saturating_sub(length);
    let is_number = !matches!(of, Argument::Text(_)) && !matches!(verb, 'c' | 'q' | 'U' | 'T');
    if directive.minus {
        into.push_str(written);
        into.push_str(&" ".repeat(missing));
    } else if directive.zero && directive.precision.is_none() && is_number {
        let digits = written.strip_prefix(['-', '+', ' ']);
        into.push_str(
            written
                .get(..written.len() - digits.map_or(written.len(), str::len))
                .unwrap_or_default(),
        );
        into.push_str(&"0".repeat(missing));
        into.push_str(digits.unwrap_or(written));
    } else {
        let filler = if directive.zero && !is_number { "0" } else { " " };
        into.push_str(&filler.repeat(missing));
        into.push_str(written);
    }
}
