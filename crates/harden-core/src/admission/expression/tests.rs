//! What words tell of expressions.

use super::*;

fn texts(text: &str) -> Vec<String> {
    let all = tokens(text);
    (0..all.len()).filter_map(|it| all.get(it)).map(|it| it.text.to_owned()).collect()
}

#[test]
fn literals_are_whole_whatever_quotes_they_have() {
    assert_eq!(texts(r#"a.b == "c\"d" // e"#), ["a", ".", "b", "=", "=", r#"c\"d"#]);
    assert_eq!(texts(r"r'\' + '''it's'''"), [r"\", "+", "it's"]);
    assert_eq!(texts("x := `a\\` # not"), ["x", ":", "=", "a\\"]);
    assert_eq!(texts("'open"), ["open"]);
    assert_eq!(texts("rbr == \u{e4}\u{1f600}"), ["rbr", "=", "=", "\u{e4}", "\u{1f600}"]);
}

#[test]
fn fields_are_told_from_names_and_texts() {
    assert!(tokens("object.spec.containers.all(c, true)").names_containers());
    assert!(tokens("object.spec.?containers.orValue([])").names_containers());
    assert!(tokens("['containers'].all(k, true)").names_containers());
    assert!(!tokens("containers.size() > 0 && 'containers' == 'a'").names_containers());
    assert!(tokens("object.spec.template.spec.containers").names_templates());
    assert!(!tokens("object.spec.containers").names_templates());
}

#[test]
fn what_has_to_hold_is_told_from_what_must_not() {
    let required = |text: &str| {
        let all = tokens(text);
        let index = (0..all.len()).find(|it| all.is_word(*it, "matches")).unwrap();
        all.is_required(all.operand(index - 1))
    };
    for text in [
        "c.image.matches('a')",
        "object.spec.containers.all(c, c.image.matches('a'))",
        "has(object.x) && (c.image.matches('a') || c.image == 'b')",
        "!has(object.x) || object.y.all(c, c.image.matches('a'))",
        "object.?x.orValue([]).all(c, c.image.matches('a'))",
    ] {
        assert!(required(text), "{text}");
    }
    for text in [
        "!c.image.matches('a')",
        "!(c.image.matches('a') || b)",
        "!object.spec.containers.exists(c, c.image.matches('a'))",
        "object.spec.containers.filter(c, c.image.matches('a')).size() == 0",
        "c.image.matches('a') ? false : true",
        "!(object.spec.containers.exists(c, c.image.matches('a')))",
    ] {
        assert!(!required(text), "{text}");
    }
}

#[test]
fn constants_are_seen_through_brackets_and_words_between() {
    for text in
        ["true", "(true)", "1 == 1", "'a' == 'a'", "!false", "a || true", "!(1 == 2)", "1 != 2"]
    {
        assert_eq!(tokens(text).constant(), Some(true), "{text}");
    }
    for text in ["false", "a && false", "1 == 2", "!true", "false || (false)"] {
        assert_eq!(tokens(text).constant(), Some(false), "{text}");
    }
    for text in [
        "a",
        "a == 1",
        "a ? true : false",
        "a || b",
        "true && a",
        "false || a",
        "a.all(x, true)",
        "a == a",
        "",
        "!",
        "(",
        "1 == '1'",
        "!true == a",
        "true == a",
    ] {
        assert_eq!(tokens(text).constant(), None, "{text}");
    }
}
