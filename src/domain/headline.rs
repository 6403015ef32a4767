//! The answer first: the sentence that heads each view, and the sentences that follow it.

use super::catalogue::Catalogue;
use super::cleanup::{CleanupReport, DeleteOutcome};
use super::migration::Outcome;
use super::numbers::{bytes, count, counted, duration};
use super::plan::{Change, PlanRow, Step, changes};
use super::query::{Cost, QueryReport};
use super::repair::Repair;
use super::repair_trial::RepairedClaim;
use super::report::Report;
use super::verdict::{Claim, Verdict};
use super::words::{code, list, number_word};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headline {
    /// A sentence with the result, without a full stop.
    pub title: String,
    /// One to four whole sentences.
    pub lead: String,
}

pub fn summary(report: &Report, catalogue: &Catalogue) -> Headline {
    let name = &report.database.file_name;
    if report.queries.is_empty() {
        return Headline { title: format!("Reading {name}"), lead: String::new() };
    }
    let claims: Vec<&Claim> = report.claims().map(|(_, claim)| claim).collect();
    let applicable = claims.iter().filter(|claim| claim.before.verdict != Verdict::NotApplicable).count();
    if applicable == 0 {
        return Headline {
            title: format!("{name} is not a database that {}'s guide describes", catalogue.application),
            lead:
                "None of the documented claims applies to its tables. Tables, indexes and sizes can be looked at all \
                   the same."
                    .into(),
        };
    }
    let hold = |after: bool| {
        let verdict = |claim: &&&Claim| if after { claim.after.verdict } else { claim.before.verdict };
        claims.iter().filter(|claim| verdict(claim) == Verdict::Holds).count()
    };
    let (before, after) = (hold(false), hold(true));
    let title = match applicable - before {
        0 => format!("All {applicable} documented claims hold on this file"),
        n => format!(
            "{n} of {applicable} documented claims {} not hold on this file",
            if n == 1 { "does" } else { "do" }
        ),
    };
    let mut lead = Vec::new();
    lead.extend(index_sentence(report));
    if after != before {
        lead.push(format!(
            "With every statement of the migration that SQLite accepts, {after} claims hold instead of {before}."
        ));
    } else if before < applicable && report.migration.iter().any(|entry| entry.outcome == Outcome::Created) {
        lead.push("The migration's missing statements change that for none of them.".into());
    }
    lead.extend(repair_sentence(report, before, applicable));
    lead.extend(cleanup_sentence(report));
    lead.extend(slowest_sentence(report));
    Headline { title, lead: lead.join(" ") }
}

/// `A repair was found with which 19 of 20 hold.`
fn repair_sentence(report: &Report, n_hold: usize, n_applicable: usize) -> Option<String> {
    let claims = &report.repair.as_ref()?.claims;
    let hold = claims.iter().filter(|claim| claim.judgement.verdict == Verdict::Holds).count();
    (hold > n_hold).then(|| match hold == n_applicable {
        true => "A repair was found with which all of them hold.".into(),
        false => format!("A repair was found with which {hold} of them hold."),
    })
}

fn n_with(report: &Report, outcome: Outcome) -> usize {
    report.migration.iter().filter(|entry| entry.outcome == outcome).count()
}

/// `Of its 13 indexes 3 are missing, 2 differ and 2 are refused by SQLite.`
fn index_sentence(report: &Report) -> Option<String> {
    let parts = index_parts(report);
    (!parts.is_empty()).then(|| format!("Of the guide's {} indexes {}.", report.migration.len(), list(&parts)))
}

fn index_parts(report: &Report) -> Vec<String> {
    let part = |outcome, one: &str, many: &str| {
        let n = n_with(report, outcome);
        (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }))
    };
    [
        part(Outcome::Created, "is missing", "are missing"),
        part(Outcome::Differs, "has another definition", "have another definition"),
        part(Outcome::Refused, "is refused by SQLite", "are refused by SQLite"),
        part(Outcome::NotApplicable, "does not apply", "do not apply"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn failing(report: &Report) -> Vec<&CleanupReport> {
    let fails =
        |cleanup: &&CleanupReport| cleanup.foreign_keys_on.as_ref().is_some_and(|run| run.outcome != DeleteOutcome::Ok);
    report.cleanups.iter().filter(fails).collect()
}

fn cleanup_sentence(report: &Report) -> Option<String> {
    let failing: Vec<String> = failing(report).iter().map(|cleanup| cleanup.title.to_lowercase()).collect();
    (!failing.is_empty())
        .then(|| format!("The clean-up of {} fails each time it runs and removes nothing.", list(&failing)))
}

fn slowest_sentence(report: &Report) -> Option<String> {
    let costs = |query: &QueryReport| query.before.as_ref().map_or(0, |cost| cost.median_ns);
    let slowest = report.queries.iter().max_by_key(|query| costs(query)).filter(|query| costs(query) > 0)?;
    let after = slowest.after.as_ref().map_or(0, |cost| cost.median_ns);
    let before = costs(slowest);
    // Less than a fifth apart is no difference that a median of a few runs can show.
    let change = if after < before - before / 5 {
        format!(" and {} after the migration", duration(after).text())
    } else {
        ", with the migration as without".into()
    };
    Some(format!("The slowest query, {}, takes {}{change}.", code(&slowest.id), duration(before).text()))
}

/// What the repair makes of one query: times beside the counters that do not vary.
pub fn gain(before: &Cost, after: &Cost) -> String {
    let of = |cost: &Cost| {
        let pages = counted(cost.pages_read, "page", "pages");
        format!("{}, {} VM steps and {pages}", duration(cost.median_ns).text(), count(cost.vm_steps))
    };
    format!("With the whole repair it takes {}; as dropped {}.", of(after), of(before))
}

/// `repair` are the ticked changes, `judged` every claim with them.
pub fn repair(report: &Report, repair: &Repair, judged: Option<&[RepairedClaim]>) -> Headline {
    let Some(trial) = &report.repair else {
        return Headline {
            title: "No repair has been looked for yet".into(),
            lead: "Definitions that make every documented claim hold are searched for by asking SQLite, then built, \
                   analysed and measured on a copy of this file."
                .into(),
        };
    };
    let Some(judged) = judged else {
        return Headline { title: "Asking SQLite about the ticked changes".into(), lead: String::new() };
    };
    let applicable = judged.iter().filter(|claim| claim.judgement.verdict != Verdict::NotApplicable).count();
    let hold = judged.iter().filter(|claim| claim.judgement.verdict == Verdict::Holds).count();
    let now = report.claims().filter(|(_, claim)| claim.before.verdict == Verdict::Holds).count();
    let n_changes = repair.offered().count();
    let title = match (n_changes, hold == applicable) {
        (0, true) => format!("All {applicable} documented claims hold, nothing needs to be changed"),
        (0, false) => format!("As the file is, {hold} of {applicable} documented claims hold"),
        (n, true) => {
            format!("With {} all {applicable} documented claims hold", counted(n as u64, "change", "changes"))
        }
        (n, false) => {
            format!("With {} {hold} of {applicable} documented claims hold", counted(n as u64, "change", "changes"))
        }
    };
    let mut lead = vec![format!(
        "In the file as dropped {now} do. SQLite was asked about {} and with each kind of statistics.",
        counted(trial.n_tried, "other definition", "other definitions")
    )];
    if hold < applicable && n_changes > 0 {
        lead.push("What is left is told below, claim by claim.".into());
    }
    Headline { title, lead: lead.join(" ") }
}

pub fn indexes(report: &Report, _catalogue: &Catalogue) -> Headline {
    let total = report.migration.len();
    if total == 0 {
        return Headline { title: "The migration has not been checked yet".into(), lead: String::new() };
    }
    let fine = report
        .migration
        .iter()
        .filter(|entry| entry.outcome == Outcome::AlreadyPresent && entry.error.is_none())
        .count();
    let title = match fine {
        n if n == total => format!("All {total} documented indexes are in the file"),
        1 => format!("1 of {total} documented indexes is fine"),
        n => format!("{n} of {total} documented indexes are fine"),
    };
    let mut lead = Vec::new();
    let parts = index_parts(report);
    if !parts.is_empty() {
        lead.push(format!("{}.", list(&parts)));
    }
    lead.push(
        "Sizes are those in the file, or on a copy after creating an index that is missing; the file itself is never \
         written."
            .into(),
    );
    Headline { title, lead: lead.join(" ") }
}

pub fn cleanups(report: &Report, _catalogue: &Catalogue) -> Headline {
    let ran: Vec<&CleanupReport> = report.cleanups.iter().filter(|cleanup| cleanup.foreign_keys_on.is_some()).collect();
    if ran.is_empty() {
        let title = match report.cleanups.iter().filter(|cleanup| cleanup.error.is_none()).count() {
            0 if !report.cleanups.is_empty() => "No documented clean-up applies to this file".into(),
            _ => "The clean-ups have not been tried yet".to_owned(),
        };
        return Headline {
            title,
            lead: "A preview runs the statement on a copy and drops the copy afterwards.".into(),
        };
    }
    let failing = failing(report);
    let n_rows: u64 = ran
        .iter()
        .filter_map(|cleanup| cleanup.foreign_keys_on.as_ref())
        .map(|run| run.by_table.values().sum::<u64>())
        .sum();
    let title = match failing.len() {
        0 => format!("{} would remove {}", the_cleanups(ran.len()), counted(n_rows, "row", "rows")),
        _ if ran.len() == 1 => "The clean-up that was tried fails on this file".into(),
        n => format!(
            "{} of {} {} on this file",
            number_word(n),
            number_word(ran.len()).to_lowercase(),
            if n == 1 { "clean-ups fails" } else { "clean-ups fail" }
        ),
    };
    // They overlap, so what each frees by itself does not add up.
    let most = ran.iter().filter_map(|cleanup| Some((cleanup.bytes_freed?, &cleanup.title))).max();
    let works = ran.len() - failing.len();
    let mut lead = Vec::new();
    if !failing.is_empty() && works > 0 {
        let subject = if works == 1 { "The other one removes" } else { "The others remove" };
        lead.push(format!("{subject} {}, cascades included.", counted(n_rows, "row", "rows")));
    }
    if let Some((freed, title)) = most.filter(|(freed, _)| *freed > 0) {
        let (freed, whole) = (bytes(freed).text(), bytes(report.database.bytes).text());
        lead.push(match ran.len() {
            1 => format!("It frees {freed} of {whole}."),
            _ => format!("{title} frees most by itself, {freed} of {whole}."),
        });
    }
    let ran_where = if ran.len() == 1 { "It ran on a copy" } else { "Each ran on a copy of its own" };
    lead.push(format!("{ran_where}; nothing has been removed."));
    Headline { title, lead: lead.join(" ") }
}

fn the_cleanups(n: usize) -> String {
    if n == 1 { "The clean-up".into() } else { format!("The {} clean-ups", number_word(n).to_lowercase()) }
}

pub fn report(report: &Report) -> Headline {
    if !report.complete {
        return Headline {
            title: "The report holds what was asked so far".into(),
            lead: "It can be saved now, as it stands. What was not run is empty in it, never guessed.".into(),
        };
    }
    Headline {
        title: "The report is complete".into(),
        lead: format!(
            "{}. One JSON file holds all of it, with what is needed to repeat it; HTML and Markdown are for people.",
            steps(report)
        ),
    }
}

/// How a whole run ended.
pub fn steps(report: &Report) -> String {
    match report.failed_steps.len() {
        0 => "Every step has answered".into(),
        n => format!("Every step but {} has answered", number_word(n).to_lowercase()),
    }
}

/// What SQLite does for one query, before and after.
pub fn query(query: &QueryReport) -> String {
    if query.plan_before.is_empty() {
        return String::new();
    }
    let before = format!("As dropped, SQLite {}.", plan_words(&query.plan_before));
    let same = query.plan_before.len() == query.plan_after.len()
        && changes(&query.plan_before, &query.plan_after).iter().all(|change| *change == Change::Same);
    let after = if query.plan_after.is_empty() {
        String::new()
    } else if same {
        " The migration does not change the plan.".into()
    } else {
        format!(" After the migration it {}.", plan_words(&query.plan_after))
    };
    let cost = query.before.as_ref().zip(query.after.as_ref()).map_or_else(String::new, |(before, after)| {
        format!(
            " It returns {} and reads {}{}.",
            counted(before.n_rows, "row", "rows"),
            counted(before.pages_read, "page", "pages"),
            if after.pages_read == before.pages_read {
                String::new()
            } else {
                format!(", {} after the migration", count(after.pages_read))
            }
        )
    });
    format!("{before}{after}{cost}")
}

/// `finds rows of terminal by idx_terminal_status, then sorts`.
pub(super) fn plan_words(plan: &[PlanRow]) -> String {
    let words: Vec<String> = plan
        .iter()
        .filter_map(|row| match row.step() {
            Step::Search(access) if access.automatic => {
                Some(format!("builds an index on {} for this one run", code(&access.table)))
            }
            Step::Search(access) if access.by_primary_key => {
                Some(format!("looks {} up by its key", code(&access.table)))
            }
            Step::Search(access) => {
                access.index.map(|index| format!("finds rows of {} by {}", code(&access.table), code(&index)))
            }
            Step::Scan(access) => Some(match access.index {
                Some(index) => format!("reads all of {} in the order of {}", code(&access.table), code(&index)),
                None => format!("reads all of {}", code(&access.table)),
            }),
            Step::TempBTree(_) => Some("sorts what is left".into()),
            Step::Other => None,
        })
        .collect();
    if words.is_empty() { "runs no step that it names".into() } else { words.join(", then ") }
}
