//! The page: a form on one side, the YAML it comes to on the other.

use harden_core::generators::Generator;
use harden_core::generators::namespace::Options;
use harden_core::kubernetes::{Facts, Level};
use harden_core::{Format, render};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// What the form holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    name: String,
    level: Level,
    allow_same_namespace: bool,
    allow_internet: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            name: "team-a".to_owned(),
            level: Level::Restricted,
            allow_same_namespace: false,
            allow_internet: false,
        }
    }
}

impl Form {
    /// The YAML that `kubectl harden namespace` prints for the same options, or what is wrong.
    fn yaml(&self) -> Result<String, String> {
        let name = self.name.parse().map_err(|error| format!("{error}"))?;
        let options = Options {
            names: vec![name],
            level: self.level,
            allow_same_namespace: self.allow_same_namespace,
            allow_internet: self.allow_internet,
            ..Options::default()
        };
        let generated = Generator::Namespace(options).generate(&Facts::default());
        generated
            .map(|it| render(&it.manifests, Format::Yaml, true))
            .map_err(|error| error.to_string())
    }
}

#[component]
pub(crate) fn App() -> Html {
    let form = use_state(Form::default);
    let (yaml, error) = match form.yaml() {
        Ok(yaml) => (yaml, String::new()),
        Err(error) => (String::new(), error),
    };
    let change = |apply: fn(&mut Form, &Event)| {
        let form = form.clone();
        Callback::from(move |event: Event| {
            let mut next = (*form).clone();
            apply(&mut next, &event);
            form.set(next);
        })
    };
    let type_name = {
        let form = form.clone();
        Callback::from(move |event: InputEvent| {
            let name = event.target_unchecked_into::<HtmlInputElement>().value();
            form.set(Form { name, ..(*form).clone() });
        })
    };
    html! {
        <main>
            <header>
                <h1>{ "kubectl harden" }</h1>
                <p>{ "A hardened namespace, made in this page: nothing you type leaves it." }</p>
            </header>
            <form onsubmit={|event: SubmitEvent| event.prevent_default()}>
                <label>
                    { "Namespace" }
                    <input value={form.name.clone()} oninput={type_name} autocomplete="off" spellcheck="false" />
                </label>
                <output>{ error }</output>
                <label>
                    { "Pod Security level" }
                    <select onchange={change(|form, event| form.level = chosen_level(event))}>
                        { for [Level::Restricted, Level::Baseline, Level::Privileged].map(|level| html! {
                            <option selected={form.level == level}>{ level.to_string() }</option>
                        }) }
                    </select>
                </label>
                <label class="switch">
                    <input type="checkbox" checked={form.allow_same_namespace}
                        onchange={change(|form, event| form.allow_same_namespace = is_checked(event))} />
                    { "Pods may talk to each other" }
                </label>
                <label class="switch">
                    <input type="checkbox" checked={form.allow_internet}
                        onchange={change(|form, event| form.allow_internet = is_checked(event))} />
                    { "Pods may reach the internet" }
                </label>
            </form>
            <pre tabindex="0" aria-label="Generated YAML">{ yaml }</pre>
        </main>
    }
}

fn chosen_level(event: &Event) -> Level {
    match event.target_unchecked_into::<HtmlSelectElement>().value().as_str() {
        "privileged" => Level::Privileged,
        "baseline" => Level::Baseline,
        _ => Level::Restricted,
    }
}

fn is_checked(event: &Event) -> bool {
    event.target_unchecked_into::<HtmlInputElement>().checked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_what_the_command_prints() {
        let snapshot = include_str!("../../snapshots/generators/namespace.snap");
        let printed = snapshot.splitn(3, "---\n").nth(2).expect("a snapshot has a header");
        assert_eq!(Form::default().yaml().expect("valid").trim_end(), printed.trim_end());
    }

    #[test]
    fn a_bad_name_is_explained() {
        let form = Form { name: "Team".to_owned(), ..Form::default() };
        assert!(form.yaml().expect_err("refused").contains("RFC 1123"));
    }
}
