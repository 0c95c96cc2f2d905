//! Asking over HTTP and HTTPS. Whatever comes back is bytes from a stranger, and never more of them than were asked for.

mod stream;

use std::io::{self, Read as _};
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

pub use stream::{MAX_RESUMES, Stream};

use super::bundle::Trouble;

/// How often a file is asked for before it is given up, the first time included.
pub const MAX_ATTEMPTS: u32 = 4;
/// Redirects that are followed, at most, one after the other.
pub const MAX_REDIRECTS: u32 = 3;
/// Bytes of an answer's headers, at most.
const MAX_HEADER_BYTES: usize = 1 << 14;

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long one question and its whole answer may take.
    pub timeout: Duration,
    /// How long to wait before a question is put again; twice as long each time.
    pub pause: Duration,
}

impl Default for Patience {
    /// 30 seconds, and half a second.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), pause: Duration::from_millis(500) }
    }
}

/// Asks, over connections that it keeps open. Clones share them.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    patience: Patience,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The media type, as the server wrote it.
    pub content_type: Option<String>,
    /// The body, unpacked.
    pub body: Vec<u8>,
}

/// Why there is no answer, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No whole answer came.
    #[error("{url}: {source}")]
    Unanswered {
        /// What was asked.
        url: String,
        /// What went wrong on the way.
        source: Box<ureq::Error>,
    },
    /// The body broke off, or could not be unpacked.
    #[error("{url}: {source}")]
    BrokenOff {
        /// What was asked.
        url: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// An answer that does not have what was asked for.
    #[error("{url}: {}", status_words(*status))]
    Status {
        /// What was asked.
        url: String,
        /// The status code.
        status: u16,
    },
    /// A body that is packed in a way that was not asked for.
    #[error("{url}: expected content-encoding gzip or none, found {encoding:?}")]
    Encoding {
        /// What was asked.
        url: String,
        /// What the server wrote.
        encoding: String,
    },
    /// The body is longer than anything that could be meant.
    #[error("{url}: expected at most {limit} bytes, found more")]
    TooLong {
        /// What was asked.
        url: String,
        /// Bytes that would have been taken.
        limit: u64,
    },
}

impl HttpError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unanswered { .. } => "http-unanswered",
            Self::BrokenOff { .. } => "http-broken-off",
            Self::Status { .. } => "http-status",
            Self::Encoding { .. } => "http-encoding",
            Self::TooLong { .. } => "http-too-long",
        }
    }

    /// What was asked.
    pub fn url(&self) -> &str {
        match self {
            Self::Unanswered { url, .. }
            | Self::BrokenOff { url, .. }
            | Self::Status { url, .. }
            | Self::Encoding { url, .. }
            | Self::TooLong { url, .. } => url,
        }
    }
}

/// A server's trouble is no evidence: nothing can be judged.
impl From<HttpError> for Trouble {
    fn from(error: HttpError) -> Self {
        let (url, words) = (error.url().to_owned(), error.to_string());
        let words = words.strip_prefix(&url).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&words);
        Self::Io { path: url.into(), source: io::Error::other(words.to_owned()) }
    }
}

fn status_words(status: u16) -> String {
    let reason = ureq::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let reason = reason.map_or_else(String::new, |reason| format!(" {}", reason.to_lowercase()));
    format!("expected the file, found status {status}{reason}")
}

impl Client {
    /// A client of that patience.
    pub fn new(patience: Patience) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(patience.timeout))
            .max_redirects(MAX_REDIRECTS)
            .max_response_header_size(MAX_HEADER_BYTES)
            .user_agent(concat!("candour/", env!("CARGO_PKG_VERSION")));
        Self { agent: config.build().new_agent(), patience }
    }

    /// Asks for a file, again where the server is overloaded or the answer breaks off. Any status is an answer.
    ///
    /// # Errors
    /// [`HttpError`], that of the last attempt.
    pub fn get(&self, url: &str, limit: u64) -> Result<Answer, HttpError> {
        let mut pause = self.patience.pause;
        for _ in 1..MAX_ATTEMPTS {
            match self.get_once(url, limit) {
                Ok(answer) if !busy(answer.status) => return Ok(answer),
                Err(error @ (HttpError::TooLong { .. } | HttpError::Encoding { .. })) => return Err(error),
                Ok(_) | Err(_) => {}
            }
            thread::sleep(pause);
            pause = pause.saturating_mul(2);
        }
        self.get_once(url, limit)
    }

    fn get_once(&self, url: &str, limit: u64) -> Result<Answer, HttpError> {
        let asked = self.agent.get(url).call();
        answer(url, limit, asked)
    }

    /// Asks for a file that may be long, of which so many bytes are taken at most; `None` where the server has none. It is
    /// read as it comes, and asked for again from where it broke off. It is for the reader to tell by its hash whether
    /// it is whole.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn stream(&self, url: &str, limit: u64) -> Result<Option<Stream>, HttpError> {
        Stream::start(self.clone(), url, limit)
    }

    /// Hands something over, once.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn post(&self, url: &str, body: &[u8], limit: u64) -> Result<Answer, HttpError> {
        // Nobody else is told what was meant for this one.
        let request = self.agent.post(url).config().max_redirects(0).build();
        answer(url, limit, request.content_type("text/plain; charset=utf-8").send(body))
    }
}

fn answer(
    url: &str,
    limit: u64,
    asked: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, HttpError> {
    let asked = asked.map_err(|source| HttpError::Unanswered { url: url.to_owned(), source: Box::new(source) })?;
    let status = asked.status().as_u16();
    let content_type = asked.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    check_encoding(url, &asked)?;
    let mut body = Vec::new();
    let reader = asked.into_body().into_with_config().limit(u64::MAX).reader();
    let read = reader.take(limit.saturating_add(1)).read_to_end(&mut body);
    read.map_err(|source| HttpError::BrokenOff { url: url.to_owned(), source })?;
    if body.len() as u64 > limit {
        return Err(HttpError::TooLong { url: url.to_owned(), limit });
    }
    Ok(Answer { status, content_type, body })
}

/// Whether the server may answer otherwise in a moment.
fn busy(status: u16) -> bool {
    matches!(status, 429 | 500..)
}

fn check_encoding(url: &str, answer: &ureq::http::Response<ureq::Body>) -> Result<(), HttpError> {
    let Some(encoding) = answer.headers().get(CONTENT_ENCODING) else { return Ok(()) };
    match encoding.to_str().map(str::to_ascii_lowercase).as_deref() {
        Ok("" | "identity" | "gzip") => Ok(()),
        _ => {
            let encoding = String::from_utf8_lossy(encoding.as_bytes().get(..32).unwrap_or(encoding.as_bytes()));
            Err(HttpError::Encoding { url: url.to_owned(), encoding: encoding.into_owned() })
        }
    }
}
