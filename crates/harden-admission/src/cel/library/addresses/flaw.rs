//! Why a text is no address, in words of the server.

/// Why a text is no address; the text must be none.
pub(super) fn flaw(text: &str) -> String {
    let why = match text.find(['.', ':', '%']).and_then(|at| text.get(at..at + 1)) {
        Some(".") => short(text),
        Some(":") => long(text),
        Some(_) => Some(("missing IPv6 address", "")),
        None => Some(("unable to parse IP", "")),
    };
    match why {
        Some((what, "")) => format!("ParseAddr({text:?}): {what}"),
        Some((what, at)) => format!("ParseAddr({text:?}): {what} (at {at:?})"),
        None => format!("ParseAddr({text:?}): unable to parse IP"),
    }
}

/// What is wrong, and where.
type Why<'a> = Option<(&'static str, &'a str)>;

/// Why a text is no four numbers.
fn short(text: &str) -> Why<'_> {
    let bytes = text.as_bytes();
    let (mut value, mut digits, mut fields) = (0_u32, 0, 0);
    for (at, byte) in text.bytes().enumerate() {
        let rest = || text.get(at..).unwrap_or_default();
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Some(("IPv4 field has octet with leading zero", ""));
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Some(("IPv4 field has value >255", ""));
                }
            }
            b'.' => {
                if digits == 0 || at == bytes.len() - 1 {
                    return Some(("IPv4 field must have at least one digit", rest()));
                }
                if fields == 3 {
                    return Some(("IPv4 address too long", ""));
                }
                (value, digits, fields) = (0, 0, fields + 1);
            }
            _ => return Some(("unexpected character", rest())),
        }
    }
    (fields < 3).then_some(("IPv4 address too short", ""))
}

/// Why a text is no groups of hexadecimal digits.
fn long(text: &str) -> Why<'_> {
    let mut rest = text;
    if let Some((before, zone)) = text.split_once('%') {
        if zone.is_empty() {
            return Some(("zone must be a non-empty string", ""));
        }
        rest = before;
    }
    let mut groups = 0;
    let mut has_gap = false;
    if let Some(after) = rest.strip_prefix("::") {
        (has_gap, rest) = (true, after);
        if rest.is_empty() {
            return None;
        }
    }
    while groups < 8 {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits > 4 {
            return Some(("each group must have 4 or less digits", rest));
        }
        if digits == 0 {
            return Some(("each colon-separated field must have at least one digit", rest));
        }
        if rest.as_bytes().get(digits) == Some(&b'.') {
            if !has_gap && groups != 6 {
                let why = "embedded IPv4 address must replace the final 2 fields of the address";
                return Some((why, rest));
            }
            if groups > 6 {
                let why = "too many hex fields to fit an embedded IPv4 at the end of the address";
                return Some((why, rest));
            }
            if let Some(why) = short(rest) {
                return Some(why);
            }
            (groups, rest) = (groups + 2, "");
            break;
        }
        groups += 1;
        rest = rest.get(digits..).unwrap_or_default();
        match rest.strip_prefix(':') {
            _ if rest.is_empty() => break,
            None => return Some(("unexpected character, want colon", rest)),
            Some("") => return Some(("colon must be followed by more characters", rest)),
            Some(after) => rest = after,
        }
        if let Some(after) = rest.strip_prefix(':') {
            if has_gap {
                return Some(("multiple :: in address", rest));
            }
            (has_gap, rest) = (true, after);
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return Some(("trailing garbage after address", rest));
    }
    match (groups < 8, has_gap) {
        (true, false) => Some(("address string too short", "")),
        (false, true) => Some(("the :: must expand to at least one field of zeros", "")),
        _ => None,
    }
}
