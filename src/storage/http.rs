//! Asking over HTTP and HTTPS. Whatever comes back is bytes from a stranger, and never more of them than were asked for.

mod stream;

use std::io::{self, Read as _};
use std::thread;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use ureq::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use ureq::http::{HeaderValue, Response};
use ureq::{Agent, Body};

pub use stream::{MAX_RESUMES, Stream};

use super::bundle::Trouble;
use crate::core::text::excerpt;

/// How often a file is asked for before it is given up, the first time included.
pub const MAX_ATTEMPTS: u32 = 4;
/// Redirects that are followed, at most, one after the other: to the same host, and never from HTTPS to HTTP.
pub const MAX_REDIRECTS: u32 = 3;
/// Bytes of an answer's first line and headers, at most.
pub const MAX_HEADER_BYTES: usize = 1 << 14;

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
    #[error("{url}: {}", self.words())]
    Unanswered {
        /// What was asked.
        url: String,
        /// What went wrong on the way.
        source: Box<ureq::Error>,
    },
    /// The body broke off, or could not be unpacked.
    #[error("{url}: {}", self.words())]
    BrokenOff {
        /// What was asked.
        url: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// An answer that does not have what was asked for.
    #[error("{url}: {}", self.words())]
    Status {
        /// What was asked.
        url: String,
        /// The status code.
        status: u16,
    },
    /// A body that is packed in a way that was not asked for.
    #[error("{url}: {}", self.words())]
    Encoding {
        /// What was asked.
        url: String,
        /// Which encodings would have been taken.
        expected: &'static str,
        /// What the server wrote.
        encoding: String,
    },
    /// A redirect that is not followed.
    #[error("{url}: {}", self.words())]
    Redirect {
        /// What was asked.
        url: String,
        /// What is wrong with it.
        found: String,
    },
    /// The body is longer than anything that could be meant.
    #[error("{url}: {}", self.words())]
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
            Self::Redirect { .. } => "http-redirect",
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
            | Self::Redirect { url, .. }
            | Self::TooLong { url, .. } => url,
        }
    }

    /// Whether it is the same when it is asked again.
    fn lasts(&self) -> bool {
        match self {
            Self::TooLong { .. } | Self::Encoding { .. } | Self::Redirect { .. } => true,
            Self::Status { status, .. } => !busy(*status),
            Self::Unanswered { .. } | Self::BrokenOff { .. } => false,
        }
    }

    /// What went wrong, without what was asked.
    pub fn words(&self) -> String {
        match self {
            Self::Unanswered { source, .. } => source.to_string(),
            Self::BrokenOff { source, .. } => source.to_string(),
            Self::Status { status, .. } => status_words(*status),
            Self::Encoding { expected, encoding, .. } => {
                format!("expected content-encoding {expected}, found {encoding:?}")
            }
            Self::Redirect { found, .. } => {
                format!(
                    "expected at most {MAX_REDIRECTS} redirects, on the same host and not away from https, found {found}"
                )
            }
            Self::TooLong { limit, .. } => format!("expected at most {limit} bytes, found more"),
        }
    }
}

/// A server's trouble is no evidence: nothing can be judged.
impl From<HttpError> for Trouble {
    fn from(error: HttpError) -> Self {
        Self::Io { path: error.url().into(), source: io::Error::other(error.words()) }
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
            .max_redirects(0)
            .max_redirects_will_error(false)
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
                Err(error) if error.lasts() => return Err(error),
                Ok(_) | Err(_) => {}
            }
            thread::sleep(pause);
            pause = pause.saturating_mul(2);
        }
        self.get_once(url, limit)
    }

    fn get_once(&self, url: &str, limit: u64) -> Result<Answer, HttpError> {
        let asked = self.follow(url, |at| self.agent.get(at).header(ACCEPT_ENCODING, "gzip").call())?;
        answer(url, limit, asked)
    }

    /// Asks, and again wherever the same server says that it is to be found.
    fn follow(
        &self,
        url: &str,
        ask: impl Fn(&str) -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>, HttpError> {
        let mut at = url.to_owned();
        for _ in 0..=MAX_REDIRECTS {
            let asked = ask(&at);
            let asked =
                asked.map_err(|source| HttpError::Unanswered { url: url.to_owned(), source: Box::new(source) })?;
            let Some(location) = asked.headers().get(LOCATION).filter(|_| asked.status().is_redirection()) else {
                return Ok(asked);
            };
            let location = String::from_utf8_lossy(location.as_bytes());
            at = redirected(&at, &location).ok_or_else(|| {
                let found = format!("one to {:?}", excerpt(&location));
                HttpError::Redirect { url: url.to_owned(), found }
            })?;
        }
        Err(HttpError::Redirect { url: url.to_owned(), found: "more".to_owned() })
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
        // Redirects are not followed: nobody else is told what was meant for this one.
        let asked = self.agent.post(url).content_type("text/plain; charset=utf-8").send(body);
        let asked = asked.map_err(|source| HttpError::Unanswered { url: url.to_owned(), source: Box::new(source) })?;
        answer(url, limit, asked)
    }
}

/// Where a server says that what was asked for is, if that may be followed.
fn redirected(from: &str, location: &str) -> Option<String> {
    let parts = |url: &str| {
        let (scheme, rest) = url.split_once("://")?;
        let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        Some((scheme.to_ascii_lowercase(), host.to_ascii_lowercase(), path.to_owned()))
    };
    let (scheme, host, path) = parts(from)?;
    if let Some((to, same, _)) = parts(location) {
        let kept = to == scheme || (to.as_str(), scheme.as_str()) == ("https", "http");
        return (kept && same == host).then(|| location.to_owned());
    }
    if location.starts_with("//") || location.split('/').next().is_some_and(|first| first.contains(':')) {
        return None;
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let to = if location.starts_with('/') { location.to_owned() } else { format!("{folder}/{location}") };
    Some(format!("{scheme}://{host}{to}"))
}

fn answer(url: &str, limit: u64, asked: Response<Body>) -> Result<Answer, HttpError> {
    let status = asked.status().as_u16();
    let content_type = asked.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let packed = is_packed(url, &asked)?;
    let mut body = Vec::new();
    let reader = asked.into_body().into_with_config().limit(u64::MAX).reader();
    let most = limit.saturating_add(1);
    let read = match packed {
        true => MultiGzDecoder::new(reader).take(most).read_to_end(&mut body),
        false => reader.take(most).read_to_end(&mut body),
    };
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

/// Whether the body is packed, with gzip.
fn is_packed(url: &str, answer: &Response<Body>) -> Result<bool, HttpError> {
    let Some(encoding) = answer.headers().get(CONTENT_ENCODING) else { return Ok(false) };
    match encoding.to_str().map(str::to_ascii_lowercase).as_deref() {
        Ok("" | "identity") => Ok(false),
        Ok("gzip") => Ok(true),
        _ => Err(unasked(url, "gzip or none", encoding)),
    }
}

fn unasked(url: &str, expected: &'static str, encoding: &HeaderValue) -> HttpError {
    let encoding = String::from_utf8_lossy(encoding.as_bytes().get(..32).unwrap_or(encoding.as_bytes()));
    HttpError::Encoding { url: url.to_owned(), expected, encoding: encoding.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_to_the_same_host_and_not_away_from_https() {
        let from = "https://a.example:8443/ledger/tile/0";
        let table = [
            ("/elsewhere", Some("https://a.example:8443/elsewhere")),
            ("1", Some("https://a.example:8443/ledger/tile/1")),
            ("https://A.example:8443/x", Some("https://A.example:8443/x")),
            ("http://a.example:8443/x", None),
            ("https://a.example/x", None),
            ("https://b.example:8443/x", None),
            ("https://a.example:8443@b.example/x", None),
            ("https://a.example:8443.b.example/x", None),
            ("//b.example/x", None),
            ("file:///etc/passwd", None),
            ("file:/etc/passwd", None),
        ];
        for (location, expected) in table {
            assert_eq!(redirected(from, location).as_deref(), expected, "{location}");
        }
        assert_eq!(redirected("http://a/x", "https://a/x").as_deref(), Some("https://a/x"));
        assert_eq!(redirected("http://a", "x").as_deref(), Some("http://a/x"));
    }
}
