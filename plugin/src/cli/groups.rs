//! The groups in which help lists the commands.

use std::fmt::Write as _;

use clap::Command;

/// What a group is called, and its commands in their order.
pub(super) const GROUPS: [(&str, &[&str]); 5] = [
    ("See", &["check", "plan"]),
    ("Change", &["fix", "sign"]),
    ("Ask", &["who-can", "what-can", "simulate", "verify", "explain", "rules"]),
    (
        "Make",
        &[
            "namespace",
            "network-policy",
            "role",
            "pod-security",
            "admission-policy",
            "image-policy",
            "external-secret",
            "encryption",
            "audit-policy",
        ],
    ),
    ("Run", &["snapshot", "mcp", "playground", "completion", "version", "help"]),
];

/// Lists the commands by their groups, for as long as help is as wide as the terminal.
pub(super) fn grouped(command: Command) -> Command {
    let names = GROUPS.iter().flat_map(|(_, names)| names.iter());
    let command = names.enumerate().fold(command, |command, (place, name)| {
        command.mut_subcommand(name, |it| it.display_order(place))
    });
    // What is there already is clap's own list, wrapped and aligned; only the headings are put between.
    let list = command.clone().help_template("{subcommands}").render_help().ansi().to_string();
    let style = *command.get_styles().get_header();
    let (mut text, mut above) = (String::new(), "");
    for line in list.lines() {
        if let Some(group) = group_of(line).filter(|it| *it != above) {
            let _ = writeln!(text, "\n{style}{group}:{style:#}");
            above = group;
        }
        text.push_str(line);
        text.push('\n');
    }
    let text = text.trim_end();
    command.help_template(format!(
        "{{before-help}}{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{text}\n\n{style}Options:{style:#}\n{{options}}{{after-help}}"
    ))
}

/// The group of the command that begins on a line of the list; none where one goes on.
fn group_of(line: &str) -> Option<&'static str> {
    let line = anstream::adapter::strip_str(line).to_string();
    let name = line.strip_prefix("  ")?.split(' ').next()?;
    GROUPS.iter().find(|(_, names)| names.contains(&name)).map(|(group, _)| *group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_one_group_and_every_group_is_of_commands() {
        let mut listed: Vec<&str> =
            GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let command = crate::cli::command();
        let mut there: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        listed.sort_unstable();
        there.sort_unstable();
        assert_eq!(listed, there);
    }
}
