//! Whatever one witness may answer.

use std::thread;
use std::time::{Duration, Instant};

use candour::core::policy::Policy;
use candour::shell::ledger::Why;
use candour::shell::witnessing::{MAX_AHEAD_SECONDS, MAX_ANSWER_BYTES, MAX_QUESTIONS, Waiting};

use super::fake::{Asked, Fake, NOW, Say, cosigns, disputed_line, honest, line, vkey};
use super::world::{PATIENT, World, came_to, policy};

type Script = Box<dyn FnMut(&Asked) -> Say + Send>;

/// Entries of the ledger that the witness is asked about.
const SIZE: u64 = 5;

fn status(status: u16) -> Script {
    Box::new(move |_| Say::Answer(status, "text/plain", b"words\n".to_vec()))
}

fn conflict(media_type: &'static str, body: &'static str) -> Script {
    Box::new(move |asked| {
        let status = if asked.line.starts_with("GET ") { 404 } else { 409 };
        Say::Answer(status, media_type, body.as_bytes().to_vec())
    })
}

/// A 200 whose body is made of the text of the checkpoint.
fn ok(body: impl Fn(&str) -> String + Send + 'static) -> Script {
    Box::new(move |asked| Say::Answer(200, "text/plain", body(asked.checkpoint().note().text()).into_bytes()))
}

/// What it says, what that comes to, and how often it is asked.
fn rows() -> Vec<(&'static str, Script, &'static str, usize)> {
    let size = "text/x.tlog.size";
    let mut turn = 0;
    let wavering = move |_: &Asked| {
        turn += 1;
        Say::Answer(409, "text/x.tlog.size", format!("{}\n", 1 + turn % 2).into_bytes())
    };
    let (mut questions, mut cosigning) = (0, cosigns(&["W"], NOW));
    let settling = move |asked: &Asked| {
        questions += 1;
        if questions == MAX_QUESTIONS {
            return cosigning(asked);
        }
        Say::Answer(409, "text/x.tlog.size", format!("{}\n", 1 + questions % 2).into_bytes())
    };
    let early = World::new(2, "a").ledger.promise(&super::world::operator(), none()).unwrap().signed().clone();
    let good = |text: &str| line("W", "W", NOW, text);
    // A line by somebody else makes it that long.
    let long = |bytes: u64| {
        ok(move |text| {
            let good = line("W", "W", NOW, text);
            let name = "x".repeat(bytes as usize - good.len() - "—  AAAAAAAA\n".len());
            format!("{good}— {name} AAAAAAAA\n")
        })
    };
    vec![
        ("cosigns", Box::new(cosigns(&["W"], NOW)), "ok", 1),
        ("cosigns, and never saw the ledger", Box::new(honest("W", None, NOW)), "ok", 1),
        ("stands at 2", Box::new(honest("W", Some(early), NOW)), "ok", 2),
        ("comes to stand", Box::new(settling), "ok", MAX_QUESTIONS as usize),
        ("stands elsewhere each time", Box::new(wavering), "witness-unsettled", MAX_QUESTIONS as usize),
        ("stands where it was asked from", conflict(size, "0\n"), "witness-unsettled", 1),
        ("a size with parameters", conflict("Text/X.TLOG.size; charset=utf-8", "6\n"), "witness-ahead", 2),
        ("has seen more, without proof", conflict(size, "6\n"), "witness-ahead", 2),
        ("has seen the most", conflict(size, "18446744073709551615\n"), "witness-ahead", 2),
        ("a size of another type", conflict("text/plain", "2\n"), "witness-answer-malformed", 1),
        ("no size", conflict(size, ""), "witness-answer-malformed", 1),
        ("a word for a size", conflict(size, "two\n"), "witness-answer-malformed", 1),
        ("a size below 0", conflict(size, "-1\n"), "witness-answer-malformed", 1),
        ("a size with a zero before", conflict(size, "02\n"), "witness-answer-malformed", 1),
        ("a size with a plus", conflict(size, "+2\n"), "witness-answer-malformed", 1),
        ("a size without its newline", conflict(size, "2"), "witness-answer-malformed", 1),
        ("a size too large", conflict(size, "18446744073709551616\n"), "witness-answer-malformed", 1),
        ("400", status(400), "witness-status", 1),
        ("403", status(403), "witness-key-untrusted", 1),
        ("404", status(404), "witness-ledger-unknown", 1),
        ("422", status(422), "witness-inconsistent", 2),
        ("429", status(429), "witness-status", 1),
        ("500", status(500), "witness-status", 1),
        ("closes", Box::new(|_| Say::Close), "witness-unanswered", 1),
        ("a body of the limit", long(MAX_ANSWER_BYTES), "ok", 1),
        ("one byte more", long(MAX_ANSWER_BYTES + 1), "witness-unanswered", 1),
        ("a huge body", ok(|text| line("W", "W", NOW, text).repeat(1 << 10)), "witness-unanswered", 1),
        ("nothing", ok(|_| String::new()), "witness-answer-malformed", 1),
        ("words", ok(|_| "well done\n".to_owned()), "witness-answer-malformed", 1),
        ("a line that is none after a good one", ok(move |text| good(text) + "\n"), "witness-answer-malformed", 1),
        ("no newline", ok(move |text| good(text).trim_end().to_owned()), "witness-answer-malformed", 1),
        ("by another key", ok(|text| line("W", "other", NOW, text)), "witness-cosignature-invalid", 1),
        (
            "over another size",
            ok(|text| line("W", "W", NOW, &text.replace("\n5\n", "\n4\n"))),
            "witness-cosignature-invalid",
            1,
        ),
        (
            "one good, one not",
            ok(|text| line("W", "W", NOW, text) + &line("W", "X", NOW, text)),
            "witness-cosignature-invalid",
            1,
        ),
        ("that some refuse", ok(|text| disputed_line("W", NOW, text)), "witness-cosignature-invalid", 1),
        ("at no time", ok(|text| line("W", "W", 0, text)), "witness-cosignature-time", 1),
        ("an hour ahead", ok(|text| line("W", "W", NOW + MAX_AHEAD_SECONDS, text)), "ok", 1),
        ("later", ok(|text| line("W", "W", NOW + MAX_AHEAD_SECONDS + 1, text)), "witness-cosignature-time", 1),
        ("after all time", ok(|text| line("W", "W", u64::MAX, text)), "witness-cosignature-invalid", 1),
        ("others sign too", ok(|text| line("X", "X", NOW, text) + &line("W", "W", NOW, text)), "ok", 1),
        ("only others sign", ok(|text| line("X", "X", NOW, text)), "witness-cosignature-missing", 1),
    ]
}

fn none() -> Policy {
    Policy::parse(b"quorum none\n").unwrap()
}

#[test]
fn only_a_cosignature_of_this_checkpoint_is_one() {
    for (says, script, expected, asked) in rows() {
        let mut world = World::new(SIZE, "a");
        let fake = Fake::new(script);
        let policy = policy(&[("W", &fake)], "quorum W\n");
        let outcome = world.publish(&policy, PATIENT);
        let replies = outcome.as_ref().map_or_else(|not| &not.replies, |done| &done.replies);
        assert_eq!(came_to(replies), [expected], "{says}: {}", replies[0]);
        assert_eq!(fake.times(), asked, "{says}");
        match outcome {
            Ok(witnessed) => {
                assert_eq!(world.published().as_ref(), Some(&witnessed.checkpoint), "{says}");
                assert_eq!(policy.check(&witnessed.checkpoint).unwrap().len(), 1, "{says}");
                assert_eq!(witnessed.checkpoint.note().signatures().len(), 2, "{says}");
            }
            Err(unwitnessed) => {
                assert!(matches!(unwitnessed.why, Why::QuorumNotMet(_)), "{says}: {unwitnessed}");
                assert_eq!(world.published(), None, "{says}");
                assert_eq!(world.ledger.chain().size(), SIZE, "{says}");
                assert!(unwitnessed.to_string().contains("\n  W: "), "{says}: {unwitnessed}");
            }
        }
    }
}

#[test]
fn nobody_is_waited_for_longer_than_was_said() {
    let long = Duration::from_secs(600);
    let short = Duration::from_secs(2);
    let scripts: [fn() -> Script; 2] = [|| Box::new(|_| Say::Hang), || Box::new(|_| Say::Drip)];
    let waits = [
        (Waiting { whole: short, question: long, grace: long }, ["witness-unanswered", "ok"]),
        (Waiting { whole: long, question: short, grace: long }, ["witness-unanswered", "ok"]),
        (Waiting { whole: long, question: long, grace: short }, ["witness-silent", "ok"]),
    ];
    let wait = |script: fn() -> Script, waiting: Waiting, expected: [&str; 2]| {
        let mut world = World::new(2, "a");
        let (slow, quick) = (Fake::new(script()), Fake::new(cosigns(&["Q"], NOW)));
        let start = Instant::now();
        let witnessed = world.publish(&policy(&[("S", &slow), ("Q", &quick)], "quorum Q\n"), waiting);
        assert!(start.elapsed() < long / 4, "{waiting:?}");
        // Where the whole wait is as short as a question, either may end first.
        let found = came_to(&witnessed.unwrap().replies);
        let silent = waiting.whole == short && found == ["witness-silent", "ok"];
        assert!(silent || found == expected, "{waiting:?}: {found:?}");
    };
    thread::scope(|scope| {
        for script in scripts {
            for (waiting, expected) in waits {
                scope.spawn(move || wait(script, waiting, expected));
            }
        }
    });
}

#[test]
fn one_witness_with_two_keys_is_asked_once() {
    let fake = Fake::new(cosigns(&["W", "V"], NOW));
    let mut world = World::new(3, "a");
    let both = policy(&[("W", &fake), ("V", &fake)], "group both all W V\nquorum both\n");
    assert_eq!(came_to(&world.publish(&both, PATIENT).unwrap().replies), ["ok", "ok"]);
    assert_eq!(fake.times(), 1);
    // One of the keys answers for itself alone.
    fake.follow(cosigns(&["W"], NOW));
    world.grow();
    let unwitnessed = world.publish(&both, PATIENT).unwrap_err();
    assert_eq!(came_to(&unwitnessed.replies), ["ok", "witness-cosignature-missing"]);
}

#[test]
fn who_has_no_url_is_not_asked() {
    let lines = format!("witness W {}\nwitness V {} ftp://v.example\nquorum none\n", vkey("W"), vkey("V"));
    let replies = World::new(2, "a").publish(&Policy::parse(lines.as_bytes()).unwrap(), PATIENT).unwrap().replies;
    assert_eq!(came_to(&replies), ["witness-without-url", "witness-url-unusable"]);
}
