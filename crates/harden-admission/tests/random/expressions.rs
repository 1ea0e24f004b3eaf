//! Random expressions, most of which compile.

use crate::dice::Dice;

/// How to write a value of each type, from values of others; a letter in braces is a type, a dollar in
/// front of it binds the variable `it` of that type in what follows the next comma.
///
/// B bool, I int, D double, S string, L list of strings, N list of ints, M map of strings, Q quantity, T timestamp,
/// R duration, P address, C range, U URL, V version, O optional string, X something of the object, E regular
/// expression.
const FORMS: &[(char, &[&str])] = &[
    (
        'B',
        &[
            "true",
            "false",
            "!{B}",
            "({B} && {B})",
            "({B} || {B})",
            "({B} ? {B} : {B})",
            "{I} == {I}",
            "{I} != {I}",
            "{I} < {I}",
            "{I} >= {I}",
            "{S} == {S}",
            "{S} != {S}",
            "{S} < {S}",
            "{D} <= {D}",
            "{D} == {D}",
            "{S}.startsWith({S})",
            "{S}.endsWith({S})",
            "{S}.contains({S})",
            "{S}.matches({E})",
            "{S} in {L}",
            "{I} in {N}",
            "{S} in {M}",
            "has({H})",
            "{X} == {S}",
            "{X} == {I}",
            "{X} in {L}",
            "{X} != null",
            "dyn({X}) == {D}",
            "{L}.exists(it, {B|S})",
            "{L}.all(it, {B|S})",
            "{L}.exists_one(it, {B|S})",
            "{N}.exists(it, {B|I})",
            "{N}.all(it, {B|I})",
            "{M}.all(it, {B|S})",
            "{L}.all(i, it, {B|S})",
            "{M}.exists(k, it, {B|S})",
            "{L}.isSorted()",
            "{N}.isSorted()",
            "sets.contains({L}, {L})",
            "sets.intersects({N}, {N})",
            "sets.equivalent({L}, {L})",
            "isQuantity({S})",
            "{Q}.isInteger()",
            "{Q}.isGreaterThan({Q})",
            "{Q}.isLessThan({Q})",
            "{Q} == {Q}",
            "isIP({S})",
            "isCIDR({S})",
            "isURL({S})",
            "isSemver({S})",
            "{P}.isLoopback()",
            "{P} == {P}",
            "{C}.containsIP({P})",
            "{C}.containsCIDR({C})",
            "{U} == {U}",
            "{V}.isLessThan({V})",
            "{O}.hasValue()",
            "{T} < {T}",
            "{R} >= {R}",
            "{L} == {L}",
            "{N} == {N}",
            "{M} == {M}",
            "type({X}) == string",
            "type({X}) == list",
            "format.dns1123Label().validate({S}).hasValue()",
            "format.labelValue().validate({S}) == optional.none()",
            "bool('true')",
            "{L}.size() > 0",
            "{X}.size() > 1",
            "{X}.exists(it, {B|X})",
            "{X}.all(it, {B|X})",
            "object.spec.template.spec.containers.all(it, it.image.startsWith({S}))",
            "object.spec.template.spec.containers.exists(it, has(it.securityContext) && {B})",
            "object.?spec.?nope.orValue({B}) == {B}",
        ],
    ),
    (
        'I',
        &[
            "0",
            "1",
            "2",
            "-1",
            "7",
            "9223372036854775807",
            "size({S})",
            "{L}.size()",
            "size({M})",
            "({I} + {I})",
            "({I} - {I})",
            "({I} * {I})",
            "({I} / {I})",
            "({I} % {I})",
            "-({I})",
            "int({S})",
            "int({D})",
            "{S}.indexOf({S})",
            "{S}.lastIndexOf({S})",
            "{S}.indexOf({S}, {I})",
            "{N}.sum()",
            "{N}.max()",
            "{N}.min()",
            "{N}[{I}]",
            "{T}.getHours()",
            "{T}.getDayOfYear()",
            "{T}.getFullYear()",
            "{R}.getMinutes()",
            "{R}.getSeconds()",
            "{Q}.asInteger()",
            "{Q}.sign()",
            "{Q}.compareTo({Q})",
            "{V}.major()",
            "{V}.compareTo({V})",
            "int({T})",
            "{P}.family()",
            "{C}.prefixLength()",
            "({B} ? {I} : {I})",
            "{L}.indexOf({S})",
            "object.spec.replicas",
            "{N}.filter(it, {B|I}).size()",
            "{X}.size()",
            "object.spec.template.spec.containers.size()",
            "{N}.map(it, {I|I}).sum()",
        ],
    ),
    (
        'D',
        &[
            "0.0",
            "1.5",
            "-2.25",
            "1e3",
            "({D} + {D})",
            "({D} * {D})",
            "({D} / {D})",
            "({D} - {D})",
            "double({I})",
            "double({S})",
            "{Q}.asApproximateFloat()",
            "-({D})",
        ],
    ),
    (
        'S',
        &[
            "''",
            "'a'",
            "'nginx'",
            "'héllo'",
            "'1.2.3'",
            "'10.0.0.1'",
            "'10.0.0.0/8'",
            "'100Mi'",
            "'12'",
            "'1.5'",
            "'https://example.com:80/p?q=1'",
            "\"it's\"",
            "'a,b,c'",
            "'A b'",
            "object.metadata.name",
            "({S} + {S})",
            "string({I})",
            "string({D})",
            "string({B})",
            "{S}.lowerAscii()",
            "{S}.upperAscii()",
            "{S}.trim()",
            "{S}.substring({I})",
            "{S}.substring({I}, {I})",
            "{S}.replace({S}, {S})",
            "{S}.replace({S}, {S}, {I})",
            "{L}[{I}]",
            "{L}.join({S})",
            "{L}.join()",
            "{M}[{S}]",
            "{S}.charAt({I})",
            "'%s-%d'.format([{S}, {I}])",
            "'%s'.format([{L}])",
            "strings.quote({S})",
            "{U}.getHost()",
            "{U}.getScheme()",
            "{U}.getPort()",
            "{U}.getEscapedPath()",
            "string({R})",
            "string({T})",
            "string({P})",
            "string({C})",
            "{S}.find({E})",
            "{L}.max()",
            "({B} ? {S} : {S})",
            "{O}.orValue({S})",
            "object.spec.template.spec.containers[{I}].image",
            "object.metadata.labels[{S}]",
            "string({X})",
            "string(bytes({S}))",
        ],
    ),
    (
        'L',
        &[
            "['a', 'b']",
            "[{S}]",
            "[{S}, {S}, {S}]",
            "{S}.split({S})",
            "{S}.split({S}, {I})",
            "({L} + {L})",
            "{L}.filter(it, {B|S})",
            "{L}.map(it, {S|S})",
            "{L}.map(it, {B|S}, {S|S})",
            "{L}.sort()",
            "{L}.distinct()",
            "{L}.reverse()",
            "{L}.slice({I}, {I})",
            "{S}.findAll({E})",
            "{S}.findAll({E}, {I})",
            "{M}.map(it, it).sort()",
            "{L}.sortBy(it, {I|S})",
            "{L}.transformList(i, it, {S|S})",
            "[?{O}]",
            "object.spec.template.spec.containers.map(it, it.name)",
        ],
    ),
    (
        'N',
        &[
            "[1, 2, 3]",
            "[{I}]",
            "[{I}, {I}]",
            "({N} + {N})",
            "{N}.filter(it, {B|I})",
            "{N}.map(it, {I|I})",
            "{L}.map(it, {I|S})",
            "lists.range(5)",
            "{N}.sort()",
            "{N}.distinct()",
            "{N}.slice({I}, {I})",
            "{N}.reverse()",
            "[{N}, {N}].flatten()",
        ],
    ),
    (
        'M',
        &[
            "{'a': 'b'}",
            "{{S}: {S}}",
            "object.metadata.labels",
            "{M}.transformMap(k, it, {S|S})",
            "{M}.transformMap(k, it, {B|S}, {S|S})",
            "{?{S}: {O}}",
            "{L}.transformMapEntry(i, it, {string(i): {S|S}})",
        ],
    ),
    (
        'Q',
        &[
            "quantity('100Mi')",
            "quantity('1.5')",
            "quantity('200m')",
            "quantity({S})",
            "{Q}.add({Q})",
            "{Q}.sub({Q})",
            "{Q}.add({I})",
        ],
    ),
    (
        'T',
        &[
            "timestamp('2024-05-06T07:08:09Z')",
            "timestamp({I})",
            "({T} + {R})",
            "({T} - {R})",
            "timestamp({S})",
        ],
    ),
    ('R', &["duration('1h')", "duration('90s')", "({R} + {R})", "({T} - {T})", "duration({S})"]),
    ('P', &["ip('10.0.0.1')", "ip('::1')", "ip({S})", "{C}.ip()"]),
    ('C', &["cidr('10.0.0.0/8')", "cidr('fd00::/8')", "cidr({S})", "{C}.masked()"]),
    ('U', &["url('https://example.com:80/p?q=1')", "url({S})"]),
    ('V', &["semver('1.2.3')", "semver('2.0.0-rc.1')", "semver({S})"]),
    (
        'O',
        &[
            "optional.of({S})",
            "{M}[?'nope']",
            "optional.ofNonZeroValue({S})",
            "{M}[?{S}]",
            "{L}[?{I}]",
            "{O}.or({O})",
            "{O}.optMap(it, {S|S})",
            "{O}.optFlatMap(it, optional.of({S|S}))",
            "object.?metadata.?labels[?{S}]",
        ],
    ),
    (
        'X',
        &[
            "object",
            "object.spec",
            "object.metadata",
            "object.spec.replicas",
            "object.spec.template.spec.containers",
            "object.spec.template.spec.containers[0]",
            "object.metadata.labels",
            "object.nope",
            "object.spec.template.spec.hostNetwork",
            "object.spec.template.spec.containers[0].resources",
            "object.spec.template.spec.containers[0].ports[0].containerPort",
            "object.metadata.annotations['a/b']",
            "object.spec.template.spec.?volumes.orValue([])",
            "object.spec.strategy.type",
            "dyn({S})",
            "dyn({I})",
            "dyn({N})",
            "object.kind",
        ],
    ),
    (
        'E',
        &[
            "'a'",
            "'^[a-z]+$'",
            "'(a|b)*c'",
            "'\\\\d+'",
            "'[^/]+'",
            "'.'",
            "'x{2,3}'",
            "'('",
            "{S}",
            "'(?i)NGINX'",
        ],
    ),
    (
        'H',
        &[
            "object.spec",
            "object.nope",
            "object.spec.nope",
            "object.nope.nope",
            "object.metadata.labels.app",
            "object.spec.template.spec.hostNetwork",
            "object.spec.replicas.x",
        ],
    ),
];

/// Writes an expression of a type.
pub(crate) fn expression(it: char, dice: &mut Dice) -> String {
    let depth = 1 + dice.below(4);
    Writer { dice, locals: Vec::new() }.write(it, depth)
}

struct Writer<'a> {
    dice: &'a mut Dice,
    /// The types of variables that are called `it`, the innermost last.
    locals: Vec<char>,
}

impl Writer<'_> {
    fn write(&mut self, wanted: char, depth: usize) -> String {
        if self.locals.last() == Some(&wanted) && self.dice.chance(40) {
            return "it".to_owned();
        }
        // Now and then something of another type, which mostly does not compile.
        let is_wild = self.dice.chance(2) && wanted != 'H';
        let wanted = if is_wild { FORMS[self.dice.below(FORMS.len() - 1)].0 } else { wanted };
        let forms = FORMS.iter().find(|(it, _)| *it == wanted).unwrap().1;
        let simple: Vec<&&str> =
            forms.iter().filter(|it| !it.contains('{') || it.starts_with("{'")).collect();
        let form = if depth == 0 && !simple.is_empty() {
            simple[self.dice.below(simple.len())]
        } else {
            self.dice.pick(forms)
        };
        self.fill(form, depth.saturating_sub(1))
    }

    fn fill(&mut self, form: &str, depth: usize) -> String {
        let mut text = String::new();
        let mut rest = form;
        while let Some(open) = rest.find('{') {
            text.push_str(&rest[..open]);
            let inner: Vec<char> = rest[open + 1..].chars().take(4).collect();
            match inner.as_slice() {
                [it, '}', ..] if it.is_ascii_uppercase() => {
                    text.push_str(&self.write(*it, depth));
                    rest = &rest[open + 3..];
                }
                [it, '|', of, '}'] => {
                    self.locals.push(*of);
                    text.push_str(&self.write(*it, depth));
                    self.locals.pop();
                    rest = &rest[open + 5..];
                }
                _ => {
                    text.push('{');
                    rest = &rest[open + 1..];
                }
            }
        }
        text + rest
    }
}
