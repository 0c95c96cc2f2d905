//! How a reader checks the page, in plain words.

use maud::{Markup, html};

use crate::shell::timeline::{Story, Subject};

pub(super) fn section(story: &Story) -> Markup {
    let option = match &story.subject {
        Subject::Platform(actor) => format!("--platform {actor}"),
        Subject::Request(request) => format!("--request {request}"),
        Subject::Investigation(document) => format!("--investigation {document}"),
    };
    html! {
        section #verifying {
            h2 { "How to verify this report" }
            p {
                "This page is a reading of the ledger, and no evidence itself. You need not trust whoever gave it to "
                "you. Ask for a copy of the ledger " code { (story.origin) } ", a folder or a zip, and for its policy: the "
                "file that says whose key it signs with and who witnesses it. Where " code { "LEDGER" } " stands below, "
                "write the copy's name."
            }
            ol {
                li {
                    code { "candour verify LEDGER --policy POLICY" }
                    " checks the whole copy without a network: every signature, every rule, and that nothing was "
                    "altered, dropped or put in between."
                }
                li {
                    code { "candour timeline LEDGER " (option) " --as-of " (story.as_of) " --html FILE" }
                    " makes this page again. From a copy of the same " (story.size) " entries, of which as many stand "
                    "under a checkpoint, it gives the same bytes; the root of the tree at the top must be the same in any."
                }
                li {
                    code { "candour show LEDGER N" }
                    " prints entry N exactly as it was signed, with its leaf hash and the key of its author: hold them "
                    "against the row."
                }
                li {
                    code { "candour prove LEDGER N" }
                    " makes a receipt of that one entry, and " code { "candour check RECEIPT --policy POLICY" }
                    " verifies it alone: enough to keep, or to hand to somebody who has no copy."
                }
            }
            h3 { "What it does not prove" }
            ul {
                li { "That a number is true. It proves who said it, when, and what they said before." }
                li {
                    "When something happened. The time of an entry is when the ledger's operator says to have recorded "
                    "it; it never runs backwards."
                }
                li {
                    "That nothing was said elsewhere. \"No response recorded\" means on this ledger, and by the moment "
                    "given at the top."
                }
                li {
                    "That no other history exists. An operator can rewrite what nobody else has seen: a checkpoint or a "
                    "receipt that you kept, or a witness in the policy, shows it."
                }
                @if story.sealed < story.size {
                    li {
                        "Entries from " (story.sealed) " on: no checkpoint promises them yet, and the operator could still "
                        "leave them out."
                    }
                }
            }
        }
    }
}
