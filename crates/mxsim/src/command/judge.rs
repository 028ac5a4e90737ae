//! `mxsim judge`: is the split that was counted luck?

use crate::args::{Judge, PlainFormat};
use crate::exit::{Exit, Failure};
use crate::output::{print, screen_style};
use mxsim_core::study::judge::{Answer, CountedSplit, JudgeError, judge as judge_counts};
use mxsim_import::{counts, read_text};
use mxsim_report::{judge::screen, pretty};
use std::path::Path;

/// Judges the counts.
pub(crate) fn judge(arguments: &Judge) -> Result<Exit, Failure> {
    let judgement = judge_counts(&counted(arguments)?).map_err(usage)?;
    match arguments.format {
        PlainFormat::Text => print(&screen(&judgement, &arguments.weights, &screen_style()))?,
        PlainFormat::Json => print(&pretty(&judgement))?,
    }
    Ok(if arguments.exit_zero { Exit::Met } else { exit_for(judgement.answer) })
}

fn counted(arguments: &Judge) -> Result<CountedSplit, Failure> {
    let text = match &arguments.counts[..] {
        [file] if file == "-" || Path::new(file).is_file() => read_text(file)?,
        typed => typed.join("\n"),
    };
    let counted = counts(&text).map_err(|error| Failure::usage(format!("judge: {error}")))?;
    let counted = counted.weights(arguments.weights.iter().copied());
    Ok(match arguments.choosers {
        Some(choosers) => counted.choosers(choosers),
        None => counted,
    })
}

fn usage(error: JudgeError) -> Failure {
    let example = match error {
        JudgeError::Nodes { .. } => ", such as: mxsim judge 410 290 300",
        JudgeError::Weights { .. } => ", such as: mxsim judge 250 250 500 --weights 1,1,2",
        _ => "",
    };
    Failure::usage(format!("judge: {error}{example}"))
}

const fn exit_for(answer: Answer) -> Exit {
    match answer {
        Answer::Luck => Exit::Met,
        Answer::NotLuck => Exit::Missed,
        Answer::CannotTell => Exit::CannotTell,
    }
}
