//! The groups in which help lists the commands.

use clap::Command;

/// What a group is called, and its commands in their order.
pub(super) const GROUPS: [(&str, &[&str]); 4] = [
    ("See", &["check"]),
    ("Ask", &["simulate", "explain", "rules"]),
    ("Make", &["namespace", "pod-security", "external-secret", "encryption", "audit-policy"]),
    ("Run", &["playground", "completion", "version", "help"]),
];

/// Lists the commands by their groups, for as long as help is as wide as the terminal.
pub(super) fn grouped(command: Command) -> Command {
    let names = GROUPS.iter().flat_map(|(_, names)| names.iter());
    let command = names.enumerate().fold(command, |command, (place, name)| {
        command.mut_subcommand(name, |it| it.display_order(place))
    });
    // What is there already is clap's own list, wrapped and aligned; only the headings are put between.
    let list = command.clone().help_template("{subcommands}").render_help().ansi().to_string();
    let heading = *command.get_styles().get_header();
    let mut text = String::new();
    let mut last = None;
    for line in list.lines() {
        let word = anstream::adapter::strip_str(line).to_string();
        let is_entry = word.starts_with("  ") && !word.starts_with("   ");
        let name = word.split_whitespace().next().unwrap_or_default();
        let place = GROUPS.iter().position(|(_, names)| is_entry && names.contains(&name));
        if let Some(place) = place.filter(|it| last != Some(*it)) {
            let (group, _) = GROUPS[place];
            last = Some(place);
            text.push_str(&format!("\n{heading}{group}:{heading:#}\n"));
        }
        text.push_str(line);
        text.push('\n');
    }
    let text = text.trim_end();
    command.help_template(format!(
        "{{before-help}}{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{text}\n\n{heading}Options:{heading:#}\n{{options}}{{after-help}}"
    ))
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
