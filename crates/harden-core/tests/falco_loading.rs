//! Falco's files are loaded as Falco loads them: what it takes comes out the same, what it refuses is refused
//! with its words, and what it warns of is told.
#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::redundant_closure_for_method_calls, reason = "the method is not general enough")]

use std::fmt::Write as _;

use harden_core::runtime::{Code, File, RuleSet, load};

/// A rule that nothing is wrong with; what follows is put behind.
const RULE: &str = "\
- rule: r
  desc: d
  condition: evt.type = open
  output: by %proc.name
  priority: INFO
";

/// What a text comes to, said by somebody who has the rules of it.
fn told<T>(texts: &[&str], tell: impl FnOnce(&RuleSet<'_>) -> T) -> T {
    let documents: Vec<_> = texts.iter().map(|it| harden_yaml::parse(it)).collect();
    let files: Vec<_> =
        documents.iter().map(|documents| File { name: "rules.yaml", documents }).collect();
    tell(&load(&files))
}

/// The error that Falco stops with, after its code.
fn error(text: &str) -> String {
    told(&[text], |it| {
        let first = it.problems.iter().find(|it| it.code.is_error());
        first.map_or_else(String::new, |it| format!("{} {}", it.code.as_str(), it.message))
    })
}

/// What Falco warns of.
fn warnings(text: &str) -> Vec<(Code, String)> {
    told(&[text], |it| {
        let errors: Vec<_> = it.problems.iter().filter(|it| it.code.is_error()).collect();
        assert!(errors.is_empty(), "{text}\n{errors:?}");
        it.problems.iter().map(|it| (it.code, it.message.clone())).collect()
    })
}

/// The condition of the rule `r`, with everything in it.
fn condition(text: &str) -> String {
    told(&[text], |it| {
        assert!(it.is_loaded(), "{text}\n{:?}", it.problems);
        it.rule("r").unwrap().condition.as_ref().unwrap().to_string()
    })
}

fn rule_about(condition: &str) -> String {
    RULE.replace("evt.type = open", condition)
}

#[test]
fn lists_are_appended_to_and_replaced() {
    let shells = "- list: shells\n  items: [ash, bash]\n";
    let rule = rule_about("evt.type = open and proc.name in (shells)");
    let of =
        |more: &str| condition(&format!("{shells}{rule}- list: shells\n  items: [pwsh]\n{more}"));
    let begin = "(evt.type = open and proc.name in";
    assert_eq!(of("  override: {items: append}\n"), format!("{begin} (ash, bash, pwsh))"));
    assert_eq!(of("  append: true\n"), format!("{begin} (ash, bash, pwsh))"));
    assert_eq!(of("  override: {items: replace}\n"), format!("{begin} (pwsh))"));
    assert_eq!(of(""), format!("{begin} (pwsh))"));
    assert_eq!(of("  overide: {items: append}\n"), format!("{begin} (pwsh))"));
}

#[test]
fn macros_are_appended_to_and_replaced_where_they_are_used_already() {
    let before =
        format!("- macro: m\n  condition: evt.type = open\n{}", rule_about("m and proc.pid = 1"));
    let of = |more: &str| condition(&format!("{before}- macro: m\n{more}"));
    let both = "((evt.type = open or evt.type = close) and proc.pid = 1)";
    assert_eq!(of("  condition: or evt.type = close\n  override: {condition: append}\n"), both);
    assert_eq!(of("  condition: or evt.type = close\n  append: true\n"), both);
    let one = "(evt.type = close and proc.pid = 1)";
    assert_eq!(of("  condition: evt.type = close\n  override: {condition: replace}\n"), one);
    assert_eq!(of("  condition: evt.type = close\n"), one);
}

#[test]
fn what_is_appended_to_has_to_be_there_before() {
    let cases = [
        ("list: x\n  items: [y]", "items", "List uses 'append'"),
        ("macro: x\n  condition: or proc.pid = 1", "condition", "Macro uses 'append'"),
        ("rule: x\n  condition: or proc.pid = 1", "condition", "Rule uses 'append'"),
    ];
    for (item, key, words) in cases {
        for how in [format!("override: {{{key}: append}}"), String::from("append: true")] {
            let text = format!("- {item}\n  {how}\n");
            assert!(error(&text).starts_with(&format!("LOAD_ERR_VALIDATE {words}")), "{text}");
        }
    }
    let text = "- rule: x\n  condition: proc.pid = 1\n  override: {condition: replace}\n";
    assert!(error(text).contains("An 'override.<key>: replace' to a rule was requested"));
    assert!(error("- rule: x\n  enabled: true\n").contains("Rule has 'enabled' key but no rule"));
    assert!(told(&[&RULE.replace("rule: r", "rule: x"), text], |it| it.is_loaded()));
}

#[test]
fn keys_of_a_rule_are_changed_one_by_one() {
    let change = "\
- rule: r
  desc: more
  condition: and proc.pid = 1
  output: of %proc.pname
  priority: warning
  tags: [b, a]
  enabled: no
  capture: true
  capture_duration: 15000
  override: {desc: append, condition: append, output: append, priority: replace, tags: append,
    enabled: replace, capture: replace, capture_duration: replace}
";
    told(&[RULE, change], |it| {
        assert!(it.problems.is_empty(), "{:?}", it.problems);
        let rule = it.rule("r").unwrap();
        assert_eq!(rule.text.text, "evt.type = open and proc.pid = 1");
        assert_eq!(rule.output.text, "by %proc.name of %proc.pname");
        assert_eq!(rule.description, "d more");
        assert_eq!(rule.priority.as_str(), "Warning");
        assert_eq!(rule.tags.iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(!rule.is_enabled && rule.captures);
        assert_eq!(rule.capture_duration, 15000);
    });
    let change = "\
- rule: r
  desc: other
  condition: evt.type = close
  output: of %proc.pname
  tags: [c]
  warn_evttypes: false
  skip-if-unknown-filter: true
  override: {desc: replace, condition: replace, output: replace, tags: replace, warn_evttypes: replace,
    skip-if-unknown-filter: replace}
";
    told(&[RULE, change], |it| {
        assert!(it.problems.is_empty(), "{:?}", it.problems);
        let rule = it.rule("r").unwrap();
        assert_eq!(rule.condition.as_ref().unwrap().to_string(), "evt.type = close");
        assert_eq!((&*rule.description, &*rule.output.text), ("other", "of %proc.pname"));
        assert!(!rule.warns_of_event_types && rule.skips_unknown);
    });
}

#[test]
fn overrides_that_make_no_sense_are_refused() {
    let of = |change: &str| error(&format!("{RULE}- rule: r\n{change}"));
    let begin = "LOAD_ERR_YAML_VALIDATE ";
    let cases = [
        (
            "  priority: WARNING\n  override: {priority: append}\n",
            "Key 'priority' cannot be appended to, use 'replace' instead",
        ),
        ("  source: x\n  override: {source: replace}\n", "Key 'source' cannot be replaced"),
        (
            "  desc: x\n  override: {desc: remove}\n",
            "Invalid override operation for key 'desc': 'remove'. Allowed values are: append replace ",
        ),
        (
            "  desc: x\n  append: true\n  override: {desc: append}\n",
            "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. \
             'condition: append') under 'override' instead.",
        ),
        (
            "  desc: x\n  override: {desc: replace, condition: append}\n",
            "An append override for 'condition' was specified but 'condition' is not defined",
        ),
        (
            "  desc: x\n  override: {desc: append, enabled: replace}\n",
            "An replace override for 'enabled' was specified but 'enabled' is not defined",
        ),
        (
            "  desc: x\n  priority: INFO\n  override: {desc: replace}\n",
            "Unexpected key 'priority': no corresponding entry under 'override' is defined.",
        ),
    ];
    for (change, words) in cases {
        assert_eq!(of(change), format!("{begin}{words}"), "{change}");
    }
    let both = "- list: l\n  items: [x]\n  append: true\n  override: {items: append}\n";
    assert!(error(both).contains("cannot be used together"));
}

#[test]
fn keys_of_old_are_warned_of() {
    let old = format!(
        "{RULE}- rule: r\n  condition: and proc.name = cat\n  append: true\n  enabled: false\n"
    );
    let [(Code::DeprecatedItem, words)] = &warnings(&old)[..] else {
        panic!("{:?}", warnings(&old))
    };
    assert!(words.starts_with("'append' key is deprecated"));
    assert_eq!(condition(&old), "(evt.type = open and proc.name = cat)");
    // What is not a condition or an exception is not looked at.
    assert!(told(&[&old], |it| it.rule("r").unwrap().is_enabled));
    let old = format!("{RULE}- rule: r\n  enabled: false\n");
    let [(Code::DeprecatedItem, words)] = &warnings(&old)[..] else {
        panic!("{:?}", warnings(&old))
    };
    assert!(words.starts_with("The standalone 'enabled' key usage is deprecated"));
    assert!(!told(&[&old], |it| it.rule("r").unwrap().is_enabled));
    let new = format!("{RULE}- rule: r\n  enabled: false\n  override: {{enabled: replace}}\n");
    assert_eq!(warnings(&new), []);
}

#[test]
fn a_rule_that_is_written_again_takes_the_place_of_the_first() {
    let again = format!("{RULE}{}", rule_about("evt.type = close"));
    assert_eq!(condition(&again), "evt.type = close");
    assert_eq!(told(&[&again], |it| it.rules.len()), 1);
}

#[test]
fn a_rule_keeps_its_source() {
    let audit = RULE.replace("evt.type = open", "ka.verb = get").replace("%proc.name", "%ka.verb")
        + "  source: k8s_audit\n";
    let words = "LOAD_ERR_VALIDATE Rule has been re-defined with a different source";
    assert_eq!(error(&format!("{audit}{RULE}")), words);
    let change = "- rule: r\n  condition: or ka.verb = list\n  source: syscall\n";
    assert_eq!(error(&format!("{audit}{change}  append: true\n")), words);
    assert_eq!(error(&format!("{audit}{change}  override: {{condition: replace}}\n")), words);
    for empty in ["", "''", "~"] {
        let change = format!(
            "- rule: r\n  condition: or ka.verb = list\n  source: {empty}\n  append: true\n"
        );
        assert_eq!(condition(&format!("{audit}{change}")), "(ka.verb = get or ka.verb = list)");
    }
    let unknown = format!("{RULE}  source: mine\n");
    assert_eq!(
        warnings(&unknown),
        [(Code::UnknownSource, String::from("Unknown source mine, skipping"))]
    );
}

#[test]
fn many_types_of_events_are_warned_of() {
    let of =
        |condition: &str| warnings(&rule_about(condition)).iter().any(|it| it.0 == Code::NoEvttype);
    for few in [
        "evt.type = open",
        "evt.type in (open, close) and proc.name = cat",
        "evt.num = 0",
        "evt.type = open and evt.type = close",
        "not (evt.type != open or proc.name = cat)",
        "(evt.type = open or evt.type = close) and not proc.name = cat",
    ] {
        assert!(!of(few), "{few}");
    }
    for many in [
        "proc.name = cat",
        "evt.type = open or proc.name = cat",
        "not evt.type = open",
        "evt.type != open",
        "evt.type exists",
        "not evt.num = 0",
    ] {
        assert!(of(many), "{many}");
    }
    let silent = rule_about("proc.name = cat") + "  warn_evttypes: false\n";
    assert_eq!(warnings(&silent), []);
}

#[test]
fn a_version_of_the_engine_is_three_numbers_or_one() {
    for version in ["0.26.0", "26", "0.63.0", "\"0.57.0\"", "0x1"] {
        let text = format!("- required_engine_version: {version}\n{RULE}");
        let is_loaded = told(&[&text], |it| it.is_loaded());
        assert_eq!(is_loaded, version != "0x1", "{version}");
    }
    let of = |version: &str| error(&format!("- required_engine_version: {version}\n"));
    assert!(of("seven").contains("Unable to parse engine version 'seven' as a semver string"));
    assert!(of("0.64.0").contains("Rules require engine version 0.64.0"));
    assert!(of("1.0.0").contains("Rules require engine version 1.0.0"));
    assert!(of("[1]").contains("Value is not a scalar value"));
    assert!(of("").contains("Mapping for key 'required_engine_version' is empty"));
}

#[test]
fn plugins_have_names_and_versions() {
    let of = |plugins: &str| error(&format!("- required_plugin_versions: {plugins}\n"));
    assert_eq!(of("[{name: container, version: 0.4.0}]"), "");
    let json = "{name: json, version: 0.7.0";
    assert_eq!(of(&format!("[{json}, alternatives: [{{name: xml, version: 1.0.0}}]}}]")), "");
    assert!(
        of(&format!("[{json}, alternatives: [{{name: json, version: 1.0.0}}]}}]"))
            .contains("Defined multiple alternative version requirements for plugin 'json'")
    );
    assert!(of("[{name: json, version: new}]").contains("Invalid required version 'new'"));
    assert!(of("{}").contains("must be a sequence"));
    assert!(of("[json]").contains("Plugin version must be a mapping"));
    assert!(of("[{name: json}]").contains("no mapping for key 'version'"));
}

#[test]
fn names_and_keys_that_do_nothing_are_warned_of() {
    let rule = rule_about("evt.type in (l) and m");
    let names = |list: &str, name: &str| {
        format!(
            "- list: {list}\n  items: [open]\n- macro: {name}\n  condition: proc.pid = 1\n{rule}"
        )
    };
    assert_eq!(warnings(&names("l", "m")), []);
    let unused = "Macro not referred to by any other rule/macro";
    let text = format!("{}- macro: a-b\n  condition: proc.pid = 1\n", names("l", "m"));
    let found = warnings(&text);
    assert_eq!(found[0].0, Code::InvalidMacroName);
    assert_eq!(found[1], (Code::UnusedMacro, unused.to_owned()));
    let text = format!("{}- list: a b\n  items: []\n", names("l", "m"));
    let found: Vec<_> = warnings(&text).iter().map(|it| it.0).collect();
    assert_eq!(found, [Code::InvalidListName, Code::UnusedList]);
    for item in ["list: l\n  items: [open]", "macro: m\n  condition: proc.pid = 1"] {
        let text = format!("{}- {item}\n  priority: INFO\n", names("l", "m"));
        let words = String::from("Unknown key 'priority'. The key will be ignored.");
        assert_eq!(warnings(&text), [(Code::UnknownKey, words)]);
    }
    assert_eq!(warnings(&format!("{RULE}  tag: [x]\n"))[0].0, Code::UnknownKey);
    assert_eq!(warnings(&format!("{RULE}- rules: x\n"))[0].0, Code::UnknownItem);
}

#[test]
fn fields_of_old_are_warned_of_in_conditions_and_outputs() {
    let output = RULE.replace("%proc.name", "%evt.dir");
    assert!(warnings(&output)[0].1.starts_with("usage of deprecated field 'evt.dir'"));
    let text = format!(
        "- macro: m\n  condition: evt.type = open and evt.dir = <\n{}",
        rule_about(">\n    m")
    );
    assert_eq!(warnings(&text)[0].0, Code::DeprecatedItem);
    assert_eq!(warnings(&RULE.replace("%proc.name", "%container.info"))[0].0, Code::DeprecatedItem);
}

#[test]
fn values_of_keys_have_their_types() {
    let begin = "LOAD_ERR_YAML_VALIDATE ";
    let cases = [
        ("x\n", "Rules content is not yaml"),
        ("x: 1\n", "Rules content is not yaml array of objects"),
        ("- x\n", "Unexpected element type. Each element should be a yaml associative array."),
        ("- list: x\n", "Item has no mapping for key 'items'"),
        ("- list: x\n  items: y\n", "Value is not a sequence"),
        ("- list: x\n  items: [[y]]\n", "sequence value is not scalar"),
        ("- list: x\n  items: [~]\n", "sequence value is not scalar"),
        ("- list: {}\n  items: []\n", "Value is not a scalar value"),
        ("- list: ''\n  items: []\n", "Value must be non-empty"),
        ("- macro: m\n", "Item has no mapping for key 'condition'"),
        ("- macro: m\n  condition:\n", "Mapping for key 'condition' is empty"),
        ("- rule: r\n", "Item has no mapping for key 'enabled'"),
        ("- rule: r\n  desc: x\n", "Item has no mapping for key 'condition'"),
        ("- rule: r\n  enabled: maybe\n", "Can't decode YAML scalar value"),
    ];
    for (text, words) in cases {
        assert_eq!(error(text), format!("{begin}{words}"), "{text}");
    }
    let of = |from: &str, to: &str| error(&RULE.replace(from, to));
    assert_eq!(of("INFO", "SOME"), format!("{begin}Invalid priority"));
    assert_eq!(
        of("  output: by %proc.name\n", ""),
        format!("{begin}Item has no mapping for key 'output'")
    );
    assert!(error(&format!("{RULE}  capture_duration: long\n")).contains("Can't decode"));
    assert!(error(&format!("{RULE}  tags: x\n")).contains("Value is not a sequence"));
    assert_eq!(error(&format!("{RULE}  capture: 'yes'\n")), "");
    assert!(error("- macro: \"x\n").starts_with("LOAD_ERR_YAML_PARSE "));
    assert_eq!(error(&format!("---\n~\n---\n{RULE}")), "");
}

#[test]
fn numbers_and_truths_in_lists_are_texts() {
    let text = format!(
        "- list: l\n  items: [1, 0x1f, yes, 1.50, 'a b']\n{}",
        rule_about("evt.type in (l)")
    );
    assert_eq!(condition(&text), "evt.type in (1, 0x1f, yes, 1.50, \"a b\")");
}

#[test]
fn lists_see_those_before_them_one_level_deep() {
    let lists = "- list: a\n  items: [x]\n- list: b\n  items: [a, y]\n- list: c\n  items: [b, c, later]\n\
                 - list: later\n  items: [z]\n";
    let text = format!("{lists}{}", rule_about("evt.type in (c)"));
    // What a list within names is text in the condition; only lists after it are put in there.
    assert_eq!(condition(&text), "evt.type in (a, y, c, z)");
    let text = format!("{lists}{}", rule_about("evt.type in (open, empty)"));
    let text = format!("- list: empty\n  items: []\n{text}");
    assert_eq!(condition(&text), "evt.type in (open)");
}

#[test]
fn macros_see_those_before_them_and_no_loops() {
    let of = |macros: &str| error(&format!("{macros}{}", rule_about("evt.type = open and a")));
    let a = "- macro: a\n  condition:";
    let b = "- macro: b\n  condition:";
    let undefined =
        |name: &str| format!("LOAD_ERR_VALIDATE Undefined macro '{name}' used in filter.");
    assert_eq!(of(""), undefined("a"));
    assert_eq!(of(&format!("{a} a\n")), undefined("a"));
    assert_eq!(of(&format!("{a} b\n{b} proc.pid = 1\n")), undefined("b"));
    assert_eq!(of(&format!("{a} b\n{b} a\n")), undefined("b"));
    assert_eq!(of(&format!("{b} proc.pid = 1\n{a} b\n")), "");
    let more = "- macro: a\n  condition: or a\n  append: true\n";
    let looped = "LOAD_ERR_VALIDATE reference loop in macro 'a'";
    assert_eq!(of(&format!("{a} proc.pid = 1\n{more}")), looped);
    // What is appended to late sees what was defined late.
    let more = "- macro: a\n  condition: or b\n  override: {condition: append}\n";
    assert_eq!(of(&format!("{a} proc.pid = 1\n{b} proc.pid = 2\n{more}")), "");
    // The macro that is looked at is not on the way; the first that comes twice is told.
    let looped = looped.replace("'a'", "'b'");
    assert_eq!(of(&format!("{a} proc.pid = 1\n{b} a\n{more}")), looped);
}

#[test]
fn files_see_those_before_them_only() {
    let rule = rule_about("evt.type = open and m");
    let item = "- macro: m\n  condition: proc.pid = 1\n";
    assert!(told(&[item, &rule], |it| it.is_loaded()));
    told(&[&rule, item], |it| {
        assert!(!it.is_loaded());
        assert_eq!(it.problems[0].file, 0);
    });
    told(&[item, &rule, "- macro: m\n  condition: \"(\"\n"], |it| {
        let [problem] = &it.problems[..] else { panic!("{:?}", it.problems) };
        assert_eq!((problem.file, problem.code), (2, Code::CompileCondition));
    });
}

#[test]
fn fields_that_are_not_there_are_refused_or_disable_the_rule() {
    let unknown = rule_about("evt.type = open and proc.nam = x");
    let words = "filter_check called with nonexistent field proc.nam";
    assert_eq!(error(&unknown), format!("LOAD_ERR_COMPILE_CONDITION {words}"));
    let skipped = format!("{unknown}  skip-if-unknown-filter: true\n");
    assert_eq!(warnings(&skipped), [(Code::UnknownFilter, words.to_owned())]);
    let output = RULE.replace("%proc.name", "%no.field, %proc.name");
    assert_eq!(
        error(&output),
        "LOAD_ERR_COMPILE_OUTPUT invalid formatting token no.field, %proc.name"
    );
    assert_eq!(
        error(&RULE.replace("%proc.name", "100%% of %toupper(proc.name) %proc.env[HOME]")),
        ""
    );
}

/// An exception of the rule `r`.
fn exception(fields: &str, comps: &str, values: &str) -> String {
    let comps = if comps.is_empty() { String::new() } else { format!("comps: {comps}, ") };
    format!("{RULE}  exceptions:\n  - {{name: e, fields: {fields}, {comps}values: {values}}}\n")
}

#[test]
fn exceptions_are_added_to_the_condition() {
    let begin = "(evt.type = open and not";
    let cases = [
        (
            "[proc.cmdline]",
            "[contains]",
            "[[curl 127.0.0.1]]",
            "proc.cmdline contains \"curl 127.0.0.1\")",
        ),
        ("[proc.name]", "", "[[cat]]", "proc.name = cat)"),
        ("proc.name", "", "[cat, 'a b']", "proc.name in (cat, \"a b\"))"),
        ("proc.exepath", "pmatch", "[/usr/bin/, /bin/]", "proc.exepath pmatch (/usr/bin/, /bin/))"),
        ("[proc.name]", "[=]", "[[toupper(proc.pname)]]", "proc.name = toupper(proc.pname))"),
        ("[tolower(proc.name)]", "[=]", "[[test]]", "tolower(proc.name) = test)"),
        ("['tolower( proc.name)']", "[=]", "[[test]]", "tolower(proc.name) = test)"),
        (
            "[proc.name, fd.name, proc.exepath]",
            "[contains, startswith, =]",
            "[[agent, /var/log/, /usr/bin/x], [a, b, c]]",
            "((proc.name contains agent and fd.name startswith /var/log/ and proc.exepath = /usr/bin/x) or \
             (proc.name contains a and fd.name startswith b and proc.exepath = c)))",
        ),
        (
            "[proc.name, fd.name]",
            "[in, =]",
            "[[[a, b], c]]",
            "(proc.name in (a, b) and fd.name = c))",
        ),
        (
            "[proc.name, fd.name]",
            "['  contains ', ' startswith anyof ']",
            "[[agent, [/etc/, /var/]]]",
            "(proc.name contains agent and fd.name startswith anyof (/etc/, /var/)))",
        ),
        ("[proc.name]", "[startswith oneof]", "[[sshd]]", "proc.name startswith oneof (sshd))"),
    ];
    for (fields, comps, values, end) in cases {
        let text = exception(fields, comps, values);
        assert_eq!(condition(&text), format!("{begin} {end}"), "{text}");
    }
    for operator in ["=", "contains", "icontains", "startswith", "endswith", "glob", "regex"] {
        for modifier in ["oneof", "anyof", "allof"] {
            let text =
                exception("[proc.name]", &format!("['{operator} {modifier}']"), "[[[a, b]]]");
            let end = format!("{begin} proc.name {operator} {modifier} (a, b))");
            assert_eq!(condition(&text), end);
        }
    }
    assert_eq!(condition(&exception("[proc.name]", "[=]", "[]")), "evt.type = open");
    let two =
        exception("[proc.name]", "[=]", "[[a]]") + "  - {name: f, fields: fd.name, values: [b]}\n";
    assert_eq!(condition(&two), format!("{begin} proc.name = a and not fd.name in (b))"));
}

#[test]
fn exceptions_that_do_not_fit_are_refused() {
    let cases = [
        (
            "[proc.name]",
            "[frobulate oneof]",
            "'frobulate oneof' is not a supported comparison operator",
        ),
        ("[proc.name]", "[in oneof]", "'in oneof' is not a supported comparison operator"),
        ("[proc.pid]", "['>= oneof']", "'>= oneof' is not a supported comparison operator"),
        ("[proc.name]", "[oneof]", "'oneof' is not a supported comparison operator"),
        ("[proc.name]", "[=, =]", "Fields and comps lists must have equal length"),
        ("proc.name", "[=]", "Fields and comps must both be strings"),
        ("proc.name", "frobulate oneof", "comps must be one of (in, pmatch, intersects)"),
        ("proc.name", "=", "comps must be one of (in, pmatch, intersects)"),
        ("[proc.nam]", "[=]", "'proc.nam' is not a supported filter field"),
        ("proc.nam", "in", "'proc.nam' is not a supported filter field"),
        ("[proc.name, fd.name]", "[=, =]", "Fields and values lists must have equal length"),
    ];
    for (fields, comps, words) in cases {
        let said = error(&exception(fields, comps, "[[x]]"));
        assert!(said.starts_with("LOAD_ERR_VALIDATE") && said.contains(words), "{fields}: {said}");
    }
    let said = error(&exception("proc.name", "in", "[[x]]"));
    assert!(said.contains("Expected values array to contain a list of strings"));
    let of = |exceptions: &str| error(&format!("{RULE}  exceptions: {exceptions}\n"));
    assert!(of("x").contains("Rule exceptions must be a sequence"));
    assert!(of("[x]").contains("Rule exception must be a mapping"));
    assert!(of("[{fields: x}]").contains("Item has no mapping for key 'name'"));
    assert!(of("[{name: x}]").contains("Item has no mapping for key 'fields'"));
    assert!(of("[{name: x, fields: proc.name, values: y}]").contains("values must be a sequence"));
    assert_eq!(of(""), "");
}

#[test]
fn exceptions_get_more_values_and_nothing_else() {
    let before = exception("[proc.name]", "[=]", "[[a]]");
    let of = |exception: &str, how: &str| {
        format!("{before}- rule: r\n  exceptions: [{exception}]\n  {how}\n")
    };
    let append = "override: {exceptions: append}";
    let more = "{name: e, values: [[b]]}";
    let both = "(evt.type = open and not (proc.name = a or proc.name = b))";
    assert_eq!(condition(&of(more, append)), both);
    assert_eq!(condition(&of(more, "append: true")), both);
    let said = error(&of(more, "override: {exceptions: replace}"));
    assert_eq!(said, "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'fields'");
    for (wrong, words) in [
        ("{name: e, fields: [fd.name], values: [[b]]}", "Can not append exception fields"),
        ("{name: e, comps: [=], values: [[b]]}", "Can not append exception comps"),
        ("{name: f, values: [[b]]}", "must have fields property"),
        ("{name: f, fields: [fd.name]}", "must have values property"),
    ] {
        assert!(error(&of(wrong, append)).contains(words), "{wrong}");
    }
    for how in [append, "append: true"] {
        let found = warnings(&of("{name: e, value: b}", how));
        assert!(found.iter().any(|it| it.0 == Code::AppendNoValues), "{found:?}");
    }
    let twice = format!("{before}  - {{name: e, fields: proc.name, values: [b]}}\n");
    assert_eq!(warnings(&twice)[0].0, Code::ExceptionNameNotUnique);
}

#[test]
fn values_that_look_like_fields_are_warned_of() {
    for (value, words) in [
        ("proc.pname", "'proc.pname' may be a valid field misused as a const string value"),
        ("'proc.pname '", "'proc.pname ' may be a valid field misused as a const string value"),
        ("'proc.aname[2]'", "'proc.aname[2]' may be a valid field misused"),
        ("toupper( proc.pname)", "'toupper( proc.pname)' may be a valid field transformer misused"),
    ] {
        let found = warnings(&exception("[proc.name]", "[=]", &format!("[[{value}]]")));
        let [(Code::ConditionWarning, said)] = &found[..] else { panic!("{value}: {found:?}") };
        assert!(said.starts_with(words), "{said}");
    }
    let audit = RULE.replace("evt.type = open", "ka.verb = <NA>").replace("%proc.name", "%ka.verb");
    let found = warnings(&format!("{audit}  source: k8s_audit\n"));
    assert_eq!(found[0].0, Code::UnsafeNaCheck);
}

#[test]
fn places_are_those_of_the_words_that_are_wrong() {
    let at = |text: &str| {
        told(&[text], |it| {
            let first = &it.problems[0];
            let before = &text[..first.grip().start as usize];
            let line = before.matches('\n').count() + 1;
            (line, before.len() - before.rfind('\n').map_or(0, |it| it + 1) + 1)
        })
    };
    assert_eq!(at(&rule_about("evt.type = open and proc.nam = x")), (3, 34));
    assert_eq!(at(&rule_about(">\n    evt.type = open\n    and   proc.nam = x")), (5, 11));
    assert_eq!(at(&rule_about("|\n    evt.type = open\n    and m")), (5, 9));
    assert_eq!(at(&rule_about("\"evt.type = open and\n    x y\"")), (4, 7));
    assert_eq!(at(&rule_about("evt.type = open and ~")), (3, 34));
    assert_eq!(at(&format!("{RULE}  tag: x\n")), (6, 3));
    assert_eq!(at(&format!("{RULE}- rule: r\n  condition: and m\n  append: true\n")), (8, 11));
}

#[test]
fn what_grows_without_end_is_an_error() {
    let mut lists = String::from("- list: l0\n  items: [x, y]\n");
    let mut macros = String::from("- macro: m0\n  condition: proc.pid = 1\n");
    for index in 1..40 {
        let (next, before) = (index + 1, index - 1);
        writeln!(lists, "- list: k{index}\n  items: [k{next}, k{next}]").unwrap();
        writeln!(macros, "- macro: m{index}\n  condition: m{before} or m{before}").unwrap();
    }
    let said = error(&format!("{lists}{}", rule_about("evt.type in (k1)")));
    assert!(said.contains("come to more than 16 MiB"), "{said}");
    let said = error(&format!("{macros}{}", rule_about("m39")));
    assert!(said.contains("come to too much"), "{said}");
    let mut chain = String::from("- macro: m0\n  condition: proc.pid = 1\n");
    for index in 1..5000 {
        writeln!(chain, "- macro: m{index}\n  condition: not m{}", index - 1).unwrap();
    }
    assert!(error(&chain).contains("come to too much"));
}

#[test]
fn no_value_of_any_type_panics() {
    let keys = [
        "rule",
        "desc",
        "condition",
        "output",
        "priority",
        "source",
        "enabled",
        "tags",
        "override",
        "append",
        "exceptions",
        "capture",
        "list",
        "items",
        "macro",
        "required_engine_version",
        "required_plugin_versions",
        "warn_evttypes",
    ];
    let values = [
        "~",
        "''",
        "x",
        "[]",
        "{}",
        "[~]",
        "[[[[[[x]]]]]]",
        "{x: ~}",
        "[{}]",
        "1",
        "true",
        "[{name: x}]",
        "{condition: ~, items: [x]}",
        "[{name: x, fields: [], values: [~, [~]]}]",
        "\"%\"",
        "\"(\"",
    ];
    for key in keys {
        for value in values {
            for base in
                [RULE, "- list: l\n  items: [x]\n", "- macro: m\n  condition: m\n", "- a: b\n"]
            {
                let kept: String = base
                    .lines()
                    .filter(|it| !it.contains(&format!("{key}:")))
                    .map(|it| format!("{it}\n"))
                    .collect();
                let text = if kept.starts_with("- ") { kept } else { format!("- z: 1\n{kept}") };
                told(&[&format!("{text}  {key}: {value}\n")], |it| it.problems.len());
            }
        }
    }
}
