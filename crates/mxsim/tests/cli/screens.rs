//! What people see: help, errors, widths and colours.

use crate::support::{Folder, SMALL, command, finished, mxsim, mxsim_in, project, snapshot, too_wide};

const HELPS: [(&str, &[&str]); 12] = [
    ("help.txt", &["--help"]),
    ("help-ask.txt", &["ask", "--help"]),
    ("help-run.txt", &["run", "--help"]),
    ("help-check.txt", &["check", "--help"]),
    ("help-report.txt", &["report", "--help"]),
    ("help-trace.txt", &["trace", "--help"]),
    ("help-judge.txt", &["judge", "--help"]),
    ("help-init.txt", &["init", "--help"]),
    ("help-presets.txt", &["presets", "--help"]),
    ("help-schema.txt", &["schema", "--help"]),
    ("help-completions.txt", &["completions", "--help"]),
    ("help-man.txt", &["man", "--help"]),
];

#[test]
fn help() {
    for (name, arguments) in HELPS {
        let help = mxsim(arguments).expect(0);
        assert!(too_wide(&help.stdout).is_empty(), "{:?}", too_wide(&help.stdout));
        snapshot(name, &help.stdout);
    }
}

/// A terminal has 25 lines of 80 columns; the last of the page names the file, whose path may need two.
#[test]
fn the_page_of_every_scenario_fits_a_terminal() {
    for entry in std::fs::read_dir(project().join("scenarios")).expect("scenarios/").flatten() {
        let path = entry.path().to_string_lossy().into_owned();
        let flags = ["--replications", "1", "--worlds", "0", "--exit-zero"];
        let page = mxsim(&[&["run", &path], &flags[..]].concat()).expect(0).stdout;
        // The last command names the whole path of the file here.
        let (page, _) = page.rsplit_once("Next: ").expect("a next command");
        assert!(page.lines().count() < 25, "{} lines\n{page}", page.lines().count());
        assert!(too_wide(page).is_empty(), "{:?}", too_wide(page));
    }
}

/// Each with the name of its snapshot, the name of the scenario and its text.
const WRONG: [(&str, &str, &str); 5] = [
    (
        "error-unknown-key.txt",
        "site.toml",
        "[zone]\ntext = \"example.com. 300 IN A 192.0.2.1\"\n\n[traffic]\nmesages_per_day = 4_000_000\n",
    ),
    (
        "error-several.txt",
        "site.toml",
        "[zone]\ntext = \"example.com. 300 IN A 192.0.2.1\"\n\n[[senders]]\nname = \"google\"\nshare = \"65 %\"\n\
         preset = \"qmail-lp\"\n\n[[senders]]\nname = \"microsoft\"\nshare = \"45 %\"\nsticky = \"long\"\n",
    ),
    (
        "error-in-zone-text.txt",
        "site.toml",
        "[zone]\ntext = \"\"\"\nexample.com.     300 IN MX 10 mx1.example.com.\nexample.com.     300 IN MX 70000 mx2.example.com.\n\
         mx1.example.com. 300 IN A  192.0.2\n\"\"\"\n",
    ),
    (
        "error-json-pointer.txt",
        "site.json",
        "{\"zone\": {\"text\": \"example.com. 300 IN A 192.0.2.1\"},\n \"senders\": [{\"name\": \"a\", \"retry\": {\"lifetim\": \"5d\"}}]}\n",
    ),
    (
        "error-not-yet.txt",
        "site.toml",
        "[zone]\ntext = \"example.com. 300 IN A 192.0.2.1\"\n\n[nodes.example]\nsite = \"west\"\n",
    ),
];

#[test]
fn errors() {
    let folder = Folder::new();
    for (name, file, text) in WRONG {
        folder.file(file, text);
        let error = mxsim_in(folder.path(), &["run", file]).expect(4);
        assert!(error.stdout.is_empty() && error.stderr.contains("help: "), "{}", error.stderr);
        assert!(too_wide(&error.stderr).is_empty(), "{:?}", too_wide(&error.stderr));
        snapshot(name, &error.stderr);
    }
}

/// Every fixture of the scenario reader, good and bad, as the command shows it.
#[test]
fn every_screen_fits_80_columns() {
    let fixtures = crate::support::project().join("crates/mxsim-core/tests/fixtures");
    for kind in ["good", "bad"] {
        let folder = fixtures.join(kind);
        for entry in std::fs::read_dir(&folder).expect("the fixtures") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            let check = mxsim_in(&folder, &["check", &name]);
            assert!([0, 1, 3, 4].contains(&check.code()), "{name}: {}", check.stderr);
            for text in [&check.stdout, &check.stderr] {
                assert!(too_wide(text).is_empty(), "{name}: {:?}", too_wide(text));
            }
        }
    }
}

#[test]
fn every_verdict_fits_80_columns() {
    let folder = Folder::new();
    let long = "a sender with a name that is so long that nobody would ever type it by hand twice";
    let names = format!("title = \"{long}\"\n{SMALL}[[senders]]\nname = \"{long}\"\n");
    let empty = SMALL.replace("2000", "0.001");
    let down = format!(
        "{SMALL}[[events]]\nat = \"0s\"\nfor = \"2d\"\nnode = [\"mx1\", \"mx2\"]\nfault = \"drop\"\n[run]\nwarm_up = \"1h\"\n"
    );
    for (name, text) in [("names.toml", names), ("empty.toml", empty), ("down.toml", down)] {
        let file = folder.file(name, text);
        let run = mxsim(&["run", &file, "--replications", "3"]);
        assert!(too_wide(&run.stdout).is_empty(), "{name}: {:?}", too_wide(&run.stdout));
        assert!(run.stderr.is_empty(), "{}", run.stderr);
    }
}

#[test]
fn colour_and_progress_are_for_terminals() {
    let folder = Folder::new();
    let small = folder.file("small.toml", SMALL);
    let wrong = folder.file("wrong.toml", "[zone]\ntxt = 1\n");
    for file in [&small, &wrong] {
        for color in [None, Some("1"), Some("")] {
            let mut command = command(&["run", file, "--replications", "3"]);
            if let Some(value) = color {
                command.env("NO_COLOR", value);
            }
            let run = finished(command.output().expect("the command starts"));
            assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{}", run.stdout);
            assert!(file != &small || run.stderr.is_empty(), "{}", run.stderr);
        }
    }
}

#[test]
fn every_screen_ends_with_the_next_command() {
    let folder = Folder::new();
    folder.file("site.toml", SMALL);
    mxsim_in(folder.path(), &["run", "site.toml", "--replications", "3", "-q", "-o", "run.json"]).expect(3);
    let screens: [&[&str]; 11] = [
        &["ask", "3", "--replications", "3"],
        &["ask", "1", "--replications", "3"],
        &["run", "site.toml", "--replications", "3"],
        &["check", "site.toml"],
        &["report", "run.json"],
        &["judge", "41", "29", "30"],
        &["judge", "410", "290", "300"],
        &["presets"],
        &["presets", "unbound"],
        &["init", "-o", "new.toml"],
        &["man", "--dir", "pages"],
    ];
    for arguments in screens {
        let screen = mxsim_in(folder.path(), arguments).stdout;
        let next = screen.rsplit("\n\n").next().unwrap_or_default();
        assert!(next.starts_with("Next: ") && next.ends_with('\n'), "{arguments:?} ends with {next:?}");
        assert!(too_wide(&screen).is_empty(), "{arguments:?}: {:?}", too_wide(&screen));
    }
}

/// The command that a screen ends with is another than the one that printed it, and a shell takes it as it stands.
#[test]
fn the_next_command_can_be_typed_and_leads_on() {
    let folder = Folder::new();
    let outage = |at: &str, length: &str| {
        format!(
            "{SMALL}[[senders]]\nname = \"our 'own' relay\"\npreset = \"postfix\"\n[[events]]\nat = \"{at}\"\nfor = \"{length}\"\nnode = \"*\"\nfault = \"refuse\"\n"
        )
    };
    folder.file("my site.toml", outage("23:30", "10h"));
    folder.file("late.toml", outage("10:00", "6h"));
    folder.file(
        "example.com.zone",
        "example.com. 300 IN MX 10 a.example.com.\na.example.com. 300 IN A 192.0.2.1\n",
    );
    for (typed, leads) in [
        (&["run", "my site.toml", "--replications", "3"][..], "mxsim run 'my site.toml' --run-length "),
        (
            &["run", "late.toml", "--replications", "20"],
            "mxsim trace late.toml --sender 'our '\\''own'\\'' relay' --at 10:00:00",
        ),
        (
            &["ask", "example.com.zone", "--replications", "3"],
            "mxsim init --zone example.com.zone -o example.com.toml; mxsim run example.com.toml",
        ),
    ] {
        let screen = mxsim_in(folder.path(), typed).stdout;
        let next = screen
            .rsplit_once("Next: ")
            .expect("a next command")
            .1
            .split("\n\n")
            .next()
            .unwrap_or_default()
            .split_whitespace()
            // Where it goes on in the next line.
            .filter(|word| *word != "\\")
            .collect::<Vec<_>>()
            .join(" ");
        assert!(next.starts_with(leads), "{next}\n{screen}");
        let line = next.replace("mxsim ", &format!("{} ", env!("CARGO_BIN_EXE_mxsim")));
        let shell = std::process::Command::new("sh").arg("-c").arg(&line).current_dir(folder.path()).output();
        let shell = shell.expect("a shell");
        let code = shell.status.code();
        assert!(
            matches!(code, Some(0 | 1 | 3)),
            "{line}: {code:?} {}",
            String::from_utf8_lossy(&shell.stderr)
        );
    }
}

/// Names that begin alike stay apart, the worst is offered for a look, and a quiet line says whose it is.
#[test]
fn several_scenarios_are_told_apart() {
    let folder = Folder::new();
    let down = format!("{SMALL}[[events]]\nat = \"0s\"\nfor = \"1d\"\nnode = \"*\"\nfault = \"refuse\"\n");
    let names = ["candidate-04-cname-at-the-provider.toml", "candidate-05-cname-at-the-provider.toml"];
    folder.file(names[0], SMALL);
    folder.file(names[1], &down);
    let typed = ["run", names[0], names[1], "--replications", "3", "--exit-zero"];
    let screen = mxsim_in(folder.path(), &typed).expect(0).stdout;
    assert!(too_wide(&screen).is_empty(), "{screen}");
    let rows: Vec<&str> = screen.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(rows[1].contains("-04-") && rows[2].contains("-05-"), "{screen}");
    assert!(screen.ends_with(&format!("\nNext: mxsim run {}\n", names[1])), "{screen}");
    for flag in [&["-q"][..], &["--format", "oneline"]] {
        let lines = mxsim_in(folder.path(), &[&typed[..], flag].concat()).expect(0).stdout;
        let begins = lines.lines().zip(names).all(|(line, name)| line.starts_with(&format!("{name}: ")));
        assert!(begins && lines.lines().count() == 2, "{lines}");
    }
}

#[test]
fn a_slip_of_the_keyboard_is_recognised() {
    for (arguments, meant) in [
        (&["chek", "x"][..], "'check'"),
        (&["preset"], "'presets'"),
        (&["init", "equalmx"], "'equal-mx'"),
        (&["run", "x", "--replication", "3"], "'--replications'"),
        (&["run", "x", "--method", "message"], "'messages'"),
        (&["judge", "3", "4", "--chooser", "3"], "'--choosers'"),
        (&["completions", "basch"], "'bash'"),
    ] {
        mxsim(arguments).expect_error(2, &["similar", meant]);
    }
}
