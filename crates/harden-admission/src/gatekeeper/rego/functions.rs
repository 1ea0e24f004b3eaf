//! Functions of OPA that `regorus` lacks here, or that must be bounded.

mod addresses;
mod collections;
mod globs;
mod patterns;
mod texts;
mod times;

use regorus::{Engine, Value};

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

/// Functions of `regorus` that do as OPA's do.
const THEIRS: &str = "
    abs/1 array.reverse/1 array.slice/3 base64.decode/1 base64.encode/1 base64.is_valid/1 bits.and/2
    bits.negate/1 bits.or/2 bits.rsh/2 bits.xor/2 ceil/1 contains/2 count/1 endswith/2 floor/1
    format_int/2 indexof/2 indexof_n/2 intersection/1 is_array/1 is_boolean/1 is_null/1 is_number/1
    is_object/1 is_set/1 is_string/1 json.filter/2 json.is_valid/1 json.remove/2 json.unmarshal/1 lower/1
    max/1 min/1 object.filter/2 object.get/3 object.keys/1
    object.remove/2 object.subset/2 object.union/2 object.union_n/1 print/0 product/1 round/1
    semver.compare/2 semver.is_valid/1 sort/1 split/2 startswith/2 strings.any_prefix_match/2
    strings.any_suffix_match/2 strings.count/2 strings.reverse/1 substring/3 sum/1 to_number/1 trace/1
    trim/2 trim_left/2 trim_prefix/2 trim_right/2 trim_space/1 trim_suffix/2 type_name/1 union/1
    units.parse/1 units.parse_bytes/1 upper/1 walk/1";

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
    let theirs = THEIRS.split_whitespace().filter_map(|it| it.split_once('/'));
    if let Some((_, arity)) = theirs.into_iter().find(|it| it.0 == name) {
        // `print` takes as many values as there are.
        return Support::Here(if name == "print" {
            usize::MAX - 1
        } else {
            arity.parse().unwrap_or(0)
        });
    }
    if ELSEWHERE.split_whitespace().any(|it| it == name) {
        Support::Elsewhere
    } else {
        Support::None
    }
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
    limits::charge(items.len())?;
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
