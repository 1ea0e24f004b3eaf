//! Functions of OPA that `regorus` lacks here, or that must be bounded.

mod addresses;
mod collections;
mod globs;
mod growth;
mod patterns;
mod texts;
mod times;

use regorus::{Engine, Value};

pub(super) use growth::Growth;

use super::limits;

/// What is known of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Support {
    /// It is here, and takes so many values.
    Here(usize),
    /// OPA has it; it is not here.
    Elsewhere,
    /// OPA has no such function.
    None,
}

/// A function of ours: no value where OPA has an error, which is no value there.
type Function = fn(&[Value]) -> Option<Value>;

/// Our functions, with how many values each takes.
const OURS: [&[(&str, u8, Function)]; 6] = [
    addresses::FUNCTIONS,
    texts::FUNCTIONS,
    collections::FUNCTIONS,
    globs::FUNCTIONS,
    patterns::FUNCTIONS,
    times::FUNCTIONS,
];

/// Functions of `regorus` that do as OPA's do, with how many values each takes, by what they make or look at:
/// what they are given is measured so before they are called. Those of ours measure what they make themselves.
const THEIRS: [(Growth, &str); 5] = [
    // Nothing larger than what they are given, of which they look at the top or at a text or number once.
    (
        Growth::Part,
        "abs/1 base64.is_valid/1 bits.and/2 bits.negate/1 bits.or/2 bits.rsh/2 bits.xor/2 ceil/1 contains/2
        count/1 endswith/2 floor/1 format_int/2 indexof/2 is_array/1 is_boolean/1 is_null/1 is_number/1
        is_object/1 is_set/1 is_string/1 object.get/3 print/0 round/1 semver.compare/2 semver.is_valid/1 set/0
        startswith/2 strings.count/2 trace/1 trim_prefix/2 trim_space/1 trim_suffix/2 type_name/1",
    ),
    // A copy of the top of a value, or a text or list as long as a text.
    (
        Growth::Copy,
        "array.reverse/1 array.slice/3 base64.decode/1 base64.encode/1 indexof_n/2 object.keys/1 split/2
        strings.reverse/1 substring/3 sum/1",
    ),
    // What is within values is looked at, compared or copied, once.
    (
        Growth::Whole,
        "intersection/1 json.filter/2 json.remove/2 max/1 min/1 object.filter/2 object.remove/2 object.union/2
        sort/1 union/1",
    ),
    // The same for each of what is within others, or a number as long as all of a list.
    (
        Growth::Square,
        "object.subset/2 object.union_n/1 product/1 strings.any_prefix_match/2 strings.any_suffix_match/2
        trim/2 trim_left/2 trim_right/2 walk/1",
    ),
    // A value that is written in a text, with numbers that may be larger than their text is long.
    (
        Growth::Parse,
        "json.is_valid/1 json.unmarshal/1 to_number/1 units.parse/1 units.parse_bytes/1",
    ),
];

/// Functions of OPA 1.17 and of Gatekeeper that are not here: what they say depends on a clock, a network or
/// randomness, or nobody has needed them.
const ELSEWHERE: &str = "
    array.flatten base64url.decode base64url.encode base64url.encode_no_pad bits.lsh cast_array
    cast_boolean cast_null cast_object cast_set cast_string crypto.hmac.equal crypto.hmac.md5
    crypto.hmac.sha1 crypto.hmac.sha256 crypto.hmac.sha512 crypto.md5 crypto.parse_private_keys
    crypto.sha1 crypto.sha256 crypto.x509.parse_and_verify_certificates
    crypto.x509.parse_and_verify_certificates_with_options crypto.x509.parse_certificate_request
    crypto.x509.parse_certificates crypto.x509.parse_keypair crypto.x509.parse_rsa_private_key
    external_data graph.reachable graph.reachable_paths graphql.is_valid graphql.parse
    graphql.parse_and_verify graphql.parse_query graphql.parse_schema graphql.schema_is_valid hex.decode
    hex.encode io.jwt.decode io.jwt.decode_verify io.jwt.encode_sign io.jwt.encode_sign_raw
    io.jwt.verify_eddsa io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512 io.jwt.verify_hs256
    io.jwt.verify_hs384 io.jwt.verify_hs512 io.jwt.verify_ps256 io.jwt.verify_ps384 io.jwt.verify_ps512
    io.jwt.verify_rs256 io.jwt.verify_rs384 io.jwt.verify_rs512 json.marshal_with_options
    json.match_schema json.patch json.verify_schema net.cidr_contains_matches net.cidr_expand
    net.cidr_intersects net.cidr_merge net.cidr_overlap net.lookup_ip_addr numbers.range_step opa.runtime
    providers.aws.sign_req rand.intn regex.globs_match regex.template_match rego.metadata.chain
    rego.metadata.rule rego.parse_module strings.render_template time.add_date time.clock time.date
    time.diff time.format time.parse_ns time.weekday uri.is_valid uri.parse urlquery.decode
    urlquery.decode_object urlquery.encode urlquery.encode_object uuid.parse uuid.rfc4122 yaml.is_valid
    yaml.marshal yaml.unmarshal http.send
    plus minus mul div rem eq equal neq lt lte gt gte assign and or";

/// What is known of a function.
pub(super) fn support(name: &str) -> Support {
    let ours = OURS.iter().flat_map(|it| it.iter()).find(|it| it.0 == name);
    if let Some((_, arity, _)) = ours {
        return Support::Here(usize::from(*arity));
    }
    if let Some((_, arity)) = theirs(name) {
        // `print` takes as many values as there are, and `walk` may bind its result.
        let is_open = matches!(name, "print" | "walk");
        return Support::Here(if is_open { usize::MAX - 1 } else { arity.parse().unwrap_or(0) });
    }
    if ELSEWHERE.split_whitespace().any(|it| it == name) {
        Support::Elsewhere
    } else {
        Support::None
    }
}

/// How a function of `regorus` grows, and how many values it takes.
fn theirs(name: &str) -> Option<(Growth, &'static str)> {
    THEIRS.iter().find_map(|(growth, names)| {
        let all = names.split_whitespace().filter_map(|it| it.split_once('/'));
        all.into_iter().find(|it| it.0 == name).map(|(_, arity)| (*growth, arity))
    })
}

/// How a function of `regorus` grows with what it is given.
pub(super) fn growth(name: &str) -> Option<Growth> {
    theirs(name).map(|it| it.0)
}

/// Gives an engine our functions.
///
/// # Errors
///
/// `regorus` does not take one.
pub(super) fn register(engine: &mut Engine) -> Result<(), String> {
    for (name, arity, function) in OURS.iter().flat_map(|it| it.iter()) {
        let function = *function;
        engine
            .add_extension(
                (*name).to_owned(),
                *arity,
                Box::new(move |values: Vec<Value>| {
                    Ok(function(&values).unwrap_or(Value::Undefined))
                }),
            )
            .map_err(|error| error.to_string())?;
    }
    for growth in Growth::ALL {
        let function = move |mut values: Vec<Value>| {
            let value = values.pop().unwrap_or(Value::Undefined);
            Ok(growth.measure(&value).map_or(Value::Undefined, |()| value))
        };
        engine
            .add_extension(growth.name().to_owned(), 1, Box::new(function))
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The text of a value.
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(it) => Some(it),
        _ => None,
    }
}

/// A text that is made.
fn made(it: String) -> Option<Value> {
    limits::charge(it.len())?;
    Some(Value::from(it))
}

/// A list that is made.
fn list(items: Vec<Value>) -> Option<Value> {
    limits::charge(items.len().saturating_mul(limits::ELEMENT))?;
    Some(Value::from(items))
}

/// The elements of a list or a set, in order.
fn elements(value: &Value) -> Option<Vec<&Value>> {
    match value {
        Value::Array(items) => Some(items.iter().collect()),
        Value::Set(items) => Some(items.iter_sorted().collect()),
        _ => None,
    }
}
